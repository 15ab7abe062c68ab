#include "prelu/plan.hpp"

#include <gtest/gtest.h>

#include <array>
#include <cstddef>
#include <string>
#include <thread>
#include <type_traits>
#include <vector>

#include "variant.hpp"

namespace prelu {
namespace {

constexpr Shape kShape{.n = 2, .c = 3, .spatial = 4};
constexpr std::size_t kElements = 24;
constexpr std::size_t kChannels = 3;

Problem problem_of(Direction direction) { return {.direction = direction, .shape = kShape}; }

/// What a workspace is made of: aligned as operands.hpp asks.
struct alignas(256) Aligned {
  std::array<std::byte, 256> bytes;
};

/// Memory for a float problem of kShape: x is -1, alpha 0.5, dy 2.
struct Memory {
  std::vector<float> x = std::vector<float>(kElements + 1, -1.0F);
  std::vector<float> alpha = std::vector<float>(kChannels + 1, 0.5F);
  std::vector<float> y = std::vector<float>(kElements + 1);
  std::vector<float> dy = std::vector<float>(kElements + 1, 2.0F);
  std::vector<float> dx = std::vector<float>(kElements + 1);
  std::vector<float> dalpha = std::vector<float>(kChannels + 1);
  std::vector<Aligned> workspace = std::vector<Aligned>(256);

