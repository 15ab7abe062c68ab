"""Arrays of other libraries, and arrays that only speak a protocol."""

import ctypes

import numpy as np
import prelu
import pytest
from conftest import DTYPES
from prelu import _borrowed, _library, _plans


class Exporter:
    """Speaks DLPack and nothing else."""

    def __init__(self, array, versioned=True, device=None):
        self.array = array
        self.versioned = versioned
        self.device = device
        self.asked = None

    def __dlpack_device__(self):
        return self.device or self.array.__dlpack_device__()

    def __dlpack__(self, *, stream=None, **choices):
        if choices and not self.versioned:
            raise TypeError("unknown keyword")
        self.asked = stream
        if self.device:
            return self.array.__dlpack__()
        return self.array.__dlpack__(stream=stream, **choices)


@pytest.mark.parametrize("versioned", [True, False])
def test_dlpack_on_the_cpu(versioned):
    x = np.array([[-2, 4], [6, -8]], np.float32)
    y = prelu.forward(Exporter(x.T, versioned), Exporter(np.float32([0.5, 1]), versioned))
    np.testing.assert_array_equal(y, [[-1, 6], [4, -8]])
    assert y.strides == x.T.strides
    out = Exporter(x, versioned)
    assert prelu.forward(out, 0.5, out=out) is out
    np.testing.assert_array_equal(x, [[-1, 4], [6, -4]])


def test_a_capsule_is_given_back():
    freed = []

    class Owner(np.ndarray):
        def __del__(self):
            freed.append(True)

    def use():
        x = np.float32([-2, 4]).view(Owner)
        np.testing.assert_array_equal(prelu.forward(Exporter(x), 0.5), [-1, 4])

    use()
    assert freed


def test_a_capsule_lives_as_long_as_it_is_used(monkeypatch):
    alive = []

    class Owner(np.ndarray):
        def __del__(self):
            alive.clear()

    class Temporary(Exporter):  # nobody but the capsule keeps what it exports
        def __dlpack__(self, **choices):
            alive.append(True)
            return self.array.copy().view(Owner).__dlpack__(**choices)

    run_forward = _plans.run_forward

    def noted(*arguments):
        assert alive
        run_forward(*arguments)

    monkeypatch.setattr(_plans, "run_forward", noted)
    y = prelu.forward(Temporary(np.float32([-2, 4])), 0.5)
    np.testing.assert_array_equal(y, [-1, 4])


def test_dlpack_may_start_before_its_first_element():
    class Offset(Exporter):
        def __dlpack__(self, **choices):
            capsule = self.array.__dlpack__()
            tensor = _borrowed._DLTensor.from_address(_borrowed._pointer(capsule, b"dltensor"))
            tensor.data, tensor.byte_offset = tensor.data - 4, 4
            return capsule

    np.testing.assert_array_equal(prelu.forward(Offset(np.float32([-2, 4])), 0.5), [-1, 4])


def test_dlpack_bfloat16_comes_from_pytorch():
    torch = pytest.importorskip("torch")
    y = prelu.forward(Exporter(torch.tensor([-2.0, 4.0], dtype=torch.bfloat16)), 0.5)
    assert y.dtype == DTYPES["bf16"] and y.tolist() == [-1, 4]


def test_dlpack_refusals():
    x = np.float32([-2, 4])
    read_only = np.float32([0, 0])
    read_only.flags.writeable = False
    with pytest.raises(ValueError, match="^out is read-only"):
        prelu.forward(x, 0.5, out=Exporter(read_only))
    with pytest.raises(TypeError, match="^x has dtype of DLPack's code 0, 64 bits"):
        prelu.forward(Exporter(np.arange(3)), 0.5)
    with pytest.raises(ValueError, match="^x is on a device of DLPack's type 8"):
        prelu.forward(Exporter(x, device=(8, 0)), 0.5)


