#include "bootstrap.hpp"

#include <algorithm>
#include <cmath>

#include "random.hpp"
#include "statistics.hpp"

namespace prelu::reports {
namespace {

constexpr int kResamples = 1000;

/// Draws medians of one side's resamples. The blocks are sorted once; a resample counts how often
/// each was drawn, and its median is where half of them lie below: no resample is sorted.
class Resampler {
 public:
  explicit Resampler(const Side& side) {
    std::vector<Block> blocks;
    for (std::size_t process = 0; process < side.size(); ++process) {
      for (const double value : side[process]) blocks.push_back({value, process});
    }
    std::ranges::sort(blocks, {}, [](const Block& block) {
      return std::pair(block.value, block.process);  // equal values in one order everywhere
    });
    ranks_.resize(side.size());
    for (std::size_t rank = 0; rank < blocks.size(); ++rank) {
      sorted_.push_back(blocks[rank].value);
      ranks_[blocks[rank].process].push_back(rank);
    }
    counts_.resize(blocks.size());
  }

  double median(Random& random) {
    std::ranges::fill(counts_, 0);
    std::size_t drawn = 0;
    for (std::size_t i = 0; i < ranks_.size(); ++i) {
      const std::vector<std::size_t>& blocks = ranks_[random.below(ranks_.size())];
      for (std::size_t k = 0; k < blocks.size(); ++k)
        ++counts_[blocks[random.below(blocks.size())]];
      drawn += blocks.size();
    }
    return (drawn_value((drawn - 1) / 2) + drawn_value(drawn / 2)) / 2;
  }

 private:
  struct Block {
    double value;
    std::size_t process;
  };

  /// The drawn value that `below` drawn ones precede.
  double drawn_value(std::size_t below) const {
    std::size_t rank = 0;
    for (std::size_t seen = counts_[0]; seen <= below; seen += counts_[rank]) ++rank;
    return sorted_[rank];
  }

  std::vector<double> sorted_;                   ///< all blocks
  std::vector<std::vector<std::size_t>> ranks_;  ///< of each process's blocks among them
  std::vector<std::size_t> counts_;              ///< how often each was drawn
};

std::vector<double> resampled_sides(const Side& baseline, const Side& candidate,
                                    std::uint64_t seed) {
  Random random(seed);
  Resampler of_baseline(baseline);
  Resampler of_candidate(candidate);
  std::vector<double> log_ratios(kResamples);
  for (double& log_ratio : log_ratios) {
    const double baseline_us = of_baseline.median(random);
    log_ratio = std::log(of_candidate.median(random) / baseline_us);
  }
  return log_ratios;
}

/// The median of as many blocks, drawn from these.
double resampled_median(const std::vector<double>& blocks, Random& random,
                        std::vector<double>& drawn) {
  drawn.resize(blocks.size());
  for (double& block : drawn) block = blocks[random.below(blocks.size())];
  const auto middle = drawn.begin() + static_cast<std::ptrdiff_t>(drawn.size() / 2);
  std::ranges::nth_element(drawn, middle);
  if (drawn.size() % 2 == 1) return *middle;
  return (*middle + *std::max_element(drawn.begin(), middle)) / 2;
}

std::vector<double> resampled_turns(const Side& baseline, const Side& candidate,
                                    std::uint64_t seed) {
  Random random(seed);
  std::vector<double> log_ratios(kResamples);
  std::vector<double> of_turns(baseline.size());
  std::vector<double> drawn;
  for (double& log_ratio : log_ratios) {
    for (double& of_turn : of_turns) {
      const std::size_t turn = random.below(baseline.size());
      const double baseline_us = resampled_median(baseline[turn], random, drawn);
      of_turn = std::log(resampled_median(candidate[turn], random, drawn) / baseline_us);
    }
    log_ratio = median(of_turns);
  }
  return log_ratios;
}

}  // namespace

double side_median(const Side& side) {
  std::vector<double> all;
  for (const std::vector<double>& blocks : side)
    all.insert(all.end(), blocks.begin(), blocks.end());
  return median(all);
}

double ratio_estimate(const Side& baseline, const Side& candidate) {
  if (baseline.size() != candidate.size()) return side_median(candidate) / side_median(baseline);
  std::vector<double> ratios;
  for (std::size_t turn = 0; turn < baseline.size(); ++turn) {
    ratios.push_back(std::log(median(candidate[turn]) / median(baseline[turn])));
  }
  return std::exp(median(ratios));
}

Ratio bootstrap_ratio(const Side& baseline, const Side& candidate, std::uint64_t seed) {
  const bool paired = baseline.size() == candidate.size();
  const std::vector<double> log_ratios = paired ? resampled_turns(baseline, candidate, seed)
                                                : resampled_sides(baseline, candidate, seed);
  const double estimate = ratio_estimate(baseline, candidate);
  // Of n turns drawn from n, n - 1 parts in n of the variance remain.
  const auto n = static_cast<double>(baseline.size());
  const double width = paired && n > 1 ? std::sqrt(n / (n - 1)) : 1;
  const auto end = [&](double tail) {
    return estimate * std::exp(width * (quantile(log_ratios, tail) - std::log(estimate)));
  };
  constexpr double kTail = (1 - kConfidence) / 2;
  return {.estimate = estimate, .low = end(kTail), .high = end(1 - kTail)};
}

}  // namespace prelu::reports
