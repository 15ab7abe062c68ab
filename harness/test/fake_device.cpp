#include "fake_device.hpp"

#include <cstring>
#include <new>

namespace prelu::harness {

Buffer FakeDevice::allocate(std::size_t bytes) {
  if (bytes > memory) throw std::bad_alloc();
  constexpr std::align_val_t kAlignment{256};
  return {static_cast<std::byte*>(::operator new(bytes, kAlignment)),
          [](std::byte* freed) { ::operator delete(freed, kAlignment); }};
}

void FakeDevice::write(std::byte* to, std::span<const std::byte> from) {
  copy(to, from.data(), from.size());
}

void FakeDevice::read(std::span<std::byte> to, const std::byte* from) {
  copy(to.data(), from, to.size());
}

void FakeDevice::fill(std::byte* to, unsigned char value, std::size_t bytes) {
  if (bytes > 0) std::memset(to, value, bytes);
}

void FakeDevice::copy(std::byte* to, const std::byte* from, std::size_t bytes) {
  if (bytes > 0) std::memcpy(to, from, bytes);
}

void FakeDevice::run(const Work& work) { work(nullptr); }

Sample FakeDevice::time_once(const Work& work) {
  before_timed_launch();
  work(nullptr);
  ++timed_launches;
  timed += 'c';
  return {.time = launch_time};
}

Seconds FakeDevice::time_many(const Work& work, int) {
  before_timed_launch();
  before_hot_launch();
  work(nullptr);
  timed += 'h';
  return launch_time;
}

}  // namespace prelu::harness
