"""The recurrence and its derivatives through time, against oracles that do not share their code."""

import numpy as np
import pytest

from scratchgen import check_grads, grad
from scratchgen.data import Vocabulary
from scratchgen.functional import tanh_recurrence
from scratchgen.optim import Adam
from scratchgen.random import Generator
from scratchgen.rnn import LanguageModel, evaluate, output, recurrence, train
from scratchgen.training import History

T, B, D, H = 5, 2, 3, 4


@pytest.fixture
def arguments(rng):
    x, h0, W_xh, W_hh, b_h = (rng.standard_normal(s) for s in ((T, B, D), (B, H), (D, H), (H, H), (H,)))
    return x, h0, W_xh, 0.6 * W_hh, b_h  # W_hh is not symmetric, so a missing transpose shows


def by_hand(x, h0, W_xh, W_hh, b_h):
    """The equation with columns and indices, one number at a time."""
    h = np.zeros((T, B, H))
    for t in range(T):
        for b in range(B):
            before = h0[b] if t == 0 else h[t - 1, b]
            for j in range(H):
                a = b_h[j]
                a += sum(W_xh[i, j] * x[t, b, i] for i in range(D))
                a += sum(W_hh[k, j] * before[k] for k in range(H))
                h[t, b, j] = np.tanh(a)
    return h


@pytest.mark.equation("rnn.hidden")
@pytest.mark.parametrize("f", [recurrence, tanh_recurrence])
def test_the_recurrence_is_the_equation_written_out(f, arguments):
    np.testing.assert_allclose(f(*arguments), by_hand(*arguments), rtol=1e-12)


@pytest.mark.equation("rnn.hidden")
def test_the_claim_above_rejects_a_state_that_is_not_carried(arguments):
    x, h0, W_xh, W_hh, b_h = arguments
    forgetful = np.tanh(x @ W_xh + h0 @ W_hh + b_h)
    assert np.abs(forgetful[1:] - by_hand(*arguments)[1:]).max() > 0.1


@pytest.mark.equation("rnn.output")
def test_the_output_is_the_equation_written_out(rng):
    h, W_hy, b_y = rng.standard_normal((T, B, H)), rng.standard_normal((H, 3)), rng.standard_normal(3)
    expected = np.einsum("tbh,hv->tbv", h, W_hy) + b_y
    np.testing.assert_allclose(output(h, W_hy, b_y), expected, rtol=1e-12)


@pytest.mark.equation("rnn.bptt")
@pytest.mark.parametrize("f", [recurrence, tanh_recurrence])
def test_gradients_through_time_agree_with_finite_differences_for_every_argument(f, arguments):
    check_grads(f, *arguments, order=1)


@pytest.mark.equation("rnn.bptt")
def test_the_claim_above_rejects_a_missing_transpose_of_W_hh(arguments):
    x, h0, W_xh, W_hh, b_h = arguments
    h = recurrence(*arguments)
    g = np.random.default_rng(0).standard_normal(h.shape)
    exact = grad(lambda W: np.sum(recurrence(x, h0, W_xh, W, b_h) * g))(W_hh).numpy()

    def bptt(back):
        delta, total = np.zeros((B, H)), np.zeros((H, H))
        for t in reversed(range(T)):
            delta = (g[t] + delta @ back) * (1 - h[t] ** 2)
            total += (h[t - 1] if t else h0).T @ delta
        return total

    np.testing.assert_allclose(bptt(W_hh.T), exact, rtol=1e-10)
    assert np.linalg.norm(bptt(W_hh) - exact) / np.linalg.norm(exact) > 0.1


@pytest.mark.equation("rnn.bptt")
def test_influence_over_time_is_bounded_by_powers_of_the_largest_singular_value(arguments):
    x, h0, W_xh, W_hh, b_h = arguments
    sigma = np.linalg.svd(W_hh, compute_uv=False)[0]
    for length in range(1, T + 1):
        rows = [
            grad(lambda h: recurrence(x[:length], h, W_xh, W_hh, b_h)[-1, 0, j])(h0).numpy()[0]  # noqa: B023
            for j in range(H)
        ]
        assert np.linalg.norm(rows, 2) <= sigma**length * (1 + 1e-12)


@pytest.mark.equation("rnn.bptt")
def test_a_text_in_two_chunks_with_the_state_carried_has_the_loss_of_the_whole(rng):
    model = LanguageModel(Vocabulary("abc"), hidden=7, embedding=4)
    ids = rng.integers(0, 3, (11, 2))
    whole, last = model.loss(ids[:-1], ids[1:])
    first, h = model.loss(ids[:4], ids[1:5])
    second, end = model.loss(ids[4:-1], ids[5:], h)
    np.testing.assert_allclose(np.concatenate([first.numpy(), second.numpy()]), whole.numpy(), rtol=1e-5)
    np.testing.assert_allclose(end, last, rtol=1e-5)


