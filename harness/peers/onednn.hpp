// oneDNN's PReLU primitive, measured beside the CPU variants.
#pragma once

#include <vector>

#include "catalogue.hpp"

namespace prelu::harness {

/// Forward and backward. Where the build found no oneDNN they are listed, and refuse everything.
std::vector<Peer> onednn_peers();

}  // namespace prelu::harness
