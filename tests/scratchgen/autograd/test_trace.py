"""A computation as lines of text: expressions in the given names, values, and gradients."""

import numpy as np
import pytest

from scratchgen import Tensor
from scratchgen.autograd.inspect import trace


def leaf(values):
    return Tensor(np.array(values, dtype=np.float64), requires_grad=True)


def test_each_line_names_what_it_was_made_from_and_has_its_value_and_its_gradient():
    a, b = leaf([1.0, 2.0]), leaf([3.0, -1.0])
    y = np.sum(-(a * b) / 2, axis=0)
    rows = [row[:4] for row in trace(y, names={"a": a, "b": b}).rows]
    assert rows == [
        ("a", "= given", "[1, 2]", "[-1.5, 0.5]"),
        ("b", "= given", "[3, -1]", "[-0.5, -1]"),
        ("t1", "= a * b", "[3, -2]", "[-0.5, -0.5]"),
        ("t2", "= -t1", "[-3, 2]", "[0.5, 0.5]"),
        ("t3", "= t2 / 2", "[-1.5, 1]", "[1, 1]"),
        ("t4", "= sum(t3, axis=0)", "-0.5", "1"),
    ]


def test_indices_read_as_they_are_typed_and_large_arrays_are_their_shapes():
    x = leaf(np.ones((3, 4)))
    expressions = {row[1]: row[2] for row in trace(x[1:, ..., 0] * np.ones(2), names={"x": x}).rows}
    assert expressions["= given"] == "array of (3, 4)"
    assert "= x[1:, ..., 0]" in expressions and "= t1 * [1, 1]" in expressions
    assert [trace(x[index], names={"x": x}).rows[-1][1] for index in (None, (..., None))] == [
        "= x[None]",
        "= x[..., None]",
    ]


def test_the_gradient_is_that_of_the_cotangent_if_one_is_given_and_nothing_is_changed():
    x = leaf([1.0, 2.0])
    y = x * x
    assert trace(y, [1.0, 10.0], {"x": x}).rows[0][3] == "[2, 40]"
    assert x.grad is None
    y.sum().backward()
    np.testing.assert_array_equal(x.grad, [2, 4])


def test_the_table_prints_with_its_headings_and_the_line_of_the_source():
    x = leaf(1.0)
    shown = str(trace(np.exp(x), names={"x": x}))  # this line
    assert shown.splitlines()[0].split() == ["expression", "values", "gradient", "source"]
    assert shown.splitlines()[2].endswith("# this line")


def test_a_value_without_a_graph_cannot_be_traced():
    with pytest.raises(RuntimeError, match="nothing to trace"):
        trace(np.ones(2))
