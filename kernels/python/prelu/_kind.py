"""What prelu needs to know about the arrays of another library."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, NamedTuple

from prelu import _library

Key = tuple[Any, ...]


class Memory(NamedTuple):
    """Where an array lies and how. Strides count elements."""

    shape: tuple[int, ...]
    strides: tuple[int, ...]
    dtype: str
    backend: int
    device: int


class Lowered(NamedTuple):
    """An array that can be computed with, its kind, and what its results are turned into."""

    kind: Kind
    array: Any
    lift: Callable[[Any], Any]


def as_it_is(array: Any) -> Any:
    return array


class Kind:
    """How to read where an array of one library lies, and how to make more of them.

    An array is described by its address and a key: all else that a plan depends on, in the library's
    own terms, so that it costs little. Only for a new plan is the key put into common terms.
    """

    native = True  # its arrays are computed with as they are: nobody need call `lower`

    def lower(self, array: Any, name: str, stream: int | None) -> Lowered:
        """What to compute with in place of the array, on that stream of a GPU."""
        return Lowered(self, array, as_it_is)

    def describe(self, array: Any, name: str) -> tuple[int, Key]:
        """The array's address and key."""
        raise NotImplementedError

    def address(self, array: Any) -> int:
        """The address alone, of an array that this kind made."""
        return self.describe(array, "out")[0]

    def memory(self, key: Key, name: str) -> Memory:
        """The key in common terms."""
        raise NotImplementedError

    def check_writable(self, array: Any, name: str) -> None:
        """Raises ValueError where the array may not be written."""

    def check_detached(self, array: Any, name: str) -> None:
        """Raises ValueError where a gradient would be lost."""

    def empty_like(self, array: Any) -> Any:
        """A new array of the same shape, order in memory, dtype and device."""
        raise NotImplementedError

    def scalar(self, value: float, dtype: str, like: Any) -> Any:
        """A new array of one element and no axes."""
        raise NotImplementedError

    def zeroed_bytes(self, count: int, like: Any) -> tuple[Any, int]:
        """New memory on the GPU, zero for what comes next on the current stream; and its address."""
        raise NotImplementedError

    def stream(self, array: Any) -> int | None:
        """The current stream of the array's GPU; of an array on the CPU, None."""
        return None

    def is_capturing(self) -> bool:
        """Whether the current stream's work is being recorded into a graph."""
        return False


def unknown_dtype(name: str, dtype: object) -> TypeError:
    return TypeError(f"{name} has dtype {dtype}; allowed are {', '.join(_library.DTYPES)}")


def dtype_name(dtype: object, name: str) -> str:
    """Of a NumPy dtype, those of ml_dtypes included."""
    text = str(dtype)
    if text not in _library.DTYPES:  # neither is one in the other byte order, '>f4'
        raise unknown_dtype(name, dtype)
    return text


def in_elements(strides: tuple[int, ...], dtype: str, name: str) -> tuple[int, ...]:
    """Strides that count bytes, as strides that count elements."""
    size = _library.DTYPE_BYTES[dtype]
    if any(stride % size for stride in strides):
        raise ValueError(f"{name} has strides of {strides} bytes, no whole number of elements")
    return tuple(stride // size for stride in strides)
