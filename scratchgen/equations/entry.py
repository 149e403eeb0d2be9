"""What the ledger says of an equation."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Equation:
    """One equation.

    id          "wing.name"
    latex       as it is typeset; `text` is the same for a terminal
    source      paper and equation number
    code        "module:qualified.name" of what computes it
    tutorial    the page that derives it
    """

    id: str
    name: str
    latex: str
    text: str
    source: str
    code: str
    tutorial: str
