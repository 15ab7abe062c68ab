// A network of a suite: the layers of one model, and how often each occurs.
#include <algorithm>
#include <stdexcept>

#include "suite_parts.hpp"

namespace prelu::harness {
namespace {

struct Layer {
  Shape shape;
  std::int64_t times = 1;
};

Layer read_layer(const Value& value) {
  value.allow_only({"shape", "times"});
  const Layer layer{.shape = shape_of(read_dimensions(value.at("shape"))),
                    .times = value.at("times").count()};
  if (layer.times == 0) value.at("times").fail("must be at least 1");
  return layer;
}

/// A shape stands once, so that a layer's times are all of them.
std::vector<Layer> read_layers(const Value& network) {
  std::vector<Layer> layers;
  for (const Value& element : network.at("layers").elements()) {
    const Layer layer = read_layer(element);
    if (std::ranges::find(layers, layer.shape, &Layer::shape) != layers.end()) {
      element.fail("the shape stands twice: its times belong together");
    }
    layers.push_back(layer);
  }
  return layers;
}

std::string text_at(const Value& network, const char* key) {
  std::string text = network.at(key).text();
  if (text.empty()) network.at(key).fail("must not be empty");
  return text;
}

}  // namespace

std::vector<reports::Network> expand_network(const Value& network, const VariantFilter& variants,
                                             CaseList& cases) {
  network.allow_only({"name", "source", "input", "layout", "alpha", "dtype", "layers", "variants"});
  Problem problem{.layout = network.at("layout").enumerator<Layout>(),
                  .alpha_mode = network.at("alpha").enumerator<AlphaMode>()};
  if (problem.alpha_mode == AlphaMode::broadcast) {
    network.at("alpha").fail("a layer of a network has no shape of alpha of its own");
  }
  const VariantFilter filter(network, variants);
  const std::vector<Layer> layers = read_layers(network);
  std::vector<reports::Network> networks;
  for (const DType dtype : enumerators<DType>(network, "dtype", {DType::f32})) {
    problem.dtype = problem.alpha_dtype = dtype;
    networks.push_back({.name = text_at(network, "name"),
                        .source = text_at(network, "source"),
                        .input = text_at(network, "input"),
                        .dtype = std::string(name(dtype))});
    for (const Layer& layer : layers) {
      problem.shape = layer.shape;
      const auto add = [&](Direction direction) {
        problem.direction = direction;
        try {
          validate(problem);
        } catch (const std::invalid_argument& error) {
          network.fail(error.what());
        }
        cases.add(filter.names(direction), {.problem = problem});
        return std::string(name(direction)) + "/" + problem_name({.problem = problem});
      };
      reports::NetworkLayer in_report{.times = layer.times};
      in_report.forward = add(Direction::forward);
      in_report.backward = add(Direction::backward);
      networks.back().layers.push_back(std::move(in_report));
    }
  }
  return networks;
}

}  // namespace prelu::harness
