"""A user's own MIDI files: onsets, durations, tempo, velocity and drums are kept, and whatever is changed is said."""

import io
import random
from collections import Counter
from itertools import pairwise
from pathlib import Path

import numpy as np
import pytest

from scratchgen.data import load_any, load_sequences
from scratchgen.data.files.folders import BadFile
from scratchgen.data.files.midi_pieces import mean_tempo, read_pieces
from scratchgen.data.files.performance import write_midi
from scratchgen.data.rolls import PLAIN, RollFormat, notes_of, roll_of
from scratchgen.data.rows import load_rows
from scratchgen.errors import BadInput

from .midi_bytes import file, midi, note_events, tempo_events, track

CASES = Path(__file__).parents[4] / "shared" / "cases" / "mid"

parts = lambda data: (data.train, data.validation, data.test)
everything = lambda data: [x for part in parts(data) for x in part]
said = lambda data: [f"{label} {text}" for label, text in data.report.lines()]
SCALE = [(60 + k, k, k + 1) for k in range(8)]  # quarter notes from middle C upwards
SIXTEEN = [(60, k, k + 1) for k in range(16)]


def refused(path, *words, load=load_any, **options):
    with pytest.raises(BadInput) as caught:
        load(path, **options)
    assert "\n" not in str(caught.value)
    for word in words:
        assert word in str(caught.value), str(caught.value)


def collection(folder, *odd, others=12):
    """A folder of ordinary files and of odd ones, named odd0.mid, odd1.mid, …"""
    folder.mkdir(exist_ok=True)
    for i in range(others):
        (folder / f"{i:02}.mid").write_bytes(midi(SCALE))
    for i, content in enumerate(odd):
        (folder / f"odd{i}.mid").write_bytes(content)
    return folder


def pieces_of(folder, content):
    (folder / "one.mid").write_bytes(content)
    return read_pieces(folder / "one.mid")


def all_alike(folder, content):
    """The notes (pitch, start, end) of a folder of twelve copies of a file, in steps, and the data."""
    folder.mkdir(exist_ok=True)
    for i in range(12):
        (folder / f"{i}.mid").write_bytes(content)
    data = load_any(folder)
    first, *rest = (notes_of(roll, data.form) for roll in everything(data))
    assert all(other == first for other in rest)
    return [(data.first + d, a, b) for d, a, b in first], data


# --- onsets and durations --------------------------------------------------------------------------------------


def test_sixteen_equal_notes_stay_sixteen_and_a_plain_roll_would_make_one_of_them(tmp_path):
    found, data = all_alike(tmp_path, midi(SIXTEEN))
    assert found == [(60, 4 * k, 4 * k + 4) for k in range(16)]
    roll = data.train[0]
    assert roll.shape == (64, 176) and data.form == RollFormat(onsets=True, tempo=120, velocity=64)
    assert len(notes_of(data.form.sounding(roll), PLAIN)) == 1


def test_columns_are_the_keys_that_sound_and_then_the_keys_that_are_struck(tmp_path):
    _, data = all_alike(tmp_path, midi([(60, 0, 1), (64, 0.5, 1), (60, 1, 1.25)]))
    C, E = 60 - 21, 64 - 21
    sounding = [[t, C] for t in range(5)] + [[t, E] for t in (2, 3)]
    struck = [[0, C + 88], [2, E + 88], [4, C + 88]]
    assert np.argwhere(data.train[0]).tolist() == sorted(sounding + struck)


def random_notes(seed, T=48):
    """Notes (pitch, start, end) in steps, of which no two of a pitch overlap; many touch."""
    rng = random.Random(seed)
    notes = []
    for pitch in rng.sample(range(21, 109), 9):
        places = sorted(rng.sample(range(T + 1), 7))
        notes += [(pitch, a, b) for a, b in pairwise(places) if rng.random() < 0.8]
    return sorted(notes, key=lambda note: (note[1], note[0]))


