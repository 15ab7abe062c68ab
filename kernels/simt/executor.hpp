// Runs a CUDA grid on the CPU: every CUDA thread is a fiber, barriers and warp operations are
// rendezvous of fibers, and the blocks run one after another.
//
// What it reports: a thread that leaves before a barrier, divergent barriers, warp operations with
// lanes that have left or are elsewhere, deadlocks, and launches that a GPU would refuse. Shared
// memory starts as 0xFF bytes, a NaN, in every block. Seeded schedules make missing barriers show
// as wrong results; under ThreadSanitizer they, and races between blocks, are data races.
//
// What it cannot see: it is sequentially consistent, so a missing __threadfence passes; it says
// nothing of speed; and it executes neither CUB nor inline PTX.
#pragma once

#include <vector_types.h>

#include <cstddef>
#include <cstdint>
#include <functional>
#include <source_location>
#include <stdexcept>
#include <string>
#include <vector>

namespace prelu::simt {

/// What a kernel did wrong, with its line, block and thread.
class Error : public std::runtime_error {
 public:
  using std::runtime_error::runtime_error;
};

/// The order of blocks and threads in the next launches: 0 is program order, 1 the reverse,
/// anything else a shuffle drawn from it.
void set_schedule(std::uint64_t seed);

/// How many multiprocessors kernels take the device to have: few, at first, so that small problems
/// are large enough to go round a persistent kernel's loop.
void set_multiprocessors(int count);
int multiprocessors();

/// Which CUDA thread is running: its place in its block, and that block's place among all blocks
/// that were ever started. Outside a kernel `thread` is negative.
struct Running {
  std::uint64_t block = 0;
  int thread = -1;
};
Running running();

/// How many data races ThreadSanitizer has reported so far; 0 in other builds.
int races_reported();

/// Between seal and unseal, AddressSanitizer reports any access to these bytes.
void seal(const void* start, std::size_t bytes);
void unseal(const void* start, std::size_t bytes);

struct Grid {
  dim3 blocks;
  dim3 threads;
  std::size_t shared_bytes = 0;
};

/// Of each of the next launches, only the blocks that `choose` returns will run, by their numbers
/// in the grid (x goes fastest); null: all. For problems too large to be run as a whole.
void choose_blocks(std::function<std::vector<std::uint64_t>(const Grid& grid)> choose);

/// Calls thread(context) once for every thread of the grid. Throws Error; the executor is ready for
/// the next launch then.
void run(const Grid& grid, void (*thread)(const void* context), const void* context,
         const std::source_location& where);

// What kernels call, through gpu.cuh.

/// The running block's dynamic shared memory.
void* dynamic_shared_memory();

/// __syncthreads; one that `publishes` makes shared memory known to bulk copies too.
void block_barrier(const std::source_location& where, bool publishes = false);
/// Whether the last barrier that the running thread met was such a one.
bool has_published();
/// The running thread waits, without meeting anybody, until ready(context).
void wait_until(bool (*ready)(const void* context), const void* context,
                const std::source_location& where);
/// The running thread's number in its block.
std::size_t thread_number();

enum class WarpOperation { exchange, ballot, barrier };

/// All lanes of `mask` meet. exchange: the value of lane `source` (a pattern that is no number
/// where that lane is not in the mask); ballot: a bit for each lane whose value is not 0.
std::uint64_t warp_operation(WarpOperation operation, unsigned mask, std::uint64_t value,
                             int source, const std::source_location& where);

/// The running thread's lane in its warp.
int lane();

/// Gives up the launch with an Error that names the running thread.
[[noreturn]] void report(const std::string& mistake, const std::source_location& where);

/// Reports a misaligned access by `thread`, as the GPU would.
[[noreturn]] void report_misaligned(const std::source_location& where);

}  // namespace prelu::simt

// CUDA's built-in variables, of the running thread.
extern uint3 threadIdx;  // NOLINT(readability-identifier-naming)
extern uint3 blockIdx;   // NOLINT(readability-identifier-naming)
extern dim3 blockDim;    // NOLINT(readability-identifier-naming)
extern dim3 gridDim;     // NOLINT(readability-identifier-naming)
