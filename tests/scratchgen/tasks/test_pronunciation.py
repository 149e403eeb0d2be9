"""From a prompt to phones: brackets as they are, words by a model, and what is refused."""

import numpy as np
import pytest

from scratchgen.data.phones import PAUSE
from scratchgen.data.tokenizers import CharacterTokenizer, WordTokenizer
from scratchgen.errors import BadInput
from scratchgen.random import Generator
from scratchgen.rnn import Translator
from scratchgen.tasks.pronunciation import by_model, phones_of_prompt
from scratchgen.tasks.speech import sound_of_frames

SPELLED = {"hi": ["HH", "AY1"], "you": ["Y", "UW1"]}


@pytest.mark.parametrize(
    "prompt, phones",
    [
        ("hi", ["HH", "AY1", PAUSE]),
        ("Hi, you!", ["HH", "AY1", PAUSE, "Y", "UW1", PAUSE]),
        ("[K AE1 T]", ["K", "AE1", "T", PAUSE]),
        ("hi [K AE1 T] you", ["HH", "AY1", "K", "AE1", "T", "Y", "UW1", PAUSE]),
    ],
)
def test_a_prompt_is_the_phones_of_its_words_and_of_its_brackets(prompt, phones):
    assert phones_of_prompt(prompt, SPELLED.__getitem__) == phones


@pytest.mark.parametrize(
    "prompt, message",
    [("[K QQ]", "'QQ' is no phone"), ("[]", "nothing to speak"), ("", "nothing to speak"), ("hé", "'é'")],
)
def test_a_prompt_that_cannot_be_spoken_is_refused(prompt, message):
    with pytest.raises(BadInput, match=message):
        phones_of_prompt(prompt, SPELLED.__getitem__)


def test_words_need_a_pronunciation_and_its_letters():
    with pytest.raises(BadInput, match="reads phones"):
        phones_of_prompt("hi", None)
    model = Translator(CharacterTokenizer.of("abc"), WordTokenizer.of(["K AE1 T"]), 4, 4, Generator(0))
    assert set(by_model(model)("cab")) <= {"K", "AE1", "T"}
    with pytest.raises(BadInput, match="no word of the training has 'x', 'y', as 'xyb'"):
        by_model(model)("xyb")


@pytest.mark.parametrize("T", [1, 3, 4, 9])
def test_frames_of_any_number_become_a_finite_sound(T):
    sound = sound_of_frames(np.zeros((T, 80)), Generator(0))
    assert np.isfinite(sound).all() and len(sound) == max(1, (max(T, 4) - 3) * 256)