@pytest.mark.parametrize("seed", range(8))
def test_notes_at_the_grid_are_the_same_after_midi_roll_and_midi_again(seed, tmp_path):
    pytest.importorskip("mido")
    notes = random_notes(seed)
    (tmp_path / "a").mkdir()
    found, data = all_alike(tmp_path / "a", midi([(p, a / 4, b / 4) for p, a, b in notes]))
    assert found == notes
    write_midi(data.train[0], data.first, data.unit, tmp_path / "again.mid", data.form)
    (piece,) = read_pieces(tmp_path / "again.mid")
    again = [(note.pitch, round(4 * note.start), round(4 * note.end)) for note in piece.notes]
    assert sorted(again, key=lambda note: (note[1], note[0])) == notes
    assert not data.report.changed


@pytest.mark.parametrize("seed", range(8))
def test_a_roll_is_the_inverse_of_its_notes_and_any_roll_can_be_read(seed):
    form = RollFormat(onsets=True)
    notes = [(p - 21, a, b) for p, a, b in random_notes(seed)]
    assert notes_of(roll_of(notes, 48, 88, form), form) == notes
    noise = (np.random.default_rng(seed).random((40, 10)) < 0.4).astype(
        np.float32
    )  # as an untrained model draws
    read = notes_of(noise, form)
    assert all(a < b for _, a, b in read)
    np.testing.assert_array_equal(form.sounding(roll_of(read, 40, 5, form)), noise[:, :5])
    starts = {(d, a) for d, a, _ in read}
    marked = {(d, t) for t, d in np.argwhere(noise[:, 5:] * noise[:, :5])}
    assert marked <= starts  # an onset of a pitch that sounds begins a note, and no other onset does
    assert all(noise[t, d] and (t == 0 or not noise[t - 1, d]) for d, t in starts - marked)


def test_forms_that_mean_nothing_are_refused():
    for wrong in ({"onsets": True, "drums": True}, {"tempo": 0}, {"tempo": float("nan")}, {"velocity": 128}):
        with pytest.raises(BadInput):
            RollFormat(**wrong)
    with pytest.raises(BadInput, match="two columns per pitch, not 5"):
        RollFormat(onsets=True).sounding(np.zeros((3, 5)))


def test_notes_off_the_grid_short_ones_and_those_of_one_step_are_counted(tmp_path):
    notes = [(60, 0, 1 / 32), (62, 1 / 16, 1), (64, 2, 3), (64, 2.01, 3.5), (67, 4, 6), (67, 5, 5.5)]
    odd = file(*(track(note_events([note])) for note in notes))  # a track each, so that they may overlap
    found, data = all_alike(tmp_path, odd)
    assert found == [(60, 0, 1), (62, 0, 4), (64, 8, 14), (67, 16, 20), (67, 20, 22)]
    assert data.report.changed == {
        "notes moved to the nearest sixteenth note": 24,
        "notes shorter than a sixteenth note, now one long": 12,
        "notes that begin with another of their pitch at the same sixteenth note, merged with it": 12,
        "notes that overlap or touch, and now end where their pitch begins again": 12,
    }


def test_any_resolution_is_read(tmp_path):
    found, _ = all_alike(tmp_path, midi(SCALE, ticks_per_beat=96))
    assert found == [(p, 4 * a, 4 * b) for p, a, b in SCALE]


def test_pitches_outside_the_range_of_a_piano_are_left_out_and_counted(tmp_path):
    found, data = all_alike(tmp_path, midi([*SCALE, (20, 0, 1), (109, 2, 3), (21, 8, 9), (108, 9, 10)]))
    assert len(found) == 10
    assert "changed 24 notes outside the range of a piano, left out" in said(data)
    refused(collection(tmp_path / "b", midi([(12, 0, 1)])), "odd0.mid (no notes in the range of a piano")


# --- tempo and velocity ------------------------------------------------------------------------------------------


def test_the_tempo_of_the_files_is_kept_and_written(tmp_path):
    mido = pytest.importorskip("mido")
    _, data = all_alike(tmp_path, midi(SIXTEEN, tempos=[(0, 75)]))
    assert data.form.tempo == 75 and any("at 75 beats per minute" in line for line in said(data))
    write_midi(data.train[0], data.first, data.unit, tmp_path / "again.mid", data.form)
    assert mido.MidiFile(tmp_path / "again.mid").length == pytest.approx(16 * 60 / 75)


