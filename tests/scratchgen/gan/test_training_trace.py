"""The content of a training trace, and that tracing does not change the training."""

import numpy as np
import pytest

from scratchgen.functional import softplus
from scratchgen.gan import GAN, Game, TrainingTrace, discriminator_step, generator_step, train
from scratchgen.gan.game import ORIGINAL
from scratchgen.gan.training_trace import SIDE
from scratchgen.optim import SGD, Adam
from scratchgen.random import Generator
from scratchgen.runs import History

POINTS = 2 * Generator(3).standard_normal((64, 2))
SETTINGS = {"epochs": 2, "batch_size": 8}  # 16 steps


def players(model):
    """The optimisers of both players."""
    return {f"optimizer_{p}": Adam(getattr(model, p).parameters(), 1e-2, 0.5) for p in "GD"}


def pair(**options):
    return GAN(2, 2, Generator(1), hidden=(8,), bounded=False, **options)


def played(game=ORIGINAL, steps=16, moments=5):
    model, rng = pair(), Generator(0)
    trace = TrainingTrace(model, POINTS, steps, game, moments)
    train(model, POINTS, History(), rng=rng, game=game, trace=trace, **players(model), **SETTINGS)
    return trace


def test_either_player_is_seen_at_each_moment_and_only_its_own_step_shows():
    model, rng = pair(), Generator(0)
    trace = TrainingTrace(model, POINTS, 1)
    discriminator_step(model, POINTS, SGD(model.D.parameters(), 0.1), rng)
    trace.look("D", 1)
    generator_step(model, 64, SGD(model.G.parameters(), 0.1), rng)
    trace.look("G", 1)
    start, of_D, of_G = trace.frames
    assert [frame.player for frame in trace.frames] == ["", "D", "G"]
    assert np.array_equal(start.samples, of_D.samples) and not np.array_equal(start.logits, of_D.logits)
    assert np.array_equal(of_D.logits, of_G.logits) and not np.array_equal(of_D.samples, of_G.samples)


def test_moments_lie_in_a_geometric_series_from_the_first_step_to_the_last():
    assert [(frame.step, frame.player) for frame in played().frames[1:]] == [
        (step, player) for step in (1, 2, 4, 8, 16) for player in "DG"
    ]


def test_in_a_game_with_a_ratio_moments_are_steps_that_both_players_make():
    steps = [frame.step for frame in played(Game(discriminator_steps=4)).frames]
    assert steps == [0, 4, 4, 8, 8, 12, 12, 16, 16]


@pytest.mark.parametrize("objective", ["minimax", "nonsaturating", "least_squares", "wasserstein"])
def test_a_push_is_minus_the_slope_of_the_loss_of_its_sample_alone(objective):
    """By central differences in the loss as the article writes it."""
    losses = {
        "minimax": lambda b: -softplus(b),
        "nonsaturating": lambda b: softplus(-b),
        "least_squares": lambda b: (b - 1) ** 2 / 2,
        "wasserstein": lambda b: -b,
    }
    frame = TrainingTrace(model := pair(), POINTS, 1, Game(objective, gradient_penalty=0.0)).frames[0]
    x, h = frame.samples.astype(np.float64), 1e-5
    D = in_float64(model)
    for d in (0, 1):
        step = h * np.eye(2)[d]
        slope = (losses[objective](D(x + step)) - losses[objective](D(x - step))) / (2 * h)
        np.testing.assert_allclose(frame.pushes[:, d], -slope, rtol=1e-3, atol=1e-5)


def in_float64(model):
    """The discriminator of `pair` by its formula."""
    W, b, V, c = (p.data.astype(np.float64) for p in model.D.parameters())
    return lambda x: (np.maximum(x @ W + b, 0) @ V + c)[:, 0]


def test_the_surface_has_the_logits_of_the_discriminator_at_the_points_of_the_grid():
    trace = TrainingTrace(model := pair(), POINTS, 1)
    left, right, below, above = trace.extent
    logits = trace.frames[0].logits
    corners = np.array([(left, below), (right, below), (left, above), (right, above)], np.float32)
    np.testing.assert_allclose(
        [logits[0, 0], logits[0, -1], logits[-1, 0], logits[-1, -1]], model.logits(corners).numpy(), rtol=1e-5
    )
    assert logits.shape == (SIDE, SIDE)
    low, high = POINTS.min(axis=0), POINTS.max(axis=0)
    assert left < low[0] and high[0] < right and below < low[1] and high[1] < above


@pytest.mark.parametrize("norm", ["none", "spectral"])
def test_a_game_that_is_traced_ends_with_the_same_bits(norm):
    ends = []
    for traced in (False, True):
        model, rng = pair(norm=norm), Generator(0)
        trace = TrainingTrace(model, POINTS, 16) if traced else None
        train(model, POINTS, History(), rng=rng, trace=trace, **players(model), **SETTINGS)
        ends.append(model.state_dict())
    assert all(np.array_equal(a, ends[1][name]) for name, a in ends[0].items())


def test_the_claim_above_rejects_a_look_that_draws_from_the_noise_of_the_game():
    class Greedy(TrainingTrace):
        def look(self, player, step):
            rng.standard_normal(4)

    ends = []
    for kind in (TrainingTrace, Greedy):
        model, rng = pair(), Generator(0)
        train(model, POINTS, History(), rng=rng, trace=kind(model, POINTS, 16), **players(model), **SETTINGS)
        ends.append(model.G[0].W.data)
    assert not np.array_equal(*ends)


def test_a_resumed_game_has_the_earlier_snapshots():
    class Saving(History):
        def after_step(self):
            if self.total_steps == 9:
                self.saved = self.state()

    def game(history, saved=None):
        model, rng = pair(), Generator(0)
        trace = TrainingTrace(model, POINTS, 16)
        if saved:
            history.resume(*saved)
        train(model, POINTS, history, rng=rng, trace=trace, **players(model), **SETTINGS)
        return trace.state_dict()

    first = Saving()
    whole, resumed = game(first), game(History(), first.saved)
    assert whole.keys() == resumed.keys()
    assert all(np.array_equal(whole[name], resumed[name]) for name in whole)


def test_a_restored_trace_does_not_change_with_the_state_that_it_was_given():
    trace = played()
    state, logits = trace.state_dict(), trace.frames[0].logits.copy()
    trace.load_state_dict(state)
    state["logits"] += 1
    np.testing.assert_array_equal(trace.frames[0].logits, logits)


@pytest.mark.parametrize(
    ("model", "points"), [(pair(pack=2), POINTS), (GAN(3, 2), np.zeros((8, 3))), (pair(), POINTS[0])]
)
def test_packs_and_what_are_no_points_are_refused(model, points):
    with pytest.raises(ValueError, match=r"points \(N, 2\) that D judges one by one"):
        TrainingTrace(model, points, 10)
