#include "problems.hpp"

#include <algorithm>
#include <array>
#include <bit>
#include <cstddef>
#include <cstdint>

namespace prelu::fuzz {
namespace {

template <class Enum>
struct Pair {
  std::int32_t given;
  Enum meant;
};

constexpr std::array<Pair<Direction>, 2> kDirections{
    {{PRELU_FORWARD, Direction::forward}, {PRELU_BACKWARD, Direction::backward}}};
constexpr std::array<Pair<DType>, 4> kDTypes{{{PRELU_DTYPE_F16, DType::f16},
                                              {PRELU_DTYPE_BF16, DType::bf16},
                                              {PRELU_DTYPE_F32, DType::f32},
                                              {PRELU_DTYPE_F64, DType::f64}}};
constexpr std::array<Pair<Layout>, 2> kLayouts{
    {{PRELU_LAYOUT_NCHW, Layout::nchw}, {PRELU_LAYOUT_NHWC, Layout::nhwc}}};
constexpr std::array<Pair<AlphaMode>, 4> kModes{{{PRELU_ALPHA_SHARED, AlphaMode::shared},
                                                 {PRELU_ALPHA_PER_CHANNEL, AlphaMode::per_channel},
                                                 {PRELU_ALPHA_PER_ELEMENT, AlphaMode::per_element},
                                                 {PRELU_ALPHA_BROADCAST, AlphaMode::broadcast}}};
constexpr std::array<Pair<SlopeAtZero>, 3> kZeros{{{PRELU_SLOPE_AT_ZERO_ONE, SlopeAtZero::one},
                                                   {PRELU_SLOPE_AT_ZERO_ALPHA, SlopeAtZero::alpha},
                                                   {PRELU_SLOPE_AT_ZERO_ZERO, SlopeAtZero::zero}}};
constexpr std::array<Pair<AlphaUpdate>, 3> kUpdates{{{PRELU_UPDATE_GRADIENT, AlphaUpdate::gradient},
                                                     {PRELU_UPDATE_FROZEN, AlphaUpdate::frozen},
                                                     {PRELU_UPDATE_SGD, AlphaUpdate::sgd}}};

template <class Enum, std::size_t kCount>
void draw(Random& random, const std::array<Pair<Enum>, kCount>& pairs, std::int32_t& given,
          Enum& meant) {
  const Pair<Enum>& pair = random.one_of(pairs);
  given = pair.given;
  meant = pair.meant;
}

void draw_shape(Random& random, Subject& subject) {
  auto& [given, meant] = subject;
  // Nothing at all now and then; mostly few; sometimes more than vectors and blocks hold.
  const auto extent = [&](std::int64_t few, std::int64_t many) {
    if (random.chance(3)) return std::int64_t{0};
    return random.between(1, random.chance(80) ? few : many);
  };
  const std::array<std::int64_t, 3> spatial{extent(2, 3), extent(4, 9), extent(5, 40)};
  meant.shape = {
      .n = extent(3, 5), .c = extent(6, 17), .spatial = spatial[0] * spatial[1] * spatial[2]};
  given.n = meant.shape.n;
  given.c = meant.shape.c;
  given.spatial = meant.shape.spatial;
  if (meant.alpha_mode != AlphaMode::broadcast) return;

  const std::array<std::int64_t, Broadcast::kAxes> x{meant.shape.n, meant.shape.c, spatial[0],
                                                     spatial[1], spatial[2]};
  meant.broadcast.spatial = spatial;
  for (std::size_t axis = 0; axis < x.size(); ++axis) {
    meant.broadcast.alpha[axis] = random.chance(50) ? 1 : x[axis];
  }
  std::ranges::copy(meant.broadcast.spatial, given.spatial_shape);
  std::ranges::copy(meant.broadcast.alpha, given.alpha_shape);
}

bool is_broadcast(const prelu_problem& problem) {
  return problem.alpha_mode == PRELU_ALPHA_BROADCAST;
}

std::int64_t negative(Random& random) {
  return static_cast<std::int64_t>(random.bits() | (std::uint64_t{1} << 63));
}

struct Mistake {
  Refusal refusal;
  /// Makes it; false where this problem has no room for it.
  bool (*make)(Random&, prelu_problem&);
};

constexpr prelu_status kInvalid = PRELU_INVALID_ARGUMENT;

constexpr std::array kMistakes{
    Mistake{{"problem.struct_size is", kInvalid},
            [](Random& random, prelu_problem& p) {
              const std::array<std::int64_t, 2> sizes{random.between(0, sizeof p - 1),
                                                      random.between(4097, 0xFFFF'FFFF)};
              p.struct_size = static_cast<std::uint32_t>(random.one_of(sizes));
              return true;
            }},
    Mistake{{"problem.backend is", kInvalid},
            [](Random& random, prelu_problem& p) {
              p.backend = random.outside(0, 1);
              return true;
            }},
    Mistake{{"problem.device is", kInvalid},
            [](Random& random, prelu_problem& p) {
              p.device = std::min(-2, random.outside(-1, 0));
              return true;
            }},
    Mistake{{"has only device 0", PRELU_UNSUPPORTED},
            [](Random& random, prelu_problem& p) {
              p.device = std::max(1, random.outside(-1, 0));
              return true;
            }},
    Mistake{{"problem.direction is", kInvalid},
            [](Random& random, prelu_problem& p) {
              p.direction = random.outside(0, 1);
              return true;
            }},
    Mistake{{"problem.dtype is", kInvalid},
            [](Random& random, prelu_problem& p) {
              p.dtype = random.outside(1, 4);
              return true;
            }},
    Mistake{{"problem.alpha_dtype is", kInvalid},
            [](Random& random, prelu_problem& p) {
              p.alpha_dtype = random.outside(0, 4);
              return true;
            }},
    Mistake{{"alpha_dtype must be x's dtype or f32", kInvalid},
            [](Random& random, prelu_problem& p) {
              p.alpha_dtype = random.one_of(kDTypes).given;
              return p.alpha_dtype != p.dtype && p.alpha_dtype != PRELU_DTYPE_F32;
            }},
    Mistake{{"problem.layout is", kInvalid},
            [](Random& random, prelu_problem& p) {
              p.layout = random.outside(0, 1);
              return true;
            }},
    Mistake{{"problem.alpha_mode is", kInvalid},
            [](Random& random, prelu_problem& p) {
              p.alpha_mode = random.outside(0, 3);
              return true;
            }},
    Mistake{{"problem.slope_at_zero is", kInvalid},
            [](Random& random, prelu_problem& p) {
              p.slope_at_zero = random.outside(0, 2);
              return true;
            }},
    Mistake{{"problem.alpha_update is", kInvalid},
            [](Random& random, prelu_problem& p) {
              p.alpha_update = random.outside(0, 2);
              return true;
            }},
    Mistake{{"alpha is updated by backward only", kInvalid},
            [](Random& random, prelu_problem& p) {
              p.alpha_update = static_cast<std::int32_t>(random.between(1, 2));
              return p.direction == PRELU_FORWARD;
            }},
    Mistake{{"problem.alignment is", kInvalid},
            [](Random& random, prelu_problem& p) {
              p.alignment = random.outside(0, 2);
              return p.alignment < 0 || !std::has_single_bit(std::uint32_t(p.alignment));
            }},
    Mistake{{"problem.flags is", kInvalid},
            [](Random& random, prelu_problem& p) {
              p.flags |= 1U << random.between(3, 31);
              return true;
            }},
    Mistake{{"accumulate is for", kInvalid},
            [](Random&, prelu_problem& p) {
              p.flags |= PRELU_FLAG_ACCUMULATE;
              return p.direction == PRELU_FORWARD || p.alpha_update != PRELU_UPDATE_GRADIENT;
            }},
    Mistake{{"shape.n is -", kInvalid},
            [](Random& random, prelu_problem& p) {
              p.n = negative(random);
              return true;
            }},
    Mistake{{"shape.c is -", kInvalid},
            [](Random& random, prelu_problem& p) {
              p.c = negative(random);
              return true;
            }},
    Mistake{{"spatial is -", kInvalid},
            [](Random& random, prelu_problem& p) {
              p.spatial = negative(random);
              return true;
            }},
    Mistake{{"do not fit in 63 bits", kInvalid},
            [](Random& random, prelu_problem& p) {
              p.n = random.between(std::int64_t{1} << 57, INT64_MAX);
              return p.c != 0 || p.spatial != 0;
            }},
    Mistake{{"problem.spatial_shape is for", kInvalid},
            [](Random& random, prelu_problem& p) {
              p.spatial_shape[random.between(0, 2)] = std::int64_t(random.bits() | 1);
              return !is_broadcast(p);
            }},
    Mistake{{"problem.alpha_shape is for", kInvalid},
            [](Random& random, prelu_problem& p) {
              p.alpha_shape[random.between(0, 4)] = std::int64_t(random.bits() | 1);
              return !is_broadcast(p);
            }},
    Mistake{{"do not multiply to spatial", kInvalid},
            [](Random& random, prelu_problem& p) {
              p.spatial_shape[random.between(0, 2)] += random.between(1, 3);
              return is_broadcast(p) && p.spatial != 0;
            }},
    Mistake{{"alpha's shape has", kInvalid},
            [](Random& random, prelu_problem& p) {
              const std::int64_t axis = random.between(0, 4);
              const std::array<std::int64_t, 5> x{p.n, p.c, p.spatial_shape[0], p.spatial_shape[1],
                                                  p.spatial_shape[2]};
              p.alpha_shape[axis] = x[static_cast<std::size_t>(axis)] + random.between(2, 9);
              return is_broadcast(p);
            }},
};

std::int64_t any_size(Random& random) {
  switch (random.between(0, 3)) {
    case 0: return random.between(-2, 9);
    case 1: return std::int64_t{1} << random.between(0, 62);
    case 2: return (std::int64_t{1} << random.between(0, 62)) - 1;
    default: return static_cast<std::int64_t>(random.bits());
  }
}

}  // namespace

Subject draw_subject(Random& random) {
  Subject subject{.given = {.struct_size = sizeof(prelu_problem)}, .meant = {}};
  auto& [given, meant] = subject;
  given.device = random.chance(50) ? 0 : -1;
  draw(random, kDirections, given.direction, meant.direction);
  draw(random, kDTypes, given.dtype, meant.dtype);
  draw(random, kLayouts, given.layout, meant.layout);
  draw(random, kModes, given.alpha_mode, meant.alpha_mode);
  draw(random, kZeros, given.slope_at_zero, meant.at_zero);
  meant.alpha_dtype = meant.dtype;
  if (random.chance(30)) {
    given.alpha_dtype = PRELU_DTYPE_F32;
    meant.alpha_dtype = DType::f32;
  } else if (random.chance(50)) {
    given.alpha_dtype = given.dtype;
  }
  if (random.chance(70)) given.alignment = std::int32_t{1} << random.between(0, 12);
  meant.in_place = random.chance(30);
  if (meant.in_place) given.flags |= PRELU_FLAG_IN_PLACE;
  if (random.chance(30)) given.flags |= PRELU_FLAG_DETERMINISTIC;
  if (meant.direction == Direction::backward) {
    draw(random, kUpdates, given.alpha_update, meant.update);
    meant.accumulate = meant.update == AlphaUpdate::gradient && random.chance(50);
    if (meant.accumulate) given.flags |= PRELU_FLAG_ACCUMULATE;
  }
  draw_shape(random, subject);
  return subject;
}

Refusal make_mistake(Random& random, Subject& subject) {
  while (true) {
    const Mistake& mistake = random.one_of(kMistakes);
    prelu_problem given = subject.given;
    if (!mistake.make(random, given)) continue;
    subject.given = given;
    return mistake.refusal;
  }
}

prelu_problem draw_rubbish(Random& random) {
  prelu_problem problem = draw_subject(random).given;
  for (std::int32_t* field : {&problem.backend, &problem.device, &problem.direction, &problem.dtype,
                              &problem.alpha_dtype, &problem.layout, &problem.alpha_mode,
                              &problem.slope_at_zero, &problem.alpha_update, &problem.alignment}) {
    if (random.chance(5)) *field = static_cast<std::int32_t>(random.between(-2, 5));
  }
  if (random.chance(10)) problem.flags = static_cast<std::uint32_t>(random.between(0, 8));
  for (std::int64_t* size : {&problem.n, &problem.c, &problem.spatial}) {
    if (random.chance(50)) *size = any_size(random);
  }
  // Sizes of any kind that fit together, so that broadcasts of them are looked at further.
  if (problem.alpha_mode == PRELU_ALPHA_BROADCAST && random.chance(80)) {
    const std::array<std::int64_t, 5> x{problem.n, problem.c, 1, problem.spatial, 1};
    std::copy(x.begin() + 2, x.end(), problem.spatial_shape);
    for (std::size_t axis = 0; axis < x.size(); ++axis) {
      problem.alpha_shape[axis] = random.chance(50) ? 1 : x[axis];
    }
  }
  return problem;
}

}  // namespace prelu::fuzz
