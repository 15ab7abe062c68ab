#include "analysis.hpp"

#include <algorithm>
#include <functional>
#include <map>
#include <set>
#include <string>

#include "flow.hpp"

namespace prelu::resources {
namespace {

using Predicate = std::function<bool(const Instruction&)>;

/// Whether an instruction loads from a tensor, in the widest way that the kernel knows: what is
/// narrower serves the ragged end.
Predicate tensor_loads(const Listing& listing) {
  bool writable = false;  // such loads there are
  int widest = 0;
  for (const Instruction& one : listing.instructions) {
    if (one.access != Access::load || (one.read_only && writable)) continue;
    if (!one.read_only && !writable) widest = 0;
    writable = writable || !one.read_only;
    widest = std::max(widest, one.bits);
  }
  return [=](const Instruction& one) {
    return one.access == Access::load && one.bits == widest && (!writable || !one.read_only);
  };
}

/// What a thread has asked for and not yet needed.
struct Outstanding {
  std::set<std::string> registers;
  int bytes = 0;
};

/// In machine code a load is in flight until the first instruction that needs it. ptxas moves the
/// loads of PTX together, as far as no store, which may be to the same address, is between them.
int bytes_in_flight(const Listing& listing, const std::vector<Block>& blocks,
                    const Predicate& loads) {
  int most = 0;
  std::map<std::size_t, Outstanding> at_end;
  for (const std::size_t b : in_order_of_flow(blocks)) {
    // Of the ways that lead here, the one with the most bytes.
    Outstanding now;
    for (const std::size_t previous : blocks[b].previous) {
      if (at_end.contains(previous) && at_end[previous].bytes > now.bytes) now = at_end[previous];
    }
    for (std::size_t i = blocks[b].begin; i < blocks[b].end; ++i) {
      const Instruction& one = listing.instructions[i];
      const bool needs = std::ranges::any_of(
          one.reads, [&](const std::string& name) { return now.registers.contains(name); });
      const bool separates = one.orders || one.access == Access::store;
      if (listing.scheduled ? needs : separates || (needs && loads(one))) now = {};
      if (!loads(one)) continue;
      now.bytes += one.bits / 8;
      now.registers.insert(one.writes.begin(), one.writes.end());
      most = std::max(most, now.bytes);
    }
    at_end[b] = now;
  }
  return most;
}

bool any_in(const Listing& listing, const std::vector<Block>& blocks, const Loop& loop,
            const Predicate& wanted) {
  return std::ranges::any_of(loop, [&](std::size_t b) {
    return std::any_of(listing.instructions.begin() + static_cast<std::ptrdiff_t>(blocks[b].begin),
                       listing.instructions.begin() + static_cast<std::ptrdiff_t>(blocks[b].end),
                       wanted);
  });
}

bool divides_in_loop(const Listing& listing, const std::vector<Block>& blocks,
                     const Predicate& loads) {
  const Predicate divides = [](const Instruction& one) { return one.divides; };
  std::vector<Loop> loops = loops_of(blocks);
  std::erase_if(loops, [&](const Loop& loop) { return !any_in(listing, blocks, loop, loads); });
  if (loops.empty()) return std::ranges::any_of(listing.instructions, divides);
  return std::ranges::any_of(loops, [&](const Loop& loop) {
    const bool innermost = std::ranges::none_of(loops, [&](const Loop& other) {
      return other.size() < loop.size() && std::ranges::includes(loop, other);
    });
    return innermost && any_in(listing, blocks, loop, divides);
  });
}

}  // namespace

Findings analyse(const Listing& listing) {
  const std::vector<Block> blocks = blocks_of(listing.instructions);
  const Predicate loads = tensor_loads(listing);
  Findings findings{.bytes_in_flight = bytes_in_flight(listing, blocks, loads),
                    .divides_in_loop = divides_in_loop(listing, blocks, loads)};
  for (const Instruction& one : listing.instructions) {
    if (loads(one)) findings.load_bits = std::max(findings.load_bits, one.bits);
    if (one.access == Access::store) findings.store_bits = std::max(findings.store_bits, one.bits);
    findings.bulk = findings.bulk || one.bulk;
  }
  return findings;
}

std::vector<Stream> streams_of(const Listing& listing) {
  std::map<std::string, Stream> by_pointer;
  for (const Instruction& one : listing.instructions) {
    for (const std::string& pointer : one.pointers) {
      Stream& stream = by_pointer[pointer];
      int& bits = one.access == Access::load ? stream.load_bits : stream.store_bits;
      bits = std::max(bits, one.bits);
    }
  }
  std::vector<Stream> streams;
  streams.reserve(by_pointer.size());
  for (const auto& [pointer, stream] : by_pointer) streams.push_back(stream);
  return streams;
}

}  // namespace prelu::resources
