// Whatever a caller gets wrong is a status and a message that names it; nothing is written then.
#include <gtest/gtest.h>
#include <prelu/prelu.h>

#include <array>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <limits>
#include <memory>
#include <string>
#include <thread>
#include <vector>

namespace {

using PlanOwner = std::unique_ptr<prelu_plan, decltype(&prelu_plan_destroy)>;

prelu_problem problem_of(std::int32_t direction) {
  return {.struct_size = sizeof(prelu_problem),
          .direction = direction,
          .dtype = PRELU_DTYPE_F32,
          .alpha_mode = PRELU_ALPHA_PER_CHANNEL,
          .n = 2,
          .c = 3,
          .spatial = 4};
}

prelu_problem broadcast_problem() {
  prelu_problem problem = problem_of(PRELU_FORWARD);
  problem.alpha_mode = PRELU_ALPHA_BROADCAST;
  problem.spatial = 4;
  const std::array<std::int64_t, 3> spatial{1, 2, 2};
  const std::array<std::int64_t, 5> alpha{1, 3, 1, 1, 2};
  std::copy(spatial.begin(), spatial.end(), problem.spatial_shape);
  std::copy(alpha.begin(), alpha.end(), problem.alpha_shape);
  return problem;
}

PlanOwner plan_of(const prelu_problem& problem) {
  prelu_plan* plan = nullptr;
  EXPECT_EQ(prelu_plan_create(&problem, &plan), PRELU_OK) << prelu_last_error();
  return {plan, &prelu_plan_destroy};
}

/// What creating a plan says, after its status; "" where it succeeds.
std::string refusal(const prelu_problem& problem, prelu_status expected = PRELU_INVALID_ARGUMENT) {
  auto* plan = reinterpret_cast<prelu_plan*>(1);
  const prelu_status status = prelu_plan_create(&problem, &plan);
  EXPECT_EQ(plan, nullptr);
  EXPECT_EQ(status, expected);
  return prelu_last_error();
}

struct alignas(256) Aligned {
  std::array<std::byte, 4096> bytes;
};

/// Memory for the problem above: 24 elements and 3 slopes, and as much again to overlap in.
struct Memory {
  std::vector<float> x = std::vector<float>(48, -1.0F);
  std::vector<float> alpha = std::vector<float>(6, 0.5F);
  std::vector<float> y = std::vector<float>(48);
  std::vector<float> dy = std::vector<float>(48, 2.0F);
  std::vector<float> dx = std::vector<float>(48);
  std::vector<float> dalpha = std::vector<float>(6);
  std::vector<float> alpha_out = std::vector<float>(6);
  std::vector<Aligned> workspace = std::vector<Aligned>(2);

  prelu_operands operands() {
    return {.struct_size = sizeof(prelu_operands),
            .x = x.data(),
            .alpha = alpha.data(),
            .y = y.data(),
            .dy = dy.data(),
            .dx = dx.data(),
            .dalpha = dalpha.data(),
            .alpha_out = alpha_out.data(),
            .workspace = workspace.data(),
            .workspace_bytes = workspace.size() * sizeof(Aligned),
            .learning_rate = 0.5};
  }
};

/// The operands of a run that is to be refused, and what it says.
class Refused : public testing::Test {
 protected:
  std::string run(const prelu_problem& problem) {
    const PlanOwner plan = plan_of(problem);
    EXPECT_EQ(prelu_plan_run(plan.get(), &operands_, nullptr), PRELU_INVALID_ARGUMENT);
    return prelu_last_error();
  }

