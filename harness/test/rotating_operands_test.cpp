// Cold samples are cold because the operands rotate through more than twice the cache.
#include "rotating_operands.hpp"

#include <gtest/gtest.h>

#include <cstdint>
#include <cstring>
#include <set>
#include <string_view>
#include <vector>

#include "fake_device.hpp"
#include "operand_buffers.hpp"

namespace prelu::harness {
namespace {

TEST(SetsToEvict, TogetherExceedTwiceTheCache) {
  for (const std::size_t bytes : {1U, 100U, 4095U, 4096U, 4097U, 10000U}) {
    EXPECT_GT(sets_to_evict(bytes, 4096) * bytes, 2U * 4096) << bytes;
  }
  EXPECT_EQ(sets_to_evict(1 << 30, 4096), 1U);
  EXPECT_EQ(sets_to_evict(1000, 0), 1U);
  EXPECT_GE(sets_to_evict(0, 4096), 1U);
}

TEST(RotatingOperands, UseEverySetInTurn) {
  FakeDevice device;
  const Problem problem{.direction = Direction::backward, .shape = {.n = 1, .c = 2, .spatial = 50}};
  RotatingOperands operands(device, {.problem = problem}, 0, make_data(problem, {}));
  std::set<const void*> seen;
  const void* const first = operands.first().x;
  EXPECT_EQ(operands.next().x, first);
  seen.insert(first);
  for (const void* x = operands.next().x; x != first; x = operands.next().x) {
    EXPECT_TRUE(seen.insert(x).second) << "a set came twice in one round";
  }
  const std::size_t tensor = Arena::stride(100 * sizeof(float), 0);
  const std::size_t slopes = Arena::stride(2 * sizeof(float), 0);
  EXPECT_GT(seen.size() * (3 * tensor + 2 * slopes), 2 * device.cache);
}

TEST(RotatingOperands, HoldTheSameInputsInEverySet) {
  FakeDevice device;
  const Problem problem{.direction = Direction::backward, .shape = {.n = 1, .c = 2, .spatial = 50}};
  const ProblemData data = make_data(problem, {});
  RotatingOperands operands(device, {.problem = problem, .offset = 3}, 0, data);
  for (int i = 0; i < 20; ++i) {
    const Operands op = operands.next();
    EXPECT_EQ(std::memcmp(op.x, data.x.data(), data.x.size()), 0);
    EXPECT_EQ(std::memcmp(op.dy, data.dy.data(), data.dy.size()), 0);
    EXPECT_EQ(std::memcmp(op.alpha, data.alpha.data(), data.alpha.size()), 0);
  }
}

TEST(RotatingOperands, LieTheirOffsetPastAnAlignedAddress) {
  FakeDevice device;
  const Problem problem{
      .dtype = DType::f16, .alpha_dtype = DType::f32, .shape = {.n = 1, .c = 3, .spatial = 7}};
  RotatingOperands operands(device, {.problem = problem, .offset = 3}, 0, make_data(problem, {}));
  for (int i = 0; i < 5; ++i) {
    const Operands op = operands.next();
    EXPECT_EQ(reinterpret_cast<std::uintptr_t>(op.x) % 256, 3U * 2);
    EXPECT_EQ(reinterpret_cast<std::uintptr_t>(op.y) % 256, 3U * 2);
    EXPECT_EQ(reinterpret_cast<std::uintptr_t>(op.alpha) % 256, 3U * 4);
  }
}

TEST(RotatingOperands, ShiftOneOperandByAnElement) {
  FakeDevice device;
  const Problem problem{.direction = Direction::backward, .shape = {.n = 1, .c = 3, .spatial = 7}};
  const auto distance = [](const void* operand) {
    return reinterpret_cast<std::uintptr_t>(operand) % 256 / sizeof(float);
  };
  for (const char* shifted : {"x", "alpha", "dy", "dx", "dalpha"}) {
    const Case c{.problem = problem, .offset = 3, .shifted = shifted};
    const auto expected = [&](std::string_view operand) { return operand == shifted ? 4U : 3U; };
    const auto expect = [&](const Operands& op) {
      EXPECT_EQ(distance(op.x), expected("x")) << shifted;
      EXPECT_EQ(distance(op.alpha), expected("alpha")) << shifted;
      EXPECT_EQ(distance(op.dy), expected("dy")) << shifted;
      EXPECT_EQ(distance(op.dx), expected("dx")) << shifted;
      EXPECT_EQ(distance(op.dalpha), expected("dalpha")) << shifted;
    };
    expect(RotatingOperands(device, c, 0, make_data(problem, {})).next());
    expect(OperandBuffers(device, c, 0).operands());
  }
}

TEST(RotatingOperands, InPlaceWriteWhereTheyReadWithASlopeThatKeepsTheTensor) {
  FakeDevice device;
  Problem problem{.in_place = true};
  problem.shape = {.n = 1, .c = 3, .spatial = 7};
  RotatingOperands forward(device, {.problem = problem}, 0, make_data(problem, {}));
  EXPECT_EQ(forward.first().x, forward.first().y);
  const auto* alpha = static_cast<const float*>(forward.first().alpha);
  EXPECT_EQ(std::vector(alpha, alpha + 3), std::vector(3, 1.0F));

  problem.direction = Direction::backward;
  RotatingOperands backward(device, {.problem = problem}, 0, make_data(problem, {}));
  EXPECT_EQ(backward.first().dy, backward.first().dx);
}

TEST(RotatingOperands, NeedWhatTheySay) {
  const Problem problem{.direction = Direction::backward, .shape = {.n = 4, .c = 8, .spatial = 64}};
  struct Counting : FakeDevice {
    std::size_t total = 0;
    Buffer allocate(std::size_t bytes) override {
      total += bytes;
      return FakeDevice::allocate(bytes);
    }
  } device;
  const Case c{.problem = problem, .offset = 1};
  const RotatingOperands operands(device, c, 512, make_data(problem, {}));
  EXPECT_EQ(device.total, RotatingOperands::bytes_needed(c, 512, device.cache));
}

}  // namespace
}  // namespace prelu::harness
