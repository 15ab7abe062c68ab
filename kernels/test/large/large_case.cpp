#include "large_case.hpp"

#include <algorithm>

namespace prelu {
namespace {

// Where blocks stand. Counted on fractions of the tensor, these may be off by one.

/// Each block has the next part of the tensor.
std::vector<std::int64_t> in_order(const Problem& problem, const simt::Grid& grid,
                                   std::int64_t element) {
  const auto elements = static_cast<double>(problem.shape.elements());
  const double blocks = double{1} * grid.blocks.x * grid.blocks.y * grid.blocks.z;
  const auto block = static_cast<std::int64_t>(static_cast<double>(element) / elements * blocks);
  return {block - 1, block, block + 1};
}

/// All blocks side by side go over the tensor, kElements for each.
template <std::int64_t kElements>
std::vector<std::int64_t> in_strides(const Problem&, const simt::Grid& grid, std::int64_t element) {
  return {element / kElements % grid.blocks.x};
}

/// Each block has the next part of a plane; the first of a plane has its edges too.
std::vector<std::int64_t> in_planes(const Problem& problem, const simt::Grid& grid,
                                    std::int64_t element) {
  std::vector<std::int64_t> blocks = in_order(problem, grid, element);
  blocks.push_back(element / problem.shape.spatial * grid.blocks.x);
  return blocks;
}

/// Each channel has its share of the blocks, which have its planes in order.
std::vector<std::int64_t> in_channels(const Problem& problem, const simt::Grid& grid,
                                      std::int64_t element) {
  const auto& [n, c, spatial] = problem.shape;
  const std::int64_t slices = grid.blocks.x / c;
  const std::int64_t channel = element / spatial % c;
  const std::int64_t of_channel = element / (c * spatial) * spatial + element % spatial;
  const auto slice =
      static_cast<std::int64_t>(static_cast<double>(of_channel) / static_cast<double>(n * spatial) *
                                static_cast<double>(slices));
  std::vector<std::int64_t> blocks;
  for (const std::int64_t near : {slice - 1, slice, slice + 1}) {
    blocks.push_back(channel * slices + std::clamp<std::int64_t>(near, 0, slices - 1));
  }
  return blocks;
}

/// Each block has the next part of a sample, in every sample.
std::vector<std::int64_t> in_samples(const Problem& problem, const simt::Grid& grid,
                                     std::int64_t element) {
  Problem sample = problem;
  sample.shape.n = 1;
  return in_order(sample, grid, element % sample.shape.elements());
}

// Whole and ragged, on and off 16-byte boundaries. The last plane, row and sample begin beyond
// 2^31.
constexpr Shape kPlanes{.n = 90, .c = 10, .spatial = 2'392'003};
constexpr Shape kSmallPlanes{.n = 10'980'001, .c = 4, .spatial = 49};
constexpr Shape kRows{.n = 65'230'001, .c = 33, .spatial = 1};
constexpr Shape kShortRows{.n = 430'500'001, .c = 5, .spatial = 1};
constexpr Shape kSamples{.n = 3, .c = 1, .spatial = 717'500'008};
constexpr Shape kTinySamples{.n = 179'400'001, .c = 3, .spatial = 4};

Problem forward(AlphaMode mode, const Shape& shape, Layout layout = Layout::nchw,
                DType dtype = DType::f16) {
  return {.direction = Direction::forward,
          .dtype = dtype,
          .alpha_dtype = DType::f32,
          .layout = layout,
          .alpha_mode = mode,
          .shape = shape};
}

Problem backward(AlphaMode mode, const Shape& shape, Layout layout = Layout::nchw,
                 AlphaUpdate update = AlphaUpdate::gradient) {
  Problem problem = forward(mode, shape, layout);
  problem.direction = Direction::backward;
  problem.update = update;
  return problem;
}

/// One slope a channel, said as a broadcast.
Problem as_broadcast(Problem problem) {
  problem.alpha_mode = AlphaMode::broadcast;
  problem.broadcast = {.spatial = {1, 1, problem.shape.spatial},
                       .alpha = {1, problem.shape.c, 1, 1, 1}};
  return problem;
}

}  // namespace

std::vector<LargeCase> large_cases() {
  using enum AlphaMode;
  // A block of the kernels of a shared alpha takes 256 packs at a time, a bulk copy's tile has 512.
  constexpr auto kSharedAlpha = in_strides<2048>;
  constexpr auto kTiles = in_strides<4096>;
  constexpr int kForThreeTilesABlock = 30'000;
  return {
      {.variant = "cuda/forward_naive",
       .problem = forward(per_channel, kPlanes),
       .blocks_of = in_order},
      {.variant = "cuda/forward_packed",
       .problem = forward(per_channel, kPlanes),
       .blocks_of = in_order},
      {.variant = "cuda/forward_packed",
       .problem = forward(shared, kPlanes, Layout::nchw, DType::f32),
       .blocks_of = in_order},
      {.variant = "cuda/forward_packed",
       .problem = forward(per_channel, kRows, Layout::nhwc),
       .blocks_of = in_order},
      {.variant = "cuda/forward_packed256",
       .problem = forward(per_channel, kPlanes),
       .blocks_of = in_order},
      {.variant = "cuda/forward_broadcast",
       .problem = as_broadcast(forward(per_channel, kPlanes)),
       .blocks_of = in_order},
      {.variant = "cuda/forward_plane",
       .problem = forward(per_channel, kPlanes),
       .blocks_of = in_planes},
      {.variant = "cuda/forward_nhwc",
       .problem = forward(per_channel, kRows, Layout::nhwc),
       .blocks_of = in_order},
      {.variant = "cuda/forward_packed",
       .problem = forward(per_channel, kPlanes),
       .blocks_of = in_order,
       .misaligned = true},
      {.variant = "cuda/forward_bulk",
       .problem = forward(per_channel, kPlanes),
       .blocks_of = in_order,
       .misaligned = true},
      {.variant = "cuda/forward_bulk",
       .problem = forward(per_channel, kPlanes),
       .blocks_of = kTiles,
       .multiprocessors = kForThreeTilesABlock},
      {.variant = "cuda/backward_naive",
       .problem = backward(per_channel, kPlanes),
       .blocks_of = in_order},
      {.variant = "cuda/backward_two_pass",
       .problem = backward(shared, kPlanes),
       .blocks_of = kSharedAlpha},
      {.variant = "cuda/backward_two_pass",
       .problem = backward(shared, kPlanes),
       .blocks_of = in_strides<256>,
       .misaligned = true},
      {.variant = "cuda/backward_last_block",
       .problem = backward(shared, kPlanes),
       .blocks_of = kSharedAlpha,
       .tickets = 1},
      {.variant = "cuda/backward_atomic",
       .problem = backward(shared, kPlanes),
       .blocks_of = kSharedAlpha},
      {.variant = "cuda/backward_plane",
       .problem = backward(per_channel, kPlanes),
       .blocks_of = in_channels,
       .tickets = kPlanes.c},
      {.variant = "cuda/backward_period",
       .problem = backward(per_channel, kSmallPlanes),
       .blocks_of = in_order,
       .tickets = 1},
      {.variant = "cuda/backward_nhwc",
       .problem = backward(per_channel, kShortRows, Layout::nhwc),
       .blocks_of = in_order,
       .tickets = 1},
      {.variant = "cuda/backward_nhwc",
       .problem = backward(per_channel, kShortRows, Layout::nhwc),
       .blocks_of = in_order,
       .misaligned = true,
       .tickets = 1},
      {.variant = "cuda/backward_element",
       .problem = backward(per_element, kSamples),
       .blocks_of = in_samples},
      {.variant = "cuda/backward_recompute",
       .problem = backward(per_channel, kSmallPlanes),
       .blocks_of = in_order,
       .tickets = 1},
      {.variant = "cuda/backward_broadcast",
       .problem = as_broadcast(backward(per_channel, kTinySamples)),
       .blocks_of = in_order},
      {.variant = "cuda/backward_dx_only",
       .problem = backward(per_channel, kSmallPlanes, Layout::nchw, AlphaUpdate::frozen),
       .blocks_of = in_order},
      {.variant = "cuda/backward_sgd",
       .problem = backward(per_channel, kSmallPlanes, Layout::nchw, AlphaUpdate::sgd),
       .blocks_of = in_order,
       .tickets = 1},
  };
}

}  // namespace prelu
