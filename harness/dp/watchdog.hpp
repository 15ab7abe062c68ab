// Ends a rank that waits too long: a sum of which one rank is missing would wait for ever.
#pragma once

#include <chrono>
#include <condition_variable>
#include <mutex>
#include <string>
#include <thread>

namespace prelu::harness {

class Watchdog {
 public:
  /// `who` is what the message calls this process: "prelu-dp-bench: rank 2 of 4 on HOST". `status`
  /// is its exit status.
  Watchdog(std::string who, std::chrono::seconds limit, int status);
  ~Watchdog();
  Watchdog(const Watchdog&) = delete;
  Watchdog& operator=(const Watchdog&) = delete;

  /// Something else begins, which may take the limit anew. `what` completes "... s passed in".
  void enter(std::string what);

 private:
  using Clock = std::chrono::steady_clock;

  void watch();

  std::string who_;
  std::chrono::seconds limit_;
  int status_;
  std::mutex mutex_;
  std::condition_variable changed_;
  std::string what_ = "its start";
  Clock::time_point deadline_;
  bool over_ = false;
  std::thread thread_;
};

}  // namespace prelu::harness
