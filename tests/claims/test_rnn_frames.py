"""Binary frames over the state of a network: NADE and independent notes as distributions, padding."""

import itertools
import json
import math

import numpy as np
import pytest

from scratchgen import rnn
from scratchgen.autograd import Tensor
from scratchgen.data.preprocessing.by_length import pad
from scratchgen.errors import BadInput
from scratchgen.nn import Parameter
from scratchgen.optim import Adam
from scratchgen.random import Generator
from scratchgen.rnn import FrameModel, nade_log_prob, nats_by_sequence, nats_per_frame, train_frames
from scratchgen.rnn.frames.training import noisy
from scratchgen.runs import History

cells = pytest.mark.parametrize("cell", rnn.CELLS)
outputs = pytest.mark.parametrize("nade", [0, 6], ids=["independent", "nade"])


def every_vector(D):
    return np.array(list(itertools.product([0.0, 1.0], repeat=D)))


def weights(rng, D, K=5):
    """b, c, W and V, all of the order of 1."""
    return [rng.standard_normal(shape) for shape in ((D,), (K,), (D, K), (D, K))]


def sigmoid(a):
    return 1 / (1 + np.exp(-a))


def by_the_paper(x, b, c, W, V, last=0):
    """log p(x) of one vector, note by note; each depends on the notes below it and, with `last` = 1, on itself."""
    total = 0.0
    for d in range(len(x)):
        p = sigmoid(b[d] + V[d] @ sigmoid(c + x[: d + last] @ W[: d + last]))
        total += math.log(p if x[d] else 1 - p)
    return total


# --- one frame --------------------------------------------------------------------------------------------


@pytest.mark.equation("rnn.nade")
@pytest.mark.parametrize("D", [1, 2, 5, 8])
def test_the_probabilities_of_all_vectors_sum_to_one(D, rng, measured):
    log_p = nade_log_prob(every_vector(D), *weights(rng, D))
    measured(abs(np.exp(log_p).sum() - 1), 1e-12)


@pytest.mark.equation("rnn.nade")
def test_the_claim_above_rejects_an_estimator_whose_notes_depend_on_themselves(rng):
    parts = weights(rng, 5)
    sums = [sum(math.exp(by_the_paper(x, *parts, last=k)) for x in every_vector(5)) for k in (0, 1)]
    assert sums[0] == pytest.approx(1) and abs(sums[1] - 1) > 1e-3


@pytest.mark.equation("rnn.nade")
def test_the_estimator_is_the_formula_of_the_paper_note_by_note(rng, measured):
    x, parts = every_vector(6), weights(rng, 6)
    expected = np.array([by_the_paper(row, *parts) for row in x])
    measured(np.abs(nade_log_prob(x, *parts) - expected), 1e-12 * np.abs(expected))
    b, c, W, V = parts
    swapped = [by_the_paper(row, b, c, V, W) for row in x]  # W and V have the same shape
    assert np.abs(nade_log_prob(x, *parts) - swapped).max() > 0.1


@pytest.mark.equation("rnn.nade")
@pytest.mark.parametrize("order", [(0, 1, 2, 3), (3, 1, 0, 2), (2, 3, 1, 0)])
def test_the_chain_rule_holds_in_any_order_of_the_notes(order, rng, measured):
    """Conditionals computed from the joint multiply to it; in the order of the estimator they are the σ's."""
    x, parts = every_vector(4), weights(rng, 4)
    p = np.exp(nade_log_prob(x, *parts))
    b, c, W, V = parts
    product, own = np.ones(len(x)), True
    for k, d in enumerate(order):
        known = list(order[:k])
        agree = (x[:, None, known] == x[None, :, known]).all(axis=-1)
        conditional = (agree & (x[:, None, d] == x[None, :, d])) @ p / (agree @ p)
        product *= conditional
        below = sigmoid(b[d] + sigmoid(c + x[:, :d] @ W[:d]) @ V[d])
        own &= np.allclose(conditional, np.where(x[:, d] == 1, below, 1 - below), rtol=1e-10)
    measured(np.abs(product - p), 1e-12)
    assert own == (order == (0, 1, 2, 3))


