// Memory for tensors that are larger than the machine: only what is written exists.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

namespace prelu {

/// A range of address space over the pages of one anonymous file. In front of it lies another
/// range, the guard, where an offset that has wrapped around to a negative number ends up.
class SparseMemory {
 public:
  /// Reads as zero until it is written. Throws std::system_error where the machine refuses.
  SparseMemory(std::int64_t bytes, std::int64_t guard);
  /// `pattern` over and over, to be read only: the same few pages, seen at many addresses. Its size
  /// is a whole number of pages.
  SparseMemory(std::int64_t bytes, std::int64_t guard, std::span<const std::byte> pattern);
  ~SparseMemory();
  SparseMemory(const SparseMemory&) = delete;
  SparseMemory& operator=(const SparseMemory&) = delete;

  std::byte* data() { return start_ + guard_; }

  /// Bytes [begin, end), counted from data().
  struct Range {
    std::int64_t begin;
    std::int64_t end;
  };
  /// The pages that somebody has written; those of the guard are negative.
  std::vector<Range> written() const;

 private:
  SparseMemory(std::int64_t bytes, std::int64_t guard, std::int64_t file_bytes);

  int file_ = -1;
  std::byte* start_ = nullptr;
  std::int64_t guard_ = 0;
  std::int64_t bytes_ = 0;
};

}  // namespace prelu
