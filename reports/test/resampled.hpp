// Times as a machine gave them: drawn from what prelu-report calibrate recorded there.
#pragma once

#include <cstddef>
#include <utility>
#include <vector>

#include "compare_case.hpp"
#include "noise.hpp"
#include "random.hpp"

namespace prelu::reports {

class Resampled {
 public:
  Resampled(NoiseRecord record, std::uint64_t seed) : record_(std::move(record)), random_(seed) {}

  /// `processes` a side, of a case drawn from the record; the candidate is `slower` by that share.
  /// The pair has the noise on record, as with compare --noise.
  TimedPair pair(int processes, double slower) {
    const CaseNoise& noise = record_.cases[random_.below(record_.cases.size())];
    TimedPair pair{.noise = noise.p99};
    for (int i = 0; i < processes; ++i) {
      // A turn on record, the two that ran one after the other, in either order.
      const std::size_t turn = 2 * random_.below(noise.residuals.size() / 2);
      const std::size_t swapped = random_.below(2);
      pair.baseline.push_back(process(noise, turn + swapped, 0));
      pair.candidate.push_back(process(noise, turn + 1 - swapped, slower));
    }
    return pair;
  }

 private:
  /// One of the processes on record, and of its blocks as many as it had, drawn again.
  std::vector<double> process(const CaseNoise& noise, std::size_t which, double slower) {
    const std::vector<double>& residuals = noise.residuals[which];
    std::vector<double> blocks;
    for (std::size_t i = 0; i < residuals.size(); ++i) {
      const double residual = residuals[random_.below(residuals.size())];
      blocks.push_back(noise.median_us * (1 + residual) * (1 + slower));
    }
    return blocks;
  }

  NoiseRecord record_;
  Random random_;
};

}  // namespace prelu::reports
