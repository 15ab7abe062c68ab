// One case in execution: tensors that exist only where they are used, the blocks that run, and a
// look at everything they wrote.
#include <algorithm>
#include <cstddef>
#include <ostream>
#include <random>
#include <set>
#include <span>
#include <sstream>

#include "dtype.hpp"
#include "large_case.hpp"
#include "prelu/operands.hpp"
#include "sparse_memory.hpp"

namespace prelu {
namespace {

constexpr std::int64_t kTwoTo31 = std::int64_t{1} << 31;

/// x, dy and alpha are numbers whose products, and the sums of those, are exact in f32, and none is
/// 0: what was written is known by not being 0.
template <class T>
std::vector<T> pattern(unsigned seed, float unit) {
  constexpr std::size_t kBytes = std::size_t{127} * 65536;  // no power of two
  std::vector<T> values(kBytes / sizeof(T));
  std::mt19937 random(seed);
  for (T& value : values) {
    const float magnitude = unit * static_cast<float>(1 + random() % 3);
    value = narrow<T>(random() % 2 == 0 ? magnitude : -magnitude);
  }
  return values;
}

template <class T>
SparseMemory repeated(std::int64_t count, unsigned seed, float unit) {
  const std::vector<T> values = pattern<T>(seed, unit);
  return {count * static_cast<std::int64_t>(sizeof(T)), kTwoTo31 * std::int64_t{sizeof(T)},
          std::as_bytes(std::span(values))};
}

template <class T>
SparseMemory zeros(std::int64_t count) {
  return {count * static_cast<std::int64_t>(sizeof(T)), kTwoTo31 * std::int64_t{sizeof(T)}};
}

/// The case in execution. Alpha is f32.
template <class T>
class Run {
 public:
  explicit Run(const LargeCase& large)
      : case_(large),
        problem_(large.problem),
        elements_(problem_.shape.elements()),
        slopes_(slope_count(problem_)),
        alpha_of_(broadcast_map(problem_)),
        variant_(*find_variant(large.variant)),
        x_(repeated<T>(elements_, 1, 1)),
        dy_(repeated<T>(elements_, 2, 1)),
        alpha_(repeated<float>(slopes_, 3, 0.125F)),
        out_(zeros<T>(elements_ + 1)),
        dalpha_(zeros<float>(slopes_)),
        alpha_out_(zeros<float>(slopes_)),
        workspace_(
            zeros<std::byte>(static_cast<std::int64_t>(workspace_bytes(variant_, problem_)) + 1)) {}

  std::string complaint() {
    launch();
    check_tensor();
    if (problem_.direction == Direction::backward && sums_are_known()) check_sums();
    return complaint_.str();
  }

 private:
  void launch() {
    simt::set_multiprocessors(case_.multiprocessors);
    simt::choose_blocks([this](const simt::Grid& grid) { return chosen(grid); });
    const bool is_forward = problem_.direction == Direction::forward;
    variant_.launch(problem_,
                    {.x = x_.data(),
                     .alpha = alpha_.data(),
                     .y = is_forward ? out() : nullptr,
                     .dy = dy_.data(),
                     .dx = is_forward ? nullptr : out(),
                     .dalpha = dalpha_.data(),
                     .alpha_out = alpha_out_.data(),
                     .sgd = {.learning_rate = kRate},
                     .workspace = workspace_.data()},
                    nullptr);
    simt::choose_blocks(nullptr);
    simt::set_multiprocessors(1);
  }

  T* out() { return reinterpret_cast<T*>(out_.data()) + shift(); }
  std::int64_t shift() const { return case_.misaligned ? 1 : 0; }

  /// The first and the last element, and those around byte and element 2^31.
  std::vector<std::int64_t> places() const {
    constexpr std::int64_t kByte = kTwoTo31 / static_cast<std::int64_t>(sizeof(T));
    return {0, kByte - 1, kByte, kTwoTo31 - 1, kTwoTo31, elements_ - 1};
  }

  std::vector<std::uint64_t> chosen(const simt::Grid& grid) {
    constexpr std::int64_t kFew = 16;  // of a second launch, over slopes or sums
    const std::int64_t blocks = std::int64_t{grid.blocks.x} * grid.blocks.y * grid.blocks.z;
    std::set<std::uint64_t> wanted{0, static_cast<std::uint64_t>(blocks) - 1};
    if (blocks <= kFew) {
      for (std::int64_t i = 0; i < blocks; ++i) wanted.insert(static_cast<std::uint64_t>(i));
    } else {
      for (const std::int64_t place : places()) {
        for (const std::int64_t block : case_.blocks_of(problem_, grid, place)) {
          if (block >= 0 && block < blocks) wanted.insert(static_cast<std::uint64_t>(block));
        }
      }
    }
    take_tickets(blocks, wanted);
    return {wanted.begin(), wanted.end()};
  }

