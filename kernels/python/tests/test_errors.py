"""Bad arguments: an exception that names the argument, what it was and what is allowed."""

import numpy as np
import prelu
import pytest


def f32(*shape):
    return np.zeros(shape, np.float32)


def read_only(*shape):
    array = f32(*shape)
    array.flags.writeable = False
    return array


SHARED = np.zeros(1, np.float32)
BUFFER = f32(64)
UNALIGNED = np.zeros(9, np.uint8)[1:].view(np.float32)

FORWARD = [
    pytest.param(("x", 1), {}, TypeError, "^x is of type str", id="x, a string"),
    pytest.param((1.0, 1), {}, TypeError, "^x is of type float", id="x, a number"),
    pytest.param(([1.0], 1), {}, TypeError, "^x is of type list", id="x, a list"),
    pytest.param((None, 1), {}, TypeError, "^x is of type NoneType", id="x, nothing"),
    pytest.param((np.zeros(3, int), 1), {}, TypeError, "^x has dtype int64; allowed are float16",
                 id="x, of integers"),
    pytest.param((np.zeros(3, ">f4"), 1), {}, TypeError, "^x has dtype >f4", id="x, big-endian"),
    pytest.param((np.zeros(3, "O"), 1), {}, TypeError, "^x has dtype object", id="x, of objects"),
    pytest.param((f32(2, 8)[:, ::2], 1), {}, ValueError, r"^x of shape \(2, 4\) has strides \(8, 2\)",
                 id="x, with gaps"),
    pytest.param((f32(8)[::-1], 1), {}, ValueError, r"^x of shape \(8,\) has strides \(-1,\)",
                 id="x, reversed"),
    pytest.param((np.broadcast_to(f32(3), (2, 3)), 1), {}, ValueError, r"^x of shape .* \(0, 1\)",
                 id="x, repeated"),
    pytest.param((UNALIGNED, 1), {}, ValueError, "operand x is not aligned", id="x, misaligned"),
    pytest.param((f32(2, 3), f32(2)), {}, ValueError, r"^alpha has 2 slopes; .* 1 \(shared\), 3 ",
                 id="alpha, too short"),
    pytest.param((f32(2, 3, 4), f32(4)), {}, ValueError, "^alpha has 4 slopes",
                 id="alpha, as long as the wrong axis"),
    pytest.param((f32(4), f32(4)), {}, ValueError, "^alpha has 4 slopes", id="alpha, no channels"),
    pytest.param((f32(2, 3, 4), f32(3, 5)), {}, ValueError, r"^alpha has shape \(3, 5\)",
                 id="alpha, no broadcast"),
    pytest.param((f32(2, 3), f32(1, 2, 3)), {}, ValueError, r"^alpha has shape \(1, 2, 3\)",
                 id="alpha, more axes than x"),
    pytest.param((f32(2, 3), np.zeros(3)), {}, TypeError, "^alpha has dtype float64; .* float32",
                 id="alpha, wider than x"),
    pytest.param((f32(2, 3), "a"), {}, TypeError, "^alpha is of type str", id="alpha, a string"),
    pytest.param((f32(2, 3), [0.5]), {}, TypeError, "^alpha is of type list", id="alpha, a list"),
    pytest.param((f32(2, 3), f32(6)[::2]), {}, ValueError, r"^alpha of shape \(3,\) has strides",
                 id="alpha, with gaps"),
    pytest.param((f32(2, 3, 4), f32(4, 3).T), {}, ValueError, r"^alpha of .* in the order that x's",
                 id="alpha, in another order"),
    pytest.param((f32(2, 2, 2, 2, 2, 2, 2, 2), f32(2, 1, 2, 1, 2, 1, 2)), {}, ValueError,
                 "^alpha of shape .* 8 turns; the library knows up to 5", id="alpha, too many turns"),
    pytest.param((f32(3), 1), {"layout": "NCHW"}, ValueError, "^layout is 'NCHW'; allowed", id="layout"),
    pytest.param((f32(3), 1), {"slope_at_zero": 0}, ValueError, "^slope_at_zero is 0; allowed",
                 id="slope_at_zero"),
    pytest.param((f32(3), 1), {"out": f32(4)}, ValueError, r"^out has shape \(4,\)", id="out, longer"),
    pytest.param((f32(3), 1), {"out": np.zeros(3)}, TypeError, "^out has dtype float64",
                 id="out, of another dtype"),
    pytest.param((f32(3, 2), 1), {"out": f32(2, 3).T}, ValueError, r"^out has strides \(1, 3\)",
                 id="out, in another order"),
    pytest.param((f32(3), 1), {"out": read_only(3)}, ValueError, "^out is read-only",
                 id="out, read-only"),
    pytest.param((f32(3), 1), {"out": bytes(12)}, TypeError, "^out has dtype uint8", id="out, bytes"),
    pytest.param((BUFFER[:8], 1), {"out": BUFFER[4:12]}, ValueError, "operand y overlaps x",
                 id="out, over x"),
    pytest.param((f32(1), SHARED), {"out": SHARED}, ValueError, "operand y overlaps alpha",
                 id="out, over alpha"),
    pytest.param((f32(3), 1), {"stream": 7}, ValueError, "^stream is 7, and x's None", id="stream"),
]  # fmt: skip


