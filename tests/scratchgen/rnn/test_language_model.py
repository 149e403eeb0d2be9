"""Language models: their parts, resumed training, and bad input."""

import warnings

import numpy as np
import pytest

from scratchgen import rnn
from scratchgen.data import CharacterTokenizer
from scratchgen.data.tokenizers.byte_pairs import BytePairTokenizer
from scratchgen.errors import BadInput
from scratchgen.optim import Adam
from scratchgen.random import Generator
from scratchgen.rnn import (
    ByteTokenizer,
    LanguageModel,
    bits_per_character,
    evaluate,
    generate,
    log_prob,
    train,
)
from scratchgen.rnn.sampling import probabilities
from scratchgen.runs import History

TEXT = "the cat sat on the mat; naïve café, 日本. " * 30


def vocabulary(kind):
    if kind == "byte pairs":
        pytest.importorskip("tokenizers")
        return BytePairTokenizer.of([TEXT], 300)
    return {"characters": CharacterTokenizer.of(TEXT), "bytes": ByteTokenizer()}[kind]


# --- tokenizers -------------------------------------------------------------------------------------------


@pytest.mark.parametrize("kind", ["characters", "bytes", "byte pairs"])
def test_a_model_learns_a_text_with_any_tokenizer_and_its_bits_are_per_character(kind):
    symbols = vocabulary(kind)
    ids = symbols.encode(TEXT)
    model = LanguageModel(symbols, 24, 12, Generator(0), cell="gru")
    before = bits_per_character(model, TEXT)
    train(
        model,
        ids,
        ids[:50],
        History(),
        epochs=6,
        batch_size=2,
        bptt_steps=20,
        optimizer=Adam(model.parameters(), 2e-2),
    )
    after = bits_per_character(model, TEXT)
    assert after < 0.7 * before
    first = len(symbols.decode(ids[:1]))
    assert after == pytest.approx(evaluate(model, ids) * (len(ids) - 1) / (len(TEXT) - first), rel=1e-12)
    text = generate(model, ["the café"], 30, Generator(1), temperature=0.5)[0]
    assert text.startswith("the café") and len(text) > 8


def test_bytes_encode_every_text_and_decode_to_it():
    text = "naïve 日本 \x00\n😀"
    assert ByteTokenizer().decode(ByteTokenizer().encode(text)) == text
    np.testing.assert_array_equal(ByteTokenizer().encode("é"), [0xC3, 0xA9])
    assert ByteTokenizer().decode([0xC3]) == "�"
    assert ByteTokenizer().encode("").size == 0 and ByteTokenizer().decode([]) == ""


@pytest.mark.parametrize("ids", [[-1], [256]])
def test_integers_outside_the_bytes_are_refused(ids):
    with pytest.raises(BadInput, match=r"numbered 0 … 255"):
        ByteTokenizer().decode(ids)


def test_a_stop_may_begin_and_end_within_pieces():
    symbols = vocabulary("byte pairs")
    model = LanguageModel(symbols, 8, 4, Generator(0))
    stops = [
        text for text in generate(model, ["the "] * 64, 60, Generator(2), stop="a") if text.endswith("a")
    ]
    assert stops and all(text[4:].count("a") == 1 for text in stops)


# --- parts ------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("cell", rnn.CELLS)
def test_tied_embeddings_are_one_parameter_that_gets_both_gradients(cell, rng):
    model = LanguageModel(CharacterTokenizer("abc"), 6, 6, Generator(0), cell=cell, tie_embeddings=True)
    untied = LanguageModel(CharacterTokenizer("abc"), 6, 6, Generator(0), cell=cell)
    untied.load_state_dict({**model.state_dict(), "W_hy": model.embedding.W.data.T.copy()})
    assert len(untied.parameters()) == len(model.parameters()) + 1
    ids = rng.integers(0, 3, (8, 2))
    losses = [m.loss(ids[:-1], ids[1:])[0] for m in (model, untied)]
    np.testing.assert_allclose(losses[0].numpy(), losses[1].numpy(), rtol=1e-6)
    for loss in losses:
        loss.sum().backward()
    both = untied.embedding.W.grad + untied.W_hy.grad.T
    np.testing.assert_allclose(model.embedding.W.grad, both, rtol=1e-4, atol=1e-5)  # float32


