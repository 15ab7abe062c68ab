#include "sparse_memory.hpp"

#include <sys/mman.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <system_error>

namespace prelu {
namespace {

std::int64_t whole_pages(std::int64_t bytes) {
  const std::int64_t page = sysconf(_SC_PAGESIZE);
  return (bytes + page - 1) / page * page;
}

[[noreturn]] void refuse(const char* call) {
  throw std::system_error(errno, std::generic_category(), call);
}

}  // namespace

/// Reserves the addresses, and a file behind none of them yet.
SparseMemory::SparseMemory(std::int64_t bytes, std::int64_t guard, std::int64_t file_bytes)
    : guard_(whole_pages(guard)), bytes_(guard_ + whole_pages(bytes)) {
  void* const reserved = mmap(nullptr, static_cast<std::size_t>(bytes_), PROT_NONE,
                              MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
  if (reserved == MAP_FAILED) refuse("mmap");
  start_ = static_cast<std::byte*>(reserved);
  file_ = memfd_create("prelu_sparse", 0);
  if (file_ < 0) refuse("memfd_create");
  if (ftruncate(file_, file_bytes) != 0) refuse("ftruncate");
}

SparseMemory::SparseMemory(std::int64_t bytes, std::int64_t guard)
    : SparseMemory(bytes, guard, whole_pages(guard) + whole_pages(bytes)) {
  if (mmap(start_, static_cast<std::size_t>(bytes_), PROT_READ | PROT_WRITE,
           MAP_SHARED | MAP_NORESERVE | MAP_FIXED, file_, 0) == MAP_FAILED) {
    refuse("mmap");
  }
}

SparseMemory::SparseMemory(std::int64_t bytes, std::int64_t guard,
                           std::span<const std::byte> pattern)
    : SparseMemory(bytes, guard, static_cast<std::int64_t>(pattern.size())) {
  const auto period = static_cast<std::int64_t>(pattern.size());
  if (pwrite(file_, pattern.data(), pattern.size(), 0) != period) refuse("pwrite");
  for (std::int64_t at = 0; at < bytes_; at += period) {
    const auto length = static_cast<std::size_t>(std::min(period, bytes_ - at));
    if (mmap(start_ + at, length, PROT_READ, MAP_SHARED | MAP_FIXED, file_, 0) == MAP_FAILED) {
      refuse("mmap");
    }
  }
}

SparseMemory::~SparseMemory() {
  munmap(start_, static_cast<std::size_t>(bytes_));
  close(file_);
}

std::vector<SparseMemory::Range> SparseMemory::written() const {
  std::vector<Range> ranges;
  for (off_t end = 0;;) {
    const off_t begin = lseek(file_, end, SEEK_DATA);
    if (begin < 0) return ranges;  // there is no more
    end = lseek(file_, begin, SEEK_HOLE);
    ranges.push_back({.begin = begin - guard_, .end = end - guard_});
  }
}

}  // namespace prelu
