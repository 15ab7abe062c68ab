// What the sanitizers must be told about fibers. One implementation a build, chosen by CMake:
// sanitizer_none.cpp, sanitizer_address.cpp, sanitizer_thread.cpp.
#pragma once

#include <cstddef>

namespace prelu::simt::sanitizer {

/// A stack as AddressSanitizer sees it.
struct Stack {
  const void* bottom = nullptr;
  std::size_t size = 0;
  void* fake = nullptr;
};

/// Right before leaving `from` for `to`, and right after arriving on `on` from `from` (whose extent
/// is filled in).
void leave_stack(Stack& from, const Stack& to);
void arrive_on_stack(Stack& on, Stack& from);
/// A new stack for kernels: its memory may hold poison of an earlier use, and CUDA threads will
/// take turns on it, which is no race between them.
void prepare_stack(const Stack& stack);

/// An identity is what ThreadSanitizer takes for a thread. Null where nobody is watching.
void* create_identity();
void* current_identity();
void switch_identity(void* identity);

/// Everything before a release of `place` happens before everything after its acquire.
void release(void* place);
void acquire(void* place);

/// What was done with these bytes so far is forgotten: they are new memory. Always the same ones.
void renew(const void* start, std::size_t bytes);

/// While quiet, accesses of the current identity are not looked at: the executor's own.
void set_quiet(bool quiet);

/// Any access to sealed bytes is an error.
void seal(const void* start, std::size_t bytes);
void unseal(const void* start, std::size_t bytes);

/// How many races have been reported so far.
int races_reported();

/// How many identities the executor should share out among its blocks; 0 where nobody is watching.
int wanted_identities();

}  // namespace prelu::simt::sanitizer
