"""The ledger on the command line."""

import json
import re
import sys
from pathlib import Path

import pytest

from scratchgen.equations import BY_ID, EQUATIONS, locate

ROOT = Path(__file__).parents[3]

of_a_checkout = pytest.mark.skipif(
    locate.tests_folder() is None, reason="the package that is tested is installed apart from its tests"
)


@pytest.fixture
def equations(scratchgen_in, tmp_path):
    run = scratchgen_in(tmp_path)
    return lambda *arguments: run("equations", *arguments)


@of_a_checkout
@pytest.mark.parametrize("columns", [80, 120])
def test_the_list_has_a_line_per_equation_with_its_whole_id_name_and_number_of_tests(
    columns, equations, monkeypatch
):
    monkeypatch.setenv("COLUMNS", str(columns))
    heading, *rows = equations().stdout.splitlines()
    assert heading.split() == ["id", "name", "tests"]
    found = locate.claims(ROOT / "tests")
    expected = [(e.id, e.name, str(len(found.get(e.id, [])))) for e in EQUATIONS]
    assert [tuple(re.split(r"\s{2,}", row.strip())) for row in rows] == expected
    assert max(map(len, [heading, *rows])) <= 80


@of_a_checkout
def test_one_equation_is_shown_with_its_source_and_the_places_of_its_tests(scratchgen_in):
    shown = scratchgen_in(ROOT)("equations", "vae.elbo").stdout
    assert BY_ID["vae.elbo"].text in shown and "Kingma & Welling (2014), eq. 3" in shown
    place = next(line.split()[-1] for line in shown.splitlines() if line.startswith("code"))
    file, line = place.split(":")
    assert (ROOT / file).read_text().splitlines()[int(line) - 1].startswith("def elbo(")
    page = next(line.split()[-1] for line in shown.splitlines() if line.startswith("tutorial"))
    file, line = page.split(":")
    assert (ROOT / file).read_text().splitlines()[int(line) - 1] == "# ## The evidence lower bound (ELBO)"
    assert "E_q    mean over latents from q(z|x)" in shown
    assert "    KL = q.kl_to_standard_normal()" in shown
    claim, planted = shown.split("planted counter-examples")
    assert "test_elbo_never_exceeds_the_log_evidence" in claim
    assert "test_the_claims_above_reject_a_bound_that_adds_the_kl" in planted
    for line in shown.splitlines():
        if line.startswith("tests/"):
            place, name, *_ = line.split()
            file, number = place.split(":")
            assert (ROOT / file).read_text().splitlines()[int(number) - 1].startswith(f"def {name}(")


def test_the_example_shows_the_calculation_by_hand_and_the_result_of_the_code(equations):
    shown = equations("vae.kl").stdout
    example = shown[shown.index("worked example") :].splitlines()[1:8]
    assert [line.strip() for line in example] == [
        "mu = [[1]]",
        "logvar = [[0]]",
        "mu = 1, sigma² = 1",
        "½ (1² + 1 − 1 − log 1) = 0.5",
        "expected  0.5",
        "computed  0.5",
        "to step through it: scratchgen debug vae.kl",
    ]


def test_an_example_whose_package_is_not_installed_says_so_and_the_rest_is_shown(equations, monkeypatch):
    monkeypatch.setitem(sys.modules, "sklearn.neighbors", None)
    done = equations("gan.precision_recall")
    assert done.returncode == 0 and "expected  [0.5, 1]" in done.stdout
    assert "computed  not available: nearest neighbours" in done.stdout


@of_a_checkout
def test_from_another_folder_the_paths_are_relative_to_the_package(equations):
    shown = equations("vae.elbo").stdout
    assert "\ncode      scratchgen/vae/objectives.py:" in shown and str(ROOT) not in shown


FIELDS = ["id", "name", "latex", "text", "source", "code", "file", "line", "tests", "tutorial"]


@of_a_checkout
def test_for_programs_there_is_a_list_of_objects(equations):
    everything = json.loads(equations("--json").stdout)
    assert [entry["id"] for entry in everything] == [equation.id for equation in EQUATIONS]
    assert all(list(entry) == FIELDS and entry["tests"] for entry in everything)
    assert json.loads(equations("rnn.bptt", "--json").stdout) == [
        e for e in everything if e["id"] == "rnn.bptt"
    ]


