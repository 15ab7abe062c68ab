// Is a variant's result right? Exact, or within a bound the reference computed.
#pragma once

#include <cstdint>
#include <string>

#include "case.hpp"
#include "device.hpp"
#include "operand_buffers.hpp"
#include "problem_data.hpp"
#include "report.hpp"

namespace prelu::harness {

/// dalpha: a NaN never passes where a number is expected.
bool matches(double expected, double actual, double allowed);

/// What one or more runs have shown.
struct Verdict {
  std::string mismatch;  ///< the first thing that is wrong; empty when all is right
  reports::Verification verification;

  bool passed() const { return mismatch.empty(); }
};

/// What a variant or a peer is held to.
struct Claims {
  bool deterministic = true;   ///< the same bits in every run
  bool special_values = true;  ///< false: a zero may have either sign (and inputs are ordinary)
};

/// Runs `launch` on `data` in every schedule of the device and compares: y and dx bit by bit (any
/// NaN serves for a NaN), dalpha within its bound, and bit by bit between runs if it
/// claims to be deterministic; guard zones and inputs untouched; the start of the workspace left
/// zero where zeros were asked for there. Outputs and the rest of the workspace are poisoned before
/// each run, with another poison where a NaN is expected, since 0xFF bytes are a NaN themselves.
/// Throws what the device throws.
void verify(Device& device, const Launch& launch, const Claims& claims, const Case& c,
            const Dataset& dataset, const ProblemData& data, OperandBuffers& buffers,
            Verdict& verdict);

}  // namespace prelu::harness
