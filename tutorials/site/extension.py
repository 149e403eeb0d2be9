"""The site's extension of Sphinx: source pages, both spellings in the search, and bodies that a keyboard can scroll."""

from __future__ import annotations

import re
from pathlib import Path

import sources
import spelling
from library import Uses
from sphinx.application import Sphinx
from sphinx.search.en import SearchEnglish

IMPROVEMENTS = (
    (r"<img (?!loading)", '<img loading="lazy" '),
    (r"<pre>", '<pre tabindex="0">'),
    (r'<div class="table-wrapper', '<div tabindex="0" class="table-wrapper'),
    (r'<p class="caption" role="heading">', '<p class="caption" role="heading" aria-level="2">'),
    (r'<span class="(?:n|p|w)">([^<]*)</span>', r"\1"),  # in code, names and brackets have no colour
)


class BothSpellings(SearchEnglish):
    """English in which `reparameterisation` and `reparameterization` are one word."""

    def stem(self, word: str) -> str:
        """The stem of a word in its American spelling."""
        return super().stem(spelling.american(word))


def _source_pages(app: Sphinx):
    yield from sources.pages(Uses.load(Path(app.config.html_static_path[0]) / "uses.json"))


def _improve_page(app: Sphinx, pagename: str, templatename: str, context: dict, doctree) -> None:
    """Pictures load when they are in view, boxes with long lines can be reached by keyboard, headings have levels."""
    for key in ("body", "furo_navigation_tree"):
        if context.get(key):
            for before, after in IMPROVEMENTS:
                context[key] = re.sub(before, after, context[key])


def setup(app: Sphinx) -> dict:
    """Connect the extension."""
    app.connect("html-collect-pages", _source_pages)
    app.connect("html-page-context", _improve_page, priority=900)  # after the theme
    return {"parallel_read_safe": True, "parallel_write_safe": True}
