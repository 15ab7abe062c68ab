// A CUDA device: its memory, its cache and its clock.
#include <cuda_runtime_api.h>

#include <algorithm>
#include <array>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <memory>
#include <new>
#include <source_location>
#include <string>
#include <string_view>
#include <type_traits>

#include "cuda_check.hpp"
#include "device.hpp"
#include "measuring.hpp"
#include "nvml.hpp"

namespace prelu::harness {
namespace {

/// How long the stream may stay blocked: queuing a launch takes microseconds.
constexpr std::uint64_t kBlockerTimeoutNs = 10'000'000'000;

/// An error that is still there after it was cleared stays: the context is lost.
void end_if_lost(const cuda::Error& error) {
  if (cudaDeviceSynchronize() != cudaSuccess) throw DeviceError(error.what());
}

/// As cuda::check, and tells an error that ends the run from one that ends a case.
void check(cudaError_t code, const std::source_location& where = std::source_location::current()) {
  if (code == cudaSuccess) return;
  static_cast<void>(cudaGetLastError());
  if (code == cudaErrorMemoryAllocation) throw std::bad_alloc();
  const cuda::Error error(code, where);
  end_if_lost(error);
  throw error;
}

/// Every launch waits for its end, as debuggers ask for: a blocked stream would wait for ever.
bool launches_block() {
  const char* const value = std::getenv("CUDA_LAUNCH_BLOCKING");
  return value != nullptr && std::string_view(value) != "0";
}

struct DestroyEvent {
  void operator()(cudaEvent_t event) const { static_cast<void>(cudaEventDestroy(event)); }
};
struct DestroyStream {
  void operator()(cudaStream_t stream) const { static_cast<void>(cudaStreamDestroy(stream)); }
};
struct DestroyGraph {
  void operator()(cudaGraph_t graph) const { static_cast<void>(cudaGraphDestroy(graph)); }
};
struct DestroyGraphExec {
  void operator()(cudaGraphExec_t graph) const { static_cast<void>(cudaGraphExecDestroy(graph)); }
};
struct FreeHost {
  void operator()(void* memory) const { static_cast<void>(cudaFreeHost(memory)); }
};

using Event = std::unique_ptr<std::remove_pointer_t<cudaEvent_t>, DestroyEvent>;
using OwnedStream = std::unique_ptr<std::remove_pointer_t<cudaStream_t>, DestroyStream>;
using Graph = std::unique_ptr<std::remove_pointer_t<cudaGraph_t>, DestroyGraph>;
using GraphExec = std::unique_ptr<std::remove_pointer_t<cudaGraphExec_t>, DestroyGraphExec>;
template <class T>
using Mapped = std::unique_ptr<T, FreeHost>;

Event make_event() {
  cudaEvent_t event = nullptr;
  check(cudaEventCreate(&event));
  return Event(event);
}

OwnedStream make_stream() {
  cudaStream_t stream = nullptr;
  check(cudaStreamCreateWithFlags(&stream, cudaStreamNonBlocking));
  return OwnedStream(stream);
}

/// Host memory that the device sees at the same address.
template <class T>
Mapped<T> make_mapped() {
  void* memory = nullptr;
  check(cudaHostAlloc(&memory, sizeof(T), cudaHostAllocMapped));
  return Mapped<T>(new (memory) T{});
}

Seconds between(const Event& start, const Event& stop) {
  float milliseconds = 0;
  check(cudaEventElapsedTime(&milliseconds, start.get(), stop.get()));
  return Seconds(static_cast<double>(milliseconds) * 1e-3);
}

std::string uuid_text(const cudaUUID_t& uuid) {
  std::string text = "GPU-";
  for (std::size_t i = 0; i < sizeof uuid.bytes; ++i) {
    if (i == 4 || i == 6 || i == 8 || i == 10) text += '-';
    std::array<char, 3> hex{};
    std::snprintf(hex.data(), hex.size(), "%02x", static_cast<unsigned char>(uuid.bytes[i]));
    text += hex.data();
  }
  return text;
}

/// All that is known of the device; asked for once, because NVML takes its time.
reports::DeviceInfo read_info(int ordinal, const cudaDeviceProp& properties) {
  std::array<char, 32> bus_id{};
  check(cudaDeviceGetPCIBusId(bus_id.data(), static_cast<int>(bus_id.size()), ordinal));
  const NvmlInfo nvml = read_nvml(bus_id.data());
  int clock_khz = 0;
  int memory_khz = 0;
  check(cudaDeviceGetAttribute(&clock_khz, cudaDevAttrClockRate, ordinal));
  check(cudaDeviceGetAttribute(&memory_khz, cudaDevAttrMemoryClockRate, ordinal));
  constexpr double kKilohertz = 1e-3;  // in MHz
  return {.kind = "cuda",
          .name = properties.name,
          .uuid = uuid_text(properties.uuid),
          .compute_units = properties.multiProcessorCount,
          .cache_bytes = properties.l2CacheSize,
          .memory_bytes = static_cast<std::int64_t>(properties.totalGlobalMem),
          .compute_capability =
              std::to_string(properties.major) + "." + std::to_string(properties.minor),
          .driver = nvml.driver,
          .ecc = properties.ECCEnabled != 0,
          .mig = nvml.mig,
          .power_limit_w = nvml.power_limit_w,
          .clock_mhz = clock_khz * kKilohertz,
          .memory_clock_mhz = memory_khz * kKilohertz};
}

class CudaDevice : public Device {
 public:
  explicit CudaDevice(int ordinal) {
    check(cudaSetDevice(ordinal));
    check(cudaGetDeviceProperties(&properties_, ordinal));
    stream_ = make_stream();
    start_ = make_event();
    stop_ = make_event();
    flags_ = make_mapped<measuring::BlockerFlags>();
    stamps_ = make_mapped<Stamps>();
    info_ = read_info(ordinal, properties_);
  }

