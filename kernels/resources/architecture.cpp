#include "architecture.hpp"

#include <cuda_occupancy.h>

#include <algorithm>
#include <array>
#include <cstddef>
#include <stdexcept>
#include <string>

namespace prelu::resources {
namespace {

constexpr int kKib = 1024;

// Threads and shared memory: CUDA C++ Programming Guide, "Technical Specifications per Compute
// Capability".
//
// Wanted bytes: for sm_75 and sm_80 what CUB's transform asks for (V100, A100;
// tuning_transform.cuh), for sm_90 what it says of the H200 (an H100 is content with 32 KiB), for
// sm_100 64 KiB (B200). They all come to the memory's bandwidth a SM for 1.1 to 1.35 us. The others
// follow from 1.3 us: 16 KB for an RTX 3090 Ti (1008 GB/s, 84 SMs), 14 KB for an RTX 4070 (504
// GB/s, 46) and for an RTX 5090 (1792 GB/s, 170).
constexpr std::array kArchitectures = {
    Architecture{.number = 75,
                 .threads = 1024,
                 .shared_kib = 64,
                 .shared_kib_opt_in = 64,
                 .wanted_bytes = 12 * kKib},
    Architecture{.number = 80,
                 .threads = 2048,
                 .shared_kib = 164,
                 .shared_kib_opt_in = 163,
                 .shared_kib_reserved = 1,
                 .wanted_bytes = 16 * kKib},
    Architecture{.number = 86,
                 .threads = 1536,
                 .shared_kib = 100,
                 .shared_kib_opt_in = 99,
                 .shared_kib_reserved = 1,
                 .wanted_bytes = 16 * kKib},
    Architecture{.number = 89,
                 .threads = 1536,
                 .shared_kib = 100,
                 .shared_kib_opt_in = 99,
                 .shared_kib_reserved = 1,
                 .wanted_bytes = 16 * kKib},
    Architecture{.number = 90,
                 .threads = 2048,
                 .shared_kib = 228,
                 .shared_kib_opt_in = 227,
                 .shared_kib_reserved = 1,
                 .wanted_bytes = 48 * kKib},
    Architecture{.number = 100,
                 .threads = 2048,
                 .shared_kib = 228,
                 .shared_kib_opt_in = 227,
                 .shared_kib_reserved = 1,
                 .wanted_bytes = 64 * kKib},
    Architecture{.number = 120,
                 .threads = 1536,
                 .shared_kib = 100,
                 .shared_kib_opt_in = 99,
                 .shared_kib_reserved = 1,
                 .wanted_bytes = 16 * kKib},
};

}  // namespace

std::span<const Architecture> architectures() { return kArchitectures; }

const Architecture& architecture(int number) {
  const auto* found = std::ranges::find(kArchitectures, number, &Architecture::number);
  if (found != kArchitectures.end()) return *found;
  std::string known;
  for (const Architecture& one : kArchitectures) known += " " + std::to_string(one.number);
  throw std::invalid_argument("architecture " + std::to_string(number) + " is none of:" + known);
}

int blocks_per_sm(const Architecture& architecture, const Usage& usage, int block_size,
                  int more_shared_bytes) {
  constexpr int kRegisters = 65536;
  constexpr int kMostThreads = 1024;
  constexpr int kWarpSize = 32;
  cudaOccDeviceProp device;
  device.computeMajor = architecture.number / 10;
  device.computeMinor = architecture.number % 10;
  device.maxThreadsPerBlock = kMostThreads;
  device.maxThreadsPerMultiprocessor = architecture.threads;
  device.regsPerBlock = kRegisters;
  device.regsPerMultiprocessor = kRegisters;
  device.warpSize = kWarpSize;
  device.sharedMemPerBlock = std::size_t{48} * kKib;
  device.sharedMemPerMultiprocessor = static_cast<std::size_t>(architecture.shared_kib) * kKib;
  device.sharedMemPerBlockOptin = static_cast<std::size_t>(architecture.shared_kib_opt_in) * kKib;
  device.reservedSharedMemPerBlock =
      static_cast<std::size_t>(architecture.shared_kib_reserved) * kKib;
  device.numSms = 1;
  cudaOccFuncAttributes kernel;
  kernel.maxThreadsPerBlock = kMostThreads;
  kernel.numRegs = usage.registers;
  kernel.sharedSizeBytes = static_cast<std::size_t>(usage.shared_bytes);
  kernel.partitionedGCConfig = PARTITIONED_GC_OFF;
  kernel.shmemLimitConfig = FUNC_SHMEM_LIMIT_OPTIN;
  kernel.maxDynamicSharedSizeBytes = static_cast<std::size_t>(more_shared_bytes);
  kernel.numBlockBarriers = 1;
  const cudaOccDeviceState state;
  cudaOccResult result;
  const cudaOccError error = cudaOccMaxActiveBlocksPerMultiprocessor(
      &result, &device, &kernel, &state, block_size, static_cast<std::size_t>(more_shared_bytes));
  if (error != CUDA_OCC_SUCCESS) {
    throw std::runtime_error("cuda_occupancy.h does not know sm_" +
                             std::to_string(architecture.number));
  }
  return result.activeBlocksPerMultiprocessor;
}

}  // namespace prelu::resources
