// A build without CUDA.
#include "device.hpp"

namespace prelu::harness {

DeviceChoice open_cuda(int) { return {.device = nullptr, .absent_reason = "built without CUDA"}; }

}  // namespace prelu::harness
