"""Cases of the discrete Fourier transforms: of real and of complex numbers, to real numbers."""

import numpy as np

from .case import Case, at_corners


def as_real(z):
    """A function of complex numbers that is not analytic, so that no conjugate can be left out unnoticed."""
    return np.real(z) ** 2 - np.imag(z) / 2 if z.dtype.kind == "c" else z


def of_complex(transform, *args, **options):
    """as_real(F(x + iy)) for arrays x and y."""
    return lambda x, y: as_real(transform(x + 1j * y, *args, **options))


def of_real(transform, *args, **options):
    return lambda x: as_real(transform(x, *args, **options))


def along_an_axis(transform, of=of_complex, rows=("(n+2,m),(n+2,m)", "(n,m+2),(n,m+2)")):
    """Whole, padded and cut, in each norm; a transform of nothing has no value."""
    first, last = rows
    return [
        Case(of(transform), last),
        Case(of(transform, 5, 0, "ortho"), first),
        Case(of(transform, n=2, axis=-1, norm="forward"), last),
        Case(of(transform, n=3, norm="backward"), last),
    ]


def along_axes(transform, of=of_complex, matrices="(n+1,m+1),(n+1,m+1)"):
    """Over all axes or the last two, over some of them, padded and cut, in each norm."""
    stacks = matrices.replace("(", "(...,")
    return [
        Case(of(transform), matrices),
        Case(of(transform, (4, 2), (-1, 0), "ortho"), matrices),
        Case(of(transform, s=(3, -1), axes=(-2, -1), norm="forward"), stacks),
        Case(of(transform, axes=(-1,)), stacks),
    ]


ROWS = ("(n+2,m)", "(n,m+2)")
MATRICES = "(n+1,m+2)"
PAIRS_OF_MATRICES = "(n+1,m+2),(n+1,m+2)"

CASES = {
    **{f: along_an_axis(f) for f in (np.fft.fft, np.fft.ifft)},
    **{f: along_axes(f) for f in (np.fft.fftn, np.fft.ifftn)},
    **{f: at_corners(along_axes(f)) for f in (np.fft.fft2, np.fft.ifft2)},
    np.fft.rfft: along_an_axis(np.fft.rfft, of_real, ROWS),
    np.fft.irfft: [*along_an_axis(np.fft.irfft), *along_an_axis(np.fft.irfft, of_real, ROWS)],
    np.fft.rfftn: along_axes(np.fft.rfftn, of_real, MATRICES),
    np.fft.rfft2: at_corners(along_axes(np.fft.rfft2, of_real, MATRICES)),
    np.fft.irfftn: along_axes(np.fft.irfftn, of_complex, PAIRS_OF_MATRICES),
    np.fft.irfft2: at_corners(along_axes(np.fft.irfft2, of_complex, PAIRS_OF_MATRICES)),
    **{
        f: [
            Case(f, "(n,m)"),
            Case(lambda x, f=f: f(x, axes=-1), "(...,n)"),
            Case(of_complex(f, (1, 0)), "(n,m),(n,m)"),
        ]
        for f in (np.fft.fftshift, np.fft.ifftshift)
    },
}
