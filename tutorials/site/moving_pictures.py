"""Pictures that move. A page marks one by its still, a paragraph of its own: `![Text](pictures/moving-elbo.png)`.

A notebook shows the still. The site adds the scripts `moving/figure.js` and `moving/elbo.js`, which replace the still
when its button is pressed, and calls the functions of `moving/elbo.py` in the page's Python.
`tutorials/pictures/stills.py` draws the stills.
"""

from __future__ import annotations

import os
import re
import shutil
from base64 import b64encode
from html import escape
from pathlib import Path
from typing import Any

from assets import HERE
from library import raw_html

STILLS = HERE.parent / "pictures"
MARK = re.compile(r"^!\[([^\]]+)\]\(pictures/moving-(\w+)\.png\)$", re.M)


def placed(text: str, to_root: str) -> str:
    """A cell of text whose marked stills are figures that can move, if the site has Python for the browser."""
    if not os.environ.get("SITE_RUN"):
        return text
    return MARK.sub(lambda found: raw_html(_figure(found[2], found[1], to_root)), text)


def _figure(name: str, alt: str, to_root: str) -> str:
    folder = f"{to_root}_static/moving"
    scripts = "".join(f'<script defer src="{folder}/{file}.js"></script>' for file in ("figure", name))
    still = f'<img src="{folder}/moving-{name}.png" alt="{escape(alt)}">'
    return f'<figure class="moving" data-moving="{name}">{still}</figure>{scripts}'


def attach(notebook: Any) -> None:
    """Put the marked stills into a notebook that is read without the folder of pictures."""
    for cell in notebook.cells:
        for _, name in MARK.findall(cell.source) if cell.cell_type == "markdown" else ():
            file = f"moving-{name}.png"
            content = b64encode((STILLS / file).read_bytes()).decode()
            cell.source = cell.source.replace(f"(pictures/{file})", f"(attachment:{file})")
            cell.attachments = {file: {"image/png": content}}


def write(folder: Path) -> None:
    """Write the scripts, their styles and the stills to a folder."""
    folder.mkdir()
    for file in [*(HERE / "moving").glob("*.js"), *STILLS.glob("moving-*.png")]:
        shutil.copy(file, folder)
