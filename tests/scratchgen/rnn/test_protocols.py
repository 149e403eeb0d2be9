"""Tokenizers, models and outputs of a user's own work where the library's do."""

import numpy as np

from scratchgen import Tensor, rnn
from scratchgen.data import CharacterTokenizer
from scratchgen.nn import Module
from scratchgen.random import Generator


class Ascii:
    """The example of `rnn.Tokenizer`."""

    @property
    def vocabulary_size(self):
        return 128

    def encode(self, text):
        return np.frombuffer(text.encode("ascii"), np.uint8)

    def decode(self, ids):
        return bytes(ids.tolist()).decode("ascii")


class Cycle(Module):
    """A text model without a network: after symbol k comes k + 1."""

    tokenizer = CharacterTokenizer("abcd")

    def forward(self, ids, state=None):
        y = 50.0 * np.equal((ids[..., None] + 1) % 4, np.arange(4))
        return Tensor(y), Tensor(np.zeros((1, 1, ids.shape[1], 1)))

    def incremental_decoder(self):
        return lambda ids, state: (self.forward(ids[None])[0].numpy()[0], state)


class CoinFlips(Module):
    """An output of frames: x = 1 with probability ½ for every note, whatever the state."""

    def log_prob(self, h, x):
        return 0 * h[..., 0] + x.shape[-1] * np.log(0.5)

    def sample(self, h, rng):
        return (rng.random((*h.shape[:-1], 2)) < 0.5).astype(np.float32)

    def check(self, x):
        pass


def test_the_librarys_classes_and_a_users_own_fit_the_protocols():
    for tokenizer in (Ascii(), CharacterTokenizer("ab"), rnn.ByteTokenizer()):
        assert isinstance(tokenizer, rnn.Tokenizer)
    for model in (Cycle(), rnn.LanguageModel(Ascii(), 4, 3)):
        assert isinstance(model, rnn.TextModel) and not isinstance(model, rnn.Tokenizer)
    for output in (CoinFlips(), rnn.NADE(4, 3, 2), rnn.IndependentNotes(4, 3), rnn.MixtureDensity(4, 3, 2)):
        assert isinstance(output, rnn.FrameOutput) and not isinstance(output, rnn.TextModel)


def test_a_language_model_takes_a_tokenizer_of_ones_own():
    model = rnn.LanguageModel(Ascii(), 8, 4, Generator(0))
    assert len(model.generate("ab", 5, 1.0, Generator(0))) == 7
    assert rnn.bits_per_character(model, "abcabc") > 0


def test_generation_and_beam_search_take_a_model_of_ones_own():
    assert rnn.generate(Cycle(), ["a", "dab"], 4, Generator(0)) == ["abcda", "dabcdab"]
    assert rnn.beam_search(Cycle(), "b", 3, width=2)[0].text == "bcda"


def test_a_model_of_frames_takes_an_output_of_ones_own():
    model = rnn.FrameModel(2, 3, Generator(0))
    model.output = CoinFlips()
    x = model.sample(5, 4, Generator(1))
    assert x.shape == (5, 4, 2)
    np.testing.assert_allclose(model.log_prob(x).numpy(), 2 * np.log(0.5), rtol=1e-6)
