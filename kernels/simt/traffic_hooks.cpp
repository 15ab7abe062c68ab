// What code calls before every access, and in and out of every function, when it is compiled with
// GCC's -fsanitize=kernel-address and -finstrument-functions. The first is made for programs that
// bring the checks themselves; ours check nothing, and count. It sees whole packs, also those that
// are passed or returned by value, which the hooks of -fsanitize=thread miss.
//
// An atomic operation is a load, a store, or both: libstdc++ adds floating-point numbers by a load and
// an exchange, integers by what counts as a store. An assignment like += to a number in memory, where
// both have the same address at hand, counts as a load alone; a test that minds must ask for stores.
//
// Copies of any length (bulk copies) are calls of memcpy, which the linker sends here: --wrap.
#include <cstddef>

#include "traffic.hpp"

namespace {

using prelu::simt::traffic::Kind;

// The place of an access is where the hook returns to, so nothing may stand between.

[[gnu::always_inline]] inline void load(const void* start, std::size_t bytes) {
  prelu::simt::traffic::access(Kind::load, start, bytes, __builtin_return_address(0));
}

[[gnu::always_inline]] inline void store(const void* start, std::size_t bytes) {
  prelu::simt::traffic::access(Kind::store, start, bytes, __builtin_return_address(0));
}

}  // namespace

// NOLINTBEGIN(bugprone-reserved-identifier)
extern "C" {

void __cyg_profile_func_enter(void* function, void* caller) {
  prelu::simt::traffic::enter(function, caller);
}
void __cyg_profile_func_exit(void*, void*) { prelu::simt::traffic::leave(); }

void __asan_load1_noabort(void* start) { load(start, 1); }
void __asan_load2_noabort(void* start) { load(start, 2); }
void __asan_load4_noabort(void* start) { load(start, 4); }
void __asan_load8_noabort(void* start) { load(start, 8); }
void __asan_load16_noabort(void* start) { load(start, 16); }
void __asan_loadN_noabort(void* start, std::size_t bytes) { load(start, bytes); }

void __asan_store1_noabort(void* start) { store(start, 1); }
void __asan_store2_noabort(void* start) { store(start, 2); }
void __asan_store4_noabort(void* start) { store(start, 4); }
void __asan_store8_noabort(void* start) { store(start, 8); }
void __asan_store16_noabort(void* start) { store(start, 16); }
void __asan_storeN_noabort(void* start, std::size_t bytes) { store(start, bytes); }

/// Stacks are not watched.
void __asan_handle_no_return() {}

void* __real_memcpy(void* to, const void* from, std::size_t bytes);
void* __wrap_memcpy(void* to, const void* from, std::size_t bytes) {
  load(from, bytes);
  store(to, bytes);
  return __real_memcpy(to, from, bytes);
}

}  // extern "C"
// NOLINTEND(bugprone-reserved-identifier)
