// How much memory this process may still use.
#pragma once

#include <cstddef>

namespace prelu::harness {

/// What can still be touched without the kernel killing someone: it overcommits, so an allocation
/// that succeeds proves nothing. The cgroup's limit counts too.
std::size_t available_host_memory();

}  // namespace prelu::harness
