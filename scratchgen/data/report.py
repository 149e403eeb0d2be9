"""The report of loading a user's own file or folder: its content, and every change that was made to it."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

NAMES_SHOWN, NAMES_KEPT = 5, 20  # of files, in a line and in config.json


@dataclass
class LoadingReport:
    """The content of the loaded files, with everything that loading changed or left out. Empty for a known data set.

    found       kind of file, by its content ↦ number of files
    read        what was read, in words: "24 pictures of 16 × 16, in colour"
    changed     what was done ↦ number of files or examples
    ignored     why ↦ names of the files that were left out
    bad         name ↦ why the file cannot be read; loading continued without it, as requested
    classes     the names of the classes
    split       where the three parts come from
    before      the smallest and the largest value as they are stored
    after       the smallest and the largest value as they were loaded
    """

    found: dict[str, int] = field(default_factory=dict)
    read: str = ""
    changed: dict[str, int] = field(default_factory=dict)
    ignored: dict[str, list[str]] = field(default_factory=dict)
    bad: dict[str, str] = field(default_factory=dict)
    classes: tuple[str, ...] = ()
    split: str = ""
    before: tuple[float, float] | None = None
    after: tuple[float, float] | None = None

    def find(self, kind: str, n: int = 1) -> None:
        """Count files of a kind."""
        self.found[kind] = self.found.get(kind, 0) + n

    def change(self, what: str, n: int = 1) -> None:
        """Count files or examples that were changed."""
        if n:
            self.changed[what] = self.changed.get(what, 0) + n

    def ignore(self, why: str, name: str) -> None:
        """Note a file that is left out."""
        self.ignored.setdefault(why, []).append(name)

    def lines(self) -> list[tuple[str, str]]:
        """(label, text) of everything that is known: the first lines of a training, and of `data show`."""
        found = ", ".join(
            f"{n:,} {kind}" for kind, n in sorted(self.found.items(), key=lambda item: -item[1])
        )
        lines = [("found", found), ("read", self.read)]
        lines += [("changed", f"{n:,} {what}") for what, n in self.changed.items()]
        lines += [
            ("ignored", f"{len(names):,} ({why}): {some(names)}") for why, names in self.ignored.items()
        ]
        if self.bad:
            lines += [("left out", f"{len(self.bad):,} (cannot be read): {by_reason(self.bad)}")]
        lines += [("classes", some(self.classes, 12)), ("split", self.split)]
        if self.before and self.after:
            changed = "" if self.before == self.after else f" → {_range(self.after)}"
            lines += [("values", f"{_range(self.before)}{changed}")]
        return [(label, text) for label, text in lines if text]

    def __str__(self) -> str:
        return "\n".join(f"{label:<10}{text}" for label, text in self.lines())

    def as_dict(self) -> dict[str, Any]:
        """The report for config.json: without empty entries, and with at most 20 names per kind."""
        content = {name: value for name, value in vars(self).items() if value}
        if self.ignored:
            content["ignored"] = {why: _kept(names) for why, names in self.ignored.items()}
        if self.bad:
            content["bad"] = _kept([f"{name}: {why}" for name, why in self.bad.items()])
        return content


def some(names: Iterable[str], most: int = NAMES_SHOWN) -> str:
    """The first names, and the number of the others."""
    found = list(names)
    more = f" and {len(found) - most:,} more" if len(found) > most else ""
    return ", ".join(found[:most]) + more


def by_reason(bad: Mapping[str, str]) -> str:
    """Names of files and why they cannot be read, the names of one reason together."""
    reasons: dict[str, list[str]] = {}
    for name, why in bad.items():
        reasons.setdefault(why, []).append(name)
    return "; ".join(f"{some(names, NAMES_KEPT)} ({why})" for why, names in reasons.items())


def _kept(names: list[str]) -> dict[str, Any]:
    return {"number": len(names), "names": names[:NAMES_KEPT]}


def _range(values: tuple[float, float]) -> str:
    return f"{values[0]:,.6g} … {values[1]:,.6g}"
