"""A table whose header declares kinds on the command line: training, scores, samples, missing cells, resuming."""

import json

import numpy as np
import pytest

from scratchgen import cli

from .csv_files import read_rows, write_rows

pytestmark = pytest.mark.unrendered

N = 200
NAMES = ["age", "visits", "income", "change", "kind"]
KINDS = ["real", "count", "positive", "student-t", "categorical"]
HEADER = [f"{name}:{kind}" for name, kind in zip(NAMES, KINDS, strict=True)]


def table(seed, n=N):
    """All columns follow from one number."""
    rng = np.random.default_rng(seed)
    t = rng.normal(size=n)
    columns = (
        50 + 10 * t + rng.normal(size=n),
        rng.poisson(np.exp(1.5 + 0.7 * t)),
        np.exp(7 + t + 0.2 * rng.normal(size=n)),
        3 * t + rng.standard_t(3, n),
        np.where(t > 0, "old", "young"),
    )
    return [[f"{a:.3f}", str(k), f"{i:.3f}", f"{c:.3f}", s] for a, k, i, c, s in zip(*columns, strict=True)]


def write(path, rows, header=HEADER):
    return write_rows(path, header, rows)


@pytest.fixture(scope="module")
def trained(tmp_path_factory):
    here = tmp_path_factory.mktemp("kinds")
    data = write(here / "own.csv", table(0))
    with pytest.raises(SystemExit) as ended:
        how = ("--epochs", "200", "--batch-size", "32", "--quiet")
        cli.main(["train", "vae", "--data", str(data), *how, "--out", str(here / "run")])
    assert ended.value.code == 0
    return here


@pytest.fixture
def command(trained, scratchgen_in):
    return scratchgen_in(trained)


def bound(done):
    assert done.returncode == 0, done.stderr
    return float(next(line for line in done.stdout.splitlines() if "ELBO" in line).split()[5])


def test_a_run_of_two_hundred_rows_beats_independent_columns_and_its_configuration_has_the_kinds(trained):
    config = json.loads((trained / "run" / "config.json").read_text())
    assert [c["kind"] for c in config["data_info"]["columns"]] == KINDS
    assert config["model"]["arguments"]["likelihood"]["arguments"]["kinds"] == KINDS
    assert any("visits (declared count in the header)" in what for what in config["loading"]["changed"])
    elbo = json.loads((trained / "run" / "scores.json").read_text())[0]
    assert elbo["reached"] and elbo["value"] > elbo["baseline_value"] + 1


def test_samples_are_of_the_kinds_of_the_columns_and_depend_on_each_other(trained, command):
    assert command("sample", "run", "-n", 1000, "--out", "s.csv").returncode == 0
    rows = read_rows(trained / "s.csv")
    assert list(rows[0]) == NAMES
    visits, income, age = (
        np.array([float(row[name]) for row in rows]) for name in ("visits", "income", "age")
    )
    assert np.all(visits >= 0) and all(row["visits"].isdigit() for row in rows) and np.all(income > 0)
    assert np.corrcoef(age, np.log(income))[0, 1] > 0.6 < np.corrcoef(age, np.log1p(visits))[0, 1] + 0.2


def test_a_file_without_kinds_is_read_with_those_of_the_run_to_the_last_digit(trained, command):
    own = bound(command("evaluate", "run"))
    write(trained / "plain.csv", [row[::-1] for row in table(0)], NAMES[::-1])
    assert bound(command("evaluate", "run", "--data", "plain.csv")) == own
    assert command("encode", "run", "--out", "z.npy").returncode == 0
    assert len(np.load(trained / "z.npy")) == N


@pytest.mark.parametrize(("k", "value"), [(0, "150"), (1, "400"), (2, "0.000001"), (3, "500")])
def test_an_odd_cell_of_any_kind_comes_first_among_the_scores_per_example(k, value, trained, command):
    rows = table(1, 150)
    for row in rows[::3]:
        row[k] = value
    write(trained / "odd.csv", rows)
    done = command("evaluate", "run", "--data", "odd.csv", "--part", "test", "--per-example", "e.csv")
    assert done.returncode == 0, done.stderr
    order = [int(row["index"]) for row in read_rows(trained / "e.csv")]
    odd = [i for i in order if i % 3 == 0]
    assert odd and order[: len(odd)] == odd
    assert [i for i in sorted(order) if i % 3 == 0] != sorted(order)[
        : len(odd)
    ]  # an order by place is another


