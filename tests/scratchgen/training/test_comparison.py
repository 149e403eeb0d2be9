"""Runs beside one another."""

from pathlib import Path

from scratchgen.training.comparison import comparison_page, differing, grouped
from scratchgen.training.record import Record


def record(name, kind="vae", hidden=3, ours="-1", **training):
    score = {"measure": "ELBO", "ours": ours, "baseline": "", "expected": "", "reached": True}
    config = {"kind": kind, "data": "mine", "seed": 0, "model": {"hidden": hidden}, "training": training}
    epochs = [{"epoch": 1, "elbo": -3.0}, {"epoch": 2, "elbo": -2.0}]
    timing = {"seconds": 90.0, "sittings": 1} if ours else {}
    return Record(Path(name), config, epochs, [score] if ours else [], timing)


def test_only_settings_that_differ_are_told():
    assert differing([record("a", alpha=1.0), record("b", alpha=1.0)]) == []
    assert differing([record("a", alpha=1.0), record("b", hidden=4, alpha=1.0)]) == ["hidden"]


def test_a_setting_that_one_run_does_not_have_differs():
    (group,) = grouped([record("a", alpha=1.0), record("b")])
    assert [row[1] for row in group.rows] == ["1.0", "–"]


def test_runs_of_a_kind_stand_together_and_are_compared_with_one_another_alone():
    groups = grouped([record("a"), record("g", kind="gan", hidden=9), record("b")])
    assert [(g.kind, [row[0] for row in g.rows]) for g in groups] == [("vae", ["a", "b"]), ("gan", ["g"])]
    assert all(group.headings == ["run", "ELBO", "epochs done", "minutes"] for group in groups)


def test_a_row_holds_scores_epochs_and_minutes_and_says_what_is_unfinished():
    (group,) = grouped([record("a"), record("b", ours=None)])
    assert group.rows == [["a", "-1", "2", "1.50"], ["b", "unfinished", "2", "–"]]


def test_the_page_has_a_picture_for_each_number_that_was_logged_whatever_the_names():
    page = comparison_page(grouped([record("_a"), record("$b$"), record("<c>")]))
    assert page.count("<img") == 1 and "&lt;c&gt;" in page and "<c>" not in page
