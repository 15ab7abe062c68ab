"""One PReLU problem, by the name that the whole project gives it."""

from dataclasses import dataclass, replace

BYTES = {"f16": 2, "bf16": 2, "f32": 4, "f64": 8}


@dataclass(frozen=True)
class Problem:
    direction: str
    dtype: str
    layout: str
    alpha: str
    n: int
    c: int
    spatial: int

    @classmethod
    def parse(cls, name):
        """Reads "forward/f32/nchw/per_channel/32x64x3136"; None for a problem of another kind:
        with a broadcast, or with something that is not at its default."""
        parts = name.split("/")
        if len(parts) != 5 or parts[3] == "broadcast":
            return None
        direction, dtype, layout, alpha, shape = parts
        return cls(direction, dtype, layout, alpha, *map(int, shape.split("x")))

    def __str__(self):
        return f"{self.direction}/{self.case}"

    @property
    def case(self):
        """The name of its case, without the variant."""
        return f"{self.dtype}/{self.layout}/{self.alpha}/{self.n}x{self.c}x{self.spatial}"

    @property
    def elements(self):
        return self.n * self.c * self.spatial

    @property
    def shape(self):
        """As it lies in memory: the channels are last in NHWC."""
        if self.layout == "nchw":
            return (self.n, self.c, self.spatial)
        return (self.n, self.spatial, self.c)

    @property
    def alpha_shape(self):
        """As the library takes it."""
        return {"shared": (), "per_channel": (self.c,), "per_element": self.shape[1:]}[self.alpha]

    @property
    def wide_alpha_shape(self):
        """With x's dimensions, so that it broadcasts to x."""
        if self.alpha == "per_element":
            return (1, *self.shape[1:])
        count = self.c if self.alpha == "per_channel" else 1
        return (1, count, 1) if self.layout == "nchw" else (1, 1, count)

    @property
    def minimal_bytes(self):
        """What any implementation must move: x, alpha and y; or x, dy, alpha, dx and dalpha."""
        slopes = 1
        for extent in self.alpha_shape:
            slopes *= extent
        tensors, alphas = (2, 1) if self.direction == "forward" else (3, 2)
        return BYTES[self.dtype] * (self.elements * tensors + slopes * alphas)

    def within(self, most_bytes):
        """The same layer with no more samples than let one tensor fit into most_bytes."""
        sample = self.c * self.spatial * BYTES[self.dtype]
        return replace(self, n=max(1, min(self.n, most_bytes // max(sample, 1))))
