// Numbers and groups as people read them: shared by the table and the Markdown.
#pragma once

#include <map>
#include <string>
#include <vector>

#include "report.hpp"

namespace prelu::reports {

/// `value` with as many decimals as `uncertainty` leaves meaningful, but two or three significant
/// digits: 12.3, 0.071, 1240.
std::string with_precision(double value, double uncertainty);

/// "12.3 us", "4.6 ms": the median with no more digits than its interval allows.
std::string format_time(const Summary& summary);
/// "4.51 to 4.87 ms", in the unit of the median; "(75 % only)" where the samples are too few for 95
/// %.
std::string format_interval(const Summary& summary);
/// GB/s (10^9), likewise.
std::string format_bandwidth(const Summary& summary);
/// "93 %", with "suspect" where a kernel seems faster than the fastest copy (above 105 %); "-"
/// where no ceiling was measured.
std::string format_share(const Summary& summary);
/// " (throttled)" where samples ran at a clock that was down, " (disturbed)" where some were kept
/// although something else ran meanwhile, else nothing.
std::string sample_marks(const Measurement& measurement);
/// A duration given in microseconds, three digits in a fitting unit: "71.2 ns".
std::string format_us(double us);

struct Counts {
  int passed = 0;
  int failed = 0;
  int skipped = 0;
  int timed = 0;
};
Counts count(const Report& report);

/// "12 passed, 1 failed, 3 skipped", and that the run is partial if it is.
std::string verdict(const Report& report);

/// How many results of that status gave each reason.
std::map<std::string, int> reasons(const Report& report, Status status);

/// For each problem and device the timed result with the smallest median, in the order in which the
/// problems first occur. Peers are left out.
std::vector<const Result*> best_of_each_problem(const Report& report);

/// "NVIDIA H200 (cuda, driver 580.65)" for each device, joined by "; "; "8 x ..." for many alike.
std::string device_line(const Report& report);

}  // namespace prelu::reports
