"""Other tables for a trained model: in the units of its columns, and with missing cells filled in."""

import numpy as np
import pytest

from scratchgen import cli

from .csv_files import read_rows, write_rows

pytestmark = pytest.mark.unrendered

N, NAMES = 300, ["length", "weight", "kind"]


def table(seed, n=N):
    """The weight follows from the length, and the kind from both; columns of different units."""
    rng = np.random.default_rng(seed)
    t = rng.normal(size=n)
    length, weight = 150 + 10 * t, 5 * t + 70 + 0.3 * rng.normal(size=n)
    return [
        [f"{a:.4f}", f"{b:.4f}", "tall" if a > 150 else "short"] for a, b in zip(length, weight, strict=True)
    ]


def write(path, rows, names=NAMES):
    return write_rows(path, names, rows)


@pytest.fixture(scope="module")
def trained(tmp_path_factory):
    here = tmp_path_factory.mktemp("table")
    data = write(here / "own.csv", table(0))
    with pytest.raises(SystemExit) as ended:
        cli.main(
            ["train", "vae", "--data", str(data), "--epochs", "150", "--quiet", "--out", str(here / "run")]
        )
    assert ended.value.code == 0
    return here


@pytest.fixture
def command(trained, scratchgen_in):
    return scratchgen_in(trained)


def bound(done):
    assert done.returncode == 0, done.stderr
    return float(next(line for line in done.stdout.splitlines() if "ELBO" in line).split()[5])


def test_another_table_is_read_in_the_units_of_the_run_and_its_columns_are_found_by_name(trained, command):
    own = bound(command("evaluate", "run"))
    write(
        trained / "other.csv", [[k, "7", b, a] for a, b, k in table(1)], ["kind", "seven", "weight", "length"]
    )
    same = bound(command("evaluate", "run", "--data", "other.csv"))
    far = [[f"{float(a) + 100:.4f}", b, k] for a, b, k in table(1)]
    write(trained / "far.csv", far)
    assert abs(same - own) < 1.5
    assert bound(command("evaluate", "run", "--data", "far.csv")) < own - 20, "ten deviations are no new zero"


def test_columns_that_the_model_does_not_read_are_named(trained, command):
    write(trained / "more.csv", [[*row, str(i**2)] for i, row in enumerate(table(1))], [*NAMES, "more"])
    done = command("evaluate", "run", "--data", "more.csv")
    assert "columns that the model does not read: more" in done.stdout


@pytest.mark.parametrize(
    ("names", "change", "words"),
    [
        (["length", "kind"], lambda row: [row[0], row[2]], "has no column weight"),
        (
            NAMES,
            lambda row: [row[0], row[1], row[2] + "er"],
            "the model does not know shorter, taller in kind",
        ),
        (
            NAMES,
            lambda row: [row[0], "light" if float(row[1]) < 70 else "heavy", row[2]],
            "weight holds texts",
        ),
    ],
)
def test_a_table_of_other_columns_is_refused_in_one_line(trained, command, names, change, words):
    write(trained / "wrong.csv", [change(row) for row in table(1)], names)
    done = command("evaluate", "run", "--data", "wrong.csv")
    assert done.returncode == 2 and words in done.stderr and done.stderr.count("\n") == 1


def with_holes(rows):
    """The table without a third of its weights and a fifth of its kinds, and which cells these are."""
    weights, kinds = np.arange(len(rows)) % 3 == 0, np.arange(len(rows)) % 5 == 1
    holed = [["" if w and k == 1 else "NA" if d and k == 2 else v for k, v in enumerate(row)]
             for row, w, d in zip(rows, weights, kinds, strict=True)]  # fmt: skip
    return holed, weights, kinds


def test_missing_cells_are_filled_in_from_the_others_and_no_other_cell_changes(trained, command):
    rows = table(2, 90)
    holed, weights, kinds = with_holes(rows)
    write(trained / "holed.csv", holed)
    done = command("sample", "run", "--complete", "holed.csv", "--out", "whole.csv")
    assert done.returncode == 0 and f"{weights.sum() + kinds.sum()} missing cells of 90 rows" in done.stdout
    found = read_rows(trained / "whole.csv")
    assert [list(row) for row in found] == [NAMES] * 90
    true, filled = (
        np.array([float(row[k]) for row in table_]) for k, table_ in ((1, rows), ("weight", found))
    )
    assert np.abs(filled - true)[~weights].max() < 1e-3
    assert np.sqrt(np.mean((filled - true)[weights] ** 2)) < 0.5 * true.std(), (
        "the mean would have the deviation"
    )
    right = np.array([a["kind"] == b[2] for a, b in zip(found, rows, strict=True)])
    assert right[~kinds].all() and right[kinds].mean() > 0.8


def test_the_claim_above_rejects_cells_that_are_filled_with_the_mean_of_their_column(trained, command):
    rows = table(2, 90)
    _, weights, _ = with_holes(rows)
    true = np.array([float(row[1]) for row in rows])
    assert np.sqrt(np.mean((true[~weights].mean() - true)[weights] ** 2)) > 0.5 * true.std()


def test_one_row_is_completed_and_a_column_may_be_empty_throughout(trained, command):
    """The road of a prediction: the length and the kind are known, the weight of no row is."""
    rows = table(3, 4)
    for n in (1, 4):
        write(
            trained / "few.csv", [[length, "", kind, "x"] for length, _, kind in rows[:n]], [*NAMES, "remark"]
        )
        done = command("sample", "run", "--complete", "few.csv", "--out", "few_whole.csv")
        assert done.returncode == 0 and f"{n} missing cells of {n} rows" in done.stdout, done.stderr
        assert "columns that the model does not read: remark" in done.stdout
        found = read_rows(trained / "few_whole.csv")
        assert [row["kind"] for row in found] == [row[2] for row in rows[:n]]
        errors = [float(a["weight"]) - float(b[1]) for a, b in zip(found, rows, strict=False)]
        assert np.abs(errors).max() < 2.5, "half a deviation"


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (("--complete", "holed.csv", "--out", "whole.png"), "a completed table is written as CSV"),
        (
            ("--complete", "nowhere.csv", "--out", "whole2.csv"),
            "'nowhere.csv' is not a file that exists; name a table",
        ),
        (
            ("--complete", "run/report.html", "--out", "whole2.csv"),
            "report.html is of kind text, which is no table",
        ),
        (("--complete", "short.csv", "--out", "whole2.csv"), "short.csv has no column weight, which"),
    ],
)
def test_what_cannot_be_completed_is_refused_in_one_line(trained, command, arguments, words):
    write(trained / "holed.csv", with_holes(table(2, 90))[0])
    write(trained / "short.csv", [["150", "tall"]], ["length", "kind"])
    done = command("sample", "run", *arguments)
    assert done.returncode == 2 and words in done.stderr and done.stderr.count("\n") == 1
    assert not (trained / "whole2.csv").exists()