def test_dropout_is_off_during_scoring_and_generation_and_on_again_afterwards(rng):
    model = LanguageModel(CharacterTokenizer("abc"), 16, 8, Generator(0), cell="lstm", layers=2, dropout=0.5)
    ids = rng.integers(0, 3, 40)
    assert evaluate(model, ids) == evaluate(model, ids)
    assert model.generate("a", 9, 0, Generator(0)) == model.generate("a", 9, 0, Generator(0))
    assert model.training and all(layer.training for _, layer in model.children())
    losses = [model.loss(ids[:-1, None], ids[1:, None])[0].numpy() for _ in range(2)]
    assert np.any(losses[0] != losses[1])


def test_a_model_in_evaluation_mode_stays_in_it(rng):
    model = LanguageModel(CharacterTokenizer("abc"), 4, 2, dropout=0.5).eval()
    evaluate(model, rng.integers(0, 3, 9))
    assert not model.training


# --- resuming ---------------------------------------------------------------------------------------------


class Killed(Exception):
    pass


class Watched(History):
    """A history that keeps its state after one step, and stops there."""

    def __init__(self, at=None):
        super().__init__()
        self.at, self.saved = at, None

    def after_step(self):
        if self.total_steps == self.at:
            arrays, numbers = self.state()
            self.saved = {k: a.copy() for k, a in arrays.items()}, numbers
            raise Killed


@pytest.mark.parametrize("cell", rnn.CELLS)
@pytest.mark.parametrize("at", [1, 4, 6, 9])
def test_a_training_that_was_killed_resumes_to_the_same_bits(cell, at, rng):
    """With dropout, two layers, a learned first state and, for LSTM, h and c carried."""
    ids = rng.integers(0, 3, 200)

    def run(records):
        model = LanguageModel(
            CharacterTokenizer("abc"), 6, 3, Generator(3), cell=cell, layers=2, dropout=0.3, learned_h0=True
        )
        train(
            model,
            ids,
            ids[:30],
            records,
            epochs=2,
            batch_size=4,
            bptt_steps=8,
            optimizer=Adam(model.parameters(), 1e-2),
        )
        return model.state_dict()

    expected = run(whole := History())
    assert whole.total_steps == 12
    with pytest.raises(Killed):
        run(stopped := Watched(at))
    again = History()
    again.resume(*stopped.saved)
    for name, array in run(again).items():
        np.testing.assert_array_equal(array, expected[name])
    assert again.history == whole.history


@pytest.mark.parametrize("forgotten", ["dropout", "carried"])
def test_the_claim_above_rejects_a_checkpoint_that_forgets(forgotten, rng):
    ids = rng.integers(0, 3, 200)

    def run(records):
        model = LanguageModel(CharacterTokenizer("abc"), 6, 3, Generator(3), cell="lstm", dropout=0.3)
        train(
            model,
            ids,
            ids[:30],
            records,
            epochs=2,
            batch_size=4,
            bptt_steps=8,
            optimizer=Adam(model.parameters(), 1e-2),
        )
        return model.state_dict()

    expected = run(History())
    with pytest.raises(Killed):
        run(stopped := Watched(4))
    arrays, numbers = stopped.saved
    arrays.pop("carried/state") if forgotten == "carried" else None
    numbers["tracked"][forgotten] = {"state": None} if forgotten == "carried" else {"seed": 3, "counter": 0}
    again = History()
    again.resume(arrays, numbers)
    assert any(np.any(array != expected[name]) for name, array in run(again).items())


def test_an_incomplete_checkpoint_is_refused_in_one_line(rng):
    ids = rng.integers(0, 3, 200)
    with pytest.raises(Killed):
        train(MODEL, ids, ids, stopped := Watched(3), **fit(MODEL))
    arrays, numbers = stopped.saved
    del numbers["tracked"]["dropout"]
    again = History()
    again.resume(arrays, numbers)
    with pytest.raises(BadInput, match="another version saved it"):
        train(MODEL, ids, ids, again, **fit(MODEL))


def test_weights_of_another_kind_of_network_are_refused():
    of = lambda **options: LanguageModel(CharacterTokenizer("abc"), 6, 3, **options)
    for other in ({"cell": "lstm"}, {"cell": "gru"}, {"layers": 2}, {"learned_h0": True}):
        with pytest.raises(ValueError, match=r"to a different model|in the model, but"):
            of().load_state_dict(of(**other).state_dict())


# --- bad input --------------------------------------------------------------------------------------------

MODEL = LanguageModel(CharacterTokenizer("abc"), 4, 2)