def test_missing_cells_of_every_kind_are_completed_in_their_own_units(trained, command):
    rows = table(2, 90)
    holes = [[*row] for row in rows]
    for i, row in enumerate(holes):
        row[1 + i % 4] = ""
    write(trained / "holes.csv", holes)
    done = command("sample", "run", "--complete", "holes.csv", "--out", "whole.csv")
    assert done.returncode == 0 and "90 missing cells of 90 rows" in done.stdout, done.stderr
    found = read_rows(trained / "whole.csv")
    filled = lambda k: [(row[NAMES[k]], rows[i][k]) for i, row in enumerate(found) if i % 4 == k - 1]
    assert all(a.isdigit() for a, _ in filled(1))
    errors = [np.log(float(a)) - np.log(float(b)) for a, b in filled(2)]
    assert np.sqrt(np.mean(np.square(errors))) < 0.7  # the deviation of log income is 1.02
    errors = [np.log1p(float(a)) - np.log1p(float(b)) for a, b in filled(1)]
    assert np.sqrt(np.mean(np.square(errors))) < 0.65  # log(1 + visits) has the deviation 0.7
    assert np.mean([a == b for a, b in filled(4)]) > 0.7
    for i, row in enumerate(found):  # nothing else changes
        assert [
            row[name] for k, name in enumerate(NAMES) if k != 1 + i % 4 and name in ("visits", "kind")
        ] == [rows[i][k] for k in (1, 4) if k != 1 + i % 4]


@pytest.mark.parametrize(
    ("header", "change", "why"),
    [
        (NAMES, {1: "2.5"}, "visits is count and holds 2.5 in line 2"),
        (NAMES, {2: "0"}, "income is positive and holds 0 in line 2"),
        (
            ["age", "visits:real", *NAMES[2:]],
            {},
            "declared real in the header, and the model reads it as count",
        ),
    ],
)
def test_another_table_that_does_not_fit_the_kinds_is_refused_in_one_line(
    trained, command, header, change, why
):
    rows = table(3, 40)
    for k, value in change.items():
        rows[0][k] = value
    write(trained / "wrong.csv", rows, header)
    for arguments in (("evaluate", "run", "--data", "wrong.csv"),
                      ("sample", "run", "--complete", "wrong.csv", "--out", "no.csv")):  # fmt: skip
        done = command(*arguments)
        assert done.returncode == 2 and why in done.stderr and done.stderr.count("\n") == 1, done.stderr
    assert not (trained / "no.csv").exists()


SHORT = ("--epochs", 4, "--hidden", 8, "--quiet", "--out", "run")


@pytest.mark.parametrize("how", ["option", "set", "toml", "config"])
def test_an_option_or_a_file_declares_the_kinds_and_the_run_keeps_them(how, scratchgen_in, tmp_path):
    write(tmp_path / "own.csv", table(0), NAMES)
    text = "visits:count,income:positive,change:student-t"
    lines = "".join('{} = "{}"\n'.format(*part.split(":")) for part in text.split(","))
    (tmp_path / "kinds.toml").write_text(lines)
    (tmp_path / "settings.toml").write_text(f'columns = "{text}"\n')
    options = {
        "option": ("--columns", text),
        "set": ("--set", f"columns={text}"),
        "toml": ("--columns", "kinds.toml"),
        "config": ("--config", "settings.toml"),
    }[how]
    run = scratchgen_in(tmp_path)
    done = run("train", "vae", "--data", "own.csv", *options, *SHORT)
    assert done.returncode == 0, done.stderr
    (tmp_path / "kinds.toml").unlink()
    config = json.loads((tmp_path / "run" / "config.json").read_text())
    assert config["settings"]["columns"] == text
    assert [c["kind"] for c in config["data_info"]["columns"]] == KINDS
    assert run("evaluate", "run").returncode == 0
    done = run("data", "show", "own.csv", "--columns", text)
    assert done.returncode == 0 and "visits (declared count by --columns)" in done.stdout.replace("\n", " ")


