// What stands in for oneDNN in a build that did not find it.
#include "onednn.hpp"

namespace prelu::harness {
namespace {

Peer absent(std::string_view name, Direction direction) {
  return {
      .variant = {.name = name,
                  .summary = "not in this build",
                  .backend = Backend::cpu,
                  .direction = direction,
                  .updates = {.gradient = true, .frozen = true, .sgd = true},
                  .broadcasts = true,
                  .check = [](const Problem&) -> Unsupported { return "built without oneDNN"; }}};
}

}  // namespace

std::vector<Peer> onednn_peers() {
  return {absent("peer/onednn/forward", Direction::forward),
          absent("peer/onednn/backward", Direction::backward)};
}

}  // namespace prelu::harness
