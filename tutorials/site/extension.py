"""The site's extension of Sphinx: source pages, both spellings in the search, and bodies that a keyboard can scroll."""

from __future__ import annotations

import re
import struct
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
PICTURE = re.compile(r'<img (?=[^>]*src="[^"]*_images/([^"]+\.png)")[^>]*>')
PANELS = (
    1.8  # width by height: from here a picture has panels side by side, which a phone would show too small
)


class BothSpellings(SearchEnglish):
    """English in which `reparameterisation` and `reparameterization` are one word."""

    def stem(self, word: str) -> str:
        """The stem of a word in its American spelling."""
        return super().stem(spelling.american(word))


def _source_pages(app: Sphinx):
    yield from sources.pages(Uses.load(Path(app.config.html_static_path[0]) / "uses.json"))


def _with_size(app: Sphinx, picture: re.Match) -> str:
    """The picture with its size, so that nothing moves when it loads; of several panels in a box that scrolls."""
    source = next(path for path, name in app.builder.images.items() if name == picture[1])
    with open(Path(app.srcdir, source), "rb") as file:
        width, height = struct.unpack(">16x2I", file.read(24))
    sized = picture[0].replace("<img ", f'<img width="{width}" height="{height}" ', 1)
    return f'<div class="panels" tabindex="0">{sized}</div>' if width >= PANELS * height else sized


def _improve_page(app: Sphinx, pagename: str, templatename: str, context: dict, doctree) -> None:
    """Pictures load when they are in view, boxes with long lines can be reached by keyboard, headings have levels."""
    for key in ("body", "furo_navigation_tree"):
        if context.get(key):
            for before, after in IMPROVEMENTS:
                context[key] = re.sub(before, after, context[key])
    if context.get("body"):
        context["body"] = PICTURE.sub(lambda picture: _with_size(app, picture), context["body"])


def setup(app: Sphinx) -> dict:
    """Connect the extension."""
    app.connect("html-collect-pages", _source_pages)
    app.connect("html-page-context", _improve_page, priority=900)  # after the theme
    return {"parallel_read_safe": True, "parallel_write_safe": True}
