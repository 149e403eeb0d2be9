"""Convolution compared with its six loops, and the transposed convolution as its adjoint.

The derivatives of `patches` and `overlap_add`, of which they are made, are checked with all other rules in
`autograd/test_rules.py`; `autograd/test_against_peers.py` compares both with PyTorch.
"""

import numpy as np
import pytest

import scratchgen_kernels as kernels
from scratchgen import Tensor, check_grads
from scratchgen.functional import conv2d, conv_transpose2d, overlap_add, patches

# stride, padding, image (H, W), kernel: with and without pixels that no patch reaches
GEOMETRIES = [
    (1, 0, (5, 4), (3, 2)),
    (1, 2, (4, 4), (3, 3)),
    (2, 1, (8, 6), (4, 4)),
    (2, 0, (6, 7), (3, 3)),
    (2, 1, (7, 4), (3, 2)),
    (3, 0, (8, 9), (2, 1)),
]
geometries = pytest.mark.parametrize(("stride", "padding", "size", "kernel"), GEOMETRIES)
B, C, F = 2, 3, 4


def six_loops(x, W, b, stride, padding):
    """y[n, h, w, f] = b[f] + Σ_ijc x[n, s h + i − p, s w + j − p, c] W[i, j, c, f], and the loop over n."""
    k_h, k_w = W.shape[:2]
    H, W_ = ((n + 2 * padding - k) // stride + 1 for n, k in zip(x.shape[1:3], W.shape[:2], strict=True))
    y = np.zeros((len(x), H, W_, W.shape[3])) + b
    for n, h, w, f in np.ndindex(y.shape):
        for i in range(k_h):
            for j in range(k_w):
                row, column = stride * h + i - padding, stride * w + j - padding
                if 0 <= row < x.shape[1] and 0 <= column < x.shape[2]:
                    y[n, h, w, f] += x[n, row, column] @ W[i, j, :, f]
    return y


def draw(rng, size, kernel):
    return rng.standard_normal((B, *size, C)), rng.standard_normal((*kernel, C, F)), rng.standard_normal(F)


@pytest.mark.equation("nn.convolution")
@geometries
def test_a_convolution_is_its_six_loops(stride, padding, size, kernel, rng, measured):
    x, W, b = draw(rng, size, kernel)
    y = conv2d(x, W, b, stride, padding)
    expected = six_loops(x, W, b, stride, padding)
    assert y.shape == expected.shape
    measured(np.abs(y - expected), 1e-13)


@pytest.mark.equation("nn.convolution")
def test_the_claim_above_rejects_a_kernel_that_is_flipped(rng):
    x, W, b = draw(rng, (5, 4), (3, 2))
    assert np.abs(conv2d(x, W[::-1, ::-1], b) - six_loops(x, W, b, 1, 0)).max() > 0.1


def test_without_stride_each_channel_equals_the_correlation_of_scipy(rng):
    correlate = pytest.importorskip("scipy.signal").correlate2d
    x, W, b = draw(rng, (6, 5), (3, 2))
    y = conv2d(x, W, b)
    for n in range(B):
        for f in range(F):
            expected = b[f] + sum(correlate(x[n, :, :, c], W[:, :, c, f], mode="valid") for c in range(C))
            np.testing.assert_allclose(y[n, :, :, f], expected, rtol=0, atol=1e-13)


@pytest.mark.equation("nn.transposed_convolution")
@geometries
def test_the_transposed_convolution_is_the_adjoint_of_the_convolution(
    stride, padding, size, kernel, rng, measured
):
    """⟨conv(x), y⟩ = ⟨x, convᵀ(y)⟩ for any x and y: relative to lengths, ten roundings."""
    x, W, _ = draw(rng, size, kernel)
    forward = conv2d(x, W, np.zeros(F), stride, padding)
    y = rng.standard_normal(forward.shape)
    back = conv_transpose2d(y, W, np.zeros(C), stride, padding, size)
    assert back.shape == x.shape
    measured(abs(np.sum(forward * y) - np.sum(x * back)), 1e-14 * x.size * y.size)


@pytest.mark.equation("nn.transposed_convolution")
def test_the_claim_above_rejects_a_transposed_convolution_with_the_kernel_flipped(rng):
    x, W, _ = draw(rng, (8, 6), (4, 4))
    forward = conv2d(x, W, np.zeros(F), 2, 1)
    y = rng.standard_normal(forward.shape)
    wrong = conv_transpose2d(y, W[::-1, ::-1], np.zeros(C), 2, 1)
    assert abs(np.sum(forward * y) - np.sum(x * wrong)) > 0.1


@geometries
def test_cutting_and_adding_up_are_each_others_adjoint(stride, padding, size, kernel, rng):
    x = rng.standard_normal((B, *size, C))
    cut = patches(x, kernel, stride, padding)
    p = rng.standard_normal(cut.shape)
    assert np.sum(cut * p) == pytest.approx(np.sum(x * overlap_add(p, size, stride, padding)), abs=1e-11)


def test_by_default_the_transposed_convolution_makes_the_smallest_image_and_size_the_others(rng):
    y, W, b = rng.standard_normal((1, 3, 3, F)), rng.standard_normal((3, 3, C, F)), np.zeros(C)
    smallest = conv_transpose2d(y, W, b, 2)
    assert smallest.shape == (1, 7, 7, C)
    larger = conv_transpose2d(y, W, b, 2, 0, (8, 7))
    np.testing.assert_array_equal(larger[:, :7], smallest)
    np.testing.assert_array_equal(larger[:, 7], 0)
    for size in ((6, 7), (7, 9)):
        with pytest.raises(ValueError, match=r"has \d×\d patches, not 3×3"):
            conv_transpose2d(y, W, b, 2, 0, size)


def test_a_bias_may_be_one_number_per_pixel(rng):
    y, W, b = rng.standard_normal((2, 3, 3, F)), rng.standard_normal((2, 2, C, F)), rng.random((4, 4, C))
    np.testing.assert_allclose(
        conv_transpose2d(y, W, b) - conv_transpose2d(y, W, np.zeros(C)), np.stack([b, b]), atol=1e-13
    )
    check_grads(lambda b: conv_transpose2d(y, W, b) ** 2, b)


@geometries
def test_derivatives_agree_with_finite_differences_to_second_order(stride, padding, size, kernel, rng):
    x, W, b = draw(rng, size, kernel)
    check_grads(lambda x, W, b: np.tanh(0.3 * conv2d(x, W, b, stride, padding)), x, W, b)
    y = rng.standard_normal(conv2d(x, W, b, stride, padding).shape)
    c = rng.standard_normal(C)
    check_grads(
        lambda y, W, c: np.tanh(0.3 * conv_transpose2d(y, W, c, stride, padding, size)),
        y,
        W,
        c,
        tolerance=1e-5,
    )


def test_images_may_have_any_number_of_leading_axes(rng):
    x, W, b = rng.standard_normal((2, 3, 6, 6, C)), rng.standard_normal((4, 4, C, F)), rng.standard_normal(F)
    y = conv2d(x, W, b, 2, 1)
    assert y.shape == (2, 3, 3, 3, F)
    np.testing.assert_allclose(y[1, 2], conv2d(x[1, 2], W, b, 2, 1), atol=1e-13)
    z = conv_transpose2d(y, W, np.zeros(C), 2, 1)
    assert z.shape == x.shape
    np.testing.assert_allclose(z[1, 2], conv_transpose2d(y[1, 2], W, np.zeros(C), 2, 1), atol=1e-13)


def test_no_images_give_no_images_and_a_gradient_of_zero(rng):
    W, b = Tensor(rng.random((4, 4, C, F)), requires_grad=True), Tensor(np.zeros(F), requires_grad=True)
    y = conv2d(np.zeros((0, 8, 6, C)), W, b, 2, 1)
    z = conv_transpose2d(y, W, np.zeros(C), 2, 1)
    assert y.shape == (0, 4, 3, F) and z.shape == (0, 8, 6, C)
    (y.sum() + z.sum()).backward()
    assert not W.grad.any() and not b.grad.any()


@pytest.mark.parametrize("dtype", [np.float32, np.float64])
def test_the_dtype_is_kept(dtype, rng):
    x, W, b = (a.astype(dtype) for a in draw(rng, (8, 6), (4, 4)))
    xs = [Tensor(a, requires_grad=True) for a in (x, W, b)]
    y = conv2d(*xs, 2, 1)
    z = conv_transpose2d(y, xs[1], np.zeros(C, dtype), 2, 1)
    z.sum().backward()
    assert {a.dtype for a in (y, z, *(t.grad for t in xs))} == {np.dtype(dtype)}


def test_one_switch_moves_the_products_to_another_kernel(rng):
    x, W, b = draw(rng, (6, 6), (4, 4))
    expected = conv2d(x, W, b, 2, 1)
    with kernels.use("loops"):
        np.testing.assert_allclose(conv2d(x, W, b, 2, 1), expected, atol=1e-13)


@pytest.mark.parametrize(
    ("x", "W", "stride", "padding", "says"),
    [
        ((2, 5, 5, 3), (3, 3, 2, 4), 1, 0, r"expected images \(\.\.\., H, W, C\)"),
        ((5, 5), (3, 3, 5, 4), 1, 0, "expected images"),
        ((2, 5, 5, 3), (3, 4), 1, 0, "expected images"),
        ((2, 5, 5, 3), (6, 3, 3, 4), 1, 0, "kernel of 6 does not fit on 5 pixels with a padding of 0"),
        ((2, 5, 5, 3), (3, 3, 3, 4), 0, 0, "stride must be"),
        ((2, 5, 5, 3), (3, 3, 3, 4), 1, -1, "padding must be"),
        ((2, 5, 5, 3), (0, 3, 3, 4), 1, 0, "kernel must be"),
    ],
)
def test_shapes_that_do_not_match_are_refused(x, W, stride, padding, says):
    with pytest.raises(ValueError, match=says):
        conv2d(np.zeros(x), np.zeros(W), np.zeros(W[-1]), stride, padding)


@pytest.mark.parametrize(
    ("x", "padding", "says"),
    [((2, 3, 3, 3), 0, r"expected images \(\.\.\., H, W, F\)"), ((2, 1, 1, 4), 2, "fit on -1 pixels")],
)
def test_shapes_that_do_not_match_the_transposed_convolution_are_refused(x, padding, says):
    with pytest.raises(ValueError, match=says):
        conv_transpose2d(np.zeros(x), np.zeros((3, 3, 3, 4)), np.zeros(3), 1, padding)
