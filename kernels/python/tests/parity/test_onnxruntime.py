"""ONNX Runtime: the operator PRelu, with its broadcast of the slope. Slope 1 at zero and at NaN.

It has no backward, and on a CPU no bf16. One difference: in f64 a product that underflows to -0
comes out as +0.
"""

import numpy as np
import pytest

import ours
from cases import cases, random_data, special_data
from definition import assert_same_bits
from frameworks import framework

onnx, onnxruntime = framework("onnxruntime", "onnx", "onnxruntime")

ALL = cases(["f16", "f32", "f64"])
ELEMENT_TYPE = {
    "f16": onnx.TensorProto.FLOAT16,
    "bf16": onnx.TensorProto.BFLOAT16,
    "f32": onnx.TensorProto.FLOAT,
    "f64": onnx.TensorProto.DOUBLE,
}


def session(dtype, x_shape, slope_shape):
    element = ELEMENT_TYPE[dtype]
    tensor = onnx.helper.make_tensor_value_info
    graph = onnx.helper.make_graph(
        [onnx.helper.make_node("PRelu", ["x", "slope"], ["y"])],
        "prelu",
        [tensor("x", element, x_shape), tensor("slope", element, slope_shape)],
        [tensor("y", element, x_shape)],
    )
    opset = onnx.helper.make_opsetid("", 16)
    model = onnx.helper.make_model(graph, opset_imports=[opset], ir_version=8)
    return onnxruntime.InferenceSession(
        model.SerializeToString(), providers=["CPUExecutionProvider"]
    )


def run_onnxruntime(case, data):
    slope = data.wide_alpha[0]  # ONNX broadcasts it to x, as NumPy does
    run = session(case.dtype, data.x.shape, slope.shape).run
    return run(None, {"x": data.x, "slope": slope})[0]


@pytest.mark.parametrize("case", ALL, ids=str)
def test_prelu(case):
    data = random_data(case)
    assert_same_bits(run_onnxruntime(case, data), ours.forward(case, data, "one"), "y")


@pytest.mark.parametrize("case", ALL, ids=str)
def test_special_values(case):
    data = special_data(case)
    theirs, y = run_onnxruntime(case, data), ours.forward(case, data, "one")
    if case.dtype == "f64":
        underflown = (data.x < 0) & (y == 0)
        assert not np.signbit(theirs[underflown]).any()
        y[underflown] = 0
    assert_same_bits(theirs, y, "y")


def test_there_is_no_bf16_on_a_cpu():
    with pytest.raises(Exception, match="NOT_IMPLEMENTED"):
        session("bf16", [2], [1])
