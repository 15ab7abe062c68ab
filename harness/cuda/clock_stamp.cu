// The SM clock: cycles of one SM beside the GPU's time. Two stamps give the clock between them.
#include "cuda_check.hpp"
#include "measuring.hpp"

namespace prelu::harness::measuring {
namespace {

__global__ void stamp_clock(ClockStamp* stamp) {
  std::uint32_t sm = 0;
  asm volatile("mov.u32 %0, %%smid;" : "=r"(sm));
  if (sm != 0) return;  // cycles are counted by each SM for itself
  ulonglong2 now;
  asm volatile("mov.u64 %0, %%globaltimer;" : "=l"(now.x));
  now.y = static_cast<unsigned long long>(clock64());
  // One 16-byte store, so that two blocks on the same SM cannot mix their stamps.
  *reinterpret_cast<ulonglong2*>(stamp) = now;
}

}  // namespace

void launch_clock_stamp(ClockStamp* stamp, int sms, Stream stream) {
  stamp_clock<<<static_cast<unsigned>(2 * sms), 1, 0, stream>>>(stamp);
  cuda::check_launch();
}

}  // namespace prelu::harness::measuring
