#include "rotating_operands.hpp"

#include <algorithm>
#include <type_traits>

#include "dtype.hpp"
#include "placement.hpp"

namespace prelu::harness {
namespace {

constexpr std::size_t kAlignment = 256;

/// What one set takes.
std::size_t bytes_per_set(const Case& c) {
  std::size_t bytes = 0;
  for (const std::string_view operand : stored_operands(c.problem)) {
    bytes += Arena::stride(operand_bytes(c.problem, operand), offset_bytes(c, operand));
  }
  return bytes;
}

std::size_t sets_of(const Case& c, std::size_t cache_bytes) {
  return c.hot ? 1 : sets_to_evict(bytes_per_set(c), cache_bytes);
}

Arena arena_of(Device& device, const Case& c, std::string_view operand, std::size_t sets) {
  return {device, operand_bytes(c.problem, operand), offset_bytes(c, operand), sets};
}

std::vector<std::byte> ones(const Problem& problem) {
  return visit_dtype(problem.alpha_dtype, [&]<class A>(std::type_identity<A>) {
    const auto count = static_cast<std::size_t>(slope_count(problem));
    std::vector<std::byte> bytes(count * sizeof(A));
    auto* values = reinterpret_cast<A*>(bytes.data());
    std::fill(values, values + count, narrow<A>(1));
    return bytes;
  });
}

}  // namespace

Arena::Arena(Device& device, std::size_t bytes, std::size_t offset_bytes, std::size_t sets)
    : stride_(stride(bytes, offset_bytes)),
      offset_bytes_(offset_bytes),
      sets_(sets),
      buffer_(bytes == 0 ? Buffer{} : device.allocate(stride_ * sets)) {}

std::size_t Arena::stride(std::size_t bytes, std::size_t offset_bytes) {
  return bytes == 0 ? 0 : (bytes + offset_bytes + kAlignment - 1) / kAlignment * kAlignment;
}

void Arena::write(Device& device, const std::vector<std::byte>& bytes) {
  if (bytes.empty()) return;
  device.write(at(0), bytes);
  // Twice as many sets with every copy: small problems have a hundred thousand of them.
  for (std::size_t done = 1; done < sets_; done *= 2) {
    const std::size_t more = std::min(done, sets_ - done);
    device.copy(buffer_.get() + done * stride_, buffer_.get(), more * stride_);
  }
}

void Arena::fill(Device& device, unsigned char value) {
  if (buffer_) device.fill(buffer_.get(), value, stride_ * sets_);
}

std::size_t sets_to_evict(std::size_t bytes_per_set, std::size_t cache_bytes) {
  return std::max<std::size_t>(1, 2 * cache_bytes / std::max<std::size_t>(bytes_per_set, 1) + 1);
}

RotatingOperands::RotatingOperands(Device& device, const Case& c, std::size_t workspace_bytes,
                                   const ProblemData& data)
    : problem_(c.problem),
      sets_(sets_of(c, device.cache_bytes())),
      x_(arena_of(device, c, "x", sets_)),
      alpha_(arena_of(device, c, "alpha", sets_)),
      out_(arena_of(device, c, problem_.direction == Direction::forward ? "y" : "dx", sets_)),
      dy_(arena_of(device, c, "dy", sets_)),
      dalpha_(arena_of(device, c, "dalpha", sets_)),
      alpha_out_(arena_of(device, c, "alpha_out", sets_)),
      workspace_(device, workspace_bytes, 0, 1) {
  // Touched before it is measured: a fresh page costs many times the access.
  out_.fill(device, 0);
  dalpha_.fill(device, 0);
  alpha_out_.fill(device, 0);
  workspace_.fill(device, 0);  // which some variants ask for, and leave behind
  x_.write(device, data.x);
  alpha_.write(device, problem_.in_place ? ones(problem_) : data.alpha);
  dy_.write(device, data.dy);
}

Operands RotatingOperands::set(std::size_t index) const {
  if (problem_.direction == Direction::forward) {
    return {.x = x_.at(index),
            .alpha = alpha_.at(index),
            .y = problem_.in_place ? x_.at(index) : out_.at(index)};
  }
  return {.x = x_.at(index),
          .alpha = alpha_.at(index),
          .dy = dy_.at(index),
          .dx = problem_.in_place ? dy_.at(index) : out_.at(index),
          .dalpha = dalpha_.at(index),
          .alpha_out = problem_.in_place ? alpha_.at(index) : alpha_out_.at(index),
          .sgd = kSgdStep,
          .workspace = workspace_.at(0)};
}

Operands RotatingOperands::next() {
  const Operands operands = set(next_);
  next_ = (next_ + 1) % sets_;
  return operands;
}

std::size_t RotatingOperands::bytes_needed(const Case& c, std::size_t workspace_bytes,
                                           std::size_t cache_bytes) {
  return sets_of(c, cache_bytes) * bytes_per_set(c) + workspace_bytes;
}

}  // namespace prelu::harness
