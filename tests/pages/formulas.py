"""The displayed formulas of a page, and what each is tied to: an equation of the ledger, or assertions of the page.

A page numbers its formulas, `\\tag{4.2}` on page 4 and `\\tag{2.3.1}` on page 2.3. A formula consists of parts,
separated by \\quad. A part is tied to the ledger if it is a part of an equation that the section names in its line
about the debugger. For the others there must be assertions below the formula that name its number, as many as there are
such parts; one in a loop counts for all.
"""

import ast
import re
from collections.abc import Iterator
from dataclasses import dataclass
from math import inf

SPACES = [r"\,", r"\;", r"\:", r"\!"]
SIZES = [r"\left", r"\right", r"\big", r"\Big", r"\bigl", r"\bigr", r"\Bigl", r"\Bigr"]
STYLES = [r"\textstyle", r"\operatorname", r"\mathrm", r"\text"]
SAME = {r"\tfrac": r"\frac", r"\lVert": r"\|", r"\rVert": r"\|", r"\mid": "|", r"\ldots": r"\dots"}
RELATIONS = [r"\leftarrow", r"\approx", r"\mapsto", r"\propto", r"\sim", r"\le", r"\ge", "=", "<", ">"]
ID = r"[a-z]+\.[a-z_0-9]+"
CHECK = "check"  # of `scratchgen.testing`: (label, value, expected, tolerance)


@dataclass(frozen=True)
class Formula:
    """A displayed formula: its number on the page or "", its parts, and the ids that its section names."""

    number: str
    parts: tuple[str, ...]
    ids: frozenset[str]
    cell: int


def cells(page: str) -> list[tuple[str, str]]:
    """("markdown" or "code", text) of each cell of a percent script."""
    found = []
    for cell in re.split(r"^# %%", page, flags=re.M)[1:]:
        heading, _, body = cell.partition("\n")
        if "[markdown]" in heading:
            found.append(("markdown", "\n".join(line.removeprefix("#")[1:] for line in body.splitlines())))
        else:
            found.append(("code", body))
    return found


def formulas(page: str) -> list[Formula]:
    """The displayed formulas of a page, in order."""
    sections: list[list[tuple[int, str]]] = [[]]
    for number, (kind, text) in enumerate(cells(page)):
        if kind == "markdown":
            first, *others = re.split(r"^(?=## )", text, flags=re.M)
            sections[-1].append((number, first))
            sections += [[(number, other)] for other in others]
    return [
        Formula(number_of(latex), parts_of(latex), ids_of(section), cell)
        for section in sections
        for cell, text in section
        for latex in re.findall(r"\$\$(.+?)\$\$", text, re.S)
    ]


def number_of(latex: str) -> str:
    found = re.search(r"\\tag\{([\d.]+)\}", latex)
    return found[1] if found else ""


def parts_of(latex: str) -> tuple[str, ...]:
    """The parts of a formula, each in one way of writing LaTeX."""
    parts = re.split(r"\\q?quad", re.sub(r"\\tag\{.*?\}", "", latex))
    return tuple(normal(part) for part in parts if normal(part))


def ids_of(section) -> frozenset[str]:
    """The ids of the ledger in a section's lines about the debugger."""
    quotes = [
        quote for _, text in section for quote in re.findall(r"^> In the debugger:.*(?:\n> .*)*", text, re.M)
    ]
    return frozenset(id for quote in quotes for id in re.findall(rf"`(?:scratchgen debug )?({ID})`", quote))


def normal(latex: str) -> str:
    """LaTeX as signs with a space between them, without invisible ones: two ways to write a formula are one."""
    signs = re.findall(r"\\[a-zA-Z]+|\\.|\S", latex)
    seen = [SAME.get(sign, sign) for sign in signs if sign not in (*SPACES, *SIZES, *STYLES)]
    one = re.sub(r"(?<!\S)\{ (\S+) \}", r"\1", " ".join(seen))  # {x} is x
    return one.rstrip(" .,;")


def chain(part: str) -> list[str]:
    """The members of a chain of relations, and the relations: a = b ≤ c → [a, =, b, ≤, c]; not inside brackets."""
    members, depth = [""], 0
    for sign in part.split():
        if sign in RELATIONS and not depth:
            members += [sign, ""]
        else:
            depth += (sign in ("(", "[", "{", r"\{")) - (sign in (")", "]", "}", r"\}"))
            members[-1] = f"{members[-1]} {sign}".strip()
    return members


def is_in(part: str, equation: str) -> bool:
    """Whether a part of a formula is a part of an equation, or a piece of its chain of relations."""
    wanted = chain(part)
    for members in map(chain, parts_of(equation)):
        if any(members[k : k + len(wanted)] == wanted for k in range(len(members))):
            return True
    return False


def assertions(page: str) -> Iterator[tuple[int, str, float]]:
    """(number of its cell, its source, how many parts it can speak of) of each assertion that can fail."""
    for number, (kind, text) in enumerate(cells(page)):
        if kind == "code":
            yield from ((number, *found) for found in _assertions(ast.parse(text), 1))


def _assertions(node: ast.AST, count: float) -> Iterator[tuple[str, float]]:
    if isinstance(node, ast.For):
        count = inf
    compared = None
    if isinstance(node, ast.Assert):
        compared = [node.test]
    elif isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id == CHECK:
        compared = node.args[1:3]
    if compared and _can_fail(compared):
        yield ast.unparse(node), count
    for child in ast.iter_child_nodes(node):
        yield from _assertions(child, count)


def _can_fail(compared: list[ast.expr]) -> bool:
    """Not for a constant, and not for a number that is compared with itself."""
    computed = any(isinstance(node, ast.Name) for node in ast.walk(compared[0]))
    return computed and len({ast.dump(expression) for expression in compared}) == len(compared)


def chapter_of(name: str) -> str:
    """The number of a page by its file name: 4 of 04_rnn.py, 2.3 of 2.3_vae_on_digits.py."""
    number = name.partition("_")[0]
    return number if "." in number else str(int(number))


def untied(page: str, chapter: str, latex_by_id: dict[str, str]) -> Iterator[str]:
    """One line for each formula that is tied to nothing, and for each that has not the next number."""
    checks = list(assertions(page))
    if "def check(" in page:
        yield "it has a check() of its own; import that of scratchgen.testing"
    for place, formula in enumerate(formulas(page), 1):
        shown = formula.number or " | ".join(formula.parts)
        if formula.number != f"{chapter}.{place}":
            yield f"{shown}: its number must be \\tag{{{chapter}.{place}}}"
        known = [latex_by_id[id] for id in formula.ids if id in latex_by_id]
        alone = [part for part in formula.parts if not any(is_in(part, equation) for equation in known)]
        speaks = [
            count for cell, text, count in checks if cell > formula.cell and f"({formula.number})" in text
        ]
        if sum(speaks) < len(alone):
            yield f"{shown}: neither the ledger nor an assertion has {' | '.join(alone)}"
