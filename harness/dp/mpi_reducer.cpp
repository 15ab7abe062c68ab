// MPI's non-blocking all-reduce.
#include <mpi.h>

#include <limits>
#include <stdexcept>
#include <vector>

#include "reducer.hpp"

namespace prelu::harness {
namespace {

MPI_Datatype type_of(DType dtype) {
  switch (dtype) {
    case DType::f32: return MPI_FLOAT;
    case DType::f64: return MPI_DOUBLE;
    case DType::f16:
    case DType::bf16: break;
  }
  throw std::invalid_argument("MPI sums f32 and f64");
}

class MpiReducer : public Reducer {
 public:
  std::string_view name() const override { return "mpi"; }

  void start(void* values, std::int64_t count, DType dtype, Stream) override {
    if (count > std::numeric_limits<int>::max()) {
      throw std::invalid_argument("MPI sums at most 2^31 - 1 values at once");
    }
    // Those under way get on.
    int done = 0;
    MPI_Testall(static_cast<int>(sums_.size()), sums_.data(), &done, MPI_STATUSES_IGNORE);
    MPI_Request sum = MPI_REQUEST_NULL;
    MPI_Iallreduce(MPI_IN_PLACE, values, static_cast<int>(count), type_of(dtype), MPI_SUM,
                   MPI_COMM_WORLD, &sum);
    sums_.push_back(sum);
  }

  void finish(Stream) override {
    MPI_Waitall(static_cast<int>(sums_.size()), sums_.data(), MPI_STATUSES_IGNORE);
    sums_.clear();
  }

 private:
  std::vector<MPI_Request> sums_;
};

}  // namespace

std::unique_ptr<Reducer> mpi_reducer() { return std::make_unique<MpiReducer>(); }

}  // namespace prelu::harness
