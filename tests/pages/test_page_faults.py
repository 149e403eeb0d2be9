"""The checks of a page see a fault in the library: of each displayed formula, and of the code that the page shows."""

import json
import subprocess
import sys
from pathlib import Path

import pytest

from ..mutants.faults import FAMILIES

ROOT = Path(__file__).parents[2]
RUN = Path(__file__).with_name("planted.py")
FAULTS = {fault.name: fault for family in FAMILIES.values() for fault in family}
DIVERGED = "scratchgen.optim.step.Diverged: "  # the library's own error, before any check of the page
SEEN = {  # page: faults of `tests/mutants`, with the beginning of the check that sees each
    "0.1_start_here": {
        "divergence with the wrong sign": f"{DIVERGED}training diverged",
        "mean over pixels": "VAE: mean of log p(x), at least",
    },
    "0.3_probability": {
        "a divergence in the other direction": "KL of two normals",
    },
    "1.1_derivative_four_ways": {
        "last use of a tensor only": "(1.1.1) by sg.grad",
        "gradients that do not add up over backward calls": "grad after two",
    },
    "1.2_autograd_in_60_lines": {
        "last use of a tensor only": "gradient of a, by the library",
        "slope of tanh from its argument": "(1.2.3), (1.2.4) points: the library",
        "mean over the uses of a broadcast element": "(1.2.3), (1.2.4) v1: the library",
    },
    "1.3_first_network": {
        "last use of a tensor only": "(1.3.3) slopes",
        "mean over pixels": "(1.3.3) three points, by the library",
        "a step up the gradient": "(1.3.4) ",
    },
    "2.1_bound_by_quadrature": {
        "divergence with the wrong sign": "(2.1.3) ",
        "logvar taken for log sigma in the divergence": "(2.1.3) ",
        "variance used as standard deviation": "(2.1.3) ",
        "mean over pixels": "(2.1.2) ",
    },
    "2.2_reparameterisation": {
        "variance used as standard deviation": "(2.2.4) by mu, rsample and autograd",
        "logvar taken for log sigma in the divergence": "(2.2.7) ",
        "half of the gradient of the divergence": "slope of the KL by log sigma², the library",
        "a divergence in the other direction": "(2.2.6) Normal.kl",
    },
    "2.3_vae_on_digits": {
        "variance used as standard deviation": "ELBO, ",
        "logvar taken for log sigma in the divergence": "ELBO, ",
        "half of the gradient of the divergence": "log p(x|z), ",
        "divergence with the wrong sign": "(2.3.3) ",
        "mean over pixels": "ELBO, ",
    },
    "3.2_from_the_articles_code": {
        "fakes labelled as real": "(3.2.2) ",
        "labels swapped": "(3.2.2) ",
        "difference of two logarithms": "(3.2.2) ",
        "clamped probabilities": "(3.2.4) ",
        "saturating loss under the other's name": "(3.2.4) ",
    },
    "4.1_recurrence_by_hand": {
        "state that is not carried": "(4.1.1) h_2, by the library",
        "slope of tanh from its argument": "∂h_3/∂w, by autograd",
        "a missing transpose of W_hh": "(4.1.3) ∂L/∂h0",
        "sweep whose delta is 0 in the last step": "(4.1.3) ∂L/∂h0",
    },
}

pytestmark = pytest.mark.slow


@pytest.fixture(scope="module")
def run(tmp_path_factory):
    """run(page, module, text, wrong): the exit status of a page on a library with a fault, and what it printed."""
    printed = tmp_path_factory.mktemp("pages") / "printed"
    with subprocess.Popen(
        [sys.executable, RUN], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    ) as planted:

        def run(page, module, text, wrong):
            printed.touch()
            request = {"page": str(ROOT / "tutorials" / f"{page}.py"), "output": str(printed)}
            request |= {"module": module, "text": text, "wrong": wrong}
            print(json.dumps(request), file=planted.stdin, flush=True)
            return int(planted.stdout.readline()), printed.read_text(encoding="utf-8")

        yield run


@pytest.mark.parametrize(("page", "name"), [(page, name) for page in SEEN for name in SEEN[page]])
def test_a_check_of_the_page_sees_a_fault_in_the_library(page, name, run):
    fault = FAULTS[name]
    status, printed = run(page, fault.module, fault.text, fault.wrong)
    assert status == 1, printed[-500:]
    *_, last = printed.splitlines()
    seen = SEEN[page][name]
    assert last.startswith(seen if seen.startswith(DIVERGED) else f"AssertionError: {seen}"), last


def test_the_claim_above_rejects_a_page_whose_checks_would_fail_anyway(run):
    harmless = ("scratchgen.vae.geco", "class GECO(Stateful):", "class GECO(Stateful):  # unchanged")
    status, printed = run("2.3_vae_on_digits", *harmless)
    assert status == 0 and "pictures:" in printed, printed[-500:]
