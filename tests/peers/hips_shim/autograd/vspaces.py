"""The vector space of a value, as autograd's checks of gradients ask for it: nested arrays of given shapes."""

import numpy as np

from scratchgen import Tensor

from .trees import flatten, rebuild


class VSpace:
    """Values with the structure, the shapes and the dtypes of `value`."""

    def __init__(self, value):
        leaves, self.structure = flatten(value)
        arrays = [x if isinstance(x, Tensor) else np.asarray(x) for x in leaves]
        if any(
            isinstance(x, int) or a.dtype.kind not in "fciub" for x, a in zip(leaves, arrays, strict=True)
        ):
            raise TypeError(f"Can't find vector space for value {value} of type {type(value)}")
        self.kinds = [(a.shape, a.dtype) for a in arrays]

    def __eq__(self, other):
        return (self.structure, self.kinds) == (other.structure, other.kinds)

    def __repr__(self):
        return f"VSpace({rebuild(self.structure, self.kinds)})"

    @property
    def shape(self):
        ((shape, _),) = self.kinds  # autograd asks for the shape of a single array only
        return shape

    @property
    def iscomplex(self):
        return any(dtype.kind == "c" for _, dtype in self.kinds)

    @property
    def size(self):
        return sum(int(np.prod(shape)) * (2 if dtype.kind == "c" else 1) for shape, dtype in self.kinds)

    def zeros(self):
        return self._new(lambda shape, dtype: np.zeros(shape, dtype))

    def ones(self):
        return self._new(lambda shape, dtype: np.full(shape, 1 + 1j if dtype.kind == "c" else 1, dtype))

    def randn(self):
        def normal(shape, dtype):
            x = np.array(np.random.randn(*shape)).astype(dtype)
            return x + 1j * np.array(np.random.randn(*shape)).astype(dtype) if dtype.kind == "c" else x

        return self._new(normal)

    def standard_basis(self):
        for i, (shape, dtype) in enumerate(self.kinds):
            for index in np.ndindex(*shape):
                for unit in (1, 1j) if dtype.kind == "c" else (1,):
                    leaves, _ = flatten(self.zeros())
                    leaves[i] = np.array(leaves[i])
                    leaves[i][index] = unit
                    yield rebuild(self.structure, [x[()] for x in leaves])

    def add(self, x, y):
        return self._map(lambda a, b: a + b, x, y)

    def scalar_mul(self, x, a):
        return self._map(lambda b: b * a, x)

    def covector(self, x):
        return self._map(lambda a: np.conj(a) if self.iscomplex else a, x)

    def inner_prod(self, x, y):
        def inner(a, b):
            a, b = np.ravel(a), np.ravel(b)
            return np.real(np.dot(np.conj(a), b)) if self.iscomplex else np.dot(a, b)

        return sum(flatten(self._map(inner, x, y))[0])

    def _new(self, make):
        return rebuild(self.structure, [make(*kind)[()] for kind in self.kinds])

    def _map(self, f, *values):
        return rebuild(self.structure, map(f, *(flatten(v)[0] for v in values)))


vspace = VSpace
