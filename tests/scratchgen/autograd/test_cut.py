"""A derivative that is 0 because the graph was cut names the line that cut it; a true zero stays a zero."""

import asyncio
import threading
import warnings

import numpy as np
import pytest

from scratchgen.autograd import (
    CutGraphWarning,
    Tensor,
    grad,
    hessian,
    hvp,
    jacobian,
    jvp,
    no_grad,
    stop_gradient,
    value_and_grad,
    vjp,
)
from scratchgen.autograd.mode import WATCHERS
from scratchgen.nn import Parameter

pytestmark = pytest.mark.fast

X = np.array([2.0])


def by_item(x):
    return x.item() ** 2  # the cut


def by_data(x):
    return np.sum(x.data**2)  # the cut


def by_numpy(x):
    return np.sum((x * 3).numpy() ** 2)  # the cut


def by_a_new_tensor(x):
    return np.sum(Tensor(x * 3) ** 2)  # the cut


def by_an_inner_function(x):
    return by_item(x * 2) + 1.0


def by_data_of_an_intermediate(x):
    y = np.tanh(x)
    return Tensor(y.data).sum()  # the cut


def by_a_leaf_inside(x):
    return np.sum(Parameter(x.data) * 2)  # the cut


CUTS = [
    by_item,
    by_data,
    by_numpy,
    by_a_new_tensor,
    by_an_inner_function,
    by_data_of_an_intermediate,
    by_a_leaf_inside,
]


@pytest.mark.parametrize("f", CUTS)
def test_a_cut_graph_names_the_line_that_cut_it(f):
    with pytest.warns(
        CutGraphWarning, match=r"argument 0, .* at test_cut.py:\d+: return .*# the cut"
    ) as found:
        assert grad(f)(X) == 0
    assert len(found) == 1 and found[0].filename == __file__  # the line that called grad


def test_a_float_of_a_recorded_tensor_is_refused():
    with pytest.raises(TypeError, match="detach"):
        grad(lambda x: float(x) ** 2)(2.0)


TRANSFORMS = {
    "grad": lambda f: grad(f)(X),
    "value_and_grad": lambda f: value_and_grad(f)(X),
    "vjp": lambda f: vjp(f, X),
    "jvp": lambda f: jvp(f, (X,), (X,)),
    "jacobian": lambda f: jacobian(f)(X),
    "hessian": lambda f: hessian(f)(X),
    "hvp": lambda f: hvp(f)(X, X),
}


@pytest.mark.parametrize("transform", TRANSFORMS.values(), ids=TRANSFORMS)
def test_every_transform_warns_of_a_cut(transform):
    with pytest.warns(CutGraphWarning, match="# the cut"):
        transform(by_item)


TRUE_ZEROS = {
    "a constant": lambda x: 3.0,
    "the Hessian of a linear function": lambda x: np.sum(grad(lambda x: np.sum(3 * x))(x)),
    "a number of elements": lambda x: float(x.size),
    "a comparison": lambda x: np.sum(np.where(x > 0, 1.0, 0.0)),
    "detach": lambda x: np.sum(x.detach()) + x.detach().item() + np.sum(x.detach().numpy()),
    "stop_gradient": lambda x: np.sum(stop_gradient(x)),
    "no_grad": lambda x: no_grad()(np.sum)(x * 2).item(),
    "the value of another tensor": lambda x: Tensor(X, requires_grad=True).item() * 2,
    "formatting": lambda x: float(len(f"{x[0]:.2f} {x!r}")),
}


@pytest.mark.parametrize("f", TRUE_ZEROS.values(), ids=TRUE_ZEROS)
def test_a_true_zero_is_a_zero_without_a_warning(f):
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        assert grad(f)(X) == 0
        assert hessian(f)(X) == 0


def test_a_value_that_is_read_where_the_result_depends_on_the_argument_is_no_cut():
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        assert grad(lambda x: np.sum(x) * x.item())(X) == 2  # a factor that is a constant by intention


def test_the_argument_that_is_cut_is_named():
    def f(a, b, parameters):
        return np.sum(a * parameters["W"][0]) * b.item() * parameters["W"][1].numpy()

    arguments = X, X, {"W": [X, Tensor(X)]}
    with pytest.warns(CutGraphWarning) as found:
        grad(f, (0, 1, 2))(*arguments)
    named = [
        str(w.message).partition(", and")[0].removeprefix("the result does not depend on ") for w in found
    ]
    assert named == ["argument 1", "argument 2['W'][1]"]
    with pytest.warns(CutGraphWarning, match="argument 1, and"):
        grad(f, 1)(*arguments)


def test_the_function_is_called_twice_only_where_its_result_does_not_depend_on_an_argument():
    calls = []

    def f(a, b):
        calls.append(type(a))
        return np.sum(a) * 2

    for argnums, count in ((0, 1), ((0, 1), 2), (1, 2)):
        calls.clear()
        grad(f, argnums)(X, X)
        assert len(calls) == count


def test_what_was_watched_is_an_ordinary_tensor_afterwards():
    kept = []

    def f(x):
        kept.extend([x, x * 2])
        return 1.0

    grad(f)(X)
    assert {type(t) for t in kept} == {Tensor} and len(kept) == 4 and not WATCHERS
    assert kept[3].data == 4


def test_a_function_that_cannot_be_called_again_is_said_to_be_so():
    supply = iter([1.0])
    with pytest.warns(
        CutGraphWarning, match=r"a second call of the function, .*, raised StopIteration.*\.item\(\)"
    ):
        assert grad(lambda x: next(supply))(X) == 0
    assert not WATCHERS


def test_a_cut_before_the_error_of_the_second_call_is_named():
    supply = iter([1.0])
    with pytest.warns(CutGraphWarning, match="# the cut"):
        grad(lambda x: by_item(x) * next(supply))(X)


def test_other_threads_are_not_watched_during_the_second_call():
    found, started, read = [], threading.Event(), threading.Event()

    def elsewhere():
        started.wait()
        y = Tensor(X, requires_grad=True) * 2
        found.append((type(y), y.item()))
        read.set()

    thread = threading.Thread(target=elsewhere)
    thread.start()

    def f(x):
        if WATCHERS:  # the second call
            started.set()
            read.wait(5)
        return 1.0

    with warnings.catch_warnings():
        warnings.simplefilter("error")
        grad(f)(X)
    thread.join()
    assert found == [(Tensor, 4.0)]


def test_the_warning_reaches_the_caller_from_a_task():
    async def task():
        with pytest.warns(CutGraphWarning, match="# the cut"):
            grad(by_item)(X)

    asyncio.run(task())
