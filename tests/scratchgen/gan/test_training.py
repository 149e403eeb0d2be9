"""The training of a GAN: bad input, warnings, and the state after an error."""

import itertools

import numpy as np
import pytest

from scratchgen import BadInput
from scratchgen.gan import GAN, ConditionalGAN, ConvGAN, Game, train
from scratchgen.gan.monitor import GANMonitor, mean_distance
from scratchgen.optim import SGD, Adam, Diverged, Schedule
from scratchgen.random import Generator
from scratchgen.runs import History, Run, checkpoint

SETTINGS = {"epochs": 2, "batch_size": 4}


def players(model, learning_rate=1e-3):
    """The optimisers of both players."""
    return {f"optimizer_{p}": Adam(getattr(model, p).parameters(), learning_rate, 0.5) for p in "GD"}


def small(**options):
    return GAN(6, 3, Generator(1), hidden=(5,), **options)


REFUSED = {
    "negative data": (
        small(),
        {"images": -np.ones((8, 6))},
        r"outputs are in \(0, 1\), but the data from -1",
    ),
    "large data": (small(), {"images": np.full((8, 6), 255.0)}, "to 255; scale them"),
    "no number": (small(), {"images": np.full((8, 6), np.nan)}, "the data from nan to nan"),
    "fewer examples than a batch": (small(), {"images": np.ones((3, 6))}, "3 examples make no batch of 4"),
    "no examples": (small(), {"images": np.ones((0, 6))}, "0 examples make no batch of 4"),
    "a batch that is no packs": (small(pack=3), {}, "a batch of 4 cannot be cut into packs of 3"),
    "no classes": (ConditionalGAN(6, 3, 2), {}, "these have none: give labels"),
    "an unknown class": (
        ConditionalGAN(6, 3, 2),
        {"labels": np.arange(8)},
        "classes are 0 … 1, one per row, not 2",
    ),
    "labels of other images": (ConditionalGAN(6, 3, 2), {"labels": np.zeros(5, int)}, r"arrays of \[5, 8\]"),
    "a penalty on a mixed batch": (small(norm="batch"), {"game": Game(r1=1.0)}, "batch normalisation mixes"),
}


@pytest.mark.parametrize(("model", "given", "message"), REFUSED.values(), ids=REFUSED)
def test_bad_input_is_refused_before_anything_has_changed(model, given, message):
    before, history = model.state_dict(), History()
    given = {"images": np.full((8, 6), 0.5, np.float32), **given}
    images = given.pop("images").astype(np.float32)
    with pytest.raises(BadInput, match=message):
        train(model, images, history, rng=Generator(0), **players(model), **SETTINGS, **given)
    assert all(np.array_equal(a, before[name]) for name, a in model.state_dict().items())
    assert not history.history


def test_an_unbounded_generator_takes_data_of_any_size_and_a_bounded_one_refuses_them():
    images, history = 100 * Generator(0).standard_normal((8, 6)), History()
    model = small(bounded=False)
    train(model, images, history, rng=Generator(0), **players(model), **SETTINGS)
    assert np.isfinite(history.history["V"]).all()
    with pytest.raises(BadInput, match="outputs are in"):
        train(small(), images, History(), rng=Generator(0), **players(small()), **SETTINGS)


def test_the_log_has_the_losses_scores_and_gradient_norms_of_both_players():
    history, model = History(), small()
    train(model, Generator(0).random((8, 6)), history, rng=Generator(0), **players(model), **SETTINGS)
    assert set(history.history) == {"V", "D_real", "D_fake", "norm_D", "G_loss", "norm_G", "diversity"}
    assert all(len(means) == 2 and np.all(np.isfinite(means)) for means in history.history.values())


def test_a_schedule_per_epoch_sets_the_learning_rate_of_each_player():
    images, asked = Generator(0).random((8, 6)), []

    def weights_after(epochs, **schedules):
        model = small()
        how = {"epochs": epochs, "batch_size": 4, **players(model), **schedules}
        train(model, images, History(), rng=Generator(0), **how)
        return model.D.state_dict()

    def only_first(t, T):
        asked.append((t, T))
        return 1.0 if t == 0 else 0.0

    found = weights_after(3, schedule_D=Schedule(only_first, per="epoch"))
    expected, further = weights_after(1), weights_after(3)
    assert asked == [(0, 3), (0, 3), (1, 3), (1, 3), (2, 3), (2, 3)]  # two steps per epoch
    assert all(np.array_equal(a, expected[name]) for name, a in found.items())
    assert not all(np.array_equal(a, expected[name]) for name, a in further.items())