  Backend backend() const override { return Backend::cuda; }

  reports::DeviceInfo info() const override { return info_; }

  std::size_t cache_bytes() const override {
    return static_cast<std::size_t>(properties_.l2CacheSize);
  }
  /// Of CUDA's events, as its documentation states it.
  Seconds clock_resolution() const override { return Seconds(0.5e-6); }

  Buffer allocate(std::size_t bytes) override {
    void* memory = nullptr;
    check(cudaMalloc(&memory, std::max<std::size_t>(1, bytes)));
    return {static_cast<std::byte*>(memory),
            [](std::byte* freed) { static_cast<void>(cudaFree(freed)); }};
  }

  void write(std::byte* to, std::span<const std::byte> from) override {
    transfer(to, from.data(), from.size());
  }
  void read(std::span<std::byte> to, const std::byte* from) override {
    transfer(to.data(), from, to.size());
  }
  void copy(std::byte* to, const std::byte* from, std::size_t bytes) override {
    transfer(to, from, bytes);
  }
  void fill(std::byte* to, unsigned char value, std::size_t bytes) override {
    if (bytes > 0) check(cudaMemsetAsync(to, value, bytes, stream_.get()));
    wait();
  }

  void run(const Work& work) override {
    queue(work);
    wait();
  }

  Sample time_once(const Work& work) override {
    const Seconds time = time_blocked([&] { queue(work); });
    return {.time = time, .clock_mhz = clock_mhz()};
  }

  Seconds time_many(const Work& work, int launches) override {
    const GraphExec graph = capture(work, launches);
    check(cudaGraphUpload(graph.get(), stream_.get()));
    return time_blocked([&] { check(cudaGraphLaunch(graph.get(), stream_.get())); }) / launches;
  }

  std::span<const CeilingKernel> ceilings() const override { return measuring::cuda_ceilings(); }

 private:
  struct Stamps {
    alignas(sizeof(measuring::ClockStamp)) measuring::ClockStamp before;
    alignas(sizeof(measuring::ClockStamp)) measuring::ClockStamp after;
  };

  void wait() { check(cudaStreamSynchronize(stream_.get())); }

