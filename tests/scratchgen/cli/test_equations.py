"""The ledger on the command line."""

import json
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
def test_the_list_has_every_equation_with_its_tests_and_its_code(equations, scratchgen_in):
    listed = scratchgen_in(ROOT)("equations").stdout.splitlines()[1:]
    rows = {line.split()[0]: line.split() for line in listed if line.partition(" ")[0] in BY_ID}
    found = locate.claims(ROOT / "tests")
    assert rows.keys() == BY_ID.keys()
    for id, cells in rows.items():
        file, line = cells[-1].split(":")
        assert (ROOT / file).is_file() and int(line) > 0
        assert str(len(found[id])) in cells


@of_a_checkout
def test_one_equation_is_shown_with_its_source_and_where_its_tests_are(scratchgen_in):
    shown = scratchgen_in(ROOT)("equations", "vae.elbo").stdout
    assert BY_ID["vae.elbo"].text in shown and "Kingma & Welling (2014), eq. 3" in shown
    place = next(line.split()[-1] for line in shown.splitlines() if line.startswith("code"))
    file, line = place.split(":")
    assert (ROOT / file).read_text().splitlines()[int(line) - 1].startswith("def elbo(")
    page = next(line.split()[-1] for line in shown.splitlines() if line.startswith("tutorial"))
    file, line = page.split(":")
    assert (ROOT / file).read_text().splitlines()[int(line) - 1] == "# ## The evidence lower bound (ELBO)"
    assert "E_q    mean over latents from q(z|x)" in shown
    assert "    return decode(z).log_prob(x) - q.kl_to_standard_normal()" in shown
    claim, planted = shown.split("counter-examples")
    assert "test_elbo_never_exceeds_the_log_evidence" in claim
    assert "test_the_claims_above_reject_a_bound_that_adds_the_kl" in planted
    for line in shown.splitlines():
        if line.startswith("tests/"):
            place, name, *_ = line.split()
            file, number = place.split(":")
            assert (ROOT / file).read_text().splitlines()[int(number) - 1].startswith(f"def {name}(")


def test_the_example_by_hand_stands_beside_what_the_code_gives_now(equations):
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
    assert "computed  not here: nearest neighbours come from scikit-learn" in done.stdout


@of_a_checkout
def test_from_another_folder_the_paths_are_whole(equations):
    assert f"{ROOT}/scratchgen/vae/objectives.py:" in equations("vae.elbo").stdout


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


def test_an_equation_that_resembles_none_and_two_wishes_at_once_are_one_line(equations):
    for arguments, expected in (
        (("qqqqqq",), "see `scratchgen equations`"),
        (("--check", "--json"), "choose one of them"),
    ):
        done = equations(*arguments)
        assert done.returncode == 2 and done.stdout == ""
        assert len(done.stderr.splitlines()) == 1 and expected in done.stderr


def test_without_the_tests_their_absence_is_said_and_the_rest_is_shown(equations, monkeypatch):
    """As of an installed wheel."""
    monkeypatch.setattr(locate, "CHECKOUT", Path("/nowhere"))
    listed, shown, data = equations(), equations("vae.elbo"), equations("vae.elbo", "--json")
    for done in (listed, shown, data):
        assert done.returncode == 0 and "the tests are not part of this installation" in done.stderr
    assert "objectives.py" in listed.stdout and "def elbo" in shown.stdout
    assert json.loads(data.stdout)[0]["tests"] is None
    refused = equations("vae.elbo", "--check")
    assert refused.returncode == 2 and "there are no tests to run" in refused.stderr
    assert len(refused.stderr.splitlines()) == 1


@of_a_checkout
def test_the_last_result_of_a_test_stands_beside_it_and_the_worst_of_its_cases(
    equations, monkeypatch, tmp_path
):
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


def test_a_test_that_fails_makes_check_fail_with_the_words_of_pytest(equations, tmp_path, monkeypatch):
    (tmp_path / "pytest.ini").write_text("[pytest]\nmarkers = equation(id)\n")  # its own root for the report
    (tmp_path / "conftest.py").write_text('pytest_plugins = ["scratchgen.equations.pytest_plugin"]\n')
    (tmp_path / "test_equations.py").write_text(
        "import pytest\n\n@pytest.mark.equation('rnn.output')\ndef test_two_is_one():\n    assert 2 == 1\n"
    )
    monkeypatch.setattr("scratchgen.cli.equations.tests_folder", lambda: tmp_path)
    done = equations("rnn.output", "--check")
    assert done.returncode == 1
    assert "failed" in done.stdout and "assert 2 == 1" in done.stdout
    everything = equations("--check")
    assert everything.returncode == 1
    assert "assert 2 == 1" in everything.stdout
    assert f"{len(EQUATIONS) - 1} of {len(EQUATIONS)} equations had no test" in everything.stdout
