"""The page of reproductions: one section per reproduction, written again by each run."""

from __future__ import annotations

from pathlib import Path

from scratchgen.reproductions.reproduction import Reproduction, Row
from scratchgen.runs.files import write_text

HEAD = """# Published results, reproduced

The command in each section generates the section, from runs of this library alone. Numbers are means over seeds,
± their standard error; a single seed has no standard error. "Minutes" are per seed and include the evaluation.
"""


def write_section(reproduction: Reproduction, rows: list[Row], path: Path) -> None:
    """Write the section of this reproduction on the page; the other sections do not change."""
    sections = _sections(path.read_text(encoding="utf-8")) if path.exists() else {}
    sections[reproduction.name] = section(reproduction, rows)
    write_text(path, "\n".join([HEAD, *(sections[name] for name in sorted(sections))]))


def section(reproduction: Reproduction, rows: list[Row]) -> str:
    """The section of a reproduction as Markdown."""
    names = (name for row in rows for found in row.numbers for name in list(found)[1:])
    also = list(dict.fromkeys(names))
    headings = ["", "published", f"here ({reproduction.unit})", "seeds", "minutes", *also]
    deviations = "".join(f"- {deviation}\n" for deviation in reproduction.deviations)
    lines = [
        f"## {reproduction.name}\n\n{reproduction.title}. {reproduction.source}.\n\n{reproduction.setting}\n",
        _line(headings) + _line(["---"] * len(headings)) + "".join(_line(_cells(row, also)) for row in rows),
        f"Deviations:\n\n{deviations}" if deviations else "Deviations: none.\n",
        f"Again: `scratchgen reproduce {reproduction.name} --seeds {len(rows[0].numbers)}`\n",
    ]
    return "\n".join(lines)


def _cells(row: Row, also: list[str]) -> list[str]:
    score, *_ = row.numbers[0]
    minutes = sum(row.minutes) / len(row.minutes)
    others = [_with_error(row, name) if row.of(name) else "" for name in also]
    return [
        row.part.title,
        row.part.published,
        _with_error(row, score),
        str(len(row.numbers)),
        f"{minutes:.1f}",
        *others,
    ]


def _with_error(row: Row, name: str) -> str:
    """The mean ± its standard error, with the number of seeds if some lack it; a count that all seeds share."""
    found = row.of(name)
    if len(set(found)) == 1 and isinstance(found[0], int):
        return f"{found[0]:,}"
    error, n = row.standard_error(name), len(found)
    cell = _rounded(row.mean(name)) + ("" if error is None else f" ± {_rounded(error)}")
    return cell if n == len(row.numbers) else f"{cell} ({n} seed{'s' if n > 1 else ''})"


def _rounded(number: float) -> str:
    """The number with two decimals, or as a power of ten where these would be 0.00."""
    return f"{number:.2f}" if abs(number) >= 0.005 or number == 0 else f"{number:.1e}"


def _line(cells: list[str]) -> str:
    return "| " + " | ".join(cells) + " |\n"


def _sections(text: str) -> dict[str, str]:
    """{name: its section} of a page."""
    parts = text.split("\n## ")[1:]
    return {part.split("\n", 1)[0].strip(): f"## {part.rstrip()}\n" for part in parts}
