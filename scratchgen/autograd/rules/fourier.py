"""Rules of the discrete Fourier transforms.

y = F x is linear and F is symmetric, so that the rule of a transform is the same transform: ∂L/∂x = F g. Along an
axis that was cut or padded, the cotangent is padded or cut. For x real, the sweep keeps the real part.

    F_kj = exp(−2πi jk / n);  the inverse has the conjugate of F, divided by n
"""

import numpy as np

from scratchgen.autograd.primitives import defvjp
from scratchgen.autograd.pullback import defvjp_twin
from scratchgen.autograd.rules.rearrangements import rearrangement

__all__: list[str] = []


def _fitted(g, length, axis):
    """g cut or padded with zeros to a length along an axis."""
    n = g.shape[axis]
    if n >= length:
        return np.take(g, np.arange(length), axis=axis)
    widths = [(0, length - n) if i == axis % g.ndim else (0, 0) for i in range(g.ndim)]
    return np.pad(g, widths)


def _along_axis(transform):
    def rule(g, y, a, n=None, axis=-1, norm=None):
        return _fitted(transform(g, axis=axis, norm=norm), a.shape[axis], axis)

    return rule


for function in (np.fft.fft, np.fft.ifft):
    defvjp(function, _along_axis(function))
rearrangement(np.fft.fftshift)
rearrangement(np.fft.ifftshift)

# --- transforms of real numbers -------------------------------------------------------------------------------

# rfft is the first half of fft: its rule is that of fft with the other half of the cotangents 0. irfft takes
# the second half as the conjugate of the first, so that each number inside the half counts twice, as z and conj(z).


def _rfft_back(g, y, a, n=None, axis=-1, norm=None):
    length = a.shape[axis] if n is None else n
    return _fitted(np.real(np.fft.fft(_fitted(g, length, axis), axis=axis, norm=norm)), a.shape[axis], axis)


def _counted(length, used, axis, ndim, dtype):
    """The multiplicity, 1 or 2, of each number of the half spectrum in the whole spectrum of `length` numbers."""
    often = np.full(used, 2, dtype)
    often[0] = 1
    if length % 2 == 0 and used > length // 2:
        often[length // 2] = 1
    return np.reshape(often, [-1 if i == axis % ndim else 1 for i in range(ndim)])


def _irfft_back(g, y, a, n=None, axis=-1, norm=None):
    length = y.shape[axis]
    used = length // 2 + 1
    inverse = {None: "forward", "backward": "forward", "forward": "backward", "ortho": "ortho"}[norm]
    half = np.conj(np.fft.rfft(g, axis=axis, norm=inverse)) * _counted(length, used, axis, g.ndim, g.dtype)
    return _fitted(half, a.shape[axis], axis)


defvjp(np.fft.rfft, _rfft_back)
defvjp(np.fft.irfft, _irfft_back)


# --- several axes: one after another --------------------------------------------------------------------------


def _each_axis(transform, a, s, axes, norm):
    axes, lengths = _axes_and_lengths(a, s, axes)
    for n, axis in list(zip(lengths, axes, strict=True))[::-1]:
        a = transform(a, n, axis, norm)
    return a


def _rfftn(a, s=None, axes=None, norm=None):
    """rfft along the last axis, and then fft along the others."""
    axes, lengths = _axes_and_lengths(a, s, axes)
    found = np.fft.rfft(a, lengths[-1], axes[-1], norm)
    return _each_axis(np.fft.fft, found, lengths[:-1], axes[:-1], norm)


def _irfftn(a, s=None, axes=None, norm=None):
    """ifft along all axes but the last, and then irfft along the last."""
    axes, lengths = _axes_and_lengths(a, s, axes)
    if s is None:
        lengths[-1] = 2 * (lengths[-1] - 1)
    for n, axis in zip(lengths[:-1], axes[:-1], strict=True):
        a = np.fft.ifft(a, n, axis, norm)
    return np.fft.irfft(a, lengths[-1], axes[-1], norm)


def _axes_and_lengths(a, s, axes):
    """The axes, and the length along each: that of the input where none is given, or −1."""
    if axes is None:
        axes = range(-a.ndim if s is None else -len(s), 0)
    return tuple(axes), [
        a.shape[i] if n in (None, -1) else n for n, i in zip(s or [None] * len(axes), axes, strict=True)
    ]


def _fftn(transform):
    return lambda a, s=None, axes=None, norm=None: _each_axis(transform, a, s, axes, norm)


def _of_two_axes(twin):
    return lambda a, s=None, axes=(-2, -1), norm=None: twin(a, s, axes, norm)


for plane, space, twin in (
    (np.fft.fft2, np.fft.fftn, _fftn(np.fft.fft)),
    (np.fft.ifft2, np.fft.ifftn, _fftn(np.fft.ifft)),
    (np.fft.rfft2, np.fft.rfftn, _rfftn),
    (np.fft.irfft2, np.fft.irfftn, _irfftn),
):
    defvjp_twin(plane, _of_two_axes(twin))
    defvjp_twin(space, twin)