def fit(model):
    """Settings of a short training."""
    return {"epochs": 1, "batch_size": 2, "bptt_steps": 5, "optimizer": Adam(model.parameters(), 1e-3)}


LONG = np.zeros(30, np.int64)


@pytest.mark.parametrize(
    ("call", "says"),
    [
        (lambda: train(MODEL, LONG[:10], LONG, History(), **fit(MODEL)), "too short"),
        (lambda: train(MODEL, LONG[:0], LONG, History(), **fit(MODEL)), "too short"),
        (lambda: train(MODEL, LONG, LONG[:1], History(), **fit(MODEL)), "nothing to predict"),
        (lambda: evaluate(MODEL, LONG[:1]), "nothing to predict"),
        (lambda: log_prob(MODEL, LONG[:0]), "nothing to predict"),
        (lambda: bits_per_character(MODEL, "a"), "nothing to predict"),
        (lambda: bits_per_character(MODEL, "axe"), "'x' is not known"),
        (lambda: MODEL.generate("x", 1, 1, Generator(0)), "'x' is not known"),
        (lambda: MODEL.generate("", 1, 1, Generator(0)), "prompt is empty"),
        (lambda: generate(MODEL, [], 1, Generator(0)), "prompt is empty"),
        (lambda: MODEL.generate("a", -1, 1, Generator(0)), "at least 0"),
        (lambda: MODEL.generate("a", 1, -1, Generator(0)), "temperature"),
        (lambda: MODEL.generate("a", 1, np.nan, Generator(0)), "temperature"),
        (lambda: MODEL.generate("a", 1, 1, Generator(0), top_k=0), "at least 1"),
        (lambda: MODEL.generate("a", 1, 1, Generator(0), top_p=0.0), "top_p"),
        (lambda: MODEL.generate("a", 1, 1, Generator(0), top_p=1.1), "top_p"),
        (lambda: MODEL.generate("a", 1, 1, Generator(0), stop=""), "empty stop"),
        (lambda: rnn.beam_search(MODEL, "a", 1, 0), "width"),
        (lambda: rnn.beam_search(MODEL, "a", 1, 1, length_penalty=-1.0), "length_penalty"),
        (lambda: rnn.beam_search(MODEL, "", 1, 1), "prompt is empty"),
        (lambda: LanguageModel(CharacterTokenizer("abc"), 4, 2, cell="elman"), "tanh, lstm, gru"),
        (lambda: LanguageModel(CharacterTokenizer("abc"), 4, 2, tie_embeddings=True), "tied embeddings"),
        (lambda: MODEL.loss(LONG[:0, None], LONG[:0, None]), "no steps"),
        (
            lambda: MODEL.loss(LONG[:3, None], LONG[:3, None], mask=np.zeros((3, 1), bool)),
            "masked everywhere",
        ),
    ],
)
def test_bad_input_is_refused_in_one_line(call, says):
    with pytest.raises(BadInput, match=says) as refused:
        call()
    assert "\n" not in str(refused.value)


def test_asking_for_nothing_gives_the_prompt():
    assert MODEL.generate("ab", 0, 1, Generator(0)) == "ab"
    assert rnn.beam_search(MODEL, "ab", 0, 3)[0].text == "ab"


def test_a_text_of_one_known_letter_is_learned_to_no_bits():
    model = LanguageModel(CharacterTokenizer("a"), 4, 2)
    train(model, LONG, LONG, History(), **fit(model))
    assert evaluate(model, LONG) == pytest.approx(0, abs=1e-6)


@pytest.mark.parametrize("cell", rnn.CELLS)
def test_a_loss_that_explodes_stops_the_training_with_the_weights_before_the_step(cell, rng):
    model = LanguageModel(CharacterTokenizer("abc"), 4, 2, Generator(0), cell=cell)
    model.W_hy.data[0] = np.inf
    before, records = model.state_dict(), History()
    with warnings.catch_warnings(), pytest.raises(BadInput, match="training diverged in step 1 of epoch 1"):
        warnings.simplefilter("ignore")  # NumPy warns too
        train(model, rng.integers(0, 3, 100), LONG, records, **fit(model))
    for name, array in model.state_dict().items():
        np.testing.assert_array_equal(array, before[name])


def test_a_model_whose_logits_are_nan_samples_nothing():
    with pytest.raises(ValueError, match="probabilities must be finite"):
        Generator(0).categorical(probabilities(np.array([[np.nan, 0.0]])))
