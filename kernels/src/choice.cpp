#include "choice.hpp"

#include <array>
#include <cstdint>

#include "dtype.hpp"

namespace prelu {
namespace {

/// A plane of so many bytes gives each of a block's 128 threads its four 16-byte accesses.
constexpr std::int64_t kForwardPlaneBytes = 8192;
/// From 28 x 28 on a block has enough of a plane to amortise its sum.
constexpr std::int64_t kBackwardPlane = 784;
/// A slope that is kept in a register must be used this often to be worth fetching first.
constexpr std::int64_t kRowsPerSlope = 8;
/// A thread owns 16 bytes of slopes: so many threads a multiprocessor give it enough to do.
constexpr std::int64_t kBusyThreads = 512;
constexpr std::int64_t kWidestAccess = 32;
constexpr int kFirstWith256Bits = 100;

bool is_broadcast(const Question& question) {
  return question.problem.alpha_mode == AlphaMode::broadcast;
}

bool beyond_l2(const Question& question) {
  return minimal_bytes(question.problem) > question.gpu.l2_bytes;
}

/// Whether neighbouring elements have different slopes.
bool slope_changes_along_rows(const Problem& problem) {
  if (problem.alpha_mode == AlphaMode::broadcast) return false;
  const AlphaMap map = alpha_map(problem);
  return map.count > 1 && map.inner == 1;
}

/// How many elements share a slope.
std::int64_t elements_per_slope(const Problem& problem) {
  const std::int64_t count = slope_count(problem);
  return count == 0 ? 0 : problem.shape.elements() / count;
}

bool has_planes(const Problem& problem, std::int64_t at_least) {
  return problem.alpha_mode == AlphaMode::per_channel && problem.layout == Layout::nchw &&
         problem.shape.spatial >= at_least;
}

/// Threads that own 16 bytes of slopes each, over all slopes.
std::int64_t slope_threads(const Problem& problem) {
  return slope_count(problem) * static_cast<std::int64_t>(size_of(problem.dtype)) / 16;
}

bool always(const Question& /*question*/) { return true; }

constexpr std::string_view kLogic =
    "what the problem asks for: there is no other to measure against";
constexpr std::string_view kFallback = "a fallback: right, not claimed to be fast";
constexpr std::string_view kCpuBaseline =
    "measured: reports/baselines/amd-epyc-2-cores/quick.json, against the naive variant";

constexpr Rule last_resort(std::string_view variant) {
  return {.variant = variant,
          .when = "nothing faster serves it",
          .why = "one element at a time",
          .evidence = kFallback,
          .holds = always};
}

// The rules. Until a report of a GPU is committed, the CUDA ones rest on a count of bytes and
// launches, and say so.
constexpr std::array kRules{
    Rule{.variant = "cpu/forward_broadcast",
         .when = "alpha broadcasts along axes of its own",
         .why = "the only one with vectors that maps them",
         .evidence = kLogic,
         .holds = is_broadcast},
    Rule{.variant = "cpu/backward_broadcast",
         .when = "alpha broadcasts along axes of its own",
         .why = "the only one with vectors that maps them",
         .evidence = kLogic,
         .holds = is_broadcast},
    Rule{.variant = "cpu/forward_threaded",
         .when = "the CPU computes",
         .why = "vectors, on all cores",
         .evidence = kCpuBaseline,
         .holds = always},
    Rule{.variant = "cpu/backward_threaded",
         .when = "the CPU computes",
         .why = "vectors, on all cores, x and dy read once",
         .evidence = kCpuBaseline,
         .holds = always},
    last_resort("cpu/forward_naive"),
    last_resort("cpu/backward_naive"),

    Rule{.variant = "cuda/forward_broadcast",
         .when = "alpha broadcasts along axes of its own",
         .why = "the only one that maps them",
         .evidence = kLogic,
         .holds = is_broadcast},
    Rule{.variant = "cuda/forward_nhwc",
         .when = "the slope changes with every element, and 8 rows or more use each",
         .why = "slopes stay in registers: alpha is read once a thread, not once an element",
         .evidence = "derived: forward_packed asks the cache for a slope an element, 1.5 times its "
                     "loads; not yet measured on a GPU",
         .holds =
             [](const Question& question) {
               return slope_changes_along_rows(question.problem) &&
                      elements_per_slope(question.problem) >= kRowsPerSlope;
             }},
    Rule{.variant = "cuda/forward_plane",
         .when = "there is one slope a channel in NCHW, and planes have 8 KiB or more",
         .why = "a block stays in one plane and finds its slope without a division",
         .evidence = "derived: 128 threads with four 16-byte accesses each cover 8 KiB; not yet "
                     "measured on a GPU",
         .holds =
             [](const Question& question) {
               const auto size = static_cast<std::int64_t>(size_of(question.problem.dtype));
               return has_planes(question.problem, kForwardPlaneBytes / size);
             }},
    Rule{.variant = "cuda/forward_packed256",
         .when =
             "the GPU has 256-bit accesses (compute capability 10.0 on), pointers allow them, and "
             "the tensors exceed the L2 cache",
         .why = "half the instructions for the same bytes in flight",
         .evidence = "derived; not yet measured on a GPU",
         .holds =
             [](const Question& question) {
               return question.gpu.compute_capability >= kFirstWith256Bits &&
                      question.alignment >= kWidestAccess && beyond_l2(question);
             }},
    Rule{.variant = "cuda/forward_packed",
         .when = "nothing more special applies",
         .why = "16-byte accesses, several in flight, any map of slopes",
         .evidence = "derived; not yet measured on a GPU",
         .holds = always},
    last_resort("cuda/forward_naive"),

    Rule{.variant = "cuda/backward_broadcast",
         .when = "alpha broadcasts along axes of its own",
         .why = "the only one that maps them",
         .evidence = kLogic,
         .holds = is_broadcast},
    Rule{.variant = "cuda/backward_sgd",
         .when = "alpha takes a step of gradient descent",
         .why = "the block that finishes a sum takes the step: no second pass over alpha",
         .evidence = kLogic,
         .holds =
             [](const Question& question) { return question.problem.update == AlphaUpdate::sgd; }},
    Rule{.variant = "cuda/backward_dx_only",
         .when = "alpha is frozen",
         .why = "nothing is summed",
         .evidence = kLogic,
         .holds =
             [](const Question& question) {
               return question.problem.update == AlphaUpdate::frozen;
             }},
    Rule{.variant = "cuda/backward_last_block",
         .when = "there is one slope",
         .why = "one launch where backward_two_pass has two: the last block to finish adds up",
         .evidence =
             "derived: a second launch costs some 2 us, a ticket less than one, whatever the "
             "size; not yet measured on a GPU",
         .holds = [](const Question& question) { return slope_count(question.problem) == 1; }},
    Rule{.variant = "cuda/backward_plane",
         .when = "there is one slope a channel in NCHW, and planes are 28 x 28 or larger",
         .why = "a block has enough of a plane to amortise its sum",
         .evidence =
             "derived: a smaller plane leaves most of a block without work; not yet measured "
             "on a GPU",
         .holds =
             [](const Question& question) { return has_planes(question.problem, kBackwardPlane); }},
    Rule{.variant = "cuda/backward_period",
         .when = "there is one slope a channel in NCHW, and planes are small",
         .why =
             "threads own 16 bytes of the period c * h * w and walk over n: wide accesses whatever "
             "the plane",
         .evidence = "derived: a 7 x 7 plane in f16 is 98 bytes, no whole number of packs; not yet "
                     "measured on a GPU",
         .holds = [](const Question& question) { return has_planes(question.problem, 2); }},
    Rule{.variant = "cuda/backward_element",
         .when = "there is one slope an element, and enough of them to fill the GPU",
         .why = "sums over n stay in registers, in one launch",
         .evidence = "derived: 512 threads a multiprocessor with 16 bytes of slopes each; not yet "
                     "measured on a GPU",
         .holds =
             [](const Question& question) {
               return question.problem.alpha_mode == AlphaMode::per_element &&
                      slope_threads(question.problem) >= kBusyThreads * question.gpu.sms;
             }},
    Rule{.variant = "cuda/backward_nhwc",
         .when = "the slope changes with every element",
         .why = "column sums, with the rows cut into as many slices as fill the GPU",
         .evidence =
             "derived: 16-byte accesses, slopes and sums in registers; not yet measured on a "
             "GPU",
         .holds =
             [](const Question& question) { return slope_changes_along_rows(question.problem); }},
    Rule{.variant = "cuda/backward_element",
         .when = "there is one slope an element",
         .why = "sums over n stay in registers",
         .evidence = kFallback,
         .holds =
             [](const Question& question) {
               return question.problem.alpha_mode == AlphaMode::per_element;
             }},
    Rule{.variant = "cuda/backward_plane",
         .when = "there is one slope a channel in NCHW",
         .why = "a block a channel and slice of its planes",
         .evidence = kFallback,
         .holds = [](const Question& question) { return has_planes(question.problem, 0); }},
    last_resort("cuda/backward_naive"),
};

}  // namespace

std::span<const Rule> rules() { return kRules; }

Choice choose(Backend backend, const Question& question) {
  Choice choice;
  for (const Rule& rule : kRules) {
    const KernelVariant* variant = find_variant(rule.variant);
    if (variant == nullptr || variant->backend != backend) continue;
    if (variant->direction != question.problem.direction) continue;
    if (!rule.holds(question)) {
      choice.considered.push_back({.rule = &rule, .outcome = Outcome::unwanted});
      continue;
    }
    const Unsupported reason = question.deterministic && !variant->deterministic
                                   ? Unsupported("is not deterministic")
                                   : unsupported(*variant, question.problem);
    if (reason) {
      choice.considered.push_back(
          {.rule = &rule, .outcome = Outcome::refused, .reason = reason.reason()});
      continue;
    }
    const bool first = choice.variant == nullptr;
    if (first) {
      choice.variant = variant;
      choice.rule = &rule;
    }
    choice.considered.push_back(
        {.rule = &rule, .outcome = first ? Outcome::chosen : Outcome::next});
  }
  return choice;
}

}  // namespace prelu
