"""The graph as a picture: the text of its boxes, and both ways of drawing it into a file."""

import importlib.util
import re
import shutil
import subprocess
import sys
from html import unescape
from xml.etree import ElementTree

import numpy as np
import pytest
from matplotlib.patches import FancyBboxPatch

from scratchgen import Tensor, grad
from scratchgen.autograd import inspect
from scratchgen.autograd.inspect import pictures
from scratchgen.autograd.inspect.drawing import MAX_NODES
from scratchgen.autograd.inspect.pictures import Box, Drawing
from scratchgen.nn import Linear
from scratchgen.random import Generator

GRAPHVIZ = shutil.which("dot") is not None and importlib.util.find_spec("graphviz") is not None


@pytest.fixture(params=["matplotlib", "graphviz"])
def way(request, monkeypatch):
    """Each way of drawing in turn."""
    if request.param == "graphviz" and not GRAPHVIZ:
        pytest.skip("graphviz, the package and the program `dot`, is not installed")
    monkeypatch.setattr(pictures, "graphviz_available", lambda: request.param == "graphviz")
    return request.param


def leaf(values, dtype=np.float64):
    return Tensor(np.array(values, dtype=dtype), requires_grad=True)


def neuron():
    """The neuron of micrograd's lecture: tanh of a weighted sum, with the derivatives printed there."""
    leaves = {"x1": 2.0, "x2": 0.0, "w1": -3.0, "w2": 1.0, "b": 6.8813735870195432}
    t = {name: leaf(value) for name, value in leaves.items()}
    return np.tanh(t["x1"] * t["w1"] + t["x2"] * t["w2"] + t["b"]), t


def boxes(picture):
    return {box.lines[0]: box for box in picture.boxes}


# --- the text of the boxes --------------------------------------------------------------------------------


def test_a_scalar_expression_shows_the_numbers_themselves():
    y, leaves = neuron()
    found = boxes(inspect.draw(y, names=leaves))
    expected = {"x1": -1.5, "w1": 1, "x2": 0.5, "w2": 0, "b": 0.5}  # from that lecture
    for name, gradient in expected.items():
        value = f"{leaves[name].item():.5g}"
        assert found[name].lines == (name, f"value {value}", f"gradient {gradient}")
    assert found["tanh"] == Box(("tanh", "value 0.70711", "gradient 1"), "result")


def test_the_gradients_are_those_that_backward_leaves(rng):
    W = leaf(rng.standard_normal((3, 4)))
    y = (np.tanh(rng.standard_normal((5, 3)) @ W) ** 2).mean()
    lines = boxes(inspect.draw(y, names={"W": W}))["W (3, 4)"].lines
    assert W.grad is None and W.hooks == ()
    y.backward()
    assert lines[2] == f"gradients {W.grad.min():.3g} … {W.grad.max():.3g}"


def test_the_claim_above_rejects_the_gradient_of_another_function():
    x = leaf([1.0, 2.0])
    lines = boxes(inspect.draw((x**2).sum()))["leaf (2,)"].lines
    assert lines[2] == "gradients 2 … 4"
    wrong = grad(lambda x: (x**3).sum())(x).numpy()
    assert lines[2] != f"gradients {wrong.min():.3g} … {wrong.max():.3g}"


def test_a_result_that_is_not_a_number_needs_a_cotangent_for_its_gradients():
    x = leaf([1.0, 3.0])
    assert boxes(inspect.draw(x * x))["leaf (2,)"].lines == ("leaf (2,)", "values 1 … 3")
    with_cotangent = inspect.draw(x * x, np.array([1.0, 10.0]))
    assert boxes(with_cotangent)["leaf (2,)"].lines[2] == "gradients 2 … 60"


def test_leaves_constants_operations_and_the_result_are_told_apart():
    x, data = leaf([1.0, 2.0]), np.array([3.0, 4.0])
    picture = inspect.draw(np.sum((x * data + data) ** 2), names={"data": data})
    assert [(box.lines[0], box.kind) for box in picture.boxes] == [
        ("leaf (2,)", "leaf"),
        ("data (2,)", "constant"),
        ("multiply (2,)", "operation"),
        ("add (2,)", "operation"),
        ("2", "constant"),
        ("power (2,)", "operation"),
        ("sum", "result"),
    ]
    assert len({pictures.FILL[box.kind] for box in picture.boxes}) == 4


