"""Other data for the model of a run: what fits is read as the model reads its own, what does not is refused."""

from pathlib import Path
from types import SimpleNamespace

import numpy as np
import pytest

from scratchgen import BadInput
from scratchgen.data import PairData, SequenceData
from scratchgen.data.sound_frames import SoundFrames, as_sound
from scratchgen.data.tokenizers.characters import CharacterTokenizer
from scratchgen.tasks import music, sound, translation

pytestmark = pytest.mark.fast


def run_of(info, **model):
    return SimpleNamespace(info=info, model=SimpleNamespace(**model), directory=Path("runs/mine"))


def frames(scale, rate=8000):
    rng = np.random.default_rng(0)
    z = [rng.standard_normal((5, len(scale))).astype(np.float32) for _ in range(3)]
    return SoundFrames("other", rate, np.array(scale), z[:1], z[1:2], z[2:])


def test_frames_of_other_sounds_are_the_same_sounds_in_the_scale_of_the_training():
    theirs, run = frames([1.0, 2.0, 0.5, 4.0]), run_of(sound.DataInfo(rate=8000, scale=[3.0, 1.0, 1.0, 0.5]))
    ours, lines = sound.adapt(run, theirs)
    assert lines == [] and ours.scale.tolist() == run.info.scale
    for part in ("train", "validation", "test"):
        (z,), (expected,) = getattr(ours, part), getattr(theirs, part)
        assert z.dtype == np.float32 and not np.allclose(z, expected)
        np.testing.assert_allclose(as_sound(z, ours.scale), as_sound(expected, theirs.scale), atol=1e-5)


def test_sounds_of_another_rate_are_refused():
    run = run_of(sound.DataInfo(rate=16000, scale=[1.0]))
    with pytest.raises(BadInput, match=r"8000 samples per second, and runs/mine was trained on 16000"):
        sound.adapt(run, frames([1.0]))


@pytest.mark.parametrize(
    ("first", "D", "unit"), [(22, 4, "quarter note"), (21, 5, "quarter note"), (21, 4, "bar")]
)
def test_piano_rolls_of_other_notes_or_steps_are_refused(first, D, unit):
    roll = [np.zeros((3, 4), np.float32)]
    rolls = SequenceData("other", "quarter note", 21, roll, roll, roll)
    assert music.adapt(run_of(music.DataInfo(unit="quarter note", first=21), data_dim=4), rolls) == (
        rolls,
        [],
    )
    with pytest.raises(
        BadInput, match="other has the notes 21 … 24 in steps of a quarter note, and runs/mine"
    ):
        music.adapt(run_of(music.DataInfo(unit=unit, first=first), data_dim=D), rolls)


def test_pairs_of_other_languages_and_of_unknown_characters_are_refused():
    tokenizers = CharacterTokenizer.of("ab"), CharacterTokenizer.of("cd", "é")
    run = run_of(translation.DataInfo(sides=("English", "French")), tokenizers=tokenizers)
    pairs = lambda sides, x, y: PairData("other", sides, [(x, y)], [(x, y)], [(x, y)])
    assert translation.adapt(run, pairs(("English", "French"), "ab", "cd"))[1] == []
    (line,) = translation.adapt(run, pairs(("English", "French"), "ab", "cdüd"))[1]
    assert "1 character that the model of runs/mine does not know ('ü'): 25.00% of the text" in line
    with pytest.raises(
        BadInput, match="other holds pairs English → Chinese, and runs/mine was trained on English"
    ):
        translation.adapt(run, pairs(("English", "Chinese"), "ab", "cd"))
    with pytest.raises(BadInput, match=r"does not know \('x'\); give a text without them"):
        translation.adapt(run, pairs(("English", "French"), "abx", "cd"))