  Operands operands() {
    return {.x = x.data(),
            .alpha = alpha.data(),
            .y = y.data(),
            .dy = dy.data(),
            .dx = dx.data(),
            .dalpha = dalpha.data(),
            .workspace = workspace.data()};
  }
};

template <class Body>
std::string refusal(const Body& body) {
  try {
    body();
  } catch (const std::invalid_argument& error) {
    return error.what();
  }
  return "nothing was refused";
}

/// One byte past an aligned address.
void* misaligned(const void* pointer) {
  return const_cast<std::byte*>(static_cast<const std::byte*>(pointer)) + 1;
}

TEST(Plan, HasAThreadedVariantForWhateverIsAskedOfTheCpu) {
  for (const AlphaUpdate update : {AlphaUpdate::gradient, AlphaUpdate::frozen, AlphaUpdate::sgd}) {
    Problem problem = problem_of(Direction::backward);
    problem.update = update;
    EXPECT_EQ(Plan(Backend::cpu, problem).variant(), "cpu/backward_threaded");
    problem.alpha_mode = AlphaMode::broadcast;
    problem.broadcast.spatial = {1, 1, problem.shape.spatial};
    EXPECT_EQ(Plan(Backend::cpu, problem).variant(), "cpu/backward_broadcast");
    problem.update = AlphaUpdate::gradient;
    problem.direction = Direction::forward;
    EXPECT_EQ(Plan(Backend::cpu, problem).variant(), "cpu/forward_broadcast");
  }
}

TEST(Plan, PrefersTheThreadedVariantsOnTheCpu) {
  EXPECT_EQ(Plan(Backend::cpu, problem_of(Direction::forward)).variant(), "cpu/forward_threaded");
  EXPECT_EQ(Plan(Backend::cpu, problem_of(Direction::backward)).variant(), "cpu/backward_threaded");
}

TEST(Plan, RunsForward) {
  Memory memory;
  const Plan plan(Backend::cpu, problem_of(Direction::forward));
  EXPECT_EQ(plan.workspace_bytes(), 0U);
  plan.run(memory.operands());
  for (std::size_t i = 0; i < kElements; ++i) EXPECT_EQ(memory.y[i], -0.5F) << i;
  EXPECT_EQ(memory.y[kElements], 0.0F);
}

TEST(Plan, RunsBackwardWithTheWorkspaceItAskedFor) {
  Memory memory;
  const Plan plan(Backend::cpu, problem_of(Direction::backward));
  ASSERT_GT(plan.workspace_bytes(), 0U);
  EXPECT_EQ(plan.zeroed_workspace_bytes(), 0U);
  ASSERT_LE(plan.workspace_bytes(), memory.workspace.size() * sizeof(Aligned));
  plan.run(memory.operands());
  for (std::size_t i = 0; i < kElements; ++i) EXPECT_EQ(memory.dx[i], 1.0F) << i;
  for (std::size_t k = 0; k < kChannels; ++k) EXPECT_EQ(memory.dalpha[k], -16.0F) << k;
  EXPECT_EQ(memory.dalpha[kChannels], 0.0F);
}

TEST(Plan, IsACheapValueThatSeveralThreadsMayRun) {
  static_assert(std::is_copy_constructible_v<Plan> && std::is_trivially_destructible_v<Plan>);
  const Plan plan(Backend::cpu, problem_of(Direction::backward));
  std::vector<Memory> memories(3);
  std::vector<std::thread> threads;
  threads.reserve(memories.size());
  for (Memory& memory : memories) {
    threads.emplace_back([&memory, copy = plan] { copy.run(memory.operands()); });
  }
  for (std::thread& thread : threads) thread.join();
  for (const Memory& memory : memories) EXPECT_EQ(memory.dalpha[0], -16.0F);
}

TEST(Plan, KeepsTheProblemItWasMadeFor) {
  const Problem problem = problem_of(Direction::backward);
  EXPECT_EQ(Plan(Backend::cpu, problem).problem(), problem);
}

TEST(Plan, RefusesAProblemThatIsNotValid) {
  EXPECT_EQ(refusal([] { Plan(Backend::cpu, {.shape = {.n = -1}}); }),
            "prelu: shape.n is -1; it must be 0 or more");
}

TEST(Plan, RefusesADeviceThatDoesNotExist) {
  const Problem problem = problem_of(Direction::forward);
  EXPECT_NO_THROW(Plan(Backend::cpu, problem, {.device = 0}));
  EXPECT_EQ(refusal([&] { Plan(Backend::cpu, problem, {.device = 1}); }),
            "prelu: the CPU backend has only device 0");
  EXPECT_NE(refusal([&] {
              Plan(Backend::cuda, problem, {.device = 9999});
            }).find("there is no CUDA device 9999"),
            std::string::npos);
}

TEST(Plan, RefusesEachOperandThatIsNull) {
  Memory memory;
  const Plan forward(Backend::cpu, problem_of(Direction::forward));
  const Plan backward(Backend::cpu, problem_of(Direction::backward));
  const auto refused = [&](const Plan& plan, auto member) {
    Operands operands = memory.operands();
    operands.*member = nullptr;
    return refusal([&] { plan.run(operands); });
  };
  EXPECT_EQ(refused(forward, &Operands::x), "prelu: operand x is null");
  EXPECT_EQ(refused(forward, &Operands::alpha), "prelu: operand alpha is null");
  EXPECT_EQ(refused(forward, &Operands::y), "prelu: operand y is null");
  EXPECT_EQ(refused(backward, &Operands::dy), "prelu: operand dy is null");
  EXPECT_EQ(refused(backward, &Operands::dx), "prelu: operand dx is null");
  EXPECT_EQ(refused(backward, &Operands::dalpha), "prelu: operand dalpha is null");
  EXPECT_EQ(refused(backward, &Operands::workspace),
            "prelu: operand workspace is null; this plan needs " +
                std::to_string(backward.workspace_bytes()) + " bytes");
}

TEST(Plan, RefusesEachOperandThatIsNotAlignedToItsElement) {
  Memory memory;
  const Plan forward(Backend::cpu, problem_of(Direction::forward));
  const Plan backward(Backend::cpu, problem_of(Direction::backward));
  const auto refused = [&](const Plan& plan, auto member) {
    Operands operands = memory.operands();
    operands.*member = misaligned(operands.*member);
    return refusal([&] { plan.run(operands); });
  };
  const auto reason = [](const std::string& operand) {
    return "prelu: operand " + operand + " is not aligned to its f32 element";
  };
  EXPECT_EQ(refused(forward, &Operands::x), reason("x"));
  EXPECT_EQ(refused(forward, &Operands::alpha), reason("alpha"));
  EXPECT_EQ(refused(forward, &Operands::y), reason("y"));
  EXPECT_EQ(refused(backward, &Operands::dy), reason("dy"));
  EXPECT_EQ(refused(backward, &Operands::dx), reason("dx"));
  EXPECT_EQ(refused(backward, &Operands::dalpha), reason("dalpha"));
  EXPECT_EQ(refused(backward, &Operands::workspace),
            "prelu: operand workspace is not aligned to 256 bytes");
}

TEST(Plan, TakesPointersThatAreAlignedToTheirElementAndNoMore) {
  Memory memory;
  Operands operands = memory.operands();
  operands.x = memory.x.data() + 1;
  operands.y = memory.y.data() + 1;
  const Plan plan(Backend::cpu, problem_of(Direction::forward));
  EXPECT_NO_THROW(plan.run(operands));
  EXPECT_EQ(memory.y[0], 0.0F);
  EXPECT_EQ(memory.y[kElements], -0.5F);
}

TEST(Plan, AnEmptyProblemNeedsNoElementsButClearsDalpha) {
  Memory memory;
  memory.dalpha.assign(memory.dalpha.size(), 7.0F);
  const Problem problem{.direction = Direction::backward, .shape = {.n = 0, .c = 3, .spatial = 4}};
  Operands operands = memory.operands();
  operands.x = operands.dy = operands.dx = nullptr;
  Plan(Backend::cpu, problem).run(operands);
  EXPECT_EQ(memory.dalpha, (std::vector<float>{0, 0, 0, 7}));
}

TEST(Plan, ARefusalListsEveryVariantWithItsReason) {
  if (find_variant("cuda/forward_packed")->launch != nullptr) {
    GTEST_SKIP() << "built with CUDA: some variant computes every problem";
  }
  const std::string message = refusal([] { Plan(Backend::cuda, problem_of(Direction::forward)); });
  EXPECT_TRUE(message.starts_with("prelu: no cuda variant for this forward problem\n")) << message;
  for (const char* variant : {"cuda/forward_packed", "cuda/forward_naive"}) {
    EXPECT_NE(message.find("\n  " + std::string(variant) + ": built without CUDA"),
              std::string::npos)
        << message;
  }
  EXPECT_EQ(message.find("backward"), std::string::npos) << message;
}

}  // namespace
}  // namespace prelu
