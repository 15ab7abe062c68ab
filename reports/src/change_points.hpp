// Where the level of a series of noisy numbers changes.
//
// Optimal partitioning (Jackson et al., 2005; what PELT, Killick et al., 2012, computes with
// pruning): of all ways to cut the series, the one with the least sum of costs and of a penalty a
// cut. The cost of a segment is the sum of distances from its median, so that a few outliers move
// neither its level nor a cut; a segment has three points at least, so that no single one makes a
// level.
#pragma once

#include <cstddef>
#include <span>
#include <vector>

namespace prelu::reports {

/// A level needs as many points: of two, one may be an outlier.
inline constexpr std::size_t kLeastSegment = 3;

/// How much neighbours differ for no reason, as a standard deviation: from the median absolute
/// deviation of their differences, which neither steps nor outliers move. At least 0.001. Wants two
/// values.
double noise_scale(std::span<const double> values);

/// The first point of every level but the first, where the noise is of that scale.
std::vector<std::size_t> change_points(std::span<const double> values, double scale);

/// The same with a given penalty, in units of the values.
std::vector<std::size_t> optimal_cuts(std::span<const double> values, double penalty);

/// `values` without outliers: what is more than four times `scale` away from the median of its
/// seven neighbours, itself among them, is moved to that distance (Hampel's filter).
std::vector<double> without_outliers(std::span<const double> values, double scale);

/// How a series goes from one level to another: by a step or, where that fits better, by a ramp.
struct Transition {
  std::size_t last_before = 0;  ///< up to here it surely is on the first level
  std::size_t first_after = 1;  ///< and from here on the second
  double before = 0;
  double after = 0;
};

/// Of the values from `begin` to before `end`, two at least. For a step, `last_before` and
/// `first_after` enclose all places that fit hardly worse than the best; for a ramp, its slope.
Transition transition(std::span<const double> values, std::size_t begin, std::size_t end,
                      double scale);

}  // namespace prelu::reports
