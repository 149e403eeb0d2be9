"""The first NaN, the line that made a node, and the graph as a table."""

import threading

import numpy as np
import pytest

from scratchgen import Tensor, detect_anomaly, grad
from scratchgen.autograd import inspect
from scratchgen.autograd.inspect import AnomalyError


def leaf(values, dtype=np.float64):
    return Tensor(np.array(values, dtype=dtype), requires_grad=True)


def test_the_source_of_a_result_is_the_line_that_called():
    x = leaf([1.0, 2.0])
    y = np.tanh(x) + 1  # this line
    assert inspect.source(y).startswith("test_inspect.py:") and inspect.source(y).endswith("# this line")
    assert inspect.source(x) == ""


def test_the_source_within_a_function_of_several_lines_is_the_line_of_the_operation():
    def f(x):
        first = x * 2  # one
        second = (
            np.exp(first)  # two
        )
        return second

    assert inspect.source(f(leaf(1.0))).endswith("# two")


def test_the_first_operation_that_makes_a_nan_is_named_with_its_line():
    x = leaf([1.0, -1.0])
    with detect_anomaly(), pytest.raises(AnomalyError, match=r"log of shapes \(2,\) made a NaN.*# the log"):
        y = np.log(x)  # the log
        y.sum()


def test_the_first_operation_that_makes_an_infinity_is_named():
    with detect_anomaly(), pytest.raises(AnomalyError, match=r"divide .* made an infinity"):
        leaf([1.0]) / np.array([0.0])


def test_a_derivative_that_makes_an_infinity_is_named_with_the_line_of_its_function():
    x = leaf([0.0, 1.0])
    with detect_anomaly():
        y = np.sqrt(x)  # the root
        with pytest.raises(AnomalyError, match=r"derivative of sqrt .* made an infinity; .*# the root"):
            y.sum().backward()
    assert x.grad is None


def test_a_second_derivative_is_watched_too():
    with detect_anomaly(), pytest.raises(AnomalyError):
        grad(grad(lambda x: x**1.5))(0.0)


def test_an_infinity_that_was_given_may_pass():
    x = leaf([1.0, 2.0])
    with detect_anomaly():
        y = np.where(np.array([True, False]), x, -np.inf)
        np.sum(np.exp(y)).backward()
    np.testing.assert_allclose(x.grad, [np.e, 0])


def test_outside_the_block_nothing_is_watched():
    with detect_anomaly():
        pass
    with np.errstate(invalid="ignore"):
        assert np.isnan(np.log(leaf([-1.0])).data).all()


@pytest.mark.parametrize("order", [(0, 1, 2), (2, 0, 1), (1, 2, 0), (2, 1, 0)])
def test_after_interleaved_blocks_the_warnings_of_numpy_are_as_before(order):
    def watched():
        with detect_anomaly():
            yield

    with np.errstate(all="warn", over="raise"):
        before, blocks = np.geterr(), [watched() for _ in range(3)]
        for block in blocks:
            next(block)
        for i in order:
            assert set(np.geterr().values()) == {"ignore"}
            blocks[i].close()
        assert np.geterr() == before


def test_a_block_that_another_thread_ends_watches_no_longer():
    def watched():
        with detect_anomaly():
            yield

    with np.errstate(all="ignore"):
        block = watched()
        next(block)
        thread = threading.Thread(target=block.close)
        thread.start()
        thread.join()
        assert np.isnan(np.log(leaf([-1.0])).data).all()


def test_a_table_has_a_row_for_every_node_with_its_values_and_gradients():
    x = leaf([1.0, 3.0])
    y = (x * x).sum()
    lines = str(inspect.table(y)).splitlines()
    assert [line.split()[0] for line in lines] == ["operation", "leaf", "multiply", "sum"]
    assert "1 … 3" in lines[1] and "2 … 6" in lines[1] and "float64" in lines[1]
    assert "1 … 9" in lines[2] and "test_inspect.py" in lines[2]
    assert x.grad is None and x.hooks == ()
    y.backward()


def test_a_table_of_a_result_that_is_not_a_number_needs_a_cotangent_for_its_gradients():
    x = leaf([1.0, 3.0])
    assert inspect.table(x * 2).rows[0][4] == ""
    assert inspect.table(x * 2, np.array([1.0, 5.0])).rows[0][4] == "2 … 10"


def test_a_table_marks_where_single_precision_was_lost():
    x = leaf([1.0, 2.0], np.float32)
    rows = inspect.table((x * np.float64(2)).sum()).rows
    assert [row[2] for row in rows] == ["float32", "float32 → float64", "float64"]
    assert [row[2] for row in inspect.table((x * 2.0).sum()).rows] == ["float32"] * 3


def test_a_table_in_a_notebook_is_html():
    html = inspect.table(leaf(2.0) * 3)._repr_html_()
    assert html.startswith("<table>") and html.count("<tr>") == 3 and "multiply" in html