def test_a_piece_whose_tempo_changes_has_the_tempo_that_plays_it_in_the_same_time(tmp_path):
    mido = pytest.importorskip("mido")
    content = midi(SIXTEEN, tempos=[(0, 60), (4, 180), (8, 90)])
    _, data = all_alike(tmp_path, content)
    seconds = 4 * 60 / 60 + 4 * 60 / 180 + 8 * 60 / 90
    assert data.form.tempo == pytest.approx(16 * 60 / seconds, abs=1e-3)
    assert seconds == pytest.approx(mido.MidiFile(file=io.BytesIO(content)).length, rel=1e-5)
    assert "changed 12 pieces whose tempo changes, now at their mean tempo" in said(data)
    assert data.form.tempo != pytest.approx(np.mean([60, 180, 90]), abs=1)  # the claim rejects the plain mean


def test_pieces_of_different_tempos_are_said_and_the_mean_is_written(tmp_path):
    for i in range(12):
        (tmp_path / f"{i}.mid").write_bytes(midi(SIXTEEN, tempos=[(0, 60 if i % 2 else 180)]))
    data = load_any(tmp_path)
    assert data.form.tempo == 120 and not data.report.changed
    assert any("at 60 … 180 beats per minute, mean 120" in line for line in said(data))


def test_tempos_that_tracks_contradict_are_said_and_the_last_one_holds(tmp_path):
    tracks = [track([*note_events(SCALE), *tempo_events([(0, bpm)])]) for bpm in (60, 150)]
    _, data = all_alike(tmp_path, file(*tracks))
    assert data.form.tempo == 150
    assert any("12 pieces whose tracks name different tempos at one moment" in line for line in said(data))


def test_the_mean_tempo_counts_the_time_of_the_piece_alone():
    assert mean_tempo([], 8) == (120, 1)
    assert mean_tempo([(8, 250_000)], 8) == (120, 1)  # after the last note
    assert mean_tempo([(0, 250_000), (0, 1_000_000)], 8) == (60, 1)
    assert mean_tempo([(4, 1_000_000)], 8) == (pytest.approx(80), 2)  # 2 s and 4 s for 8 beats


def test_the_velocity_is_the_mean_and_is_said(tmp_path):
    pytest.importorskip("mido")
    loud, soft = [(60, 0, 1, 100)], [(62, 1, 2, 40)]
    _, data = all_alike(tmp_path, midi(loud + soft))
    assert data.form.velocity == 70
    assert "changed 24 notes of velocity 40 … 100, all written at the mean, 70" in said(data)
    write_midi(data.train[0], data.first, data.unit, tmp_path / "again.mid", data.form)
    assert {note.velocity for note in read_pieces(tmp_path / "again.mid")[0].notes} == {70}


# --- drums -------------------------------------------------------------------------------------------------------

BEAT = [(36, 0, 0.1), (42, 0, 0.1), (42, 0.25, 0.3), (38, 0.5, 0.6), (42, 0.75, 0.8), (36, 0.75, 3)]


def test_a_folder_of_drums_is_rolls_of_strokes_and_is_written_as_drums(tmp_path):
    pytest.importorskip("mido")
    found, data = all_alike(tmp_path, midi(BEAT, channel=9))
    assert data.form.drums and data.first == 0 and data.D == 128
    assert found == [(36, 0, 1), (42, 0, 1), (42, 1, 2), (38, 2, 3), (36, 3, 4), (42, 3, 4)]
    write_midi(data.train[0], data.first, data.unit, tmp_path / "again.mid", data.form)
    (piece,) = read_pieces(tmp_path / "again.mid")
    assert not piece.notes
    assert [(note.pitch, 4 * note.start) for note in piece.strokes] == sorted(
        (pitch, a) for pitch, a, _ in found
    )
    assert any("strokes of drums" in line for line in said(data))


def test_drums_in_music_are_left_out_and_counted_and_files_of_drums_alone_are_named(tmp_path):
    both = file(track(note_events(SCALE)), track(note_events(BEAT, channel=9)))
    data = load_any(collection(tmp_path, both, midi(BEAT, channel=9)))
    assert not data.form.drums and len(everything(data)) == 13
    assert "changed 6 strokes of drums, left out of music for a piano" in said(data)
    assert "ignored 1 (of drums alone): odd1.mid" in said(data)


