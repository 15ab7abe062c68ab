// prelu-simt: the CUDA kernels, executed on the CPU thread by thread.
#include "program.hpp"

namespace prelu::harness {

const Program& program() {
  static constexpr Program kProgram{
      .name = "prelu-simt",
      .description =
          "Executes the CUDA kernels on the CPU, thread by thread and in several orders, and "
          "proves\n"
          "them right against a float64 reference. It says nothing of speed.",
      .examples =
          "Examples:\n"
          "  prelu-simt                                    the suite 'smoke', three orders\n"
          "  prelu-simt --suite kernels/test/conformance.json --schedules 8\n"
          "  prelu-simt --case cuda/backward_plane/f32/nchw/per_channel/2x3x7x7\n",
      .default_suite = "smoke",
      .times = false,
      .has_schedules = true,
  };
  return kProgram;
}

}  // namespace prelu::harness
