// What a case can name: the library's variants and, to compare them with, other libraries' PReLU.
#pragma once

#include <span>
#include <string_view>
#include <vector>

#include "device.hpp"
#include "prelu/problem.hpp"
#include "variant.hpp"
#include "verifier.hpp"

namespace prelu::harness {

/// What the names of all peers begin with, and of no variant.
inline constexpr std::string_view kPeerFolder = "peer/";

/// Another library's PReLU. It goes the way of the variants: refused, proven, timed, reported.
struct Peer {
  /// What is known of it, under the name "peer/LIBRARY-VERSION/DIRECTION". Its launch is not used.
  KernelVariant variant;
  /// Does what need be done only once for a problem: never timed.
  Launch (*prepare)(const Problem&) = nullptr;
  /// Where false it is proven with ordinary numbers only, and a zero may have either sign.
  bool keeps_special_values = true;
};

class Catalogue {
 public:
  /// The registry's variants, then the peers.
  Catalogue() : Catalogue(std::vector<Peer>{}) {}
  explicit Catalogue(std::vector<Peer> peers);

  std::span<const KernelVariant> all() const { return all_; }
  /// Null where nothing is called so.
  const KernelVariant* find(std::string_view name) const;
  /// What the verifier holds it to.
  Claims claims(const KernelVariant& variant) const;
  /// How to launch a problem that `variant` supports; takes as long as it needs to.
  Launch prepare(const KernelVariant& variant, const Problem& problem) const;

 private:
  const Peer* peer_of(const KernelVariant& variant) const;

  std::vector<Peer> peers_;
  std::vector<KernelVariant> all_;
};

}  // namespace prelu::harness
