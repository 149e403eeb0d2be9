"""A page that is open as a notebook shows all its pictures: a function that draws returns what a cell can show."""

import ast
from base64 import b64decode
from pathlib import Path

import numpy as np
import pytest

from scratchgen import plots
from scratchgen.nn import Linear
from scratchgen.plots.figure import Picture
from scratchgen.random import Generator

from .draw import DRAW
from .formulas import cells

PAGES = sorted((Path(__file__).parents[2] / "tutorials").glob("[0-9]*.py"))


# --- what a function returns --------------------------------------------------------------------------------


@pytest.mark.parametrize("name", ["curves", "data_set", "animation"])
def test_a_function_returns_the_path_of_its_picture_which_a_notebook_shows(name, tmp_path):
    path = tmp_path / ("a.gif" if name == "animation" else "a.png")
    picture = DRAW[name](path)
    assert isinstance(picture, Picture) and picture == path and f"{picture}" == str(path)
    ((kind, data),) = picture._repr_mimebundle_(include=None, exclude=None).items()
    if name == "animation":
        assert kind == "text/html" and data.startswith('<img src="data:image/gif;base64,')
        data = data.partition(",")[2].removesuffix('">')
    else:
        assert kind == "image/png"
    assert b64decode(data) == path.read_bytes()


@pytest.mark.parametrize("suffix", ["png", "svg"])
def test_a_plot_in_memory_is_shown_and_saves_a_picture_that_is_shown_and_saves_itself(suffix, tmp_path):
    plot = plots.diagram({"a layer": (Linear(2, 3, Generator(0)), np.zeros((1, 2), np.float32))})
    assert plot._repr_png_().startswith(b"\x89PNG") and "notebook shows it" in repr(plot)
    picture = plot.save(tmp_path / f"a.{suffix}")
    copy = picture.save(tmp_path / f"b.{suffix}")
    assert picture == tmp_path / f"a.{suffix}" and copy.read_bytes() == picture.read_bytes()
    ((kind, data),) = picture._repr_mimebundle_().items()
    if suffix == "png":
        assert kind == "image/png" and b64decode(data) == picture._repr_png_() == picture.read_bytes()
    else:
        assert kind == "image/svg+xml" and data.startswith("<svg") and picture._repr_png_() is None


def test_a_path_that_is_no_picture_shows_nothing(tmp_path):
    (tmp_path / "a.png").write_text("no picture")
    for path in (tmp_path, tmp_path / "a.png", tmp_path / "none.png"):
        assert Picture(path)._repr_mimebundle_() == {}
    assert Picture(tmp_path / "a.png").parent == tmp_path


# --- what the pages do with it ------------------------------------------------------------------------------


def not_shown(page):
    """The calls of a page that draw a picture and do not end their cell: a notebook drops what they return."""
    for kind, text in cells(page):
        if kind == "code":
            *_, last = ast.parse(text).body or [None]
            shown = ast.dump(drawn_by(last.value)) if isinstance(last, ast.Expr) else ""
            for node in ast.walk(ast.parse(text)):
                if draws(node) and ast.dump(node) != shown:
                    yield ast.unparse(node)


def drawn_by(node):
    """The call that draws: of plots.name(...).save(path), which returns a picture too, plots.name(...)."""
    is_save = isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute) and node.func.attr == "save"
    return node.func.value if is_save and draws(node.func.value) else node


def draws(node):
    """Whether a node is a call plots.name(...). Figures of pyplot are shown by the notebook itself."""
    return (
        isinstance(node, ast.Call)
        and isinstance(node.func, ast.Attribute)
        and ast.unparse(node.func.value) == "plots"
    )


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.stem)
def test_each_picture_of_a_page_is_the_last_line_of_its_cell(page):
    text = page.read_text(encoding="utf-8")
    assert not [*not_shown(text)]
    assert "savefig" not in text or "plt.subplots" in text  # a figure that pyplot does not know is not shown


def test_there_are_pictures_to_show():
    drawn = [node for page in PAGES for node in ast.walk(ast.parse(page.read_text("utf-8"))) if draws(node)]
    assert len(drawn) == 19


@pytest.mark.parametrize(
    "cell",
    [
        "plots.curves(a, b, c)\nprint('pictures')",
        "for name in names:\n    plots.curves(name, b, c)",
        "path = plots.dirac(b)",
        "plots.dirac(b)\nplots.dirac(c)",
        "plots.diagram(a).save(b)\nplots.dirac(c)",
        "print(plots.diagram(a).save(b))",
    ],
)
def test_the_claim_above_rejects_a_picture_whose_cell_drops_it(cell):
    assert len([*not_shown(f"# %%\n{cell}\n\n# %%\nplots.dirac(d)\n")]) == 1