  /// The time of what `launch` queues, while the stream is held until all of it is queued.
  template <class Launch>
  Seconds time_blocked(const Launch& launch) {
    wait();
    *flags_ = {};
    *stamps_ = {};
    // The stamps stand outside what is timed, and far enough apart to tell the clock.
    measuring::launch_clock_stamp(&stamps_->before, properties_.multiProcessorCount, stream_.get());
    if (!launches_block()) {
      measuring::launch_blocker(flags_.get(), kBlockerTimeoutNs, stream_.get());
    }
    try {
      check(cudaEventRecord(start_.get(), stream_.get()));
      launch();
      check(cudaEventRecord(stop_.get(), stream_.get()));
      measuring::launch_clock_stamp(&stamps_->after, properties_.multiProcessorCount,
                                    stream_.get());
    } catch (...) {
      open();
      throw;
    }
    open();
    wait();
    if (flags_->timed_out != 0) {
      throw std::runtime_error("queuing the launch took 10 s: it waits for the device");
    }
    return between(start_, stop_);
  }

  /// Lets a blocked stream go on.
  void open() { *static_cast<volatile std::uint32_t*>(&flags_->open) = 1; }

  void transfer(void* to, const void* from, std::size_t bytes) {
    if (bytes > 0) check(cudaMemcpyAsync(to, from, bytes, cudaMemcpyDefault, stream_.get()));
    wait();
  }

  /// Enqueues the work; what its own checks threw is told apart as `check` does.
  void queue(const Work& work) {
    try {
      work(stream_.get());
    } catch (const cuda::Error& error) {
      open();  // or the wait below would last until the blocker gives up
      end_if_lost(error);
      throw;
    }
  }

  GraphExec capture(const Work& work, int launches) {
    check(cudaStreamBeginCapture(stream_.get(), cudaStreamCaptureModeThreadLocal));
    cudaGraph_t captured = nullptr;
    try {
      for (int i = 0; i < launches; ++i) work(stream_.get());
    } catch (...) {
      static_cast<void>(cudaStreamEndCapture(stream_.get(), &captured));
      const Graph discarded(captured);
      throw;
    }
    check(cudaStreamEndCapture(stream_.get(), &captured));
    const Graph graph(captured);
    cudaGraphExec_t executable = nullptr;
    check(cudaGraphInstantiate(&executable, graph.get(), 0));
    return GraphExec(executable);
  }

  /// Between the two stamps; 0 where they are too close for the GPU's timer, which ticks once a
  /// microsecond on some.
  double clock_mhz() const {
    constexpr std::uint64_t kLeastNs = 20'000;
    const measuring::ClockStamp& before = stamps_->before;
    const measuring::ClockStamp& after = stamps_->after;
    if (before.time_ns == 0 || after.time_ns < before.time_ns + kLeastNs) return 0;
    constexpr double kGigahertz = 1e3;  // in MHz
    return kGigahertz * static_cast<double>(after.cycles - before.cycles) /
           static_cast<double>(after.time_ns - before.time_ns);
  }

  cudaDeviceProp properties_{};
  reports::DeviceInfo info_;
  OwnedStream stream_;
  Event start_;
  Event stop_;
  Mapped<measuring::BlockerFlags> flags_;
  Mapped<Stamps> stamps_;
};

}  // namespace

DeviceChoice open_cuda(int ordinal) {
  // Loading a kernel when it is first launched may wait for the device, which waits for the host
  // while the stream is blocked.
  setenv("CUDA_MODULE_LOADING", "EAGER", 0);
  int count = 0;
  if (const cudaError_t error = cudaGetDeviceCount(&count); error != cudaSuccess) {
    static_cast<void>(cudaGetLastError());
    int driver = 0;
    static_cast<void>(cudaDriverGetVersion(&driver));
    // Without a driver CUDA says that its version is insufficient.
    return {.device = nullptr,
            .absent_reason = std::string("no CUDA device: ") +
                             (driver == 0 ? "no driver is loaded" : cudaGetErrorString(error))};
  }
  if (ordinal >= count) {
    return {.device = nullptr,
            .absent_reason = "no CUDA device " + std::to_string(ordinal) + ": there are " +
                             std::to_string(count)};
  }
  return {.device = std::make_unique<CudaDevice>(ordinal), .absent_reason = {}};
}

}  // namespace prelu::harness
