// The one place where a problem's map from elements to slopes becomes a type.
#pragma once

#include "prelu/problem.hpp"

namespace prelu {

/// Calls visitor(map) with the problem's AlphaMap, or its BroadcastMap where it is a broadcast.
template <class Visitor>
void visit_map(const Problem& problem, Visitor&& visitor) {
  if (problem.alpha_mode == AlphaMode::broadcast) {
    visitor(broadcast_map(problem));
  } else {
    visitor(alpha_map(problem));
  }
}

}  // namespace prelu