def test_music_among_drums_is_named(tmp_path):
    for i in range(12):
        (tmp_path / f"{i}.mid").write_bytes(midi(BEAT, channel=9))
    (tmp_path / "tune.mid").write_bytes(midi(SCALE))
    assert "ignored 1 (without drums): tune.mid" in said(load_any(tmp_path))


# --- kinds of files --------------------------------------------------------------------------------------------


def test_each_track_of_a_file_of_type_2_is_a_piece_and_pieces_of_a_file_stay_in_one_part(tmp_path):
    for i in range(12):  # both pieces of the i-th file have the pitch 50 + i
        tracks = [track(note_events([(50 + i, k, k + 1 + j) for k in range(0, 8, 2)])) for j in (0, 1)]
        (tmp_path / f"{i}.mid").write_bytes(file(*tracks, kind=2))
    data = load_any(tmp_path)
    assert [len(part) for part in parts(data)] == [18, 2, 4]
    pitches = [Counter(int(np.flatnonzero(x.any(axis=0))[0]) for x in part) for part in parts(data)]
    assert all(n == 2 for count in pitches for n in count.values()) and sum(map(len, pitches)) == 12
    assert "changed 24 tracks of files of type 2, each of them a separate piece" in said(data)


def test_times_in_seconds_are_read_at_120_beats_per_minute_and_said(tmp_path):
    smpte = 0x8000 | (256 - 25) << 8 & 0x7F00 | 40  # 25 frames per second of 40 ticks: 1000 ticks per second
    notes = [(60, 0, 0.5), (62, 0.5, 1), (64, 1.0, 1.25)]  # in seconds
    found, data = all_alike(tmp_path, file(track(note_events(notes, 1000)), division=smpte))
    assert found == [(60, 0, 4), (62, 4, 8), (64, 8, 10)] and data.form.tempo == 120
    assert "changed 12 pieces timed in seconds (SMPTE), read at 120 beats per minute" in said(data)


@pytest.mark.parametrize(
    ("division", "words"),
    [(0, "0 ticks per beat"), (0x8000 | 0x7F00 - 16 * 256 | 4, "a time code of 17 frames")],
)
def test_a_time_that_does_not_exist_is_refused_as_what_it_is(division, words, tmp_path):
    refused(collection(tmp_path, file(track(note_events(SCALE)), division=division)), f"odd0.mid ({words}")


KEY, TIME = b"\xff\x59\x02", b"\xff\x58\x04"  # of meta events: a key signature, a time signature


@pytest.mark.parametrize(
    "meta",
    [
        KEY + b"\x0b\x00", KEY + b"\xf0\x07", b"\xff\x59\x01\x00", TIME + b"\x04\x40\x00\x00", b"\xff\x58\x00",
        b"\xff\x54\x05\xff\xff\xff\xff\xff", b"\xff\x03\x03\xff\xfe\xfd", b"\xff\x51\x03\x00\x00\x00", b"\xff\x51\x00",
        b"\xff\x7e\x02ab", b"\xf0\x03\x41\x10\xf7",
    ],
)  # fmt: skip
def test_an_event_that_no_note_depends_on_is_no_reason_to_refuse_a_file(meta, tmp_path):
    """Key and time signatures that do not exist or are too short, names in other alphabets, a tempo of nothing."""
    odd, plain = (track([*note_events(SCALE), *extra]) for extra in ([(480, 0, meta)], []))
    assert pieces_of(tmp_path, file(odd)) == pieces_of(tmp_path, file(plain))


def test_a_file_in_a_riff_wrapper_is_read(tmp_path):
    content = midi(SCALE)
    chunk = b"data" + len(content).to_bytes(4, "little") + content
    assert pieces_of(
        tmp_path, b"RIFF" + (4 + len(chunk)).to_bytes(4, "little") + b"RMID" + chunk
    ) == pieces_of(tmp_path, content)
    refused(collection(tmp_path / "a", b"RIFF\x04\0\0\0RMID"), "odd0.mid (a RIFF file without music)")


