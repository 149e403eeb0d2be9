"""The steps of the game: who moves, who does not, and which way."""

import numpy as np
import pytest

from scratchgen import BadInput
from scratchgen.gan import (
    GAN,
    ConditionalGAN,
    ConvGAN,
    Game,
    discriminator_step,
    generator_step,
    train,
)
from scratchgen.gan.objectives import KINDS
from scratchgen.optim import SGD, Adam
from scratchgen.random import Generator
from scratchgen.runs import History

pytestmark = pytest.mark.fast

LABELS = np.arange(16) % 3

PAIRS = {
    "dense": lambda: GAN(16, 5, Generator(1)),
    "dense, batch norm": lambda: GAN(16, 5, Generator(1), hidden=(8, 9), norm="batch"),
    "dense, spectral norm": lambda: GAN(16, 5, Generator(1), hidden=(8, 9), norm="spectral"),
    "packed": lambda: GAN(16, 5, Generator(1), hidden=(8, 9), pack=2, activation="leaky"),
    "conditional": lambda: ConditionalGAN(16, 5, 3, Generator(1)).given(LABELS),
    "conditional, projection": lambda: ConditionalGAN(16, 5, 3, Generator(1), projection=True).given(LABELS),
    "convolutional": lambda: ConvGAN((4, 4), 5, (6, 7), Generator(1)),
    "convolutional, layer norm": lambda: ConvGAN((4, 4), 5, (6, 7), Generator(1), norm="layer"),
    "convolutional, spectral norm": lambda: ConvGAN((4, 4), 5, (6, 7), Generator(1), norm="spectral"),
}
pairs = pytest.mark.parametrize("make", PAIRS.values(), ids=PAIRS)


@pytest.fixture
def real():
    return Generator(2).random((16, 16))


def bytes_of(module):
    return {name: array.tobytes() for name, array in module.state_dict().items()}


def changed(module, before):
    """The names of the parameters and buffers that are not what they were."""
    return {name for name, data in bytes_of(module).items() if data != before[name]}


# --- who moves --------------------------------------------------------------------------------------------


@pairs
def test_a_discriminator_step_leaves_the_generator_byte_equal_and_changes_the_discriminator(make, real):
    model = make()
    before_G, before_D = bytes_of(model.G), bytes_of(model.D)
    discriminator_step(model, real, Adam(model.D.parameters()), Generator(3))
    assert changed(model.G, before_G) == set()
    assert changed(model.D, before_D) >= {name for name, _ in model.D.named_parameters()}
    assert all(p.grad is None and p.requires_grad for p in model.G.parameters())


@pairs
def test_a_generator_step_leaves_the_discriminator_byte_equal_and_changes_the_generator(make):
    model = make()
    before_G, before_D = bytes_of(model.G), bytes_of(model.D)
    generator_step(model, 16, Adam(model.G.parameters()), Generator(3))
    assert changed(model.D, before_D) == set()
    assert changed(model.G, before_G) == before_G.keys()
    assert all(p.grad is None and p.requires_grad for p in model.D.parameters())


def after_a_step(player, real, forget):
    """The weights after a player's step, whose parameters have gradients of an earlier loss, or have none."""
    model = GAN(16, 5, Generator(1))
    module = getattr(model, player)
    optimizer = Adam(module.parameters())
    for p in module.parameters():
        p.grad = None if forget else np.ones_like(p.data)
    if player == "D":
        discriminator_step(model, real, optimizer, Generator(3))
    else:
        generator_step(model, 16, optimizer, Generator(3))
    return bytes_of(module)


@pytest.mark.parametrize("player", "DG")
def test_a_step_does_not_depend_on_the_gradients_of_the_step_before(player, real):
    fresh, used = (after_a_step(player, real, forget) for forget in (True, False))
    assert [name for name in fresh if fresh[name] != used[name]] == []  # short words, should it fail


@pytest.mark.parametrize("player", "DG")
def test_the_claim_above_rejects_gradients_that_are_not_cleared(player, real, monkeypatch):
    monkeypatch.setattr(Adam, "zero_grad", lambda self: None)
    assert after_a_step(player, real, forget=True) != after_a_step(player, real, forget=False)


PENALISED = {"wasserstein": Game("wasserstein", gradient_penalty=10.0), "r1": Game(r1=1.0)}


@pytest.mark.parametrize("game", PENALISED.values(), ids=PENALISED)
@pytest.mark.parametrize("pair", ["dense", "packed", "conditional", "convolutional, layer norm"])
def test_neither_changes_the_other_where_slopes_are_penalised(pair, game, real):
    model = PAIRS[pair]()
    before = bytes_of(model.G)
    discriminator_step(model, real, Adam(model.D.parameters()), Generator(3), game)
    assert changed(model.G, before) == set()
    before = bytes_of(model.D)
    generator_step(model, 16, Adam(model.G.parameters()), Generator(3), game)
    assert changed(model.D, before) == set()


@pytest.mark.parametrize("pair", ["dense, batch norm", "convolutional, spectral norm"])
def test_the_claims_above_reject_a_player_that_merely_has_no_optimiser(pair):
    """A layer with running statistics updates them in the other player's step too, unless it is frozen."""
    model = PAIRS[pair]()
    before = bytes_of(model.D)
    model.logits(model.generate(16, Generator(3)))
    assert changed(model.D, before) != set()


# --- which way --------------------------------------------------------------------------------------------


