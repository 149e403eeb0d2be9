"""Scores by settings: means over seeds, the best first, and the page that compares all runs."""

import math
from types import SimpleNamespace

import pytest

from scratchgen.errors import BadInput
from scratchgen.evaluation import Mean
from scratchgen.runs.config import RunConfig
from scratchgen.runs.record import Record
from scratchgen.runs.score import Score
from scratchgen.sweeps import report, results
from scratchgen.sweeps.plan import Trial
from scratchgen.sweeps.results import check_score, collect_results, in_words, value_of
from scratchgen.tasks import get_task


def record(path, value=1.0, epochs=((1, -3.0), (2, -2.0)), best=None):
    logged = [{"epoch": n, "validation_elbo": x} | ({"best_epoch": best} if best else {}) for n, x in epochs]
    config = RunConfig(task="vae", data="mine", monitored=["validation_elbo", "best_epoch"])
    scores = [Score("ELBO", f"{value}", value=value), Score("rate", "2", value=2.0), Score("words", "many")]
    return Record(path, config, logged, scores, None)


@pytest.fixture
def sweep(tmp_path, monkeypatch):
    """sweep(values, score, maximize): values: {hidden: the score of each seed; None for one that is not finished}"""

    def of(values, score=None, maximize=True):
        trials, records = [], {}
        for hidden, of_seeds in values.items():
            for seed, value in enumerate(of_seeds):
                trials.append(
                    Trial(f"hidden={hidden},seed={seed}", {"hidden": hidden}, {"hidden": hidden}, seed)
                )
                if value is not None:
                    path = tmp_path / trials[-1].name
                    records[path] = record(path, value, [(1, -value), (2, -2 * value)])
        monkeypatch.setattr(results, "is_finished", lambda path: path in records)
        monkeypatch.setattr(results, "read_record", records.__getitem__)
        plan = SimpleNamespace(
            trials=trials, score=score, maximize=maximize, task=get_task("vae"), data="mine"
        )
        return SimpleNamespace(plan=plan, directory=tmp_path, path=lambda trial: tmp_path / trial.name)

    return of


def test_the_mean_over_seeds_has_its_standard_error(sweep):
    found = collect_results(sweep({4: [1.0, 2.0, 6.0]}))
    mean = found.by_settings[0].mean("ELBO")
    assert mean.mean == 3.0 and mean.standard_error == pytest.approx(math.sqrt(7 / 3))  # s² = (4 + 1 + 9) / 2
    assert (found.score, found.further) == ("ELBO", ["rate"])


@pytest.mark.parametrize(("maximize", "order"), [(True, [8, 4, 2, 1]), (False, [4, 8, 2, 1])])
def test_the_best_come_first_and_those_without_a_finite_score_last(sweep, maximize, order):
    values = {1: [None, None], 2: [math.nan, 1.0], 4: [1.0, 2.0], 8: [5.0, None]}
    found = collect_results(sweep(values, maximize=maximize))
    assert [row.varied["hidden"] for row in found.by_settings] in (order, [*order[:2], 1, 2])
    assert found.best.varied["hidden"] == order[0]


def test_nothing_is_best_without_a_score(sweep):
    assert collect_results(sweep({1: [None], 2: [math.nan]})).best is None


def test_nothing_is_best_where_the_seeds_alone_vary(tmp_path):
    alone = results.SettingsResult({}, [record(tmp_path)])
    assert results.Results("ELBO", [], [alone]).best is None


def test_a_logged_number_decides_where_the_file_names_it_and_test_data_do_not(sweep):
    made = sweep({4: [1.0], 8: [2.0]}, score="validation_elbo")
    found = collect_results(made)
    assert found.best.varied["hidden"] == 4 and found.further == ["ELBO", "rate"]
    assert "optimistic" not in report.explanation(made, found)
    by_test = sweep({4: [1.0], 8: [2.0]})
    line = report.explanation(by_test, collect_results(by_test))
    assert "test data chose it" in line and 'score = "validation_elbo"' in line


def test_a_logged_number_is_that_of_the_epoch_whose_weights_the_run_has(tmp_path):
    epochs = [(1, -3.0), (2, -1.0), (3, -2.0)]
    assert value_of(record(tmp_path, epochs=epochs), "validation_elbo") == -2.0
    assert value_of(record(tmp_path, epochs=epochs, best=2), "validation_elbo") == -1.0
    assert value_of(record(tmp_path, epochs=epochs), "nothing") is None


def test_a_score_that_no_run_has_is_refused_with_those_that_there_are(tmp_path):
    check_score("rate", record(tmp_path))
    with pytest.raises(BadInput, match="no score named 'words'; there are ELBO; rate; validation_elbo"):
        check_score("words", record(tmp_path))