STAY = np.array([0.9, 0.6])  # a chain of two states: the probabilities of repeating 0 and 1


def markov_text(n, seed):
    u, ids = np.random.default_rng(seed).random(n), np.zeros(n, np.int64)
    for t in range(1, n):
        ids[t] = ids[t - 1] if u[t] < STAY[ids[t - 1]] else 1 - ids[t - 1]
    return ids


def surprisal(ids):
    """−log₂ of the chain's own probability of a text, per character: no model does better in the mean."""
    repeats = ids[1:] == ids[:-1]
    return float(np.mean(-np.log2(np.where(repeats, STAY[ids[:-1]], 1 - STAY[ids[:-1]]))))


def test_a_language_model_of_a_known_source_comes_close_to_its_exact_probabilities():
    """The excess over the surprisal of the same text is the divergence of the model from the chain: it is
    small and, up to what the training text happened to be, not negative."""
    text = markov_text(60_000, 2)
    model = LanguageModel(Vocabulary("ab"), hidden=8, embedding=2, rng=Generator(0))
    train(model, markov_text(30_000, 1), text[:100], History(), epochs=2, batch_size=16, chunk=32, alpha=1e-2)
    assert -0.002 < evaluate(model, text) - surprisal(text) < 0.01


def test_the_claim_above_rejects_a_model_that_has_not_learned():
    text = markov_text(5_000, 3)
    untrained = LanguageModel(Vocabulary("ab"), hidden=8, embedding=2)
    assert evaluate(untrained, text) - surprisal(text) > 0.1


def test_training_clips_to_a_joint_norm_of_one(monkeypatch):
    norms = []

    class Noting(Adam):
        def step(self):
            norms.append(np.sqrt(sum(np.sum(p.grad**2) for p in self.parameters)))
            super().step()

    monkeypatch.setattr("scratchgen.rnn.training.Adam", Noting)
    model = LanguageModel(Vocabulary("ab"), hidden=8, embedding=2, rng=Generator(0))
    model.W_hy.data *= 50  # steep: gradients of more than 1
    train(
        model,
        markov_text(600, 1),
        markov_text(50, 2),
        History(),
        epochs=1,
        batch_size=4,
        chunk=16,
        alpha=1e-3,
    )
    assert max(norms) == pytest.approx(1, rel=1e-4)


def test_temperature_divides_the_logits_before_the_softmax():
    model = LanguageModel(Vocabulary("abcd"), hidden=5, embedding=3, rng=Generator(4))
    y, _ = model.forward(np.array([[0]]), model.initial_state(1))
    logits = y.numpy()[-1, 0].astype(np.float64) / 0.5
    p = np.exp(logits) / np.exp(logits).sum()
    draws = [model.generate("a", 1, 0.5, Generator(seed))[1] for seed in range(3000)]
    counts = np.array([draws.count(c) for c in "abcd"])
    assert np.sum((counts - 3000 * p) ** 2 / (3000 * p)) < 16.3  # 99.9 %, 3 degrees of freedom


def test_no_temperature_is_too_small():
    model = LanguageModel(Vocabulary("abcd"), hidden=5, embedding=3, rng=Generator(4))
    assert model.generate("a", 20, 1e-320, Generator(0)) == model.generate("a", 20, 0, Generator(0))


def test_text_is_generated_with_the_state_of_everything_before():
    """Greedy continuation, one character at a time from the whole prefix, gives the same text."""
    model = LanguageModel(Vocabulary("abcd"), hidden=16, embedding=3, rng=Generator(7))
    model.W_hy.data *= 5
    expected = "ab"
    for _ in range(12):
        expected = model.generate(expected, 1, 0, Generator(0))
    assert model.generate("ab", 12, 0, Generator(0)) == expected


def test_temperature_zero_takes_the_likeliest_and_one_samples_the_model():
    model = LanguageModel(Vocabulary("abcd"), hidden=5, embedding=3, rng=Generator(4))
    y, _ = model.forward(np.array([[0]]), model.initial_state(1))
    p = np.exp(y.numpy()[-1, 0].astype(np.float64))
    p /= p.sum()
    draws = [model.generate("a", 1, 1.0, Generator(seed))[1] for seed in range(2000)]
    counts = np.array([draws.count(c) for c in "abcd"])
    assert np.sum((counts - 2000 * p) ** 2 / (2000 * p)) < 16.3  # 99.9 %, 3 degrees of freedom
    assert model.generate("a", 1, 0, Generator(0))[1] == "abcd"[int(p.argmax())]
