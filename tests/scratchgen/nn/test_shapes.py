"""Layers without parameters, group normalisation and convolution of sequences."""

import numpy as np
import pytest

from scratchgen import BadInput, Generator, check_grads, nn
from scratchgen.functional import conv1d, conv2d

from .test_normalisation import begun_elsewhere

pytestmark = pytest.mark.fast

# --- identity and flattening ------------------------------------------------------------------------------


def test_the_identity_returns_what_it_is_given():
    x = np.ones((2, 3))
    assert nn.Identity()(x) is x and nn.Identity().parameters() == []


@pytest.mark.parametrize("shape", [(4, 2, 3, 5), (4, 7), (4,), (0, 2, 3)], ids=str)
def test_every_example_becomes_one_row(shape, rng):
    x = rng.standard_normal(shape)
    y = nn.Flatten()(x)
    assert y.shape == (shape[0], int(np.prod(shape[1:])))
    for row, example in zip(y, x, strict=True):
        np.testing.assert_array_equal(row, np.ravel(example))
    check_grads(lambda x: nn.Flatten()(x) ** 2, x, order=2)


def test_a_small_classifier_of_images_is_a_sequence_of_these_layers(rng):
    model = nn.Sequential(
        *(nn.Conv2d(1, 4, 3, Generator(0), padding=1), nn.GroupNorm(2, 4), nn.SiLU(), nn.MaxPool2d(2)),
        *(
            nn.Upsample(2),
            nn.AvgPool2d(4),
            nn.Identity(),
            nn.Flatten(),
            nn.Linear(16, 3, Generator(1)),
            nn.ELU(),
        ),
    )
    x = rng.standard_normal((5, 8, 8, 1)).astype(np.float32)
    y = model(x)
    y.sum().backward()
    assert y.shape == (5, 3) and y.dtype == np.float32
    assert all(np.any(p.grad) for p in model.parameters())
    text = repr(model)
    for line in ("GroupNorm(groups=2)", "MaxPool2d(size=2, stride=2)", "Upsample(scale=2)", "ELU(alpha=1.0)"):
        assert line in text


# --- group normalisation ----------------------------------------------------------------------------------


def by_loops(x, groups, gamma, beta):
    """Each group of each example: its numbers in a list, their mean and variance."""
    y, size = np.zeros_like(x), x.shape[-1] // groups
    for n in range(len(x)):
        for i in range(groups):
            part = x[n, ..., i * size : (i + 1) * size]
            values = part.ravel().tolist()
            m = sum(values) / len(values)
            s2 = sum((v - m) ** 2 for v in values) / len(values)
            y[n, ..., i * size : (i + 1) * size] = (part - m) / (s2 + 1e-5) ** 0.5
    return gamma * y + beta


@pytest.mark.equation("nn.group_norm")
@pytest.mark.parametrize("shape", [(3, 6), (2, 4, 5, 6), (2, 7, 6)], ids=str)
@pytest.mark.parametrize("groups", [1, 2, 3, 6])
def test_every_group_of_an_example_is_normalised_by_its_own_numbers(shape, groups, rng, measured):
    layer, x = begun_elsewhere(nn.GroupNorm(groups, 6), rng), 3 + 2 * rng.standard_normal(shape)
    expected = by_loops(x, groups, layer.gamma.data, layer.beta.data)
    measured(np.abs(layer(x).numpy() - expected), 1e-11)


@pytest.mark.equation("nn.group_norm")
def test_the_claim_above_rejects_channels_that_are_dealt_out_in_turn(rng):
    x = 3 + rng.standard_normal((2, 4, 5, 6)) * np.arange(1, 7)
    order = [0, 2, 4, 1, 3, 5]  # groups of every second channel
    dealt = np.empty_like(x)
    dealt[..., order] = by_loops(x[..., order], 2, 1, 0)
    assert np.abs(nn.GroupNorm(2, 6)(x).numpy() - dealt).max() > 0.1


def test_one_group_is_layer_normalisation_of_the_whole_example(rng):
    x = rng.standard_normal((3, 4, 5, 6))
    np.testing.assert_allclose(nn.GroupNorm(1, 6)(x).numpy(), nn.LayerNorm((4, 5, 6))(x).numpy(), atol=1e-12)


def test_examples_do_not_depend_on_one_another_and_training_changes_nothing(rng):
    layer, x = nn.GroupNorm(2, 4), rng.standard_normal((3, 5, 4))
    np.testing.assert_allclose(layer(x).numpy()[:1], layer(x[:1]).numpy(), rtol=1e-12)
    np.testing.assert_array_equal(layer(x).numpy(), layer.eval()(x).numpy())


@pytest.mark.parametrize("shape", [(3, 4), (2, 3, 2, 4), (0, 3, 4)], ids=str)
def test_derivatives_of_group_normalisation_to_second_order(shape, rng):
    check_grads(begun_elsewhere(nn.GroupNorm(2, 4), rng), rng.standard_normal(shape), order=2)


