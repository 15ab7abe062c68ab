#include "arena.hpp"

#include <algorithm>
#include <bit>
#include <cmath>
#include <cstring>
#include <limits>
#include <type_traits>
#include <utility>

#include "dtype.hpp"

namespace prelu::fuzz {
namespace {

constexpr std::size_t kWidestGap = 300;
constexpr std::size_t kWorkspaceAlignment = 256;

std::size_t rounded_up(std::size_t offset, std::size_t alignment) {
  return (offset + alignment - 1) / alignment * alignment;
}

/// From -2 to 2 in steps that every product of two keeps in f32's normal range, and now and then a
/// special value.
double draw_number(Random& random) {
  constexpr double kInfinity = std::numeric_limits<double>::infinity();
  constexpr std::array kSpecial{0.0, -0.0, kInfinity, -kInfinity,
                                std::numeric_limits<double>::quiet_NaN()};
  constexpr std::int64_t kSteps = 1 << 12;
  if (random.chance(2)) return random.one_of(kSpecial);
  return static_cast<double>(random.between(-2 * kSteps, 2 * kSteps)) / kSteps;
}

/// Written so that a NaN where none is expected fails.
bool matches(double expected, double actual, double allowed) {
  if (std::isnan(expected)) return std::isnan(actual);
  if (std::isinf(expected)) return actual == expected;
  return std::abs(actual - expected) <= allowed;
}

std::string described(const char* operand, std::size_t i, double expected, double actual) {
  return std::string(operand) + "[" + std::to_string(i) + "] is " + std::to_string(actual) +
         ", expected " + std::to_string(expected);
}

/// Element i of a tensor, as float64.
double element(DType dtype, const std::byte* tensor, std::size_t i) {
  return visit_dtype(dtype, [&]<class S>(std::type_identity<S>) {
    S value;
    std::memcpy(&value, tensor + i * sizeof(S), sizeof(S));
    return static_cast<double>(widen(value));
  });
}

template <class Blocks>
auto* bytes_of(Blocks& blocks) {
  return blocks.data()->bytes.data();
}

}  // namespace

Arena::Arena(Random& random, const Problem& problem, std::size_t workspace_bytes,
             std::size_t zeroed_bytes)
    : problem_(problem), zeroed_bytes_(zeroed_bytes) {
  const bool backward = problem.direction == Direction::backward;
  const bool dalpha = backward && problem.update != AlphaUpdate::frozen;
  const bool alpha_out = backward && problem.update == AlphaUpdate::sgd;
  const std::size_t element = size_of(problem.dtype);
  const std::size_t slope = size_of(problem.alpha_dtype);
  const std::size_t tensor = static_cast<std::size_t>(problem.shape.elements()) * element;
  const std::size_t slopes = static_cast<std::size_t>(slope_count(problem)) * slope;
  places_ = {{{"x", tensor, element},
              {"alpha", slopes, slope},
              {"dy", backward ? tensor : 0, element},
              {"y", backward ? 0 : tensor, element},
              {"dx", backward ? tensor : 0, element},
              {"dalpha", dalpha ? slopes : 0, slope},
              {"alpha_out", alpha_out ? slopes : 0, slope},
              {"workspace", workspace_bytes, kWorkspaceAlignment}}};
  place_side_by_side(random);
  if (random.chance(50)) move_some(random);
  fill(random, zeroed_bytes);
  point();
  before_ = blocks_;
}

void Arena::place_side_by_side(Random& random) {
  std::array<std::size_t, kPlaces> order{kX, kAlpha, kDy, kY, kDx, kDalpha, kAlphaOut, kWorkspace};
  for (std::size_t i = order.size(); i-- > 1;) {
    std::swap(order[i], order[static_cast<std::size_t>(random.between(0, std::int64_t(i)))]);
  }
  std::size_t end = 0;
  for (const std::size_t i : order) {
    Place& place = places_[i];
    if (random.chance(50)) end += static_cast<std::size_t>(random.between(1, kWidestGap));
    place.offset = rounded_up(end, place.alignment);
    end = *place.offset + place.bytes;
  }
  if (problem_.in_place) {
    places_[kY].offset = places_[kX].offset;
    places_[kDx].offset = places_[kDy].offset;
  }
  if (random.chance(30)) places_[kAlphaOut].offset = places_[kAlpha].offset;
  blocks_.resize(end / sizeof(Block) + 2);
}

void Arena::move_some(Random& random) {
  for (std::int64_t moves = random.between(1, 2); moves > 0; --moves) {
    Place& place = places_[static_cast<std::size_t>(random.between(0, kPlaces - 1))];
    const Place& other = places_[static_cast<std::size_t>(random.between(0, kPlaces - 1))];
    const std::size_t last = size() - place.bytes;
    switch (random.between(0, 3)) {
      case 0: place.offset.reset(); break;
      case 1: place.offset = place.offset.value_or(0) + std::size_t(random.between(1, 8)); break;
      case 2:
        place.offset = other.offset.value_or(0) + place.alignment * std::size_t(random.bits() % 3);
        break;
      default:
        place.offset =
            std::size_t(random.between(0, std::int64_t(last))) / place.alignment * place.alignment;
    }
    if (place.offset) place.offset = std::min(*place.offset, last);
  }
}

void Arena::fill(Random& random, std::size_t zeroed_bytes) {
  std::byte* arena = bytes_of(blocks_);
  std::fill_n(arena, size(), std::byte{0xFF});  // a NaN, wherever it is read
  const auto draw = [&](const Place& place, DType dtype) {
    if (!place.offset) return;
    visit_dtype(dtype, [&]<class S>(std::type_identity<S>) {
      for (std::size_t i = 0; i < place.bytes / sizeof(S); ++i) {
        const S value = narrow<S>(draw_number(random));
        std::memcpy(arena + *place.offset + i * sizeof(S), &value, sizeof(S));
      }
    });
  };
  draw(places_[kX], problem_.dtype);
  draw(places_[kDy], problem_.dtype);
  draw(places_[kAlpha], problem_.alpha_dtype);
  if (problem_.accumulate || problem_.update == AlphaUpdate::sgd) {
    draw(places_[kDalpha], problem_.alpha_dtype);
  }
  if (places_[kWorkspace].offset) {
    std::fill_n(arena + *places_[kWorkspace].offset, zeroed_bytes, std::byte{0});
  }
}

void Arena::point() {
  const auto address = [this](std::size_t place) -> void* {
    const auto& offset = places_[place].offset;
    return offset ? bytes_of(blocks_) + *offset : nullptr;
  };
  operands_ = {.struct_size = sizeof operands_,
               .x = address(kX),
               .alpha = address(kAlpha),
               .y = address(kY),
               .dy = address(kDy),
               .dx = address(kDx),
               .dalpha = address(kDalpha),
               .alpha_out = address(kAlphaOut),
               .workspace = address(kWorkspace),
               .workspace_bytes = places_[kWorkspace].bytes,
               .learning_rate = 0.25,
               .momentum = 0.875};
}

bool Arena::may_be_one(std::size_t written, std::size_t other) const {
  if (places_[written].offset != places_[other].offset) return false;
  const bool tensors = (written == kY && other == kX) || (written == kDx && other == kDy);
  return (tensors && problem_.in_place) || (written == kAlphaOut && other == kAlpha);
}

bool Arena::allowed() const {
  std::vector<unsigned> users(size());  // of each byte, a bit for each place
  for (std::size_t i = 0; i < kPlaces; ++i) {
    const Place& place = places_[i];
    if (place.bytes == 0) continue;
    if (!place.offset || *place.offset % place.alignment != 0) return false;
    for (std::size_t k = 0; k < place.bytes; ++k) users[*place.offset + k] |= 1U << i;
  }
  if (problem_.in_place && places_[kX].bytes > 0) {
    const bool forward = problem_.direction == Direction::forward;
    if (!may_be_one(forward ? kY : kDx, forward ? kX : kDy)) return false;
  }
  return std::ranges::all_of(users, [this](unsigned of_byte) {
    if (std::popcount(of_byte) < 2) return true;
    for (std::size_t written = kY; written < kPlaces; ++written) {
      if ((of_byte >> written & 1U) == 0) continue;
      for (std::size_t other = 0; other < written; ++other) {
        if ((of_byte >> other & 1U) != 0 && !may_be_one(written, other)) return false;
      }
    }
    return true;
  });
}

bool Arena::untouched() const {
  return std::memcmp(bytes_of(blocks_), bytes_of(before_), size()) == 0;
}

std::string Arena::wrong_tensor(std::size_t place, const std::vector<std::byte>& expected) const {
  const std::byte* actual = bytes_of(blocks_) + places_[place].offset.value_or(0);
  const std::size_t width = size_of(problem_.dtype);
  for (std::size_t i = 0; i < expected.size() / width; ++i) {
    if (std::memcmp(expected.data() + i * width, actual + i * width, width) == 0) continue;
    const double want = element(problem_.dtype, expected.data(), i);
    const double have = element(problem_.dtype, actual, i);
    if (!std::isnan(want) || !std::isnan(have)) {
      return described(places_[place].name, i, want, have);
    }
  }
  return {};
}

std::string Arena::wrong_slopes(std::vector<Block>& inputs,
                                const std::vector<reference::SlopeGradient>& gradients) const {
  const std::byte* actual = bytes_of(blocks_);
  const SgdStep step{.learning_rate = operands_.learning_rate, .momentum = operands_.momentum};
  for (std::size_t k = 0; k < gradients.size(); ++k) {
    const double want = reference::rounded(gradients[k].value, problem_.alpha_dtype);
    const double have = element(problem_.alpha_dtype, actual + *places_[kDalpha].offset, k);
    if (!matches(want, have, reference::allowed_error(problem_, gradients[k]))) {
      return described("dalpha", k, want, have);
    }
    if (problem_.update != AlphaUpdate::sgd) continue;
    const double alpha =
        element(problem_.alpha_dtype, bytes_of(inputs) + *places_[kAlpha].offset, k);
    const auto stepped = reference::stepped_alpha(problem_, step, alpha, gradients[k]);
    const double moved = element(problem_.alpha_dtype, actual + *places_[kAlphaOut].offset, k);
    if (!matches(stepped.value, moved, stepped.allowed)) {
      return described("alpha_out", k, stepped.value, moved);
    }
  }
  return {};
}

std::string Arena::wrong_elsewhere() const {
  std::vector<char> written(size());
  for (std::size_t i = kY; i < kPlaces; ++i) {
    const auto first = written.begin() + std::ptrdiff_t(places_[i].offset.value_or(0));
    std::fill_n(first, places_[i].bytes, 1);
  }
  const std::byte* now = bytes_of(blocks_);
  const std::byte* then = bytes_of(before_);
  for (std::size_t i = 0; i < size(); ++i) {
    if (written[i] == 0 && now[i] != then[i]) {
      return "byte " + std::to_string(i) + " of the arena, which is no output's, has changed";
    }
  }
  const std::byte* workspace = now + places_[kWorkspace].offset.value_or(0);
  const bool zero = std::all_of(workspace, workspace + zeroed_bytes_,
                                [](std::byte byte) { return byte == std::byte{0}; });
  return zero ? "" : "the workspace's start was not left zero";
}

std::string Arena::wrong_results() const {
  std::vector<Block> inputs = before_;
  std::vector<std::byte> expected(places_[kX].bytes);
  const auto address = [&](std::size_t place) {
    return bytes_of(inputs) + places_[place].offset.value_or(0);
  };
  const Operands operands{
      .x = address(kX),
      .alpha = address(kAlpha),
      .y = expected.data(),
      .dy = address(kDy),
      .dx = expected.data(),
      .dalpha = address(kDalpha),
      .sgd = {.learning_rate = operands_.learning_rate, .momentum = operands_.momentum}};
  std::string wrong;
  if (problem_.direction == Direction::forward) {
    reference::forward(problem_, operands);
    wrong = wrong_tensor(kY, expected);
  } else {
    const auto gradients = reference::backward(problem_, operands);
    wrong = wrong_tensor(kDx, expected);
    if (wrong.empty()) wrong = wrong_slopes(inputs, gradients);
  }
  return wrong.empty() ? wrong_elsewhere() : wrong;
}

}  // namespace prelu::fuzz
