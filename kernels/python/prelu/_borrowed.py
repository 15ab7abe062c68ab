"""Arrays that speak a protocol: DLPack, __cuda_array_interface__ or the buffer protocol."""

from __future__ import annotations

import ctypes
from importlib import import_module
from importlib.util import find_spec
from typing import Any, Final, NamedTuple

import numpy as np

from prelu import _library
from prelu._kind import Key, Kind, Lowered, Memory, as_it_is, dtype_name, in_elements, unknown_dtype

LEGACY_DEFAULT_STREAM: Final = 1  # as both protocols count


class Borrowed(NamedTuple):
    """Somebody's array, as long as this lives."""

    owner: Any
    address: int
    memory: Memory
    read_only: bool
    stream: int | None
    capsule: Any = None


class _DLTensor(ctypes.Structure):
    _fields_ = [
        ("data", ctypes.c_void_p),
        ("device_type", ctypes.c_int32),
        ("device_id", ctypes.c_int32),
        ("ndim", ctypes.c_int32),
        ("code", ctypes.c_uint8),
        ("bits", ctypes.c_uint8),
        ("lanes", ctypes.c_uint16),
        ("shape", ctypes.POINTER(ctypes.c_int64)),
        ("strides", ctypes.POINTER(ctypes.c_int64)),
        ("byte_offset", ctypes.c_uint64),
    ]


class _DLManagedTensorVersioned(ctypes.Structure):
    _fields_ = [
        ("major", ctypes.c_uint32),
        ("minor", ctypes.c_uint32),
        ("manager", ctypes.c_void_p),
        ("deleter", ctypes.c_void_p),
        ("flags", ctypes.c_uint64),
        ("tensor", _DLTensor),
    ]


_READ_ONLY: Final = 1
_BACKENDS: Final = {  # of DLDeviceType
    1: _library.CPU,
    2: _library.CUDA,
    3: _library.CPU,  # pinned
    13: _library.CUDA,  # managed
}
_DTYPES: Final = {  # of DLDataTypeCode and bits
    (2, 16): "float16",
    (2, 32): "float32",
    (2, 64): "float64",
    (4, 16): "bfloat16",
}

_is_valid: Final = ctypes.pythonapi.PyCapsule_IsValid
_is_valid.argtypes = [ctypes.py_object, ctypes.c_char_p]
_pointer: Final = ctypes.pythonapi.PyCapsule_GetPointer
_pointer.argtypes = [ctypes.py_object, ctypes.c_char_p]
_pointer.restype = ctypes.c_void_p


def contiguous(shape: tuple[int, ...]) -> tuple[int, ...]:
    """The strides of an array whose last axis is innermost."""
    strides: list[int] = []
    step = 1
    for extent in reversed(shape):
        strides.insert(0, step)
        step *= extent
    return tuple(strides)


def from_dlpack(array: Any, name: str, stream: int | None) -> Borrowed:
    """Looks into the capsule without taking it over: it stays its producer's, and frees itself."""
    device_type, device = array.__dlpack_device__()
    if device_type not in _BACKENDS:
        raise ValueError(f"{name} is on a device of DLPack's type {device_type}; allowed are CPU, CUDA")
    backend = _BACKENDS[device_type]
    if backend == _library.CPU:
        stream = None
    elif stream is None:
        stream = LEGACY_DEFAULT_STREAM
    try:
        capsule = array.__dlpack__(stream=stream, max_version=(1, 0), copy=False)
    except TypeError:  # a producer from before version 1
        capsule = array.__dlpack__(stream=stream)
    read_only = False
    if _is_valid(capsule, b"dltensor_versioned"):
        managed = _DLManagedTensorVersioned.from_address(_pointer(capsule, b"dltensor_versioned"))
        read_only = bool(managed.flags & _READ_ONLY)
        tensor = managed.tensor
    else:
        tensor = _DLTensor.from_address(_pointer(capsule, b"dltensor"))
    dtype = _DTYPES.get((tensor.code, tensor.bits)) if tensor.lanes == 1 else None
    if dtype is None:
        raise unknown_dtype(name, f"of DLPack's code {tensor.code}, {tensor.bits} bits")
    shape = tuple(tensor.shape[: tensor.ndim])
    strides = tuple(tensor.strides[: tensor.ndim]) if tensor.strides else contiguous(shape)
    memory = Memory(shape, strides, dtype, backend, device if backend == _library.CUDA else 0)
    address = (tensor.data or 0) + tensor.byte_offset
    return Borrowed(array, address, memory, read_only, stream, capsule)


