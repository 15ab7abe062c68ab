// Networks in a suite: what they expand to, what is refused, and that the committed ones are the
// models they say they are.
#include <gtest/gtest.h>

#include <array>
#include <map>
#include <numeric>
#include <set>
#include <stdexcept>
#include <string>
#include <vector>

#include "suite.hpp"

namespace prelu::harness {
namespace {

constexpr std::array kVariants{
    KernelVariant{.name = "cpu/backward_a", .direction = Direction::backward},
    KernelVariant{.name = "cpu/forward_a"},
    KernelVariant{.name = "cuda/forward_naive", .backend = Backend::cuda},
};

constexpr const char* kSource = R"("source": "somewhere", "input": "2x3x8x8")";

Suite parse(const std::string& networks, const std::string& more = "") {
  return parse_suite(R"({"schema": 1, "name": "s", )" + more + R"("networks": [)" + networks + "]}",
                     "s.json", kVariants);
}

std::string network(const std::string& name, const std::string& rest) {
  return R"({"name": ")" + name + "\", " + kSource + ", " + rest + "}";
}

std::string complaint(const std::string& networks) {
  try {
    parse(networks);
  } catch (const std::invalid_argument& error) {
    return error.what();
  }
  return "none";
}

std::vector<std::string> names(const Suite& suite) {
  std::vector<std::string> all;
  all.reserve(suite.cases.size());
  for (const Case& c : suite.cases) all.push_back(case_name(c));
  return all;
}

constexpr const char* kPair =
    R"("layout": "nchw", "alpha": "per_channel", "dtype": ["f32"],
       "layers": [{"shape": [2, 4, 8, 8], "times": 3}, {"shape": [2, 8], "times": 1}])";

TEST(Network, PosesEachLayerForwardAndBackward) {
  const Suite suite = parse(network("pair", kPair));
  EXPECT_EQ(names(suite), (std::vector<std::string>{
                              "cpu/forward_a/f32/nchw/per_channel/2x4x64",
                              "cuda/forward_naive/f32/nchw/per_channel/2x4x64",
                              "cpu/backward_a/f32/nchw/per_channel/2x4x64",
                              "cpu/forward_a/f32/nchw/per_channel/2x8x1",
                              "cuda/forward_naive/f32/nchw/per_channel/2x8x1",
                              "cpu/backward_a/f32/nchw/per_channel/2x8x1",
                          }));
  EXPECT_EQ(suite.networks, (std::vector<reports::Network>{
                                {.name = "pair",
                                 .source = "somewhere",
                                 .input = "2x3x8x8",
                                 .dtype = "f32",
                                 .layers = {{.forward = "forward/f32/nchw/per_channel/2x4x64",
                                             .backward = "backward/f32/nchw/per_channel/2x4x64",
                                             .times = 3},
                                            {.forward = "forward/f32/nchw/per_channel/2x8x1",
                                             .backward = "backward/f32/nchw/per_channel/2x8x1",
                                             .times = 1}}}}));
}

