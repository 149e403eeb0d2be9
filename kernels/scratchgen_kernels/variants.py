"""The choice among the variants of the compiled kernels, by the instructions of the processor.

A portable build has each kernel for every processor of the architecture ("baseline", in the folder of the kernel) and
for wider instructions (in subfolders). A build for one instruction set has a single variant of that name. All kernels
of a process are of one variant. Variants differ in the last bits of results, since wider instructions round
a · b + c once; noise has the same bits in all. To repeat the bits of another machine, set the environment variable
``SCRATCHGEN_VARIANT`` to the variant that its runs name.
"""

import os
from types import ModuleType

from scratchgen_kernels.installation import build_record

VARIABLE = "SCRATCHGEN_VARIANT"


def variant() -> str | None:
    """The variant of the compiled kernels that this process loads, or None if there is none that can run."""
    return _choose()[0]


def why_none_runs() -> str | None:
    """The reason why no variant of the compiled kernels may be loaded, or None if one may."""
    return _choose()[1]


def search_variant(package: ModuleType) -> None:
    """Let imports from the folder of a kernel find the compiled modules of the chosen variant first."""
    plain, chosen = package.__path__[-1], variant()
    if chosen is not None and os.path.isdir(folder := os.path.join(plain, chosen)):
        package.__path__ = [folder, plain]


def _choose() -> tuple[str | None, str | None]:
    """(variant, None), or (None, the reason)."""
    built = (build_record() or {}).get("variants") or {}
    wanted = os.environ.get(VARIABLE)
    if wanted and wanted not in built:
        return None, f"{VARIABLE} is {wanted!r}; there are {', '.join(built) or 'no variants'}"
    found = _instructions()
    if found is None:
        return next(iter(built), None), None  # the import of the kernel then fails with its reason
    missing = {name: [i for i in needed if i not in found] for name, needed in built.items()}
    for name in [wanted] if wanted else reversed(missing):  # the widest comes last
        if not missing[name]:
            return name, None
    if not built:
        return None, None  # an older record names no variants, and no record means no kernels
    lacking = missing[wanted or next(iter(missing))]
    return None, f"it was built for a processor with {', '.join(lacking)}, which this one lacks"


def _instructions() -> frozenset[str] | None:
    """The instructions of the processor; None without compiled code for the running Python."""
    try:
        from scratchgen_kernels.processor import instructions
    except ImportError:
        return None
    return instructions()
