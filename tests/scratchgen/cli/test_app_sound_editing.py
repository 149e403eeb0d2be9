"""scratchgen app run sound-editing: a short run has all edits, and unfit recordings are refused before any training."""

import json

import numpy as np
import pytest

from scratchgen.data.files.performance import write_wav

QUICK = ("app", "run", "sound-editing", "--quick", "--quiet", "--out", "apps")


@pytest.mark.slow
def test_a_quick_run_measures_every_edit_and_shows_sounds_and_spectrograms(scratchgen_in, tmp_path):
    done = scratchgen_in(tmp_path)(*QUICK)
    assert done.returncode == 0, done.stderr
    seed = tmp_path / "apps" / "sound-editing-quick" / "seed-0"
    found = json.loads((seed / "results.json").read_text(encoding="utf-8"))
    measures = " ".join(result["measure"] for result in found["results"])
    assert all(edit in measures for edit in ("morphs", "gain in signal-to-noise", "error in a gap"))
    files = {shown["file"] for shown in found["shown"]}
    for edit in ("morph", "denoised", "gap"):
        for rank in ("best", "median", "worst"):
            assert {f"examples/tones-{edit}-{rank}{kind}" for kind in (".png", ".wav")} <= files
    assert all((seed / file).stat().st_size > 0 for file in files)
    assert "<audio" in (seed.parent / "report.html").read_text(encoding="utf-8")


def test_unfit_recordings_are_refused_in_one_line_and_leave_no_run(scratchgen_in, tmp_path):
    run = scratchgen_in(tmp_path)
    for i in range(12):
        sine = np.sin(np.arange(2000) * (0.1 + 0.02 * i))
        for folder in ("loose", "short/a", "short/b"):
            (tmp_path / folder).mkdir(exist_ok=True, parents=True)
        write_wav(sine, tmp_path / "loose" / f"{i}.wav", 8000)
    for i in range(40):
        for kind in "ab":
            write_wav(sine[: 500 + i], tmp_path / "short" / kind / f"{i}.wav", 8000)
    for on, message in (
        ("loose", "has no classes"),
        ("short", "too short for a gap of 0.1 s"),
        ("absent", "absent"),
        ("stdlib", "stdlib"),
    ):
        done = run(*QUICK, "--on", on)
        assert done.returncode == 2 and message in done.stderr and len(done.stderr.splitlines()) == 1
    assert not list(tmp_path.glob("**/config.json"))