def margin(model, real, seed):
    """E a(real) − E a(fake) for the noise of a seed: how well D tells them apart."""
    with model.eval_mode():
        fake = model.generate(len(real), Generator(seed))
        return float(np.mean(model.logits(real).numpy()) - np.mean(model.logits(fake).numpy()))


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("pair", ["dense", "packed", "conditional", "convolutional, layer norm"])
def test_a_discriminator_step_raises_the_margin_between_real_and_fake(pair, kind, real):
    model = PAIRS[pair]()
    before = margin(model, real, 3)
    discriminator_step(
        model, real, SGD(model.D.parameters(), 1e-3), Generator(3), Game(kind, gradient_penalty=0.0)
    )
    assert margin(model, real, 3) > before


def test_the_claim_above_rejects_fakes_that_are_labelled_as_real(real):
    """The step of the article's sample code: one batch of fakes, every one labelled 1, and no real data."""
    model = PAIRS["dense"]()
    before, optimizer = margin(model, real, 3), SGD(model.D.parameters(), 0.01)
    fake = model.generate(len(real), Generator(3)).detach()
    np.mean(np.logaddexp(0, -model.logits(fake))).backward()
    optimizer.step()
    assert margin(model, real, 3) < before


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("pair", ["dense", "packed", "conditional", "convolutional, layer norm"])
def test_a_generator_step_makes_its_fakes_more_real_to_the_discriminator(pair, kind):
    model = PAIRS[pair]()

    def says():
        a = model.logits(model.generate(16, Generator(3))).numpy()
        return -np.mean((a - 1) ** 2) if kind == "least_squares" else np.mean(a)

    before = says()
    generator_step(model, 16, SGD(model.G.parameters(), 0.01), Generator(3), Game(kind, gradient_penalty=0.0))
    assert says() > before


def test_real_and_fake_batches_are_normalised_apart(real):
    """Mixed, the means of real and of fake would tell which is which, and the logits would be others."""
    model = PAIRS["dense, batch norm"]()
    fake = model.generate(16, Generator(3)).numpy()
    apart = np.concatenate([model.logits(real).numpy(), model.logits(fake).numpy()])
    mixed = model.logits(np.concatenate([real, fake])).numpy()
    assert np.abs(apart - mixed).max() > 0.1
    says = discriminator_step(model, real, SGD(model.D.parameters(), 1e-9), Generator(3))
    assert says["D_real"] == pytest.approx(np.mean(1 / (1 + np.exp(-apart[:16]))), rel=1e-5)


# --- a training -------------------------------------------------------------------------------------------


def players(model, learning_rate):
    """The optimisers of both players."""
    return {f"optimizer_{p}": Adam(getattr(model, p).parameters(), learning_rate, 0.5) for p in "GD"}


def test_training_ends_with_the_average_of_where_the_generator_has_been():
    real, snapshots = Generator(2).random((32, 6)), []

    class Watching(History):
        def log(self, **numbers):
            super().log(**numbers)
            if "G_loss" in numbers:
                snapshots.append(model.G[0].W.data.copy())

    model = GAN(6, 3, Generator(1))
    first = model.G[0].W.data.copy()
    train(model, real, Watching(), epochs=3, batch_size=8, **players(model, 1e-3), rng=Generator(0))
    expected = first
    for t, W in enumerate(snapshots, 1):
        d = min(0.998, (1 + t) / (10 + t))
        expected = d * expected + (1 - d) * W
    np.testing.assert_allclose(model.G[0].W.data, expected, rtol=1e-4, atol=1e-6)
    assert not np.array_equal(expected, snapshots[-1])


def test_the_statistics_of_a_batch_norm_go_with_the_averaged_weights(real):
    """In evaluation mode, averaged weights generate samples with the statistics of a large batch."""
    model = ConvGAN((4, 4), 5, (6, 7), Generator(1))
    train(model, real, History(), epochs=15, batch_size=8, **players(model, 5e-3), rng=Generator(0))
    eval_mode = model.sample(4000, Generator(7))
    with model.G.frozen():
        by_batch = model.generate(4000, Generator(7))
    assert np.abs(eval_mode - by_batch).mean() < 0.02


@pytest.mark.parametrize("n", [1, 2, 5])
def test_the_discriminator_takes_its_number_of_steps_for_each_step_of_the_generator(n, real):
    moves = ""

    class Watching(History):
        def log(self, **numbers):
            nonlocal moves
            super().log(**numbers)
            moves += "D" * ("V" in numbers) + "G" * ("G_loss" in numbers)

    game = Game("wasserstein", n, gradient_penalty=1.0)
    model = GAN(16, 3, Generator(1), hidden=(4,))
    how = {"epochs": 5, "batch_size": 8, "game": game, **players(model, 1e-3)}
    train(model, real, Watching(), rng=Generator(0), **how)
    assert moves == ("D" * n + "G") * (10 // n)


@pytest.mark.parametrize("n", [0, -1, 0.5])
def test_a_number_of_discriminator_steps_below_1_is_refused(n):
    with pytest.raises(BadInput, match="discriminator_steps must be a whole number of at least 1"):
        Game(discriminator_steps=n)


@pytest.mark.parametrize(
    ("rules", "message"),
    [
        ({"objective": "hinge-ish"}, "one of minimax"),
        ({"r1": -1.0}, r"r1 must be a finite number in \[0, ∞\), not -1"),
        ({"gradient_penalty": float("nan")}, "gradient_penalty must be a finite number"),
        ({"objective": "wasserstein"}, "needs a bound on the slope of D: give gradient_penalty=10"),
        ({"objective": "wasserstein", "r1": float("nan")}, "r1 must be"),
    ],
    ids=["objective", "r1", "penalty", "wasserstein", "wasserstein, r1"],
)
def test_rules_that_make_no_game_are_refused(rules, message):
    with pytest.raises(BadInput, match=message):
        Game(**rules)
