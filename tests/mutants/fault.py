"""What a planted fault is."""

from dataclasses import dataclass


@dataclass(frozen=True)
class Fault:
    """One place of one module, and what others have written there.

    text      what stands in the module, exactly once
    wrong     what stands there with the fault
    says      what is wrong, and where that was seen
    claims    the tests that are to catch it, below tests/: files, or single tests of a file
    only      which of their cases: pytest's -k
    """

    name: str
    module: str
    text: str
    wrong: str
    says: str
    claims: tuple[str, ...]
    only: str = ""
