"""The command `scratchgen data`: list, fetch and show."""

from types import SimpleNamespace

import numpy as np
import pytest

from scratchgen.cli import main
from scratchgen.data import CATALOGUE


@pytest.fixture
def scratchgen(tmp_path, monkeypatch, capsys):
    """Runs the command in an empty folder and returns its output and status."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("COLUMNS", "200")

    def run(*arguments):
        with pytest.raises(SystemExit) as end:
            main(["data", *map(str, arguments)])
        printed = capsys.readouterr()
        return SimpleNamespace(returncode=end.value.code, stdout=printed.out, stderr=printed.err)

    return run


@pytest.fixture
def no_data(tmp_path, monkeypatch):
    """SCRATCHGEN_DATA names an empty folder."""
    monkeypatch.setenv("SCRATCHGEN_DATA", str(tmp_path))


def is_png(path):
    return path.read_bytes().startswith(b"\x89PNG\r\n\x1a\n")


def test_the_list_names_every_set_with_its_kind_licence_and_whether_it_is_on_disk(
    scratchgen, no_data, tmp_path
):
    done = scratchgen("list")
    assert done.returncode == 0 and f"SCRATCHGEN_DATA: {tmp_path}" in done.stdout
    lines = {line.split()[0]: line for line in done.stdout.splitlines() if not line.startswith(" ")}
    for name, entry in CATALOGUE.items():
        assert entry.kind in lines[name] and entry.licence.split()[0] in lines[name]
        assert lines[name].split()[-1] == ("always" if entry.is_embedded else "no")


def test_a_set_whose_files_are_on_disk_is_listed_as_present(scratchgen, no_data, tmp_path):
    (tmp_path / "tinyshakespeare").mkdir()
    (tmp_path / "tinyshakespeare" / "input.txt").touch()
    done = scratchgen("list")
    (line,) = (line for line in done.stdout.splitlines() if line.startswith("tinyshakespeare"))
    assert line.split()[-1] == "yes"


@pytest.mark.parametrize("name", ["digits", "plucked-strings", "ring"])
def test_a_set_is_shown_with_statistics_and_a_picture(scratchgen, name, tmp_path):
    done = scratchgen("show", name, "--out", "x.png")
    assert done.returncode == 0 and is_png(tmp_path / "x.png") and "Picture: x.png" in done.stdout
    assert CATALOGUE[name].licence in done.stdout and "train + validation + test" in done.stdout


def test_text_is_shown_with_an_excerpt(scratchgen):
    done = scratchgen("show", "markov")
    assert done.returncode == 0 and "4.000 bits per character" in done.stdout
    excerpt = done.stdout.rstrip("\n").rpartition("\n")[2]
    assert len(excerpt) == 600 and set(excerpt) == set("abcdefghijklmnop")


def test_a_users_own_files_are_shown(scratchgen, tmp_path):
    np.save(tmp_path / "mine.npy", np.random.default_rng(0).integers(0, 256, (20, 5, 7), dtype=np.uint8))
    (tmp_path / "mine.txt").write_text("one line\n" * 30)
    assert "5 × 7" in scratchgen("show", "mine.npy", "--out", "x.png").stdout
    assert "one line" in scratchgen("show", "mine.txt").stdout


def test_an_embedded_set_needs_no_download(scratchgen):
    done = scratchgen("fetch", "digits")
    assert done.returncode == 0 and "nothing to download" in done.stdout


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (("fetch", "mnsit"), "did you mean mnist?"),
        (("fetch", "tinyshakespeare"), "tinyshakespeare/input.txt is missing"),
        (("fetch", "fsdd"), "fsdd/SHA256SUMS is missing"),
        (("fetch", "debian-descriptions"), "not hosted anywhere"),
        (("show", "mnist"), "train-images-idx3-ubyte.gz is missing"),
        (("show", "digts"), "did you mean digits?"),
        (("show", "empty"), "empty holds no files; name a folder of pictures"),
        (("show", "digits", "--out", "x.jpg"), "--out FILE.png"),
        (("show", "digits", "--out", "file/x.png"), "file is a file"),
        (("show", "markov", "--out", "x.png"), "has no picture"),
        (("paint",), "No such command"),
    ],
)
def test_wrong_input_is_one_line_status_2_and_makes_no_file(scratchgen, no_data, arguments, words, tmp_path):
    (tmp_path / "empty").mkdir()
    (tmp_path / "file").touch()
    done = scratchgen(*arguments)
    assert done.returncode == 2 and done.stdout == ""
    assert (
        len(done.stderr.splitlines()) == 1 and done.stderr.startswith("scratchgen: ") and words in done.stderr
    )
    assert sorted(path.name for path in tmp_path.iterdir()) == ["empty", "file"]


@pytest.mark.parametrize("name", CATALOGUE)
def test_every_set_is_shown(scratchgen, name, tmp_path):
    if not CATALOGUE[name].is_present:
        pytest.skip(f"{name} is not on disk; SCRATCHGEN_DATA names a folder that holds it")
    drawn = CATALOGUE[name].kind not in ("text", "pairs")
    done = scratchgen("show", name, *(("--out", "x.png") if drawn else ()))
    assert done.returncode == 0, done.stderr
    assert CATALOGUE[name].licence in done.stdout
    assert is_png(tmp_path / "x.png") if drawn else len(done.stdout) > 800
