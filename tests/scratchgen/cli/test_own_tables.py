"""A user's own table on the command line: a VAE learns how its columns depend on each other, and writes CSV."""

import csv
import json

import numpy as np
import pytest

from scratchgen.data import load_any
from scratchgen.data.table import as_table
from scratchgen.tasks.load import load_run

TINY = ("--hidden", 16, "--epochs", 3, "--quiet", "--out", "run")
RNG = np.random.default_rng(0)


def write(path, rows, header):
    with open(path, "w", newline="") as file:
        csv.writer(file, lineterminator="\n").writerows([header, *rows])
    return path


def dependent(n, missing=0.0):
    """Rows of a length, a weight of about 3 kg per metre, and a class that says which half the length is in."""
    length = RNG.normal(100, 20, n)
    weight = 3 * length + RNG.normal(0, 5, n)
    rows = [
        [f"{a:.4f}", f"{b:.4f}", "long" if a > 100 else "short"] for a, b in zip(length, weight, strict=True)
    ]
    for i, k in zip(*np.nonzero(RNG.random((n, 3)) < missing), strict=True):
        rows[i][k] = ""
    return rows


def read(path):
    header, *rows = csv.reader(path.open(newline=""))
    return header, rows


@pytest.mark.slow
@pytest.mark.parametrize("missing", [0.0, 0.2])
@pytest.mark.unrendered
def test_samples_have_the_means_deviations_and_dependences_of_the_table(missing, scratchgen_in, tmp_path):
    write(tmp_path / "own.csv", dependent(2000, missing), ["length", "weight", "class"])
    run = scratchgen_in(tmp_path)
    done = run("train", "vae", "--data", "own.csv", "--epochs", 60, "--out", "run", "--quiet")
    assert done.returncode == 0, done.stderr
    elbo = json.loads((tmp_path / "run" / "scores.json").read_text())[0]
    assert elbo["reached"] and elbo["value"] > elbo["baseline_value"] + 0.5
    assert run("sample", "run", "-n", 4000, "--out", "s.csv").returncode == 0
    header, rows = read(tmp_path / "s.csv")
    assert header == ["length", "weight", "class"] and len(rows) == 4000
    length, weight = (np.array([float(row[k]) for row in rows]) for k in (0, 1))
    is_long = np.array([row[2] == "long" for row in rows])
    # five standard errors of 4,000 draws are 2 % of a deviation's and 8 % of its size; the model adds its own error
    assert abs(length.mean() - 100) < 4 and abs(weight.mean() - 300) < 12
    assert length.std() == pytest.approx(20, rel=0.2) and weight.std() == pytest.approx(60.2, rel=0.2)
    assert np.corrcoef(length, weight)[0, 1] > 0.8  # 0.997 in the table, 0 for independent columns
    assert (
        length[is_long].mean() - length[~is_long].mean() > 20
    )  # 31.9 in the table, 0 for independent columns


def test_a_table_with_missing_cells_is_trained_resumed_scored_and_sampled(scratchgen_in, tmp_path):
    write(tmp_path / "own.csv", dependent(300, 0.1), ["length", "weight", "class"])
    run = scratchgen_in(tmp_path)
    done = run("train", "vae", "--data", "own.csv", *TINY)
    assert done.returncode == 0, done.stderr
    config = json.loads((tmp_path / "run" / "config.json").read_text())
    assert config["settings"]["likelihood"] == "gaussian" and config["loading"]["changed"]
    assert [column["name"] for column in config["data_info"]["columns"]] == ["length", "weight", "class"]
    assert "_made_with" not in "".join(load_run(tmp_path / "run").model.state_dict())
    assert sorted(path.name for path in (tmp_path / "run" / "samples").iterdir()) == [
        "curves.png", "marginals.png", "networks.png", "samples.csv", "terms.png",
    ]  # fmt: skip
    assert run("evaluate", "run").returncode == 0
    assert run("sample", "run", "--seed", 3, "--out", "a.csv").returncode == 0
    assert run("sample", "run", "--seed", 3, "--out", "b.csv").returncode == 0
    assert (tmp_path / "a.csv").read_bytes() == (tmp_path / "b.csv").read_bytes()
    assert {row[2] for row in read(tmp_path / "a.csv")[1]} <= {"long", "short"}
    for options, why in (
        (("--out", "s.png"), "give --out FILE.csv"),
        (("--out", "s.csv", "--class", "1"), "not conditional"),
        (("--out", "s.csv", "--interpolate", "straight"), "is for images"),
    ):
        done = run("sample", "run", *options)
        assert done.returncode == 2 and why in done.stderr


