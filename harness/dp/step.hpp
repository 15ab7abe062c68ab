// The backward pass of a training step on one rank: layers of one problem, each with tensors of its
// own, and the sum of their dalpha over all ranks.
#pragma once

#include <cstddef>
#include <cstdint>
#include <vector>

#include "device.hpp"
#include "prelu/operands.hpp"
#include "prelu/plan.hpp"
#include "prelu/problem.hpp"
#include "problem_data.hpp"
#include "reducer.hpp"

namespace prelu::harness {

/// When dalpha is summed over the ranks.
enum class Summing {
  never,    ///< what the backward pass takes alone
  after,    ///< one sum of all layers' dalpha, once the backward pass is done
  overlap,  ///< one sum a bucket of layers, while the layers after it are computed
};

class Step {
 public:
  /// `problem` is this rank's part, of perhaps no rows. Throws std::bad_alloc and what Plan throws.
  Step(Device& device, const Problem& problem, std::int64_t layers, std::int64_t buckets);

  std::int64_t layers() const { return static_cast<std::int64_t>(layers_.size()); }
  const Plan& plan() const { return plan_; }
  /// What the ranks sum: every layer's dalpha, each from a 256-byte boundary on, as one tensor.
  std::int64_t message_bytes() const { return layers() * stride_; }

  void write(std::int64_t layer, const ProblemData& data);
  std::vector<std::byte> read_dx(std::int64_t layer) const;
  std::vector<std::byte> read_dalpha(std::int64_t layer) const;
  /// Fills all outputs with NaN, so that what is never written shows.
  void poison();
  void zero_dalpha();

  /// Runs the step and waits for it.
  void run(Summing summing, Reducer& reducer);
  /// Sums what dalpha holds, and waits.
  void sum(Reducer& reducer);

 private:
  struct Layer {
    Buffer x;
    Buffer alpha;
    Buffer dy;
    Buffer dx;
  };

  Operands operands(std::int64_t layer) const;
  bool ends_bucket(std::int64_t layer) const;
  /// The dalpha of layers from `first` to before `end`.
  void start_sum(Reducer& reducer, std::int64_t first, std::int64_t end, Stream stream) const;
  std::byte* dalpha(std::int64_t layer) const { return dalpha_.get() + layer * stride_; }

  Device* device_;
  Plan plan_;
  std::int64_t buckets_;
  std::int64_t stride_;  ///< from one layer's dalpha to the next, in bytes
  std::size_t tensor_bytes_;
  std::size_t slope_bytes_;
  std::vector<Layer> layers_;
  Buffer dalpha_;
  Buffer workspace_;
};

}  // namespace prelu::harness
