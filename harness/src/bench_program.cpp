// prelu-bench: the CPU and the GPU.
#include <charconv>
#include <stdexcept>

#include "onednn.hpp"
#include "program.hpp"

namespace prelu::harness {
namespace {

int cuda_ordinal(const std::string& device) {
  if (device == "cuda") return 0;
  const std::string text = device.substr(device.find(':') + 1);
  int ordinal = -1;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), ordinal);
  if (error != std::errc{} || end != text.data() + text.size() || ordinal < 0) {
    throw std::invalid_argument("--device '" + device + "' is none of: auto, cpu, cuda, cuda:N");
  }
  return ordinal;
}

}  // namespace

const Program& program() {
  static constexpr Program kProgram{
      .name = "prelu-bench",
      .description = "Proves PReLU kernels right against a float64 reference, then measures them.",
      .examples =
          "Examples:\n"
          "  prelu-bench                                   the suite 'quick' on all devices here\n"
          "  prelu-bench --suite full --device cuda        everything, on the GPU\n"
          "  prelu-bench --verify-only --suite smoke       proofs without measurements\n"
          "  prelu-bench --list --filter bf16              which cases there are\n"
          "  prelu-bench --suite cpu --peers               beside other libraries\n"
          "  prelu-bench --case cuda/forward_packed/bf16/nchw/per_channel/32x64x56x56\n"
          "  prelu-bench function --alpha 0.5 -o prelu.svg   a picture of the function\n"
          "Options that begin with --benchmark_ go to Google Benchmark.\n",
      .default_suite = "quick",
      .times = true,
      .has_schedules = false,
      .peers = onednn_peers,
  };
  return kProgram;
}

Devices open_devices(const DeviceOptions& options) {
  const std::string& device = options.device;
  Devices devices;
  if (device == "auto" || device == "cpu") devices.emplace(Backend::cpu, open_cpu(options.threads));
  if (device == "auto") {
    devices.emplace(Backend::cuda, open_cuda(0));
  } else if (device == "cuda" || device.starts_with("cuda:")) {
    DeviceChoice choice = open_cuda(cuda_ordinal(device));
    if (!choice.device) {
      throw std::invalid_argument("--device " + device + ": " + choice.absent_reason);
    }
    devices.emplace(Backend::cuda, std::move(choice));
  } else if (device != "cpu") {
    throw std::invalid_argument("--device '" + device + "' is none of: auto, cpu, cuda, cuda:N");
  }
  return devices;
}

}  // namespace prelu::harness
