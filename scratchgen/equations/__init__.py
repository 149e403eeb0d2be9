"""The ledger: each equation of this project with its source, its code and a worked example.

A test that verifies an equation bears `@pytest.mark.equation("vae.elbo")`. `tests/test_equations.py` fails if an
entry has no code, no such test or no planted counter-example, if its worked example gives another number than
the calculation by hand, or if a docstring or a test names an id that the ledger does not have.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from scratchgen.equations.entry import TOLERANCE, Equation, Example

if TYPE_CHECKING:
    from scratchgen.equations.ledger import BY_ID, EQUATIONS

__all__ = ["BY_ID", "EQUATIONS", "TOLERANCE", "Equation", "Example"]


if not TYPE_CHECKING:  # a checker that sees this function accepts every name

    def __getattr__(name: str) -> Any:
        """Import the entries when they are first used: they import every part of the library.

        The plug-in of pytest lives here, so that every test run, and every process of it, would wait for them.
        """
        if name in ("BY_ID", "EQUATIONS"):
            from scratchgen.equations import ledger

            return getattr(ledger, name)
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
