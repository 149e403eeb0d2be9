"""The Markdown pages of the checkout, with their links to scripts and source files turned to pages of the site."""

from __future__ import annotations

import os
import re
import shutil
from pathlib import Path

from library import ROOT, source_url

from scratchgen.equations import BY_ID

_LISTED = {
    "Guides": (
        "tutorials/glossary.md",
        "tutorials/exercises.md",
        "tutorials/commands.md",
        "tutorials/your_data.md",
        "tutorials/export.md",
        "tutorials/architecture.md",
        "tutorials/many_machines.md",
        "tutorials/robustness.md",
    ),
    "Results": ("tutorials/results.md", "tutorials/reproductions.md"),
    "Benchmarks": (
        "kernels/README.md",
        "kernels/results/amd-epyc.md",
        "kernels/results/amd-epyc-steps.md",
        "kernels/results/amd-epyc-generation.md",
        "kernels/results/amd-epyc-streaming.md",
        "kernels/results/amd-epyc-autograd.md",
    ),
    "Project": (".github/CONTRIBUTING.md", ".github/SECURITY.md", ".github/CHANGELOG.md"),
}


GUIDES = {title: [file for file in files if (ROOT / file).exists()] for title, files in _LISTED.items()}


APPLICATIONS = "tutorials/applications/README.md"  # the site has the generated pages instead


def place_of(file: str) -> str:
    """Where a file of the checkout is in the site: Sphinx leaves out names that begin with a dot."""
    return file.replace(".github/", "project/")


def turned(text: str, file: str) -> str:
    """A page with links that lead somewhere in the site."""

    def turn(found: re.Match) -> str:
        label, target, anchor = found[1], found[2], found[3] or ""
        path = os.path.normpath(os.path.join(os.path.dirname(file), target))
        here = os.path.dirname(place_of(file))
        if (id := label.strip("[]`")) in BY_ID:
            return f"{label}({os.path.relpath(f'reference/{id}.md', here)})"
        if re.fullmatch(r"tutorials/\d[\w.]*\.py", path):
            return f"{label}({os.path.relpath(path.removesuffix('.py') + '.ipynb', here)}{anchor})"
        if path.endswith((".py", ".pyx")):
            return _html_link(label.strip("[]"), os.path.relpath(source_url(path), here))
        if any(path in pages for pages in GUIDES.values()) or path == "tutorials/README.md":
            return f"{label}({os.path.relpath(place_of(path), here)}{anchor})"
        if path == APPLICATIONS:
            return f"{label}({os.path.relpath('applications/index.md', here)}{anchor})"
        if path.startswith("tutorials/pictures/"):
            return f"{label}({os.path.relpath(path, here)})"
        return label.removeprefix("!").strip("[]")  # no page of the site

    return re.sub(r"(!?\[[^\]]*\])\((?!https?:|#)([^)#\s]+)(#[^)\s]*)?\)", turn, text)


def _html_link(label: str, url: str) -> str:
    """A link to a page that Sphinx does not know, because it is no document: in HTML, so that it is left as it is."""
    text = re.sub("`([^`]*)`", r"<code>\1</code>", label).replace("_", "&#95;")  # __init__ is not bold
    return f'<a href="{url}">{text}</a>'


def write(folder: Path) -> None:
    """Write all guides and their pictures below a folder of sources."""
    for file in (file for files in GUIDES.values() for file in files):
        place = folder / place_of(file)
        place.parent.mkdir(parents=True, exist_ok=True)
        place.write_text(turned((ROOT / file).read_text(encoding="utf-8"), file), encoding="utf-8")
    shutil.copytree(ROOT / "tutorials" / "pictures", folder / "tutorials" / "pictures")
