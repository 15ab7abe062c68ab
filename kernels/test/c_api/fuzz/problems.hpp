// Random problems for the C ABI: right ones, ones with a mistake, and rubbish.
#pragma once

#include <prelu/prelu.h>

#include "prelu/problem.hpp"
#include "random.hpp"

namespace prelu::fuzz {

/// A valid problem, as C says it and as C++ does.
struct Subject {
  prelu_problem given;
  Problem meant;
};

Subject draw_subject(Random& random);

/// What must become of a problem with a mistake.
struct Refusal {
  const char* says = nullptr;  ///< a part of the message
  prelu_status status = PRELU_OK;
};

/// Makes one mistake in a valid problem.
Refusal make_mistake(Random& random, Subject& subject);

/// A problem with some fields of any value, which may be valid all the same. Its size is right.
prelu_problem draw_rubbish(Random& random);

}  // namespace prelu::fuzz
