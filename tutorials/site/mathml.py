"""Formulas without node: MathML, which browsers draw themselves."""

from __future__ import annotations

import re

from docutils import nodes
from latex2mathml.converter import convert
from sphinx.application import Sphinx


def _markup(latex: str, display: str) -> str:
    number = re.search(r"\\tag\{(.*?)\}", latex)
    html = convert(re.sub(r"\\tag\{.*?\}", "", latex), display=display)
    return html + (f' <span class="formula-number">({number[1]})</span>' if number else "")


def _inline(self, node: nodes.math) -> None:
    self.body.append(_markup(node.astext(), "inline"))
    raise nodes.SkipNode


def _displayed(self, node: nodes.math_block) -> None:
    self.body.append(f'<div class="math">{_markup(node.astext(), "block")}</div>')
    raise nodes.SkipNode


def setup(app: Sphinx) -> dict:
    """Make this the way in which formulas become HTML."""
    app.add_html_math_renderer("mathml", (_inline, None), (_displayed, None))
    app.config.html_math_renderer = "mathml"
    return {"parallel_read_safe": True, "parallel_write_safe": True}
