"""Faults that others have made, planted one at a time: a claim of the suite catches each of them.

A fresh process for each fault runs the claims on the module, which is changed while it is imported (`planting`).
A fault in a kernel is planted in its NumPy form or in its loops. Compiled kernels keep the form in which they were
built; the same contract holds for them and for these two.
"""

import importlib.util
import json
import os
import subprocess
import sys
import tempfile
from dataclasses import replace
from functools import partial
from pathlib import Path

import pytest

from scratchgen.equations import BY_ID

from .fault import Fault
from .faults import FAMILIES

FAULTS = [fault for family in FAMILIES.values() for fault in family]
PLANTING = Path(__file__).with_name("planting.py")
TESTS = Path(__file__).parents[1]
HARMLESS = Fault(
    name="a comment",
    module="scratchgen.vae.geco",
    text="class GECO(Stateful):",
    wrong="class GECO(Stateful):  # which changes nothing",
    says="Nothing is wrong.",
    claims=(
        "claims/test_vae_linear.py::test_a_violation_of_one_nat_multiplies_lambda_by_e_in_a_thousand_steps",
    ),
)


@pytest.fixture(scope="session")
def judged():
    """judged(fault, claims=None): the verdict of claims on a fault, pytest's exit status and the failed claim."""
    # Where CI is set, pytest explains a failure in full, and takes minutes over two arrays that differ.
    left_out = ("PYTEST", "CI", "BUILD_NUMBER")
    environment = {name: value for name, value in os.environ.items() if not name.startswith(left_out)}
    with subprocess.Popen(
        [sys.executable, PLANTING],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        env=environment,
        cwd=TESTS.parent,
        text=True,
    ) as planting:
        yield partial(judge, planting)


def judge(planting: subprocess.Popen, fault: Fault, claims=None) -> dict:
    source = Path(importlib.util.find_spec(fault.module).origin).read_text(encoding="utf-8")
    found = source.count(fault.text)
    assert found == 1, (
        f"the fault {fault.name!r} is stale: its text occurs {found} times in {fault.module}, not once"
    )
    with tempfile.NamedTemporaryFile() as output:
        request = {"module": fault.module, "text": fault.text, "wrong": fault.wrong, "only": fault.only}
        request["claims"] = [str(TESTS / claim) for claim in claims or fault.claims]
        print(json.dumps(request | {"output": output.name}), file=planting.stdin, flush=True)
        assert planting.stdout.readline() == "done\n"
        printed = output.read().decode()
    last = printed.rstrip().rpartition("\n")[2]
    assert last.startswith("{"), printed
    verdict = json.loads(last)
    assert verdict["exit"] in (0, 1), f"the claims could not be run: {printed}"
    return verdict


@pytest.mark.parametrize("fault", FAULTS, ids=lambda fault: fault.name)
def test_a_fault_is_caught_by_a_claim(fault, judged, record_property):
    verdict = judged(fault)
    assert verdict["failed"], (
        f"no claim catches {fault.name!r}: {fault.says} Looked at: {', '.join(fault.claims)}"
    )
    record_property("fault", (fault.name, verdict["failed"][0][0]))


@pytest.mark.parametrize("some_cases", [False, True], ids=["whole files", "some cases"])
@pytest.mark.parametrize("family", FAMILIES)
def test_without_a_fault_every_claim_holds(family, some_cases, judged):
    faults = [fault for fault in FAMILIES[family] if bool(fault.only) is some_cases]
    if faults:
        claims = dict.fromkeys(claim for fault in faults for claim in fault.claims)
        only = " or ".join({f"({fault.only})": None for fault in faults}) if some_cases else ""
        verdict = judged(replace(HARMLESS, only=only), claims)
        assert verdict["exit"] == 0, f"caught by these, a fault would prove nothing: {verdict['failed']}"


def test_a_change_that_does_no_harm_is_caught_by_no_claim(judged, record_property):
    assert judged(HARMLESS)["failed"] == []
    record_property("fault", (HARMLESS.name, "by none, as expected: it does no harm"))


@pytest.mark.parametrize("text", ["this stands nowhere", "self"])
def test_a_fault_whose_text_does_not_occur_exactly_once_is_stale(text, judged):
    with pytest.raises(AssertionError, match="stale"):
        judged(replace(HARMLESS, text=text))


def test_a_fault_that_keeps_the_module_from_loading_is_not_caught_but_reported(judged):
    with pytest.raises(AssertionError, match="could not be run"):
        judged(replace(HARMLESS, wrong="class GECO(Stateful:"))


def test_every_fault_has_its_own_name():
    names = [fault.name for fault in FAULTS]
    assert len(set(names)) == len(names)


def test_every_equation_that_a_fault_names_is_in_the_ledger():
    assert {id for fault in FAULTS for id in fault.equations} <= BY_ID.keys()


def test_the_claim_above_rejects_a_misspelt_equation():
    assert not {"vae.eblo"} <= BY_ID.keys()
