"""The reference: a page per equation of the ledger, with its code, worked example, trace, tests and faults."""

from __future__ import annotations

import io
import json
from contextlib import redirect_stdout
from functools import cache
from html import escape
from pathlib import Path
from typing import Any

import exercises
import faults
from library import ROOT, Piece, Uses, code_block, piece_at, raw_html, source_url

from scratchgen.autograd.formatting import format_value
from scratchgen.cli.debug import debug
from scratchgen.equations import EQUATIONS, Equation
from scratchgen.equations.entry import numbers
from scratchgen.equations.locate import REPORT, Claim
from scratchgen.equations.notation import symbols
from scratchgen.errors import BadInput

TO_ROOT = "../"
FAMILIES = {
    "vae": "Variational autoencoder",
    "gan": "Generative adversarial network",
    "rnn": "Recurrent neural network",
    "autograd": "Differentiation",
    "nn": "Layers, activations, losses",
    "distributions": "Distributions",
    "optim": "Optimisers and schedules",
    "evaluation": "Evaluation",
    "kernels": "Kernels",
    "data": "Data",
}


def page(equation: Equation, taught: dict[str, str], uses: Uses) -> str:
    """The page of an equation as Markdown.

    taught    the pages that teach it: their titles by the address from the root of the site
    """
    piece = faults.code_of(equation.id)
    uses.add(piece, equation.id, f"reference/{equation.id}.html")
    parts = [
        f"---\norphan: true\n---\n# {_first_upper(equation.name)}",
        f"[Equations](index.md) › `{equation.id}` · {equation.source}",
        f"$$\n{equation.latex}\n$$",
        f"As plain text: `{equation.text}`",
        _symbols(equation),
        f"## Code\n{raw_html(code_block(piece, TO_ROOT))}",
        f"## Worked example\n{_example(equation)}",
        f"## Trace\n`scratchgen debug {equation.id} --trace` prints each step:\n{_trace(equation)}",
        _tests(equation, uses),
        planted_faults(equation),
        _listed("Exercises", exercises.of_equation(equation.id)),
        _listed("Taught in", [(title, url) for url, title in taught.items()]),
    ]
    return "\n\n".join(filter(None, parts)) + "\n"


def _first_upper(name: str) -> str:
    return name[:1].upper() + name[1:]


def _symbols(equation: Equation) -> str:
    rows = "".join(
        f"<tr><td><code>{escape(name)}</code></td><td>{escape(meaning)}</td></tr>"
        for name, meaning in symbols(equation)
    )
    head = "<thead><tr><th>symbol</th><th>meaning</th></tr></thead>"
    return (
        "## Symbols\n" + raw_html(f'<div class="wide"><table>{head}<tbody>{rows}</tbody></table></div>')
        if rows
        else ""
    )


def _tidy(value: Any) -> str:
    return format_value(value[0] if getattr(value, "shape", None) == (1,) else value)


def _example(equation: Equation) -> str:
    """The calculation by hand, what the code gives now, and a cell that computes it in the reader's browser."""
    example = equation.example
    try:
        computed = _tidy(example.live())
    except BadInput as problem:  # an optional package is not installed
        computed = f"not available: {problem}"
    rows = [
        f"by hand    {line}" if not number else f"           {line}"
        for number, line in enumerate(example.by_hand.splitlines())
    ]
    rows += [f"expected   {_tidy(numbers(example.expected))}", f"computed   {computed}"]
    worked = f'<pre class="worked" tabindex="0">{escape(chr(10).join(rows))}</pre>'
    cell = f'<div class="highlight"><pre tabindex="0">{escape(example_cell(equation))}</pre></div>'
    return raw_html(f'{worked}<div class="run" data-packages="{_packages(equation)}">{cell}</div>')


def example_cell(equation: Equation) -> str:
    """Python that computes the worked example; its inputs can be edited."""
    inputs, rest = [], []
    for name, value in equation.example.inputs.items():
        if isinstance(value, list):
            inputs.append(f"{name} = np.array({value!r})")
        elif isinstance(value, bool | int | float | str | tuple | None):
            inputs.append(f"{name} = {value!r}")
        else:  # a function or an object of the library: as the ledger has it
            inputs.append(f'{name} = example.arguments()["{name}"]')
        rest.append(f"{name}={name}")
    lines = [
        "import numpy as np",
        "from scratchgen.equations import BY_ID",
        "",
        f'example = BY_ID["{equation.id}"].example',
        *inputs,
        f"print(example.compute({', '.join(rest)}))",
    ]
    return "\n".join(lines)


def _packages(equation: Equation) -> str:
    """The packages that Pyodide must load for the worked example."""
    source = (ROOT / faults.code_of(equation.id).file).read_text(encoding="utf-8")
    return "numpy scikit-learn" if "import sklearn" in source or "from sklearn" in source else "numpy"