@pytest.mark.equation("rnn.nade")
def test_without_v_the_notes_are_independent_and_with_it_they_are_not(rng, measured):
    x, (b, c, W, V) = every_vector(5), weights(rng, 5)
    expected = (x * np.log(sigmoid(b)) + (1 - x) * np.log(1 - sigmoid(b))).sum(axis=1)
    measured(np.abs(nade_log_prob(x, b, c, W, 0 * V) - expected), 1e-12)
    p = np.exp(nade_log_prob(x, b, c, W, V))
    apart = np.prod(np.where(x == 1, p @ x, 1 - p @ x), axis=1)
    assert np.abs(p - apart).max() > 0.01


@pytest.mark.equation("rnn.nade")
def test_the_gradient_agrees_with_finite_differences(rng, measured):
    x = rng.integers(0, 2, (3, 4, 5)).astype(float)
    parts = [rng.standard_normal((3, 4, 5)), rng.standard_normal((3, 4, 6)), *weights(rng, 5, 6)[2:]]
    g, step = rng.standard_normal((3, 4)), 1e-6
    tensors = [Tensor(part, requires_grad=True) for part in parts]
    (nade_log_prob(x, *tensors) * g).sum().backward()
    for k, tensor in enumerate(tensors):
        u = rng.standard_normal(parts[k].shape)
        at = [
            (nade_log_prob(x, *(p + s * u if i == k else p for i, p in enumerate(parts))) * g).sum()
            for s in (step, -step)
        ]
        slope = (at[0] - at[1]) / (2 * step)
        measured(abs(slope - np.vdot(tensor.grad, u)), 1e-7 * (1 + abs(slope)))


# --- sequences --------------------------------------------------------------------------------------------


def small(cell, nade, D=4, **options):
    """A model in float64 with weights of the order of 1."""
    model = FrameModel(D, 7, Generator(2), cell=cell, nade=nade, **options)
    rng = np.random.default_rng(5)
    for p in model.parameters():
        p.data = 0.6 * rng.standard_normal(p.shape)
    return model


def pieces(rng, lengths, D=4):
    return [rng.integers(0, 2, (T, D)).astype(float) for T in lengths]


@pytest.mark.equation("rnn.frames")
@cells
@outputs
def test_the_probabilities_of_all_sequences_sum_to_one(cell, nade, measured):
    every = every_vector(6).reshape(-1, 3, 2).swapaxes(0, 1)  # (T = 3, 64, D = 2)
    log_p = small(cell, nade, D=2).log_prob(every).numpy().sum(axis=0)
    measured(abs(np.exp(log_p).sum() - 1), 1e-12)


@pytest.mark.equation("rnn.frames")
@cells
@outputs
def test_the_claim_above_rejects_a_state_that_has_read_the_frame_it_predicts(cell, nade, monkeypatch):
    monkeypatch.setattr(FrameModel, "forward", lambda self, x, mask=None: self.recurrent(x, None, mask)[0])
    every = every_vector(6).reshape(-1, 3, 2).swapaxes(0, 1)
    log_p = small(cell, nade, D=2).log_prob(every).numpy().sum(axis=0)
    assert abs(np.exp(log_p).sum() - 1) > 0.01


def gradients(model, total):
    model.zero_grad()
    total.backward()
    return {name: p.grad for name, p in model.named_parameters()}


@pytest.mark.equation("rnn.frames")
@cells
@outputs
def test_padding_changes_no_value_and_no_gradient(cell, nade, rng, measured):
    model, sequences = small(cell, nade, layers=2), pieces(rng, (3, 7, 5))
    x, mask = pad(sequences)
    x[~mask] = 1  # any value
    together = model.log_prob(x, mask)
    assert (together.numpy()[~mask] == 0).all()
    alone = [model.log_prob(piece[:, None]) for piece in sequences]
    for b, piece in enumerate(alone):
        measured(np.abs(together.numpy()[: len(piece), b] - piece.numpy()[:, 0]), 1e-12)
    all_at_once = gradients(model, together.sum())
    one_by_one = gradients(model, sum(piece.sum() for piece in alone))
    for name, g in all_at_once.items():
        measured(np.abs(g - one_by_one[name]), 1e-11)
    careless = gradients(model, model.log_prob(x).sum())
    assert max(np.abs(careless[name] - g).max() for name, g in all_at_once.items()) > 0.01


