// ThreadSanitizer takes every CUDA thread for a thread: a missing barrier becomes a data race.
#include <sanitizer/tsan_interface.h>

#include <atomic>

#include "sanitizer.hpp"

namespace {

std::atomic<int> races{0};

}  // namespace

// Hooks and annotations of the ThreadSanitizer runtime that its header does not declare.
extern "C" {
void AnnotateIgnoreReadsBegin(const char* file, int line);
void AnnotateIgnoreReadsEnd(const char* file, int line);
void AnnotateIgnoreWritesBegin(const char* file, int line);
void AnnotateIgnoreWritesEnd(const char* file, int line);
void AnnotateBenignRaceSized(const char* file, int line, const volatile void* start,
                             std::size_t bytes, const char* description);
void __tsan_java_init(unsigned long heap, unsigned long bytes);
void __tsan_java_alloc(unsigned long start, unsigned long bytes);
void __tsan_java_free(unsigned long start, unsigned long bytes);

void __tsan_on_report(void*) { ++races; }  // NOLINT(bugprone-reserved-identifier)

/// A race ends the program with the status of a wrong result.
const char* __tsan_default_options() {  // NOLINT(bugprone-reserved-identifier)
  return "exitcode=3:report_signal_unsafe=0";
}
}

namespace prelu::simt::sanitizer {

void leave_stack(Stack&, const Stack&) {}
void arrive_on_stack(Stack&, Stack&) {}
void prepare_stack(const Stack& stack) {
  AnnotateBenignRaceSized("", 0, stack.bottom, stack.size, "threads take turns on this stack");
}

void* create_identity() { return __tsan_create_fiber(0); }
void* current_identity() { return __tsan_get_current_fiber(); }
void switch_identity(void* identity) {
  __tsan_switch_to_fiber(identity, __tsan_switch_to_fiber_no_sync);
}

void release(void* place) { __tsan_release(place); }
void acquire(void* place) { __tsan_acquire(place); }

/// What a garbage collector tells the runtime is the one way to say that memory begins a new life.
void renew(const void* start, std::size_t bytes) {
  const auto address = reinterpret_cast<unsigned long>(start);
  [[maybe_unused]] static const bool known = (__tsan_java_init(address, bytes), true);
  __tsan_java_alloc(address, bytes);
  __tsan_java_free(address, bytes);
}

void set_quiet(bool quiet) {
  if (quiet) {
    AnnotateIgnoreReadsBegin("", 0);
    AnnotateIgnoreWritesBegin("", 0);
  } else {
    AnnotateIgnoreWritesEnd("", 0);
    AnnotateIgnoreReadsEnd("", 0);
  }
}

void seal(const void*, std::size_t) {}
void unseal(const void*, std::size_t) {}
int races_reported() { return races; }

/// Each costs time in every barrier, where the runtime goes through all of them.
int wanted_identities() { return 512; }

}  // namespace prelu::simt::sanitizer
