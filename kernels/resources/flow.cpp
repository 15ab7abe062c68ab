#include "flow.hpp"

#include <algorithm>
#include <map>
#include <string>

namespace prelu::resources {
namespace {

bool ends_block(const Instruction& instruction) {
  return instruction.ends || !instruction.target.empty();
}

void visit(const std::vector<Block>& blocks, std::size_t block, std::set<std::size_t>& seen,
           std::vector<std::size_t>& order) {
  if (!seen.insert(block).second) return;
  for (const std::size_t next : blocks[block].next) visit(blocks, next, seen, order);
  order.push_back(block);
}

/// The blocks that every way to a block passes, for each block.
std::vector<std::set<std::size_t>> dominators_of(const std::vector<Block>& blocks) {
  const std::vector<std::size_t> order = in_order_of_flow(blocks);
  const std::set<std::size_t> all(order.begin(), order.end());
  std::vector<std::set<std::size_t>> dominators(blocks.size(), all);
  dominators.front() = {0};
  for (bool changed = true; changed;) {
    changed = false;
    for (const std::size_t block : order) {
      if (block == 0) continue;
      std::set<std::size_t> common = all;
      for (const std::size_t previous : blocks[block].previous) {
        if (!all.contains(previous)) continue;
        std::set<std::size_t> both;
        std::ranges::set_intersection(common, dominators[previous],
                                      std::inserter(both, both.end()));
        common = std::move(both);
      }
      common.insert(block);
      if (common == dominators[block]) continue;
      dominators[block] = std::move(common);
      changed = true;
    }
  }
  return dominators;
}

}  // namespace

std::vector<Block> blocks_of(const std::vector<Instruction>& code) {
  std::vector<Block> blocks;
  std::map<std::string, std::size_t> at;  // label -> block
  for (std::size_t i = 0; i < code.size(); ++i) {
    if (i == 0 || !code[i].labels.empty() || ends_block(code[i - 1])) {
      blocks.push_back({.begin = i, .end = i});
    }
    for (const std::string& label : code[i].labels) at[label] = blocks.size() - 1;
    blocks.back().end = i + 1;
  }
  for (std::size_t b = 0; b < blocks.size(); ++b) {
    const Instruction& last = code[blocks[b].end - 1];
    const bool falls_through = last.conditional || !ends_block(last);
    if (falls_through && b + 1 < blocks.size()) blocks[b].next.push_back(b + 1);
    if (const auto found = at.find(last.target); found != at.end()) {
      blocks[b].next.push_back(found->second);
    }
    for (const std::size_t next : blocks[b].next) blocks[next].previous.push_back(b);
  }
  return blocks;
}

std::vector<std::size_t> in_order_of_flow(const std::vector<Block>& blocks) {
  std::vector<std::size_t> order;
  if (blocks.empty()) return order;
  std::set<std::size_t> seen;
  visit(blocks, 0, seen, order);
  std::ranges::reverse(order);
  return order;
}

std::vector<Loop> loops_of(const std::vector<Block>& blocks) {
  std::vector<Loop> loops;
  if (blocks.empty()) return loops;
  const std::vector<std::set<std::size_t>> dominators = dominators_of(blocks);
  for (const std::size_t last : in_order_of_flow(blocks)) {
    for (const std::size_t first : blocks[last].next) {
      if (!dominators[last].contains(first)) continue;
      Loop loop{first};
      std::vector<std::size_t> left{last};
      while (!left.empty()) {
        const std::size_t block = left.back();
        left.pop_back();
        if (!loop.insert(block).second) continue;
        left.insert(left.end(), blocks[block].previous.begin(), blocks[block].previous.end());
      }
      loops.push_back(std::move(loop));
    }
  }
  return loops;
}

}  // namespace prelu::resources
