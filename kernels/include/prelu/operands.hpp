// The memory a problem works on: pointers that own nothing.
#pragma once

struct CUstream_st;  // the type that cudaStream_t points to, named without its header

namespace prelu {

using Stream = CUstream_st*;

/// A step of gradient descent: see AlphaUpdate::sgd.
struct SgdStep {
  double learning_rate = 0;
  double momentum = 0;
};

/// Forward uses x, alpha and y; backward uses x, alpha, dy, dx and, unless alpha is frozen, dalpha;
/// sgd writes alpha_out by the step `sgd`. `workspace` holds the variant's workspace_bytes,
/// 256-byte aligned: its first zeroed_workspace_bytes are zero before and after each launch, the
/// rest has any content. Pointers are aligned to their element; variants use wider accesses where
/// the alignment allows them. What is written overlaps nothing else, except that a problem in place
/// has y = x or dx = dy, and that alpha_out may be alpha.
struct Operands {
  const void* x = nullptr;
  const void* alpha = nullptr;
  void* y = nullptr;
  const void* dy = nullptr;
  void* dx = nullptr;
  void* dalpha = nullptr;
  void* alpha_out = nullptr;
  SgdStep sgd;
  void* workspace = nullptr;
};

}  // namespace prelu
