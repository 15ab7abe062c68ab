// Who sums dalpha over the ranks: an existing engine behind two calls.
#pragma once

#include <cstdint>
#include <memory>
#include <string_view>

#include "device.hpp"
#include "prelu/problem.hpp"
#include "ranks.hpp"

namespace prelu::harness {

class Reducer {
 public:
  virtual ~Reducer() = default;

  /// "mpi", "nccl"
  virtual std::string_view name() const = 0;

  /// Starts to sum `count` values over all ranks, in place, once the work that `stream` holds is
  /// done. All ranks start the same sums in the same order. The values are nobody's until finish().
  virtual void start(void* values, std::int64_t count, DType dtype, Stream stream) = 0;

  /// What is put on `stream` from here on finds every sum that was started.
  virtual void finish(Stream stream) = 0;
};

/// Sums host memory. It gets on with sums that are under way only while it is called, as most MPIs
/// without a thread of their own.
std::unique_ptr<Reducer> mpi_reducer();

/// Sums memory of CUDA's current device, on a stream of its own. MPI carries NCCL's identifier to
/// the ranks. Null in a build without NCCL.
std::unique_ptr<Reducer> nccl_reducer(const Ranks& ranks);

/// The reducer of that name for this backend; "auto" is NCCL for a GPU and MPI for a CPU. Throws
/// std::invalid_argument saying what does not go together.
std::unique_ptr<Reducer> open_reducer(std::string_view name, Backend backend, const Ranks& ranks);

}  // namespace prelu::harness
