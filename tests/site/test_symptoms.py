"""The signs of planted faults in small trainings: the statements of a page agree with the measurements."""

import json
import subprocess
import sys
from pathlib import Path

import pytest

import scratchgen

ROOT = Path(__file__).parents[2]
TRAINED = ("vae", "gan", "rnn", "optim", "autograd")  # families whose faults a person may meet in a training

if Path(scratchgen.__file__).parent != ROOT / "scratchgen":
    pytest.skip(
        "the site shows the lines of a checkout; this installation is elsewhere", allow_module_level=True
    )


@pytest.fixture(autouse=True)
def modules_of_the_site(monkeypatch):
    monkeypatch.syspath_prepend(str(ROOT / "tutorials" / "site"))


def rows_of(table, signs):
    """Name, sign, right and wrong numbers of each fault that was measured."""
    import symptoms

    for name, row in table["faults"].items():
        right = table["trainings"][row["training"]]["curves"]
        yield name, signs[name], symptoms.numbers(right), symptoms.numbers(row["curves"])


def without_sign(names, signs):
    return [name for name in names if name not in signs]


def test_each_fault_of_a_family_that_trains_has_a_sign_or_a_reason_why_there_is_none():
    import faults
    import symptoms

    names = [bug.fault.name for bug in faults.planted() if bug.family in TRAINED]
    assert len(names) > 100 and without_sign(names, symptoms.signs()) == []
    assert symptoms.signs().keys() <= {bug.fault.name for bug in faults.planted()}


def test_the_claim_above_rejects_a_fault_without_a_sign():
    import symptoms

    assert without_sign(["mean over pixels", "a new fault"], symptoms.signs()) == ["a new fault"]


def test_each_sign_is_in_the_numbers_that_were_measured():
    import symptoms

    rows = [*rows_of(symptoms.table(), symptoms.signs())]
    assert len(rows) > 50
    assert [name for name, sign, right, wrong in rows if not sign.shows(right, wrong)] == []
    measured = {name for name, sign in symptoms.signs().items() if hasattr(sign, "training")}
    assert measured == symptoms.table()["faults"].keys()
    for name, row in symptoms.table()["faults"].items():
        assert row["training"] == symptoms.signs()[name].training


def test_the_claim_above_rejects_a_training_that_has_no_fault():
    import symptoms

    rows = rows_of(symptoms.table(), symptoms.signs())
    assert [
        name
        for name, sign, right, _ in rows
        if sign.shows(right, right) and not sign.says.startswith("Nothing:")
    ] == []


def test_the_sentences_hold_finite_numbers_alone():
    import symptoms

    for name in symptoms.signs():
        sentence = symptoms.sentence(name)
        assert not {"nan", "inf"} & {*sentence.replace(",", " ").split()} and "{" not in sentence, name


def test_a_page_shows_both_curves_with_their_axes_the_sentence_and_the_training():
    import faults
    from library import Uses

    bug = next(bug for bug in faults.planted() if bug.fault.name == "mean over pixels")
    page = faults.page(bug, Uses())
    assert 'class="curve-right" points="' in page and 'class="curve-wrong" points="' in page
    assert ">step</text>" in page and ">held-out score (nats per image)</text>" in page
    assert "Trained: a VAE" in page


def test_an_axis_is_logarithmic_only_for_numbers_that_differ_by_orders():
    import symptoms

    assert "logarithmic" in symptoms.curve([[1, 1.0], [2, 1e-3]], [[1, 1.0], [2, 1e4]], "loss")
    for numbers in ([1.0, 2.0], [-1.0, 1e6]):
        points = [[step, number] for step, number in enumerate(numbers)]
        assert "logarithmic" not in symptoms.curve(points, points, "loss")


def measured_now(names):
    """The table for these faults, measured in a new process."""
    code = (
        "import json, sys; sys.path.insert(0, sys.argv[1]); from mutants.symptoms.measure import measure; "
        "found = measure(sys.argv[2:]); print(json.dumps(found))"
    )
    done = subprocess.run(
        [sys.executable, "-c", code, ROOT / "tests", *names], capture_output=True, text=True, check=True
    )
    return json.loads(done.stdout.splitlines()[-1])


def test_the_table_holds_what_a_training_gives_now():
    import symptoms

    names = ["a step up the gradient", "options of a group that are ignored"]
    found = measured_now(names)
    for name in names:
        row, known = found["faults"][name], symptoms.table()["faults"][name]
        assert row == known
        training = row["training"]
        assert found["trainings"][training] == symptoms.table()["trainings"][training]


@pytest.mark.slow
def test_every_sign_is_seen_when_it_is_measured_again(pytestconfig):
    """One in fifteen of them, and all with `--full`, which takes some minutes."""
    import symptoms

    names = [name for name, sign in symptoms.signs().items() if hasattr(sign, "training")]
    assert len(names) > 60
    found = measured_now(names if pytestconfig.getoption("--full") else names[::15])
    assert [
        name for name, sign, right, wrong in rows_of(found, symptoms.signs()) if not sign.shows(right, wrong)
    ] == []
