"""Everything that Sphinx reads, written from the checkout: pages, guides, reference, bug zoo, API, source files."""

from __future__ import annotations

import os
import re
import shutil
from pathlib import Path

import api
import applications
import assets
import exercises
import faults
import guides
import moving_pictures
import pages
import reference
import sources
import spelling
from library import ROOT, Uses

STATIC = ("site.css", "scroll.js", "python.js", "run.js", "worker.js", "runner.py")


def write(folder: Path) -> None:
    """Write all sources below a folder, the pages with their outputs."""
    uses = Uses()
    course = [pages.read(file) for file in sorted((ROOT / "tutorials").glob("[0-9]*.py"), key=_order)]
    pages.run_all(course, assets.CACHE / "pages")
    taught: dict[str, dict[str, str]] = {}
    for page in course:
        for id, url in page.taught().items():
            taught.setdefault(id, {})[url] = page.title
        pages.write(page, folder, uses)
    pages.write_downloads(course, folder / "_static" / "notebooks")
    guides.write(folder)
    applied = applications.write(folder)
    api.write(folder, uses)
    faults.write(folder, uses)
    reference.write(folder, taught, uses)
    has_exercises = exercises.write(
        folder, {page.title.partition(" ")[0]: (page.title, page.document) for page in course}
    )
    (folder / "source").mkdir()
    (folder / "source" / "index.md").write_text(sources.index(uses), encoding="utf-8")
    (folder / "index.md").write_text(_index(course, has_exercises, applied), encoding="utf-8")
    for name in STATIC:
        shutil.copy(assets.HERE / "static" / name, folder / "_static")
    moving_pictures.write(folder / "_static" / "moving")
    (folder / "_static" / "spelling.js").write_text(spelling.script(), encoding="utf-8")
    uses.save(folder / "_static" / "uses.json")


def _order(file: Path) -> tuple[bool, str]:
    """Pages with a part and a number, such as 2.3, come first."""
    return not _is_numbered(file), file.name


def _is_numbered(file: Path) -> bool:
    return re.match(r"\d\.\d", file.name) is not None


INTRODUCTION = """# scratchgen

Generative models from scratch in NumPy: the variational autoencoder, the generative adversarial network and the
recurrent neural network, with every equation in the code as an equation.

- **Read**: each page of the course has the library's own lines next to the text. A line leads to its source file, and
  there back to the pages that show it.
- **Run**: {run}{practise}
- **Check**: [each equation](reference/index.md) has its code, a worked example, a trace, and the tests that verify it.
- **Apply**: [the applications](applications/index.md) train models on real data, with baselines, and results to read,
  look at or listen to.
- **Break**: [the bug zoo](bugs/index.md) plants {faults} faults, one at a time, and names the claims that catch them.

## The course

{course}

## The seven pages

The course grows; until it is complete, these have the rest.

{seven}

To work with the sources, begin with `tutorials/README.md` in the repository.
"""
PRACTISE = (
    "\n- **Practise**: [the exercises](exercises/index.md) check an answer, and name the property that fails."
)
RUN = {
    True: "cells run in the page, with the library itself. A copy on your disk must be served, by "
    "`python -m http.server`: a page that is opened as a file can only be read.",
    False: "each page is a script and a notebook to download. This copy of the site was built without Python for the "
    "browser.",
}


def _index(course: list[pages.Page], has_exercises: bool, applied: list[str]) -> str:
    """The first page, and the contents of the site.

    applied    the documents of the applications
    """
    toc = [("Course", [page.document for page in course]), ("Applications", applied)]
    generated = ["reference/index", "bugs/index", "api/index", "source/index"]
    toc += [("Reference", ["exercises/index", *generated] if has_exercises else generated)]
    for title, files in guides.GUIDES.items():
        toc.append((title, [guides.place_of(file).removesuffix(".md") for file in files]))
    trees = "".join(
        f"\n```{{toctree}}\n:hidden:\n:maxdepth: 1\n:caption: {caption}\n\n"
        + "\n".join(documents)
        + "\n```\n"
        for caption, documents in toc
    )
    listed = lambda numbered: "\n".join(
        f"- [{page.title}]({page.document}.ipynb)" for page in course if _is_numbered(page.file) == numbered
    )
    run = RUN[bool(os.environ["SITE_RUN"])]
    practise = PRACTISE if has_exercises else ""
    introduction = INTRODUCTION.format(
        run=run, practise=practise, faults=len(faults.planted()), course=listed(True), seven=listed(False)
    )
    return introduction + trees
