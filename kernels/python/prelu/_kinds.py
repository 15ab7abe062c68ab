"""NumPy, PyTorch, CuPy and JAX."""

from __future__ import annotations

import sys
from collections.abc import Callable
from functools import lru_cache
from importlib import import_module
from importlib.util import find_spec
from typing import Any, Final

import numpy as np

from prelu import _library
from prelu._borrowed import Borrower
from prelu._kind import Key, Kind, Lowered, Memory, dtype_name, in_elements, unknown_dtype


class NumPy(Kind):
    def describe(self, array: Any, name: str) -> tuple[int, Key]:
        address: int = array.__array_interface__["data"][0]
        return address, (self, array.shape, array.strides, array.dtype)

    def memory(self, key: Key, name: str) -> Memory:
        _, shape, strides, dtype = key
        text = dtype_name(dtype, name)
        return Memory(shape, in_elements(strides, text, name), text, _library.CPU, 0)

    def check_writable(self, array: Any, name: str) -> None:
        if not array.flags.writeable:
            raise ValueError(f"{name} is read-only")

    def empty_like(self, array: Any) -> Any:
        return np.empty_like(array)

    def scalar(self, value: float, dtype: str, like: Any) -> Any:
        return np.array(value, dtype)


class Torch(Kind):
    def __init__(self) -> None:
        self.torch = import_module("torch")

    def describe(self, array: Any, name: str) -> tuple[int, Key]:
        try:
            key = (self, array.shape, array.stride(), array.dtype, array.device)
            address: int = array.data_ptr()
        except RuntimeError as error:
            raise TypeError(
                f"{name} is a tensor whose memory cannot be read ({type(array).__name__}, "
                f"{array.layout}, {array.device}): {error}"
            ) from error
        if array.is_neg():
            raise ValueError(f"{name} is a negated view of its memory; use resolve_neg()")
        return address, key

    def address(self, array: Any) -> int:
        address: int = array.data_ptr()
        return address

    def memory(self, key: Key, name: str) -> Memory:
        _, shape, strides, dtype, device = key
        text = str(dtype).removeprefix("torch.")
        if text not in _library.DTYPES:
            raise unknown_dtype(name, dtype)
        if device.type not in ("cpu", "cuda"):
            raise ValueError(f"{name} is on device {device}; allowed are cpu and cuda")
        backend = _library.CUDA if device.type == "cuda" else _library.CPU
        return Memory(tuple(shape), strides, text, backend, device.index or 0)

    def check_detached(self, array: Any, name: str) -> None:
        if array.requires_grad and self.torch.is_grad_enabled():
            raise ValueError(
                f"{name} requires a gradient, which prelu.forward and prelu.backward do not record; "
                f"use prelu.torch.prelu, {name}.detach() or torch.no_grad()"
            )

    def empty_like(self, array: Any) -> Any:
        return self.torch.empty_like(array)

    def scalar(self, value: float, dtype: str, like: Any) -> Any:
        return self.torch.full((), value, dtype=getattr(self.torch, dtype), device=like.device)

    def zeroed_bytes(self, count: int, like: Any) -> tuple[Any, int]:
        room = self.torch.zeros(count, dtype=self.torch.uint8, device=like.device)
        return room, room.data_ptr()

    def stream(self, array: Any) -> int | None:
        if not array.is_cuda:
            return None
        stream: int = self.torch.cuda.current_stream(array.device).cuda_stream
        return stream

    def is_capturing(self) -> bool:
        capturing: bool = self.torch.cuda.is_current_stream_capturing()
        return capturing


class CuPy(Kind):
    def __init__(self) -> None:
        self.cupy = import_module("cupy")

    def describe(self, array: Any, name: str) -> tuple[int, Key]:
        key = (self, array.shape, array.strides, array.dtype, array.device.id)
        return array.data.ptr, key

    def memory(self, key: Key, name: str) -> Memory:
        _, shape, strides, dtype, device = key
        text = dtype_name(dtype, name)
        return Memory(shape, in_elements(strides, text, name), text, _library.CUDA, device)

    def empty_like(self, array: Any) -> Any:
        with array.device:
            return self.cupy.empty_like(array)

    def scalar(self, value: float, dtype: str, like: Any) -> Any:
        with like.device:
            return self.cupy.full((), value, dtype)

    def zeroed_bytes(self, count: int, like: Any) -> tuple[Any, int]:
        with like.device:
            room = self.cupy.zeros(count, self.cupy.uint8)
        return room, room.data.ptr

    def stream(self, array: Any) -> int | None:
        with array.device:
            stream: int = self.cupy.cuda.get_current_stream().ptr
        return stream

    def is_capturing(self) -> bool:
        capturing: bool = self.cupy.cuda.get_current_stream().is_capturing()
        return capturing


class Aligned(NumPy):
    """NumPy arrays whose memory JAX can take over."""

    ALIGNMENT: Final = 64

    def empty_like(self, array: Any) -> Any:
        room = np.empty(array.nbytes + self.ALIGNMENT, np.uint8)
        skip = -room.__array_interface__["data"][0] % self.ALIGNMENT
        return room[skip : skip + array.nbytes].view(array.dtype).reshape(array.shape)


class Jax(Kind):
    """Nobody may write JAX's arrays. So they are read in place as NumPy's (on a GPU as PyTorch's or
    CuPy's), results are computed in new arrays of that kind, and JAX takes over their memory."""

    native = False

    def __init__(self) -> None:
        self.jax = import_module("jax")
        self.aligned = Aligned()

    def lower(self, array: Any, name: str, stream: int | None) -> Lowered:
        if isinstance(array, self.jax.core.Tracer):
            raise TypeError(
                f"{name} is traced by JAX, and prelu computes on arrays: call it outside of jax.jit, "
                "grad and vmap, or through jax.pure_callback"
            )
        devices = list(array.devices())
        if len(devices) != 1:
            raise ValueError(f"{name} is spread over {len(devices)} devices; allowed is one")
        if devices[0].platform == "cpu":
            return Lowered(self.aligned, np.asarray(array), self.adopt)
        for library in ("torch", "cupy"):
            if find_spec(library) is not None:
                array = import_module(library).from_dlpack(array)
                return Lowered(named(library), array, self.jax.dlpack.from_dlpack)
        raise TypeError(f"{name} is on {devices[0]}, where JAX's arrays need PyTorch or CuPy")

    def adopt(self, array: Any) -> Any:
        return self.jax.device_put(array, self.jax.devices("cpu")[0], may_alias=True)


NUMPY: Final = NumPy()
BORROWER: Final = Borrower()


@lru_cache(maxsize=None)
def named(library: str) -> Kind:
    """The kind of a library's arrays."""
    kinds: dict[str, Callable[[], Kind]] = {
        "numpy": lambda: NUMPY,
        "torch": Torch,
        "cupy": CuPy,
        "jax": Jax,
        "jaxlib": lambda: named("jax"),
    }
    return kinds[library]()


@lru_cache(maxsize=None)
def kind_of_type(cls: type) -> Kind:
    """The kind of a type's objects: that of the library which it or a base comes from."""
    for base in cls.__mro__:
        library = base.__module__.partition(".")[0]
        if library in ("numpy", "torch", "cupy", "jax", "jaxlib") and hasattr(base, "__dlpack__"):
            return named(library)
    return BORROWER
