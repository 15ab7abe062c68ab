// What a step hands to the reducer, and when.
#include "step.hpp"

#include <gtest/gtest.h>

#include <memory>
#include <string_view>
#include <utility>
#include <vector>

namespace prelu::harness {
namespace {

constexpr Problem kProblem{.direction = Direction::backward,
                           .alpha_mode = AlphaMode::per_channel,
                           .shape = {.n = 2, .c = 5, .spatial = 9}};
constexpr std::int64_t kLayers = 8;
constexpr std::int64_t kFloatsPerLayer = 64;  // 5, rounded up to 256 bytes

/// Sums nothing, and writes down what it was asked for.
class RecordingReducer : public Reducer {
 public:
  std::string_view name() const override { return "recording"; }
  void start(void* values, std::int64_t count, DType, Stream) override {
    sums.emplace_back(static_cast<float*>(values), count);
  }
  void finish(Stream) override { sums_when_finished.push_back(sums.size()); }

  std::vector<std::pair<float*, std::int64_t>> sums;
  std::vector<std::size_t> sums_when_finished;
};

class StepTest : public testing::Test {
 protected:
  /// The sums of one step, as the numbers of layers that each holds.
  std::vector<std::int64_t> layers_summed(Summing summing, std::int64_t buckets) {
    Step step(*device_, kProblem, kLayers, buckets);
    step.run(summing, reducer_);
    std::vector<std::int64_t> layers;
    const float* next = reducer_.sums.empty() ? nullptr : reducer_.sums.front().first;
    for (const auto& [values, count] : std::exchange(reducer_.sums, {})) {
      EXPECT_EQ(values, next) << "a gap, or an overlap";
      next = values + count;
      layers.push_back(count / kFloatsPerLayer);
    }
    return layers;
  }

  std::unique_ptr<Device> device_ = open_cpu(1).device;
  RecordingReducer reducer_;
};

TEST_F(StepTest, SumsAllLayersAtOnceAfterThem) {
  EXPECT_EQ(layers_summed(Summing::after, 4), std::vector<std::int64_t>{kLayers});
  EXPECT_EQ(reducer_.sums_when_finished, std::vector<std::size_t>{1});
}

TEST_F(StepTest, SumsBucketsOfLayersAsTheyAreDone) {
  EXPECT_EQ(layers_summed(Summing::overlap, 4), (std::vector<std::int64_t>{2, 2, 2, 2}));
  EXPECT_EQ(layers_summed(Summing::overlap, 3), (std::vector<std::int64_t>{3, 3, 2}));
  EXPECT_EQ(layers_summed(Summing::overlap, 1), std::vector<std::int64_t>{kLayers});
  EXPECT_EQ(reducer_.sums_when_finished, (std::vector<std::size_t>{4, 3, 1}));
}

TEST_F(StepTest, SumsNothingWhereOnlyTheLayersAreTimed) {
  EXPECT_TRUE(layers_summed(Summing::never, 4).empty());
  EXPECT_TRUE(reducer_.sums_when_finished.empty());
}

}  // namespace
}  // namespace prelu::harness
