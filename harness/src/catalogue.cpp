#include "catalogue.hpp"

#include <algorithm>
#include <utility>

namespace prelu::harness {

Catalogue::Catalogue(std::vector<Peer> peers) : peers_(std::move(peers)) {
  const auto variants = registry();
  all_.assign(variants.begin(), variants.end());
  for (const Peer& peer : peers_) all_.push_back(peer.variant);
}

const KernelVariant* Catalogue::find(std::string_view name) const {
  const auto found = std::ranges::find(all_, name, &KernelVariant::name);
  return found == all_.end() ? nullptr : &*found;
}

const Peer* Catalogue::peer_of(const KernelVariant& variant) const {
  const auto found =
      std::ranges::find(peers_, variant.name, [](const Peer& peer) { return peer.variant.name; });
  return found == peers_.end() ? nullptr : &*found;
}

Claims Catalogue::claims(const KernelVariant& variant) const {
  const Peer* peer = peer_of(variant);
  return {.deterministic = variant.deterministic,
          .special_values = peer == nullptr || peer->keeps_special_values};
}

Launch Catalogue::prepare(const KernelVariant& variant, const Problem& problem) const {
  if (const Peer* peer = peer_of(variant)) return peer->prepare(problem);
  return [launch = variant.launch, problem](const Operands& operands, Stream stream) {
    launch(problem, operands, stream);
  };
}

}  // namespace prelu::harness
