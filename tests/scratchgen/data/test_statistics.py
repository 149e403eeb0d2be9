"""The statistics of a data set are those of its training part."""

from dataclasses import replace

import numpy as np
import pytest

from scratchgen.data import CATALOGUE, PairData, SequenceData, SoundData, TextData
from scratchgen.data.pitches import pitch_name
from scratchgen.data.statistics import describe

EMBEDDED = [
    name for name, entry in CATALOGUE.items() if entry.is_embedded and entry.kind not in ("text", "pairs")
]
facts = lambda data: dict(describe(data))


@pytest.mark.parametrize("name", EMBEDDED)
def test_the_test_part_changes_only_its_own_size(name):
    data = CATALOGUE[name].load()
    found, changed = describe(data), describe(replace(data, test=data.test[: len(data.test) // 2]))
    assert found[1:] == changed[1:] and found[0] != changed[0]
    labels = getattr(data, "train_labels", None)
    fewer = {} if labels is None else {"train_labels": labels[: len(labels) // 2]}
    assert describe(replace(data, train=data.train[: len(data.train) // 2], **fewer)) != found


def test_a_text_of_four_equal_characters_has_two_bits_and_reports_characters_outside_the_training_part():
    found = facts(TextData("t", "abcd" * 10, "abcd", "xab"))
    assert found["entropy without context"].startswith("2.000")
    assert found["distinct characters"] == "4, and 1 only in the other parts"


def test_a_full_scale_square_wave_is_0_decibels_and_one_of_a_tenth_20_below():
    loud = [np.tile(np.array([1, -1], np.float32), 50)]
    for scale, level in ((1, "0.0 dB"), (0.1, "-20.0 dB"), (0, "silent")):
        data = SoundData("s", 100, [x * np.float32(scale) for x in loud], loud, loud)
        assert facts(data)["loudness"].startswith(level) and facts(data)["total length"] == "1 s"


def test_pitches_have_their_names():
    assert [pitch_name(p) for p in (21, 60, 69, 108)] == ["A0", "C4", "A4", "C8"]
    roll = np.zeros((4, 88), np.float32)
    roll[:2, 60 - 21] = roll[0, 69 - 21] = 1
    found = facts(SequenceData("s", "beat", 21, [roll], [roll], [roll]))
    assert found["pitches"] == "C4 … A4 (MIDI 60 … 69)" and found["simultaneous notes"] == "0.75, at most 2"


def test_pairs_count_distinct_sentences_of_either_side():
    pairs = [("a", "xx"), ("a", "yyyy"), ("bbb", "xx")]
    found = facts(PairData("p", ("left", "right"), pairs, [], []))
    assert found["left, distinct"] == found["right, distinct"] == "2"
    assert found["right, characters"] == "2 … 4, median 2"
    assert found["as lines"] == "left ⇥ right: 19 characters, 6 distinct"  # a, b, x, y, ⇥ and the line's end