def _trace(equation: Equation) -> str:
    text = io.StringIO()
    try:
        with redirect_stdout(text):
            debug(equation.id, backend=None, traced=True, listen=False)
    except BadInput as problem:
        text.write(f"not available: {problem}")
    printed = (
        text.getvalue().split("\n\n", 2)[-1].strip("\n")
    )  # without the formula and the calculation by hand
    return raw_html(f'<pre class="trace" tabindex="0">{escape(printed)}</pre>')


@cache
def _report() -> dict[tuple[str, str], dict]:
    """The tests of the last `pytest --equations`, by file and name; the case with the largest error of each."""
    try:
        rows = json.loads((ROOT / REPORT / "equations.json").read_text(encoding="utf-8"))
    except FileNotFoundError:
        return {}
    found: dict[tuple[str, str], dict] = {}
    for test in (test for row in rows for test in row["tests"]):
        file, _, name = test["test"].partition("[")[0].rpartition("::")
        known = found.get((file, name))
        if known is None or (test["error"] or 0) > (known["error"] or 0):
            found[file, name] = test
    return found


def _tests(equation: Equation, uses: Uses) -> str:
    """The tests that bear the mark of the equation, claims first, with the error measured in the last report."""
    rows = []
    for claim in sorted(faults.all_claims().get(equation.id, []), key=lambda claim: claim.planted):
        file = claim.file.relative_to(ROOT).as_posix()
        uses.add(Piece(claim.name, file, claim.line, ("",)), equation.id, f"reference/{equation.id}.html")
        link = f'<a href="{TO_ROOT}{source_url(file, claim.line)}">{escape(_in_words(claim))}</a>'
        result = _report().get((file, claim.name), {})
        error = "–" if result.get("error") is None else f"{result['error']:.2g} of {result['tolerance']:.2g}"
        kind = "counter-example" if claim.planted else "claim"
        cells = [link, kind, result.get("outcome", ""), error][: 4 if _report() else 2]
        rows.append("<tr>" + "".join(f"<td>{cell}</td>" for cell in cells) + "</tr>")
    names = ["test", "kind", "last run", "error measured"][: 4 if _report() else 2]
    head = "".join(f"<th>{name}</th>" for name in names)
    table = (
        f'<div class="wide"><table><thead><tr>{head}</tr></thead><tbody>{"".join(rows)}</tbody></table></div>'
    )
    return f"## Tests\n`scratchgen equations {equation.id} --check` runs them.\n{raw_html(table)}"


def planted_faults(equation: Equation) -> str:
    """The section of the wrong versions of an equation that are known to be caught; "" if there are none.

    A fault of the bug zoo is planted in the library. A counter-example plants its error in a test.
    """
    bugs = [(bug.fault.name, f"{bug.document}.html") for bug in faults.by_equation().get(equation.id, [])]
    tests = [claim for claim in faults.all_claims().get(equation.id, []) if claim.planted]
    if not bugs and not tests:
        return ""
    parts = ["## Planted faults"]
    if bugs:
        parts.append(f"In the library's code, each with its page in the bug zoo:\n{_links(bugs)}")
    if tests:
        parts.append("In tests, as counter-examples: each shows that a claim rejects the wrong version.")
        parts.append(raw_html("".join(map(_counter_example, tests))))
    return "\n\n".join(parts)


def _counter_example(claim: Claim) -> str:
    """The name of a counter-example, and its lines, which a click opens."""
    piece = piece_at(claim.file.relative_to(ROOT).as_posix(), claim.line, claim.name)
    summary = f"<summary>{escape(_in_words(claim))}</summary>"
    return f"<details>{summary}{code_block(piece, TO_ROOT)}</details>"


def _in_words(claim: Claim) -> str:
    return claim.name.removeprefix("test_").replace("_", " ")


def _listed(heading: str, links: list[tuple[str, str]]) -> str:
    return f"## {heading}\n{_links(links)}" if links else ""


def _links(links: list[tuple[str, str]]) -> str:
    items = "".join(f'<li><a href="{TO_ROOT}{url}">{escape(text)}</a></li>' for text, url in links)
    return raw_html(f"<ul>{items}</ul>")


def index() -> str:
    """The page that lists the equations by family."""
    lines = ["# Equations", ""]
    lines += [
        f"{len(EQUATIONS)} equations: each with its code, a worked example, its tests and planted faults.",
        "",
    ]
    for family, title in FAMILIES.items():
        lines += [f"## {title}", ""]
        chosen = [equation for equation in EQUATIONS if equation.id.startswith(family + ".")]
        lines += [f"- [{equation.name}]({equation.id}.md) `{equation.id}`" for equation in chosen] + [""]
    return "\n".join(lines)


def write(folder: Path, taught: dict[str, dict[str, str]], uses: Uses) -> None:
    """Write all pages below a folder of sources. taught: by the id of an equation, {address: title} of its pages."""
    (folder / "reference").mkdir()
    (folder / "reference" / "index.md").write_text(index(), encoding="utf-8")
    for equation in EQUATIONS:
        text = page(equation, taught.get(equation.id, {}), uses)
        (folder / "reference" / f"{equation.id}.md").write_text(text, encoding="utf-8")
