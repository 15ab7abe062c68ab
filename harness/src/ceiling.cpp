#include "ceiling.hpp"

#include <algorithm>
#include <limits>
#include <new>
#include <string_view>

#include "rotating_operands.hpp"
#include "statistics.hpp"

namespace prelu::harness {
namespace {

constexpr int kWarmUp = 3;
constexpr int kSamples = 15;
constexpr std::size_t kGranule = 64;  // the widest access of any way
constexpr double kMicroseconds = 1e6;

/// Streams of equal size, in as many sets as it takes to miss the cache.
class Streams {
 public:
  Streams(Device& device, int reads, std::int64_t bytes)
      : device_(&device),
        each_(
            (static_cast<std::size_t>(bytes) / static_cast<std::size_t>(reads + 1) + kGranule - 1) /
            kGranule * kGranule),
        sets_(sets_to_evict(each_ * static_cast<std::size_t>(reads + 1), device.cache_bytes())),
        a_(device, each_, 0, sets_),
        b_(device, reads > 1 ? each_ : 0, 0, sets_),
        out_(device, each_, 0, sets_) {
    a_.fill(device, 0);
    b_.fill(device, 0);
    out_.fill(device, 0);
  }

  double sample_us(const CeilingKernel& kernel) {
    const std::size_t set = next_++ % sets_;
    const std::byte* b = kernel.reads > 1 ? b_.at(set) : nullptr;
    const Sample sample = device_->time_once(
        [&](Stream stream) { kernel.launch(a_.at(set), b, out_.at(set), each_, stream); });
    // What takes less than a tick of the clock takes a tick at most; and never nothing.
    return std::max(sample.time, device_->clock_resolution()).count() * kMicroseconds;
  }

 private:
  Device* device_;
  std::size_t each_;
  std::size_t sets_;
  Arena a_;
  Arena b_;
  Arena out_;
  std::size_t next_ = 0;
};

std::vector<CeilingKernel> ways(const Device& device, int reads) {
  std::vector<CeilingKernel> kernels;
  for (const CeilingKernel& kernel : device.ceilings()) {
    if (kernel.reads == reads) kernels.push_back(kernel);
  }
  return kernels;
}

/// The medians of all ways, sampled in turn so that drift hits them alike; none if stopped.
std::vector<double> medians_us(Streams& streams, const std::vector<CeilingKernel>& kernels,
                               const std::function<bool()>& stop) {
  std::vector<std::vector<double>> samples(kernels.size());
  for (int round = 0; round < kWarmUp + kSamples; ++round) {
    if (stop()) return {};
    for (std::size_t i = 0; i < kernels.size(); ++i) {
      const double time = streams.sample_us(kernels[i]);
      if (round >= kWarmUp) samples[i].push_back(time);
    }
  }
  std::vector<double> medians;
  medians.reserve(samples.size());
  for (const auto& list : samples) medians.push_back(reports::median(list));
  return medians;
}

}  // namespace

double Ceilings::median_us(int reads, std::int64_t bytes) {
  const auto known = std::ranges::find_if(ceilings_, [&](const reports::Ceiling& ceiling) {
    return ceiling.reads == reads && ceiling.bytes == bytes;
  });
  if (known != ceilings_.end()) return known->median_us;
  const auto kernels = ways(*device_, reads);
  if (kernels.empty() || bytes <= 0) return 0;
  try {
    Streams streams(*device_, reads, bytes);
    const auto medians = medians_us(streams, kernels, stop_);
    if (medians.empty()) return 0;
    const auto best = std::ranges::min_element(medians);
    ceilings_.push_back(
        {.device = device_->info().kind,
         .way = std::string(kernels[static_cast<std::size_t>(best - medians.begin())].name),
         .reads = reads,
         .bytes = bytes,
         .median_us = *best});
    return *best;
  } catch (const std::bad_alloc&) {
    return 0;
  }
}

void Ceilings::measure_drift() {
  for (reports::Ceiling& ceiling : ceilings_) {
    for (const CeilingKernel& kernel : ways(*device_, ceiling.reads)) {
      if (kernel.name != ceiling.way) continue;
      try {
        Streams streams(*device_, ceiling.reads, ceiling.bytes);
        const auto medians = medians_us(streams, {kernel}, stop_);
        if (medians.empty()) return;
        ceiling.drift = medians.front() / ceiling.median_us - 1;
      } catch (const std::bad_alloc&) {
        // There was memory for it before; its drift stays unknown.
      }
    }
  }
}

}  // namespace prelu::harness
