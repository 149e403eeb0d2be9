"""The committed results of applications: merged from full runs, with small examples, or refused."""

import json
from dataclasses import replace

import pytest

from scratchgen.applications import table
from scratchgen.applications.application import Application, Outcome, Result, run_application
from scratchgen.applications.table import COMMITTED, collect, merge, read_table
from scratchgen.errors import BadInput


def carry_out(job):
    job.train("vae", epochs=1, hidden=8)
    shown = []
    for name, size in (("small.txt", 10), ("large.txt", table.LARGEST_EXAMPLES), ("second.txt", 20)):
        path, entry = job.show(name, f"{size} bytes")
        path.write_bytes(b"x" * size)
        shown.append(entry)
    result = Result(measure="m", ours=float(job.seed), baselines={"b": 0.5}, real=2.0, target=0.0)
    return Outcome(results=[result], shown=shown)


NUMBER = Application(
    "number", "A number", "About it.", ("digits",), ("digits",), "anything", carry_out, seeds=2
)
OTHER = replace(NUMBER, name="other")
BOTH = (NUMBER, OTHER)


@pytest.fixture(scope="module")
def made(tmp_path_factory):
    """A folder of `scratchgen app run` with two seeds of an application."""
    folder = tmp_path_factory.mktemp("runs")
    run_application(NUMBER, folder, range(2), quiet=True)
    return folder


@pytest.fixture
def runs(made, tmp_path):
    """The results and examples of that folder, for a test to change."""
    import shutil

    return shutil.copytree(made, tmp_path / "runs", ignore=shutil.ignore_patterns("checkpoints", "samples"))


def test_the_table_has_every_number_of_every_seed(runs, tmp_path):
    merge(runs, tmp_path / "committed", BOTH)
    (entry,) = read_table(tmp_path / "committed").values()
    assert [outcome.results[0].ours for outcome in entry.outcomes] == [0.0, 1.0]
    for seed, outcome in enumerate(entry.outcomes):
        written = json.loads((runs / "number" / f"seed-{seed}" / "results.json").read_text())
        assert outcome.minutes == written["minutes"] > 0 and outcome.versions == written["versions"]
        assert outcome.results[0].baselines == {"b": 0.5} and outcome.results[0].real == 2.0


def test_the_table_has_the_settings_that_are_not_defaults(runs):
    (model,) = collect(runs, BOTH)["number"].models.values()
    assert (model.task, model.data) == ("vae", "digits")
    assert (
        model.settings["epochs"] == 1 and model.settings["hidden"] == 8 and "likelihood" not in model.settings
    )


def test_examples_are_copied_in_their_order_while_they_fit(runs, tmp_path):
    folder = tmp_path / "committed"
    entry = merge(runs, folder, BOTH)["number"]
    assert entry.examples == ["examples/small.txt", "examples/second.txt"]
    assert sorted(path.name for path in (folder / "number").iterdir()) == ["second.txt", "small.txt"]


def test_an_application_without_a_run_keeps_its_results_and_a_new_run_replaces_them(runs, tmp_path):
    folder = tmp_path / "committed"
    merge(runs, folder, BOTH)
    (runs / "number").rename(runs / "other")
    assert list(merge(runs, folder, BOTH)) == ["number", "other"]
    (runs / "other" / "seed-1" / "results.json").unlink()
    found = merge(runs, folder, BOTH)
    assert [len(entry.outcomes) for entry in found.values()] == [2, 1]
    assert found == read_table(folder)


def test_quick_runs_are_not_collected(runs):
    (runs / "number").rename(runs / "number-quick")
    with pytest.raises(BadInput, match="has no full run of an application; run `scratchgen app run NAME"):
        collect(runs, BOTH)


def without_seed(runs):
    (runs / "number" / "seed-0" / "results.json").unlink()


def with_other_data(runs):
    path = runs / "number" / "seed-1" / "results.json"
    path.write_text(path.read_text().replace('"digits"', '"faces"'))


def with_other_measure(runs):
    path = runs / "number" / "seed-1" / "results.json"
    path.write_text(path.read_text().replace('"m"', '"n"'))


def damaged(runs):
    (runs / "number" / "seed-0" / "results.json").write_text("{")


@pytest.mark.parametrize(
    "spoil, words",
    [
        (without_seed, r"has the seeds \[1\], and not all below 2; run the others"),
        (with_other_data, "and the table is for digits; run number without --on"),
        (with_other_measure, "have different measures"),
        (damaged, r"results\.json is damaged"),
    ],
)
def test_results_that_do_not_fit_are_refused_and_the_table_stays(spoil, words, runs, tmp_path):
    folder = tmp_path / "committed"
    merge(runs, folder, BOTH)
    before = {path: path.read_bytes() for path in folder.rglob("*") if path.is_file()}
    spoil(runs)
    with pytest.raises(BadInput, match=words):
        merge(runs, folder, BOTH)
    assert {path: path.read_bytes() for path in folder.rglob("*") if path.is_file()} == before


def test_the_committed_results_can_be_read_and_their_examples_are_there():
    for name, entry in read_table().items():
        assert entry.outcomes and entry.models
        assert all((COMMITTED / name / file.rpartition("/")[2]).is_file() for file in entry.examples)