  /// Those of the blocks that do not run, as though they had: their partial sums are 0.
  void take_tickets(std::int64_t blocks, const std::set<std::uint64_t>& wanted) {
    auto* const tickets = reinterpret_cast<unsigned*>(workspace_.data());
    const std::int64_t each = case_.tickets == 0 || taken_ ? 0 : blocks / case_.tickets;
    for (std::int64_t i = 0; i < case_.tickets && each > 0; ++i) {
      const auto run = std::ranges::count_if(wanted, [&](std::uint64_t block) {
        return static_cast<std::int64_t>(block) / each == i;
      });
      tickets[i] = static_cast<unsigned>(each - run);
    }
    taken_ = true;
  }

  /// Whatever was written is right, and every place was written.
  void check_tensor() {
    sums_.assign(sums_are_known() ? static_cast<std::size_t>(slopes_) : 0, 0.0);
    for (const SparseMemory::Range& range : out_.written()) {
      if (range.begin < 0) complain() << "wrote in front of the tensor, at byte " << range.begin;
      const auto size = static_cast<std::int64_t>(sizeof(T));
      const std::int64_t begin = std::max<std::int64_t>(0, range.begin / size - shift());
      const std::int64_t end = std::min(range.end / size - shift(), elements_);
      for (std::int64_t i = begin; i < end; ++i) check(i);
    }
    for (const std::int64_t place : places()) {
      if (widen(out()[place]) == 0) complain() << "element " << place << " was not written";
    }
  }

  void check(std::int64_t i) {
    const float got = widen(out()[i]);
    if (got == 0) return;
    const std::int64_t slope = alpha_of_(i);
    const float x = at<T>(x_, i);
    const float dy = problem_.direction == Direction::forward ? x : at<T>(dy_, i);
    const float expected = x > 0 ? dy : at<float>(alpha_, slope) * dy;
    if (got != expected) complain() << "element " << i << " is " << got << ", not " << expected;
    if (x < 0 && !sums_.empty()) sums_[static_cast<std::size_t>(slope)] += double{x} * dy;
  }

  void check_sums() {
    for (std::int64_t k = 0; k < slopes_ && problem_.update != AlphaUpdate::frozen; ++k) {
      const auto sum = static_cast<float>(sums_[static_cast<std::size_t>(k)]);
      if (at<float>(dalpha_, k) != sum) {
        complain() << "dalpha[" << k << "] is " << at<float>(dalpha_, k) << ", not " << sum;
      }
      const float stepped = at<float>(alpha_, k) - kRate * sum;
      if (problem_.update == AlphaUpdate::sgd && at<float>(alpha_out_, k) != stepped) {
        complain() << "alpha[" << k << "] is " << at<float>(alpha_out_, k) << ", not " << stepped;
      }
    }
  }

  /// Where a slope's elements all lie in blocks that have run, or their sum is finished without the
  /// others.
  bool sums_are_known() const {
    constexpr std::int64_t kMany = 1024;
    return slopes_ <= kMany && case_.variant.find("atomic") == std::string::npos;
  }

  template <class S>
  static float at(SparseMemory& memory, std::int64_t i) {
    return widen(reinterpret_cast<const S*>(memory.data())[i]);
  }

  /// The first few complaints; the rest goes nowhere.
  std::ostream& complain() {
    constexpr int kShown = 5;
    if (complaints_++ < kShown) return complaint_ << "\n  ";
    ignored_.str("");
    return ignored_;
  }

  static constexpr float kRate = 0.125F;

  const LargeCase& case_;
  const Problem& problem_;
  std::int64_t elements_;
  std::int64_t slopes_;
  BroadcastMap alpha_of_;
  const KernelVariant& variant_;
  SparseMemory x_;
  SparseMemory dy_;
  SparseMemory alpha_;
  SparseMemory out_;
  SparseMemory dalpha_;
  SparseMemory alpha_out_;
  SparseMemory workspace_;
  bool taken_ = false;
  std::vector<double> sums_;
  int complaints_ = 0;
  std::ostringstream complaint_;
  std::ostringstream ignored_;
};

}  // namespace

std::string complaint_about(const LargeCase& large) {
  if (large.problem.dtype == DType::f32) return Run<float>(large).complaint();
  return Run<Half>(large).complaint();
}

}  // namespace prelu
