// No sanitizer is watching.
#include "sanitizer.hpp"

namespace prelu::simt::sanitizer {

void leave_stack(Stack&, const Stack&) {}
void arrive_on_stack(Stack&, Stack&) {}
void prepare_stack(const Stack&) {}
void* create_identity() { return nullptr; }
void* current_identity() { return nullptr; }
void switch_identity(void*) {}
void release(void*) {}
void acquire(void*) {}
void renew(const void*, std::size_t) {}
void set_quiet(bool) {}
void seal(const void*, std::size_t) {}
void unseal(const void*, std::size_t) {}
int races_reported() { return 0; }
int wanted_identities() { return 0; }

}  // namespace prelu::simt::sanitizer
