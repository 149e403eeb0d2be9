"""The bug zoo: a page per planted fault, with the right and the wrong lines and the claims that must catch it."""

from __future__ import annotations

import difflib
import importlib.util
import json
import re
import sys
from contextlib import suppress
from dataclasses import dataclass
from functools import cache
from html import escape
from pathlib import Path
from types import FrameType
from typing import Any

import symptoms
from library import ROOT, Piece, Uses, piece_of, raw_html, source_url
from tests_folder import from_tests

from scratchgen import kernels
from scratchgen.equations import BY_ID, EQUATIONS, Equation
from scratchgen.equations.locate import claims, function_of, tests_folder
from scratchgen.errors import BadInput

TO_ROOT = "../"
CONTEXT = 3  # lines above and below the wrong one
MACHINERY = (  # modules that most computations enter, whatever they compute
    "scratchgen.autograd",
    "scratchgen.errors",
    "scratchgen.random",
    "scratchgen.nn.layers",
    "scratchgen.nn.overrides",
    "scratchgen_kernels.normal_noise",
)
FAMILIES = {  # the headings of the zoo
    "vae": "Variational autoencoder",
    "gan": "Generative adversarial network",
    "rnn": "Recurrent neural network",
    "autograd": "Differentiation",
    "optim": "Optimisers and schedules",
    "data": "Data",
    "metrics": "Evaluation",
    "kernels": "Kernels",
    "inputs": "Wrong inputs",
    "parts": "Layers and distributions",
}
CAUGHT = ROOT / "build" / "faults.json"  # written by a run of `pytest tests/mutants`


@dataclass(frozen=True)
class Planted:
    """A fault of tests/mutants/faults, its family, and the line of the library where it is planted."""

    fault: Any
    family: str
    piece: Piece

    @property
    def document(self) -> str:
        """The name of its page."""
        return "bugs/" + re.sub(r"[^a-z0-9]+", "-", self.fault.name.lower()).strip("-")


@cache
def planted() -> tuple[Planted, ...]:
    """All planted faults, by family."""
    families = from_tests("mutants.faults").FAMILIES
    return tuple(Planted(fault, name, _place(fault)) for name, family in families.items() for fault in family)


def _place(fault: Any) -> Piece:
    path = Path(importlib.util.find_spec(fault.module).origin)
    text = path.read_text(encoding="utf-8")
    first = text[: text.index(fault.text)].count("\n") + 1
    lines = text.split("\n")[first - 1 : first + fault.text.count("\n")]
    return Piece(fault.name, path.relative_to(ROOT).as_posix(), first, tuple(lines))


@cache
def all_claims() -> dict:
    """The tests by the id of the equation whose mark they bear."""
    return claims(tests_folder())


@cache
def code_of(id: str) -> Piece:
    """The lines of the function that computes an equation. Finding them reads its whole file."""
    return piece_of(function_of(BY_ID[id]))


OWN_FOLDERS = tuple(f"{ROOT}/{folder}/" for folder in ("scratchgen", "kernels"))


@cache
def entered(id: str) -> frozenset[tuple[str, int, int]]:
    """File, first and last line of the library's functions that the worked example of an equation enters."""
    found = set()

    def record(frame: FrameType, event: str, _: Any) -> None:
        file = frame.f_code.co_filename
        if event == "call" and file.startswith(OWN_FOLDERS):  # an environment may be within the checkout, too
            last = max(line for *_, line in frame.f_code.co_lines() if line)
            found.add((file.removeprefix(f"{ROOT}/"), frame.f_code.co_firstlineno, last))

    with kernels.use("numpy"), suppress(BadInput):  # faults of kernels are planted in their NumPy form
        sys.setprofile(record)
        try:
            BY_ID[id].example.live()
        finally:
            sys.setprofile(None)
    return frozenset(found)


@cache
def equations_of(found: Planted) -> tuple[Equation, ...]:
    """The equations of a fault: it names them, its line is in code that computes them, or their tests must catch it.

    A fault names tests, or whole files of tests; of a file those count whose worked example enters the function.
    """
    return tuple(
        equation
        for equation in EQUATIONS
        if equation.id in found.fault.equations
        or _is_computed_there(equation, found)
        or _must_catch(equation, found)
    )


def _is_computed_there(equation: Equation, found: Planted) -> bool:
    """Whether the line of a fault is in the function of an equation, or in one that its worked example enters."""
    place, code = found.piece, code_of(equation.id)
    if code.file == place.file and code.first <= place.first <= code.last:
        return True
    belongs_to_all = found.family == "inputs" or found.fault.module.startswith(MACHINERY)
    return not belongs_to_all and _enters(equation, found)


def _enters(equation: Equation, found: Planted) -> bool:
    place = found.piece
    return any(
        place.file == file and first <= place.first <= last for file, first, last in entered(equation.id)
    )


def _must_catch(equation: Equation, found: Planted) -> bool:
    """Whether a fault names a test of the equation, or a file of its tests whose example enters the function."""
    claims = all_claims().get(equation.id, ())
    names = {f"{_below_tests(claim.file)}::{claim.name}" for claim in claims}
    files = {_below_tests(claim.file) for claim in claims}
    wanted = found.fault.claims
    return bool(names.intersection(wanted) or (files.intersection(wanted) and _enters(equation, found)))


