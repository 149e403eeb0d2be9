"""Cases of convolution and of shifts: plain loops over images, pixels and taps of the kernel."""

import numpy as np

from scratchgen.functional.convolution import overlap_add, patches
from scratchgen.gan.augmentation import shift_images

from .case import Case


def meetings(size, kernel, stride, padding):
    """Every (h, w, i, j, row, column): the tap (i, j) of the patch (h, w) is at that pixel of the image."""
    (H, W), (k_h, k_w) = size, kernel
    for h in range((H + 2 * padding - k_h) // stride + 1):
        for w in range((W + 2 * padding - k_w) // stride + 1):
            for i in range(k_h):
                for j in range(k_w):
                    row, column = stride * h + i - padding, stride * w + j - padding
                    if 0 <= row < H and 0 <= column < W:
                        yield h, w, i, j, row, column


def cut(x, kernel, stride, padding):
    size = x.shape[-3:-1]
    made = [(n + 2 * padding - k) // stride + 1 for n, k in zip(size, kernel, strict=True)]
    p = np.zeros((*x.shape[:-3], *made, *kernel, x.shape[-1]))
    for h, w, i, j, row, column in meetings(size, kernel, stride, padding):
        p[..., h, w, i, j, :] = x[..., row, column, :]
    return p


def add_up(p, size, stride, padding):
    x = np.zeros((*p.shape[:-5], *size, p.shape[-1]))
    for h, w, i, j, row, column in meetings(size, p.shape[-3:-1], stride, padding):
        x[..., row, column, :] += p[..., h, w, i, j, :]
    return x


def shifts_of(x):
    """A shift for each image, in every direction."""
    return np.arange(2 * len(x)).reshape(-1, 2) * [1, -2] + [-1, 1]


def shifted(x):
    """Pixel by pixel: y[h, w] = x[h − d, w − e], the indices modulo the sides."""
    y, (_, H, W, _) = np.empty_like(x), x.shape
    for i, (d, e) in enumerate(shifts_of(x)):
        for h in range(H):
            for w in range(W):
                y[i, h, w] = x[i, (h - d) % H, (w - e) % W]
    return y


def size_of(p, stride, padding, more):
    """The size of an image with these patches, `more` pixels above the smallest."""
    h, w, k_h, k_w, _ = p.shape[-5:]
    return tuple(stride * (n - 1) + k - 2 * padding + more for n, k in ((h, k_h), (w, k_w)))


# stride 2 with a side that it divides and one that it does not, a stride beyond the kernel, pixels left over
CUTS = [("(...,h+2,w+3,c)", (2, 3), 1, 0), ("(...,h+1,w+2,c)", (3, 2), 2, 1), ("(b,h+2,3,c)", (1, 2), 3, 0)]
SUMS = [
    ("(...,h+1,w+1,2,3,c)", 1, 0, 0),
    ("(...,h+1,w+1,3,4,c)", 2, 1, 1),
    ("(b,h+1,w+1,1,2,c)", 3, 0, 2),
]

CASES = {
    patches: [
        Case(lambda x, a=a: patches(x, *a), shapes, oracle=lambda x, a=a: cut(x, *a)) for shapes, *a in CUTS
    ],
    overlap_add: [
        Case(
            lambda p, s=s, o=o, more=more: overlap_add(p, size_of(p, s, o, more), s, o),
            shapes,
            oracle=lambda p, s=s, o=o, more=more: add_up(p, size_of(p, s, o, more), s, o),
        )
        for shapes, s, o, more in SUMS
    ],
    shift_images: [Case(lambda x: shift_images(x, shifts_of(x)), "(k,n,m,2)", oracle=shifted)],
}
