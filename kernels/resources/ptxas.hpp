// What "ptxas -v" says of each kernel that it has compiled.
#pragma once

#include <map>
#include <string>

namespace prelu::resources {

struct Usage {
  int registers = 0;     ///< of a thread
  int shared_bytes = 0;  ///< of a block; without what the launch adds
  int stack_bytes = 0;   ///< of a thread: local memory, spills included
  int spill_stores = 0;  ///< bytes
  int spill_loads = 0;   ///< bytes

  friend bool operator==(const Usage&, const Usage&) = default;
};

/// By the kernel's mangled name.
std::map<std::string, Usage> read_ptxas(const std::string& text);

}  // namespace prelu::resources