@pytest.mark.equation("rnn.frames")
@cells
@outputs
def test_the_gradient_of_a_sequence_agrees_with_finite_differences(cell, nade, rng, measured):
    model = small(cell, nade)
    x, mask = pad(pieces(rng, (4, 6)))
    exact, step = gradients(model, model.log_prob(x, mask).sum()), 1e-6
    for name, p in model.named_parameters():
        u, theta, at = rng.standard_normal(p.shape), p.data, []
        for sign in (1, -1):
            p.data = theta + sign * step * u
            at.append(model.log_prob(x, mask).numpy().sum())
        p.data = theta
        slope = (at[0] - at[1]) / (2 * step)
        measured(abs(slope - np.vdot(exact[name], u)), 1e-7 * (1 + abs(slope)))


@outputs
def test_scores_are_sums_over_a_piece_and_means_over_all_frames(nade, rng):
    model, sequences = small("gru", nade), pieces(rng, (3, 7, 5, 1))
    each = np.array([-model.log_prob(piece[:, None]).numpy().sum() for piece in sequences])
    np.testing.assert_allclose(nats_by_sequence(model, sequences), each, rtol=1e-12)
    assert nats_per_frame(model, sequences) == pytest.approx(sum(each) / 16)
    assert nats_per_frame(model, sequences) != pytest.approx(np.mean(each / (3, 7, 5, 1)))


# --- sampling ---------------------------------------------------------------------------------------------


def chi_squared(drawn, p):
    """χ² of the sampled vectors against the probabilities of all vectors, standardised."""
    counts = np.bincount(drawn, minlength=len(p))
    n, free = counts.sum(), len(p) - 1
    return (((counts - n * p) ** 2 / (n * p)).sum() - free) / math.sqrt(2 * free)


@outputs
def test_samples_have_the_probabilities_of_the_model(nade):
    model = small("tanh", nade, D=2)
    every = every_vector(4).reshape(-1, 2, 2).swapaxes(0, 1)
    p = np.exp(model.log_prob(every).numpy().sum(axis=0))
    drawn = model.sample(2, 20_000, Generator(3)).swapaxes(0, 1).reshape(-1, 4) @ [8, 4, 2, 1]
    assert abs(chi_squared(drawn.astype(int), p)) < 4
    assert chi_squared(drawn.astype(int), p[::-1]) > 20
    single = model.sample(1, 20_000, Generator(3))[0]
    assert abs(chi_squared((single @ [2, 1]).astype(int), p.reshape(4, 4).sum(axis=1))) < 4


# --- correlated notes -------------------------------------------------------------------------------------


def fitted(nade):
    """Nats per frame, on fresh data, of a model of four notes that always sound together or not at all."""

    def frames(rng, n):
        return [np.repeat(rng.integers(0, 2, (10, 1)), 4, axis=1).astype(np.float32) for _ in range(n)]

    rng = np.random.default_rng(0)
    model = FrameModel(4, 2, Generator(0), nade=nade)
    train_frames(
        model, frames(rng, 200), frames(rng, 2), History(),
        epochs=25, batch_size=20, optimizer=Adam(model.parameters(), 0.1), rng=Generator(1),
    )  # fmt: skip
    return nats_per_frame(model, frames(rng, 400))


def test_nade_reaches_the_entropy_of_correlated_notes_and_independent_ones_miss_the_total_correlation():
    entropy, total_correlation = math.log(2), 3 * math.log(2)
    with_nade, independent = fitted(8), fitted(0)
    assert with_nade == pytest.approx(entropy, abs=0.02)
    # uniform and independent: 4 log 2 for every frame, so there is no sampling error
    assert independent == pytest.approx(entropy + total_correlation, abs=0.02)
    assert independent - with_nade == pytest.approx(total_correlation, abs=0.03)
    assert min(with_nade, independent) > entropy - 0.001  # on fresh data no model costs less than the entropy


# --- training and bad input -------------------------------------------------------------------------------


