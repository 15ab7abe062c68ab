#include "proof.hpp"

#include <algorithm>
#include <cmath>
#include <span>
#include <sstream>
#include <type_traits>

#include "dtype.hpp"
#include "verifier.hpp"

namespace prelu::harness {
namespace {

/// n is the outermost axis in both layouts: rows are one piece of memory.
std::vector<std::byte> part_of(const std::vector<std::byte>& tensor, std::int64_t batch,
                               Rows rows) {
  const auto row = static_cast<std::ptrdiff_t>(tensor.size()) / std::max<std::int64_t>(1, batch);
  const auto first = tensor.begin() + rows.first * row;
  return {first, first + rows.count * row};
}

std::vector<double> widened(DType dtype, const std::vector<std::byte>& bytes) {
  return visit_dtype(dtype, [&]<class A>(std::type_identity<A>) {
    const auto* values = reinterpret_cast<const A*>(bytes.data());
    std::vector<double> all(bytes.size() / sizeof(A));
    std::ranges::transform(std::span(values, all.size()), all.begin(),
                           [](const A& value) { return static_cast<double>(widen(value)); });
    return all;
  });
}

/// The first slope that is wrong, described; empty where none is.
std::string compare_slopes(const std::vector<ExpectedSlope>& expected,
                           const std::vector<double>& actual, reports::Verification& verification) {
  for (std::size_t k = 0; k < expected.size(); ++k) {
    const auto [value, allowed] = expected[k];
    const double error = std::abs(actual[k] - value);
    if (std::isfinite(error) && error > verification.max_error) {
      verification.max_error = error;
      verification.allowed = allowed;
    }
    if (matches(value, actual[k], allowed)) continue;
    std::ostringstream text;
    text.precision(17);
    text << "dalpha[" << k << "] is " << actual[k] << ", expected " << value << " within "
         << allowed;
    return text.str();
  }
  return {};
}

}  // namespace

void Proof::load(Step& step, const Dataset& dataset) {
  dataset_ = dataset;
  expected_.clear();
  for (std::int64_t layer = 0; layer < step.layers(); ++layer) {
    Dataset of_layer = dataset;
    of_layer.seed += static_cast<std::uint64_t>(layer);  // no layer can stand in for another
    ProblemData data = make_data(whole_, of_layer);
    const std::int64_t batch = whole_.shape.n;
    for (std::vector<std::byte>* tensor : {&data.x, &data.dy, &data.expected}) {
      *tensor = part_of(*tensor, batch, rows_);
    }
    step.write(layer, data);
    expected_.push_back(
        {.dx = std::move(data.expected), .dalpha = std::move(data.expected_dalpha)});
  }
}

std::string Proof::compare(const Step& step, const Ranks& ranks) {
  std::string wrong;
  for (std::int64_t layer = 0; layer < step.layers(); ++layer) {
    const auto& [dx, dalpha] = expected_[static_cast<std::size_t>(layer)];
    const std::vector<std::byte> here = step.read_dalpha(layer);
    std::vector<std::byte> first = here;
    ranks.broadcast(first);  // whatever was found so far: every rank takes part
    if (!wrong.empty()) continue;
    verification_.checked += rows_.count * (whole_.shape.c * whole_.shape.spatial) +
                             static_cast<std::int64_t>(dalpha.size());
    wrong = compare_slopes(dalpha, widened(whole_.alpha_dtype, here), verification_);
    if (wrong.empty() && here != first) wrong = "dalpha has other bits than on rank 0";
    if (wrong.empty() && step.read_dx(layer) != dx) wrong = "dx differs from the reference";
    if (!wrong.empty()) wrong.insert(0, "layer " + std::to_string(layer) + ": ");
  }
  return wrong;
}

std::string Proof::check(Step& step, Summing summing, Reducer& reducer, const Ranks& ranks) {
  step.poison();
  step.run(summing, reducer);
  const std::string wrong = compare(step, ranks);
  return ranks.first_text(wrong.empty() ? ""
                                        : ranks.who() + ": " + wrong + " (" + describe(dataset_) +
                                              " data, seed " + std::to_string(dataset_.seed) + ")");
}

std::int64_t proof_bytes(const Problem& whole, Rows rows, std::int64_t layers) {
  Problem part = whole;
  part.shape.n = rows.count;
  // All of one layer, and what is expected of this rank's part of every layer.
  return data_bytes(whole) + layers * data_bytes(part) / 3;
}

}  // namespace prelu::harness
