"""PReLU and its gradients, fused and fast, on the arrays that you have.

forward and backward compute on NumPy, PyTorch, CuPy and JAX arrays where they lie. prelu.torch and
prelu.keras hold layers.
"""

from prelu._functions import backward, forward
from prelu._library import device_count, version
from prelu._plot import plot

__version__ = version()

__all__ = ["__version__", "backward", "device_count", "forward", "plot", "version"]
