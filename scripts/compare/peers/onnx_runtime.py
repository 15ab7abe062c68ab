"""ONNX Runtime: the operator PRelu, with inputs and output bound to memory that is reused."""

import numpy as np
import onnx
import onnxruntime
import torch

from compare.peers import Peer

TYPES = {
    "f16": (onnx.TensorProto.FLOAT16, np.float16),
    "f32": (onnx.TensorProto.FLOAT, np.float32),
    "f64": (onnx.TensorProto.DOUBLE, np.float64),
}


def refuses(problem):
    if problem.direction == "backward":
        return "ONNX Runtime computes no gradients"
    return "" if problem.dtype in TYPES else f"ONNX Runtime has no {problem.dtype} here"


def model_of(problem, slope_shape):
    element, _ = TYPES[problem.dtype]
    tensor = onnx.helper.make_tensor_value_info
    graph = onnx.helper.make_graph(
        [onnx.helper.make_node("PRelu", ["x", "slope"], ["y"])],
        "prelu",
        [tensor("x", element, problem.shape), tensor("slope", element, slope_shape)],
        [tensor("y", element, problem.shape)],
    )
    opset = onnx.helper.make_opsetid("", 16)
    return onnx.helper.make_model(graph, opset_imports=[opset], ir_version=8)


def preparer(device, threads):
    provider = "CUDAExecutionProvider" if device == "cuda" else "CPUExecutionProvider"
    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads = threads
    options.inter_op_num_threads = 1
    # Its threads would spin on while the peer after it is timed.
    options.add_session_config_entry("session.force_spinning_stop", "1")

    def prepare(tensors):
        slope = tensors.wide_alpha[0].contiguous()  # ONNX broadcasts it to x, as NumPy does
        y = torch.empty_like(tensors.x)
        model = model_of(tensors.problem, tuple(slope.shape)).SerializeToString()
        session = onnxruntime.InferenceSession(model, options, providers=[provider])
        binding = session.io_binding()
        _, element = TYPES[tensors.problem.dtype]
        for bind, name, tensor in [
            (binding.bind_input, "x", tensors.x),
            (binding.bind_input, "slope", slope),
            (binding.bind_output, "y", y),
        ]:
            bind(name, device, 0, element, tuple(tensor.shape), tensor.data_ptr())

        def run(alive=slope):  # the binding keeps addresses only
            session.run_with_iobinding(binding)
            return y

        return run

    return prepare


def peers(device, threads):
    if device == "cuda" and "CUDAExecutionProvider" not in onnxruntime.get_available_providers():
        raise RuntimeError("this ONNX Runtime has no GPU")
    name = f"peer/onnxruntime-{onnxruntime.__version__}/prelu"
    return [Peer(name, preparer(device, threads), refuses)]