TEST(Network, IsOneOfTheReportForEachDtype) {
  const Suite suite =
      parse(network("n", R"("layout": "nhwc", "alpha": "shared", "dtype": ["f16", "bf16"],
              "layers": [{"shape": [1, 2, 3, 4, 5], "times": 1}])"));
  ASSERT_EQ(suite.networks.size(), 2U);
  EXPECT_EQ(suite.networks[1].dtype, "bf16");
  EXPECT_EQ(suite.networks[1].layers[0].backward, "backward/bf16/nhwc/shared/1x2x60");
}

TEST(Network, SharesTheCasesOfAProblemWithOtherNetworksAndGroups) {
  const Suite suite = parse(network("a", kPair) + ", " + network("b", kPair),
                            R"("groups": [{"direction": "forward", "shapes": [[2, 8]]}], )");
  EXPECT_EQ(suite.cases.size(), 6U);
  EXPECT_EQ(suite.networks.size(), 2U);
}

TEST(Network, MayNarrowItsVariants) {
  EXPECT_EQ(parse(network("n", std::string(kPair) + R"(, "variants": ["cpu/*"])")).cases.size(),
            4U);
  EXPECT_EQ(parse(network("n", kPair), R"("variants": ["!*_naive"], )").cases.size(), 4U);
}

TEST(BadNetwork, IsRefusedByFileAndKey) {
  const auto layers = [](const std::string& list) {
    return complaint(
        network("n", R"("layout": "nchw", "alpha": "per_channel", "layers": )" + list));
  };
  EXPECT_EQ(complaint(network("n", R"("shapes": [])")),
            "s.json.networks[0]: unknown key \"shapes\"; allowed are: name, source, input, layout, "
            "alpha, dtype, layers, variants");
  EXPECT_EQ(
      complaint(
          R"({"layout": "nchw", "alpha": "shared", "layers": [{"shape": [1, 1], "times": 1}]})"),
      "s.json.networks[0]: the key \"name\" is missing");
  EXPECT_EQ(complaint(network("", kPair)), "s.json.networks[0].name: must not be empty");
  EXPECT_EQ(complaint(network("n", R"("layout": "chwn")")),
            "s.json.networks[0].layout: 'chwn' is none of: nchw, nhwc");
  EXPECT_EQ(complaint(network("n", R"("layout": "nchw", "alpha": "broadcast")")),
            "s.json.networks[0].alpha: a layer of a network has no shape of alpha of its own");
  EXPECT_EQ(layers("[]"), "s.json.networks[0].layers: must be a list that is not empty");
  EXPECT_EQ(layers(R"([{"shape": [1, 1], "time": 1}])"),
            "s.json.networks[0].layers[0]: unknown key \"time\"; allowed are: shape, times");
  EXPECT_EQ(layers(R"([{"shape": [1, 1]}])"),
            "s.json.networks[0].layers[0]: the key \"times\" is missing");
  EXPECT_EQ(layers(R"([{"shape": [1, 1], "times": 0}])"),
            "s.json.networks[0].layers[0].times: must be at least 1");
  EXPECT_EQ(layers(R"([{"shape": [1, 1], "times": 1}, {"shape": [1, 1, 1], "times": 2}])"),
            "s.json.networks[0].layers[1]: the shape stands twice: its times belong together");
  EXPECT_EQ(complaint(network("n", kPair) + ", " + network("n", kPair)),
            "s.json.networks[1]: there are two networks 'n' in f32");
  EXPECT_EQ(complaint(""), "s.json.networks: must be a list that is not empty");
}

// --- The committed suite
// --------------------------------------------------------------------------

Suite committed(const std::string& name) {
  // Variants of other names: the suites' patterns are checked by prelu-bench --list.
  return load_suite(name, PRELU_SUITE_FOLDER, {});
}

std::int64_t layers_of(const reports::Network& network) {
  return std::accumulate(
      network.layers.begin(), network.layers.end(), std::int64_t{0},
      [](std::int64_t sum, const reports::NetworkLayer& layer) { return sum + layer.times; });
}

/// Each derived from the architecture by counting its blocks, not from the list of layers.
const std::map<std::string, std::int64_t>& expected_layers() {
  static const std::map<std::string, std::int64_t> expected{
      {"iresnet18", 1 + 2 + 2 + 2 + 2},
      {"iresnet50", 1 + 3 + 4 + 14 + 3},
      {"iresnet100", 1 + 3 + 13 + 30 + 3},
      // The stem's two convolutions and the last one; two in each of 3 + 4 + 6 + 2 blocks.
      {"mobilefacenet", 2 + 2 * (3 + 4 + 6 + 2) + 1},
      // Stem and last convolution; two in each of 16 blocks; 7 squeeze-and-excite modules.
      {"ghostfacenet_v1", 2 + 2 * 16 + 7},
      {"srresnet", 1 + 16 + 2},
      {"srvgg_16", 1 + 16},
      {"srvgg_32", 1 + 32},
      {"fsrcnn", 1 + 1 + 4 + 1},
      // 10 in each of 4 blocks; the context of two images; 8 down and 4 up.
      {"rife", 4 * 10 + 2 * 8 + 8 + 4},
      {"mtcnn_rnet", 4},
      {"mtcnn_onet", 5},
      // Initial; 2 that halve the image; 4 + 16 blocks, of which 4 are asymmetric and have one
      // more.
      {"enet", 1 + 2 * 4 + 4 * 4 + 16 * 4 + 4},
      // First; 4 that halve the image, the last without the image; 3 + 7 + 3 blocks; 2 at the end.
      {"espnetv2", 1 + 3 * 4 + 3 + 3 * (3 + 7 + 3) + 2},
      // 5 units down, 2 in each; 4 up, 2 in each, but 1 at the top.
      {"monai_unet", 5 * 2 + 4 * 2 - 1},
      {"conv_tasnet", 3 * 8 * 2 + 1},
      {"dien", 3},
  };
  return expected;
}

TEST(CommittedNetworks, HaveAsManyLayersAsTheirArchitecture) {
  std::set<std::string> seen;
  for (const reports::Network& network : committed("networks").networks) {
    ASSERT_TRUE(expected_layers().contains(network.name)) << network.name;
    EXPECT_EQ(layers_of(network), expected_layers().at(network.name)) << network.name;
    EXPECT_FALSE(network.source.empty());
    seen.insert(network.name);
  }
  EXPECT_EQ(seen.size(), expected_layers().size());
}

TEST(CommittedNetworks, KeepTheBatchTheirInputNames) {
  for (const reports::Network& network : committed("networks").networks) {
    const std::string batch = network.input.substr(0, network.input.find_first_of("x "));
    for (const reports::NetworkLayer& layer : network.layers) {
      EXPECT_EQ(std::to_string(parse_case(layer.forward).problem.shape.n), batch) << layer.forward;
    }
  }
}

/// iresnet: 112x112 at first; each of four stages halves the plane in its first block, whose
/// activation comes before the halving.
TEST(CommittedNetworks, IresnetsHaveTheShapesOfTheirStages) {
  const std::map<std::string, std::array<std::int64_t, 4>> blocks{
      {"iresnet18", {2, 2, 2, 2}}, {"iresnet50", {3, 4, 14, 3}}, {"iresnet100", {3, 13, 30, 3}}};
  for (const reports::Network& network : committed("networks").networks) {
    if (!blocks.contains(network.name)) continue;
    std::map<std::string, std::int64_t> expected;
    const auto add = [&](std::int64_t channels, std::int64_t side, std::int64_t times) {
      expected[network.dtype + "/nchw/per_channel/128x" + std::to_string(channels) + "x" +
               std::to_string(side * side)] += times;
    };
    std::int64_t side = 112;
    std::int64_t channels = 64;
    add(channels, side, 1);
    for (const std::int64_t count : blocks.at(network.name)) {
      add(channels, side, 1);
      side /= 2;
      add(channels, side, count - 1);
      channels *= 2;
    }
    std::map<std::string, std::int64_t> actual;
    for (const reports::NetworkLayer& layer : network.layers) {
      actual[layer.forward.substr(layer.forward.find('/') + 1)] += layer.times;
    }
    EXPECT_EQ(actual, expected) << network.name;
  }
}

TEST(CommittedSweeps, CoverWhatTheySay) {
  constexpr std::array<KernelVariant, 2> kOne{
      KernelVariant{.name = "cpu/backward_threaded", .direction = Direction::backward},
      KernelVariant{.name = "cpu/forward_threaded"}};
  const auto shapes = [&](const char* name) {
    std::vector<Shape> all;
    for (const Case& c : load_suite(name, PRELU_SUITE_FOLDER, kOne).cases) {
      all.push_back(c.problem.shape);
    }
    return all;
  };
  std::set<std::int64_t> sizes;
  for (const Shape& shape : shapes("sweep_size")) sizes.insert(shape.elements());
  EXPECT_EQ(*sizes.begin(), 1 << 10);
  EXPECT_EQ(*sizes.rbegin(), 1 << 30);

  constexpr double kElements = 1 << 25;
  std::set<std::int64_t> planes;
  for (const Shape& shape : shapes("sweep_plane")) {
    planes.insert(shape.spatial);
    EXPECT_NEAR(static_cast<double>(shape.elements()), kElements, kElements / 20);
  }
  EXPECT_EQ(*planes.begin(), 1);
  EXPECT_EQ(*planes.rbegin(), 224 * 224);

  std::set<std::int64_t> channels;
  for (const Shape& shape : shapes("sweep_channels")) {
    channels.insert(shape.c);
    EXPECT_NEAR(static_cast<double>(shape.elements()), kElements, kElements / 20);
  }
  EXPECT_EQ(*channels.begin(), 1);
  EXPECT_EQ(*channels.rbegin(), 4096);

  for (const Shape& shape : shapes("large")) EXPECT_GT(shape.elements(), std::int64_t{1} << 31);
}

}  // namespace
}  // namespace prelu::harness
