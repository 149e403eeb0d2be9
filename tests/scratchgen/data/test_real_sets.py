"""Content of the real data sets; no test example also occurs in training."""

import csv
import re
from collections import defaultdict

import numpy as np
import pytest

from scratchgen.data import load_images, load_pairs, load_sequences, load_sound
from scratchgen.data.rolls import notes_of
from scratchgen.data.sets.binarized_mnist import read_matrix
from scratchgen.data.sets.chorales import WITH_ONSETS, onset_roll, piano_roll
from scratchgen.data.sets.spoken_digits import SPEAKERS, of_known_speakers
from scratchgen.data.sets.tatoeba import attributions
from scratchgen.errors import BadInput


def test_binarized_mnist_is_sampled_with_the_grey_values_as_means(real_data):
    binary, grey = load_images("binarized-mnist"), load_images("mnist")
    assert set(np.unique(binary.train)) == {0, 1} and binary.train.dtype == np.float32
    everything = np.concatenate([grey.train, grey.validation])
    drawn = np.concatenate([binary.train, binary.validation])
    assert not drawn[:, everything.max(axis=0) == 0].any()  # pixels that are 0 in every digit are never on
    # One sample per pixel: the mean differs by sampling noise; the bound is six standard errors
    noise = np.sqrt((everything * (1 - everything)).sum(dtype=np.float64)) / everything.size
    assert drawn.mean(dtype=np.float64) == pytest.approx(everything.mean(dtype=np.float64), abs=6 * noise)


def test_a_matlab_file_of_images_is_read_and_any_other_refused(tmp_path, rng):
    io = pytest.importorskip("scipy.io")
    x = rng.integers(0, 2, (5, 784), dtype=np.uint8)
    io.savemat(tmp_path / "x.mat", {"binarized": x}, do_compression=True)
    assert np.array_equal(read_matrix(tmp_path / "x.mat"), x)
    io.savemat(tmp_path / "two.mat", {"a": x, "b": x})
    io.savemat(tmp_path / "narrow.mat", {"a": x[:, :700]})
    (tmp_path / "cut.mat").write_bytes((tmp_path / "x.mat").read_bytes()[:200])
    for name in ("two.mat", "narrow.mat", "cut.mat"):
        with pytest.raises(BadInput, match=name):
            read_matrix(tmp_path / name)


def test_chorales_have_four_voices_and_the_published_number_of_steps(real_data):
    chorales = load_sequences("jsb-chorales")
    steps = [sum(len(roll) for roll in part) for part in (chorales.train, chorales.validation, chorales.test)]
    assert steps == [13_807, 4_602, 4_725]
    assert all(roll.shape[1] == 88 and set(np.unique(roll)) <= {0, 1} for roll in chorales.train)
    assert max(roll.sum(axis=1).max() for roll in chorales.train) <= 4  # soprano, alto, tenor, bass


def test_a_piano_roll_has_middle_c_in_column_39():
    roll = piano_roll([[60], [], [21, 108]])
    assert np.argwhere(roll).tolist() == [[0, 39], [2, 0], [2, 87]]


def test_a_voice_begins_a_note_where_its_pitch_changes():
    """Soprano and alto exchange C and D; the tenor holds; the bass rests and enters on the pitch of the tenor."""
    roll = onset_roll([[60, 62, 50, -1], [62, 60, 50, -1], [62, 60, 50, 50]])
    notes = [(d + 21, a, b) for d, a, b in notes_of(roll, WITH_ONSETS)]
    assert sorted(notes) == [(50, 0, 2), (50, 2, 3), (60, 0, 1), (60, 1, 3), (62, 0, 1), (62, 1, 3)]


def test_the_chorales_with_onsets_are_the_published_ones_four_steps_per_quarter_note(real_data):
    chorales, onsets = load_sequences("jsb-chorales"), load_sequences("jsb-chorales-onsets")
    steps = [sum(len(roll) for roll in part) for part in (onsets.train, onsets.validation, onsets.test)]
    assert steps == [55_228, 18_408, 18_900]
    lengths = lambda part, steps: sorted(steps * len(roll) for roll in part)
    for part in ("train", "validation", "test"):
        assert lengths(getattr(chorales, part), 4) == lengths(getattr(onsets, part), 1)


def test_no_speaker_of_the_spoken_digits_is_in_two_parts(real_data):
    assert sorted(sum(SPEAKERS, ())) == sorted(
        {path.stem.split("_")[1] for path in (real_data / "fsdd" / "recordings").iterdir()}
    )
    digits = load_sound("fsdd")
    for labels in (digits.train_labels, digits.validation_labels, digits.test_labels):
        assert len(set(np.bincount(labels).tolist())) == 1 and labels.max() == 9