def _below_tests(file: Path) -> str:
    return file.relative_to(ROOT / "tests").as_posix()


@cache
def by_equation() -> dict[str, list[Planted]]:
    """The faults by the id of their equations."""
    found: dict[str, list[Planted]] = {}
    for bug in planted():
        for equation in equations_of(bug):
            found.setdefault(equation.id, []).append(bug)
    return found


def difference(found: Planted) -> str:
    """The right and the wrong lines as HTML, with some lines around them."""
    source = (ROOT / found.piece.file).read_text(encoding="utf-8")
    wrong = source.replace(found.fault.text, found.fault.wrong)
    rows = [*difflib.unified_diff(source.split("\n"), wrong.split("\n"), n=CONTEXT, lineterm="")][3:]
    kinds = {"-": ("right", "✓"), "+": ("wrong", "✗"), " ": ("", " "), "@": ("", "…")}
    lines = (
        f'<span class="{kinds[row[0]][0]}">{kinds[row[0]][1]} {escape(row[1:] if row[0] != "@" else "")}</span>'
        for row in rows
    )
    return f'<div class="highlight difference"><pre tabindex="0">{chr(10).join(lines)}\n</pre></div>'


def _caught(name: str) -> str:
    """The test that caught a fault in the last run, "" if none is known or if its file is there no more."""
    try:
        test = json.loads(CAUGHT.read_text(encoding="utf-8")).get(name, "").removeprefix("tests/")
    except FileNotFoundError:
        return ""
    return test if test and (ROOT / "tests" / test.partition("::")[0]).exists() else ""


def _test_place(claim: str) -> Piece:
    """Where a test is: the first line of its function, or of its file if the claim names a file alone."""
    file, _, name = claim.partition("[")[0].partition("::")
    text = (ROOT / "tests" / file).read_text(encoding="utf-8")
    found = re.search(rf"^[ \t]*def {re.escape(name)}\(", text, re.M) if name else None
    return Piece(claim, f"tests/{file}", text[: found.start()].count("\n") + 1 if found else 1, ("",))


def _claim_link(claim: str, found: Planted, uses: Uses) -> str:
    place, name = _test_place(claim), claim.partition("::")[2]
    uses.add(place, f"bug: {found.fault.name}", found.document + ".html")
    label = name.removeprefix("test_").replace("_", " ") if name else f"the claims in {place.file}"
    return f'<a href="{TO_ROOT}{source_url(place.file, place.first)}">{escape(label)}</a>'


def page(found: Planted, uses: Uses) -> str:
    """The page of a fault as Markdown."""
    fault, piece = found.fault, found.piece
    uses.add(piece, f"bug: {fault.name}", found.document + ".html")
    only = f", of these the cases `{fault.only}`" if fault.only else ""
    claims = "".join(f"<li>{_claim_link(claim, found, uses)}</li>" for claim in fault.claims)
    verdict = ""
    if caught := _caught(fault.name):
        verdict = f"<p>In the last run of the tests it was caught by: {_claim_link(caught, found, uses)}</p>"
    test = f"tests/mutants/test_mutants.py::test_a_fault_is_caught_by_a_claim[{fault.name}]"
    equations = [
        f"- [{equation.name}](../reference/{equation.id}.md), `{equation.id}`"
        for equation in equations_of(found)
    ]
    parts = [
        f"---\norphan: true\n---\n# Bug: {fault.name}",
        f"[The bug zoo](index.md) › {FAMILIES[found.family]}",
        plain(fault.says),
        f'Planted in <a href="{TO_ROOT}{source_url(piece.file, piece.first)}">{piece.file}:{piece.first}</a>.',
        f"## The right line and the wrong one\n{raw_html(difference(found))}",
        symptoms.section(fault.name, plain),
        f"## The claims that must catch it\nWith the wrong line in place, one of these must fail{only}:",
        raw_html(f"<ul>{claims}</ul>{verdict}"),
        f'Plant it, and see which claim fails:\n```{{code-block}} bash\n:class: wraps\npython -m pytest "{test}"\n```',
        "## Equations\n" + "\n".join(equations) if equations else "",
    ]
    return "\n\n".join(filter(None, parts)) + "\n"


def plain(text: str) -> str:
    """Text in which Markdown finds no markup."""
    return re.sub(r"([*_$<\[\]])", r"\\\1", text)


def index() -> str:
    """The page that lists the faults by family."""
    lines = [
        "# The bug zoo",
        "",
        f"{len(planted())} faults, most of them seen in published code. The tests plant each of them, one at a time,"
        " and fail unless a claim catches it.",
        "",
    ]
    family = None
    for found in planted():
        if found.family != family:
            family = found.family
            lines += ["", f"## {FAMILIES[family]}", ""]
        name = found.document.removeprefix("bugs/")
        lines.append(f"- [{found.fault.name}]({name}.md): {plain(found.fault.says)}")
    return "\n".join(lines) + "\n"


def write(folder: Path, uses: Uses) -> None:
    """Write all pages below a folder of sources."""
    (folder / "bugs").mkdir()
    (folder / "bugs" / "index.md").write_text(index(), encoding="utf-8")
    for found in planted():
        (folder / f"{found.document}.md").write_text(page(found, uses), encoding="utf-8")
