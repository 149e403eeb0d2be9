"""Twins of the discrete Fourier transforms, which cut or pad an axis before."""

import numpy as np
import torch

from .twin import pytorch


def twin(name, *shape, **options):
    """A transform, with NumPy's names of the arguments and with PyTorch's. Those named r… are of real numbers."""
    renamed = {{"axis": "dim", "axes": "dim"}.get(key, key): value for key, value in options.items()}
    return pytorch(
        lambda x: getattr(np.fft, name)(x, **options),
        lambda x: getattr(torch.fft, name)(x, **renamed),
        shape,
        complex=not name.startswith("r"),
    )


ONE_AXIS = [{}, {"n": 7, "axis": 0, "norm": "ortho"}, {"n": 2, "norm": "forward"}]
MORE_AXES = [
    {},
    {"s": (3, 7), "axes": (1, 0), "norm": "ortho"},
    {"s": (2, 3), "axes": (0, 1), "norm": "forward"},
]

TWINS = {
    **{
        getattr(np.fft, name): [twin(name, 4, 3, 5, **options) for options in ONE_AXIS]
        for name in ("fft", "ifft", "rfft", "irfft")
    },
    **{
        getattr(np.fft, name): [twin(name, 4, 3, 5, **options) for options in MORE_AXES]
        for name in ("fft2", "ifft2", "fftn", "ifftn", "rfft2", "irfft2", "rfftn", "irfftn")
    },
    **{
        getattr(np.fft, name): [
            twin(name, 3, 4),
            pytorch(getattr(np.fft, name), getattr(torch.fft, name), (5,)),
        ]
        for name in ("fftshift", "ifftshift")
    },
}
