// Kernels whose traffic can be counted by hand. Each reads `from` and writes `to`, as its comment
// in counted.cu says.
#pragma once

#include <cstddef>

namespace prelu::counted {

using Kernel = void(const std::byte* from, std::byte* to);

Kernel packs;
Kernel wide_packs;
Kernel packs_by_value;
Kernel packs_by_reference;
Kernel halves;
Kernel streamed;
Kernel strided;
Kernel a_loop;
Kernel two_ways;
Kernel a_warp_and_a_lane;
Kernel the_same_in_three_blocks;
Kernel bulk;
Kernel added_to_memory;
Kernel read_again;
Kernel atomic_double;
Kernel atomic_int;
Kernel shared_and_stack;
Kernel host_only;

}  // namespace prelu::counted
