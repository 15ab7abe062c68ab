// Four floats are read at once from an address that is aligned to one.
#include <gpu.cuh>
#include <vector>

#include "wrong.hpp"

namespace prelu::wrong {
namespace {

__global__ void sum(const float* x, float* result) {
  const float4 pack = *reinterpret_cast<const float4*>(x);
  *result = pack.x + pack.y + pack.z + pack.w;
}

}  // namespace

bool misaligned_pack(bool mistake) {
  const std::vector<float4> packs(2, make_float4(1, 1, 1, 1));
  const float* const x = &packs[0].x + (mistake ? 1 : 0);
  float result = 0;
  gpu::launch(sum, {}, x, &result);
  return result == 4;
}

}  // namespace prelu::wrong
