"""A series of numbers from a table to a forecast: `train rnn --task series`, and `sample --prompt`."""

import csv
import json

import numpy as np
import pytest

from scratchgen import cli
from scratchgen.data.series import in_units, load_series, standardised
from scratchgen.errors import BadInput
from scratchgen.tasks.load import load_run
from scratchgen.tasks.series import linear_nats

from .csv_files import read_rows

N, PERIOD = 400, 20


def waves(n=N, seed=0, begin=0):
    """Two columns that repeat themselves every 20 steps, with noise, in different units."""
    t, rng = begin + np.arange(n), np.random.default_rng(seed)
    angle = 2 * np.pi * t / PERIOD
    return np.stack(
        [20 + 5 * np.sin(angle) + 0.3 * rng.normal(size=n), 1e4 + 900 * np.cos(angle + 1)], axis=1
    )


def write(path, x, names=("warmth", "load"), dates=True):
    with open(path, "w", newline="", encoding="utf-8") as file:
        table = csv.writer(file)
        table.writerow([*(["date"] if dates else []), *names])
        for t, row in enumerate(x):
            table.writerow([*([f"2026-01-01 {t:04}"] if dates else []), *(f"{v:.4f}" for v in row)])
    return path


@pytest.fixture(scope="module")
def trained(tmp_path_factory):
    here = tmp_path_factory.mktemp("series")
    data = write(here / "own.csv", waves())
    arguments = ("train", "rnn", "--task", "series", "--data", data, "--quiet", "--out", here / "run")
    with pytest.raises(SystemExit) as ended:
        cli.main([*map(str, arguments)])
    assert ended.value.code == 0
    return here


@pytest.fixture
def command(trained, scratchgen_in):
    return scratchgen_in(trained)


# --- data -------------------------------------------------------------------------------------------------


def test_the_rows_keep_their_order_and_every_one_is_in_one_window(tmp_path):
    x = waves()
    data = load_series(write(tmp_path / "own.csv", x))
    windows = [*data.train, *data.validation, *data.test]
    assert np.abs(in_units(np.concatenate(windows), data.columns) - x).max() < 1e-2
    assert sum(map(len, data.train)) == 320 and sum(map(len, data.test)) == 40
    assert all(20 <= len(w) < 30 for w in windows) and [c.name for c in data.columns] == ["warmth", "load"]
    lines = dict(data.report.lines())
    assert (
        lines["ignored"] == "1 (columns of texts): date" and lines["split"] == "80/10/10 in the order of time"
    )


def test_columns_are_standardised_on_the_training_part(tmp_path):
    data = load_series(write(tmp_path / "own.csv", waves() + np.linspace(0, 50, N)[:, None]))
    every = np.concatenate(data.train)
    np.testing.assert_allclose(every.mean(axis=0), 0, atol=1e-5)
    np.testing.assert_allclose(every.std(axis=0), 1, atol=1e-5)
    assert np.concatenate(data.test)[:, 0].mean() > 1, "what comes later is not used"
    x = in_units(every, data.columns)
    np.testing.assert_allclose(standardised(x, data.columns), every, atol=1e-5)


def test_a_column_of_one_value_is_left_out_which_the_report_says(tmp_path):
    x = np.concatenate([waves(), np.full((N, 1), 7.0)], axis=1)
    data = load_series(write(tmp_path / "own.csv", x, ("warmth", "load", "code"), dates=False))
    assert data.D == 2 and dict(data.report.lines())["ignored"] == "1 (columns of one value): code"


@pytest.mark.parametrize(
    ("change", "words"),
    [
        (lambda x: x[:40], "has 40 rows; a series needs at least 50"),
        (lambda x: np.where(np.arange(len(x))[:, None] == [7, -1], np.nan, x), "missing cells: warmth (1)"),
        (lambda x: x * 0 + 3, "has no column of numbers that vary"),
        (
            lambda x: np.where(np.arange(len(x))[:, None] < 330, [3, 1], x),
            "does not vary in its training part",
        ),
    ],
)
def test_what_is_no_series_is_refused_before_a_run_is_opened(change, words, tmp_path, scratchgen_in):
    write(tmp_path / "own.csv", change(waves()))
    with pytest.raises(BadInput):
        load_series(tmp_path / "own.csv")
    done = scratchgen_in(tmp_path)("train", "rnn", "--task", "series", "--data", "own.csv", "--out", "run")
    assert done.returncode == 2 and words in done.stderr and done.stderr.count("\n") == 1
    assert not (tmp_path / "run").exists()


def test_without_the_task_a_table_is_refused_and_the_task_is_named(trained, command):
    done = command("train", "rnn", "--data", "own.csv", "--out", "other")
    assert done.returncode == 2 and "--task series" in done.stderr


# --- training and scores ----------------------------------------------------------------------------------


def test_the_model_learns_more_than_the_step_before_tells(trained, command):
    (score, _) = json.loads((trained / "run" / "scores.json").read_text())
    assert score["value"] < score["baseline_value"] - 0.3
    assert (trained / "run" / "samples" / "forecast.png").exists()
    assert json.loads((trained / "run" / "config.json").read_text())["loading"]["ignored"]
    done = command("evaluate", "run", "--json", "scores.json")
    again = json.loads((trained / "scores.json").read_text())["scores"][0]
    assert done.returncode == 0 and again["value"] == score["value"]


