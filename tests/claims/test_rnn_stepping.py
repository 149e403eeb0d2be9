"""What draws texts, symbol by symbol, is the model that was trained: `forward`, without its graph."""

import numpy as np
import pytest

import scratchgen_kernels as kernels
from scratchgen import no_grad, rnn
from scratchgen.data import CharacterTokenizer
from scratchgen.data.tokenizers.byte_pairs import BytePairTokenizer
from scratchgen.random import Generator
from scratchgen.rnn import ByteTokenizer, LanguageModel, generate, stepping
from scratchgen.rnn.recurrence import gru_recurrence, lstm_recurrence, recurrence

TEXT = "the cat sat on the mat. " * 20
ROUNDING = 1e-5  # float32, of logits of the order of 1, after sums over some ten terms in another order
KINDS = {
    "plain": {},
    "two layers": {"layers": 2},
    "tied": {"tied": True},
    "a first state of its own": {"learned_h0": True},
    "all of it, and dropout": {"layers": 3, "tied": True, "learned_h0": True, "dropout": 0.5},
}


def a_model(cell, kind="plain", symbols=None):
    """A model none of whose weights is 0, and whose logits differ by more than a little."""
    model = LanguageModel(
        symbols or CharacterTokenizer.of(TEXT), 12, 12, Generator(1), cell=cell, **KINDS[kind]
    )
    noise = Generator(2)
    for parameter in model.parameters():
        parameter.data += 0.3 * noise.standard_normal(parameter.shape)
    return model


def by_forward(model):
    """The stepper as it would be without all this: `forward` for sequences of one symbol."""

    def step(ids, state):
        y, state = model.forward(ids[None], state)
        return y.numpy()[0], state.numpy()

    return step


def difference(model, B=3, T=20):
    """The largest between logits and states of both ways over T symbols of B texts."""
    ids, state = Generator(3).integers(0, model.vocabulary.vocabulary_size, (T, B)), None
    with no_grad(), model.eval_mode():
        y, state = model.forward(ids[:1], state)
        whole, last = model.forward(ids, None)
        carried, step, largest = state.numpy(), model.stepper(), 0.0
        for t in range(1, T):
            y, carried = step(ids[t], carried)
            largest = max(largest, np.abs(y - whole.numpy()[t]).max())
    assert y.dtype == carried.dtype == np.float32 and carried.shape == last.shape
    return max(largest, np.abs(carried - last.numpy()).max())


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("cell", rnn.CELLS)
def test_logits_and_states_are_those_of_forward(cell, kind, measured):
    measured(difference(a_model(cell, kind)), ROUNDING)


@pytest.mark.parametrize("cell", rnn.CELLS)
def test_the_claim_above_rejects_another_cell(cell, monkeypatch):
    wrong = {
        "tanh": lambda a, state, W_hh: np.tanh(a + state[0] @ W_hh.T),
        "lstm": lambda a, state, W_hh: stepping.lstm_step(np.roll(a, 12, axis=1), state, W_hh),
        "gru": lambda a, state, W_hh, b_h: stepping.gru_step(a + b_h, state, W_hh, 0 * b_h),
    }
    layer = rnn.CELLS[cell].layer
    monkeypatch.setitem(stepping.STEPS, layer, (wrong[cell], *stepping.STEPS[layer][1:]))
    assert difference(a_model(cell)) > 1000 * ROUNDING


@pytest.mark.parametrize("cell", rnn.CELLS)
def test_a_step_is_the_composed_recurrence_of_one_step(cell, rng, measured):
    """In float64, where only the order of the sums differs: 1e-14."""
    gates, D, H, B = {"tanh": 1, "lstm": 4, "gru": 3}[cell], 5, 4, 3
    x, W_xh, W_hh = (rng.standard_normal(s) for s in ((B, D), (D, gates * H), (H, gates * H)))
    state, b_x, b_h = (rng.standard_normal(s) for s in ((2, B, H), gates * H, gates * H))
    if cell == "tanh":
        one, whole = (
            stepping.tanh_step(x @ W_xh + b_h, state, W_hh),
            recurrence(x[None], state[0], W_xh, W_hh, b_h),
        )
    elif cell == "lstm":
        one = np.stack(stepping.lstm_step(x @ W_xh + b_h, state, W_hh))
        whole = lstm_recurrence(x[None], *state, W_xh, W_hh, b_h)
    else:
        one = stepping.gru_step(x @ W_xh + b_x, state, W_hh, b_h)
        whole = gru_recurrence(x[None], state[0], W_xh, W_hh, b_x, b_h)
    measured(np.abs(one - whole.reshape(one.shape)), 1e-14)


def vocabulary(kind):
    if kind == "byte pairs":
        pytest.importorskip("tokenizers")
        return BytePairTokenizer.of([TEXT], 270)
    return {"characters": CharacterTokenizer.of(TEXT), "bytes": ByteTokenizer()}[kind]


@pytest.mark.parametrize("symbols", ["characters", "bytes", "byte pairs"])
@pytest.mark.parametrize("cell", rnn.CELLS)
def test_the_same_noise_gives_the_same_texts_as_forward(cell, symbols, monkeypatch):
    model = a_model(cell, "two layers", vocabulary(symbols))
    options = {"temperature": 0.8, "top_k": 20, "top_p": 0.95}
    prompts = ["the cat", "mat. ", "the cat"]
    texts = generate(model, prompts, 60, Generator(4), **options)
    monkeypatch.setattr(LanguageModel, "stepper", by_forward)
    assert generate(model, prompts, 60, Generator(4), **options) == texts
    assert texts[0] != texts[2] and len(set(texts)) == 3


def test_a_text_does_not_depend_on_the_backend_and_begins_as_a_shorter_one():
    model, texts = a_model("gru"), {}
    for backend in ("loops", "numpy", "auto"):
        with kernels.use(backend):
            texts[backend] = generate(model, ["the cat"], 40, Generator(5))
    assert texts["loops"] == texts["numpy"] == texts["auto"]
    assert texts["auto"][0].startswith(generate(model, ["the cat"], 25, Generator(5))[0])


def test_the_state_that_is_given_stays_as_it_is():
    model = a_model("lstm", "two layers")
    state = Generator(0).standard_normal((2, 2, 1, 12))
    before = state.copy()
    model.stepper()(np.array([0]), state)
    np.testing.assert_array_equal(state, before)


def test_a_model_that_gives_no_numbers_writes_no_text():
    model = a_model("tanh")
    model.b_y.data[3] = np.nan
    with pytest.raises(ValueError, match="probabilities must be finite"):
        generate(model, ["the"], 3, Generator(0))
