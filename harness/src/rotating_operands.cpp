#include "rotating_operands.hpp"

#include <algorithm>
#include <type_traits>

#include "dtype.hpp"

namespace prelu::harness {
namespace {

constexpr std::size_t kAlignment = 256;

/// The sizes of one set.
struct Sizes {
  std::size_t tensor;
  std::size_t slopes;
  std::size_t tensor_offset;
  std::size_t slope_offset;
  std::size_t tensors;  ///< how many full-size tensors a set holds
  std::size_t total;
};

/// How many arenas of alpha's size a set holds.
std::size_t alpha_arenas(const Problem& problem) {
  if (problem.direction == Direction::forward) return 1;
  switch (problem.update) {
    case AlphaUpdate::gradient: return 2;
    case AlphaUpdate::frozen: return 1;
    case AlphaUpdate::sgd: return problem.in_place ? 2 : 3;
  }
  return 0;
}

Sizes sizes_of(const Problem& problem, std::int64_t offset) {
  const std::size_t element = size_of(problem.dtype);
  const std::size_t slope = size_of(problem.alpha_dtype);
  Sizes sizes{.tensor = static_cast<std::size_t>(problem.shape.elements()) * element,
              .slopes = static_cast<std::size_t>(slope_count(problem)) * slope,
              .tensor_offset = static_cast<std::size_t>(offset) * element,
              .slope_offset = static_cast<std::size_t>(offset) * slope};
  const bool forward = problem.direction == Direction::forward;
  sizes.tensors = (forward ? 2U : 3U) - (problem.in_place ? 1U : 0U);
  sizes.total = sizes.tensors * Arena::stride(sizes.tensor, sizes.tensor_offset) +
                alpha_arenas(problem) * Arena::stride(sizes.slopes, sizes.slope_offset);
  return sizes;
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

RotatingOperands::RotatingOperands(Device& device, const Problem& problem, std::int64_t offset,
                                   std::size_t workspace_bytes, const ProblemData& data)
    : problem_(problem),
      sets_(sets_to_evict(sizes_of(problem, offset).total, device.cache_bytes())),
      x_(device, sizes_of(problem, offset).tensor, sizes_of(problem, offset).tensor_offset, sets_),
      alpha_(device, sizes_of(problem, offset).slopes, sizes_of(problem, offset).slope_offset,
             sets_),
      out_(device, problem.in_place ? 0 : sizes_of(problem, offset).tensor,
           sizes_of(problem, offset).tensor_offset, sets_),
      dy_(device, data.dy.size(), sizes_of(problem, offset).tensor_offset, sets_),
      dalpha_(device, data.expected_dalpha.empty() ? 0 : sizes_of(problem, offset).slopes,
              sizes_of(problem, offset).slope_offset, sets_),
      alpha_out_(device,
                 data.expected_alpha_out.empty() || problem.in_place
                     ? 0
                     : sizes_of(problem, offset).slopes,
                 sizes_of(problem, offset).slope_offset, sets_),
      workspace_(device, workspace_bytes, 0, 1) {
  // Touched before it is measured: a fresh page costs many times the access.
  out_.fill(device, 0);
  dalpha_.fill(device, 0);
  alpha_out_.fill(device, 0);
  workspace_.fill(device, 0);  // which some variants ask for, and leave behind
  x_.write(device, data.x);
  alpha_.write(device, problem.in_place ? ones(problem) : data.alpha);
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

std::size_t RotatingOperands::bytes_needed(const Problem& problem, std::int64_t offset,
                                           std::size_t workspace_bytes, std::size_t cache_bytes) {
  const std::size_t total = sizes_of(problem, offset).total;
  return sets_to_evict(total, cache_bytes) * total + workspace_bytes;
}

}  // namespace prelu::harness
