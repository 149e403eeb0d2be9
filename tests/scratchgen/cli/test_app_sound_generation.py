"""Sound generation decides by the content of the data, and refuses what it cannot learn from before any training."""

import json

import numpy as np
import pytest

from scratchgen.applications.application import Job
from scratchgen.applications.drums import drums
from scratchgen.applications.sound_generation import carry_out
from scratchgen.data.files.performance import write_midi, write_wav
from scratchgen.data.rolls import RollFormat
from scratchgen.data.sets.cadences import TRIADS, chord
from scratchgen.data.sets.synthetic_drums import RATE, drum
from scratchgen.errors import BadInput
from scratchgen.random import Generator

ON = ("app", "run", "sound-generation", "--quick", "--quiet", "--out", "apps", "--on")


def write_strokes(folder, kinds=("kick", "hi-hat"), each=45, samples=4096):
    for kind in kinds:
        (folder / kind).mkdir(parents=True)
        for i in range(each):
            write_wav(drum(kind, Generator(i))[:samples], folder / kind / f"{i}.wav", RATE)


def write_pieces(folder, n=12):
    pytest.importorskip("mido")
    folder.mkdir()
    letters = "".join(TRIADS)
    for i in range(n):
        roll = np.zeros((16, 176), np.float32)
        for t in range(0, 16, 4):
            pitches = np.array(chord(letters[(i + t) % 5], i % 3)) - 21
            roll[t : t + 4, pitches] = 1
            roll[t, 88 + pitches] = 1
        write_midi(roll, 21, "sixteenth note", folder / f"{i}.mid", RollFormat(onsets=True))


@pytest.mark.slow
def test_recordings_in_subfolders_are_drums_and_midi_files_are_music(scratchgen_in, tmp_path):
    pytest.importorskip("soundfile")
    run = scratchgen_in(tmp_path)
    write_strokes(tmp_path / "kit")
    write_pieces(tmp_path / "songs")
    expected = {"kit": "recognised as their drum", "songs": "nats per step of sixteenth note"}
    for folder, measure in expected.items():
        done = run(*ON, folder, "--out", folder + "-app")
        assert done.returncode == 0, done.stderr
        seed = tmp_path / f"{folder}-app" / "sound-generation-quick" / "seed-0"
        found = json.loads((seed / "results.json").read_text(encoding="utf-8"))
        assert measure in found["results"][0]["measure"]
        ranks = [shown["caption"] for shown in found["shown"]]
        assert all(any(rank in caption for caption in ranks) for rank in ("best of", "median of", "worst of"))
        assert all((seed / shown["file"]).stat().st_size > 500 for shown in found["shown"])


@pytest.mark.slow
def test_the_quick_run_needs_no_download_and_shows_sounds_and_pictures(scratchgen_in, tmp_path, monkeypatch):
    monkeypatch.setenv("SCRATCHGEN_DATA", str(tmp_path / "nothing"))
    done = scratchgen_in(tmp_path)(*ON[:-1])
    assert done.returncode == 0, done.stderr
    seed = tmp_path / "apps" / "sound-generation-quick" / "seed-0"
    found = json.loads((seed / "results.json").read_text(encoding="utf-8"))
    by_name = {result["measure"]: result for result in found["results"]}
    nats = by_name["cadences: nats per step of quarter note, test part"]
    assert nats["ours"] < nats["target"] == min(nats["baselines"].values())
    judged = by_name["synthetic-drums: test sounds recognised after mel inversion and Griffin-Lim"]
    assert judged["real"] > 0.95 and judged["ours"] > 0.9
    page = (seed.parent / "report.html").read_text(encoding="utf-8")
    assert page.count("<audio") == 8 and page.count("data:image/png") == 2
    assert (seed / "examples" / "cadences-best.mid").exists() or not found["versions"].get("mido")


@pytest.mark.parametrize(
    "source, message",
    [
        ("digits", "digits holds images; sound-generation takes a folder of MIDI files, or of recordings"),
        ("markov", "markov holds text"),
        ("absent", "'absent' is neither a data set nor a file or folder"),
    ],
)
def test_other_data_are_refused_in_one_line(source, message, scratchgen_in, tmp_path):
    done = scratchgen_in(tmp_path)(*ON, source)
    assert done.returncode == 2 and message in done.stderr and len(done.stderr.strip().splitlines()) == 1
    assert not [path for path in tmp_path.rglob("*") if path.is_file()]


@pytest.mark.parametrize(
    "prepare, message",
    [
        (
            lambda folder: write_strokes(folder, ("kick",), 20),
            "recordings of one kind; put those of each drum",
        ),
        (
            lambda folder: write_strokes(folder, each=15),
            "recordings to validate or test on, and 8 are needed",
        ),
        (
            lambda folder: (
                write_strokes(folder),
                write_wav(np.zeros(900), folder / "kick" / "0.wav", RATE),
                write_wav(np.zeros(900), folder / "kick" / "1.wav", RATE),
            ),
            "2 recordings of kit are silent in their first",
        ),
    ],
    ids=["one class", "too few to test on", "silence"],
)
def test_recordings_that_cannot_be_learned_are_refused_before_any_training(
    prepare, message, tmp_path, monkeypatch
):
    pytest.importorskip("soundfile")
    monkeypatch.chdir(tmp_path)
    with pytest.raises(BadInput, match=message):
        prepare(tmp_path / "kit")
        drums(Job(("kit",), tmp_path / "seed-0", 0, True, {"quiet": True}), "kit")
    assert not (tmp_path / "seed-0").exists()


def test_a_class_with_too_few_recordings_is_named(tmp_path, monkeypatch):
    pytest.importorskip("soundfile")
    monkeypatch.chdir(tmp_path)
    write_strokes(tmp_path / "kit")
    (tmp_path / "kit" / "gong").mkdir()
    for i in range(2):
        write_wav(drum("tom", Generator(i)), tmp_path / "kit" / "gong" / f"{i}.wav", RATE)
    with pytest.raises(BadInput, match="fewer than 4 recordings of gong to train on"):
        carry_out(Job(("kit",), tmp_path / "seed-0", 0, True, {"quiet": True}))
    assert not (tmp_path / "seed-0").exists()
