// The device memory of one case while it is verified: every operand between two guard zones.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "case.hpp"
#include "device.hpp"
#include "prelu/operands.hpp"
#include "prelu/problem.hpp"
#include "problem_data.hpp"

namespace prelu::harness {

/// A tensor in device memory, `offset_bytes` past a 256-byte boundary, between two zones that
/// nobody may write.
class GuardedBuffer {
 public:
  GuardedBuffer(Device& device, std::size_t bytes, std::size_t offset_bytes);

  std::byte* data() const { return buffer_.get() + kGuardBytes + offset_bytes_; }
  std::size_t size() const { return bytes_; }

  /// Fills the guard zones and the tensor with `poison`.
  void poison(unsigned char poison);
  void write(const std::vector<std::byte>& bytes);
  std::vector<std::byte> read() const;

  /// See Device::seal.
  void seal();
  void unseal();
  /// Where a guard zone was written: the distance in bytes to the tensor, or an empty string.
  std::string damage() const;

  static constexpr std::size_t kGuardBytes = 1024;

 private:
  std::size_t total() const { return bytes_ + offset_bytes_ + 2 * kGuardBytes; }

  Device* device_;
  std::size_t bytes_;
  std::size_t offset_bytes_;
  Buffer buffer_;
};

/// All operands of a case. In place, y is x, dx is dy and alpha_out is alpha.
class OperandBuffers {
 public:
  /// Throws std::bad_alloc.
  OperandBuffers(Device& device, const Case& c, std::size_t workspace_bytes,
                 std::size_t zeroed_workspace_bytes = 0);

  Operands operands() const;

  /// Writes the inputs, zeros to the part of the workspace that must be zero, and `poison` to
  /// everything else: outputs, workspace, guard zones.
  void prepare(const ProblemData& data, unsigned char poison);
  void seal();
  void unseal();

  /// "dx was written 3 bytes past its end", or an empty string; also when an input has changed,
  /// or the part of the workspace that must be zero.
  std::string damage(const ProblemData& data) const;

  std::vector<std::byte> read_output() const;
  std::vector<std::byte> read_dalpha() const;
  std::vector<std::byte> read_alpha_out() const;

  /// The device memory that a case needs to be verified.
  static std::size_t bytes_needed(const Problem& problem, std::size_t workspace_bytes);

 private:
  struct Named {
    std::string_view name;
    GuardedBuffer buffer;
  };

  /// The buffer that serves as the operand of that name.
  std::size_t index_of(std::string_view operand) const;
  GuardedBuffer& at(std::string_view operand) { return buffers_[index_of(operand)].buffer; }
  const GuardedBuffer& at(std::string_view operand) const {
    return buffers_[index_of(operand)].buffer;
  }

  Problem problem_;
  std::size_t zeroed_workspace_bytes_;
  std::vector<Named> buffers_;
};

}  // namespace prelu::harness
