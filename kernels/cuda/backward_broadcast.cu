// Backward for any alpha that broadcasts to x (ONNX; Keras' shared_axes): one sum a place of the
// period, then one a slope.
//
// The axes before the first along which alpha changes only repeat what comes after them, so the
// tensor has a period (period.cuh), and a thread owns a pack of it whatever the axes inside look
// like: it maps its places to slopes once, at the start. Which places share a slope is known in no
// other form than the map, so the first kernel leaves a sum for each place, and the second collects
// those of each slope.
//
// The sums cost 2 accesses in fp32 for each place and slice, little beside n samples and as much as
// two thirds of the data (in half types, four thirds) where alpha changes along the batch. It is
// the general variant: it loses to the special ones wherever one of them serves the problem, and
// most where few slopes are left, whose places a single block each collects. (Derived; not yet
// measured on a GPU.)
#include <bit>

#include "alpha_step.cuh"
#include "backward.cuh"
#include "block_sum.cuh"
#include "dtype.hpp"
#include "element.cuh"
#include "gpu.cuh"
#include "period.cuh"
#include "period_sums.cuh"
#include "variant.hpp"

namespace prelu::variants {
namespace {

constexpr int kBlockSize = cuda::kPeriodBlockSize;
cuda::TileWish tiles_for(const Problem& problem) {
  return {.sums = problem.update != AlphaUpdate::frozen};
}

/// The places of a period that share a slope: from the slope's first, the `per_slope` steps of the
/// axes along which alpha stays the same.
struct Places {
  std::int64_t period = 1;  ///< in elements
  std::int64_t per_slope = 1;
  BroadcastMap first;  ///< slope -> place
  BroadcastMap step;   ///< number -> distance from the first
};

Places places_of(const Problem& problem) {
  const BroadcastMap map = broadcast_map(problem);
  const auto repeats = [&](std::size_t axis) { return map.stride[axis] == 0; };
  std::size_t outermost = 0;
  while (outermost < Broadcast::kAxes && repeats(outermost)) ++outermost;
  Places places;
  for (std::size_t axis = Broadcast::kAxes; axis-- > outermost;) {
    BroadcastMap& along = repeats(axis) ? places.step : places.first;
    along.extent[axis] = map.extent[axis];
    along.stride[axis] = places.period;
    places.period *= map.extent[axis];
    if (repeats(axis)) places.per_slope *= map.extent[axis];
  }
  if (problem.shape.elements() == 0) places.period = places.per_slope = 0;
  return places;
}

/// As though each place had a slope of its own.
AlphaMap map_of(const Places& places) { return {.inner = 1, .count = places.period}; }

std::int64_t place_sums(const cuda::PeriodCut& cut) { return cut.runs * cut.slices; }

template <cuda::Walk kWalk, class P, int kSums, class T, class A, class Sum>
__global__ void __launch_bounds__(kBlockSize, cuda::kBlocksPerSm)
    walk_places(const T* x, const A* __restrict__ alpha, const T* dy, T* dx, Sum* partial,
                BroadcastMap alpha_of, cuda::PeriodCut cut, SlopeAtZero at_zero) {
  __shared__ cuda::LaneSums<kSums, Sum> sums;
  const cuda::Place place = cuda::place_in(cut);
  Sum slopes[kSums] = {};
  if (place.inside) {
    for (int k = 0; k < kSums; ++k) {
      slopes[k] = static_cast<Sum>(alpha[alpha_of(place.pack * P::size + k)]);
    }
  }
  cuda::walk_period<kWalk, P>(x, dy, dx, cut, place, slopes, at_zero, &sums);
  if constexpr (kWalk == cuda::Walk::dx) return;

  cuda::add_rows<kSums>(sums, cut);
  const std::int64_t first = std::int64_t{place.tile} * cut.across * kSums;
  const std::int64_t left = cut.runs - first;
  const int lanes = static_cast<int>(left < cut.across * kSums ? left : cut.across * kSums);
  for (int lane = static_cast<int>(threadIdx.x); lane < lanes; lane += kBlockSize) {
    partial[place.slice * cut.runs + first + lane] = sums[lane % kSums][lane / kSums];
  }
}

/// `threads` threads a slope: a power of two up to a warp, or the block.
template <class Sum, class Store>
__global__ void __launch_bounds__(kBlockSize, cuda::kBlocksPerSm)
    collect_places(const Sum* __restrict__ partial, Places places, std::int64_t copies,
                   std::int64_t slices, std::int64_t count, int threads, Store store) {
  constexpr int kPlacesPerSum = 64;  // longer chains lose what they add
  const int group = static_cast<int>(threadIdx.x) / threads;
  const int member = static_cast<int>(threadIdx.x) - group * threads;
  const std::int64_t slope = std::int64_t{blockIdx.x} * (kBlockSize / threads) + group;
  Sum total{0};
  if (slope < count) {
    const std::int64_t first = places.first(slope);
    for (std::int64_t i = member; i < places.per_slope;) {
      Sum sum{0};
      for (int k = 0; k < kPlacesPerSum && i < places.per_slope; ++k, i += threads) {
        const std::int64_t place = first + places.step(i);
        for (std::int64_t j = 0; j < copies * slices; ++j)
          sum += partial[place + j * places.period];
      }
      total += sum;
    }
  }
  total =
      threads == kBlockSize ? gpu::block_sum<kBlockSize>(total) : cuda::group_sum(total, threads);
  if (member == 0 && slope < count) store(slope, total);
}

template <class Sum, class Store>
void launch_collect(const Sum* partial, const Places& places, const cuda::PeriodCut& cut,
                    const Problem& problem, const Store& store, Stream stream) {
  constexpr std::int64_t kWarp = 32;
  constexpr std::int64_t kManyPlaces = 2048;
  const std::int64_t count = slope_count(problem);
  const std::int64_t copies = cut.map.count == 0 ? 0 : cut.runs / cut.map.count;
  const auto few = static_cast<std::uint64_t>(std::clamp<std::int64_t>(places.per_slope, 1, kWarp));
  const int threads =
      places.per_slope >= kManyPlaces ? kBlockSize : static_cast<int>(std::bit_floor(few));
  gpu::launch(collect_places<Sum, Store>,
              {.grid = static_cast<unsigned>(cuda::ceil_div(count, kBlockSize / threads)),
               .block = kBlockSize,
               .stream = stream},
              partial, places, copies, cut.slices, count, threads, store);
}

std::size_t workspace_bytes(const Problem& problem) {
  if (problem.update == AlphaUpdate::frozen) return 0;
  const std::int64_t sums =
      cuda::most_partials(problem, map_of(places_of(problem)), tiles_for(problem), place_sums);
  return static_cast<std::size_t>(sums * cuda::accumulator_bytes(problem));
}

Unsupported check(const Problem& problem) {
  if (problem.alpha_mode != AlphaMode::broadcast) return "needs a broadcast of alpha";
  return {};
}

void launch(const Problem& problem, const Operands& operands, Stream stream) {
  const Places places = places_of(problem);
  cuda::visit_native(problem, [&]<class T, class A>(std::type_identity<T>, std::type_identity<A>) {
    const cuda::TypedOperands<T, A> typed(operands);
    using Sum = accumulate_t<T>;
    auto* const partial = static_cast<Sum*>(operands.workspace);
    cuda::visit_period<T>(
        problem, map_of(places), operands, tiles_for(problem),
        [&]<class P, int kSums>(std::type_identity<P>, std::integral_constant<int, kSums>,
                                const cuda::PeriodCut& cut) {
          using cuda::Walk;
          const auto walk = problem.update == AlphaUpdate::frozen
                                ? walk_places<Walk::dx, P, kSums, T, A, Sum>
                                : walk_places<Walk::both, P, kSums, T, A, Sum>;
          gpu::launch(walk, {.grid = cuda::grid_of(cut), .block = kBlockSize, .stream = stream},
                      typed.x, typed.alpha, typed.dy, typed.dx, partial, broadcast_map(problem),
                      cut, problem.at_zero);
          if (problem.update == AlphaUpdate::gradient) {
            const auto store = cuda::WriteGradient<Sum, A>::of(problem, operands);
            launch_collect(partial, places, cut, problem, store, stream);
          } else if (problem.update == AlphaUpdate::sgd) {
            const auto step = cuda::StepAlpha<Sum, A>::of(problem, operands);
            launch_collect(partial, places, cut, problem, step, stream);
          }
        });
  });
}

}  // namespace

KernelVariant cuda_backward_broadcast() {
  return {
      .name = "cuda/backward_broadcast",
      .summary = "any broadcast of alpha: a sum a place of the period, then one a slope",
      .backend = Backend::cuda,
      .direction = Direction::backward,
      .updates = {.gradient = true, .frozen = true, .sgd = true},
      .broadcasts = true,
      .promises = {.accesses_per_element = 3,
                   .overhead = 1.4,
                   .coalesced = true,
                   .access_bits = 128,
                   .bytes_in_flight = 64,
                   .registers = 64,
                   .divides_in_loop = false},
      .check = check,
      .workspace_bytes = workspace_bytes,
      .launch = launch,
  };
}

}  // namespace prelu::variants