  Memory memory_;
  prelu_operands operands_ = memory_.operands();
};

TEST(CApi, SaysWhichVersionItIs) {
  const std::string version = prelu_version();
  EXPECT_EQ(version, PRELU_VERSION);
}

TEST(CApi, CountsDevices) {
  std::int32_t count = -1;
  EXPECT_EQ(prelu_device_count(PRELU_BACKEND_CPU, &count), PRELU_OK);
  EXPECT_EQ(count, 1);
  EXPECT_EQ(prelu_device_count(PRELU_BACKEND_CUDA, &count), PRELU_OK);
  EXPECT_GE(count, 0);
  EXPECT_EQ(prelu_device_count(2, &count), PRELU_INVALID_ARGUMENT);
  EXPECT_STREQ(prelu_last_error(), "prelu: problem.backend is 2; it must be 0 to 1");
  EXPECT_EQ(prelu_device_count(PRELU_BACKEND_CPU, nullptr), PRELU_INVALID_ARGUMENT);
  EXPECT_STREQ(prelu_last_error(), "prelu: argument count is null");
}

TEST(CApi, ForgetsAnErrorWithTheNextCall) {
  EXPECT_EQ(prelu_plan_create(nullptr, nullptr), PRELU_INVALID_ARGUMENT);
  EXPECT_STREQ(prelu_last_error(), "prelu: argument plan is null");
  const PlanOwner plan = plan_of(problem_of(PRELU_FORWARD));
  EXPECT_STREQ(prelu_last_error(), "");
}

TEST(CApi, KeepsAnErrorForEachThread) {
  EXPECT_EQ(prelu_plan_create(nullptr, nullptr), PRELU_INVALID_ARGUMENT);
  std::string of_another = "not asked";
  std::thread([&of_another] { of_another = prelu_last_error(); }).join();
  EXPECT_EQ(of_another, "");
  EXPECT_STREQ(prelu_last_error(), "prelu: argument plan is null");
}

TEST(CApi, TakesNoPlanForAPlanOfNothing) {
  EXPECT_EQ(prelu_plan_workspace_bytes(nullptr), 0U);
  EXPECT_EQ(prelu_plan_zeroed_workspace_bytes(nullptr), 0U);
  EXPECT_STREQ(prelu_plan_variant_name(nullptr), "");
  prelu_plan_destroy(nullptr);
}

TEST(CApi, RefusesNullArguments) {
  prelu_plan* plan = nullptr;
  EXPECT_EQ(prelu_plan_create(nullptr, &plan), PRELU_INVALID_ARGUMENT);
  EXPECT_STREQ(prelu_last_error(), "prelu: argument problem is null");
  const prelu_problem problem = problem_of(PRELU_FORWARD);
  EXPECT_EQ(prelu_plan_create(&problem, nullptr), PRELU_INVALID_ARGUMENT);
  EXPECT_STREQ(prelu_last_error(), "prelu: argument plan is null");

  Memory memory;
  const prelu_operands operands = memory.operands();
  EXPECT_EQ(prelu_plan_run(nullptr, &operands, nullptr), PRELU_INVALID_ARGUMENT);
  EXPECT_STREQ(prelu_last_error(), "prelu: argument plan is null");
  EXPECT_EQ(prelu_plan_run(plan_of(problem).get(), nullptr, nullptr), PRELU_INVALID_ARGUMENT);
  EXPECT_STREQ(prelu_last_error(), "prelu: argument operands is null");
}

TEST(CApi, RefusesValuesThatAreNone) {
  const auto refused = [](std::int32_t prelu_problem::*field, std::int32_t value) {
    prelu_problem problem = problem_of(PRELU_FORWARD);
    problem.*field = value;
    return refusal(problem);
  };
  const auto reason = [](const std::string& field, std::int64_t value, const char* allowed) {
    return "prelu: problem." + field + " is " + std::to_string(value) + "; it must be " + allowed;
  };
  constexpr std::int32_t kLeast = std::numeric_limits<std::int32_t>::min();
  constexpr std::int32_t kMost = std::numeric_limits<std::int32_t>::max();
  for (const std::int32_t value : {kLeast, -1, 5, kMost}) {
    EXPECT_EQ(refused(&prelu_problem::backend, value), reason("backend", value, "0 to 1"));
    EXPECT_EQ(refused(&prelu_problem::direction, value), reason("direction", value, "0 to 1"));
    EXPECT_EQ(refused(&prelu_problem::dtype, value), reason("dtype", value, "1 to 4"));
    EXPECT_EQ(refused(&prelu_problem::alpha_dtype, value), reason("alpha_dtype", value, "1 to 4"));
    EXPECT_EQ(refused(&prelu_problem::layout, value), reason("layout", value, "0 to 1"));
    EXPECT_EQ(refused(&prelu_problem::alpha_mode, value), reason("alpha_mode", value, "0 to 3"));
    EXPECT_EQ(refused(&prelu_problem::slope_at_zero, value),
              reason("slope_at_zero", value, "0 to 2"));
    EXPECT_EQ(refused(&prelu_problem::alpha_update, value),
              reason("alpha_update", value, "0 to 2"));
  }
  EXPECT_EQ(refused(&prelu_problem::dtype, PRELU_DTYPE_OF_X), reason("dtype", 0, "1 to 4"));
  for (const std::int32_t value : {kLeast, -16, 3, 255, kMost}) {
    EXPECT_EQ(refused(&prelu_problem::alignment, value),
              reason("alignment", value, "a power of two, or 0"));
  }
  EXPECT_EQ(refused(&prelu_problem::device, -2), reason("device", -2, "-1 or more"));
  prelu_problem problem = problem_of(PRELU_FORWARD);
  problem.flags = 8;
  EXPECT_EQ(refusal(problem), "prelu: problem.flags is 8; the known ones together are 7");
}

TEST(CApi, RefusesSizesThatAreNone) {
  const auto refused = [](std::int64_t n, std::int64_t c, std::int64_t spatial) {
    prelu_problem problem = problem_of(PRELU_FORWARD);
    problem.n = n;
    problem.c = c;
    problem.spatial = spatial;
    return refusal(problem);
  };
  EXPECT_EQ(refused(-1, 1, 1), "prelu: shape.n is -1; it must be 0 or more");
  EXPECT_EQ(refused(1, -2, 1), "prelu: shape.c is -2; it must be 0 or more");
  EXPECT_EQ(refused(1, 1, -3), "prelu: shape.spatial is -3; it must be 0 or more");
  constexpr std::int64_t kMost = std::numeric_limits<std::int64_t>::max();
  for (const auto& [n, c, spatial] : {std::array<std::int64_t, 3>{kMost, 1, 1},
                                      {1, kMost, 1},
                                      {1, 1, kMost},
                                      {std::int64_t{1} << 31, std::int64_t{1} << 31, 2},
                                      {std::int64_t{1} << 30, 1 << 20, 1 << 20},
                                      {0, std::int64_t{1} << 40, std::int64_t{1} << 40}}) {
    EXPECT_EQ(refused(n, c, spatial), "prelu: the shape's bytes do not fit in 63 bits");
  }
}

TEST(CApi, RefusesCombinationsThatMakeNoSense) {
  prelu_problem problem = problem_of(PRELU_FORWARD);
  problem.flags = PRELU_FLAG_ACCUMULATE;
  EXPECT_EQ(refusal(problem), "prelu: accumulate is for backward only");
  problem.flags = 0;
  problem.alpha_update = PRELU_UPDATE_SGD;
  EXPECT_EQ(refusal(problem), "prelu: alpha is updated by backward only");
  problem.direction = PRELU_BACKWARD;
  problem.flags = PRELU_FLAG_ACCUMULATE;
  EXPECT_EQ(refusal(problem), "prelu: accumulate is for the gradient; frozen and sgd have none");
  problem = problem_of(PRELU_FORWARD);
  problem.alpha_dtype = PRELU_DTYPE_F16;
  EXPECT_EQ(refusal(problem), "prelu: alpha_dtype must be x's dtype or f32");
}

TEST(CApi, RefusesShapesThatDoNotBroadcast) {
  prelu_problem problem = broadcast_problem();
  problem.alpha_shape[1] = 2;
  EXPECT_EQ(refusal(problem), "prelu: alpha's shape has 2 along c; allowed are 1 and x's 3");
  problem = broadcast_problem();
  problem.alpha_shape[0] = 0;
  EXPECT_EQ(refusal(problem), "prelu: alpha's shape has 0 along n; allowed are 1 and x's 2");
  problem = broadcast_problem();
  problem.spatial_shape[0] = 2;
  EXPECT_EQ(refusal(problem), "prelu: the broadcast's d, h and w do not multiply to spatial");
  problem = broadcast_problem();
  problem.alpha_mode = PRELU_ALPHA_SHARED;
  EXPECT_EQ(refusal(problem),
            "prelu: problem.spatial_shape is for PRELU_ALPHA_BROADCAST; otherwise it must be zero");
  problem = problem_of(PRELU_FORWARD);
  problem.alpha_shape[4] = 1;
  EXPECT_EQ(refusal(problem),
            "prelu: problem.alpha_shape is for PRELU_ALPHA_BROADCAST; otherwise it must be zero");
}

TEST(CApi, SaysWhatIsNotToBeHadHere) {
  prelu_problem problem = problem_of(PRELU_FORWARD);
  problem.device = 1;
  EXPECT_EQ(refusal(problem, PRELU_UNSUPPORTED), "prelu: the CPU backend has only device 0");
  problem.backend = PRELU_BACKEND_CUDA;
  problem.device = 9999;
  EXPECT_TRUE(
      refusal(problem, PRELU_UNSUPPORTED).starts_with("prelu: there is no CUDA device 9999"));
}

TEST(CApi, SaysThatCudaFailed) {
  std::int32_t gpus = 0;
  ASSERT_EQ(prelu_device_count(PRELU_BACKEND_CUDA, &gpus), PRELU_OK);
  if (gpus > 0) GTEST_SKIP() << "there is a GPU, on which CUDA does not fail";
  prelu_problem problem = problem_of(PRELU_FORWARD);
  problem.backend = PRELU_BACKEND_CUDA;
  problem.device = -1;
  prelu_plan* made = nullptr;
  if (prelu_plan_create(&problem, &made) == PRELU_UNSUPPORTED) {
    GTEST_SKIP() << "built without CUDA: " << prelu_last_error();
  }
  const PlanOwner plan(made, &prelu_plan_destroy);
  Memory memory;
  const prelu_operands operands = memory.operands();
  EXPECT_EQ(prelu_plan_run(plan.get(), &operands, nullptr), PRELU_DEVICE_ERROR);
  EXPECT_NE(std::string(prelu_last_error()).find("cudaError"), std::string::npos)
      << prelu_last_error();
}

// A struct of a newer header is longer: fine, while what this library does not know is not used.
TEST(CApi, TakesStructsOfANewerHeader) {
  struct Newer {
    prelu_problem problem = problem_of(PRELU_FORWARD);
    std::int64_t more = 0;
  } newer;
  newer.problem.struct_size = sizeof newer;
  plan_of(newer.problem);
  newer.more = 1;
  EXPECT_EQ(refusal(newer.problem),
            "prelu: problem.struct_size is 144, and fields are set that this version of the "
            "library does not know");
}

TEST(CApi, RefusesStructSizesThatNoHeaderHas) {
  for (const std::uint32_t size : {0U, 4U, 135U, 4097U, 0xFFFFFFFFU}) {
    prelu_problem problem = problem_of(PRELU_FORWARD);
    problem.struct_size = size;
    EXPECT_EQ(refusal(problem), "prelu: problem.struct_size is " + std::to_string(size) +
                                    "; it must be " + std::to_string(sizeof problem));
  }
}

TEST_F(Refused, OperandsOfAStructSizeThatNoHeaderHas) {
  operands_.struct_size = 8;
  EXPECT_EQ(run(problem_of(PRELU_FORWARD)),
            "prelu: operands.struct_size is 8; it must be " + std::to_string(sizeof operands_));
}

TEST_F(Refused, ReservedFieldsThatAreUsed) {
  operands_.reserved = 1;
  EXPECT_EQ(run(problem_of(PRELU_FORWARD)), "prelu: operands.reserved is 1; it must be 0");
}

TEST_F(Refused, EachOperandThatIsNull) {
  prelu_problem sgd = problem_of(PRELU_BACKWARD);
  sgd.alpha_update = PRELU_UPDATE_SGD;
  const auto refused = [this](const prelu_problem& problem, auto member) {
    operands_ = memory_.operands();
    operands_.*member = nullptr;
    return run(problem);
  };
  EXPECT_EQ(refused(sgd, &prelu_operands::x), "prelu: operand x is null");
  EXPECT_EQ(refused(sgd, &prelu_operands::alpha), "prelu: operand alpha is null");
  EXPECT_EQ(refused(sgd, &prelu_operands::dy), "prelu: operand dy is null");
  EXPECT_EQ(refused(sgd, &prelu_operands::dx), "prelu: operand dx is null");
  EXPECT_EQ(refused(sgd, &prelu_operands::dalpha), "prelu: operand dalpha is null");
  EXPECT_EQ(refused(sgd, &prelu_operands::alpha_out), "prelu: operand alpha_out is null");
  EXPECT_EQ(refused(problem_of(PRELU_FORWARD), &prelu_operands::y), "prelu: operand y is null");
}

TEST_F(Refused, EachOperandThatIsNotAlignedToItsElement) {
  const auto refused = [this](std::int32_t direction, auto member) {
    operands_ = memory_.operands();
    operands_.*member = const_cast<char*>(static_cast<const char*>(operands_.*member)) + 2;
    return run(problem_of(direction));
  };
  EXPECT_EQ(refused(PRELU_FORWARD, &prelu_operands::x),
            "prelu: operand x is not aligned to its f32 element");
  EXPECT_EQ(refused(PRELU_FORWARD, &prelu_operands::y),
            "prelu: operand y is not aligned to its f32 element");
  EXPECT_EQ(refused(PRELU_BACKWARD, &prelu_operands::alpha),
            "prelu: operand alpha is not aligned to its f32 element");
  EXPECT_EQ(refused(PRELU_BACKWARD, &prelu_operands::dalpha),
            "prelu: operand dalpha is not aligned to its f32 element");
}

TEST_F(Refused, AWorkspaceThatIsMissingSmallOrMisaligned) {
  const prelu_problem problem = problem_of(PRELU_BACKWARD);
  const std::string needed = std::to_string(prelu_plan_workspace_bytes(plan_of(problem).get()));
  operands_.workspace = nullptr;
  EXPECT_EQ(run(problem), "prelu: operand workspace is null; this plan needs " + needed + " bytes");
  operands_ = memory_.operands();
  operands_.workspace_bytes = 1;
  EXPECT_EQ(run(problem), "prelu: operands.workspace_bytes is 1; this plan needs " + needed);
  operands_ = memory_.operands();
  operands_.workspace = memory_.workspace[0].bytes.data() + 128;
  EXPECT_EQ(run(problem), "prelu: operand workspace is not aligned to 256 bytes");
}

TEST_F(Refused, OutputsThatOverlapWhatTheyMayNot) {
  const prelu_problem forward = problem_of(PRELU_FORWARD);
  prelu_problem backward = problem_of(PRELU_BACKWARD);
  backward.alpha_update = PRELU_UPDATE_SGD;
  const auto refused = [this](const prelu_problem& problem, auto member, void* pointer) {
    operands_ = memory_.operands();
    operands_.*member = pointer;
    return run(problem);
  };
  float* x = memory_.x.data();
  float* alpha = memory_.alpha.data();
  EXPECT_EQ(refused(forward, &prelu_operands::y, x + 1), "prelu: operand y overlaps x");
  EXPECT_EQ(refused(forward, &prelu_operands::y, x + 23), "prelu: operand y overlaps x");
  EXPECT_EQ(refused(forward, &prelu_operands::y, alpha), "prelu: operand y overlaps alpha");
  EXPECT_EQ(refused(backward, &prelu_operands::dx, x), "prelu: operand dx overlaps x");
  EXPECT_EQ(refused(backward, &prelu_operands::dx, memory_.dy.data() + 1),
            "prelu: operand dx overlaps dy");
  EXPECT_EQ(refused(backward, &prelu_operands::dalpha, alpha),
            "prelu: operand dalpha overlaps alpha");
  EXPECT_EQ(refused(backward, &prelu_operands::alpha_out, alpha + 1),
            "prelu: operand alpha_out overlaps alpha");
  EXPECT_EQ(refused(backward, &prelu_operands::alpha_out, memory_.dalpha.data()),
            "prelu: operand alpha_out overlaps dalpha");
  EXPECT_EQ(refused(backward, &prelu_operands::dy, memory_.workspace.data()),
            "prelu: operand workspace overlaps dy");
}

TEST_F(Refused, ARunThatIsInPlaceOnlyInItsProblemOrOnlyInItsOperands) {
  prelu_problem problem = problem_of(PRELU_FORWARD);
  operands_.y = memory_.x.data();
  EXPECT_EQ(run(problem), "prelu: operand y is x, but the problem is not in place");
  problem.flags = PRELU_FLAG_IN_PLACE;
  operands_ = memory_.operands();
  EXPECT_EQ(run(problem), "prelu: operand y is not x, but the problem is in place");
  problem.direction = PRELU_BACKWARD;
  EXPECT_EQ(run(problem), "prelu: operand dx is not dy, but the problem is in place");
}

TEST_F(Refused, AndNothingIsWritten) {
  operands_.workspace_bytes = 0;
  run(problem_of(PRELU_BACKWARD));
  EXPECT_EQ(memory_.dx, std::vector<float>(48));
  EXPECT_EQ(memory_.dalpha, std::vector<float>(6));
}

TEST(CApi, RunsWhereOperandsTouchAndWhereTheyMayBeOne) {
  Memory memory;
  prelu_problem problem = problem_of(PRELU_FORWARD);
  prelu_operands operands = memory.operands();
  operands.y = memory.x.data() + 24;
  EXPECT_EQ(prelu_plan_run(plan_of(problem).get(), &operands, nullptr), PRELU_OK)
      << prelu_last_error();
  EXPECT_EQ(memory.x[24], -0.5F);

  problem.flags = PRELU_FLAG_IN_PLACE;
  operands.y = memory.x.data();
  EXPECT_EQ(prelu_plan_run(plan_of(problem).get(), &operands, nullptr), PRELU_OK)
      << prelu_last_error();
  EXPECT_EQ(memory.x[0], -0.5F);

  problem.direction = PRELU_BACKWARD;
  problem.alpha_update = PRELU_UPDATE_SGD;
  operands.dx = memory.dy.data();
  operands.alpha_out = memory.alpha.data();
  EXPECT_EQ(prelu_plan_run(plan_of(problem).get(), &operands, nullptr), PRELU_OK)
      << prelu_last_error();
  EXPECT_EQ(memory.dy[0], 1.0F);
  EXPECT_EQ(memory.dalpha[0], -8.0F);  // 8 elements of -0.5 * 2
  EXPECT_EQ(memory.alpha[0], 4.5F);    // 0.5 - 0.5 * -8
}

TEST(CApi, LooksAtNoPointerToNothing) {
  Memory memory;
  prelu_problem problem = problem_of(PRELU_BACKWARD);
  problem.n = 0;
  prelu_operands operands = memory.operands();
  operands.x = operands.dy = reinterpret_cast<const void*>(1);
  operands.dx = nullptr;
  memory.dalpha.assign(6, 7.0F);
  EXPECT_EQ(prelu_plan_run(plan_of(problem).get(), &operands, nullptr), PRELU_OK)
      << prelu_last_error();
  EXPECT_EQ(memory.dalpha, (std::vector<float>{0, 0, 0, 7, 7, 7}));
}

TEST(CApi, BroadcastsAlpha) {
  Memory memory;
  memory.alpha = {1, 2, 3, 4, 5, 6};
  const prelu_operands operands = memory.operands();
  EXPECT_EQ(prelu_plan_run(plan_of(broadcast_problem()).get(), &operands, nullptr), PRELU_OK)
      << prelu_last_error();
  const std::vector<float> sample{-1, -2, -1, -2, -3, -4, -3, -4, -5, -6, -5, -6};
  EXPECT_EQ(std::vector<float>(memory.y.begin(), memory.y.begin() + 12), sample);
  EXPECT_EQ(std::vector<float>(memory.y.begin() + 12, memory.y.begin() + 24), sample);
}

}  // namespace
