"""Generation samples from the model that was trained: its decoder computes `forward`, without the graph."""

import numpy as np
import pytest

import scratchgen_kernels as kernels
from scratchgen import no_grad, rnn
from scratchgen.data import CharacterTokenizer
from scratchgen.data.tokenizers.byte_pairs import BytePairTokenizer
from scratchgen.random import Generator
from scratchgen.rnn import ByteTokenizer, LanguageModel, cells, generate, incremental_decoder

pytestmark = pytest.mark.fast

TEXT = "the cat sat on the mat. " * 20
ROUNDING = 1e-5  # float32: logits of the order of 1, sums of about ten terms in another order
KINDS = {
    "plain": {},
    "two layers": {"layers": 2},
    "tied": {"tie_embeddings": True},
    "a learned first state": {"learned_h0": True},
    "all of it, and dropout": {"layers": 3, "tie_embeddings": True, "learned_h0": True, "dropout": 0.5},
}


def a_model(cell, kind="plain", symbols=None):
    """A model without zero weights, whose logits differ clearly."""
    model = LanguageModel(
        symbols or CharacterTokenizer.of(TEXT), 12, 12, Generator(1), cell=cell, **KINDS[kind]
    )
    noise = Generator(2)
    for parameter in model.parameters():
        parameter.data += 0.3 * noise.standard_normal(parameter.shape)
    return model


def by_forward(model):
    """The decoder without its shortcuts: `forward` for sequences of one symbol."""

    def step(ids, state):
        y, state = model.forward(ids[None], state)
        return y.numpy()[0], state.numpy()

    return step


def difference(model, B=3, T=20):
    """The largest difference between the logits and states of both over T symbols of B texts."""
    ids, state = Generator(3).integers(0, model.tokenizer.vocabulary_size, (T, B)), None
    with no_grad(), model.eval_mode():
        y, state = model.forward(ids[:1], state)
        whole, last = model.forward(ids, None)
        carried, decode, largest = state.numpy(), model.incremental_decoder(), 0.0
        for t in range(1, T):
            y, carried = decode(ids[t], carried)
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
        "tanh": lambda a_t, h, W_hh: cells.tanh_step(a_t, h, W_hh.T),
        "lstm": lambda a_t, h, c, W_hh: cells.lstm_step(np.roll(a_t, 12, axis=1), h, c, W_hh),
        "gru": lambda a_t, h, W_hh, b_h: cells.gru_step(a_t + b_h, h, W_hh, 0 * b_h),
    }
    layer = rnn.CELLS[cell].layer
    steps = incremental_decoder.STEPS
    monkeypatch.setitem(steps, layer, (wrong[cell], *steps[layer][1:]))
    assert difference(a_model(cell)) > 1000 * ROUNDING


def tokenizer(kind):
    if kind == "byte pairs":
        pytest.importorskip("tokenizers")
        return BytePairTokenizer.of([TEXT], 270)
    return {"characters": CharacterTokenizer.of(TEXT), "bytes": ByteTokenizer()}[kind]


@pytest.mark.parametrize("symbols", ["characters", "bytes", "byte pairs"])
@pytest.mark.parametrize("cell", rnn.CELLS)
def test_the_same_noise_gives_the_same_texts_as_forward(cell, symbols, monkeypatch):
    model = a_model(cell, "two layers", tokenizer(symbols))
    options = {"temperature": 0.8, "top_k": 20, "top_p": 0.95}
    prompts = ["the cat", "mat. ", "the cat"]
    texts = generate(model, prompts, 60, Generator(4), **options)
    monkeypatch.setattr(LanguageModel, "incremental_decoder", by_forward)
    assert generate(model, prompts, 60, Generator(4), **options) == texts
    assert texts[0] != texts[2] and len(set(texts)) == 3


def test_a_text_does_not_depend_on_the_backend_and_begins_as_a_shorter_one():
    model, texts = a_model("gru"), {}
    for backend in ("loops", "numpy", "auto"):
        with kernels.use(backend):
            texts[backend] = generate(model, ["the cat"], 40, Generator(5))
    assert texts["loops"] == texts["numpy"] == texts["auto"]
    assert texts["auto"][0].startswith(generate(model, ["the cat"], 25, Generator(5))[0])


def test_the_decoder_does_not_change_the_state_that_it_is_given():
    model = a_model("lstm", "two layers")
    state = Generator(0).standard_normal((2, 2, 1, 12))
    before = state.copy()
    model.incremental_decoder()(np.array([0]), state)
    np.testing.assert_array_equal(state, before)


def test_a_model_whose_logits_are_nan_generates_no_text():
    model = a_model("tanh")
    model.b_y.data[3] = np.nan
    with pytest.raises(ValueError, match="probabilities must be finite"):
        generate(model, ["the"], 3, Generator(0))
