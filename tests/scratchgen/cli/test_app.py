"""scratchgen app: lists the applications, runs one on own data, and refuses bad input in one line."""

import json

import pytest

from scratchgen.applications.catalogue import APPLICATIONS

QUICK = ("app", "run", "text-generation", "--quick", "--quiet", "--out", "apps")
SENTENCE = "the cat sat on the mat and the dog lay by the door. "


def test_list_names_every_application_and_its_data(scratchgen_in, tmp_path):
    printed = scratchgen_in(tmp_path)("app", "list").stdout
    assert all(word in printed for name, app in APPLICATIONS.items() for word in (name, *app.data))


def test_text_generation_of_ones_own_text_is_scored_and_shown(scratchgen_in, tmp_path):
    run = scratchgen_in(tmp_path)
    (tmp_path / "book.txt").write_text(SENTENCE * 400, encoding="utf-8")
    done = run(*QUICK, "--on", "book.txt")
    assert done.returncode == 0, done.stderr
    seed = tmp_path / "apps" / "text-generation-quick" / "seed-0"
    results = json.loads((seed / "results.json").read_text(encoding="utf-8"))["results"]
    by_name = {result["measure"].partition(",")[0]: result for result in results}
    assert by_name["distinct-1 of words"]["real"] < 0.1  # 12 words, over and over
    assert by_name["longest run copied from the training text"]["real"] > len(SENTENCE)
    page = (seed.parent / "report.html").read_text(encoding="utf-8")
    assert all(word in page for word in ("best of 9", "median of 9", "worst of 9", "--on book.txt"))


def test_a_second_run_trains_nothing_and_writes_the_same_results(scratchgen_in, tmp_path):
    run = scratchgen_in(tmp_path)
    (tmp_path / "book.txt").write_text(SENTENCE * 400, encoding="utf-8")
    run(*QUICK, "--on", "book.txt")
    results = tmp_path / "apps" / "text-generation-quick" / "seed-0" / "results.json"
    before = results.read_bytes(), results.stat().st_mtime_ns
    run(*QUICK, "--on", "book.txt")
    assert (results.read_bytes(), results.stat().st_mtime_ns) == before


@pytest.mark.parametrize(
    "arguments, message",
    [
        (("app", "run", "cooking"), "no application is named 'cooking'; choose one of text-generation"),
        ((*QUICK, "--on", "absent.txt"), "absent.txt"),
        ((*QUICK, "--on", "digits"), "digits"),
        (("app", "run", "text-generation", "--seeds", "0"), "--seeds"),
        (("app", "run", "text-generation", "--seeds", "1001"), "less than or equal to 1000"),
    ],
)
def test_bad_input_is_refused_in_one_line_and_nothing_is_written(arguments, message, scratchgen_in, tmp_path):
    done = scratchgen_in(tmp_path)(*arguments)
    assert done.returncode == 2 and message in done.stderr
    assert not list(tmp_path.iterdir())


@pytest.mark.parametrize("name", APPLICATIONS)
@pytest.mark.parametrize("data", ["absent", "empty", "empty.txt", "noise.txt"])
def test_data_that_are_none_are_refused_by_every_application_in_one_line(name, data, scratchgen_in, tmp_path):
    (tmp_path / "empty").mkdir()
    (tmp_path / "empty.txt").write_bytes(b"")
    (tmp_path / "noise.txt").write_bytes(bytes(range(256)) * 4)
    before = sorted(tmp_path.iterdir())
    done = scratchgen_in(tmp_path)("app", "run", name, "--quick", "--quiet", "--on", data)
    assert done.returncode == 2 and done.stderr.startswith("scratchgen: ") and data in done.stderr
    assert len(done.stderr.splitlines()) == 1
    assert sorted(tmp_path.iterdir()) == before
