"""The picture of gradients by parameter: values, descriptions of missing values, and the file."""

import numpy as np
import pytest

from scratchgen.nn import Linear, Module, Sequential, Sigmoid
from scratchgen.plots import gradient_flow
from scratchgen.plots.gradient_flow import ABSENT, NOT_FINITE, ZERO, decades, magnitudes
from scratchgen.random import Generator
from scratchgen.vae import VAE


def dots(picture):
    """{label: coordinates (x, y)} of the dots in a figure."""
    (axes,) = picture.axes
    return {
        dots.get_label(): dots.get_offsets()
        for dots in axes.collections
        if not dots.get_label().startswith("_")
    }


def deep_sigmoid_network():
    """Eight layers of sigmoids, after backward: σ' ≤ ¼, so the gradient shrinks from layer to layer."""
    rng = Generator(0)
    model = Sequential(*(layer for _ in range(8) for layer in (Linear(6, 6, rng), Sigmoid())))
    (model(np.ones((4, 6), np.float32)) ** 2).mean().backward()
    return model


def test_each_parameter_has_its_mean_and_its_greatest_in_the_order_of_the_module(drawn, tmp_path):
    model = deep_sigmoid_network()
    assert gradient_flow(model, tmp_path / "a.png").read_bytes().startswith(b"\x89PNG")
    found = dots(drawn[0])
    sizes = [np.abs(p.grad.astype(np.float64)) for _, p in model.named_parameters()]
    np.testing.assert_allclose(found["mean |gradient|"], [(g.mean(), row) for row, g in enumerate(sizes)])
    np.testing.assert_allclose(found["greatest |gradient|"], [(g.max(), row) for row, g in enumerate(sizes)])
    (axes,) = drawn[0].axes
    assert [label.get_text() for label in axes.get_yticklabels()] == list(dict(model.named_parameters()))
    assert axes.get_xscale() == "log" and axes.yaxis_inverted()


def test_the_claim_above_rejects_the_signed_mean():
    g = np.array([1.0, -1.0, 4.0])
    assert magnitudes(g) == (2, 4) and magnitudes(g)[0] != g.mean()


def test_a_vanishing_gradient_is_visible(drawn, tmp_path):
    gradient_flow(deep_sigmoid_network(), tmp_path / "a.png")
    weights = dots(drawn[0])["greatest |gradient|"][::2, 0]
    assert np.all(weights[:-1] < weights[1:] / 2)


def test_a_gradient_that_a_logarithmic_scale_cannot_show_is_described(drawn, tmp_path):
    model = VAE(6, 2, 3, Generator(0))
    x = np.random.default_rng(0).random((4, 6)).astype(np.float32)
    model.elbo(x, Generator(1)).mean().backward()
    model.encoder[0].W.grad = None
    model.to_mu.W.grad[:] = 0
    model.to_logvar.b.grad[0] = np.nan
    gradient_flow(model, tmp_path / "a.png")
    (axes,) = drawn[0].axes
    said = {text.get_position()[1]: text.get_text() for text in axes.texts}
    names = list(dict(model.named_parameters()))
    assert {names[row]: words.removeprefix("×  ") for row, words in said.items()} == {
        "encoder.0.W": ABSENT,
        "to_mu.W": ZERO,
        "to_logvar.b": NOT_FINITE,
    }
    assert set(dots(drawn[0])["mean |gradient|"][:, 1]) == set(range(len(names))) - set(said)


def test_gradients_that_are_all_zero_have_a_picture(tmp_path):
    layer = Linear(2, 1, Generator(0))
    layer.W.grad = np.zeros_like(layer.W.data)
    gradient_flow(layer, tmp_path / "a.png")
    assert (tmp_path / "a.png").read_bytes().startswith(b"\x89PNG")


@pytest.mark.parametrize(
    "module", [Linear(2, 1, Generator(0)), Module()], ids=["before backward", "no parameters"]
)
def test_a_module_without_any_gradient_is_refused_and_nothing_is_written(module, tmp_path):
    with pytest.raises(ValueError, match=r"no parameter of this \w+ has a gradient .* backward\(\)"):
        gradient_flow(module, tmp_path / "a.png")
    assert list(tmp_path.iterdir()) == []


def test_sizes_of_single_precision_are_not_rounded_to_zero():
    tiny = np.full(1000, 0, np.float32)
    tiny[0] = np.finfo(np.float32).smallest_subnormal
    mean, greatest = magnitudes(tiny)
    assert mean == pytest.approx(greatest / 1000, rel=1e-12) and mean > 0


def test_the_axis_begins_and_ends_at_powers_of_ten_whatever_the_sizes():
    assert decades([0.02, 0.3]) == (0.01, 1)
    assert decades([1.0]) == (1, 10)
    low, high = decades([5e-324, 1e308])
    assert 0 < low < high < np.inf