class OnGpu:
    """Speaks __cuda_array_interface__, about an address that nobody reads here."""

    def __init__(self, address, shape=(2, 3), typestr="<f4", stream=None, read_only=False):
        self.__cuda_array_interface__ = {
            "shape": shape,
            "typestr": typestr,
            "data": (address, read_only),
            "strides": None,
            "stream": stream,
            "version": 3,
        }


class FakePlan(_library.Plan):
    """A GPU's plan that only notes what it is told."""

    def __init__(self, problem):
        self._handle = ctypes.c_void_p()
        self.backend = problem.backend
        self.workspace_bytes, self.zeroed_bytes, self.workspaces = 1000, 4, {}
        self.problem = problem
        MADE.append(self)

    def forward(self, *arguments):
        self.told = arguments

    def backward(self, *arguments):
        self.told = arguments


MADE = []


@pytest.fixture
def gpu(monkeypatch):
    """Plans are noted, not run; memory is on GPU 1."""
    monkeypatch.setattr(_library, "Plan", FakePlan)
    monkeypatch.setattr(_borrowed, "_device_of", lambda address: 1)
    zeroed = lambda self, count, like: (bytearray(count), 0x10000)  # noqa: E731
    monkeypatch.setattr(_borrowed.Borrower, "zeroed_bytes", zeroed)
    _plans.plan.cache_clear()
    MADE.clear()
    yield MADE
    _plans.plan.cache_clear()


def test_a_gpu_array_is_used_on_its_owners_stream(gpu):
    x, alpha, y = OnGpu(0x1000, stream=42), OnGpu(0x2000, (3,)), OnGpu(0x3000, stream=42)
    assert prelu.forward(x, alpha, out=y) is y
    (plan,) = gpu
    assert plan.told == (0x1000, 0x2000, 0x3000, 42)
    problem = plan.problem
    assert (problem.backend, problem.device, problem.alignment) == (_library.CUDA, 1, 256)
    assert (problem.n, problem.c, problem.spatial) == (2, 3, 1)


def test_the_default_stream_is_the_legacy_one(gpu):
    prelu.forward(OnGpu(0x1000), OnGpu(0x2000, (1,)), out=OnGpu(0x3000))
    assert gpu[0].told[-1] == 1


def test_the_callers_stream_reaches_dlpack(gpu):
    tensors = [Exporter(np.zeros(shape, np.float32), device=(2, 1)) for shape in [(2, 3), (3,), (2, 3)]]
    prelu.forward(tensors[0], tensors[1], out=tensors[2], stream=7)
    assert [tensor.asked for tensor in tensors] == [7, 7, 7]
    assert gpu[0].told[-1] == 7


def test_alignment_is_that_of_the_addresses(gpu):
    for last in (0x3010, 0x3004, 0x3010):
        prelu.forward(OnGpu(0x1000), OnGpu(0x2000, (1,)), out=OnGpu(last))
    assert [plan.problem.alignment for plan in gpu] == [16, 4]  # the third call found its plan


def test_a_workspace_is_made_once_for_a_plan_and_stream(gpu):
    dy, x, alpha = OnGpu(0x1000), OnGpu(0x2000), OnGpu(0x3000, (3,))
    out = (OnGpu(0x4000), OnGpu(0x5000, (3,)))
    for stream in (5, 5, 6):
        prelu.backward(dy, x, alpha, out=out, stream=stream)
    (plan,) = gpu
    assert [stream for _, stream in plan.workspaces] == [5, 6]
    assert plan.told == (0x2000, 0x3000, 0x1000, 0x4000, 0x5000, 0x10000, 6)


def test_a_failed_run_forgets_its_workspaces(gpu, monkeypatch):
    def fail(*arguments):
        raise RuntimeError("no")

    monkeypatch.setattr(FakePlan, "backward", fail)
    out = (OnGpu(0x4000), OnGpu(0x5000, (3,)))
    with pytest.raises(RuntimeError):
        prelu.backward(OnGpu(0x1000), OnGpu(0x2000), OnGpu(0x3000, (3,)), out=out)
    assert gpu[0].workspaces == {}


