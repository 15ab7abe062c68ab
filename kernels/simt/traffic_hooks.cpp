// What GCC calls before every access, and in and out of every function, when it compiles with
// -fsanitize=thread. Here no race detector listens, but the counter of traffic.hpp: the sanitizer's
// own runtime is not linked.
//
// The compiler overlooks packs that are passed to a function or returned from it without a copy, so
// it is told to copy them after all: -fno-elide-constructors.
//
// Atomic operations are handed over whole and carried out here. CUDA threads take turns, so plain
// ones will do. An atomic addition counts as a load and a store, which is what the memory does; of
// floating-point numbers libstdc++ makes a load and an exchange, which comes to the same.
//
// Copies of any length (bulk copies) are calls of memcpy, which the linker sends here: --wrap.
//
// Only what kernels use is here: one that needs another hook does not link.
#include <cstddef>
#include <cstdint>

#include "traffic.hpp"

namespace {

using prelu::simt::traffic::Kind;

// The place of an access is where the hook returns to, so nothing may stand between.

[[gnu::always_inline]] inline void load(const volatile void* start, std::size_t bytes) {
  prelu::simt::traffic::access(Kind::load, const_cast<const void*>(start), bytes,
                               __builtin_return_address(0));
}

[[gnu::always_inline]] inline void store(const volatile void* start, std::size_t bytes) {
  prelu::simt::traffic::access(Kind::store, const_cast<const void*>(start), bytes,
                               __builtin_return_address(0));
}

template <class T>
[[gnu::always_inline]] inline T exchange(volatile T* place, T value) {
  load(place, sizeof(T));
  store(place, sizeof(T));
  const T before = *place;
  *place = value;
  return before;
}

/// Kernels do not ask for it by name: a load came before it, so it is a store.
template <class T>
[[gnu::always_inline]] inline bool compare_exchange(volatile T* place, T* expected, T value) {
  const T before = *place;
  if (before != *expected) {
    *expected = before;
    return false;
  }
  store(place, sizeof(T));
  *place = value;
  return true;
}

}  // namespace

// NOLINTBEGIN(bugprone-reserved-identifier,readability-identifier-naming)
extern "C" {

void __tsan_init() {}
void __tsan_func_entry(void* caller) { prelu::simt::traffic::enter(caller); }
void __tsan_func_exit() { prelu::simt::traffic::leave(); }

void __tsan_read1(void* start) { load(start, 1); }
void __tsan_read2(void* start) { load(start, 2); }
void __tsan_read4(void* start) { load(start, 4); }
void __tsan_read8(void* start) { load(start, 8); }
void __tsan_read16(void* start) { load(start, 16); }
void __tsan_read_range(void* start, std::size_t bytes) { load(start, bytes); }

void __tsan_write1(void* start) { store(start, 1); }
void __tsan_write2(void* start) { store(start, 2); }
void __tsan_write4(void* start) { store(start, 4); }
void __tsan_write8(void* start) { store(start, 8); }
void __tsan_write16(void* start) { store(start, 16); }
void __tsan_write_range(void* start, std::size_t bytes) { store(start, bytes); }

std::int8_t __tsan_atomic8_load(const volatile std::int8_t* place, int) {
  load(place, sizeof *place);
  return *place;
}
std::int32_t __tsan_atomic32_load(const volatile std::int32_t* place, int) {
  load(place, sizeof *place);
  return *place;
}
std::int64_t __tsan_atomic64_load(const volatile std::int64_t* place, int) {
  load(place, sizeof *place);
  return *place;
}
std::int32_t __tsan_atomic32_fetch_add(volatile std::int32_t* place, std::int32_t value, int) {
  return exchange(place, *place + value);
}
std::int32_t __tsan_atomic32_exchange(volatile std::int32_t* place, std::int32_t value, int) {
  return exchange(place, value);
}
bool __tsan_atomic32_compare_exchange_weak(volatile std::int32_t* place, std::int32_t* expected,
                                           std::int32_t value, int, int) {
  return compare_exchange(place, expected, value);
}
bool __tsan_atomic64_compare_exchange_weak(volatile std::int64_t* place, std::int64_t* expected,
                                           std::int64_t value, int, int) {
  return compare_exchange(place, expected, value);
}

void* __real_memcpy(void* to, const void* from, std::size_t bytes);
void* __wrap_memcpy(void* to, const void* from, std::size_t bytes) {
  load(from, bytes);
  store(to, bytes);
  return __real_memcpy(to, from, bytes);
}

}  // extern "C"
// NOLINTEND(bugprone-reserved-identifier,readability-identifier-naming)
