"""Published results that `scratchgen reproduce` runs again, by name."""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:  # for editors and type checkers; at run time `__getattr__` loads them
    from scratchgen.reproductions.catalogue import REPRODUCTIONS
    from scratchgen.reproductions.reproduction import Part, Reproduction, Row, reproduce
    from scratchgen.reproductions.table import write_section

PLACES = {
    "REPRODUCTIONS": "catalogue",
    "Part": "reproduction",
    "Reproduction": "reproduction",
    "Row": "reproduction",
    "reproduce": "reproduction",
    "write_section": "table",
}

__all__ = ["REPRODUCTIONS", "Part", "Reproduction", "Row", "reproduce", "write_section"]


if not TYPE_CHECKING:  # a checker that sees this function accepts every name

    def __getattr__(name: str) -> Any:
        """Load a member of the package when it is first used: the step sizes in the ledger need no task."""
        if name in PLACES:
            return getattr(import_module(f"scratchgen.reproductions.{PLACES[name]}"), name)
        raise AttributeError(f"module 'scratchgen.reproductions' has no attribute {name!r}")


def __dir__() -> list[str]:
    return __all__