def test_subfolders_are_no_classes_of_music_but_may_be_parts(tmp_path):
    for i in range(11):
        (tmp_path / f"composer{i}").mkdir()
        (tmp_path / f"composer{i}" / "one.mid").write_bytes(midi(SCALE))
    (tmp_path / "stray.mid").write_bytes(midi(SCALE))
    data = load_any(tmp_path)
    assert len(everything(data)) == 12 and not data.report.ignored
    for part, n in (("train", 9), ("valid", 3), ("test", 2)):
        (tmp_path / "split" / part).mkdir(parents=True)
        for i in range(n):
            (tmp_path / "split" / part / f"{i}.mid").write_bytes(midi(SCALE))
    assert [len(part) for part in parts(load_any(tmp_path / "split"))] == [9, 3, 2]


# --- damaged files ---------------------------------------------------------------------------------------------

whole = midi(SCALE)
OVER = file(track([*note_events(SCALE), (480, 2, b"\x90\x40\xc8")]))
BAD = {
    "a data byte of 200 in track 1": OVER,
    "empty": b"",
    "does not begin with a header": b"<html>",
    "cut short in track 1": whole[:-5],
    "it has 1 of 3 tracks": file(track(note_events(SCALE)))[:10] + b"\0\3" + whole[12:],
    "of type 3": file(track(note_events(SCALE)), kind=3),
    "no notes in the range of a piano, and no drums": midi([]),
    "data without a status": file(b"MTrk" + (4).to_bytes(4, "big") + b"\0\x40\x40\0"),
    "more than 25,000": midi([(60, 0, 1), (60, 30_000, 30_001)]),
    "more than four bytes": file(b"MTrk" + (6).to_bytes(4, "big") + b"\xff\xff\xff\xff\xff\x01"),
}


def test_all_damaged_files_are_named_at_once_with_their_reasons_and_can_be_left_out(tmp_path):
    folder = collection(tmp_path, *BAD.values())
    names = [f"odd{i}.mid" for i in range(len(BAD))]
    refused(folder, f"{len(BAD)} of {12 + len(BAD)} MIDI files cannot be read", "--skip-bad", *BAD, *names)
    data = load_any(folder, skip_bad=True)
    assert len(everything(data)) == 12 and set(data.report.bad) == set(names)


def test_a_file_cut_short_anywhere_raises_nothing_but_a_bad_file(tmp_path):
    content = file(
        track([*note_events(SCALE), *tempo_events([(0, 90)])]), track(note_events(BEAT, channel=9))
    )
    for length in range(len(content)):
        with pytest.raises(BadFile):
            pieces_of(tmp_path, content[:length])
    assert pieces_of(tmp_path, content)


def test_steps_are_rows_too_and_a_single_file_is_refused(tmp_path):
    folder = collection(tmp_path)
    assert load_rows(folder).train.shape == (9 * 32, 176)
    refused(folder / "00.mid", "is a single MIDI file; name a folder")
    (tmp_path / "none").mkdir()
    refused(tmp_path / "none", "holds 0 MIDI files", load=load_sequences)


# --- the shared cases ------------------------------------------------------------------------------------------

READ = {  # case: pieces, columns, the tempo, and words of the report
    "repeated": (12, 176, 120, ["onsets and durations"]),
    "tempochange": (12, 176, 180, ["12 pieces whose tracks name different tempos at one moment"]),
    "type2": (24, 176, 120, ["24 tracks of files of type 2, each of them a separate piece"]),
    "drums": (12, 128, 120, ["strokes of drums"]),
    "smpte": (12, 176, 120, ["12 pieces timed in seconds (SMPTE), read at 120 beats per minute"]),
    "badkeysig": (12, 176, 120, ["12 MIDI"]),
}
shared = pytest.mark.skipif(not CASES.is_dir(), reason="the shared cases are not next to this checkout")


@shared
@pytest.mark.parametrize("case", READ)
def test_a_shared_case_is_read_as_it_must_be(case):
    n, D, tempo, words = READ[case]
    data = load_any(CASES / case)
    assert len(everything(data)) == n and data.D == D and data.form.tempo == pytest.approx(tempo, abs=0.01)
    for word in words:
        assert any(word in line for line in said(data)), said(data)
    if case == "repeated":
        assert {len(notes_of(roll, data.form)) for roll in everything(data)} == {16}


@shared
def test_the_shared_case_with_a_bad_byte_is_refused_and_can_be_left_out():
    refused(CASES / "over127", "1 of 12", "3.mid (a data byte of 200 in track 1", "--skip-bad")
    assert len(everything(load_any(CASES / "over127", skip_bad=True))) == 11
