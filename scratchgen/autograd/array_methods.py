"""The methods of a NumPy array that are also functions of NumPy's: a Tensor has them by way of these."""

import numpy as np


class ArrayMethods:
    """x.sum() is np.sum(x), and so on; with `np.` before it, each is looked up in the table of rules."""

    T = property(lambda self: np.transpose(self))
    __pos__ = lambda self: np.positive(self)
    __abs__ = lambda self: np.absolute(self)

    # Comparisons are constants: their derivative is zero wherever it exists.
    __lt__ = lambda self, other: np.less(self, other)
    __le__ = lambda self, other: np.less_equal(self, other)
    __gt__ = lambda self, other: np.greater(self, other)
    __ge__ = lambda self, other: np.greater_equal(self, other)
    __eq__ = lambda self, other: np.equal(self, other)
    __ne__ = lambda self, other: np.not_equal(self, other)

    sum = lambda self, axis=None, keepdims=False: np.sum(self, axis=axis, keepdims=keepdims)
    mean = lambda self, axis=None, keepdims=False: np.mean(self, axis=axis, keepdims=keepdims)
    prod = lambda self, axis=None, keepdims=False: np.prod(self, axis=axis, keepdims=keepdims)
    max = lambda self, axis=None, keepdims=False: np.max(self, axis=axis, keepdims=keepdims)
    min = lambda self, axis=None, keepdims=False: np.min(self, axis=axis, keepdims=keepdims)
    var = lambda self, axis=None, ddof=0, keepdims=False: np.var(self, axis, ddof=ddof, keepdims=keepdims)
    std = lambda self, axis=None, ddof=0, keepdims=False: np.std(self, axis, ddof=ddof, keepdims=keepdims)
    cumsum = lambda self, axis=None: np.cumsum(self, axis=axis)
    dot = lambda self, other: np.dot(self, other)
    reshape = lambda self, *shape: np.reshape(self, shape[0] if len(shape) == 1 else shape)
    transpose = lambda self, *axes: np.transpose(self, axes[0] if len(axes) == 1 else axes or None)
    swapaxes = lambda self, axis1, axis2: np.swapaxes(self, axis1, axis2)
    squeeze = lambda self, axis=None: np.squeeze(self, axis=axis)
    ravel = lambda self: np.ravel(self)
    flatten = ravel
    round = lambda self, decimals=0: np.round(self, decimals)
    argmax = lambda self, axis=None: np.argmax(self, axis=axis)
    take = lambda self, indices, axis=None: np.take(self, indices, axis=axis)
    clip = lambda self, low=None, high=None: np.clip(self, low, high)