@pytest.mark.parametrize(
    ("mean", "text"),
    [
        ((-3.54026, 0.000153), "-3.54026 ± 0.00015"),
        ((1234.5, 12.3), "1234 ± 12"),
        ((0.5, 0.0), "0.5 ± 0"),
        ((0.123456789, math.nan), "0.12346"),
        ((math.nan, math.nan), "nan"),
    ],
)
def test_a_mean_is_rounded_by_its_error(mean, text):
    assert in_words(Mean(*mean)) == text


def test_the_page_has_best_settings_scores_curves_failures_and_runs(sweep):
    made = sweep({4: [1.0, 2.0], 8: [5.0, None], **{n: [0.5] for n in range(10, 20)}})
    page = report.sweep_report(made, collect_results(made), {"hidden=8,seed=1": "no <luck>"})
    best, scores, curves, failed, runs = page.split("<h2>")[1:]
    assert "<td>8</td>" in best and "--set hidden=8 --seed 0" in best and "--out" not in best
    assert "1.50 ± 0.50" in scores and "ELBO, mean ± standard error over seeds</figcaption>" in scores
    assert curves.count("<img") == 1 and "10 best settings" in curves
    assert "no &lt;luck&gt;" in failed and runs.count("<tr>") == 1 + 13
    assert "13 of 14 runs are finished" in page


def of_settings(path, varied):
    """The results of these settings, each with one run more than the one before, and a score of its own."""
    found = [
        results.SettingsResult(settings, [record(path, 1.0 + k)] * (k + 1))
        for k, settings in enumerate(varied)
    ]
    return results.Results("ELBO", [], found)


@pytest.fixture
def pictures(monkeypatch):
    """The scores that the page draws, by the name of the picture."""
    drawn = {}
    for name in ("score_curve", "ranked_scores"):

        def draw(scores, path, *labels, name=name):
            drawn[name] = scores, labels
            path.write_bytes(b"")

        monkeypatch.setattr(report, name, draw)
    return drawn


def test_scores_are_a_curve_over_the_only_setting_if_it_is_a_number(pictures, tmp_path):
    report._score_figures(of_settings(tmp_path, [{"free_bits": 8}, {"free_bits": 0.5}]))
    assert pictures["score_curve"][1] == ("free bits", "ELBO") and pictures.keys() == {"score_curve"}
    (_, error), second = pictures["score_curve"][0].values()
    assert math.isnan(error) and second == (2.0, 0.0) and [*pictures["score_curve"][0]] == [8, 0.5]


@pytest.mark.parametrize(
    "varied",
    [
        [{"cell": "lstm"}, {"cell": "gru"}],
        [{"tie_embeddings": True}, {"tie_embeddings": False}],
        [{"hidden": 4, "layers": 1}, {"hidden": 8, "layers": 2}],
        [{"hidden": 4}, {"hidden": [4, 8]}],
    ],
    ids=["words", "switch", "two settings", "list"],
)
def test_scores_of_other_settings_are_ranked(pictures, tmp_path, varied):
    found = of_settings(tmp_path, varied)
    report._score_figures(found)
    assert pictures.keys() == {"ranked_scores"}
    assert [*pictures["ranked_scores"][0]] == [one.label for one in found.by_settings]


def test_the_picture_has_the_best_settings_and_its_caption_says_so(pictures, tmp_path):
    (figure,) = report._score_figures(of_settings(tmp_path, [{"cell": f"c{k}"} for k in range(25)]))
    assert "the 20 best of 25 settings" in figure
    assert [*pictures["ranked_scores"][0]] == [f"cell c{k}" for k in range(20)]


def test_a_single_score_has_no_picture_and_one_that_is_not_finite_is_left_out(pictures, tmp_path):
    three = of_settings(tmp_path, [{"cell": "a"}, {"cell": "b"}, {"cell": "c"}])
    three.by_settings[1].records[:] = [record(tmp_path, math.nan)]
    report._score_figures(three)
    assert [*pictures["ranked_scores"][0]] == ["cell a", "cell c"]
    three.by_settings[2].records.clear()
    assert report._score_figures(three) == []


def test_curves_are_means_over_seeds_up_to_the_shortest(tmp_path):
    both = [
        record(tmp_path, epochs=[(1, 1.0), (2, 3.0)]),
        record(tmp_path, epochs=[(1, 3.0), (2, 5.0), (3, 9.0)]),
    ]
    assert report._mean_curve(results.SettingsResult({}, both), "validation_elbo") == [2.0, 4.0]
