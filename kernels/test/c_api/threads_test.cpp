// One plan, many threads: each with its own outputs and workspace. Under ThreadSanitizer this is
// the race check of everything behind the C ABI.
#include <gtest/gtest.h>
#include <prelu/prelu.h>

#include <array>
#include <atomic>
#include <barrier>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <string>
#include <thread>
#include <vector>

namespace {

constexpr std::int64_t kChannels = 5;
constexpr std::int64_t kElements = 2 * kChannels * 9;
constexpr int kThreads = 8;
constexpr int kRuns = 50;

struct alignas(256) Aligned {
  std::array<std::byte, 256> bytes;
};

/// What all threads read.
struct Inputs {
  std::vector<float> x = std::vector<float>(kElements, -1.0F);
  std::vector<float> alpha = std::vector<float>(kChannels, 0.5F);
  std::vector<float> dy = std::vector<float>(kElements, 2.0F);
};

/// What one thread writes.
struct Outputs {
  explicit Outputs(std::size_t workspace_bytes)
      : workspace(workspace_bytes / sizeof(Aligned) + 1) {}

  std::vector<float> y = std::vector<float>(kElements);
  std::vector<float> dx = std::vector<float>(kElements);
  std::vector<float> dalpha = std::vector<float>(kChannels);
  std::vector<Aligned> workspace;
};

prelu_problem problem_of(std::int32_t direction) {
  return {.struct_size = sizeof(prelu_problem),
          .direction = direction,
          .dtype = PRELU_DTYPE_F32,
          .alpha_mode = PRELU_ALPHA_PER_CHANNEL,
          .n = 2,
          .c = kChannels,
          .spatial = 9};
}

/// Runs `body` in all threads, from the same moment on.
template <class Body>
void at_once(const Body& body) {
  std::barrier start(kThreads);
  std::vector<std::thread> threads;
  threads.reserve(kThreads);
  for (int i = 0; i < kThreads; ++i) {
    threads.emplace_back([&start, &body, i] {
      start.arrive_and_wait();
      body(i);
    });
  }
  for (std::thread& thread : threads) thread.join();
}

void share_a_plan(std::int32_t direction) {
  const prelu_problem problem = problem_of(direction);
  prelu_plan* plan = nullptr;
  ASSERT_EQ(prelu_plan_create(&problem, &plan), PRELU_OK) << prelu_last_error();
  const Inputs inputs;
  std::vector<Outputs> outputs(kThreads, Outputs(prelu_plan_workspace_bytes(plan)));
  std::atomic<int> failures = 0;
  at_once([&](int i) {
    Outputs& own = outputs[static_cast<std::size_t>(i)];
    const prelu_operands operands{.struct_size = sizeof(prelu_operands),
                                  .x = inputs.x.data(),
                                  .alpha = inputs.alpha.data(),
                                  .y = own.y.data(),
                                  .dy = inputs.dy.data(),
                                  .dx = own.dx.data(),
                                  .dalpha = own.dalpha.data(),
                                  .workspace = own.workspace.data(),
                                  .workspace_bytes = own.workspace.size() * sizeof(Aligned)};
    for (int run = 0; run < kRuns; ++run) {
      if (prelu_plan_run(plan, &operands, nullptr) != PRELU_OK) ++failures;
    }
  });
  EXPECT_EQ(failures, 0);
  for (const Outputs& own : outputs) {
    if (direction == PRELU_FORWARD) {
      EXPECT_EQ(own.y, std::vector<float>(kElements, -0.5F));
    } else {
      EXPECT_EQ(own.dx, std::vector<float>(kElements, 1.0F));
      EXPECT_EQ(own.dalpha, std::vector<float>(kChannels, -36.0F));
    }
  }
  prelu_plan_destroy(plan);
}

TEST(Threads, ShareAForwardPlan) { share_a_plan(PRELU_FORWARD); }

TEST(Threads, ShareABackwardPlan) { share_a_plan(PRELU_BACKWARD); }

TEST(Threads, MakePlansAndMistakesOfTheirOwn) {
  std::atomic<int> wrong = 0;
  at_once([&wrong](int i) {
    for (int run = 0; run < kRuns; ++run) {
      prelu_problem problem = problem_of(run % 2);
      prelu_plan* plan = nullptr;
      if (prelu_plan_create(&problem, &plan) != PRELU_OK) ++wrong;
      problem.n = -1 - i;
      prelu_plan* none = nullptr;
      if (prelu_plan_create(&problem, &none) != PRELU_INVALID_ARGUMENT) ++wrong;
      const std::string expected =
          "prelu: shape.n is " + std::to_string(problem.n) + "; it must be 0 or more";
      if (prelu_last_error() != expected) ++wrong;
      prelu_plan_destroy(plan);
    }
  });
  EXPECT_EQ(wrong, 0);
}

}  // namespace
