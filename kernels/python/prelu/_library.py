"""libprelu.so by way of ctypes: the structs of prelu.h, plans, and statuses as exceptions."""

from __future__ import annotations

import ctypes
import os
import struct
from pathlib import Path
from typing import Any, Final

CPU: Final = 0
CUDA: Final = 1
FORWARD: Final = 0
BACKWARD: Final = 1
DTYPES: Final = {"float16": 1, "bfloat16": 2, "float32": 3, "float64": 4}
DTYPE_BYTES: Final = {"float16": 2, "bfloat16": 2, "float32": 4, "float64": 8}
LAYOUTS: Final = {"nchw": 0, "nhwc": 1}
SHARED: Final = 0
PER_CHANNEL: Final = 1
PER_ELEMENT: Final = 2
BROADCAST: Final = 3
SLOPES_AT_ZERO: Final = {"one": 0, "alpha": 1, "zero": 2}
UPDATE_GRADIENT: Final = 0
UPDATE_FROZEN: Final = 1
FLAG_IN_PLACE: Final = 1
FLAG_DETERMINISTIC: Final = 4
AXES: Final = 5  # of a broadcast


class Problem(ctypes.Structure):
    """prelu_problem."""

    _fields_ = [
        ("struct_size", ctypes.c_uint32),
        ("backend", ctypes.c_int32),
        ("device", ctypes.c_int32),
        ("direction", ctypes.c_int32),
        ("dtype", ctypes.c_int32),
        ("alpha_dtype", ctypes.c_int32),
        ("layout", ctypes.c_int32),
        ("alpha_mode", ctypes.c_int32),
        ("slope_at_zero", ctypes.c_int32),
        ("alpha_update", ctypes.c_int32),
        ("alignment", ctypes.c_int32),
        ("flags", ctypes.c_uint32),
        ("n", ctypes.c_int64),
        ("c", ctypes.c_int64),
        ("spatial", ctypes.c_int64),
        ("spatial_shape", ctypes.c_int64 * 3),
        ("alpha_shape", ctypes.c_int64 * AXES),
    ]


# prelu_operands. Packed into bytes: one call for all fields, and nothing to share between threads.
_OPERANDS: Final = struct.Struct("@II8PNdd")

_EXCEPTIONS: Final[dict[int, type[Exception]]] = {
    1: ValueError,
    2: NotImplementedError,
    3: MemoryError,
    4: RuntimeError,
    5: RuntimeError,
}


def _load() -> ctypes.CDLL:
    path = os.environ.get("PRELU_LIBRARY") or str(Path(__file__).with_name("libprelu.so"))
    try:
        library = ctypes.CDLL(path)
    except OSError as error:
        raise ImportError(
            f"prelu: its library does not load: {error}. Install the package with "
            "'pip install ./kernels/python', or set PRELU_LIBRARY to a libprelu.so"
        ) from error
    library.prelu_version.restype = ctypes.c_char_p
    library.prelu_last_error.restype = ctypes.c_char_p
    library.prelu_device_count.argtypes = [ctypes.c_int32, ctypes.POINTER(ctypes.c_int32)]
    library.prelu_plan_create.argtypes = [ctypes.POINTER(Problem), ctypes.POINTER(ctypes.c_void_p)]
    library.prelu_plan_destroy.argtypes = [ctypes.c_void_p]
    library.prelu_plan_destroy.restype = None
    for name in ("prelu_plan_workspace_bytes", "prelu_plan_zeroed_workspace_bytes"):
        getattr(library, name).argtypes = [ctypes.c_void_p]
        getattr(library, name).restype = ctypes.c_size_t
    library.prelu_plan_variant_name.argtypes = [ctypes.c_void_p]
    library.prelu_plan_variant_name.restype = ctypes.c_char_p
    library.prelu_plan_run.argtypes = [ctypes.c_void_p, ctypes.c_char_p, ctypes.c_void_p]
    return library


library: Final = _load()
_run: Final = library.prelu_plan_run
_pack: Final = _OPERANDS.pack
_SIZE: Final = _OPERANDS.size


def _failed(status: int) -> Exception:
    return _EXCEPTIONS.get(status, RuntimeError)(library.prelu_last_error().decode())


def version() -> str:
    """The library's version, such as "0.1.0"."""
    text: bytes = library.prelu_version()
    return text.decode()


def device_count(backend: str) -> int:
    """How many devices the library can use: of "cpu" 1; of "cuda" 0 where it was built without CUDA
    or finds no driver."""
    backends = {"cpu": CPU, "cuda": CUDA}
    if backend not in backends:
        raise ValueError(f"backend is {backend!r}; allowed are 'cpu' and 'cuda'")
    count = ctypes.c_int32()
    status = library.prelu_device_count(backends[backend], ctypes.byref(count))
    if status != 0:
        raise _failed(status)
    return count.value


class Plan:
    """A problem bound to the kernel that is preferred for it. Threads may share it."""

    __slots__ = ("_handle", "backend", "workspace_bytes", "workspaces", "zeroed_bytes")

    def __init__(self, problem: Problem) -> None:
        self._handle = ctypes.c_void_p()
        problem.struct_size = ctypes.sizeof(Problem)
        status = library.prelu_plan_create(ctypes.byref(problem), ctypes.byref(self._handle))
        if status != 0:
            raise _failed(status)
        self.backend: int = problem.backend
        self.workspace_bytes: int = library.prelu_plan_workspace_bytes(self._handle)
        self.zeroed_bytes: int = library.prelu_plan_zeroed_workspace_bytes(self._handle)
        # On a GPU, by thread and stream: their first bytes stay zero between runs of this plan.
        self.workspaces: dict[tuple[int, int], tuple[Any, int]] = {}

    def __del__(self, destroy: Any = library.prelu_plan_destroy) -> None:
        destroy(self._handle)  # which takes a null one too

    @property
    def variant(self) -> str:
        """The kernel's name, such as "cuda/forward_packed"."""
        name: bytes = library.prelu_plan_variant_name(self._handle)
        return name.decode()

    def forward(self, x: int, alpha: int, y: int, stream: int | None) -> None:
        """Runs on memory at these addresses."""
        operands = _pack(_SIZE, 0, x, alpha, y, 0, 0, 0, 0, 0, 0, 0.0, 0.0)
        status = _run(self._handle, operands, stream)
        if status != 0:
            raise _failed(status)

    def backward(
        self, x: int, alpha: int, dy: int, dx: int, dalpha: int, workspace: int, stream: int | None
    ) -> None:
        """Runs on memory at these addresses; workspace holds workspace_bytes."""
        operands = _pack(
            _SIZE, 0, x, alpha, 0, dy, dx, dalpha, 0, workspace, self.workspace_bytes, 0.0, 0.0
        )
        status = _run(self._handle, operands, stream)
        if status != 0:
            raise _failed(status)