def test_an_array_has_one_box_and_a_number_one_for_each_use():
    x, mask = leaf([1.0, 2.0]), np.array([True, False])
    picture = inspect.draw(np.where(mask, x * 2, x) + np.where(mask, 2, x * 2))
    assert sum(box.lines == ("2",) for box in picture.boxes) == 3
    assert sum(box.lines == ("constant (2,)", "values 0 … 1") for box in picture.boxes) == 1


def test_a_value_that_is_used_three_times_has_three_arrows_and_the_sum_of_their_gradients():
    x = leaf(2.0)
    picture = inspect.draw(x * x + np.sin(x))
    heading = [box.lines[0] for box in picture.boxes]
    assert [(heading[a], heading[b]) for a, b in picture.arrows] == [
        ("leaf", "multiply"),
        ("leaf", "multiply"),
        ("leaf", "sin"),
        ("multiply", "add"),
        ("sin", "add"),
    ]
    assert picture.boxes[0].lines[2] == f"gradient {4 + np.cos(2):.5g}"


def test_arrows_lead_from_inputs_to_results():
    y, _ = neuron()
    picture = inspect.draw(y)
    assert all(a < b for a, b in picture.arrows)
    assert {b for _, b in picture.arrows} == {i for i, box in enumerate(picture.boxes) if box.kind != "leaf"}


def test_parameters_are_called_by_their_names_in_the_module():
    layer = Linear(3, 2, Generator(0))
    h = layer(np.ones((4, 3), np.float32))
    found = boxes(inspect.draw((h * h).sum(), names={**dict(layer.named_parameters()), "h": h}))
    assert {"W (3, 2)", "b (2,)", "h = linear (4, 2)"} <= set(found)


def test_nan_and_empty_arrays_are_shown_as_such():
    assert boxes(inspect.draw(leaf([np.nan, 1.0]) * 1.0))["leaf (2,)"].lines[1] == "values nan"
    assert boxes(inspect.draw(leaf(np.zeros((0, 3))).sum()))["leaf (0, 3)"].lines == ("leaf (0, 3)",)


# --- refusals ---------------------------------------------------------------------------------------------


def test_a_value_without_a_graph_is_refused():
    for value in (np.ones(2), Tensor(1.0), 3.0):
        with pytest.raises(RuntimeError, match="nothing to draw"):
            inspect.draw(value)


def test_a_graph_that_backward_has_freed_is_refused():
    x = leaf([1.0, 2.0])
    h = x * 2
    y = h.sum()
    y.backward()
    for freed in (y, h):
        with pytest.raises(RuntimeError, match=r"freed by an earlier backward"):
            inspect.draw(freed)


def test_a_graph_that_is_too_large_to_read_points_to_the_table(tmp_path):
    y = leaf(1.0)
    for _ in range(MAX_NODES):
        y = y * 1.0
    with pytest.raises(ValueError, match=r"201 nodes cannot be read.*inspect\.table"):
        inspect.draw(y, path=tmp_path / "a.png")
    assert list(tmp_path.iterdir()) == []


def test_another_kind_of_file_is_refused_before_anything_is_computed(tmp_path):
    def hook(g):
        raise AssertionError("a sweep was made")

    y = leaf(1.0) * 2.0
    y.register_hook(hook)
    for name in ("graph.pdf", "graph", "png"):
        with pytest.raises(ValueError, match=r"as \.png or \.svg"):
            inspect.draw(y, path=tmp_path / name)


# --- the picture ------------------------------------------------------------------------------------------


def awkward():
    """A drawing with text that could break a picture format: markup, formulas, slashes, letters."""
    texts = ["<lambda>", "a & b", "$x$ {y} \\N", 'say "σ"', "l'été"]
    return Drawing([Box((text, "value 1"), "operation") for text in texts], [(0, 1), (0, 4), (1, 2), (0, 1)])


