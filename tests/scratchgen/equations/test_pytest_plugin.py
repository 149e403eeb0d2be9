"""The report of equations at the end of a test run, and the fixture `measured`."""

import json

import pytest

pytest_plugins = ["pytester"]

HEAD = "import numpy as np, pytest\nequation = pytest.mark.equation\n"
GOOD = """
@equation("vae.elbo")
def test_the_bound_holds(measured):
    measured([1e-3, 0.0], [1e-2, 1e-9])

@equation("vae.elbo")
def test_the_bound_is_near(measured):
    measured(3.0, 4)
    measured(1e-9, 1.0)

@equation("vae.elbo")
def test_the_claim_above_rejects_a_wrong_sign(measured):
    with pytest.raises(AssertionError):
        measured(9.0, 1.0)
"""
OTHERS = """
@equation("vae.kl")
@equation("vae.prior")
def test_nothing_is_measured():
    pass

@equation("rnn.hidden")
def test_it_is_off(measured):
    measured(np.array([0.1, 0.5]), 0.2)

@equation("rnn.output")
def test_the_data_are_elsewhere():
    pytest.skip("no data")

@pytest.fixture
def broken():
    raise OSError("no such file")

@equation("rnn.lstm")
def test_with_a_broken_fixture(broken):
    pass

def test_of_no_equation(measured):
    measured(0.0, 0.0)
"""


@pytest.fixture
def run(pytester):
    """run(source, *options): the lines printed, and the rows of the report by id."""

    def tests(source, *options):
        pytester.makeini("[pytest]\nmarkers = equation(id)\n")
        pytester.makepyfile(HEAD + source)
        ended = pytester.runpytest_inprocess(
            "-p", "scratchgen.equations.pytest_plugin", "-p", "no:cacheprovider", "--equations", *options
        )
        file = pytester.path / "build" / "equations" / "equations.json"
        return ended, {row["id"]: row for row in json.loads(file.read_text(encoding="utf-8"))}

    return tests


def test_the_reported_error_is_the_largest_relative_to_its_tolerance(run):
    _, rows = run(GOOD)
    elbo = rows["vae.elbo"]
    assert (elbo["error"], elbo["tolerance"]) == (3.0, 4.0)
    assert (elbo["run"], elbo["counter_examples"], elbo["verdict"]) == (3, 1, "verified")
    by_name = {test["test"].rpartition("::")[2]: test for test in elbo["tests"]}
    assert by_name["test_the_bound_holds"]["error"] == 1e-3


def test_an_equation_without_a_measurement_is_passed_not_verified_and_has_a_dash(run):
    ended, rows = run(OTHERS)
    for id in ("vae.kl", "vae.prior"):
        assert rows[id]["verdict"] == "passed" and rows[id]["error"] is None
    ended.stdout.re_match_lines([r"vae\.kl .* 1 +0 +— +— +passed"])


def test_without_a_counter_example_it_is_passed_not_verified(run):
    claims_alone = GOOD.rpartition("@equation")[0]
    assert run(claims_alone)[1]["vae.elbo"]["verdict"] == "passed"


def test_failures_errors_and_skips_are_distinguished(run):
    ended, rows = run(OTHERS)
    verdicts = {id: rows[id]["verdict"] for id in ("rnn.hidden", "rnn.output", "rnn.lstm")}
    assert verdicts == {"rnn.hidden": "failed", "rnn.output": "not run", "rnn.lstm": "failed"}
    assert (rows["rnn.hidden"]["error"], rows["rnn.hidden"]["tolerance"]) == (0.5, 0.2)
    ended.stdout.fnmatch_lines(["*the error 0.5 is above the tolerance 0.2*"])
    assert len(rows) == 5  # equations without a test in this run have no row


def test_a_selection_of_the_tests_is_reported(run):
    _, rows = run(GOOD + OTHERS, "-k", "bound_holds or nothing")
    assert {id: row["run"] for id, row in rows.items()} == {"vae.elbo": 1, "vae.kl": 1, "vae.prior": 1}


def test_nan_fails_and_its_report_is_json(run):
    _, rows = run("@equation('vae.kl')\ndef test_nan(measured):\n    measured(np.maximum(0, np.nan), 1)\n")
    assert rows["vae.kl"]["verdict"] == "failed" and rows["vae.kl"]["error"] is None


def test_several_processes_report_the_same(run, monkeypatch):
    pytest.importorskip("xdist")
    monkeypatch.setenv(
        "PYTEST_DISABLE_PLUGIN_AUTOLOAD", "1"
    )  # other plugins take longer to load than the tests
    alone, together = run(GOOD + OTHERS)[1], run(GOOD + OTHERS, "-n", "2", "-p", "xdist")[1]
    for rows in (alone, together):
        for row in rows.values():
            row["tests"].sort(key=lambda test: test["test"])
    assert together == alone


def test_the_page_agrees_with_the_table(run, pytester):
    run(GOOD + OTHERS)
    page = (pytester.path / "build" / "equations" / "equations.html").read_text(encoding="utf-8")
    assert "log p(x) ≥ E_q[log p(x|z)]" in page and "test_the_bound_is_near   3 of 4" in page
    assert page.count('<span class="bad">failed</span>') == 2
    assert page.count('<span class="good">verified</span>') == 1


def test_without_the_option_nothing_is_written(pytester):
    pytester.makeini("[pytest]\nmarkers = equation(id)\n")
    pytester.makepyfile(HEAD + GOOD)
    ended = pytester.runpytest_inprocess("-p", "scratchgen.equations.pytest_plugin", "-p", "no:cacheprovider")
    ended.assert_outcomes(passed=3)
    assert not (pytester.path / "build").exists()


@pytest.mark.parametrize("error", [-1e-3, [], [0.0, -1.0]], ids=str)
def test_a_negative_error_and_an_empty_array_of_errors_are_refused(error, measured):
    with pytest.raises(ValueError, match="non-negative error"):
        measured(error, 1.0)


@pytest.mark.parametrize(
    "error, tolerance", [(float("nan"), 1.0), ([0.0, float("nan")], 1.0), (1e-300, 0.0), (1.0, float("nan"))]
)
def test_nan_and_any_error_beyond_a_tolerance_of_zero_fail(error, tolerance, measured):
    with pytest.raises(AssertionError, match="above the tolerance"):
        measured(error, tolerance)


def test_no_error_is_within_a_tolerance_of_zero(measured):
    measured([0.0, 0.0], 0.0)