@pytest.mark.parametrize(
    ("options", "why"),
    [
        (("--columns", "visits:cuont"), "did you mean count?"),
        (("--columns", "age:count"), "age is count and holds"),
        (("--model", "linear", "--columns", "visits:count"), "real numbers alone"),
    ],
)
def test_kinds_that_do_not_fit_are_refused_before_a_run_is_opened(options, why, scratchgen_in, tmp_path):
    write(tmp_path / "own.csv", [row[:4] for row in table(0)], NAMES[:4])
    done = scratchgen_in(tmp_path)("train", "vae", "--data", "own.csv", *options, "--out", "run")
    assert done.returncode == 2 and why in done.stderr and not (tmp_path / "run").exists()


def test_a_run_continues_to_the_same_bits_and_is_refused_on_data_of_other_kinds(scratchgen_in, tmp_path):
    write(tmp_path / "own.csv", table(0))
    run = scratchgen_in(tmp_path)
    assert run("train", "vae", "--data", "own.csv", *SHORT).returncode == 0
    weights = (tmp_path / "run" / "model.safetensors").read_bytes()
    done = run("train", "vae", "--data", "own.csv", "--epochs", 2, *SHORT[2:-1], "again")
    assert done.returncode == 0, done.stderr
    write(tmp_path / "own.csv", table(0), [*HEADER[:3], "change:real", HEADER[4]])
    done = run("train", "vae", "--resume", "again", "--epochs", 4)
    assert done.returncode == 2 and "again cannot be resumed" in done.stderr and "changed" in done.stderr
    write(tmp_path / "own.csv", table(0))
    done = run("train", "vae", "--resume", "again", "--epochs", 4, "--quiet")
    assert done.returncode == 0, done.stderr
    assert (tmp_path / "again" / "model.safetensors").read_bytes() == weights


def test_linear_and_other_models_of_one_table_have_one_baseline_unit(scratchgen_in, tmp_path):
    """Both densities are of the table's own numbers: in thousandths they fall by the same logarithms."""
    x = np.random.default_rng(0).normal(size=(200, 2)) @ [[3, 1], [0, 2]] + 10
    run, found = scratchgen_in(tmp_path), {}
    for unit in (1, 1000):
        write(tmp_path / "own.csv", (unit * x).round(4).tolist(), ["a", "b"])
        for model in ("mlp", "linear"):
            out = f"{model}{unit}"
            done = run(
                "train", "vae", "--data", "own.csv", "--model", model, *SHORT[:2], "--quiet", "--out", out
            )
            assert done.returncode == 0, done.stderr
            elbo, *_ = json.loads((tmp_path / out / "scores.json").read_text())
            found[model, unit] = np.array([elbo["value"], elbo["baseline_value"]])
    for model in ("mlp", "linear"):
        np.testing.assert_allclose(found[model, 1] - found[model, 1000], 2 * np.log(1000), atol=0.02)
    assert abs(found["mlp", 1][1] - found["linear", 1][1]) < 0.05


def test_a_run_that_began_with_anothers_weights_has_its_kinds_where_it_is_scored_and_resumed(
    trained, command
):
    write(trained / "few.csv", table(4, 60), NAMES)  # no kinds
    for out, epochs in (("tuned", 2), ("whole", 3)):
        options = ("--init-from", "run", "--epochs", epochs, "--quiet", "--out", out)
        done = command("train", "vae", "--data", "few.csv", *options)
        assert done.returncode == 0, done.stderr
    config = json.loads((trained / "tuned" / "config.json").read_text())
    assert [c["kind"] for c in config["data_info"]["columns"]] == KINDS
    own = bound(command("evaluate", "tuned"))
    assert bound(command("evaluate", "tuned", "--data", "few.csv")) == own
    done = command("train", "vae", "--resume", "tuned", "--epochs", 3, "--quiet")
    assert done.returncode == 0, done.stderr
    weights = [(trained / out / "model.safetensors").read_bytes() for out in ("tuned", "whole")]
    assert weights[0] == weights[1]
    write(trained / "few.csv", table(5, 60), NAMES)
    for command_ in (("evaluate", "tuned"), ("train", "vae", "--resume", "tuned", "--epochs", 4)):
        done = command(*command_)
        assert done.returncode == 2 and "changed" in done.stderr, done.stderr
