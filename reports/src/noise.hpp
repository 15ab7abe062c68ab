// How much a case differs from itself: measured once on a machine, committed, read by the gate.
#pragma once

#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "report.hpp"

namespace prelu::reports {

/// One case, timed by several processes of the same program.
struct CaseNoise {
  std::string name;
  double median_us = 0;
  /// The 99th percentile of the relative difference between two sides of `side` turns.
  double p99 = 0;
  /// Of each process, in the order in which they ran, how far each block lay from the median over
  /// all: 0.01 is 1 % slower.
  std::vector<std::vector<double>> residuals;

  friend bool operator==(const CaseNoise&, const CaseNoise&) = default;
};

struct NoiseRecord {
  std::string environment_key;
  std::string device;    ///< for people
  std::string date;      ///< of the first of its reports
  std::size_t side = 0;  ///< processes of a side, half of those there were
  std::vector<CaseNoise> cases;

  friend bool operator==(const NoiseRecord&, const NoiseRecord&) = default;

  /// Nothing for a case that is not on record.
  std::optional<double> p99(const std::string& name) const;
};

/// From reports of the same program, one a process. By the time at which they ran, two neighbours
/// are a turn; which of them belongs to which side is drawn again and again. Throws
/// std::invalid_argument where there are fewer than four processes, or the reports are of different
/// environments or programs.
NoiseRecord calibrate(std::vector<Report> reports, std::uint64_t seed);

std::string to_json(const NoiseRecord& record);
/// Throws std::invalid_argument naming `source`, the place and what is allowed.
NoiseRecord noise_from_json(std::string_view text, std::string_view source);
NoiseRecord read_noise(const std::filesystem::path& file);

}  // namespace prelu::reports
