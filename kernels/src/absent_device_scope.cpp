// A build without CUDA has no device to choose.
#include <string>

#include "device_scope.hpp"
#include "prelu/plan.hpp"

namespace prelu {

int cuda_device_count() { return 0; }

DeviceScope::DeviceScope(int ordinal) {
  if (ordinal >= 0) {
    throw NotSupported("prelu: there is no CUDA device " + std::to_string(ordinal) +
                       ": built without CUDA");
  }
}

DeviceScope::~DeviceScope() = default;

}  // namespace prelu