@pytest.mark.parametrize("arguments, choices, exception, message", FORWARD)
def test_forward_refuses(arguments, choices, exception, message):
    with pytest.raises(exception, match=message):
        prelu.forward(*arguments, **choices)


BACKWARD = [
    pytest.param((f32(4), f32(3), 1), {}, ValueError, r"^dy has shape \(4,\); it must be x's, \(3,\)",
                 id="dy, longer"),
    pytest.param((np.zeros(3), f32(3), 1), {}, TypeError, "^dy has dtype float64; it must be x's",
                 id="dy, of another dtype"),
    pytest.param((f32(3, 2).T, f32(2, 3), 1), {}, ValueError, r"^dy has strides \(1, 2\)",
                 id="dy, in another order"),
    pytest.param((None, f32(3), 1), {}, TypeError, "^dy is of type NoneType", id="dy, nothing"),
    pytest.param((f32(3), f32(3), 1), {"out": (f32(2), None)}, ValueError, r"^out\[0\] has shape",
                 id="dx, shorter"),
    pytest.param((f32(3), f32(3), SHARED), {"out": (None, f32(2))}, ValueError, r"^out\[1\] has shape",
                 id="dalpha, longer"),
    pytest.param((f32(3), f32(3), SHARED), {"out": (None, np.zeros(1))}, TypeError,
                 r"^out\[1\] has dtype float64; it must be alpha's", id="dalpha, of another dtype"),
    pytest.param((f32(3), f32(3), SHARED), {"out": (None, read_only(1))}, ValueError,
                 r"^out\[1\] is read-only", id="dalpha, read-only"),
    pytest.param((f32(1), f32(1), SHARED), {"out": (None, SHARED)}, ValueError,
                 "operand dalpha overlaps alpha", id="dalpha, over alpha"),
    pytest.param((f32(8), BUFFER[:8], SHARED), {"out": (BUFFER[:8], None)}, ValueError,
                 "operand dx overlaps x", id="dx, over x"),
    pytest.param((f32(3), f32(3), SHARED), {"out": f32(3)}, TypeError, r"^out is of type ndarray",
                 id="out, no pair"),
    pytest.param((f32(3), f32(3), SHARED), {"out": (f32(3),)}, TypeError, r"^out is of type tuple",
                 id="out, half a pair"),
]  # fmt: skip


@pytest.mark.parametrize("arguments, choices, exception, message", BACKWARD)
def test_backward_refuses(arguments, choices, exception, message):
    with pytest.raises(exception, match=message):
        prelu.backward(*arguments, **choices)


def test_a_refusal_writes_nothing():
    x, y = np.full(3, -1, np.float32), f32(3)
    with pytest.raises(ValueError):
        prelu.forward(x, f32(2), out=y)
    assert not y.any()
