#include "watchdog.hpp"

#include <cstdlib>
#include <iostream>
#include <utility>

namespace prelu::harness {

Watchdog::Watchdog(std::string who, std::chrono::seconds limit, int status)
    : who_(std::move(who)),
      limit_(limit),
      status_(status),
      deadline_(Clock::now() + limit),
      thread_([this] { watch(); }) {}

Watchdog::~Watchdog() {
  {
    const std::scoped_lock lock(mutex_);
    over_ = true;
  }
  changed_.notify_one();
  thread_.join();
}

void Watchdog::enter(std::string what) {
  const std::scoped_lock lock(mutex_);
  what_ = std::move(what);
  deadline_ = Clock::now() + limit_;
}

void Watchdog::watch() {
  std::unique_lock lock(mutex_);
  // A deadline that has moved meanwhile is waited for again.
  while (Clock::now() < deadline_) {
    if (changed_.wait_until(lock, deadline_, [this] { return over_; })) return;
  }
  std::cerr << who_ + ": " + std::to_string(limit_.count()) + " s passed in " + what_ +
                   ": a rank that does not say so too has died or hangs. Giving up\n"
            << std::flush;
  // The launcher ends the others as soon as one has ended: they get the time to say it.
  std::this_thread::sleep_for(std::chrono::seconds(1));
  // No destructor, no MPI: either may wait for the rank that is missing.
  std::_Exit(status_);
}

}  // namespace prelu::harness
