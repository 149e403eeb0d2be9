"""An application keeps the results of each seed, shows their mean, and refuses those of other data."""

import dataclasses
import json

import msgspec
import pytest

from scratchgen.applications.application import (
    Application,
    Outcome,
    Result,
    Shown,
    command_of,
    described,
    over_seeds,
    run_application,
)
from scratchgen.applications.report import rows, write_report
from scratchgen.errors import BadInput

NUMBERS = [1.0, 2.0, 6.0]


@pytest.fixture
def application():
    """An application whose result is a number per seed; `calls` counts how often it was carried out."""
    calls = []

    def carry_out(job):
        calls.append((job.data, job.seed, job.quick))
        path, shown = job.show("note.txt", "a <note>")
        path.write_text(f"seed {job.seed}", encoding="utf-8")
        result = Result(measure="error", ours=NUMBERS[job.seed], target=2.0, higher_is_better=False)
        return Outcome(results=[result], shown=[shown])

    made = Application(
        "number", "A number", "About it.", ("digits",), ("stdlib",), "anything", carry_out, seeds=3
    )
    return made, calls


def test_a_seed_with_results_is_not_carried_out_again(application, tmp_path):
    made, calls = application
    _, first = run_application(made, tmp_path, range(2))
    _, again = run_application(made, tmp_path, range(3))
    assert calls == [(("digits",), seed, False) for seed in range(3)]
    assert again[:2] == first and [outcome.results[0].ours for outcome in again] == NUMBERS


def test_quick_results_are_kept_apart_and_come_from_the_embedded_data(application, tmp_path):
    made, calls = application
    whole, _ = run_application(made, tmp_path, range(1))
    quick, _ = run_application(made, tmp_path, range(1), quick=True)
    assert whole != quick and calls == [(("digits",), 0, False), (("stdlib",), 0, True)]


def test_results_of_other_data_are_refused_and_stay(application, tmp_path):
    made, _ = application
    directory, _ = run_application(made, tmp_path, range(1))
    before = (directory / "seed-0" / "results.json").read_bytes()
    with pytest.raises(BadInput, match="has the results for digits, not for faces; choose another --out"):
        run_application(made, tmp_path, range(1), data="faces")
    assert (directory / "seed-0" / "results.json").read_bytes() == before


@pytest.mark.parametrize(
    "content",
    [
        "{",
        "[]",
        '{"data": ["digits"]}',
        '{"data": [], "data": ["digits"]}',
        "[" * 100_000,
        '{"data": ["digits"], "results": 3, "shown": []}',
    ],
    ids=lambda text: text[:40],
)
def test_a_damaged_file_of_results_is_named(application, tmp_path, content):
    made, _ = application
    path = tmp_path / "number" / "seed-0" / "results.json"
    path.parent.mkdir(parents=True)
    path.write_text(content, encoding="utf-8")
    with pytest.raises(BadInput, match=r"results\.json is damaged .*; remove .*seed-0 and run again"):
        run_application(made, tmp_path, range(1))


def test_the_number_over_seeds_is_the_mean_and_its_standard_error(application, tmp_path):
    _, outcomes = run_application(application[0], tmp_path, range(3))
    mean, error = over_seeds(outcomes, 0)
    assert mean == 3.0
    assert error == pytest.approx((7 / 3) ** 0.5, rel=1e-12)  # s² = (4 + 1 + 9)/2 = 7, and s²/n
    assert over_seeds(outcomes[:1], 0) == (1.0, None)


@pytest.mark.parametrize(
    "ours, higher, reached",
    [(3.0, True, True), (1.0, True, False), (1.0, False, True), (float("nan"), True, False)],
)
def test_a_target_is_reached_from_the_better_side(ours, higher, reached):
    assert Result(measure="m", ours=ours, target=2.0, higher_is_better=higher).reached is reached
    assert Result(measure="m", ours=ours, higher_is_better=higher).reached


def test_a_row_is_reached_if_every_seed_reaches_its_own_target(application, tmp_path):
    _, outcomes = run_application(application[0], tmp_path, range(3))
    assert "reached" in rows(outcomes[:2])[0][-1] and "missed" in rows(outcomes)[0][-1]


def test_a_quick_run_misses_nothing_as_it_promises_nothing(application, tmp_path):
    _, outcomes = run_application(application[0], tmp_path, range(3), quick=True)
    assert rows(outcomes, quick=True)[0][-2:] == ("≤ 2.00", "in full")