def test_by_recording_every_digit_of_every_speaker_is_in_every_part_and_no_recording_in_two(real_data):
    digits = of_known_speakers()
    for part, n in (("train", 40), ("validation", 5), ("test", 5)):
        labels = getattr(digits, f"{part}_labels")
        assert (np.bincount(labels[:, 0] * 6 + labels[:, 1]) == n).all() and len(labels) == 60 * n
    parts = [{x.tobytes() for x in getattr(digits, part)} for part in ("train", "validation", "test")]
    assert len(set.union(*parts)) == sum(map(len, parts)) == 3000


def test_every_kind_of_drum_can_be_learned(real_data):
    drums = load_sound("sonic-pi-drums")
    assert set(drums.train_labels.tolist()) == set(range(len(drums.classes)))
    with open(real_data / "sonic-pi-drums" / "samples.csv", encoding="utf-8", newline="") as file:
        seconds = sum(float(row["seconds"]) for row in csv.DictReader(file))
    samples = sum(map(len, drums.train + drums.validation + drums.test))
    assert samples / drums.rate == pytest.approx(seconds, rel=1e-3)


@pytest.mark.parametrize("name", ["tatoeba-fra-eng", "tatoeba-cmn-eng", "debian-descriptions"])
def test_no_sentence_is_in_two_parts(name, real_data):
    pairs = load_pairs(name)
    assert shared_sentences(pairs) == 0
    moved = pairs.train.pop()
    pairs.train.append(pairs.test[0])
    assert shared_sentences(pairs) == 2, "the claim above would not have noticed a pair in two parts"
    assert moved not in pairs.test


@pytest.mark.parametrize("name", ["tatoeba-fra-eng", "tatoeba-cmn-eng"])
def test_no_group_of_paraphrases_is_in_two_parts(name, real_data):
    """Sentences with a common translation are paraphrases, and so are the paraphrases of paraphrases."""
    pairs = load_pairs(name)
    assert parts_of_the_most_divided_group(pairs) == 1
    pairs.test.append((pairs.train[0][0], "a new paraphrase"))
    assert parts_of_the_most_divided_group(pairs) == 2, (
        "the claim above would not have noticed a divided group"
    )


def parts_of_the_most_divided_group(pairs):
    """The largest number of parts that hold sentences of one group, found by a search through the graph."""
    neighbours, parts = defaultdict(list), defaultdict(set)
    for k, part in enumerate((pairs.train, pairs.validation, pairs.test)):
        for sides in part:
            x, y = enumerate(sides)
            neighbours[x].append(y)
            neighbours[y].append(x)
            parts[x].add(k)
            parts[y].add(k)
    seen, most = set(), 0
    for start in neighbours:
        reached, waiting = set(), [start]
        while waiting:
            sentence = waiting.pop()
            if sentence not in seen:
                seen.add(sentence)
                reached |= parts[sentence]
                waiting += neighbours[sentence]
        most = max(most, len(reached))
    return most


@pytest.mark.parametrize(
    "name, author", [("tatoeba-fra-eng", "tatoeba.org"), ("tatoeba-cmn-eng", r"#\d+ \(")]
)
def test_every_pair_has_an_attribution(name, author, real_data):
    pairs, known = load_pairs(name), attributions(name)
    for pair in (*pairs.train, *pairs.validation, *pairs.test):
        assert re.search("CC.BY 2.0", known[pair]) and re.search(author, known[pair])


def shared_sentences(pairs):
    sides = [
        [{pair[k] for pair in part} for part in (pairs.train, pairs.validation, pairs.test)] for k in (0, 1)
    ]
    return sum(
        len(a & b) for side in sides for a, b in ((side[0], side[1]), (side[0], side[2]), (side[1], side[2]))
    )


def test_tiles_are_what_is_seen_through_their_opacity_on_white(real_data):
    """Their layers are laid over white with the formula written out; two of their folders are the classes."""
    tiles = load_images("crawl-tiles")
    assert [len(part) for part in (tiles.train, tiles.validation, tiles.test)] == [1041, 139, 139]
    assert tiles.class_names == ("monster", "thing") and tiles.image_shape == (32, 32, 3)
    with np.load(real_data / "crawl-tiles" / "crawl_tiles.npz") as stored:
        chosen = [i for i, path in enumerate(stored["paths"]) if path.startswith(("mon/", "item/"))]
        layers = stored["images"][chosen].astype(int)
    colours, alpha = layers[..., :3], layers[..., 3:]
    expected = np.rint((alpha * colours + (255 - alpha) * 255) / 255).reshape(len(chosen), -1)
    found = 255 * np.concatenate((tiles.train, tiles.validation, tiles.test))
    assert (
        np.abs(np.sort(found.sum(axis=1)) - np.sort(expected.sum(axis=1))).max() < 600
    )  # halves may round either way
    assert np.abs(found - np.rint(found)).max() < 1e-4
