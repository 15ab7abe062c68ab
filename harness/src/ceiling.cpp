#include "ceiling.hpp"

#include <algorithm>
#include <limits>
#include <new>
#include <string_view>

#include "statistics.hpp"

namespace prelu::harness {
namespace {

constexpr int kWarmUp = 3;
constexpr int kSamples = 15;
constexpr std::size_t kGranule = 64;  // the widest access of any way
constexpr double kMicroseconds = 1e6;

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

CeilingKernel way_of_name(const Device& device, const reports::Ceiling& ceiling) {
  const auto kernels = ways(device, ceiling.reads);
  return *std::ranges::find(kernels, ceiling.way, &CeilingKernel::name);
}

}  // namespace

Streams::Streams(Device& device, int reads, std::int64_t bytes)
    : device_(&device),
      each_((static_cast<std::size_t>(bytes) / static_cast<std::size_t>(reads + 1) + kGranule - 1) /
            kGranule * kGranule),
      sets_(sets_to_evict(each_ * static_cast<std::size_t>(reads + 1), device.cache_bytes())),
      a_(device, each_, 0, sets_),
      b_(device, reads > 1 ? each_ : 0, 0, sets_),
      out_(device, each_, 0, sets_) {
  a_.fill(device, 0);
  b_.fill(device, 0);
  out_.fill(device, 0);
}

Work Streams::work(const CeilingKernel& kernel) {
  const std::size_t set = next_++ % sets_;
  const std::byte* b = kernel.reads > 1 ? b_.at(set) : nullptr;
  return [this, set, b, launch = kernel.launch](Stream stream) {
    launch(a_.at(set), b, out_.at(set), each_, stream);
  };
}

void Streams::launch(const CeilingKernel& kernel) { device_->run(work(kernel)); }

double Streams::sample_us(const CeilingKernel& kernel) {
  return time_launch(*device_, work(kernel)).time.count() * kMicroseconds;
}

double Streams::hot_us(const CeilingKernel& kernel, int launches) {
  const Work same = [this, launch = kernel.launch, b = kernel.reads > 1 ? b_.at(0) : nullptr](
                        Stream stream) { launch(a_.at(0), b, out_.at(0), each_, stream); };
  return device_->time_many(same, launches).count() * kMicroseconds;
}

int launches_lasting(double us, double once_us) {
  constexpr double kMostLaunches = 1000;
  return static_cast<int>(std::clamp(us / std::max(once_us, 1e-3), 1.0, kMostLaunches));
}

double hot_median_us(const std::function<double(int)>& us_of_launches,
                     const std::function<bool()>& stop) {
  constexpr double kBatchUs = 5000;
  constexpr int kBatches = 5;
  const int launches = launches_lasting(kBatchUs, us_of_launches(1));
  std::vector<double> times_us;
  for (int i = 0; i < kBatches; ++i) {
    times_us.push_back(us_of_launches(launches));
    if (stop()) break;
  }
  return reports::median(times_us);
}

double CeilingBeside::hot_us(const std::function<bool()>& stop) {
  double fastest = std::numeric_limits<double>::infinity();
  for (const CeilingKernel& way : ways_) {
    fastest = std::min(
        fastest, hot_median_us([&](int launches) { return streams_.hot_us(way, launches); }, stop));
    if (stop()) break;
  }
  return fastest;
}

double CeilingBeside::median_us() const {
  return samples_us_.empty() ? 0 : reports::median(samples_us_);
}

const reports::Ceiling* Ceilings::find(int reads, std::int64_t bytes) const {
  const auto found = std::ranges::find_if(ceilings_, [&](const reports::Ceiling& ceiling) {
    return ceiling.reads == reads && ceiling.bytes == bytes;
  });
  return found == ceilings_.end() ? nullptr : &*found;
}

double Ceilings::median_us(int reads, std::int64_t bytes) {
  if (const reports::Ceiling* known = find(reads, bytes)) return known->median_us;
  const auto kernels = ways(*device_, reads);
  if (kernels.empty() || bytes <= 0) return 0;
  try {
    Streams streams(*device_, reads, bytes);
    for (const CeilingKernel& kernel : kernels) streams.launch(kernel);
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

std::unique_ptr<CeilingBeside> Ceilings::beside(int reads, std::int64_t bytes) {
  if (median_us(reads, bytes) == 0) return nullptr;
  try {
    return std::make_unique<CeilingBeside>(Streams(*device_, reads, bytes),
                                           way_of_name(*device_, *find(reads, bytes)),
                                           ways(*device_, reads));
  } catch (const std::bad_alloc&) {
    return nullptr;
  }
}

void Ceilings::measure_drift() {
  for (reports::Ceiling& ceiling : ceilings_) {
    try {
      Streams streams(*device_, ceiling.reads, ceiling.bytes);
      const auto medians = medians_us(streams, {way_of_name(*device_, ceiling)}, stop_);
      if (medians.empty()) return;
      ceiling.drift = medians.front() / ceiling.median_us - 1;
    } catch (const std::bad_alloc&) {
      // There was memory for it before; its drift stays unknown.
    }
  }
}

}  // namespace prelu::harness