def _device_of(address: int) -> int:
    """The GPU on which this memory is, which __cuda_array_interface__ does not tell."""
    device = ctypes.c_int(0)
    device_ordinal = 9  # of CUpointer_attribute
    if address:
        driver = ctypes.CDLL("libcuda.so.1")
        driver.cuPointerGetAttribute(ctypes.byref(device), device_ordinal, ctypes.c_uint64(address))
    return device.value


def from_cuda_array_interface(array: Any, name: str, stream: int | None) -> Borrowed:
    """On the stream of its owner, which knows what it still does there."""
    interface = array.__cuda_array_interface__
    owners: int | None = interface.get("stream")
    if owners is not None and stream is not None and owners != stream:
        raise ValueError(
            f"{name} is in use on stream {owners}, and this call's is {stream}: synchronize, or pass "
            "stream="
        )
    shape = tuple(interface["shape"])
    dtype = dtype_name(np.dtype(interface["typestr"]), name)
    strides = interface.get("strides")
    strides = contiguous(shape) if strides is None else in_elements(strides, dtype, name)
    address, read_only = interface["data"]
    memory = Memory(shape, strides, dtype, _library.CUDA, _device_of(address))
    stream = next(s for s in (stream, owners, LEGACY_DEFAULT_STREAM) if s is not None)
    return Borrowed(array, address, memory, read_only, stream)


def from_buffer(array: Any, name: str) -> Borrowed:
    try:
        view = np.asarray(memoryview(array))
    except TypeError:
        raise TypeError(
            f"{name} is of type {type(array).__name__}; allowed are arrays of NumPy, PyTorch, CuPy "
            "and JAX, and what speaks DLPack, __cuda_array_interface__ or the buffer protocol"
        ) from None
    dtype = dtype_name(view.dtype, name)
    memory = Memory(view.shape, in_elements(view.strides, dtype, name), dtype, _library.CPU, 0)
    address, read_only = view.__array_interface__["data"]
    return Borrowed(array, address, memory, read_only, None, view)


class Borrower(Kind):
    native = False

    def lower(self, array: Any, name: str, stream: int | None) -> Lowered:
        if hasattr(array, "__dlpack__"):
            borrowed = from_dlpack(array, name, stream)
        elif hasattr(array, "__cuda_array_interface__"):
            borrowed = from_cuda_array_interface(array, name, stream)
        else:
            borrowed = from_buffer(array, name)
        return Lowered(self, borrowed, as_it_is)

    def describe(self, array: Any, name: str) -> tuple[int, Key]:
        return array.address, (self, array.memory)

    def memory(self, key: Key, name: str) -> Memory:
        memory: Memory = key[1]
        return memory

    def check_writable(self, array: Any, name: str) -> None:
        if array.read_only:
            raise ValueError(f"{name} is read-only")

    def empty_like(self, array: Any) -> Any:
        """Of the owner's library where that has the standard's functions; else NumPy's."""
        if hasattr(array.owner, "__array_namespace__"):
            return array.owner.__array_namespace__().empty_like(array.owner)
        memory = array.memory
        if memory.backend == _library.CPU:
            order = sorted(range(len(memory.shape)), key=lambda axis: -memory.strides[axis])
            outermost_first = np.empty([memory.shape[axis] for axis in order], memory.dtype)
            return outermost_first.transpose(np.argsort(order))
        raise TypeError(
            f"no new array can be made of type {type(array.owner).__name__}; pass its place as out="
        )

    def scalar(self, value: float, dtype: str, like: Any) -> Any:
        if like.memory.backend == _library.CPU:
            return np.array(value, dtype)
        raise TypeError(f"alpha is a number, and x a {type(like.owner).__name__} on a GPU: pass an array")

    def zeroed_bytes(self, count: int, like: Any) -> tuple[Any, int]:
        """Of a library that is there: the protocols have no word for it."""
        if find_spec("torch") is not None:
            torch = import_module("torch")
            device = torch.device("cuda", like.memory.device)
            with torch.cuda.stream(torch.cuda.ExternalStream(like.stream, device)):
                room = torch.zeros(count, dtype=torch.uint8, device=device)
            return room, room.data_ptr()
        if find_spec("cupy") is not None:
            cupy = import_module("cupy")
            with cupy.cuda.Device(like.memory.device), cupy.cuda.ExternalStream(like.stream):
                room = cupy.zeros(count, cupy.uint8)
            return room, room.data.ptr
        raise TypeError(
            f"x is a {type(like.owner).__name__} on a GPU, where backward needs PyTorch or CuPy for "
            "its workspace"
        )

    def stream(self, array: Any) -> int | None:
        stream: int | None = array.stream
        return stream