def test_a_png_is_written_and_a_svg_holds_every_heading(way, tmp_path):
    picture = awkward()
    assert picture.save(tmp_path / "a.PNG").read_bytes().startswith(b"\x89PNG")
    text = picture.save(tmp_path / "a.svg").read_text(encoding="utf-8")
    words = (
        ElementTree.fromstring(text).itertext() if way == "graphviz" else re.findall("<!-- (.*) -->", text)
    )
    words = {unescape(word).replace("\N{NO-BREAK SPACE}", " ") for word in words}
    assert {box.lines[0] for box in picture.boxes} <= words
    assert len(list(tmp_path.iterdir())) == 2


def test_a_notebook_gets_an_svg_element(way):
    y, _ = neuron()
    element = ElementTree.fromstring(inspect.draw(y)._repr_svg_())
    assert element.tag.endswith("svg")


def test_draw_writes_the_file_it_is_given_and_returns_the_drawing(way, tmp_path):
    y, _ = neuron()
    picture = inspect.draw(y, path=tmp_path / "y.png")
    assert [path.name for path in tmp_path.iterdir()] == ["y.png"]
    assert "10 boxes and 9 arrows" in repr(picture)


def test_a_picture_that_fails_leaves_the_old_file(monkeypatch, tmp_path):
    (tmp_path / "y.png").write_text("before")
    monkeypatch.setattr(Drawing, "render", lambda self, form: 1 / 0)
    with pytest.raises(ZeroDivisionError):
        awkward().save(tmp_path / "y.png")
    assert (tmp_path / "y.png").read_text() == "before" and len(list(tmp_path.iterdir())) == 1


def test_without_the_program_dot_matplotlib_draws(monkeypatch):
    monkeypatch.setattr(shutil, "which", lambda name: None)
    monkeypatch.setattr(pictures, "by_graphviz", lambda *_: pytest.fail("graphviz was asked"))
    assert awkward().render("png").startswith(b"\x89PNG")


def test_without_the_package_graphviz_matplotlib_draws(monkeypatch):
    monkeypatch.setattr(importlib.util, "find_spec", lambda name: None)
    monkeypatch.setattr(pictures, "by_graphviz", lambda *_: pytest.fail("graphviz was asked"))
    assert awkward().render("png").startswith(b"\x89PNG")


def test_graphviz_is_given_every_box_and_every_arrow():
    pytest.importorskip("graphviz")
    source = pictures.dot_source(awkward()).source
    assert source.count("label=") == 5 and source.count("->") == 4 and source.count("0 -> 1") == 2
    assert "&lt;lambda&gt;" in source


def contained(figure):
    """Whether every text is within a box, and every box and arrow within the picture."""
    figure.canvas.draw()
    (axes,) = figure.axes
    patches = [patch.get_window_extent() for patch in axes.patches]
    boxes = [patch.get_window_extent() for patch in axes.patches if isinstance(patch, FancyBboxPatch)]

    def within(inner, outer):
        return outer.x0 <= inner.x0 and inner.x1 <= outer.x1 and outer.y0 <= inner.y0 and inner.y1 <= outer.y1

    texts = [text.get_window_extent() for text in axes.texts]
    return all(any(within(text, box) for box in boxes) for text in texts) and all(
        within(patch, figure.bbox) for patch in patches
    )


def test_matplotlib_keeps_every_text_within_its_box_and_every_box_within_the_picture():
    y, leaves = neuron()
    for picture in (awkward(), inspect.draw(y, names=leaves), Drawing([Box(("alone",), "leaf")], [])):
        assert contained(pictures.figure_of(picture))


def test_the_claim_above_rejects_text_that_is_wider_than_its_box(monkeypatch):
    monkeypatch.setattr(pictures, "size_of", lambda box, renderer: (0.3, 0.5))
    assert not contained(pictures.figure_of(awkward()))


def test_nothing_is_imported_for_drawing_before_something_is_drawn():
    code = "import sys, scratchgen.autograd; print({'matplotlib', 'graphviz'} & set(sys.modules))"
    shown = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert shown.stdout.strip() == "set()"
