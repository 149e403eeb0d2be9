"""What the site adds to Sphinx: source pages, both spellings in the search, and bodies that a keyboard can scroll."""

from __future__ import annotations

import re
from pathlib import Path

import sources
import spelling
from library import Uses
from sphinx.application import Sphinx
from sphinx.search.en import SearchEnglish


class BothSpellings(SearchEnglish):
    """English in which `reparameterisation` and `reparameterization` are one word."""

    def stem(self, word: str) -> str:
        """The stem of a word in its American spelling."""
        return super().stem(spelling.american(word))


def _source_pages(app: Sphinx):
    yield from sources.pages(Uses.load(Path(app.config.html_static_path[0]) / "uses.json"))


def _improve_body(app: Sphinx, pagename: str, templatename: str, context: dict, doctree) -> None:
    """Pictures load when they come into view, and a box with long lines can be reached by keyboard."""
    body = context.get("body")
    if body:
        body = re.sub(r"<img (?!loading)", '<img loading="lazy" ', body)
        context["body"] = re.sub(r"<pre>", '<pre tabindex="0">', body)


def setup(app: Sphinx) -> dict:
    """Connect the extension."""
    app.connect("html-collect-pages", _source_pages)
    app.connect("html-page-context", _improve_body)
    return {"parallel_read_safe": True, "parallel_write_safe": True}
