// The reports of many machines, put together by case and device.
#pragma once

#include <string>
#include <vector>

#include "report.hpp"

namespace prelu::reports {

struct MergeOptions {
  bool split = false;  ///< each shard is wanted once, on any device of a kind, not of each device
  /// An outlier's speed is more than this many median absolute deviations below its fleet's median,
  double deviations = 3;
  /// and lower by at least this share: where all devices agree to a thousandth, three deviations
  /// are nothing that anyone would act upon.
  double least = 0.01;
};

/// A report that was read, or why it was not.
struct ShardFile {
  std::string file;
  Report report;
  std::string error;  ///< empty where it was read
};

/// What a merge keeps of a report: of the samples of each case one median a block.
Report reduced(Report report);

/// One report that holds each case once for every device that timed it, in the order of problems,
/// variants and devices; a row's `process` tells devices apart for those who know nothing of them.
/// What is wrong with the shards is a finding. The samples should be reduced. Throws
/// std::invalid_argument where there is no report at all.
Report merge(std::vector<ShardFile> files, const MergeOptions& options);

struct MergeStatusOptions {
  bool missing_allowed = false;
  bool fail_on_outlier = false;
};

/// 3 where a case is wrong on some device, 4 where a finding is about shards, 1 for an outlier.
int exit_status(const Report& merged, const MergeStatusOptions& options);

}  // namespace prelu::reports