def test_the_players_may_have_different_optimisers_and_schedules():
    images, model = Generator(0).random((8, 6)), small()
    G, D = model.G.state_dict(), model.D.state_dict()
    optimizer_G = Adam(model.G.parameters(), 1e-3)
    optimizer_D = SGD(model.D.parameters(), 0.1, momentum=0.9)
    rest = Schedule(lambda t, T: 0.0)
    how = {"optimizer_G": optimizer_G, "optimizer_D": optimizer_D, "schedule_G": rest, **SETTINGS}
    train(model, images, History(), rng=Generator(0), **how)
    assert optimizer_G.t == optimizer_D.t == 4
    assert all(np.allclose(a, G[name], rtol=1e-6, atol=0) for name, a in model.G.state_dict().items())
    assert any(not np.array_equal(a, D[name]) for name, a in model.D.state_dict().items())


def test_the_optimiser_of_the_other_player_is_refused():
    model = small()
    swapped = {"optimizer_G": Adam(model.D.parameters()), "optimizer_D": Adam(model.G.parameters())}
    with pytest.raises(ValueError, match="no parameter of the optimiser"):
        train(model, Generator(0).random((8, 6)), History(), rng=Generator(0), **swapped, **SETTINGS)


# --- when it breaks ---------------------------------------------------------------------------------------


class Breaking(GAN):
    """Its generator makes NaN from a given call on: calls 1, 3, … are for D's steps, 2, 4, … for its own."""

    def __init__(self, call):
        super().__init__(6, 3, Generator(1), hidden=(5,))
        self.call = call

    def generate(self, n, rng):
        self.call -= 1
        return super().generate(n, rng) * np.float32(1 if self.call > 0 else np.nan)


@pytest.mark.parametrize(("call", "player", "step"), [(7, "discriminator", 4), (8, "generator", 4)])
def test_a_loss_that_is_not_finite_stops_the_training_names_player_and_step_and_keeps_the_checkpoint(
    call, player, step, tmp_path
):
    images = Generator(0).random((40, 6))
    run = Run(tmp_path / "run", {"kind": "gan"}, save_every=0, quiet=True)
    model = Breaking(call)
    before = []
    run.after_step = lambda: (Run.after_step(run), before.append(model.state_dict()))
    with pytest.raises(
        Diverged,
        match=rf"diverged in step {step} of epoch 1: the loss of the {player} is nan, .* \(r1\)\. The",
    ):
        train(model, images, run, rng=Generator(0), **players(model), **SETTINGS)
    found, damages = checkpoint.newest(tmp_path / "run" / "checkpoints")
    assert found.step == step - 1 and not damages
    assert {name for name in found.arrays if name.startswith("model/")} == {f"model/{k}" for k in before[-1]}
    for name, array in before[-1].items():
        np.testing.assert_array_equal(found.arrays[f"model/{name}"], array)
        assert np.all(np.isfinite(array))


def test_no_weight_is_changed_by_a_loss_that_is_not_finite():
    model = Breaking(1)
    before = model.state_dict()
    with pytest.raises(Diverged, match="loss of the discriminator is nan"):
        train(model, Generator(0).random((8, 6)), History(), rng=Generator(0), **players(model), **SETTINGS)
    assert all(np.array_equal(a, before[name]) for name, a in model.state_dict().items())


def test_a_gradient_that_is_infinite_stops_it_too():
    model = small(bounded=False)
    images = np.full((8, 6), 1e30, np.float32)
    how = {"game": Game("least_squares"), **players(model), **SETTINGS}
    with pytest.raises(
        Diverged, match=r"loss of the discriminator is .*, the norm of its gradient (inf|nan)"
    ):
        train(model, images, History(), rng=Generator(0), **how)
    assert all(np.all(np.isfinite(a)) for a in model.state_dict().values())


# --- monitor -----------------------------------------------------------------------------------------------