@pytest.mark.parametrize("asked", ["vae.eblo", "elbo", "VAE.elbo"])
def test_an_unknown_equation_is_one_line_with_the_nearest(asked, equations):
    done = equations(asked)
    assert done.returncode == 2 and done.stdout == ""
    assert done.stderr == f"scratchgen: no equation is named {asked!r}; did you mean vae.elbo?\n"


def test_an_id_without_a_near_one_and_options_that_exclude_one_another_are_one_line(equations):
    for arguments, expected in (
        (("qqqqqq",), "see `scratchgen equations`"),
        (("--check", "--json"), "choose one of them"),
    ):
        done = equations(*arguments)
        assert done.returncode == 2 and done.stdout == ""
        assert len(done.stderr.splitlines()) == 1 and expected in done.stderr


def test_without_the_tests_a_line_says_so_and_the_rest_is_shown(equations, monkeypatch):
    """An installed wheel has no tests."""
    monkeypatch.setattr(locate, "CHECKOUT", Path("/nowhere"))
    listed, shown, data = equations(), equations("vae.elbo"), equations("vae.elbo", "--json")
    for done in (listed, shown, data):
        assert done.returncode == 0 and "the tests are not part of this installation" in done.stderr
    assert "vae.elbo" in listed.stdout and "def elbo" in shown.stdout
    assert json.loads(data.stdout)[0]["tests"] is None
    refused = equations("vae.elbo", "--check")
    assert refused.returncode == 2 and "there are no tests to run" in refused.stderr
    assert len(refused.stderr.splitlines()) == 1


@of_a_checkout
def test_each_test_is_shown_with_its_last_result_the_worst_of_its_cases(equations, monkeypatch, tmp_path):
    name = "tests/claims/test_rnn.py::test_the_recurrence_is_the_equation_written_out"
    tests = [{"test": f"{name}[{case}]", "outcome": case} for case in ("passed", "failed", "skipped")]
    (tmp_path / "equations.json").write_text(json.dumps([{"id": "rnn.hidden", "tests": tests}]))
    monkeypatch.setattr("scratchgen.cli.equations.REPORT", tmp_path)
    shown = equations("rnn.hidden").stdout.splitlines()
    assert [line.split()[1:] for line in shown if "/test_rnn.py:" in line] == [
        ["test_the_recurrence_is_the_equation_written_out", "failed"],
        ["test_the_claim_above_rejects_a_state_that_is_not_carried"],
    ]
    (tmp_path / "equations.json").write_text("[{")
    assert "failed" not in equations("rnn.hidden").stdout


@of_a_checkout
def test_check_runs_the_tests_and_shows_each_result(equations):
    done = equations("rnn.output", "--check")
    assert done.returncode == 0, done.stdout + done.stderr
    results = done.stdout[done.stdout.index("result") :].splitlines()[1:]
    passed = {words[-1]: words[1:3] for words in map(str.split, results) if words and words[0] == "passed"}
    error, tolerance = passed["test_the_output_is_the_equation_written_out"]
    assert 0 <= float(error) <= float(tolerance)
    assert passed["test_the_claim_above_rejects_the_output_of_the_state_before"] == ["—", "—"]


def test_a_failing_test_makes_check_fail_with_the_output_of_pytest(equations, tmp_path, monkeypatch):
    (tmp_path / "pytest.ini").write_text("[pytest]\nmarkers = equation(id)\n")  # its own root for the report
    (tmp_path / "conftest.py").write_text('pytest_plugins = ["scratchgen.equations.pytest_plugin"]\n')
    (tmp_path / "test_equations.py").write_text(
        "import pytest\n\n@pytest.mark.equation('rnn.output')\ndef test_two_is_one():\n    assert 2 == 1\n"
    )
    monkeypatch.setattr("scratchgen.cli.equations.tests_folder", lambda: tmp_path)
    monkeypatch.setenv(
        "PYTEST_DISABLE_PLUGIN_AUTOLOAD", "1"
    )  # other plugins take longer to load than the test
    done = equations("rnn.output", "--check")
    assert done.returncode == 1
    assert "failed" in done.stdout and "assert 2 == 1" in done.stdout
    everything = equations("--check")
    assert everything.returncode == 1
    assert "assert 2 == 1" in everything.stdout
    assert f"{len(EQUATIONS) - 1} of {len(EQUATIONS)} equations had no test" in everything.stdout
