// The second stage of the threaded backward variants: from partial sums to what is done for alpha.
#pragma once

#include <algorithm>
#include <array>
#include <cstdint>

#include "cut.hpp"
#include "dtype.hpp"
#include "parallel.hpp"
#include "prelu/operands.hpp"
#include "prelu/problem.hpp"
#include "row_kernels.hpp"

namespace prelu::cpu {

/// What the sum of a slope is for: see AlphaUpdate.
template <class A>
void finish_slope(const Problem& problem, const Operands& operands, std::int64_t k, double sum) {
  auto* dalpha = static_cast<A*>(operands.dalpha);
  if (problem.update == AlphaUpdate::sgd) {
    const double momentum = operands.sgd.momentum * widen(dalpha[k]) + sum;
    dalpha[k] = narrow<A>(momentum);
    static_cast<A*>(operands.alpha_out)[k] = narrow<A>(
        widen(static_cast<const A*>(operands.alpha)[k]) - operands.sgd.learning_rate * momentum);
  } else {
    const double before = problem.accumulate ? double{widen(dalpha[k])} : 0.0;
    dalpha[k] = narrow<A>(before + sum);
  }
}

/// Adds partial[row * count + slope] over the rows, in their order, and finishes every slope.
template <class A>
void finish_slopes(const Problem& problem, const Operands& operands, const double* partial,
                   std::int64_t rows, std::int64_t count) {
  constexpr std::int64_t kBlock = 256;  // slopes summed side by side
  const int threads = threads_for(rows * count * std::int64_t{sizeof(double)});
  for_each_item(ceil_div(count, kBlock), threads, [&](std::int64_t block) {
    const std::int64_t first = block * kBlock;
    const std::int64_t slopes = std::min(kBlock, count - first);
    std::array<double, kBlock> sums;
    std::fill_n(sums.data(), slopes, 0.0);
    for (std::int64_t row = 0; row < rows; ++row) {
      row_kernels<double>().sum_runs(partial + row * count + first, slopes, 1, sums.data());
    }
    if (problem.update == AlphaUpdate::gradient && !problem.accumulate) {  // most often: be quick
      std::transform(sums.data(), sums.data() + slopes, static_cast<A*>(operands.dalpha) + first,
                     [](double sum) { return narrow<A>(sum); });
      return;
    }
    for (std::int64_t k = 0; k < slopes; ++k) {
      finish_slope<A>(problem, operands, first + k, sums[static_cast<std::size_t>(k)]);
    }
  });
}

/// The sum of float sums, in double: eight chains, so that additions do not wait for each other.
template <class Sum>
double sum_of(const Sum* sums, std::int64_t count) {
  std::int64_t i = 0;
  double total = 0;
  if (count < 8) {
    for (; i < count; ++i) total += double{sums[i]};
    return total;
  }
  std::array<double, 8> chains{};
  for (; i + 8 <= count; i += 8) {
    for (std::int64_t k = 0; k < 8; ++k) chains[static_cast<std::size_t>(k)] += double{sums[i + k]};
  }
  for (; i < count; ++i) total += double{sums[i]};
  for (const double chain : chains) total += chain;
  return total;
}

}  // namespace prelu::cpu
