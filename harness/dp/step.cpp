#include "step.hpp"

#include "dtype.hpp"
#include "placement.hpp"

namespace prelu::harness {
namespace {

constexpr unsigned char kNan = 0xFF;  // every byte, in all dtypes

std::int64_t round_up_to_256(std::size_t bytes) {
  constexpr std::size_t kAlignment = 256;
  return static_cast<std::int64_t>((bytes + kAlignment - 1) / kAlignment * kAlignment);
}

std::vector<std::byte> read_all(Device& device, const std::byte* from, std::size_t bytes) {
  std::vector<std::byte> copy(bytes);
  device.read(copy, from);
  return copy;
}

}  // namespace

Step::Step(Device& device, const Problem& problem, std::int64_t layers, std::int64_t buckets)
    : device_(&device),
      plan_(device.backend(), problem),
      buckets_(buckets),
      stride_(round_up_to_256(operand_bytes(problem, "dalpha"))),
      tensor_bytes_(operand_bytes(problem, "x")),
      slope_bytes_(operand_bytes(problem, "dalpha")) {
  for (std::int64_t i = 0; i < layers; ++i) {
    layers_.push_back({.x = device.allocate(tensor_bytes_),
                       .alpha = device.allocate(slope_bytes_),
                       .dy = device.allocate(tensor_bytes_),
                       .dx = device.allocate(tensor_bytes_)});
  }
  dalpha_ = device.allocate(static_cast<std::size_t>(message_bytes()));
  workspace_ = device.allocate(plan_.workspace_bytes());
  device.fill(workspace_.get(), 0, plan_.workspace_bytes());
}

void Step::write(std::int64_t layer, const ProblemData& data) {
  const Layer& at = layers_[static_cast<std::size_t>(layer)];
  device_->write(at.x.get(), data.x);
  device_->write(at.alpha.get(), data.alpha);
  device_->write(at.dy.get(), data.dy);
}

std::vector<std::byte> Step::read_dx(std::int64_t layer) const {
  return read_all(*device_, layers_[static_cast<std::size_t>(layer)].dx.get(), tensor_bytes_);
}

std::vector<std::byte> Step::read_dalpha(std::int64_t layer) const {
  return read_all(*device_, dalpha(layer), slope_bytes_);
}

void Step::poison() {
  for (const Layer& layer : layers_) device_->fill(layer.dx.get(), kNan, tensor_bytes_);
  device_->fill(dalpha_.get(), kNan, static_cast<std::size_t>(message_bytes()));
}

void Step::zero_dalpha() {
  device_->fill(dalpha_.get(), 0, static_cast<std::size_t>(message_bytes()));
}

Operands Step::operands(std::int64_t layer) const {
  const Layer& at = layers_[static_cast<std::size_t>(layer)];
  return {.x = at.x.get(),
          .alpha = at.alpha.get(),
          .dy = at.dy.get(),
          .dx = at.dx.get(),
          .dalpha = dalpha(layer),
          .workspace = workspace_.get()};
}

bool Step::ends_bucket(std::int64_t layer) const {
  return (layer + 1) * buckets_ / layers() != layer * buckets_ / layers();
}

void Step::start_sum(Reducer& reducer, std::int64_t first, std::int64_t end, Stream stream) const {
  const DType dtype = plan_.problem().alpha_dtype;
  const std::int64_t count = (end - first) * stride_ / static_cast<std::int64_t>(size_of(dtype));
  reducer.start(dalpha(first), count, dtype, stream);
}

void Step::run(Summing summing, Reducer& reducer) {
  device_->run([&](Stream stream) {
    std::int64_t first = 0;  // of the layers whose dalpha is not on its way
    for (std::int64_t layer = 0; layer < layers(); ++layer) {
      plan_.run(operands(layer), stream);
      if (summing != Summing::overlap || !ends_bucket(layer)) continue;
      start_sum(reducer, first, layer + 1, stream);
      first = layer + 1;
    }
    if (summing == Summing::after) start_sum(reducer, 0, layers(), stream);
    if (summing != Summing::never) reducer.finish(stream);
  });
}

void Step::sum(Reducer& reducer) {
  device_->run([&](Stream stream) {
    start_sum(reducer, 0, layers(), stream);
    reducer.finish(stream);
  });
}

}  // namespace prelu::harness
