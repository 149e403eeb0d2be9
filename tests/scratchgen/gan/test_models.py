"""The pairs of players: shapes, classes, packs, and bad input."""

import math

import numpy as np
import pytest

from scratchgen import BadInput, load, save
from scratchgen.gan import GAN, ConditionalGAN, ConvGAN, Game, discriminator_step, train
from scratchgen.optim import Adam
from scratchgen.random import Generator
from scratchgen.runs import History

SIZES = {
    "dense": {"data_dim": 12, "latent_dim": 4},
    "points": {"data_dim": 2, "latent_dim": 2, "hidden": [8, 8], "bounded": False, "activation": "leaky"},
    "packed": {"data_dim": 12, "latent_dim": 4, "pack": 3},
    "conv": {"architecture": "conv", "image_shape": [8, 12], "latent_dim": 4, "channels": [3, 5]},
    "conv, odd and in colour": {
        "architecture": "conv",
        "image_shape": [5, 7, 3],
        "latent_dim": 4,
        "channels": [3, 5],
    },
    "conv, spectral": {
        "architecture": "conv",
        "image_shape": [8, 8],
        "latent_dim": 4,
        "channels": [3, 5],
        "hidden": 7,
        "norm": "spectral",
    },
    "conditional": {"architecture": "conditional", "data_dim": 12, "latent_dim": 4, "classes": 3},
}
sizes = pytest.mark.parametrize("sizes", SIZES.values(), ids=SIZES)
CLASSES = {"dense": GAN, "conv": ConvGAN, "conditional": ConditionalGAN}


def build(sizes, rng=None):
    arguments = dict(sizes)
    return CLASSES[arguments.pop("architecture", "dense")](**arguments, rng=rng)


def of_classes(model, n):
    """The pair that draws n examples: a conditional one of its classes in turn."""
    return model.given(np.arange(n) % getattr(model, "classes", 1))


