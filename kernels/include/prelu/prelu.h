/* PReLU and its gradients as a C ABI: describe a problem, make a plan of it once, run it many
 * times.
 *
 * With slope = x > 0 ? 1 : x < 0 ? alpha : the slope at zero,
 *   forward computes   y = slope * x
 *   backward computes  dx = slope * dy, and dalpha = the sum of x * dy over the x that take alpha.
 * Products are rounded to f32 (f64 for f64) and then to the dtype. Nothing here allocates memory
 * for tensors, copies them or waits for a GPU.
 *
 * Structs begin with their size and grow only at their end; values are never renumbered. Set all
 * fields to zero first ("= {0}"): that is every optional field's default.
 *
 * Any function may be called from any thread. A plan never changes: threads may share it, each run
 * with outputs and a workspace of its own. */
#ifndef PRELU_PRELU_H
#define PRELU_PRELU_H

#include <stddef.h>
#include <stdint.h>

#if defined(__GNUC__)
#define PRELU_API __attribute__((visibility("default")))
#else
#define PRELU_API
#endif

#ifdef __cplusplus
extern "C" {
#endif

/* What a call says of its success. When it is not PRELU_OK, prelu_last_error() says why, naming the
 * argument, and nothing was written or enqueued (after PRELU_DEVICE_ERROR: perhaps something). */
typedef int32_t prelu_status;
enum {
  PRELU_OK = 0,
  PRELU_INVALID_ARGUMENT = 1, /* a pointer, value or size that cannot be right */
  PRELU_UNSUPPORTED = 2,      /* no such device, built without CUDA, or no kernel for the problem */
  PRELU_OUT_OF_MEMORY = 3,
  PRELU_DEVICE_ERROR = 4, /* a CUDA call failed */
  PRELU_INTERNAL_ERROR = 5
};

/* prelu_problem.backend: where the tensors are, and who computes. */
enum { PRELU_BACKEND_CPU = 0, PRELU_BACKEND_CUDA = 1 };

/* prelu_problem.direction */
enum { PRELU_FORWARD = 0, PRELU_BACKWARD = 1 };

/* prelu_problem.dtype and alpha_dtype: IEEE binary16, bfloat16, binary32 and binary64. */
enum {
  PRELU_DTYPE_OF_X = 0, /* for alpha_dtype only */
  PRELU_DTYPE_F16 = 1,
  PRELU_DTYPE_BF16 = 2,
  PRELU_DTYPE_F32 = 3,
  PRELU_DTYPE_F64 = 4
};

/* prelu_problem.layout: which axis is innermost in memory: the spatial one, or the channels. */
enum { PRELU_LAYOUT_NCHW = 0, PRELU_LAYOUT_NHWC = 1 };

/* prelu_problem.alpha_mode: how many slopes alpha holds, and dalpha and alpha_out with it. */
enum {
  PRELU_ALPHA_SHARED = 0,      /* 1 */
  PRELU_ALPHA_PER_CHANNEL = 1, /* c */
  PRELU_ALPHA_PER_ELEMENT = 2, /* c * spatial, in the layout of one sample of x */
  PRELU_ALPHA_BROADCAST = 3    /* the product of alpha_shape, in the order of x's axes in memory */
};

/* prelu_problem.slope_at_zero: the slope where x is +0, -0 or NaN. */
enum {
  PRELU_SLOPE_AT_ZERO_ONE = 0,   /* x >= 0 ? x : alpha * x, and ONNX */
  PRELU_SLOPE_AT_ZERO_ALPHA = 1, /* PyTorch and oneDNN; x * dy enters dalpha there */
  PRELU_SLOPE_AT_ZERO_ZERO = 2   /* Keras */
};

/* prelu_problem.alpha_update: what backward does for alpha, besides dx. */
enum {
  PRELU_UPDATE_GRADIENT = 0, /* writes the gradient to dalpha */
  PRELU_UPDATE_FROZEN = 1,   /* nothing: dalpha is not used */
  PRELU_UPDATE_SGD = 2       /* dalpha = momentum * dalpha + gradient, then
                                alpha_out = alpha - learning_rate * dalpha */
};

/* prelu_problem.flags, to be combined with |. */
enum {
  PRELU_FLAG_IN_PLACE = 1,     /* forward: y is x; backward: dx is dy */
  PRELU_FLAG_ACCUMULATE = 2,   /* backward with PRELU_UPDATE_GRADIENT adds to dalpha */
  PRELU_FLAG_DETERMINISTIC = 4 /* the same bits in every run */
};

/* What is to be computed. x, y, dy and dx are dense and of the same shape: n * c * spatial
 * elements. A dimension may be 0: then there is nothing to do but to clear or update dalpha. */
typedef struct prelu_problem {
  uint32_t struct_size; /* sizeof(prelu_problem) */
  int32_t backend;      /* PRELU_BACKEND_... */
  int32_t device;       /* CUDA: the device's ordinal, or -1 for the thread's current one; CPU: 0 */
  int32_t direction;    /* PRELU_FORWARD, PRELU_BACKWARD */
  int32_t dtype;        /* PRELU_DTYPE_... of x, y, dy and dx; has no default */
  int32_t alpha_dtype;  /* of alpha, dalpha and alpha_out: PRELU_DTYPE_OF_X, x's dtype, or F32 */
  int32_t layout;       /* PRELU_LAYOUT_... */
  int32_t alpha_mode;   /* PRELU_ALPHA_... */
  int32_t slope_at_zero; /* PRELU_SLOPE_AT_ZERO_... */
  int32_t alpha_update;  /* PRELU_UPDATE_...; for backward */
  int32_t alignment;     /* in bytes, of the tensors' pointers: a power of two, or 0 for 256, which
                            cudaMalloc gives. A hint: with less, accesses are narrower; results are
                            the same, and right whatever the pointers are */
  uint32_t flags;        /* PRELU_FLAG_... */
  int64_t n;             /* batch */
  int64_t c;             /* channels */
  int64_t spatial;       /* all other axes, flattened: h * w, or d * h * w, or 1 */
  /* Of PRELU_ALPHA_BROADCAST; zero otherwise. */
  int64_t spatial_shape[3]; /* d, h, w: spatial, unflattened; 1 for each axis that x has not */
  int64_t alpha_shape[5];   /* along n, c, d, h, w, whatever the layout: 1, or as many as x has */
} prelu_problem;

/* The memory of one run: on the problem's device, owned by the caller. Forward needs x, alpha and
 * y. Backward needs x, alpha, dy, dx; dalpha unless alpha is frozen; alpha_out for sgd; and a
 * workspace if the plan asks for one. The rest is not looked at; nor are pointers to no elements.
 *
 * Pointers are aligned to their element; the workspace to 256 bytes. What is written may overlap
 * nothing else, except: with PRELU_FLAG_IN_PLACE y must be x, or dx be dy; alpha_out may be alpha.
 */
typedef struct prelu_operands {
  uint32_t struct_size; /* sizeof(prelu_operands) */
  uint32_t reserved;    /* 0 */
  const void* x;
  const void* alpha;
  void* y;
  const void* dy;
  void* dx;
  void* dalpha;
  void* alpha_out;
  void* workspace;        /* its first prelu_plan_zeroed_workspace_bytes() are zero */
  size_t workspace_bytes; /* how many there are: prelu_plan_workspace_bytes() or more */
  double learning_rate;   /* of sgd */
  double momentum;        /* of sgd */
} prelu_operands;

/* A problem bound to the kernel that is preferred for it on the device. */
typedef struct prelu_plan prelu_plan;

/* The library's version: "0.1.0". */
PRELU_API const char* prelu_version(void);

/* Why this thread's last call that returned a prelu_status failed; "" if it did not. Valid until
 * the thread's next such call. */
PRELU_API const char* prelu_last_error(void);

/* Sets *count to how many devices the backend has: 1 for the CPU; for CUDA 0 where the library was
 * built without it, or where there is no driver. */
PRELU_API prelu_status prelu_device_count(int32_t backend, int32_t* count);

/* Makes a plan of *problem, which is not needed afterwards, and sets *plan to it, or to NULL when
 * it fails. To be given to prelu_plan_destroy. */
PRELU_API prelu_status prelu_plan_create(const prelu_problem* problem, prelu_plan** plan);

/* NULL is allowed. No run may be under way in another thread; work that was enqueued on a stream
 * may still be. */
PRELU_API void prelu_plan_destroy(prelu_plan* plan);

/* The bytes of workspace that each run needs: 0 for forward, and for NULL. */
PRELU_API size_t prelu_plan_workspace_bytes(const prelu_plan* plan);

/* How many bytes at the workspace's start must be zero before a run; each run leaves them zero. So
 * a workspace is zeroed once, when it is allocated, and again only after a run that failed, or
 * after a plan with fewer such bytes has used it. 0 for NULL. */
PRELU_API size_t prelu_plan_zeroed_workspace_bytes(const prelu_plan* plan);

/* The kernel's name, e.g. "cuda/forward_packed"; it lives as long as the plan. "" for NULL. */
PRELU_API const char* prelu_plan_variant_name(const prelu_plan* plan);

/* Computes. On the CPU it returns when the work is done, and ignores stream. On CUDA it enqueues
 * the work on stream, a cudaStream_t of the plan's device (NULL: the default stream), and returns;
 * it can be captured into a graph. Neither allocates nor synchronises. */
PRELU_API prelu_status prelu_plan_run(const prelu_plan* plan, const prelu_operands* operands,
                                      void* stream);

#ifdef __cplusplus
}
#endif

#endif
