// NCCL's all-reduce, on a stream of its own: it runs beside the kernels of the next layer.
#include <cuda_runtime_api.h>
#include <nccl.h>

#include <span>
#include <stdexcept>
#include <string>
#include <type_traits>

#include "cuda_check.hpp"
#include "reducer.hpp"

namespace prelu::harness {
namespace {

void check(ncclResult_t result, const char* call) {
  if (result == ncclSuccess) return;
  throw DeviceError(std::string("NCCL: ") + call + ": " + ncclGetErrorString(result) + ": " +
                    ncclGetLastError(nullptr));
}

struct DestroyCommunicator {
  // Not ncclCommDestroy, which waits for ranks that may be gone.
  void operator()(ncclComm_t communicator) const { static_cast<void>(ncclCommAbort(communicator)); }
};
struct DestroyStream {
  void operator()(cudaStream_t stream) const { static_cast<void>(cudaStreamDestroy(stream)); }
};
struct DestroyEvent {
  void operator()(cudaEvent_t event) const { static_cast<void>(cudaEventDestroy(event)); }
};

template <class Handle, class Destroy>
using Owned = std::unique_ptr<std::remove_pointer_t<Handle>, Destroy>;

ncclDataType_t type_of(DType dtype) {
  switch (dtype) {
    case DType::f16: return ncclFloat16;
    case DType::bf16: return ncclBfloat16;
    case DType::f32: return ncclFloat32;
    case DType::f64: return ncclFloat64;
  }
  throw std::invalid_argument("prelu: unknown DType");
}

class NcclReducer : public Reducer {
 public:
  explicit NcclReducer(const Ranks& ranks) {
    ncclUniqueId id{};
    if (ranks.is_first()) check(ncclGetUniqueId(&id), "ncclGetUniqueId");
    ranks.broadcast(std::as_writable_bytes(std::span(&id, 1)));
    ncclComm_t communicator = nullptr;
    check(ncclCommInitRank(&communicator, ranks.size(), id, ranks.rank()), "ncclCommInitRank");
    communicator_.reset(communicator);
    cudaStream_t stream = nullptr;
    cuda::check(cudaStreamCreateWithFlags(&stream, cudaStreamNonBlocking));
    stream_.reset(stream);
    cudaEvent_t event = nullptr;
    cuda::check(cudaEventCreateWithFlags(&event, cudaEventDisableTiming));
    event_.reset(event);
  }

  std::string_view name() const override { return "nccl"; }

  void start(void* values, std::int64_t count, DType dtype, Stream stream) override {
    order(stream, stream_.get());
    check(ncclAllReduce(values, values, static_cast<std::size_t>(count), type_of(dtype), ncclSum,
                        communicator_.get(), stream_.get()),
          "ncclAllReduce");
  }

  void finish(Stream stream) override { order(stream_.get(), stream); }

 private:
  /// What `second` gets from here on waits for what `first` holds.
  void order(cudaStream_t first, cudaStream_t second) {
    cuda::check(cudaEventRecord(event_.get(), first));
    cuda::check(cudaStreamWaitEvent(second, event_.get()));
  }

  Owned<ncclComm_t, DestroyCommunicator> communicator_;
  Owned<cudaStream_t, DestroyStream> stream_;
  Owned<cudaEvent_t, DestroyEvent> event_;
};

}  // namespace

std::unique_ptr<Reducer> nccl_reducer(const Ranks& ranks) {
  return std::make_unique<NcclReducer>(ranks);
}

}  // namespace prelu::harness
