// Is the step right on every rank? Against one process that does all of it in float64.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "prelu/problem.hpp"
#include "problem_data.hpp"
#include "ranks.hpp"
#include "reducer.hpp"
#include "report.hpp"
#include "rows.hpp"
#include "step.hpp"

namespace prelu::harness {

class Proof {
 public:
  /// `whole` is the problem of all ranks together, of which this one has `rows`.
  Proof(const Problem& whole, Rows rows) : whole_(whole), rows_(rows) {}

  /// Draws every layer's inputs anew, gives the step its rows of them, and computes what must come
  /// out: by the reference, of the whole batch, on each rank by itself.
  void load(Step& step, const Dataset& dataset);

  /// Runs the step on what was loaded and compares: dx of these rows bit by bit, dalpha within the
  /// bound of the whole sum, and the same bits on all ranks, or replicas would drift apart. What is
  /// wrong on the lowest rank where anything is, told to every rank; empty when all is right.
  std::string check(Step& step, Summing summing, Reducer& reducer, const Ranks& ranks);

  const reports::Verification& verification() const { return verification_; }

 private:
  struct Expected {
    std::vector<std::byte> dx;
    std::vector<ExpectedSlope> dalpha;
  };

  std::string compare(const Step& step, const Ranks& ranks);

  Problem whole_;
  Rows rows_;
  Dataset dataset_;
  std::vector<Expected> expected_;  ///< one a layer
  reports::Verification verification_;
};

/// The host memory that load() takes on each rank.
std::int64_t proof_bytes(const Problem& whole, Rows rows, std::int64_t layers);

}  // namespace prelu::harness
