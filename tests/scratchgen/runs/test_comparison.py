"""Several runs next to each other."""

import math
from pathlib import Path

import pytest

from scratchgen.runs.comparison import comparison_page, differing, grouped
from scratchgen.runs.config import RunConfig
from scratchgen.runs.record import Record, Timing
from scratchgen.runs.score import Score
from scratchgen.tasks.rate_distortion import rate_distortion_figure, rates_and_distortions
from scratchgen.tasks.vae_scores import DISTORTION, RATE


def record(name, task="vae", hidden=3, ours="-1", **settings):
    config = RunConfig(task=task, data="mine", settings={"hidden": hidden, **settings}, monitored=["elbo"])
    epochs = [{"epoch": 1, "elbo": -3.0}, {"epoch": 2, "elbo": -2.0}]
    timing = Timing(seconds=90.0, sessions=1) if ours else None
    return Record(Path(name), config, epochs, [Score("ELBO", ours)] if ours else [], timing)


def page_of(records):
    return comparison_page(grouped(records), lambda group: rate_distortion_figure(group.records))


def test_only_settings_that_differ_are_told():
    assert differing([record("a", learning_rate=1.0), record("b", learning_rate=1.0)]) == []
    assert differing([record("a", learning_rate=1.0), record("b", hidden=4, learning_rate=1.0)]) == ["hidden"]


def test_a_setting_that_one_run_does_not_have_differs():
    (group,) = grouped([record("a", learning_rate=1.0), record("b")])
    assert [row[1] for row in group.rows] == ["1.0", "–"]


def test_runs_of_a_kind_stand_together_and_are_compared_with_one_another_alone():
    groups = grouped([record("a"), record("g", task="gan", hidden=9), record("b")])
    assert [(g.task, [row[0] for row in g.rows]) for g in groups] == [("vae", ["a", "b"]), ("gan", ["g"])]
    assert all(group.headings == ["run", "ELBO", "epochs done", "minutes"] for group in groups)


def test_a_row_holds_scores_epochs_and_minutes_and_says_what_is_unfinished():
    (group,) = grouped([record("a"), record("b", ours=None)])
    assert group.rows == [["a", "-1", "2", "1.50"], ["b", "unfinished", "2", "–"]]


def test_the_page_has_a_picture_for_each_number_that_was_logged_whatever_the_names():
    page = page_of([record("_a"), record("$b$"), record("<c>")])
    assert page.count("<img") == 1 and "&lt;c&gt;" in page and "<c>" not in page


def point(name, R, D, *, objective="beta", beta=1.0, target_distortion=0.0, log_lambda=None, **others):
    made = record(name, objective=objective, beta=beta, target_distortion=target_distortion, **others)
    for measure, value in ((RATE, R), (DISTORTION, D)):
        made.scores.append(Score(measure, "", value=value))
    for epoch in made.epochs if log_lambda is not None else ():
        epoch["log_lambda"] = log_lambda
    return made


def test_runs_that_differ_in_beta_alone_have_a_curve_of_rate_and_distortion():
    records = [point("a", 3.0, 10.0, beta=2.0), point("b", 7.0, 6.0, objective="elbo")]
    assert rates_and_distortions(records) == {2.0: (3.0, 10.0), 1.0: (7.0, 6.0)}
    assert page_of(records).count("<img") == 1 + page_of([record("a"), record("b")]).count("<img")


def test_seeds_are_averaged():
    records = [point("a", 3.0, 10.0), point("b", 5.0, 8.0), point("c", 1.0, 12.0, beta=4.0)]
    assert rates_and_distortions(records) == {1.0: (4.0, 9.0), 4.0: (1.0, 12.0)}


def test_a_run_under_the_constraint_counts_as_one_of_beta_one_over_lambda():
    records = [
        point("a", 3.0, 10.0),
        point("b", 4.0, 9.0, objective="geco", target_distortion=9.0, log_lambda=math.log(2)),
    ]
    found = rates_and_distortions(records)
    assert sorted(found) == pytest.approx([0.5, 1.0]) and sorted(found.values()) == [(3.0, 10.0), (4.0, 9.0)]


def test_runs_that_differ_in_more_or_tell_no_rate_have_no_curve():
    assert rates_and_distortions([point("a", 3.0, 10.0), point("b", 1.0, 12.0, beta=4.0, hidden=9)]) == {}
    assert rates_and_distortions([point("a", 3.0, 10.0), record("b")]) == {}
    assert rates_and_distortions([point("a", 3.0, 10.0), point("b", 1.0, 12.0, objective="iwae")]) == {}
