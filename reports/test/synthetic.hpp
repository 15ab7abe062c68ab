// Times as machines give them, made from a seed.
#pragma once

#include <cmath>
#include <numbers>

#include "compare_case.hpp"
#include "random.hpp"

namespace prelu::reports {

/// What disturbs a time; all shares of it.
struct Noise {
  double between = 0.01;        ///< deviation between processes
  double within = 0.005;        ///< deviation between the blocks of a process
  double slow_processes = 0.2;  ///< how many processes are in another mode,
  double slow_by = 0.03;        ///< and how much slower that is
  double outliers = 0;          ///< how many blocks something else disturbed,
  double outlier_by = 0.3;      ///< by how much at most
  double drift = 0;             ///< of the machine, from the first process to the last
  double tick = 0;              ///< times are whole multiples of it
};

class Synthetic {
 public:
  Synthetic(const Noise& noise, std::uint64_t seed) : noise_(noise), random_(seed) {}

  /// `processes` a side, taken in turns; the candidate is `slower` by that share.
  TimedPair pair(int processes, double slower) {
    TimedPair pair;
    for (int i = 0; i < processes; ++i) {
      // Where the machine drifts, both sides of a turn drift alike.
      const double machine = 1 + noise_.drift * i / processes;
      pair.baseline.push_back(process(machine));
      pair.candidate.push_back(process(machine * (1 + slower)));
    }
    return pair;
  }

 private:
  std::vector<double> process(double time) {
    constexpr int kBlocks = 10;
    constexpr double kMicroseconds = 100;
    const bool slow = random_.uniform() < noise_.slow_processes;
    const double mode = time * (1 + noise_.between * normal()) * (slow ? 1 + noise_.slow_by : 1);
    std::vector<double> blocks;
    for (int i = 0; i < kBlocks; ++i) {
      const bool outlier = random_.uniform() < noise_.outliers;
      const double disturbed = outlier ? 1 + noise_.outlier_by * random_.uniform() : 1;
      const double relative = mode * (1 + noise_.within * normal()) * disturbed;
      blocks.push_back(kMicroseconds * (noise_.tick > 0
                                            ? noise_.tick * std::round(relative / noise_.tick)
                                            : relative));
    }
    return blocks;
  }

  /// Box and Muller's.
  double normal() {
    return std::sqrt(-2 * std::log(1 - random_.uniform())) *
           std::cos(2 * std::numbers::pi * random_.uniform());
  }

  Noise noise_;
  Random random_;
};

}  // namespace prelu::reports
