// The memory of one fuzzed run: all operands in one arena, where they should be or anywhere.
#pragma once

#include <prelu/prelu.h>

#include <array>
#include <cstddef>
#include <optional>
#include <string>
#include <vector>

#include "prelu/problem.hpp"
#include "random.hpp"
#include "reference.hpp"

namespace prelu::fuzz {

class Arena {
 public:
  /// Places the operands that `problem` needs, with a workspace of `workspace_bytes` whose first
  /// `zeroed_bytes` are zero, beside one another in a random order; then perhaps moves some to
  /// where they may not be. Draws the inputs.
  Arena(Random& random, const Problem& problem, std::size_t workspace_bytes,
        std::size_t zeroed_bytes);

  const prelu_operands& operands() const { return operands_; }

  /// Whether the header allows operands to lie so. Found byte by byte, by other means than the
  /// library's.
  bool allowed() const;

  /// What is wrong after a run that succeeded: a result that is not the reference's, or a byte
  /// elsewhere that has changed. Empty where all is right.
  std::string wrong_results() const;

  /// Whether no byte has changed since the construction.
  bool untouched() const;

 private:
  struct Place {
    const char* name = "";
    std::size_t bytes = 0;  ///< 0 where the problem does not need the operand
    std::size_t alignment = 1;
    std::optional<std::size_t> offset{};  ///< nothing: null
  };
  /// Those that are only read come first.
  enum : std::size_t { kX, kAlpha, kDy, kY, kDx, kDalpha, kAlphaOut, kWorkspace, kPlaces };

  struct alignas(256) Block {
    std::array<std::byte, 256> bytes;
  };

  void place_side_by_side(Random& random);
  void move_some(Random& random);
  void fill(Random& random, std::size_t zeroed_bytes);
  void point();
  std::size_t size() const { return blocks_.size() * sizeof(Block); }
  bool may_be_one(std::size_t written, std::size_t other) const;
  std::string wrong_tensor(std::size_t place, const std::vector<std::byte>& expected) const;
  std::string wrong_slopes(std::vector<Block>& inputs,
                           const std::vector<reference::SlopeGradient>& gradients) const;
  std::string wrong_elsewhere() const;

  Problem problem_;
  std::array<Place, kPlaces> places_;
  std::vector<Block> blocks_;
  std::vector<Block> before_;
  std::size_t zeroed_bytes_ = 0;
  prelu_operands operands_{};
};

}  // namespace prelu::fuzz
