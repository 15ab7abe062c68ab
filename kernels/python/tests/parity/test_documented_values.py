"""The values that the documentation of PyTorch and of TensorFlow shows, with an alpha of 0.5."""

import numpy as np
import prelu
import pytest

X = np.array([-0.8802, 0.2288, -2.5138278, -0.34734365], np.float32)
Y = np.array([-0.4401, 0.2288, -1.2569139, -0.17367183], np.float32)
HALF = np.float32(0.5)


@pytest.mark.parametrize("slope_at_zero", ["one", "alpha", "zero"])
def test_the_library(slope_at_zero):
    y = prelu.forward(X, np.asarray(HALF), slope_at_zero=slope_at_zero)
    assert np.asarray(y).tolist() == Y.tolist()


def test_pytorch():
    torch = pytest.importorskip("torch")
    module = torch.nn.PReLU(init=0.5)
    assert module(torch.from_numpy(X)).tolist() == Y.tolist()


def test_keras(monkeypatch):
    monkeypatch.setenv("KERAS_BACKEND", "tensorflow")
    pytest.importorskip("tensorflow")
    keras = pytest.importorskip("keras")
    layer = keras.layers.PReLU(alpha_initializer=keras.initializers.Constant(0.5))
    assert layer(X.reshape(2, 2)).numpy().reshape(-1).tolist() == Y.tolist()


def test_jax():
    jax = pytest.importorskip("jax")
    assert np.asarray(jax.numpy.where(X < 0, HALF * X, X)).tolist() == Y.tolist()
