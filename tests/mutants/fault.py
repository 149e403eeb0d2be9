"""The declaration of a planted fault."""

from dataclasses import dataclass


@dataclass(frozen=True)
class Fault:
    """One place of one module, and the wrong code that others have written there.

    text      the right code, which occurs exactly once in the module
    wrong     the wrong code
    says      what is wrong, and where it was seen
    claims    the tests that must catch it, below tests/: files, or single tests of a file
    only      a selection of their cases, as pytest's -k
    equations the ids of its equations in the ledger, where its line is in no function that they call, such as a
              derivative rule
    """

    name: str
    module: str
    text: str
    wrong: str
    says: str
    claims: tuple[str, ...]
    only: str = ""
    equations: tuple[str, ...] = ()
