"""Everything that Sphinx reads, written from the checkout: pages, guides, reference, bug zoo, API, source files."""

from __future__ import annotations

import re
import shutil
from pathlib import Path

import api
import assets
import exercises
import faults
import guides
import pages
import reference
import sources
import spelling
from library import ROOT, Uses

STATIC = ("site.css", "run.js", "worker.js", "runner.py")


def write(folder: Path) -> None:
    """Write all sources below a folder, the pages with their outputs."""
    uses = Uses()
    course = [pages.read(file) for file in sorted((ROOT / "tutorials").glob("[0-9]*.py"))]
    pages.run_all(course, assets.CACHE / "pages")
    taught: dict[str, dict[str, str]] = {}
    for page in course:
        for id, url in page.taught().items():
            taught.setdefault(id, {})[url] = page.title
        pages.write(page, folder, uses)
    pages.write_downloads(course, folder / "_static" / "notebooks")
    guides.write(folder)
    api.write(folder, uses)
    faults.write(folder, uses)
    reference.write(folder, taught, uses)
    has_exercises = exercises.write(folder)
    (folder / "source").mkdir()
    (folder / "source" / "index.md").write_text(sources.index(uses), encoding="utf-8")
    (folder / "index.md").write_text(_index(course, has_exercises), encoding="utf-8")
    for name in STATIC:
        shutil.copy(assets.HERE / "static" / name, folder / "_static")
    (folder / "_static" / "spelling.js").write_text(spelling.script(), encoding="utf-8")
    uses.save(folder / "_static" / "uses.json")


def _index(course: list[pages.Page], has_exercises: bool) -> str:
    """The first page: the beginning of the tutorials' README, and the contents."""
    intro = guides.turned(
        (ROOT / "tutorials" / "README.md").read_text(encoding="utf-8"), "tutorials/README.md"
    )
    intro = re.sub(r"\]\((?!https?:|#)", "](tutorials/", intro)
    toc = [("Course", [page.document for page in course])]
    toc += [
        (title, [guides.place_of(file).removesuffix(".md") for file in files])
        for title, files in guides.GUIDES.items()
    ]
    generated = [
        "reference/index",
        "bugs/index",
        *(["exercises/index"] if has_exercises else []),
        "api/index",
        "source/index",
    ]
    toc.insert(1, ("Reference", generated))
    trees = "".join(
        f"\n```{{toctree}}\n:hidden:\n:maxdepth: 1\n:caption: {caption}\n\n"
        + "\n".join(documents)
        + "\n```\n"
        for caption, documents in toc
    )
    return intro + trees
