"""The methods of an array: each is the NumPy function of the same name, which finds its rule in the table.

They take NumPy's parameter names. Methods that would change an array in place are refused, with the way out.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any, NoReturn

import numpy as np

if TYPE_CHECKING:
    from numpy.typing import ArrayLike

    from scratchgen.autograd.tensor import Tensor

__all__ = ["ArrayMethods"]

Axis = int | tuple[int, ...] | None
numpy: Any = np  # NumPy's stubs promise an ndarray where the protocols return a Tensor


class ArrayMethods:
    """The methods and attributes that a Tensor shares with a NumPy array.

    **options are the other arguments of the NumPy function; those that its derivative rule does not know are
    refused when the tensor requires a gradient.
    """

    __slots__ = ()
    data: np.ndarray

    # --- attributes ---------------------------------------------------------------------------------------

    @property
    def shape(self) -> tuple[int, ...]:
        """The lengths of the axes."""
        return self.data.shape

    @property
    def dtype(self) -> np.dtype[Any]:
        """The type of the elements."""
        return self.data.dtype

    @property
    def ndim(self) -> int:
        """The number of axes."""
        return self.data.ndim

    @property
    def size(self) -> int:
        """The number of elements."""
        return self.data.size

    @property
    def itemsize(self) -> int:
        """The number of bytes of an element."""
        return self.data.itemsize

    @property
    def nbytes(self) -> int:
        """The number of bytes of all elements."""
        return self.data.nbytes

    @property
    def T(self) -> Tensor:
        """The transpose, np.transpose(self)."""
        return numpy.transpose(self)

    @property
    def mT(self) -> Tensor:
        """The last two axes exchanged, np.matrix_transpose(self)."""
        return numpy.matrix_transpose(self)

    @property
    def real(self) -> Tensor:
        """The real part, np.real(self)."""
        return numpy.real(self) if self.dtype.kind == "c" else numpy.positive(self)

    @property
    def imag(self) -> Tensor:
        """The imaginary part, np.imag(self)."""
        return numpy.imag(self)

    # --- operators ----------------------------------------------------------------------------------------

    def __pos__(self) -> Tensor:
        return numpy.positive(self)

    def __abs__(self) -> Tensor:
        return numpy.absolute(self)

    def __mod__(self, other: ArrayLike) -> Tensor:
        return numpy.remainder(self, other)

    def __rmod__(self, other: ArrayLike) -> Tensor:
        return numpy.remainder(other, self)

    def __floordiv__(self, other: ArrayLike) -> Tensor:
        return numpy.floor_divide(self, other)

    def __rfloordiv__(self, other: ArrayLike) -> Tensor:
        return numpy.floor_divide(other, self)

    def __divmod__(self, other: ArrayLike) -> tuple[Tensor, Tensor]:
        return numpy.divmod(self, other)

    def __rdivmod__(self, other: ArrayLike) -> tuple[Tensor, Tensor]:
        return numpy.divmod(other, self)

    # Comparisons are constants: their derivative is zero wherever it exists.

    def __lt__(self, other: ArrayLike) -> np.ndarray:
        return numpy.less(self, other)

    def __le__(self, other: ArrayLike) -> np.ndarray:
        return numpy.less_equal(self, other)

    def __gt__(self, other: ArrayLike) -> np.ndarray:
        return numpy.greater(self, other)

    def __ge__(self, other: ArrayLike) -> np.ndarray:
        return numpy.greater_equal(self, other)

    # `object` promises one bool; here, as in NumPy, the comparison is element by element
    def __eq__(self, other: object) -> np.ndarray:  # type: ignore[override]  # see above
        return numpy.equal(self, other)

    def __ne__(self, other: object) -> np.ndarray:  # type: ignore[override]  # see above
        return numpy.not_equal(self, other)

    __hash__ = object.__hash__  # a node is identified by itself, whatever its value

    # --- reductions ---------------------------------------------------------------------------------------

    def sum(self, axis: Axis = None, keepdims: bool = False, **options: Any) -> Tensor:
        """The sum over the axes, np.sum."""
        return numpy.sum(self, axis=axis, keepdims=keepdims, **options)

    def mean(self, axis: Axis = None, keepdims: bool = False, **options: Any) -> Tensor:
        """The mean over the axes, np.mean."""
        return numpy.mean(self, axis=axis, keepdims=keepdims, **options)

    def prod(self, axis: Axis = None, keepdims: bool = False, **options: Any) -> Tensor:
        """The product over the axes, np.prod."""
        return numpy.prod(self, axis=axis, keepdims=keepdims, **options)

    def max(self, axis: Axis = None, keepdims: bool = False, **options: Any) -> Tensor:
        """The greatest element along the axes, np.max."""
        return numpy.max(self, axis=axis, keepdims=keepdims, **options)

    def min(self, axis: Axis = None, keepdims: bool = False, **options: Any) -> Tensor:
        """The least element along the axes, np.min."""
        return numpy.min(self, axis=axis, keepdims=keepdims, **options)

    def var(self, axis: Axis = None, ddof: int = 0, keepdims: bool = False, **options: Any) -> Tensor:
        """The variance over the axes, np.var; it divides by n minus ddof."""
        return numpy.var(self, axis, ddof=ddof, keepdims=keepdims, **options)

    def std(self, axis: Axis = None, ddof: int = 0, keepdims: bool = False, **options: Any) -> Tensor:
        """The square root of the variance over the axes, np.std."""
        return numpy.std(self, axis, ddof=ddof, keepdims=keepdims, **options)

    def cumsum(self, axis: int | None = None, **options: Any) -> Tensor:
        """The cumulative sum along an axis, np.cumsum."""
        return numpy.cumsum(self, axis=axis, **options)

    def cumprod(self, axis: int | None = None, **options: Any) -> Tensor:
        """The cumulative product along an axis, np.cumprod."""
        return numpy.cumprod(self, axis=axis, **options)

    def trace(self, offset: int = 0, axis1: int = 0, axis2: int = 1, **options: Any) -> Tensor:
        """The sum along a diagonal, np.trace."""
        return numpy.trace(self, offset, axis1, axis2, **options)

    def all(self, axis: Axis = None, **options: Any) -> Any:
        """Whether all elements are true, np.all: a constant."""
        return numpy.all(self, axis=axis, **options)

    def any(self, axis: Axis = None, **options: Any) -> Any:
        """Whether any element is true, np.any: a constant."""
        return numpy.any(self, axis=axis, **options)

    # --- positions: constants -----------------------------------------------------------------------------

    def argmax(self, axis: int | None = None, **options: Any) -> Any:
        """The position of the greatest element, np.argmax: a constant."""
        return numpy.argmax(self, axis=axis, **options)

    def argmin(self, axis: int | None = None, **options: Any) -> Any:
        """The position of the least element, np.argmin: a constant."""
        return numpy.argmin(self, axis=axis, **options)

    def argsort(self, axis: int | None = -1, **options: Any) -> np.ndarray:
        """The positions of the elements in increasing order, np.argsort: constants."""
        return numpy.argsort(self, axis=axis, **options)

    def argpartition(self, kth: Any, axis: int | None = -1, **options: Any) -> np.ndarray:
        """The positions of the elements parted at the kth, np.argpartition: constants."""
        return numpy.argpartition(self, kth, axis=axis, **options)

    def nonzero(self) -> tuple[np.ndarray, ...]:
        """The positions of the elements that are not 0, np.nonzero: constants."""
        return numpy.nonzero(self)

    def searchsorted(self, v: ArrayLike, **options: Any) -> Any:
        """The places where `v` would go into this sorted array, np.searchsorted: constants."""
        return numpy.searchsorted(self, v, **options)

    # --- shapes -------------------------------------------------------------------------------------------

    def reshape(self, *shape: Any, **options: Any) -> Tensor:
        """The elements of this tensor in another shape, np.reshape: `t.reshape(2, 3)` or `t.reshape((2, 3))`."""
        return numpy.reshape(self, shape[0] if len(shape) == 1 else shape, **options)

    def transpose(self, *axes: Any) -> Tensor:
        """The axes in another order (default: reversed), np.transpose."""
        return numpy.transpose(self, axes[0] if len(axes) == 1 else axes or None)

    def swapaxes(self, axis1: int, axis2: int) -> Tensor:
        """Two axes exchanged, np.swapaxes."""
        return numpy.swapaxes(self, axis1, axis2)

    def squeeze(self, axis: Axis = None) -> Tensor:
        """Without the axes of length 1, np.squeeze."""
        return numpy.squeeze(self, axis=axis)

    def ravel(self, order: str = "C") -> Tensor:
        """All elements along one axis, np.ravel."""
        return numpy.ravel(self, order)

    def flatten(self, order: str = "C") -> Tensor:
        """All elements along one axis; the same as `ravel`, because a tensor is never changed in place."""
        return numpy.ravel(self, order)

    # --- elements -----------------------------------------------------------------------------------------

    def take(self, indices: ArrayLike, axis: int | None = None, **options: Any) -> Tensor:
        """The elements at the given positions along an axis, np.take."""
        return numpy.take(self, indices, axis=axis, **options)

    def repeat(self, repeats: Any, axis: int | None = None) -> Tensor:
        """Each element several times, np.repeat."""
        return numpy.repeat(self, repeats, axis=axis)

    def diagonal(self, offset: int = 0, axis1: int = 0, axis2: int = 1) -> Tensor:
        """The elements of a diagonal, np.diagonal."""
        return numpy.diagonal(self, offset, axis1, axis2)

    def compress(self, condition: ArrayLike, axis: int | None = None) -> Tensor:
        """The slices where a condition holds, np.compress."""
        return numpy.compress(condition, self, axis=axis)

    def choose(self, choices: Sequence[ArrayLike], **options: Any) -> Any:
        """Elements of the choices, by the whole numbers of this tensor, np.choose."""
        return numpy.choose(self, choices, **options)

    def clip(self, min: ArrayLike | None = None, max: ArrayLike | None = None, **options: Any) -> Tensor:
        """The values limited to the interval from `min` to `max`, np.clip."""
        return numpy.clip(self, min, max, **options)

    def round(self, decimals: int = 0) -> Tensor:
        """Rounded values, np.round; the derivative is 0."""
        return numpy.round(self, decimals)

    def conj(self) -> Tensor:
        """The complex conjugate, np.conj; a real number is its own."""
        return numpy.conj(self)

    conjugate = conj

    def copy(self, order: str = "C") -> Tensor:
        """The values of this tensor in new memory, np.copy: recorded, so a gradient flows through it."""
        return numpy.copy(self, order)

    def dot(self, other: ArrayLike) -> Tensor:
        """The product np.dot(self, other)."""
        return numpy.dot(self, other)

    # --- leaving NumPy ------------------------------------------------------------------------------------

    def tolist(self) -> Any:
        """The values as nested lists of Python numbers: constants."""
        return self.data.tolist()

    def tobytes(self, order: str = "C") -> bytes:
        """The values as bytes: constants."""
        return self.data.tobytes(order)  # type: ignore[arg-type]  # the stubs list the letters

    # --- in place -----------------------------------------------------------------------------------------

    def _in_place(self, method: str, instead: str) -> NoReturn:
        raise TypeError(
            f"t.{method} would change a tensor in place, and earlier results may depend on it; write {instead}"
        )

    def sort(self, *args: Any, **options: Any) -> NoReturn:
        """Raise TypeError: write np.sort(t)."""
        self._in_place("sort()", "np.sort(t)")

    def partition(self, *args: Any, **options: Any) -> NoReturn:
        """Raise TypeError: write np.partition(t, kth)."""
        self._in_place("partition()", "np.partition(t, kth)")

    def fill(self, value: Any) -> NoReturn:
        """Raise TypeError: write np.full_like(t, value)."""
        self._in_place("fill()", "np.full_like(t, value)")

    def put(self, *args: Any, **options: Any) -> NoReturn:
        """Raise TypeError: write np.where(mask, value, t)."""
        self._in_place("put()", "np.where(mask, value, t)")

    def resize(self, *args: Any, **options: Any) -> NoReturn:
        """Raise TypeError: write np.resize(t, shape)."""
        self._in_place("resize()", "np.resize(t, shape)")
