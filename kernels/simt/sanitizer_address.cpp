// AddressSanitizer must know on which stack the program runs.
#include <sanitizer/asan_interface.h>
#include <sanitizer/common_interface_defs.h>

#include "sanitizer.hpp"

namespace prelu::simt::sanitizer {

void leave_stack(Stack& from, const Stack& to) {
  __sanitizer_start_switch_fiber(&from.fake, to.bottom, to.size);
}

void arrive_on_stack(Stack& on, Stack& from) {
  __sanitizer_finish_switch_fiber(on.fake, &from.bottom, &from.size);
}

void prepare_stack(const Stack& stack) { __asan_unpoison_memory_region(stack.bottom, stack.size); }

void* create_identity() { return nullptr; }
void* current_identity() { return nullptr; }
void switch_identity(void*) {}
void release(void*) {}
void acquire(void*) {}
void renew(const void*, std::size_t) {}
void set_quiet(bool) {}
void seal(const void* start, std::size_t bytes) { __asan_poison_memory_region(start, bytes); }
void unseal(const void* start, std::size_t bytes) { __asan_unpoison_memory_region(start, bytes); }
int races_reported() { return 0; }
int wanted_identities() { return 0; }

}  // namespace prelu::simt::sanitizer
