"""Docstrings of Python's standard library for summarisation: from the body of a docstring to its first line."""

from __future__ import annotations

import ast
import zipfile
from collections.abc import Iterator
from pathlib import Path

from scratchgen.data.sets.stdlib import library, read_source
from scratchgen.data.types import PairData
from scratchgen.errors import BadInput

# Modules and packages that exist in every CPython since 3.11; all others are in the training part.
VALIDATION = (
    "contextlib",
    "difflib",
    "email",
    "fractions",
    "ipaddress",
    "shutil",
    "socketserver",
    "threading",
)
TEST = (
    "argparse",
    "concurrent",
    "functools",
    "http",
    "inspect",
    "statistics",
    "tempfile",
    "unittest",
    "urllib",
)

NO_LIBRARY = {"__pycache__", "dist-packages", "idle_test", "site-packages", "test", "tests"}
MIN_SUMMARY, MIN_BODY = 10, 80  # characters, the limits of debian-descriptions

Source = Path | zipfile.Path


def load() -> PairData:
    """About 2,300 pairs (body, summary) of docstrings; " ¶ " separates paragraphs.

    A docstring is used if a blank line follows its first line (PEP 257), if that line has at least 10 characters
    and the rest at least 80. White space is joined. Of pairs with an equal body or an equal summary, the first in
    the order of the files is kept, so that no text is in two parts. A module or package is in one part.
    The set depends on the running Python, so scores can be compared only on the same version.
    Raises BadInput if the sources are not on disk.
    """
    parts: dict[str, list[tuple[str, str]]] = {"train": [], "validation": [], "test": []}
    bodies, summaries = set(), set()
    for file, module in _sources(library()):
        for docstring in _docstrings(file):
            body, summary = _pair(docstring)
            short = len(summary) < MIN_SUMMARY or len(body) < MIN_BODY
            if short or body in bodies or summary in summaries:
                continue
            bodies.add(body)
            summaries.add(summary)
            parts[_part(module)].append((body, summary))
    if not all(parts.values()):
        raise BadInput(
            f"{library()} does not hold the docstrings of the standard library; use a Python whose library is on "
            "disk as files, or other pairs"
        )
    return PairData("stdlib-docstrings", ("body", "summary"), *parts.values())


def _part(module: str) -> str:
    return "validation" if module in VALIDATION else "test" if module in TEST else "train"


def _sources(folder: Source, module: str = "") -> Iterator[tuple[Source, str]]:
    """Every source file below a folder, in the order of the names, with its module or package of the top level."""
    inside: list[Source] = sorted(folder.iterdir(), key=lambda path: path.name)
    for path in inside:
        top = module or path.name.removesuffix(".py")
        if path.is_dir() and path.name not in NO_LIBRARY:
            yield from _sources(path, top)
        elif path.name.endswith(".py"):
            yield path, top


def _docstrings(file: Source) -> Iterator[str]:
    """The docstrings of a file: of the module, then of its classes and functions in order."""
    try:
        tree = ast.parse(read_source(file))
    except (
        SyntaxError,
        ValueError,
        BadInput,
    ):  # templates, and files in another encoding, hold no docstrings
        return
    waiting: list[ast.AST] = [tree]
    while waiting:
        node = waiting.pop()
        if isinstance(node, ast.Module | ast.ClassDef | ast.FunctionDef | ast.AsyncFunctionDef):
            yield ast.get_docstring(node) or ""
        # statements alone can hold a definition, and most nodes of a tree are expressions
        waiting += [child for child in reversed([*ast.iter_child_nodes(node)]) if isinstance(child, ast.stmt)]


def _pair(docstring: str) -> tuple[str, str]:
    """Body and summary of a docstring; both are empty if no blank line separates them."""
    summary, separator, body = docstring.partition("\n\n")
    if not separator or "\n" in summary:
        return "", ""
    paragraphs = (" ".join(paragraph.split()) for paragraph in body.split("\n\n"))
    return " ¶ ".join(filter(None, paragraphs)), " ".join(summary.split())