def mean_over_pairs(x, with_itself=False):
    pairs = itertools.product(range(len(x)), repeat=2)
    return np.mean([np.linalg.norm(x[i] - x[j]) for i, j in pairs if i != j or with_itself])


@pytest.mark.equation("gan.diversity")
def test_the_mean_distance_is_that_over_all_pairs(rng, measured):
    x = rng.standard_normal((7, 3))
    measured(abs(mean_distance(x) - mean_over_pairs(x)), 1e-10)
    measured(
        abs(GANMonitor("hinge", x).epoch(3 * x[:5])[0] - 3 * mean_over_pairs(x[:5]) / mean_over_pairs(x)),
        1e-6,
    )
    assert mean_distance(x[:1]) == 0


@pytest.mark.equation("gan.diversity")
def test_the_claim_above_rejects_a_mean_that_counts_each_with_itself(rng):
    x = rng.standard_normal((7, 3))
    assert abs(mean_distance(x) - mean_over_pairs(x, with_itself=True)) > 0.1


def warnings_of(monitor, V, samples):
    monitor.step(V)
    return monitor.epoch(samples)[1]


def test_a_collapse_of_the_samples_is_reported_once_and_again_when_it_recurs(rng):
    varied = rng.standard_normal((50, 4))
    monitor = GANMonitor("nonsaturating", varied)
    assert monitor.epoch(varied)[0] == pytest.approx(1)
    assert warnings_of(monitor, -1.3, 0.7 * varied) == []
    (warning,) = warnings_of(monitor, -1.3, 0.1 * varied)
    assert "samples have become alike: diversity 0.100, it was 1.000" in warning
    assert warnings_of(monitor, -1.3, 0.1 * varied) == []
    assert warnings_of(monitor, -1.3, varied) == []
    assert len(warnings_of(monitor, -1.3, 0.1 * varied)) == 1


def test_an_untrained_generator_has_not_collapsed(rng):
    varied = rng.standard_normal((50, 4))
    monitor = GANMonitor("nonsaturating", varied)
    assert warnings_of(monitor, -1.4, 0.01 * varied) == [] and warnings_of(monitor, -1.4, 0.5 * varied) == []


@pytest.mark.parametrize(
    ("objective", "even", "won"),
    [
        ("minimax", -1.3, -0.05),
        ("nonsaturating", -0.5, -0.01),
        ("least_squares", -0.2, -0.01),
        ("hinge", -1.5, 0),
    ],
)
def test_a_discriminator_that_has_won_is_reported(objective, even, won, rng):
    x = rng.standard_normal((50, 4))
    monitor = GANMonitor(objective, x)
    assert warnings_of(monitor, even, x) == []
    (warning,) = warnings_of(monitor, won, x)
    assert "the discriminator has won" in warning


def test_a_critic_is_meant_to_win(rng):
    x = rng.standard_normal((50, 4))
    assert warnings_of(GANMonitor("wasserstein", x), 100.0, x) == []


class Losing(GAN):
    """Its generator can do nothing but grey."""

    def generate(self, n, rng):
        return 0 * super().generate(n, rng) + np.float32(0.5)


def test_a_warning_reaches_the_reader_and_what_health_remembers_is_kept_with_the_run():
    history, model = History(), Losing(6, 3, Generator(1), hidden=(20,))
    with pytest.warns(UserWarning, match="the discriminator has won"):
        train(
            model,
            1 - 0.1 * Generator(0).random((64, 6)),
            history,
            epochs=30,
            batch_size=8,
            **players(model, 0.01),
            rng=Generator(0),
        )
    assert history.state()[1]["tracked"]["monitor"]["won"] is True


def test_a_convolutional_pair_with_batch_normalisation_trains_and_resumes_to_the_same_bits():
    images = Generator(0).random((12, 16))

    def begin(history):
        model, rng = ConvGAN((4, 4), 3, (2, 3), Generator(1)), Generator(4)
        return model, lambda: train(model, images, history, rng=rng, epochs=3, batch_size=4, **players(model))

    class Saving(History):
        def after_step(self):
            if self.total_steps == 4:
                self.saved = self.state()

    history = Saving()
    model, go = begin(history)
    go()
    later = History()
    later.resume(*history.saved)
    again, go = begin(later)
    go()
    for name, array in model.state_dict().items():
        np.testing.assert_array_equal(again.state_dict()[name], array)
