"""Zeros around images, pixels cut off, and the margins that convolutional networks need for any size."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from scratchgen import BadInput, Tensor, check_grads
from scratchgen.nn import Sequential, ZeroPad2d
from scratchgen.nn.convolution import coarsest, cropping_for, margins_for, padding_for, zero_pad2d

MARGINS = [
    (1, 0, 0, 0),
    (0, 2, 0, 0),
    (0, 0, 3, 0),
    (0, 0, 0, 1),
    (1, 2, 3, 4),
    (-1, -2, 0, -1),
    (2, -1, -2, 3),
]


def pixel_by_pixel(x, margins):
    """The definition, one number at a time."""
    left, right, top, bottom = margins
    B, H, W, C = x.shape
    y = np.zeros((B, H + top + bottom, W + left + right, C))
    for h in range(y.shape[1]):
        for w in range(y.shape[2]):
            if 0 <= h - top < H and 0 <= w - left < W:
                y[:, h, w] = x[:, h - top, w - left]
    return y


@pytest.mark.equation("nn.padding")
@pytest.mark.parametrize("margins", MARGINS)
def test_padding_is_its_definition_pixel_by_pixel(margins, rng, measured):
    x = rng.standard_normal((2, 4, 5, 3))
    y = zero_pad2d(x, margins)
    expected = pixel_by_pixel(x, margins)
    assert y.shape == expected.shape
    measured(np.abs(y - expected), 0)
    np.testing.assert_array_equal(ZeroPad2d(margins)(x), expected)


@pytest.mark.equation("nn.padding")
@pytest.mark.parametrize(
    "wrong",
    [lambda l, r, t, b: (t, b, l, r), lambda l, r, t, b: (r, l, t, b), lambda l, r, t, b: (l, r, b, t)],
)
def test_the_claim_above_rejects_margins_in_another_order(wrong, rng):
    x = rng.standard_normal((2, 4, 5, 3))
    found, expected = zero_pad2d(x, wrong(1, 2, 3, 4)), pixel_by_pixel(x, (1, 2, 3, 4))
    assert found.shape != expected.shape or np.abs(found - expected).max() > 0.1


@pytest.mark.parametrize("margins", MARGINS)
@pytest.mark.parametrize("front", [(), (2,), (2, 3), (0,)])
def test_gradients_are_right_to_second_order_with_any_axes_in_front(margins, front, rng):
    x = rng.standard_normal((*front, 4, 5, 2))
    assert zero_pad2d(x, margins).shape == (
        *front,
        *pixel_by_pixel(np.zeros((1, 4, 5, 2)), margins).shape[1:],
    )
    check_grads(lambda x: np.sin(zero_pad2d(x, margins)), x, order=2)


def test_no_margins_give_the_images_themselves_and_the_dtype_is_kept(rng):
    x = rng.standard_normal((2, 4, 5, 1)).astype(np.float32)
    assert zero_pad2d(x, (0, 0, 0, 0)) is x
    assert zero_pad2d(x, (1, -1, 2, 0)).dtype == np.float32
    assert zero_pad2d(Tensor(x, requires_grad=True), (1, -1, 2, 0)).dtype == np.float32


@pytest.mark.parametrize("margins", [(-3, -2, 0, 0), (0, 0, -4, 0), (0, 0, -5, 5), (6, -6, 0, 0)])
def test_margins_that_leave_nothing_of_an_image_are_refused(margins):
    with pytest.raises(BadInput, match=r"leave nothing of images of 4×5; cut off less"):
        zero_pad2d(np.zeros((2, 4, 5, 1)), margins)


def test_a_repr_shows_the_margins():
    assert repr(ZeroPad2d((1, 2, 0, 0))) == "ZeroPad2d((1, 2, 0, 0))"


# --- images of any size -------------------------------------------------------------------------------------

sides = st.integers(1, 40)


@given(sides, sides, st.integers(1, 3), st.integers(1, 4))
def test_the_padded_image_is_the_smallest_that_can_be_halved_and_cropping_undoes_padding(H, W, C, layers):
    shape, channels = (H, W, C), (2,) * layers
    left, right, top, bottom = margins_for(shape, channels)
    h, w = coarsest(shape, channels)
    factor = 2**layers
    assert (H + top + bottom, W + left + right) == (h * factor, w * factor)
    assert 0 <= top <= bottom <= top + 1 and 0 <= left <= right <= left + 1  # equal, but for one more pixel
    assert top + bottom < factor and left + right < factor  # with a halving less it would not be larger
    x = np.arange(H * W * C, dtype=np.float64).reshape(1, H, W, C)
    there = Sequential(*padding_for(shape, channels))(x)
    assert there.shape == (1, h * factor, w * factor, C)
    np.testing.assert_array_equal(Sequential(*cropping_for(shape, channels))(there), x)


def test_the_claim_above_rejects_cropping_with_the_larger_margin_on_the_other_side():
    x = np.arange(5.0).reshape(1, 1, 5, 1)
    left, right, top, bottom = margins_for((1, 5), (2, 2))
    wrong = zero_pad2d(zero_pad2d(x, (left, right, top, bottom)), (-right, -left, -bottom, -top))
    assert not np.array_equal(wrong, x)


@given(st.integers(1, 9), st.integers(1, 9), st.integers(1, 3))
def test_an_image_that_can_be_halved_has_no_layers_more(h, w, layers):
    shape, channels = (h * 2**layers, w * 2**layers), (2,) * layers
    assert padding_for(shape, channels) == cropping_for(shape, channels) == []
