"""TensorFlow: what keras.layers.PReLU computes, relu(x) - alpha * relu(-x), in a tf.function."""

import os

os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")

import tensorflow as tf
import torch

from compare.peers import Peer


def prelu(x, alpha):
    return tf.nn.relu(x) - alpha * tf.nn.relu(-x)


@tf.function
def forward(x, alpha):
    return prelu(x, alpha)


@tf.function
def backward(dy, x, alpha):
    """What of the forward the gradient does not need is pruned from the graph."""
    with tf.GradientTape() as tape:
        tape.watch([x, alpha])
        y = prelu(x, alpha)
    return tuple(tape.gradient(y, [x, alpha], output_gradients=dy))


def from_torch(tensor):
    return tf.experimental.dlpack.from_dlpack(torch.utils.dlpack.to_dlpack(tensor.detach()))


def prepare(tensors):
    x, alpha, dy = map(from_torch, (tensors.x, tensors.wide_alpha, tensors.dy))
    if tensors.problem.direction == "forward":
        return lambda: forward(x, alpha)
    return lambda: backward(dy, x, alpha)


def to_torch(result, problem):
    if isinstance(result, tuple):
        return tuple(to_torch(tensor, problem) for tensor in result)
    return torch.from_dlpack(tf.experimental.dlpack.to_dlpack(result))


def peers(device, threads):
    tf.config.threading.set_intra_op_parallelism_threads(threads)
    tf.config.threading.set_inter_op_parallelism_threads(1)
    if device == "cuda" and not tf.config.list_physical_devices("GPU"):
        raise RuntimeError("this TensorFlow has no GPU")
    name = f"peer/tensorflow-{tf.__version__}/function"
    return [Peer(name, prepare, half_sums="half", to_torch=to_torch)]
