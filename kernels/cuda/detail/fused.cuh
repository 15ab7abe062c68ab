// What the fused kernels that walk a period (period.cuh) have in common besides the walk: how they
// are launched and what they promise.
#pragma once

#include <gpu.cuh>  // in angle brackets: the build's, not necessarily the one beside this file
#include <type_traits>

#include "alpha_step.cuh"
#include "element.cuh"
#include "period.cuh"
#include "period_sums.cuh"
#include "variant.hpp"

namespace prelu::cuda {

/// What an instance of a fused kernel is for: packs P with kSums sums each, of x's type T; alpha's
/// type A.
template <class P, int kSums, class T, class A>
struct FusedTypes {};

/// Launches a kernel(x, alpha, dy, dx, store, partials, cut, at_zero). Store is WriteGradient or
/// StepAlpha; kernel_of(FusedTypes) returns the kernel's instance for them.
template <template <class Sum, class A> class Store, class KernelOf>
void launch_fused(const KernelOf& kernel_of, const Problem& problem, const Operands& operands,
                  const TileWish& wish, Stream stream) {
  visit_native(problem, [&]<class T, class A>(std::type_identity<T>, std::type_identity<A>) {
    const TypedOperands<T, A> typed(operands);
    using Sum = accumulate_t<T>;
    visit_period<T>(
        problem, operands, wish,
        [&]<class P, int kSums>(std::type_identity<P>, std::integral_constant<int, kSums>,
                                const PeriodCut& cut) {
          gpu::launch(kernel_of(FusedTypes<P, kSums, T, A>{}),
                      {.grid = grid_of(cut), .block = kPeriodBlockSize, .stream = stream}, typed.x,
                      typed.alpha, typed.dy, typed.dx, Store<Sum, A>::of(problem, operands),
                      partials_in<Sum>(operands), cut, problem.at_zero);
        });
  });
}

inline constexpr Promises kFusedPromises{.accesses_per_element = 3,
                                         .overhead = 0.05,
                                         .coalesced = true,
                                         .access_bits = 128,
                                         .bytes_in_flight = 64,
                                         .registers = 64,
                                         .divides_in_loop = false};

}  // namespace prelu::cuda