def test_gpu_refusals(gpu):
    x, alpha, y = OnGpu(0x1000), OnGpu(0x2000, (3,)), OnGpu(0x3000)
    with pytest.raises(ValueError, match="^alpha is on cpu; it must be where x is, on cuda:1"):
        prelu.forward(x, np.zeros(3, np.float32), out=y)
    with pytest.raises(ValueError, match="^out is on cpu; it must be where x is, on cuda:1"):
        prelu.forward(x, alpha, out=np.zeros((2, 3), np.float32))
    with pytest.raises(ValueError, match="^alpha is on cuda:1; it must be where x is, on cpu"):
        prelu.forward(np.zeros((2, 3), np.float32), alpha)
    with pytest.raises(ValueError, match="^alpha is in use on stream 9, and this call's is 1"):
        prelu.forward(x, OnGpu(0x2000, (3,), stream=9), out=y)
    with pytest.raises(ValueError, match="^out is read-only"):
        prelu.forward(x, alpha, out=OnGpu(0x3000, read_only=True))
    with pytest.raises(TypeError, match="no new array can be made of type OnGpu; pass .* as out="):
        prelu.forward(x, alpha)
    with pytest.raises(TypeError, match="^alpha is a number, and x a OnGpu on a GPU: pass an array"):
        prelu.forward(x, 0.5, out=y)
    with pytest.raises(TypeError, match="^x has dtype int32"):
        prelu.forward(OnGpu(0x1000, typestr="<i4"), alpha, out=y)


def test_without_cuda_a_gpu_array_is_refused(monkeypatch):
    if prelu.device_count("cuda") > 0:
        pytest.skip("there is a GPU")
    monkeypatch.setattr(_borrowed, "_device_of", lambda address: 0)
    with pytest.raises((NotImplementedError, ValueError), match="CUDA|cuda|device"):
        prelu.forward(OnGpu(0x1000), OnGpu(0x2000, (1,)), out=OnGpu(0x3000))


def test_jax(dtype):
    jax = pytest.importorskip("jax")
    with jax.enable_x64(True):
        x = jax.numpy.array([[-2, 4], [6, -8]], dtype)
        alpha = jax.numpy.array([0.5, 1], dtype)
        y = prelu.forward(x, alpha)
        dx, dalpha = prelu.backward(jax.numpy.ones_like(x), x, alpha)
        for result in (y, dx, dalpha):
            assert isinstance(result, jax.Array) and result.dtype == dtype
        assert y.tolist() == [[-1, 4], [6, -8]]
        assert dx.tolist() == [[0.5, 1], [1, 1]]
        assert dalpha.tolist() == [-2, -8]
        assert isinstance(prelu.backward(x, x, 0.5)[1], jax.Array)


def test_jax_takes_results_over_without_a_copy(monkeypatch):
    jax = pytest.importorskip("jax")
    from prelu._kinds import Aligned

    made = []
    empty_like = Aligned.empty_like

    def noted(self, array):
        made.append(empty_like(self, array))
        return made[-1]

    monkeypatch.setattr(Aligned, "empty_like", noted)
    for size in range(1, 40):
        y = prelu.forward(jax.numpy.ones(size), 0.5)
        assert made[-1].ctypes.data % 64 == 0  # what XLA asks for
        assert y.unsafe_buffer_pointer() == made[-1].ctypes.data


def test_jax_refusals():
    jax = pytest.importorskip("jax")
    x = jax.numpy.ones((2, 3))
    with pytest.raises(ValueError, match="^out is read-only"):
        prelu.forward(x, 0.5, out=x)
    with pytest.raises(TypeError, match="^x is traced by JAX"):
        jax.jit(lambda x: prelu.forward(x, 0.5))(x)