def test_the_baselines_are_the_densities_of_the_fitted_normals():
    """By hand: one window, an autoregressive column fitted by its two moments."""
    rng = np.random.default_rng(0)
    y = np.zeros((4000, 1))
    for t in range(1, len(y)):
        y[t] = 0.8 * y[t - 1] + rng.normal()
    linear, marginal = linear_nats([y[:2000]], [y[2000:]])
    entropy = 0.5 * np.log(2 * np.pi * np.e)
    assert linear == pytest.approx(entropy, abs=0.05)
    assert marginal == pytest.approx(entropy + 0.5 * np.log(1 / (1 - 0.8**2)), abs=0.1)


@pytest.mark.unrendered
def test_a_run_that_was_stopped_ends_with_the_bits_of_one_that_was_not(trained, scratchgen_in, tmp_path):
    run, small = scratchgen_in(tmp_path), ("--epochs", 4, "--quiet", "--hidden", 8)
    data = ("rnn", "--task", "series", "--data", trained / "own.csv")
    run("train", *data, *small, "--out", "whole")
    run("train", *data, *small, "--out", "parts", "--max-minutes", 0, "--save-every", 0)
    done = run("train", "rnn", "--resume", "parts", "--quiet")
    assert done.returncode == 0, done.stderr
    weights = [(tmp_path / name / "model.safetensors").read_bytes() for name in ("whole", "parts")]
    assert weights[0] == weights[1]


# --- forecasts --------------------------------------------------------------------------------------------


def test_a_forecast_follows_the_past_that_it_is_given(trained, command):
    """The waves continue where the past stops, whichever phase that is; the mean is near what came without noise."""
    for stop in (200, 207, 213):
        write(trained / "past.csv", waves(stop, seed=5), dates=False)
        done = command("sample", "run", "--prompt", "past.csv", "-n", 10, "--out", "next.csv")
        assert done.returncode == 0, done.stderr
        rows, came = read_rows(trained / "next.csv"), waves(10, begin=stop)
        for d, name in enumerate(("warmth", "load")):
            mean = np.array([float(row[f"{name} mean"]) for row in rows])
            assert np.sqrt(np.mean((mean - came[:, d]) ** 2)) < 0.4 * waves()[:, d].std()
            low, high = (np.array([float(row[f"{name} {q} %"]) for row in rows]) for q in (10, 90))
            assert (low < mean).all() and (mean < high).all()
    assert (trained / "next.png").exists() and [row["step"] for row in rows] == [str(t) for t in range(1, 11)]


def test_a_past_in_which_a_column_does_not_change_is_a_past(trained, command):
    x = waves(30)
    x[:, 1] = 1e4
    write(trained / "calm.csv", x)
    done = command("sample", "run", "--prompt", "calm.csv", "-n", 3, "--out", "after_calm.csv")
    assert done.returncode == 0 and "follow the 30 of calm.csv" in done.stdout, done.stderr


def test_the_claim_above_rejects_a_forecast_that_ignores_its_past(trained):
    loaded = load_run(trained / "run")
    from scratchgen.random import Generator

    drawn = in_units(loaded.model.sample(10, 200, Generator(0)), loaded.info.columns).mean(axis=1)
    errors = [np.sqrt(np.mean((drawn[:, 0] - waves(10, begin=s)[:, 0]) ** 2)) for s in (200, 207, 213)]
    assert max(errors) > 0.4 * waves()[:, 0].std()


def test_a_seed_decides_the_forecast(trained, command):
    found = []
    for seed in (0, 0, 1):
        command("sample", "run", "--prompt", "own.csv", "-n", 3, "--seed", seed, "--out", "a.csv")
        found.append((trained / "a.csv").read_text())
    assert found[0] == found[1] != found[2]


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (("--out", "a.png"), "a forecast is written as CSV"),
        (
            ("--prompt", "nowhere.csv", "--out", "b.csv"),
            "'nowhere.csv' is not a file that exists; name a table",
        ),
        (
            ("--prompt", "prose.txt", "--out", "b.csv"),
            "prose.txt is of kind text, which is no table; name one",
        ),
        (("--prompt", "other.csv", "--out", "b.csv"), "there is no column load of numbers; give"),
        (("--temperature", 1, "--out", "b.csv"), "has no --temperature"),
    ],
)
def test_what_cannot_be_forecast_is_refused_in_one_line(trained, command, arguments, words):
    write(trained / "other.csv", waves(60)[:, :1], ["warmth"])
    (trained / "prose.txt").write_text("It was warm, and the load was low.\n" * 20)
    done = command("sample", "run", *arguments)
    assert done.returncode == 2 and words in done.stderr and done.stderr.count("\n") == 1
    assert not (trained / "b.csv").exists() and not (trained / "b.png").exists()


def test_another_series_is_scored_in_the_units_of_the_run(trained, command):
    def value(path):
        done = command("evaluate", "run", "--data", path, "--json", "s.json")
        assert done.returncode == 0, done.stderr
        return json.loads((trained / "s.json").read_text())["scores"][0]["value"]

    same = value(write(trained / "same.csv", waves(seed=3)))
    far = value(write(trained / "far.csv", waves(seed=3) + np.array([40, 0])))
    assert far > same + 5, "eight deviations are no new zero"
    done = command(
        "evaluate", "run", "--data", write(trained / "swapped.csv", waves()[:, ::-1], ["load", "warmth"])
    )
    assert done.returncode == 2 and "has the columns load, warmth" in done.stderr
