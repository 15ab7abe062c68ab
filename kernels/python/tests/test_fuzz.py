"""Random calls with fixed seeds: right ones agree with the definition, wrong ones raise. None crash,
and none writes beside its memory."""

import re

import definition
import numpy as np
import prelu
import pytest
from conftest import DTYPES

CALLS = 400  # a seed


def some_shape(random):
    return tuple(int(extent) for extent in random.choice([0, 1, 1, 2, 3, 5, 8], random.integers(0, 6)))


def some_order(random, shape):
    return [int(axis) for axis in random.permutation(len(shape))]


def guarded(random, shape, order, dtype):
    """An array between guards, its axes in that order in memory, and a check of the guards."""
    count = int(np.prod(shape, dtype=int))
    skip = int(random.integers(1, 40))
    room = np.full(count + skip + 40, 77).astype(dtype)
    outermost_first = room[skip : skip + count].reshape([shape[axis] for axis in order])
    array = outermost_first.transpose([order.index(axis) for axis in range(len(shape))])
    array[...] = random.integers(-3, 4, shape)

    def check():
        assert (room[:skip] == 77).all() and (room[skip + count :] == 77).all()

    return array, check


@pytest.mark.parametrize("seed", range(4))
def test_right_calls(seed):
    random = np.random.default_rng(seed)
    compared = 0
    for _ in range(CALLS):
        dtype = random.choice(list(DTYPES.values()))
        slope_at_zero = str(random.choice(["one", "alpha", "zero"]))
        shape = some_shape(random)
        order = some_order(random, shape)
        beside = tuple(extent if random.random() < 0.5 else 1 for extent in shape)
        alpha, _ = guarded(random, beside, order, dtype)
        x, check_x = guarded(random, shape, order, dtype)
        dy, check_dy = guarded(random, shape, order, dtype)
        y, check_y = guarded(random, shape, order, dtype)
        dx, check_dx = guarded(random, shape, order, dtype)
        try:
            prelu.forward(x, alpha, slope_at_zero=slope_at_zero, out=y)
        except ValueError as error:
            # An alpha with one axis is channels', which an x with one axis has not.
            assert re.match("alpha has [02358] slopes", str(error)) and len(shape) == 1
            continue
        _, dalpha = prelu.backward(
            dy, x, alpha, slope_at_zero=slope_at_zero, out=(dx, None)
        )
        expected = definition.backward(dy, x, alpha, slope_at_zero)
        np.testing.assert_array_equal(y, definition.forward(x, alpha, slope_at_zero).astype(dtype))
        np.testing.assert_array_equal(dx, expected[0].astype(dtype))
        np.testing.assert_array_equal(dalpha, expected[1].astype(dtype))
        for check in (check_x, check_dy, check_y, check_dx):
            check()
        compared += 1
    assert compared > CALLS / 2


def junk(random):
    """What a program under work may pass."""
    shape = some_shape(random)
    dtype = random.choice([*DTYPES.values(), *map(np.dtype, ("i4", "?", "c8", ">f8", "S3", "O"))])
    array = np.zeros(shape, dtype)
    choices = [
        lambda: array,
        lambda: array[..., ::2] if shape else array,
        lambda: array.T,
        lambda: array[::-1] if shape else array,
        lambda: np.broadcast_to(array, (2, *shape)),
        lambda: array.tobytes(),
        lambda: bytearray(array.nbytes),
        lambda: memoryview(array) if dtype.kind in "fi" and dtype.isnative else array,
        lambda: array.tolist(),
        lambda: float(random.standard_normal()),
        lambda: None,
        lambda: "nchw",
        lambda: object(),
        lambda: type(array),
    ]
    return choices[random.integers(len(choices))]()


@pytest.mark.parametrize("seed", range(4))
def test_wrong_calls(seed):
    random = np.random.default_rng(seed)
    raised = 0
    for _ in range(CALLS):
        some = [junk(random) for _ in range(5)]
        x = some[0]
        if random.random() < 0.5:  # close to right: only one of them is off
            x = np.zeros((2, 3, 4), np.float32)
            right = [x, np.zeros(3, np.float32), x.copy(), x.copy(), np.zeros(3, np.float32)]
            wrong = random.integers(5)
            some = [mine if i == wrong else theirs for i, (mine, theirs) in enumerate(zip(some, right))]
        x, alpha, dy, dx, dalpha = some
        keywords = {}
        if random.random() < 0.2:
            keywords["layout"] = junk(random)
        if random.random() < 0.2:
            keywords["slope_at_zero"] = random.choice(["one", "ONE", "", "alpha"])
        for call in (
            lambda: prelu.forward(x, alpha, out=dx, **keywords),
            lambda: prelu.backward(dy, x, alpha, out=(dx, dalpha), **keywords),
        ):
            try:
                call()
            except (TypeError, ValueError) as error:
                assert str(error)
                raised += 1
    assert raised > CALLS / 2
