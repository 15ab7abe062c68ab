// Holds a stream until the host has queued all that is to be timed, so that the cost of launching
// hides behind it. It gives up after a while: work that waits for the device would wait for ever.
#include "cuda_check.hpp"
#include "measuring.hpp"

namespace prelu::harness::measuring {
namespace {

__device__ std::uint64_t time_ns() {
  std::uint64_t time = 0;
  asm volatile("mov.u64 %0, %%globaltimer;" : "=l"(time));
  return time;
}

__global__ void block(volatile BlockerFlags* flags, std::uint64_t timeout_ns) {
  const std::uint64_t begin = time_ns();
  while (flags->open == 0) {
    if (time_ns() - begin > timeout_ns) {
      flags->timed_out = 1;
      __threadfence_system();
      return;
    }
  }
}

}  // namespace

void launch_blocker(BlockerFlags* flags, std::uint64_t timeout_ns, Stream stream) {
  block<<<1, 1, 0, stream>>>(flags, timeout_ns);
  cuda::check_launch();
}

}  // namespace prelu::harness::measuring
