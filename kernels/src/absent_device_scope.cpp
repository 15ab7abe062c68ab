// A build without CUDA has no device to choose.
#include <stdexcept>
#include <string>

#include "device_scope.hpp"

namespace prelu {

DeviceScope::DeviceScope(int ordinal) {
  if (ordinal >= 0) {
    throw std::invalid_argument("prelu: there is no CUDA device " + std::to_string(ordinal) +
                                ": built without CUDA");
  }
}

DeviceScope::~DeviceScope() = default;

}  // namespace prelu
