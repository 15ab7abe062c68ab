"""prelu.keras beside Keras' own layer. Keras reads its backend once, so that each has a process of its
own, which runs this file as a program."""

import os
import subprocess
import sys
from importlib.util import find_spec

import pytest


@pytest.mark.parametrize("backend", ["torch", "jax", "numpy", "tensorflow"])
def test_backend(backend):
    for library in ("keras", backend):
        if find_spec(library) is None:
            pytest.skip(f"{library} is not installed")
    environment = {**os.environ, "KERAS_BACKEND": backend, "TF_CPP_MIN_LOG_LEVEL": "3"}
    program = subprocess.run(
        [sys.executable, "-W", "ignore", __file__, backend],
        env=environment,
        capture_output=True,
        text=True,
        timeout=300,
    )
    assert program.returncode == 0, program.stdout + program.stderr
    assert program.stdout.endswith(f"all well on {backend}\n")


def check_layer(keras, ours, theirs):
    """Results, weights and config."""
    import numpy as np

    x = np.random.default_rng(2015).integers(-4, 5, (4, 6, 5, 3)).astype(np.float32)
    for shared_axes in (None, [1, 2], [2], 1):
        slopes = keras.initializers.RandomUniform(seed=1)
        layers = [layer(slopes, shared_axes=shared_axes) for layer in (theirs, ours)]
        expected, y = (keras.ops.convert_to_numpy(layer(x)) for layer in layers)
        np.testing.assert_array_equal(y, expected)
        layers[1].set_weights(layers[0].get_weights())
        config = layers[1].get_config()
        assert config.pop("slope_at_zero") == "zero"
        assert config.keys() == layers[0].get_config().keys()
        assert ours.from_config(layers[1].get_config()).shared_axes == layers[0].shared_axes
    try:
        ours(slope_at_zero="half")
    except ValueError as error:
        assert "slope_at_zero is 'half'" in str(error)
    else:
        raise AssertionError("an unknown slope_at_zero was taken")


def check_training(keras, ours, theirs, folder):
    """The same steps from the same start; then saved and loaded."""
    import numpy as np

    random = np.random.default_rng(2015)
    x, target = random.standard_normal((64, 16, 16, 3)).astype(np.float32), np.ones((64, 1))
    weights = []
    for layer in (theirs, ours):
        keras.utils.set_random_seed(2015)
        model = keras.Sequential(
            [
                keras.Input((16, 16, 3)),
                keras.layers.Conv2D(4, 3),
                layer(keras.initializers.Constant(0.25), shared_axes=[1, 2]),
                layer(),
                keras.layers.Flatten(),
                keras.layers.Dense(1),
            ]
        )
        model.compile(optimizer=keras.optimizers.SGD(1e-3), loss="mse")
        model.fit(x, target, epochs=2, batch_size=32, verbose=0)
        weights.append(model.get_weights())
    assert (weights[1][2] != 0.25).all() and weights[1][3].any()  # they have learnt
    for their, our in zip(*weights, strict=True):
        np.testing.assert_allclose(our, their, rtol=1e-4, atol=1e-6)
    path = os.path.join(folder, "model.keras")
    model.save(path)
    loaded = keras.models.load_model(path)
    assert type(loaded.layers[1]) is ours
    np.testing.assert_array_equal(loaded.predict(x, verbose=0), model.predict(x, verbose=0))


def main(backend):
    import tempfile

    import keras
    import prelu.keras

    ours, theirs = prelu.keras.PReLU, keras.layers.PReLU
    if backend == "tensorflow":
        try:
            ours()
        except NotImplementedError as error:
            assert "does not support Keras' backend 'tensorflow'; set KERAS_BACKEND to" in str(error)
        else:
            raise AssertionError("TensorFlow was not refused")
    else:
        check_layer(keras, ours, theirs)
        if backend != "numpy":  # which has no gradients
            with tempfile.TemporaryDirectory() as folder:
                check_training(keras, ours, theirs, folder)
    print(f"all well on {backend}")


if __name__ == "__main__":
    main(sys.argv[1])