@pytest.mark.unrendered
def test_a_linear_model_of_numbers_is_that_of_any_rows(scratchgen_in, tmp_path):
    write(tmp_path / "own.csv", [row[:2] for row in dependent(300)], ["length", "weight"])
    run = scratchgen_in(tmp_path)
    done = run("train", "vae", "--model", "linear", "--data", "own.csv", "--quiet", "--out", "run")
    assert done.returncode == 0, done.stderr
    assert run("sample", "run", "-n", 500, "--out", "s.csv").returncode == 0
    length = np.array([float(row[0]) for row in read(tmp_path / "s.csv")[1]])
    assert abs(length.mean() - 100) < 8 and length.std() == pytest.approx(20, rel=0.3)


@pytest.mark.parametrize(
    ("options", "why"),
    [
        (("--model", "conv"), "is not for a table"),
        (("--model", "conditional"), "no classes"),
        (("--model", "linear"), "categories or missing cells"),
        (("--likelihood", "bernoulli"), "leave out --likelihood"),
        (("--likelihood", "categorical"), "leave out --likelihood"),
        (("--binarise",), "leave out --binarise"),
    ],
)
def test_settings_that_are_not_for_tables_are_refused_before_a_run_is_opened(
    options, why, scratchgen_in, tmp_path
):
    write(tmp_path / "own.csv", dependent(100), ["length", "weight", "class"])
    done = scratchgen_in(tmp_path)("train", "vae", "--data", "own.csv", *options, "--out", "run")
    assert done.returncode == 2 and why in done.stderr and not (tmp_path / "run").exists()


@pytest.mark.unrendered
def test_a_table_in_another_encoding_is_read_with_it(scratchgen_in, tmp_path):
    write(tmp_path / "own.csv", [row[:2] for row in dependent(100)], ["length", "weight"])
    text = (tmp_path / "own.csv").read_text().replace("length", "größe")
    (tmp_path / "own.csv").write_bytes(text.encode("latin-1"))
    run = scratchgen_in(tmp_path)
    done = run("train", "vae", "--data", "own.csv", *TINY)
    assert done.returncode == 2 and "--encoding latin-1" in done.stderr and not (tmp_path / "run").exists()
    assert run("train", "vae", "--data", "own.csv", "--encoding", "latin-1", *TINY).returncode == 0
    assert run("sample", "run", "--out", "s.csv").returncode == 0
    assert read(tmp_path / "s.csv")[0] == ["größe", "weight"]


def test_a_table_of_equal_rows_and_other_families_are_refused_before_a_run_is_opened(scratchgen_in, tmp_path):
    write(tmp_path / "own.csv", [(1, 2)] * 100, ["a", "b"])
    run = scratchgen_in(tmp_path)
    for family, why in (("vae", "are equal"), ("gan", "is a table"), ("rnn", "holds a table")):
        done = run("train", family, "--data", "own.csv", "--out", "run")
        assert done.returncode == 2 and why in done.stderr and not (tmp_path / "run").exists()


def test_what_a_table_holds_is_shown_in_its_own_units(scratchgen_in, tmp_path):
    write(tmp_path / "own.csv", dependent(300, 0.1), ["length", "weight", "class"])
    done = scratchgen_in(tmp_path)("data", "show", "own.csv", "--out", "own.png")
    assert done.returncode == 0, done.stderr
    data = load_any(str(tmp_path / "own.csv"))
    length = as_table(data.columns, data.train)["length"]
    assert (
        f"mean {np.nanmean(length):,.6g}" in done.stdout
        and f"{np.isnan(length).sum()} missing" in done.stdout
    )
    assert (tmp_path / "own.png").stat().st_size > 5000
