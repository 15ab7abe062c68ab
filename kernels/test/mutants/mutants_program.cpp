// prelu-mutants: prelu-simt with kernels that are wrong on purpose.
#include "program.hpp"

namespace prelu::harness {

const Program& program() {
  static constexpr Program kProgram{
      .name = "prelu-mutants",
      .description =
          "Verifies copies of the CUDA kernels, each with one planted mistake, beside the\n"
          "originals. Every mutant must be found wrong.",
      .examples =
          "Examples:\n"
          "  prelu-mutants --suite kernels/test/conformance.json --filter '^mutants/'\n",
      .default_suite = "smoke",
      .times = false,
      .has_schedules = true,
  };
  return kProgram;
}

}  // namespace prelu::harness
