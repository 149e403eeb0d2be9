"""Twins of two-dimensional convolution: PyTorch has the channels first, and here they are last."""

import numpy as np
import torch

from scratchgen.functional import conv2d, conv_transpose2d, overlap_add, patches
from scratchgen.gan.augmentation import shift_images

from .twin import pytorch


def channels_first(x):
    return x.permute(0, 3, 1, 2)


def channels_last(x):
    return x.permute(0, 2, 3, 1)


def unfold(x, kernel, stride, padding):
    """PyTorch's patches, (B, C · k_h · k_w, H′ · W′), in our order."""
    p = torch.nn.functional.unfold(channels_first(x), kernel, stride=stride, padding=padding)
    h, w = ((n + 2 * padding - k) // stride + 1 for n, k in zip(x.shape[1:3], kernel, strict=True))
    return p.reshape(len(x), x.shape[3], *kernel, h, w).permute(0, 4, 5, 2, 3, 1)


def fold(p, size, stride, padding):
    """PyTorch's sum of patches, which takes them as `unfold` makes them."""
    B, h, w, k_h, k_w, C = p.shape
    columns = p.permute(0, 5, 3, 4, 1, 2).reshape(B, C * k_h * k_w, h * w)
    return channels_last(torch.nn.functional.fold(columns, size, (k_h, k_w), stride=stride, padding=padding))


def torch_convolution(stride, padding):
    return lambda x, W, b: channels_last(
        torch.nn.functional.conv2d(channels_first(x), W.permute(3, 2, 0, 1), b, stride, padding)
    )


def torch_transposed(stride, padding, more):
    """`more`: by how many pixels the image is larger than the smallest with this number of patches."""
    return lambda x, W, b: channels_last(
        torch.nn.functional.conv_transpose2d(
            channels_first(x), W.permute(3, 2, 0, 1), b, stride, padding, output_padding=more
        )
    )


SHIFTS = np.array([[1, -2], [-1, 1]])


def rolled(x):
    return torch.stack(
        [torch.roll(image, tuple(d), (0, 1)) for image, d in zip(x, SHIFTS.tolist(), strict=True)]
    )


TWINS = {
    patches: [
        pytorch(lambda x: patches(x, (3, 2), 2, 1), lambda x: unfold(x, (3, 2), 2, 1), (2, 6, 4, 3)),
        *(
            pytorch(
                lambda x, W, b, s=s, p=p: conv2d(x, W, b, s, p),
                torch_convolution(s, p),
                *((2, 6, 5, 3), (3, 2, 3, 4), (4,)),
            )
            for s, p in ((1, 0), (1, 1), (2, 0), (2, 1), (3, 1))
        ),
    ],
    overlap_add: [
        pytorch(lambda p: overlap_add(p, (6, 4), 2, 1), lambda p: fold(p, (6, 4), 2, 1), (2, 3, 3, 3, 2, 3)),
        *(
            pytorch(
                lambda x, W, b, s=s, p=p, size=size: conv_transpose2d(x, W, b, s, p, size),
                torch_transposed(s, p, more),
                *((2, 3, 4, 5), (3, 2, 2, 5), (2,)),
            )
            for s, p, more, size in (
                (1, 0, (0, 0), None),
                (1, 1, (0, 0), None),
                (2, 1, (0, 0), None),
                (2, 0, (1, 1), (8, 9)),
                (3, 1, (2, 0), (9, 9)),
            )
        ),
    ],
    shift_images: [pytorch(lambda x: shift_images(x, SHIFTS), rolled, (2, 4, 3, 2))],
}
