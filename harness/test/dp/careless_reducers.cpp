// Reducers that are wrong on purpose, in the place of the real ones: the proof must see each.
#include <cmath>
#include <cstring>
#include <span>
#include <stdexcept>
#include <string>
#include <utility>
#include <vector>

#include "reducer.hpp"

namespace prelu::harness {
namespace {

/// MPI's, with a mistake.
class Careless : public Reducer {
 public:
  Careless(std::string mistake, const Ranks& ranks)
      : mistake_(std::move(mistake)), is_last_(ranks.rank() == ranks.size() - 1) {}

  std::string_view name() const override { return "careless"; }

  void start(void* values, std::int64_t count, DType dtype, Stream stream) override {
    const std::span<float> sums(static_cast<float*>(values), static_cast<std::size_t>(count));
    const bool first = sums_.empty();
    sums_.push_back(sums);
    if (mistake_ == "throws" && is_last_) throw std::runtime_error("a cable was pulled");
    if (mistake_ == "forgets_later_buckets" && !first) return;
    if (mistake_ == "loses_a_rank" && is_last_) std::memset(values, 0, sums.size_bytes());
    if (mistake_ == "forgets_to_write") {
      scratch_.emplace_back(sums.begin(), sums.end());
      values = scratch_.back().data();
    }
    engine_->start(values, count, dtype, stream);
  }

  void finish(Stream stream) override {
    engine_->finish(stream);
    for (const std::span<float> sums : std::exchange(sums_, {})) spoil(sums);
    scratch_.clear();
  }

 private:
  void spoil(std::span<float> sums) const {
    for (float& sum : sums) {
      if (mistake_ == "counts_twice") sum *= 2;
      // Within every bound, and other bits than the other ranks have.
      const bool whole = std::trunc(sum) == sum;
      if (mistake_ == "differs_on_one_rank" && is_last_ && !whole) {
        sum = std::nextafter(sum, 0.0F);
      }
    }
  }

  std::string mistake_;
  bool is_last_;
  std::unique_ptr<Reducer> engine_ = mpi_reducer();
  std::vector<std::span<float>> sums_;
  std::vector<std::vector<float>> scratch_;
};

}  // namespace

std::unique_ptr<Reducer> open_reducer(std::string_view name, Backend, const Ranks& ranks) {
  return std::make_unique<Careless>(std::string(name), ranks);
}

}  // namespace prelu::harness
