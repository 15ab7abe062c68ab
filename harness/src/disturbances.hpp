// What took the cores away from this process while it was being timed.
#pragma once

#include <cstdint>

namespace prelu::harness {

/// How often, since the process began, one of its threads was made to wait for its core, or the
/// hypervisor gave a tick of the machine's time, 10 ms, to others. Only differences mean anything.
/// Asking takes tens of microseconds, and leaves the core to find its caches and branches anew.
std::int64_t disturbances();

}  // namespace prelu::harness
