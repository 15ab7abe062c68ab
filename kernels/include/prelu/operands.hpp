// The memory a problem works on: pointers that own nothing.
#pragma once

struct CUstream_st;  // the type that cudaStream_t points to, named without its header

namespace prelu {

using Stream = CUstream_st*;

/// Forward uses x, alpha and y; backward uses x, alpha, dy, dx and dalpha. `workspace` holds
/// the variant's workspace_bytes, 256-byte aligned: its first zeroed_workspace_bytes are zero
/// before and after each launch, the rest has any content. Pointers are aligned to their element;
/// variants use wider accesses where the alignment allows them.
struct Operands {
  const void* x = nullptr;
  const void* alpha = nullptr;
  void* y = nullptr;
  const void* dy = nullptr;
  void* dx = nullptr;
  void* dalpha = nullptr;
  void* workspace = nullptr;
};

}  // namespace prelu
