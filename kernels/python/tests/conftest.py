"""What the tests share: random arrays of any dtype."""

import ml_dtypes
import numpy as np
import pytest

DTYPES = {
    "f16": np.dtype(np.float16),
    "bf16": np.dtype(ml_dtypes.bfloat16),
    "f32": np.dtype(np.float32),
    "f64": np.dtype(np.float64),
}


@pytest.fixture
def random():
    return np.random.default_rng(seed=2015)


@pytest.fixture(params=DTYPES)
def dtype(request):
    return DTYPES[request.param]


@pytest.fixture(params=["one", "alpha", "zero"])
def slope_at_zero(request):
    return request.param
