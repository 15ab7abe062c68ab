// Which devices of a fleet are slower than their like.
#pragma once

#include "report.hpp"

namespace prelu::reports {

/// Fills in the speeds of the members of a merged report's fleet, and marks and names the outliers:
/// those whose speed is more than `deviations` median absolute deviations below the median of the
/// devices with their environment, and lower by `least` of it.
void mark_outliers(Report& merged, double deviations, double least);

}  // namespace prelu::reports
