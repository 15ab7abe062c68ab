#include "progress.hpp"

#include <unistd.h>

#include <cmath>
#include <iostream>

#include "format.hpp"

namespace prelu::harness {
namespace {

constexpr const char* kClearLine = "\r\033[K";
// A line longer than the terminal is cut off: wrapped, it could not be rewritten.
constexpr const char* kNoWrap = "\033[?7l";
constexpr const char* kWrap = "\033[?7h";
constexpr std::chrono::seconds kLongSilence{10};

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
  const std::chrono::duration<double> elapsed = Clock::now() - start_;
  const double left =
      elapsed.count() / static_cast<double>(done_) * static_cast<double>(cases_ - done_);
  return " (about " + std::to_string(std::lround(left)) + " s left)";
}

void Progress::starting(const std::string& name) {
  if (!terminal_) return;
  // One string, one write: standard error is not buffered, and a line in pieces flickers.
  std::cerr << kClearLine + (kNoWrap + counter() + name + remaining() + kWrap);
}

void Progress::finished(const reports::Result& result) {
  ++done_;
  const Clock::time_point now = Clock::now();
  const bool silent_for_long = !terminal_ && now - last_line_ >= kLongSilence;
  if (!result.measurement && result.status != reports::Status::failed && !silent_for_long) return;
  last_line_ = now;
  const std::string line = counter() + result.name + ": " + outcome(result);
  std::cerr << (terminal_ ? kClearLine + line + '\n' : line + remaining() + '\n');
}

void Progress::end() {
  if (terminal_) std::cerr << kClearLine << std::flush;
}

}  // namespace prelu::harness
