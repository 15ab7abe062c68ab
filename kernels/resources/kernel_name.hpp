// What a kernel's name tells: C++ mangles its template arguments into it.
#pragma once

#include <string>

namespace prelu::resources {

struct KernelName {
  std::string text;   ///< "forward_packed<true, Pack<float, 4>, float, float>"
  std::string dtype;  ///< of x: "f32"; empty where the kernel is no template over it
  /// The widest Pack among its template arguments, in bits; 0 where there is none. A kernel with
  /// "unaligned" in its name counts as one of packs of one element.
  int pack_bits = 0;
  /// A kernel of packs accesses tensors, and so does one with its direction in its name. Others are
  /// second stages, which read partial sums.
  bool accesses_tensors = false;
};

KernelName read_name(const std::string& mangled);

}  // namespace prelu::resources
