// What PReLU costs a network: the times of its layers, added up.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "report.hpp"

namespace prelu::reports {

/// The layers of one direction. Without a time for each of them the sum is no total.
struct LayerSum {
  struct Missing {
    std::string problem;
    std::int64_t times = 1;

    friend bool operator==(const Missing&, const Missing&) = default;
  };

  double us = 0;            ///< of the layers that were timed
  std::int64_t layers = 0;  ///< of the network, timed or not
  bool throttled = false;   ///< one of the times is
  std::vector<Missing> missing;

  bool complete() const { return missing.empty(); }
  bool empty() const;  ///< no layer was timed
  std::int64_t missing_layers() const;

  friend bool operator==(const LayerSum&, const LayerSum&) = default;
};

struct NetworkCost {
  const Network* network = nullptr;
  LayerSum forward;            ///< of the best variant of each problem, by its cold median
  LayerSum backward;           ///< likewise
  LayerSum baseline_forward;   ///< of the unfused variant, or else of the naive one
  LayerSum baseline_backward;  ///< likewise
  const NetworkLayer* costliest = nullptr;  ///< null unless all layers were timed
  double costliest_us = 0;                  ///< forward and backward, times its times
};

/// One of each network of the report, on that kind of device.
std::vector<NetworkCost> network_costs(const Report& report, std::string_view device);

/// The kinds of device that timed a layer of a network, in the order of the results.
std::vector<std::string> network_devices(const Report& report);

}  // namespace prelu::reports
