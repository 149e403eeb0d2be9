"""The autograd of page 1.2 is whole in itself, and has the number of lines in the page's title."""

from pathlib import Path

import numpy as np
import pytest

import scratchgen as sg

from .formulas import cells

PAGE = Path(__file__).parents[2] / "tutorials" / "1.2_autograd_in_60_lines.py"
PARTS = ("def sum_to_shape", "class Array")

pytestmark = pytest.mark.fast


def autograd(parts=PARTS):
    """The cells that define these names."""
    code = [text for kind, text in cells(PAGE.read_text(encoding="utf-8")) if kind == "code"]
    return "\n".join(
        text for text in code if any(text.strip().startswith(p) or f"\n{p}" in text for p in parts)
    )


def lines(source):
    return [line for line in source.splitlines() if line.strip()]


def gradients(kind, arrays):
    """Of tanh(x w + v), squared, by each array: w is (2, 3), v (3,)."""
    x, w, v = map(kind, arrays)
    y = np.tanh(x @ w + v)
    (y * y - y).mean().backward()
    return [np.asarray(a.grad) for a in (x, w, v)]


def test_the_autograd_has_at_most_60_lines_and_needs_numpy_alone():
    names = {"np": np}
    exec(autograd(), names)
    assert 40 < len(lines(autograd())) <= 60
    rng = np.random.default_rng(2)
    arrays = [rng.normal(size=shape) for shape in ((5, 2), (2, 3), (3,))]
    theirs = gradients(lambda a: sg.Tensor(a, requires_grad=True), arrays)
    for ours, other in zip(gradients(names["Array"], arrays), theirs, strict=True):
        np.testing.assert_allclose(ours, other, rtol=0, atol=1e-15)


def test_the_claim_above_rejects_an_autograd_of_which_a_part_is_elsewhere():
    names = {"np": np}
    exec(autograd(PARTS[1:]), names)
    with pytest.raises(NameError, match="sum_to_shape"):
        gradients(names["Array"], [np.ones((5, 2)), np.ones((2, 3)), np.ones(3)])
