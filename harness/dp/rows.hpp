// Which rows of the batch a rank computes.
#pragma once

#include <cstdint>

namespace prelu::harness {

struct Rows {
  std::int64_t first = 0;
  std::int64_t count = 0;

  friend bool operator==(const Rows&, const Rows&) = default;
};

/// As even as can be: ranks differ by one row at most, and where there are fewer rows than ranks,
/// some have none.
constexpr Rows rows_of(std::int64_t batch, int rank, int ranks) {
  const std::int64_t each = batch / ranks;
  const std::int64_t left = batch % ranks;  // the first ranks take one more
  const std::int64_t first = rank * each + (rank < left ? rank : left);
  return {.first = first, .count = each + (rank < left ? 1 : 0)};
}

}  // namespace prelu::harness
