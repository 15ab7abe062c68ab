// oneDNN's PReLU primitive, measured beside the CPU variants.
//
// Each call sets the addresses of its operands, as a network's would, and runs a primitive that was
// created before. Only problems that oneDNN computes with the slope our definition asks for are
// taken: at zeros it uses alpha.
#include "onednn.hpp"

#include <array>
#include <memory>
#include <oneapi/dnnl/dnnl.hpp>
#include <string>
#include <unordered_map>

#include "dtype.hpp"
#include "names.hpp"

namespace prelu::harness {
namespace {

using dnnl::memory;
using Arguments = std::unordered_map<int, memory>;

dnnl::engine cpu_engine() { return {dnnl::engine::kind::cpu, 0}; }

memory::data_type type_of(DType dtype) {
  switch (dtype) {
    case DType::f16: return memory::data_type::f16;
    case DType::bf16: return memory::data_type::bf16;
    case DType::f32: return memory::data_type::f32;
    case DType::f64: break;
  }
  return memory::data_type::undef;
}

struct Descriptors {
  memory::desc x;
  memory::desc alpha;
};

/// Alpha has a dimension for each of x's, and lies in memory as x does.
Descriptors descriptors_of(const Problem& problem) {
  const auto& [n, c, spatial] = problem.shape;
  const auto type = type_of(problem.dtype);
  const auto alpha_type = type_of(problem.alpha_dtype);
  const bool nchw = problem.layout == Layout::nchw;
  if (problem.alpha_mode == AlphaMode::broadcast) {
    const auto tag = nchw ? memory::format_tag::abcde : memory::format_tag::acdeb;
    const auto& [d, h, w] = problem.broadcast.spatial;
    const auto& alpha = problem.broadcast.alpha;
    return {.x = {{n, c, d, h, w}, type, tag},
            .alpha = {memory::dims(alpha.begin(), alpha.end()), alpha_type, tag}};
  }
  const auto tag = nchw ? memory::format_tag::abc : memory::format_tag::acb;
  const bool shared = problem.alpha_mode == AlphaMode::shared;
  const bool per_element = problem.alpha_mode == AlphaMode::per_element;
  return {.x = {{n, c, spatial}, type, tag},
          .alpha = {{1, shared ? 1 : c, per_element ? spatial : 1}, alpha_type, tag}};
}

dnnl::prelu_forward::primitive_desc forward_descriptor(const dnnl::engine& engine,
                                                       const Problem& problem) {
  const auto [x, alpha] = descriptors_of(problem);
  return {{dnnl::prop_kind::forward_training, x, alpha}, engine};
}

dnnl::prelu_backward::primitive_desc backward_descriptor(const dnnl::engine& engine,
                                                         const Problem& problem) {
  const auto [x, alpha] = descriptors_of(problem);
  return {{x, alpha, x, alpha}, engine, forward_descriptor(engine, problem)};
}

/// A primitive with the memory it works on, whose addresses change from call to call.
class Prepared {
 public:
  /// Nothing that is made of an engine keeps it alive.
  Prepared(dnnl::engine engine, dnnl::primitive primitive,
           const std::vector<std::pair<int, memory::desc>>& arguments)
      : engine_(std::move(engine)), stream_(engine_), primitive_(std::move(primitive)) {
    for (const auto& [key, descriptor] : arguments) {
      memories_.emplace_back(descriptor, engine_, nullptr);
      arguments_.emplace(key, memories_.back());
    }
  }

  /// The addresses in the order of the arguments.
  template <std::size_t kCount>
  void run(const std::array<const void*, kCount>& addresses) {
    for (std::size_t i = 0; i < kCount; ++i) {
      memories_[i].set_data_handle(const_cast<void*>(addresses[i]));
    }
    primitive_.execute(stream_, arguments_);
    stream_.wait();
  }

 private:
  dnnl::engine engine_;
  dnnl::stream stream_;
  dnnl::primitive primitive_;
  std::vector<memory> memories_;
  Arguments arguments_;
};

Launch prepare_forward(const Problem& problem) {
  const auto [x, alpha] = descriptors_of(problem);
  const dnnl::engine engine = cpu_engine();
  const auto prepared = std::make_shared<Prepared>(
      engine, dnnl::prelu_forward(forward_descriptor(engine, problem)),
      std::vector<std::pair<int, memory::desc>>{
          {DNNL_ARG_SRC, x}, {DNNL_ARG_WEIGHTS, alpha}, {DNNL_ARG_DST, x}});
  return [prepared](const Operands& op, Stream) {
    prepared->run(std::array<const void*, 3>{op.x, op.alpha, op.y});
  };
}

Launch prepare_backward(const Problem& problem) {
  const auto [x, alpha] = descriptors_of(problem);
  const dnnl::engine engine = cpu_engine();
  const auto prepared = std::make_shared<Prepared>(
      engine, dnnl::prelu_backward(backward_descriptor(engine, problem)),
      std::vector<std::pair<int, memory::desc>>{{DNNL_ARG_SRC, x},
                                                {DNNL_ARG_WEIGHTS, alpha},
                                                {DNNL_ARG_DIFF_DST, x},
                                                {DNNL_ARG_DIFF_SRC, x},
                                                {DNNL_ARG_DIFF_WEIGHTS, alpha}});
  return [prepared](const Operands& op, Stream) {
    prepared->run(std::array<const void*, 5>{op.x, op.alpha, op.dy, op.dx, op.dalpha});
  };
}

Unsupported check(const Problem& problem) {
  if (problem.at_zero != SlopeAtZero::alpha) return "oneDNN's slope at zero is alpha";
  if (problem.accumulate) return "oneDNN does not add to dalpha";
  if (problem.shape.elements() == 0) return "oneDNN leaves dalpha unwritten where x is empty";
  if (problem.dtype == DType::f64) return "oneDNN has no f64";
  try {
    const dnnl::engine engine = cpu_engine();
    if (problem.direction == Direction::forward) {
      forward_descriptor(engine, problem);
    } else {
      backward_descriptor(engine, problem);
    }
  } catch (const dnnl::error&) {
    return "oneDNN has no implementation for " + std::string(name(problem.dtype)) + " with " +
           std::string(name(problem.alpha_dtype)) + " slopes on this CPU";
  }
  return {};
}

/// "peer/onednn-2.6.3/forward": of the library that is loaded, not of its headers.
std::string name_of(const char* direction) {
  const dnnl_version_t* version = dnnl_version();
  return std::string(kPeerFolder) + "onednn-" + std::to_string(version->major) + "." +
         std::to_string(version->minor) + "." + std::to_string(version->patch) + "/" + direction;
}

}  // namespace

std::vector<Peer> onednn_peers() {
  static const std::string forward = name_of("forward");
  static const std::string backward = name_of("backward");
  return {{.variant = {.name = forward,
                       .summary = "oneDNN's prelu primitive, created before it is timed",
                       .direction = Direction::forward,
                       .broadcasts = true,
                       .check = check},
           .prepare = prepare_forward,
           .keeps_special_values = false},
          {.variant = {.name = backward,
                       .summary = "oneDNN's prelu primitive, created before it is timed",
                       .direction = Direction::backward,
                       .broadcasts = true,
                       .check = check},
           .prepare = prepare_backward,
           .keeps_special_values = false}};
}

}  // namespace prelu::harness
