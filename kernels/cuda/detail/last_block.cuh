// Finishing a reduction within one launch: the block that finishes last reads what the others left.
//
// Every block writes its partial sums and then takes a ticket from a counter in global memory. The
// one that draws the last ticket knows that all the others have written, and sums the partials in
// an order of its own: the bits do not depend on which block it was. The counters lie in the part
// of the workspace that is zero before a launch, and the last block sets its counter back.
#pragma once

#include <cstddef>
#include <cstdint>
#include <gpu.cuh>  // in angle brackets: the build's, not necessarily the one beside this file

#include "variant.hpp"

namespace prelu::cuda {

/// How many reductions of one launch can finish in this way.
inline constexpr std::int64_t kTickets = 2112;

/// Where the tickets lie, at the start of the workspace; a whole number of its alignment.
inline constexpr std::size_t kTicketBytes = kTickets * sizeof(unsigned);
static_assert(kTicketBytes % 256 == 0);

/// The counters, and what comes after them.
inline unsigned* tickets(const Operands& operands) {
  return static_cast<unsigned*>(operands.workspace);
}
template <class Sum>
Sum* after_tickets(const Operands& operands) {
  if (operands.workspace == nullptr) return nullptr;  // nothing is left to be finished
  return reinterpret_cast<Sum*>(static_cast<std::byte*>(operands.workspace) + kTicketBytes);
}

/// True in all threads of the last of `blocks` blocks that call it with this ticket; what any of
/// them wrote before is visible to it then. The fences are one thread's, between the block's
/// barriers, as in cooperative groups: they cover what the barrier has made visible to it.
__device__ inline bool finishes_last(unsigned* ticket, std::int64_t blocks) {
  __shared__ bool last;
  __syncthreads();
  if (threadIdx.x == 0) {
    __threadfence();
    last = atomicAdd(ticket, 1U) == static_cast<unsigned>(blocks - 1);
    if (last) {
      *ticket = 0;
      __threadfence();
    }
  }
  __syncthreads();
  return last;
}

}  // namespace prelu::cuda