@sizes
def test_six_examples_of_every_pair_have_a_logit_each_or_one_a_pack(sizes):
    model = build(sizes, Generator(0)).given(np.arange(6) % 3)
    x = model.generate(6, Generator(1))
    assert x.shape == (6, np.prod(sizes.get("image_shape", sizes.get("data_dim"))))
    assert model.logits(x).shape == (6 // model.pack,)
    assert x.dtype == np.float32 and x.requires_grad
    if model.bounded:
        assert (x.numpy() > 0).all() and (x.numpy() < 1).all()


@sizes
def test_a_pair_is_rebuilt_from_its_sizes_and_its_state_and_draws_the_same(sizes):
    model = build(sizes, Generator(0))
    of_classes(model, 8).generate(8, Generator(2))  # batch normalisation learns by looking on
    again = build(sizes, Generator(5))
    again.load_state_dict(model.state_dict())
    samples = of_classes(again.eval(), 7).sample(7, Generator(1))
    np.testing.assert_array_equal(samples, of_classes(model, 7).sample(7, Generator(1)))
    assert type(samples) is np.ndarray and len(samples) == 7


@sizes
def test_sampling_changes_nothing_and_does_not_depend_on_how_many_are_drawn(sizes):
    model = build(sizes, Generator(0))
    before = model.state_dict()
    three, six = (of_classes(model, n).sample(n, Generator(1)) for n in (3, 6))
    assert all(np.array_equal(a, before[name]) for name, a in model.state_dict().items())
    assert model.training
    np.testing.assert_allclose(three, six[:3], atol=1e-6)


def test_a_pair_of_another_scale_plays_the_same_game_in_another_unit():
    one, two = (GAN(2, 3, Generator(0), hidden=(5,), bounded=False, scale=c) for c in (1.0, 100.0))
    x = one.generate(6, Generator(1))
    np.testing.assert_allclose(two.generate(6, Generator(1)).numpy(), 100 * x.numpy(), rtol=1e-5)
    np.testing.assert_allclose(two.logits(100 * x).numpy(), one.logits(x).numpy(), rtol=1e-4, atol=1e-5)


SCALE, SHIFT = [1e-3, 1e3], [5e-3, -2e3]


@pytest.mark.parametrize("options", [{}, {"pack": 2}, {"classes": 3}])
def test_columns_of_other_units_are_the_same_game_whose_classes_have_no_unit(options):
    def pair(**units):
        if "classes" in options:
            return ConditionalGAN(2, 3, 3, Generator(0), hidden=(5,), bounded=False, **units).given(
                [0, 2, 1, 0]
            )
        return GAN(2, 3, Generator(0), hidden=(5,), bounded=False, **options, **units)

    one, two = pair(), pair(scale=SCALE, shift=SHIFT)
    x = one.generate(4, Generator(1)).numpy()
    y = two.generate(4, Generator(1)).numpy()
    np.testing.assert_allclose(y, np.array(SCALE) * x + SHIFT, rtol=1e-4)
    np.testing.assert_allclose(two.logits(y).numpy(), one.logits(x).numpy(), rtol=1e-3, atol=1e-4)


@pytest.mark.parametrize(
    "game", [Game("nonsaturating", r1=0.5), Game("wasserstein", gradient_penalty=5.0), Game("least_squares")]
)
def test_a_game_on_data_in_other_units_is_played_move_by_move_alike(game, rng):
    x = rng.standard_normal((64, 2)).astype(np.float32)

    def played(data, **units):
        run = History()
        model = GAN(2, 3, Generator(0), hidden=(8,), bounded=False, **units)
        optimizers = {f"optimizer_{name}": Adam(getattr(model, name).parameters(), 1e-3) for name in "GD"}
        how = {"epochs": 5, "batch_size": 16, "rng": Generator(1), "game": game}
        train(model, data, run, **how, **optimizers)
        return model.sample(20, Generator(2)), run.history["norm_D"]

    (plain, norms), (other, others) = (
        played(x),
        played(np.float32(SCALE) * x + np.float32(SHIFT), scale=SCALE, shift=SHIFT),
    )
    # rounding grows over 20 steps of both players
    np.testing.assert_allclose((other - SHIFT) / SCALE, plain, atol=2e-2)
    np.testing.assert_allclose(others, norms, rtol=2e-2)


def test_the_claim_above_rejects_a_penalty_on_the_slope_in_units_of_the_data(rng):
    x = rng.standard_normal((16, 2)).astype(np.float32)
    small = GAN(2, 3, Generator(0), hidden=(8,), bounded=False, scale=1e-3)
    of_D = lambda game: discriminator_step(
        small, 1e-3 * x, Adam(small.D.parameters(), 1e-9), Generator(1), game
    )
    by_unit = of_D(Game("wasserstein", gradient_penalty=1.0))["norm_D"]
    by_x = of_D(Game("wasserstein", gradient_penalty=1.0, penalty_in_data_units=True))["norm_D"]
    assert by_x > 1e3 * by_unit


@pytest.mark.parametrize(
    "units",
    [{"scale": [1.0, 0.0]}, {"scale": [1.0, np.nan]}, {"shift": np.inf}, {"shift": 1.0, "bounded": True}],
)
def test_a_scale_or_shift_that_no_data_have_is_refused(units):
    with pytest.raises(ValueError, match=r"scale|shift"):
        GAN(2, 3, Generator(0), **{"bounded": False, **units})


def test_a_pair_with_units_is_saved_and_built_again(tmp_path):
    model = GAN(2, 3, Generator(0), hidden=(5,), bounded=False, scale=SCALE, shift=SHIFT)
    save(model, tmp_path / "pair.safetensors")
    again = load(tmp_path / "pair.safetensors")
    np.testing.assert_array_equal(again.sample(3, Generator(1)), model.sample(3, Generator(1)))


def test_a_packed_discriminator_sees_neighbours_side_by_side():
    model = GAN(2, 3, Generator(0), pack=3, bounded=False)
    x = np.arange(12, dtype=np.float32).reshape(6, 2)
    np.testing.assert_array_equal(model.logits(x).numpy(), model.D(x.reshape(2, 6)).numpy()[:, 0])
    swapped = x[[3, 1, 2, 0, 4, 5]]
    assert not np.allclose(model.logits(swapped).numpy(), model.logits(x).numpy())


def test_rows_that_form_no_whole_packs_are_refused():
    with pytest.raises(BadInput, match="7 examples do not form packs of 3"):
        GAN(2, 3, pack=3).logits(np.zeros((7, 2), np.float32))


def test_both_players_of_a_conditional_pair_depend_on_the_class():
    model = ConditionalGAN(12, 4, 3, Generator(0))
    one, two = model.given([0, 1]), model.given([2, 1])
    x, y = one.generate(2, Generator(1)).numpy(), two.generate(2, Generator(1)).numpy()
    assert not np.allclose(x[0], y[0]) and np.array_equal(x[1], y[1])
    a, b = one.logits(x).numpy(), two.logits(x).numpy()
    assert a[0] != b[0] and a[1] == pytest.approx(b[1])


@pytest.mark.equation("gan.conditional")
def test_to_a_pair_a_class_is_as_if_the_first_layers_of_both_had_another_bias(rng, measured):
    pair = ConditionalGAN(5, 4, 3, Generator(0), hidden=(6,))
    x = rng.random((2, 5)).astype(np.float32)
    for k in range(3):
        conditioned = pair.given(np.array([k, k]))
        first, _, last = pair.D
        h = np.maximum(x @ first.W.data[:5] + first.b.data + math.sqrt(3) * first.W.data[5 + k], 0)
        expected = h @ last.W.data + last.b.data
        measured(
            np.abs(conditioned.logits(x).numpy() - expected[:, 0]), 1e-5
        )  # float32, numbers of the order of 1


@pytest.mark.equation("gan.conditional")
def test_the_claim_above_rejects_a_discriminator_that_is_not_conditioned_on_the_class(rng):
    pair = ConditionalGAN(5, 4, 3, Generator(0), hidden=(6,))
    x = rng.random((2, 5)).astype(np.float32)
    logits = [pair.given(np.array([k, k])).logits(x).numpy() for k in range(3)]
    assert np.abs(logits[0] - logits[1]).max() > 0.01


def test_samples_of_a_conditional_pair_are_of_the_classes_asked_for():
    model = ConditionalGAN(12, 4, 3, Generator(0))
    asked = model.sample(6, Generator(1), [0, 1, 2, 0, 1, 2])
    np.testing.assert_array_equal(asked, of_classes(model, 6).sample(6, Generator(1)))
    assert not np.allclose(asked, model.sample(6, Generator(1), [2] * 6))


@pytest.mark.parametrize(
    ("labels", "message"),
    [
        ([0, 3], "classes are 0 … 2, one per row, not 3"),
        ([-1, 0], "not -1"),
        ([0, 0.5], "not 0.5"),
        ([0, np.nan], "not nan"),
        ([[0, 1]], r"an array of shape \(1, 2\)"),
        (None, "needs the class of each example, 0 … 2"),
    ],
    ids=str,
)
def test_an_unknown_class_is_refused(labels, message):
    with pytest.raises(BadInput, match=message):
        ConditionalGAN(12, 4, 3).given(labels)


def test_a_conditional_pair_without_classes_is_refused_and_so_are_classes_of_other_rows():
    model, x = ConditionalGAN(12, 4, 3), np.zeros((2, 12), np.float32)
    for call in (model.generate, model.sample):
        with pytest.raises(BadInput, match="needs the class of each example"):
            call(2, Generator(0))
    with pytest.raises(BadInput, match="needs the class of each example"):
        model.logits(x)
    conditioned = model.given([0, 1])
    for call in (lambda: conditioned.generate(3), lambda: conditioned.logits(x[:1])):
        with pytest.raises(BadInput, match=r"2 classes are given for \d rows"):
            call()


def test_images_of_an_odd_shape_are_refused():
    for shape, says in (((6,), "image_shape is"), ((6, 0), "width must be"), ((6, 6, 0), "channels must be")):
        with pytest.raises(BadInput, match=says):
            ConvGAN(shape)


@pytest.mark.parametrize(
    "sizes",
    [
        {"data_dim": 0},
        {"data_dim": 4, "latent_dim": 0},
        {"data_dim": 4, "pack": 0},
        {"data_dim": 4, "hidden": [3, 0]},
        {"data_dim": 4, "norm": "batches"},
        {"data_dim": 4, "norm": "batches", "hidden": []},
        {"data_dim": 4, "activation": "gelu"},
        {"data_dim": 4, "bounded": False, "scale": 0.0},
        {"data_dim": 4, "scale": 2.0},
        {"architecture": "conditional", "data_dim": 4, "latent_dim": 2, "classes": 0},
        {"architecture": "conv", "image_shape": [8, 8], "channels": [0]},
        {"architecture": "conv", "image_shape": [8, 8], "hidden": 0},
    ],
    ids=str,
)
def test_sizes_that_make_no_model_are_refused(sizes):
    with pytest.raises(ValueError, match=r"at least 1|scale|a norm is one of|activation is one of"):
        build(sizes)


@pytest.mark.parametrize("K", [1, 2, 10])
def test_the_numbers_of_a_class_have_the_mean_square_of_the_latents(K):
    y = ConditionalGAN(4, 2, K).given(np.arange(K)).y
    np.testing.assert_allclose(np.mean(y**2, axis=1), 1, rtol=1e-6)
    np.testing.assert_array_equal(np.argmax(y, axis=1), np.arange(K))
