// prelu-fuzz SEED CASES [FIRST]: throws random problems and operands at the C ABI. Whatever comes,
// there is a status and a message, and the right one; what is valid has the reference's results.
#include <prelu/prelu.h>

#include <cstdint>
#include <cstdio>
#include <cstring>
#include <exception>
#include <memory>
#include <stdexcept>
#include <string>

#include "arena.hpp"
#include "problems.hpp"
#include "random.hpp"

namespace prelu::fuzz {
namespace {

using PlanOwner = std::unique_ptr<prelu_plan, decltype(&prelu_plan_destroy)>;

/// What came of all cases.
struct Tally {
  std::int64_t mistakes = 0;
  std::int64_t rubbish_refused = 0;
  std::int64_t rubbish_taken = 0;
  std::int64_t runs = 0;
  std::int64_t runs_refused = 0;
};

void require(bool holds, const std::string& what) {
  if (!holds) throw std::logic_error(what + "; the last error is \"" + prelu_last_error() + "\"");
}

/// A status that the library may return, beside a message that goes with it.
void require_sense(prelu_status status) {
  require(status == PRELU_OK || status == PRELU_INVALID_ARGUMENT || status == PRELU_UNSUPPORTED,
          "status " + std::to_string(status));
  const std::string message = prelu_last_error();
  require(status == PRELU_OK ? message.empty() : message.starts_with("prelu: "),
          "no message for status " + std::to_string(status));
}

PlanOwner make_plan(const prelu_problem& problem, prelu_status& status) {
  auto* plan = reinterpret_cast<prelu_plan*>(1);
  status = prelu_plan_create(&problem, &plan);
  require_sense(status);
  require((status == PRELU_OK) == (plan != nullptr), "a plan only where there is no error");
  return {plan, &prelu_plan_destroy};
}

void make_a_mistake(Random& random, Tally& tally) {
  Subject subject = draw_subject(random);
  const Refusal expected = make_mistake(random, subject);
  prelu_status status = PRELU_OK;
  const PlanOwner plan = make_plan(subject.given, status);
  require(status == expected.status, "status " + std::to_string(status));
  require(std::strstr(prelu_last_error(), expected.says) != nullptr,
          std::string("expected \"") + expected.says + "\"");
  ++tally.mistakes;
}

void try_rubbish(Random& random, Tally& tally) {
  prelu_status status = PRELU_OK;
  const PlanOwner plan = make_plan(draw_rubbish(random), status);
  require(prelu_plan_zeroed_workspace_bytes(plan.get()) <= prelu_plan_workspace_bytes(plan.get()),
          "what must be zero is a part of the workspace");
  ++(status == PRELU_OK ? tally.rubbish_taken : tally.rubbish_refused);
}

/// Changes what is not a pointer to a tensor; false where it leaves all as it was.
bool spoil(Random& random, prelu_operands& operands) {
  switch (random.between(0, 9)) {
    case 0: operands.struct_size = static_cast<std::uint32_t>(random.between(0, 95)); return true;
    case 1: operands.reserved = 1U << random.between(0, 31); return true;
    case 2:
      if (operands.workspace_bytes == 0) return false;
      operands.workspace_bytes -= 1;
      return true;
    default: return false;
  }
}

void run(Random& random, Tally& tally) {
  const Subject subject = draw_subject(random);
  prelu_status status = PRELU_OK;
  const PlanOwner plan = make_plan(subject.given, status);
  require(status == PRELU_OK, "a valid problem");
  const Arena arena(random, subject.meant, prelu_plan_workspace_bytes(plan.get()),
                    prelu_plan_zeroed_workspace_bytes(plan.get()));
  prelu_operands operands = arena.operands();
  const bool allowed = !spoil(random, operands) && arena.allowed();
  status = prelu_plan_run(plan.get(), &operands, nullptr);
  require_sense(status);
  require((status == PRELU_OK) == allowed,
          allowed ? "operands as they should be" : "operands as they should not be");
  if (allowed) {
    const std::string wrong = arena.wrong_results();
    require(wrong.empty(), std::string(prelu_plan_variant_name(plan.get())) + ": " + wrong);
  } else {
    require(arena.untouched(), "memory that a refused run has left alone");
  }
  ++(allowed ? tally.runs : tally.runs_refused);
}

void try_case(std::uint64_t seed, std::uint64_t number, Tally& tally) {
  Random random(seed, number);
  switch (number % 4) {
    case 0: return make_a_mistake(random, tally);
    case 1: return try_rubbish(random, tally);
    default: return run(random, tally);
  }
}

int fuzz(std::uint64_t seed, std::uint64_t cases, std::uint64_t first) {
  Tally tally;
  for (std::uint64_t number = first; number < first + cases; ++number) {
    try {
      try_case(seed, number, tally);
    } catch (const std::logic_error& error) {
      std::printf("wrong: %s\nagain: prelu-fuzz %llu 1 %llu\n", error.what(),
                  static_cast<unsigned long long>(seed), static_cast<unsigned long long>(number));
      return 1;
    }
  }
  std::printf(
      "%lld mistakes refused, rubbish refused %lld times and taken %lld times, %lld runs right, "
      "%lld refused\n",
      static_cast<long long>(tally.mistakes), static_cast<long long>(tally.rubbish_refused),
      static_cast<long long>(tally.rubbish_taken), static_cast<long long>(tally.runs),
      static_cast<long long>(tally.runs_refused));
  return 0;
}

}  // namespace
}  // namespace prelu::fuzz

int main(int argc, char** argv) try {
  if (argc < 3 || argc > 4) throw std::invalid_argument("usage: prelu-fuzz SEED CASES [FIRST]");
  return prelu::fuzz::fuzz(std::stoull(argv[1]), std::stoull(argv[2]),
                           argc == 4 ? std::stoull(argv[3]) : 0);
} catch (const std::exception& error) {
  std::fprintf(stderr, "prelu-fuzz: %s\n", error.what());
  return 2;
}
