// Which variant is preferred for a problem, and why: what Plan asks, and what --explain shows.
#pragma once

#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "gpu_traits.hpp"
#include "prelu/problem.hpp"
#include "variant.hpp"

namespace prelu {

/// What a choice depends on.
struct Question {
  Problem problem;
  GpuTraits gpu = known_gpus().front();  ///< asked by the rules of CUDA variants only
  int alignment = 256;                   ///< of every tensor's pointer, in bytes, at least
  bool deterministic = false;            ///< the same bits in every run
};

/// A reason to prefer a variant. Rules are asked in their order; the first that holds, and whose
/// variant supports the problem, decides.
struct Rule {
  std::string_view variant;
  std::string_view when;      ///< the condition in words, to be read after "because" or "where"
  std::string_view why;       ///< what the variant makes of it
  std::string_view evidence;  ///< what is behind the rule: a measurement, or what stands in for one
  bool (*holds)(const Question&);
};

/// All rules, the most preferred first; those of the backends stand apart by their variants' names.
std::span<const Rule> rules();

enum class Outcome {
  chosen,
  next,      ///< would be chosen if those before it were not there
  unwanted,  ///< its rule does not hold
  refused,   ///< its rule holds; the variant does not support the problem
};

/// What became of a rule.
struct Considered {
  const Rule* rule;
  Outcome outcome;
  std::string reason;  ///< of a refusal
};

struct Choice {
  const KernelVariant* variant = nullptr;  ///< null where nothing supports the problem
  const Rule* rule = nullptr;              ///< the one that decided
  std::vector<Considered> considered;      ///< the direction's rules of the backend, in their order
};

Choice choose(Backend backend, const Question& question);

}  // namespace prelu
