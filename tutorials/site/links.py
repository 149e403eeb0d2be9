"""Defects of a built site: a local link that leads nowhere, a request to another host, an unread formula."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import unquote

ELSEWHERE = re.compile(r"https?:|mailto:|data:")
LOADED = re.compile(
    r'(?:<(?:script|img|iframe|source)\b[^>]*\bsrc|<link\b[^>]*\bhref)="((?:https?:)?//[^"]+)"'
)


def problems(folder: Path) -> list[str]:
    """One line per problem of the pages in a folder."""
    root = folder.resolve()
    files = [file for file in sorted(root.rglob("*.html")) if "_static" not in file.parts]
    pages = {file: file.read_text(encoding="utf-8") for file in files}
    anchors = {file: set(re.findall(r'\bid="([^"]+)"', text)) for file, text in pages.items()}
    found = []
    for file, text in pages.items():
        name = file.relative_to(root).as_posix()
        found += [f"{name}: leads nowhere: {link}" for link in _broken(file, text, anchors)]
        found += [f"{name}: loads from another host: {address}" for address in LOADED.findall(text)]
        if "katex-error" in text:
            found.append(f"{name}: a formula that KaTeX refuses")
    return found


def _broken(file: Path, text: str, anchors: dict[Path, set[str]]) -> Iterator[str]:
    for link in sorted(set(re.findall(r'\b(?:href|src)="([^"]+)"', text))):
        if ELSEWHERE.match(link):
            continue
        path, _, anchor = unquote(link).partition("#")
        target = (file.parent / path.partition("?")[0]).resolve() if path else file
        if not target.exists() or (anchor and target in anchors and anchor not in anchors[target]):
            yield link
