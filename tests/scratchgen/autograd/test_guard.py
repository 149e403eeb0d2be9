"""Recorded arrays cannot be overwritten while their graph exists, and can be afterwards."""

import gc

import numpy as np
import pytest

from scratchgen.autograd import Tensor, defvjp, no_grad, primitive
from scratchgen.optim import SGD


def leaf(values):
    return Tensor(np.array(values, dtype=np.float64), requires_grad=True)


WRITERS = {
    "assignment": lambda a: a.__setitem__(..., 7.0),
    "in-place arithmetic": lambda a: a.__imul__(2.0),
    "out=": lambda a: np.exp(a, out=a),
    "fill": lambda a: a.fill(0.0),
}


@pytest.mark.parametrize("write", WRITERS.values(), ids=WRITERS)
@pytest.mark.parametrize("which", ["constant", "leaf", "result"])
def test_writing_into_a_recorded_array_raises_where_it_is_written(which, write):
    x, c = leaf([1.0, 2.0]), np.array([3.0, 4.0])
    y = x * c
    z = y * y
    with pytest.raises(ValueError, match="read-only"):
        write({"constant": c, "leaf": x.data, "result": y.data}[which])
    z.sum().backward()
    np.testing.assert_array_equal(x.grad, 2 * np.array([1.0, 2.0]) * np.array([3.0, 4.0]) ** 2)


def test_arrays_can_be_written_again_when_backward_has_freed_the_graph():
    x, c = leaf([1.0, 2.0]), np.array([3.0, 4.0])
    loss = (x * c * c).sum()
    loss.backward()
    c[:] = 0
    x.data -= x.grad
    assert loss.item() == 9 + 32


def test_arrays_can_be_written_again_when_nothing_refers_to_the_graph():
    x, c = leaf([1.0, 2.0]), np.array([3.0, 4.0])
    y = x * c
    gc.disable()  # reference counts alone must delete the graph
    try:
        del y
        assert c.flags.writeable and x.data.flags.writeable
    finally:
        gc.enable()


def test_an_array_is_guarded_until_the_last_graph_that_needs_it_is_gone():
    x, c = leaf([1.0, 2.0]), np.array([3.0, 4.0])
    first, second = (x * c).sum(), (x + c).sum()
    first.backward()
    with pytest.raises(ValueError, match="read-only"):
        c[0] = 1
    second.backward()
    c[0] = 1


def test_a_retained_graph_keeps_its_arrays():
    x, c = leaf([1.0, 2.0]), np.array([3.0, 4.0])
    y = (x * c).sum()
    y.backward(retain_graph=True)
    with pytest.raises(ValueError, match="read-only"):
        c[0] = 1


def test_a_recorded_view_guards_the_memory_of_its_base():
    x, data = leaf([1.0, 2.0]), np.ones((3, 2))  # owns its memory; NumPy has no list of views
    first, second = (x * data[0]).sum(), (x * data[1:][0]).sum()
    for loss in (first, second):
        with pytest.raises(ValueError, match="read-only"):
            data[2] = 1
        loss.backward()
    data[2] = 1


def test_an_index_made_of_arrays_is_guarded():
    x, rows = leaf([1.0, 2.0]), np.array([0, 1])
    for index in (rows, (rows,)):
        y = x[index].sum()
        with pytest.raises(ValueError, match="read-only"):
            rows[0] = 1
        y.backward()
    rows[0] = 1


def test_a_read_only_array_stays_read_only():
    x, c = leaf([1.0, 2.0]), np.array([3.0, 4.0])
    c.setflags(write=False)
    (x * c).sum().backward()
    assert not c.flags.writeable


def test_a_function_that_returns_its_argument_does_not_leave_it_read_only():
    same = primitive(lambda x: x)
    defvjp(same, lambda g, y, x: g)
    x = leaf([1.0, 2.0])
    same(x).sum().backward()
    assert x.data.flags.writeable


def test_nothing_is_guarded_when_nothing_is_recorded():
    x, c = leaf([1.0, 2.0]), np.array([3.0, 4.0])
    with no_grad():
        kept = x * c
    c[:] = 0
    x.data[:] = 0
    np.testing.assert_array_equal(kept.numpy(), [3, 8])


def test_an_optimiser_that_would_overwrite_recorded_arrays_says_what_to_do():
    x = leaf([1.0, 2.0])
    optimizer = SGD([x], 0.1)
    first, waiting = (x * x).sum(), (x * x).sum()
    first.backward()
    with pytest.raises(RuntimeError, match=r"backward\(\) on it before step"):
        optimizer.step()
    np.testing.assert_array_equal(x.data, [1, 2])
    waiting.backward()
    optimizer.step()
