"""The standard error of a text's bits, and the last state of a training that diverges."""

import numpy as np
import pytest

from scratchgen import rnn
from scratchgen.data import CharacterTokenizer, TextData
from scratchgen.errors import BadInput
from scratchgen.evaluation import mean_over_examples
from scratchgen.optim import Adam
from scratchgen.random import Generator
from scratchgen.runs import History
from scratchgen.tasks import text as task

P = np.array([0.9, 0.1])
N = 50_000


def without_memory():
    """p(c) = P(c) whatever came before."""
    model = rnn.LanguageModel(CharacterTokenizer("ab"), 2, 2)
    model.W_hy.data[...] = 0
    model.b_y.data[...] = np.log(P)
    return model


def text_of(ids):
    text = "".join("ab"[i] for i in ids)
    return TextData("mine", text, text[:1000], text)


def naive_error(ids):
    return mean_over_examples(-np.log2(P)[ids[1:]]).standard_error


def test_where_symbols_are_independent_the_error_is_that_of_independent_symbols(rng):
    ids = rng.choice(2, N, p=P)
    (score,) = task.score(without_memory(), text_of(ids), task.Settings(), "test")
    assert score.value == pytest.approx(np.mean(-np.log2(P)[ids[1:]]), rel=1e-5)
    # of 50 stretches: a relative deviation of 1/√98 = 0.10
    assert score.standard_error == pytest.approx(naive_error(ids), rel=0.3)


def test_where_hard_passages_are_long_the_error_is_larger_than_symbols_by_themselves_would_have(rng):
    ids = np.repeat(rng.choice(2, N // 200, p=P), 200)
    (score,) = task.score(without_memory(), text_of(ids), task.Settings(), "test")
    assert score.standard_error > 5 * naive_error(ids)  # √200 = 14 times, if each passage were a stretch


def test_a_short_text_has_no_standard_error(rng):
    text = text_of(rng.choice(2, N, p=P))
    short = TextData("mine", text.train, text.validation, text.train[:150])
    (score,) = task.score(without_memory(), short, task.Settings(), "test")
    assert score.standard_error is None and "±" not in score.ours


def test_bits_of_bytes_are_by_the_character_and_so_are_those_of_their_ngrams():
    model = rnn.LanguageModel(rnn.ByteTokenizer(), 2, 2)
    model.W_hy.data[...] = 0  # every byte costs 8 bits
    text = "日本" * 200
    (score,) = task.score(model, TextData("mine", text, text, text), task.Settings(), "test")
    symbols, characters = 6 * 200 - 1, 400 - 1  # without the first
    assert score.value == pytest.approx(8 * symbols / characters)
    assert score.baseline_value < 0.2  # each byte follows from the one before


def test_a_text_of_one_character_of_several_bytes_has_bits():
    model = rnn.LanguageModel(rnn.ByteTokenizer(), 2, 2)
    model.W_hy.data[...] = 0
    (score,) = task.score(model, TextData("mine", "日本日本", "日本", "日"), task.Settings(), "test")
    assert score.value == pytest.approx(2 * 8)


def test_orders_whose_windows_overflow_are_left_out():
    known = "".join(map(chr, range(0x4E00, 0x4E00 + 3000)))
    model = rnn.LanguageModel(CharacterTokenizer(known), 2, 2)
    scores = task.evaluate(
        model, TextData("mine", known, known, known[::-1]), task.Settings(), "test", Generator(0), None
    )
    assert sum("n-gram of" in score.measure for score in scores) == 5  # 3000⁵ < 2⁶³ < 3000⁶


class Recorder(History):
    """A history that notes the saved state."""

    saved = None

    def save_checkpoint(self):
        self.saved = self.state()


@pytest.mark.parametrize("broken", ["gradient", "loss"])
def test_a_state_whose_loss_is_finite_is_saved_when_its_gradient_is_not_and_any_other_is_not(
    broken, monkeypatch
):
    ids = Generator(1).integers(0, 3, (200,))
    model = rnn.LanguageModel(CharacterTokenizer("abc"), 4, 2, Generator(0), cell="lstm", dropout=0.5)
    if broken == "gradient":
        monkeypatch.setattr("scratchgen.optim.step.clip_grad_norm", lambda *_: np.inf)
    else:
        model.b_y.data[...] = np.nan
    before, noise, history = model.state_dict(), model.rng.state, Recorder()
    with pytest.raises(BadInput, match="training diverged in step 1 of epoch 1"):
        optimizer = Adam(model.parameters())
        rnn.train(model, ids, ids, history, epochs=1, batch_size=2, bptt_steps=10, optimizer=optimizer)
    assert model.rng.state == noise
    for name, array in model.state_dict().items():
        np.testing.assert_array_equal(array, before[name])
    assert (history.saved is not None) == (broken == "gradient")
