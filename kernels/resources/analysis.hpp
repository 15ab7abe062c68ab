// What a kernel's machine code says of its accesses to global memory.
#pragma once

#include "listing.hpp"

namespace prelu::resources {

/// Loads of what may be written meanwhile are those of tensors: they may be in place, so no kernel
/// reads them through the read-only path, as it does its slopes. Where a kernel has no such load,
/// all its loads count.
struct Findings {
  int load_bits = 0;   ///< the widest load of a tensor
  int store_bits = 0;  ///< the widest store

  /// The bytes of tensors that a thread asks for, at most, before it needs the first of them; of
  /// PTX: as far as it lets ptxas order the loads so.
  int bytes_in_flight = 0;
  /// It divides integers in an innermost loop that loads tensors; of a kernel without such a loop:
  /// anywhere, because every pack has its own thread.
  bool divides_in_loop = false;
  bool bulk = false;  ///< copies in bulk: the number of bytes is not in the code

  friend bool operator==(const Findings&, const Findings&) = default;
};

Findings analyse(const Listing& listing);

/// The widest load and the widest store through one of the kernel's pointers.
struct Stream {
  int load_bits = 0;
  int store_bits = 0;

  friend bool operator==(const Stream&, const Stream&) = default;
};

/// One for each pointer among the parameters that global memory is accessed through. PTX only.
std::vector<Stream> streams_of(const Listing& listing);

}  // namespace prelu::resources
