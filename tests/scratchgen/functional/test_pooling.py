"""Pooling and enlargement: their loops written out, and what they undo."""

import numpy as np
import pytest

from scratchgen import Tensor, check_grads, nn
from scratchgen import functional as F

pytestmark = pytest.mark.fast

GEOMETRIES = [(2, 2, (4, 6)), (2, 1, (4, 5)), (3, 2, (7, 8)), (3, 3, (8, 7)), (1, 1, (2, 3)), (2, 3, (5, 5))]
geometries = pytest.mark.parametrize(("size", "stride", "image"), GEOMETRIES, ids=str)


def by_loops(x, size, stride, reduce):
    """The reduction of each window, by loops over images, rows, columns and channels."""
    B, H, W, C = x.shape
    rows, columns = (H - size) // stride + 1, (W - size) // stride + 1
    y = np.zeros((B, rows, columns, C))
    for n, h, w, c in np.ndindex(y.shape):
        y[n, h, w, c] = reduce(
            [x[n, stride * h + i, stride * w + j, c] for i in range(size) for j in range(size)]
        )
    return y


def mean(values):
    return sum(values) / len(values)


@pytest.mark.equation("nn.max_pool")
@pytest.mark.equation("nn.average_pool")
@geometries
def test_pooling_is_its_loops(size, stride, image, rng, measured):
    x = rng.standard_normal((2, *image, 3))
    measured(np.abs(F.max_pool2d(x, size, stride) - by_loops(x, size, stride, max)), 0)
    measured(np.abs(F.avg_pool2d(x, size, stride) - by_loops(x, size, stride, mean)), 1e-15)
    if size == stride:
        np.testing.assert_array_equal(nn.MaxPool2d(size)(x), F.max_pool2d(x, size))
        np.testing.assert_array_equal(nn.AvgPool2d(size)(x), F.avg_pool2d(x, size))


@pytest.mark.equation("nn.max_pool")
@pytest.mark.equation("nn.average_pool")
def test_the_claim_above_rejects_windows_over_channels_and_a_mean_of_the_border(rng):
    x = rng.standard_normal((2, 4, 4, 4))
    over_channels = np.moveaxis(F.max_pool2d(np.moveaxis(x, -1, 1), 2), 1, -1)
    assert over_channels.shape != by_loops(x, 2, 2, max).shape or np.any(
        over_channels != by_loops(x, 2, 2, max)
    )
    assert np.abs(F.avg_pool2d(x, 2) - by_loops(x, 2, 2, lambda v: sum(v) / 3)).max() > 0.1


def test_the_gradient_of_a_maximum_reaches_the_largest_number_of_each_window(rng):
    x = Tensor(np.array([[1.0, 5.0, 2.0, 0.0], [4.0, 3.0, 7.0, 6.0]])[None, :, :, None], requires_grad=True)
    F.max_pool2d(x, 2).backward(np.array([10.0, 20.0])[None, None, :, None])
    np.testing.assert_array_equal(x.grad[0, :, :, 0], [[0, 10, 0, 0], [0, 0, 20, 0]])


@geometries
def test_derivatives_of_pooling_to_second_order(size, stride, image, rng):
    x = rng.permutation(2 * np.prod(image) * 2).reshape(2, *image, 2) / 10.0  # no two are near
    check_grads(lambda x: F.max_pool2d(x, size, stride) ** 2, x, order=2)
    check_grads(lambda x: F.avg_pool2d(x, size, stride) ** 2, x, order=2)


@pytest.mark.equation("nn.upsample")
@pytest.mark.parametrize("scale", [1, 2, 3])
def test_every_pixel_of_the_larger_image_is_that_of_its_place(scale, rng, measured):
    x = rng.standard_normal((2, 3, 4, 2))
    y = nn.Upsample(scale)(x)
    assert y.shape == (2, 3 * scale, 4 * scale, 2)
    written = np.array(
        [
            [[x[n, h // scale, w // scale] for w in range(4 * scale)] for h in range(3 * scale)]
            for n in range(2)
        ]
    )
    measured(np.abs(y - written), 0)
    np.testing.assert_allclose(F.avg_pool2d(y, scale), x, rtol=1e-15)


@pytest.mark.equation("nn.upsample")
def test_the_claim_above_rejects_pixels_that_are_tiled(rng):
    x = rng.standard_normal((2, 3, 4, 2))
    assert np.abs(np.tile(x, (1, 2, 2, 1)) - F.upsample(x, 2)).max() > 0.1


def test_derivatives_of_the_enlargement(rng):
    check_grads(lambda x: F.upsample(x, 3) ** 2, rng.standard_normal((2, 2, 3, 2)), order=2)


def test_single_precision_and_further_front_axes_are_kept():
    x = np.ones((5, 2, 4, 4, 3), np.float32)
    for y, side in ((F.max_pool2d(x, 2), 2), (F.avg_pool2d(x, 2), 2), (F.upsample(x, 2), 8)):
        assert y.shape == (5, 2, side, side, 3) and y.dtype == np.float32
    assert F.max_pool2d(np.ones((0, 4, 4, 3)), 2).shape == (0, 2, 2, 3)


def test_what_is_no_image_or_too_small_is_refused():
    with pytest.raises(ValueError, match=r"expected images \(..., H, W, C\), not \(4, 4\)"):
        F.max_pool2d(np.ones((4, 4)), 2)
    with pytest.raises(ValueError, match="a kernel of 5 does not fit on 4 pixels"):
        F.avg_pool2d(np.ones((4, 4, 1)), 5)
    with pytest.raises(ValueError, match="expected images"):
        F.upsample(np.ones(3), 2)


def test_pooling_and_enlargement_are_pytorchs(rng):
    torch = pytest.importorskip("torch")
    f, x = torch.nn.functional, rng.standard_normal((2, 7, 8, 3))
    first = torch.tensor(x).movedim(-1, 1)
    for ours, theirs in (
        (F.max_pool2d(x, 3, 2), f.max_pool2d(first, 3, 2)),
        (F.avg_pool2d(x, 3, 2), f.avg_pool2d(first, 3, 2)),
        (F.upsample(x, 2), f.interpolate(first, scale_factor=2, mode="nearest")),
    ):
        np.testing.assert_allclose(ours, theirs.movedim(1, -1).numpy(), rtol=1e-12)
