"""Without rng every model and output draws its weights from the process's default stream."""

import numpy as np
import pytest

from scratchgen import random, rnn
from scratchgen.data import CharacterTokenizer

TOKENIZER = CharacterTokenizer("abc")
MODELS = {
    "LanguageModel": lambda **rng: rnn.LanguageModel(TOKENIZER, 4, 3, **rng),
    "FrameModel": lambda **rng: rnn.FrameModel(3, 4, **rng),
    "SequenceRegression": lambda **rng: rnn.SequenceRegression(2, 1, 4, **rng),
    "Translator": lambda **rng: rnn.Translator(TOKENIZER, TOKENIZER, 4, 3, **rng),
    "Seq2Seq": lambda **rng: rnn.Seq2Seq(3, 3, 4, 3, **rng),
    "AdditiveAttention": lambda **rng: rnn.AdditiveAttention(4, 4, 3, **rng),
    "IndependentNotes": lambda **rng: rnn.IndependentNotes(4, 3, **rng),
    "NADE": lambda **rng: rnn.NADE(4, 3, 2, **rng),
    "MixtureDensity": lambda **rng: rnn.MixtureDensity(4, 3, 2, **rng),
}
every_model = pytest.mark.parametrize("make", MODELS.values(), ids=MODELS)


def weights(model):
    return np.concatenate([p.data.ravel() for p in model.parameters()])


@pytest.fixture(autouse=True)
def stream_as_before():
    state = random.default_stream().state
    yield
    random.default_stream().state = state


@every_model
def test_without_rng_two_models_differ_and_a_seed_repeats_them(make):
    random.seed(7)
    first, second = weights(make()), weights(make())
    random.seed(7)
    np.testing.assert_array_equal(weights(make()), first)
    assert np.abs(first - second).max() > 0.01


@every_model
def test_a_generator_of_numpy_is_refused(make):
    with pytest.raises(TypeError, match="not a Generator of scratchgen"):
        make(rng=np.random.default_rng(0))