def test_weight_noise_moves_the_weights_for_the_gradient_and_restores_them_to_the_bit():
    p = Parameter(np.linspace(0, 1, 10_000, dtype=np.float32))
    exact = p.data.copy()
    with noisy([p], 0.075, Generator(0)):
        eps = p.data - exact
        assert p.data.dtype == np.float32
        assert eps.std() == pytest.approx(0.075, rel=0.03) and abs(eps.mean()) < 0.003  # 4/√n
    assert np.array_equal(p.data, exact)
    with noisy([p], 0.0, None):
        assert np.array_equal(p.data, exact)


class Cut(History):
    """A history that stops at a step, with the state that a run would save there."""

    def after_step(self):
        if self.total_steps == 30:
            arrays, numbers = self.state()
            self.saved = arrays, json.loads(json.dumps(numbers))
            raise InterruptedError


def trained(history, sequences):
    rng = Generator(0)
    model = FrameModel(
        4, 5, rng, nade=3, dropout=0.3
    )  # its dropout shares the generator with the order of the batches
    how = {"epochs": 2, "batch_size": 1, "optimizer": Adam(model.parameters(), 0.01), "weight_noise": 0.1}
    train_frames(model, sequences, sequences[:2], history, rng=rng, **how)
    return model.state_dict()


def test_a_training_with_noise_that_is_resumed_within_an_epoch_ends_with_the_same_bits(rng):
    sequences = [piece.astype(np.float32) for piece in pieces(rng, rng.integers(2, 9, 50))]  # several pools
    cut, rest = Cut(), History()
    with pytest.raises(InterruptedError):
        trained(cut, sequences)
    rest.resume(*cut.saved)
    whole, parts = trained(History(), sequences), trained(rest, sequences)
    assert all(np.array_equal(whole[name], parts[name]) for name in whole)


def test_a_training_that_explodes_stops_with_the_weights_of_the_step_before(rng):
    sequences = [piece.astype(np.float32) for piece in pieces(rng, (5, 6, 7))]
    model, history = FrameModel(4, 7, Generator(0), nade=3), History()
    optimizer = Adam(model.parameters(), 1e38)
    with pytest.raises(BadInput, match="training diverged in step"):
        train_frames(
            model,
            sequences,
            sequences,
            history,
            epochs=9,
            batch_size=2,
            optimizer=optimizer,
            rng=Generator(0),
        )
    assert len(history.by_epoch) < 9


@pytest.mark.parametrize(
    "x, mask, words",
    [
        (np.zeros((3, 2, 5)), None, "takes frames of shape"),
        (np.zeros((3, 4)), None, "takes frames of shape"),
        (np.full((3, 2, 4), 0.5), None, "sounds"),
        (np.full((3, 2, 4), np.nan), None, "sounds"),
        (np.zeros((0, 2, 4)), None, "no steps"),
        (np.zeros((3, 1, 4)), np.array([[True], [False], [True]]), "real frames of each sequence first"),
        (np.zeros((3, 1, 4)), np.zeros((3, 1), bool), "masked everywhere"),
    ],
)
def test_bad_frames_are_refused(x, mask, words):
    with pytest.raises(BadInput, match=words):
        small("tanh", 3).log_prob(x, mask)


def test_bad_sizes_are_refused():
    with pytest.raises(BadInput, match="choose one of tanh"):
        FrameModel(4, 3, cell="elman")
    for sizes in ((0, 3), (4, 0)):
        with pytest.raises(ValueError, match="must be a whole number of at least 1"):
            FrameModel(*sizes)
    with pytest.raises(BadInput, match="T must be"):
        small("tanh", 0).sample(0, 1, Generator(0))


@outputs
def test_float32_stays_float32(nade):
    model = FrameModel(4, 3, Generator(0), nade=nade)
    x = np.ones((2, 1, 4), np.float32)
    assert model.log_prob(x).dtype == np.float32 == model.sample(2, 1, Generator(0)).dtype
    optimizer = Adam(model.parameters())
    model.log_prob(x).sum().backward()
    optimizer.step()
    assert all(p.data.dtype == p.grad.dtype == np.float32 for p in model.parameters())