def test_groups_that_do_not_divide_the_channels_and_other_shapes_are_refused():
    with pytest.raises(
        BadInput, match="size must be a multiple of groups, and 6 channels make no 4 equal groups"
    ):
        nn.GroupNorm(4, 6)
    for shape in ((4,), (2, 3)):
        with pytest.raises(ValueError, match=r"GroupNorm of 4 channels takes x \(B, ..., 4\)"):
            nn.GroupNorm(2, 4)(np.zeros(shape))


def test_group_normalisation_is_pytorchs(rng):
    torch = pytest.importorskip("torch")
    layer, x = begun_elsewhere(nn.GroupNorm(2, 4), rng), rng.standard_normal((3, 5, 6, 4))
    gamma, beta = (torch.tensor(p.data) for p in (layer.gamma, layer.beta))
    theirs = torch.nn.functional.group_norm(torch.tensor(x).movedim(-1, 1), 2, gamma, beta)
    np.testing.assert_allclose(layer(x).numpy(), theirs.movedim(1, -1).numpy(), atol=1e-10)


# --- convolution of sequences -----------------------------------------------------------------------------

GEOMETRIES = [(1, 0, 6, 3), (1, 2, 5, 3), (2, 1, 8, 4), (3, 0, 9, 2), (2, 0, 4, 4)]
geometries = pytest.mark.parametrize(("stride", "padding", "length", "size"), GEOMETRIES, ids=str)


def written_out(x, W, b, stride, padding):
    """y[n, t] = b + Σ_i x[n, s t + i − p] W[i], by loops."""
    k = len(W)
    y = np.zeros((len(x), (x.shape[1] + 2 * padding - k) // stride + 1, W.shape[2])) + b
    for n, t in np.ndindex(y.shape[:2]):
        for i in range(k):
            at = stride * t + i - padding
            if 0 <= at < x.shape[1]:
                y[n, t] += x[n, at] @ W[i]
    return y


@pytest.mark.equation("nn.convolution_1d")
@geometries
def test_a_convolution_of_sequences_is_its_loops(stride, padding, length, size, rng, measured):
    x, W, b = rng.standard_normal((2, length, 3)), rng.standard_normal((size, 3, 4)), rng.standard_normal(4)
    y = conv1d(x, W, b, stride, padding)
    expected = written_out(x, W, b, stride, padding)
    assert y.shape == expected.shape
    measured(np.abs(y - expected), 1e-13)
    check_grads(lambda *a: conv1d(*a, stride, padding), x, W, b, order=2)


@pytest.mark.equation("nn.convolution_1d")
def test_the_claim_above_rejects_a_kernel_that_is_flipped(rng):
    x, W, b = rng.standard_normal((2, 6, 3)), rng.standard_normal((3, 3, 4)), rng.standard_normal(4)
    assert np.abs(conv1d(x, W[::-1], b) - written_out(x, W, b, 1, 0)).max() > 0.1


def test_a_sequence_is_an_image_of_one_row(rng):
    x, W, b = rng.standard_normal((7, 3)), rng.standard_normal((3, 3, 4)), rng.standard_normal(4)
    np.testing.assert_allclose(conv1d(x, W, b), conv2d(x[None], W[None], b)[0], rtol=1e-13)


def test_the_layer_is_the_function_with_its_own_parameters(rng):
    layer = nn.Conv1d(3, 5, 4, Generator(0), 2, 1)
    x = rng.standard_normal((2, 8, 3)).astype(np.float32)
    np.testing.assert_array_equal(layer(x).numpy(), conv1d(x, layer.W.data, layer.b.data, 2, 1))
    assert layer(x).shape == (2, 4, 5) and layer.W.dtype == np.float32
    assert repr(layer) == "Conv1d(stride=2, padding=1)   W (4, 3, 5), b (5,)   65 parameters"


def test_outputs_begin_as_large_as_those_of_a_linear_layer(rng):
    y = nn.Conv1d(12, 64, 4, Generator(3))(rng.standard_normal((64, 40, 12)).astype(np.float32)).numpy()
    assert y.var() == pytest.approx(1 / 3, rel=0.1)


@pytest.mark.parametrize(("x", "W"), [((5,), (3, 1, 1)), ((5, 2), (3, 3, 1)), ((5, 2), (3, 2))], ids=str)
def test_sequences_and_kernels_that_do_not_match_are_refused(x, W):
    with pytest.raises(ValueError, match=r"expected x \(..., T, C\) and a kernel \(k, C, F\)"):
        conv1d(np.zeros(x), np.zeros(W), np.zeros(W[-1]))
    with pytest.raises(ValueError, match="a kernel of 9 does not fit on 5 pixels with a padding of 1"):
        conv1d(np.zeros((5, 1)), np.zeros((9, 1, 1)), np.zeros(1), padding=1)


def test_a_convolution_of_sequences_is_pytorchs(rng):
    torch = pytest.importorskip("torch")
    x, W, b = rng.standard_normal((2, 9, 3)), rng.standard_normal((4, 3, 5)), rng.standard_normal(5)
    first, kernel = torch.tensor(x).movedim(-1, 1), torch.tensor(W.transpose(2, 1, 0).copy())
    theirs = torch.nn.functional.conv1d(first, kernel, torch.tensor(b), stride=2, padding=1)
    np.testing.assert_allclose(conv1d(x, W, b, 2, 1), theirs.movedim(1, -1).numpy(), rtol=1e-11)
