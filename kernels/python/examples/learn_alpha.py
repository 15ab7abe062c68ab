"""Learns the slope of a PReLU from noisy samples of it, with prelu.forward, prelu.backward and SGD.

The hidden slope is 0.1; learning starts at 0.25, where He et al. start. Only negative x tell anything
about it: there y - y_hidden = (alpha - 0.1) * x, so that each step takes the same share of the error.
"""

import numpy as np

import prelu

HIDDEN = 0.1
INITIAL = 0.25
NOISE = 0.05
SAMPLES = 100_000
BATCH = 1_000
LEARNING_RATE = 0.1


def main() -> None:
    random = np.random.default_rng(seed=2015)
    x = random.standard_normal(SAMPLES).astype(np.float32)
    target = prelu.forward(x, HIDDEN) + NOISE * random.standard_normal(SAMPLES).astype(np.float32)

    alpha = np.array([INITIAL], np.float32)
    steps = SAMPLES // BATCH
    print(f"step {0:3d}: alpha = {alpha[0]:.4f}")
    for step in range(1, steps + 1):
        batch = slice((step - 1) * BATCH, step * BATCH)
        error = prelu.forward(x[batch], alpha) - target[batch]
        dy = error * np.float32(2 / BATCH)  # of the mean squared error
        _, dalpha = prelu.backward(dy, x[batch], alpha)
        alpha -= LEARNING_RATE * dalpha
        if step % 10 == 0:
            print(f"step {step:3d}: alpha = {alpha[0]:.4f}")

    off = abs(alpha[0] / HIDDEN - 1)
    print(f"found {alpha[0]:.4f}, hidden {HIDDEN}: {off:.1%} off")
    if off > 0.01:
        raise SystemExit("the slope was not found within 1 %")


if __name__ == "__main__":
    main()
