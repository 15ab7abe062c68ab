#include "progress.hpp"

#include <unistd.h>

#include <cmath>
#include <iostream>

#include "format.hpp"

namespace prelu::harness {
namespace {

constexpr const char* kClearLine = "\r\033[K";

std::string outcome(const reports::Result& result) {
  if (result.status != reports::Status::passed) {
    return std::string(reports::name(result.status)) + ": " + result.reason;
  }
  if (!result.measurement) return "verified";
  const auto summary = reports::summarize(*result.measurement);
  return reports::format_time(summary) + ", " + reports::format_bandwidth(summary) + " GB/s, " +
         reports::format_share(summary) + " of the ceiling";
}

}  // namespace

Progress::Progress(std::size_t cases) : cases_(cases), terminal_(isatty(STDERR_FILENO) == 1) {}

std::string Progress::counter() const {
  return "[" + std::to_string(done_) + "/" + std::to_string(cases_) + "] ";
}

std::string Progress::remaining() const {
  if (done_ == 0 || done_ == cases_) return {};
  const std::chrono::duration<double> elapsed = std::chrono::steady_clock::now() - start_;
  const double left =
      elapsed.count() / static_cast<double>(done_) * static_cast<double>(cases_ - done_);
  return " (about " + std::to_string(std::lround(left)) + " s left)";
}

void Progress::starting(const std::string& name) {
  if (terminal_) std::cerr << kClearLine << counter() << name << remaining() << std::flush;
}

void Progress::finished(const reports::Result& result) {
  ++done_;
  const bool worth_a_line = result.measurement || result.status == reports::Status::failed;
  if (!worth_a_line) return;
  if (terminal_) std::cerr << kClearLine;
  std::cerr << counter() << result.name << ": " << outcome(result) << (terminal_ ? "" : remaining())
            << '\n';
}

void Progress::end() {
  if (terminal_) std::cerr << kClearLine << std::flush;
}

}  // namespace prelu::harness
