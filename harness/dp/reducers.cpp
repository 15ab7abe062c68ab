// Which reducer goes with which device.
#include <stdexcept>
#include <string>

#include "reducer.hpp"

namespace prelu::harness {

std::unique_ptr<Reducer> open_reducer(std::string_view name, Backend backend, const Ranks& ranks) {
  const bool on_gpu = backend == Backend::cuda;
  const std::string_view wanted = name != "auto" ? name : on_gpu ? "nccl" : "mpi";
  if (wanted == "mpi") {
    if (on_gpu)
      throw std::invalid_argument("--reducer mpi sums host memory: it wants --device cpu");
    return mpi_reducer();
  }
  if (wanted == "nccl") {
    if (!on_gpu) {
      throw std::invalid_argument("--reducer nccl sums a GPU's memory: it wants --device cuda");
    }
    if (auto reducer = nccl_reducer(ranks)) return reducer;
    throw std::invalid_argument("--reducer nccl: this program was built without NCCL");
  }
  throw std::invalid_argument("--reducer '" + std::string(name) + "' is none of: auto, mpi, nccl");
}

}  // namespace prelu::harness
