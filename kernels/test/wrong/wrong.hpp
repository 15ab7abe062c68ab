// Kernels that make one mistake each, on purpose, and their right siblings: what the SIMT executor
// claims to catch. Each file holds one, but for bulk_copies.cu.
#pragma once

#include <array>
#include <string_view>

namespace prelu::wrong {

// Each runs its kernel, with the mistake or without, and says whether the result is right.

bool barrier_and_shuffle(bool mistake);
bool bulk_barrier_not_initialised(bool mistake);
bool bulk_load_missing(bool mistake);
bool bulk_load_not_awaited(bool mistake);
bool bulk_misaligned(bool mistake);
bool bulk_store_not_awaited(bool mistake);
bool bulk_store_not_published(bool mistake);
bool bulk_tile_reused(bool mistake);
bool bulk_wrong_phase(bool mistake);
bool divergent_barrier(bool mistake);
bool dynamic_shared_overflow(bool mistake);
bool early_exit(bool mistake);
bool exited_lanes(bool mistake);
bool lane_outside_its_mask(bool mistake);
bool last_block_without_ticket(bool mistake);
bool misaligned_pack(bool mistake);
bool missing_barrier(bool mistake);
bool non_atomic_sum(bool mistake);
bool read_past_the_end(bool mistake);
bool reused_shared(bool mistake);
bool static_shared_overflow(bool mistake);
bool two_shuffles(bool mistake);
bool unwritten_dynamic_shared(bool mistake);
bool unwritten_static_shared(bool mistake);
bool write_past_the_end(bool mistake);

struct Kernel {
  std::string_view name;
  bool (*run)(bool mistake);
};

inline constexpr auto kKernels = std::to_array<Kernel>({
    {"barrier_and_shuffle", barrier_and_shuffle},
    {"bulk_barrier_not_initialised", bulk_barrier_not_initialised},
    {"bulk_load_missing", bulk_load_missing},
    {"bulk_load_not_awaited", bulk_load_not_awaited},
    {"bulk_misaligned", bulk_misaligned},
    {"bulk_store_not_awaited", bulk_store_not_awaited},
    {"bulk_store_not_published", bulk_store_not_published},
    {"bulk_tile_reused", bulk_tile_reused},
    {"bulk_wrong_phase", bulk_wrong_phase},
    {"divergent_barrier", divergent_barrier},
    {"dynamic_shared_overflow", dynamic_shared_overflow},
    {"early_exit", early_exit},
    {"exited_lanes", exited_lanes},
    {"lane_outside_its_mask", lane_outside_its_mask},
    {"last_block_without_ticket", last_block_without_ticket},
    {"misaligned_pack", misaligned_pack},
    {"missing_barrier", missing_barrier},
    {"non_atomic_sum", non_atomic_sum},
    {"read_past_the_end", read_past_the_end},
    {"reused_shared", reused_shared},
    {"static_shared_overflow", static_shared_overflow},
    {"two_shuffles", two_shuffles},
    {"unwritten_dynamic_shared", unwritten_dynamic_shared},
    {"unwritten_static_shared", unwritten_static_shared},
    {"write_past_the_end", write_past_the_end},
});

}  // namespace prelu::wrong
