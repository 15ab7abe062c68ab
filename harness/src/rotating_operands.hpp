// The operands of a timed case: several equal sets, used in turn, that together exceed twice the
// cache, so that no launch finds its data there.
#pragma once

#include <cstddef>
#include <vector>

#include "case.hpp"
#include "device.hpp"
#include "prelu/operands.hpp"
#include "prelu/problem.hpp"
#include "problem_data.hpp"

namespace prelu::harness {

/// One operand's memory, once for each set.
class Arena {
 public:
  /// `bytes` for each of `sets`, `offset_bytes` past a 256-byte boundary.
  Arena(Device& device, std::size_t bytes, std::size_t offset_bytes, std::size_t sets);

  /// Null where there are no bytes.
  std::byte* at(std::size_t set) const {
    return buffer_ ? buffer_.get() + set * stride_ + offset_bytes_ : nullptr;
  }

  /// Writes `bytes` to every set.
  void write(Device& device, const std::vector<std::byte>& bytes);
  void fill(Device& device, unsigned char value);

  /// What each set occupies.
  static std::size_t stride(std::size_t bytes, std::size_t offset_bytes);

 private:
  std::size_t stride_;
  std::size_t offset_bytes_;
  std::size_t sets_;
  Buffer buffer_;
};

/// How many sets of `bytes_per_set` exceed twice `cache_bytes`; at least 1.
std::size_t sets_to_evict(std::size_t bytes_per_set, std::size_t cache_bytes);

class RotatingOperands {
 public:
  /// Throws std::bad_alloc. In place, alpha is 1: a tensor that is scaled again and again would end
  /// in subnormal numbers or infinities, which no network sees.
  RotatingOperands(Device& device, const Case& c, std::size_t workspace_bytes,
                   const ProblemData& data);

  /// The set that was used longest ago.
  Operands next();
  /// Always the same set, which the caches may hold.
  Operands first() const { return set(0); }

  static std::size_t bytes_needed(const Case& c, std::size_t workspace_bytes,
                                  std::size_t cache_bytes);

 private:
  Operands set(std::size_t index) const;

  Problem problem_;
  std::size_t sets_;
  std::size_t next_ = 0;
  Arena x_;
  Arena alpha_;
  Arena out_;  ///< y or dx; unused in place
  Arena dy_;
  Arena dalpha_;
  Arena alpha_out_;
  Arena workspace_;
};

}  // namespace prelu::harness
