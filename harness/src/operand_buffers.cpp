#include "operand_buffers.hpp"

#include <algorithm>
#include <stdexcept>

#include "placement.hpp"

namespace prelu::harness {
namespace {

constexpr unsigned char kGuardByte = 0xA5;

}  // namespace

GuardedBuffer::GuardedBuffer(Device& device, std::size_t bytes, std::size_t offset_bytes)
    : device_(&device),
      bytes_(bytes),
      offset_bytes_(offset_bytes),
      buffer_(device.allocate(bytes + offset_bytes + 2 * kGuardBytes)) {}

void GuardedBuffer::poison(unsigned char poison) {
  device_->fill(buffer_.get(), kGuardByte, kGuardBytes + offset_bytes_);
  device_->fill(data(), poison, bytes_);
  device_->fill(data() + bytes_, kGuardByte, kGuardBytes);
}

void GuardedBuffer::write(const std::vector<std::byte>& bytes) { device_->write(data(), bytes); }

std::vector<std::byte> GuardedBuffer::read() const {
  std::vector<std::byte> bytes(bytes_);
  device_->read(bytes, data());
  return bytes;
}

void GuardedBuffer::seal() {
  device_->seal(buffer_.get(), kGuardBytes + offset_bytes_);
  device_->seal(data() + bytes_, kGuardBytes);
}

void GuardedBuffer::unseal() { device_->unseal(buffer_.get(), total()); }

std::string GuardedBuffer::damage() const {
  std::vector<std::byte> before(kGuardBytes + offset_bytes_);
  std::vector<std::byte> after(kGuardBytes);
  device_->read(before, buffer_.get());
  device_->read(after, data() + bytes_);
  const auto written = [](std::byte byte) { return byte != std::byte{kGuardByte}; };
  if (const auto at = std::find_if(before.rbegin(), before.rend(), written); at != before.rend()) {
    return std::to_string(at - before.rbegin() + 1) + " bytes before its start";
  }
  if (const auto at = std::ranges::find_if(after, written); at != after.end()) {
    return std::to_string(at - after.begin()) + " bytes past its end";
  }
  return {};
}

OperandBuffers::OperandBuffers(Device& device, const Case& c, std::size_t workspace_bytes,
                               std::size_t zeroed_workspace_bytes)
    : problem_(c.problem), zeroed_workspace_bytes_(zeroed_workspace_bytes) {
  const auto add = [&](std::string_view name, std::size_t bytes, std::size_t offset) {
    buffers_.push_back({.name = name, .buffer = GuardedBuffer(device, bytes, offset)});
  };
  for (const std::string_view operand : stored_operands(problem_)) {
    add(operand, operand_bytes(problem_, operand), offset_bytes(c, operand));
  }
  if (problem_.direction == Direction::backward) add("workspace", workspace_bytes, 0);
}

std::size_t OperandBuffers::index_of(std::string_view operand) const {
  std::string_view name = operand;
  if (problem_.in_place && operand == "y") name = "x";
  if (problem_.in_place && operand == "dx") name = "dy";
  if (problem_.in_place && operand == "alpha_out") name = "alpha";
  for (std::size_t i = 0; i < buffers_.size(); ++i) {
    if (name == buffers_[i].name) return i;
  }
  throw std::logic_error("no operand " + std::string(operand));
}

Operands OperandBuffers::operands() const {
  if (problem_.direction == Direction::forward) {
    return {.x = at("x").data(), .alpha = at("alpha").data(), .y = at("y").data()};
  }
  Operands operands{.x = at("x").data(),
                    .alpha = at("alpha").data(),
                    .dy = at("dy").data(),
                    .dx = at("dx").data(),
                    .sgd = kSgdStep,
                    .workspace = at("workspace").data()};
  if (problem_.update != AlphaUpdate::frozen) operands.dalpha = at("dalpha").data();
  if (problem_.update == AlphaUpdate::sgd) operands.alpha_out = at("alpha_out").data();
  return operands;
}

void OperandBuffers::prepare(const ProblemData& data, unsigned char poison) {
  for (Named& named : buffers_) named.buffer.poison(poison);
  at("x").write(data.x);
  at("alpha").write(data.alpha);
  if (problem_.direction == Direction::backward) {
    at("dy").write(data.dy);
    at("workspace").write(std::vector<std::byte>(zeroed_workspace_bytes_));
  }
  if (!data.dalpha_before.empty()) at("dalpha").write(data.dalpha_before);
}

void OperandBuffers::seal() {
  for (Named& named : buffers_) named.buffer.seal();
}

void OperandBuffers::unseal() {
  for (Named& named : buffers_) named.buffer.unseal();
}

std::string OperandBuffers::damage(const ProblemData& data) const {
  for (const Named& named : buffers_) {
    if (const std::string where = named.buffer.damage(); !where.empty()) {
      return std::string(named.name) + " was written " + where;
    }
  }
  const bool forward = problem_.direction == Direction::forward;
  const bool x_is_output = forward && problem_.in_place;
  if (!x_is_output && at("x").read() != data.x) return "the input x was changed";
  const bool alpha_is_output = problem_.update == AlphaUpdate::sgd && problem_.in_place;
  if (!alpha_is_output && at("alpha").read() != data.alpha) return "the input alpha was changed";
  if (!forward && !problem_.in_place && at("dy").read() != data.dy)
    return "the input dy was changed";
  if (!forward && zeroed_workspace_bytes_ > 0) {
    std::vector<std::byte> start = at("workspace").read();
    start.resize(zeroed_workspace_bytes_);
    const auto at = std::ranges::find_if(start, [](std::byte byte) { return byte != std::byte{}; });
    if (at != start.end()) {
      return "byte " + std::to_string(at - start.begin()) + " of the workspace was not left zero";
    }
  }
  return {};
}

std::vector<std::byte> OperandBuffers::read_output() const {
  return at(problem_.direction == Direction::forward ? "y" : "dx").read();
}

std::vector<std::byte> OperandBuffers::read_dalpha() const { return at("dalpha").read(); }

std::vector<std::byte> OperandBuffers::read_alpha_out() const { return at("alpha_out").read(); }

std::size_t OperandBuffers::bytes_needed(const Problem& problem, std::size_t workspace_bytes) {
  std::size_t bytes = workspace_bytes;
  for (const std::string_view operand : stored_operands(problem)) {
    bytes += operand_bytes(problem, operand);
  }
  constexpr std::size_t kGuards = std::size_t{8} * 2 * GuardedBuffer::kGuardBytes;
  return bytes + kGuards;
}

}  // namespace prelu::harness