def test_a_number_that_is_rounded_to_zero_has_no_sign(application, tmp_path):
    _, (outcome,) = run_application(application[0], tmp_path, range(1))
    (result,) = outcome.results
    near = [Outcome(results=[msgspec.structs.replace(result, ours=x)], shown=[]) for x in (-1e-9, 1e-9)]
    assert [rows([one])[0][1] for one in near] == ["0.00", "0.00"]


def test_the_page_shows_results_examples_and_the_command(application, tmp_path):
    made, _ = application
    directory, outcomes = run_application(made, tmp_path, range(2))
    page = write_report(
        made, directory, outcomes, directory / "seed-0", command_of(made, None, 2, False), "About it."
    )
    text = page.read_text(encoding="utf-8")
    for expected in (
        "1.50 ± 0.50",
        "≤ 2.00",
        "a &lt;note&gt;",
        "seed 0",
        "scratchgen app run number --seeds 2",
    ):
        assert expected in text


def test_pictures_and_sounds_are_embedded_in_the_page(application, tmp_path):
    made, _ = application
    directory, (outcome,) = run_application(made, tmp_path, range(1))
    files = [("a.png", "data:image/png"), ("a.gif", "data:image/gif"), ("a.wav", "<audio")]
    for name, _ in files:
        (directory / "seed-0" / "examples" / name).write_bytes(b"\0")
    shown = [Shown(file=f"examples/{name}", caption=name) for name, _ in files]
    outcome = Outcome(results=outcome.results, shown=shown)
    text = write_report(made, directory, [outcome], directory / "seed-0", "", "").read_text(encoding="utf-8")
    assert all(expected in text for _, expected in files)


def test_results_are_written_as_plain_json(application, tmp_path):
    directory, _ = run_application(application[0], tmp_path, range(1))
    found = json.loads((directory / "seed-0" / "results.json").read_text(encoding="utf-8"))
    assert found["data"] == ["digits"] and found["results"][0]["ours"] == 1.0 and found["versions"]["numpy"]


@pytest.mark.parametrize(
    "on, seeds, quick, expected",
    [
        (None, 3, False, "scratchgen app run number"),
        (None, 1, True, "scratchgen app run number --quick"),
        ("my texts", 1, False, "scratchgen app run number --on 'my texts' --seeds 1"),
    ],
)
def test_the_command_names_what_differs_from_the_defaults(application, on, seeds, quick, expected):
    assert command_of(application[0], on, seeds, quick) == expected


def test_the_report_says_how_a_run_differs_from_the_whole_application(application):
    made, _ = application
    assert described(made, None, False) == "About it."
    quick, own = described(made, None, True), described(made, "my texts", False)
    assert quick.startswith("A short training of a small model, on stdlib instead of digits.")
    assert own.startswith("The application's model, on my texts instead of digits.")


def test_a_data_set_that_nobody_hosts_is_left_out_where_it_is_not_on_disk(application, tmp_path, monkeypatch):
    made, calls = application
    both = dataclasses.replace(
        made, data=("digits", "debian-descriptions"), where_present=("debian-descriptions",)
    )
    for folder, expected in ((tmp_path / "empty", ("digits",)), (tmp_path / "own", both.data)):
        monkeypatch.setenv("SCRATCHGEN_DATA", str(folder))
        (folder / "debian-descriptions").mkdir(parents=True)
        if expected == both.data:
            (folder / "debian-descriptions" / "debian_descriptions.tsv.gz").write_bytes(b"")
        run_application(both, tmp_path / folder.name, range(1))
        assert calls[-1][0] == expected


@pytest.mark.parametrize("on, lines", [(None, 1), ("digits", 0)])
def test_the_command_says_once_which_data_set_it_leaves_out(
    application, tmp_path, monkeypatch, capsys, on, lines
):
    from scratchgen.cli import app

    made = dataclasses.replace(
        application[0], data=("digits", "debian-descriptions"), where_present=("debian-descriptions",)
    )
    monkeypatch.setattr("scratchgen.applications.catalogue.APPLICATIONS", {"number": made})
    monkeypatch.setenv("SCRATCHGEN_DATA", str(tmp_path / "empty"))
    app.run("number", on=on, seeds=1, out=tmp_path, quiet=True, quick=False)
    shown = " ".join(capsys.readouterr().out.split())
    assert shown.count("leaving out debian-descriptions, which nobody hosts; set SCRATCHGEN_DATA") == lines
