// How the library's variants stand beside other libraries in one report.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "report.hpp"

namespace prelu::reports {

/// Whether a result is another library's: its variant is named "peer/...".
bool is_peer(const Result& result);

/// A problem that a peer was timed on too.
struct PeerComparison {
  const Result* ours = nullptr;  ///< the best variant, by its cold median
  const Result* peer = nullptr;  ///< null where no peer computes the problem
  bool within_l2 = false;        ///< its bytes fit the L2 caches of the cores used

  /// The share of the ceiling: hot within the L2 caches, where a cold sample measures memory; else
  /// cold. Nothing where there is no ceiling.
  std::optional<double> share_of_ceiling() const;
  /// How many times as fast as the peer, likewise.
  std::optional<double> times_as_fast() const;
};

/// One for each problem and peer, in the order of the results, which they point to; none where the
/// report has no peer.
std::vector<PeerComparison> compare_with_peers(const Report& report);

/// Every comparison and their geometric means, as Markdown; nothing where the report has no peer.
std::string to_peers_markdown(const Report& report);

}  // namespace prelu::reports
