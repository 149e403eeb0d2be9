"""No result, gradient or cotangent shares writable memory with another, and no recorded array changes unseen."""

import copy

import numpy as np
import pytest

from scratchgen.autograd import (
    Tensor,
    defvjp,
    detect_anomaly,
    grad,
    jacobian,
    jvp,
    primitive,
    value_and_grad,
    vjp,
)
from scratchgen.autograd.backward import unshared
from scratchgen.autograd.guard import PLACES, SMALL, Guard, Witness, guards_of, own

pytestmark = pytest.mark.fast


def leaf(values):
    return Tensor(np.array(values, dtype=np.float64), requires_grad=True)


def are_apart(*arrays):
    """Whether no array changes when another one is written."""
    arrays = [a.data if isinstance(a, Tensor) else a for a in arrays]
    for i, a in enumerate(arrays):
        others = [b.copy() for b in arrays[:i] + arrays[i + 1 :]]
        if a.flags.writeable:
            a += 1000.0
        if not all(np.array_equal(b, c) for b, c in zip(arrays[:i] + arrays[i + 1 :], others, strict=True)):
            return False
    return True


def test_the_claims_below_reject_arrays_that_share_memory():
    a = np.ones(3)
    assert are_apart(a, np.ones(3))
    assert not are_apart(a, a[1:]) and not are_apart(Tensor.wrap(a), a)


# --- results of the transforms ----------------------------------------------------------------------------

A, B = np.array([1.0, 2.0]), np.array([3.0, 4.0])
SUMS = {
    "a + b": lambda a, b: np.sum(a + b),
    "reshaped": lambda a, b: np.sum(np.reshape(a, (2, 1)) + np.reshape(b, (2, 1))),
    "one argument alone": lambda a, b: np.sum(a),
}


@pytest.mark.parametrize("f", SUMS.values(), ids=SUMS)
def test_two_gradients_do_not_share_memory(f):
    assert are_apart(*grad(f, (0, 1))(A, B))


def test_two_gradients_that_can_be_differentiated_again_are_two_tensors():
    w = leaf(3.0)
    a, b = grad(lambda a, b: np.sum((a + b) * w), (0, 1))(A, B)
    assert a is not b
    seen = []
    b.register_hook(seen.append)
    np.sum(a).backward()
    assert w.grad == 2 and not seen


CUT = {"the identity": lambda x: x, "a sum": lambda x: x + 1.0, "a reshape": lambda x: np.reshape(x, (2,))}


@pytest.mark.parametrize("f", CUT.values(), ids=CUT)
@pytest.mark.parametrize("kind", [np.array, Tensor])
def test_a_pull_back_returns_neither_its_cotangent_nor_its_last_result(f, kind):
    cotangent = kind([1.0, 5.0])
    y, pull = vjp(f, A)
    first, second = pull(cotangent)[0], pull(cotangent)[0]
    np.testing.assert_array_equal(first, [1, 5])
    assert are_apart(cotangent, first, second, y)


@pytest.mark.parametrize("requires_grad", [False, True])
def test_a_pull_back_that_is_recorded_returns_another_tensor_than_its_cotangent(requires_grad):
    w, cotangent = leaf(2.0), Tensor([1.0, 5.0], requires_grad=requires_grad)
    _, pull = vjp(lambda x: x + w, A)
    found = pull(cotangent)[0]
    assert found is not cotangent and (found.requires_grad == requires_grad)
    np.sum(found * 3).backward() if requires_grad else None
    if requires_grad:
        np.testing.assert_array_equal(cotangent.grad, [3, 3])
    assert are_apart(found, cotangent)


def test_a_value_shares_no_memory_with_what_the_function_returned_or_got():
    constant, w = np.array([2.0]), leaf([2.0])
    for f in (lambda x: constant, lambda x: w, lambda x: w[:], lambda x: x, lambda x: x[:1]):
        value, _ = vjp(f, A[:1].copy())
        assert are_apart(value, constant, w)
        value, gradient = value_and_grad(lambda x, f=f: np.sum(f(x)))(A[:1].copy())
        assert are_apart(value, gradient, constant, w)


def test_forward_derivatives_and_jacobians_share_no_memory_with_their_directions():
    direction = np.array([1.0, 0.0])
    y, tangent = jvp(lambda x: x, (A,), (direction,))
    assert are_apart(y, tangent, direction, A)
    J = jacobian(lambda x: x)(A)
    assert are_apart(*J.data.copy()) and are_apart(J, A)


# --- leaves, hooks, rules -----------------------------------------------------------------------------------


def test_a_rule_that_returns_an_array_that_it_keeps_does_not_lose_it_to_a_gradient():
    kept = np.array([1.0, 1.0])
    f = primitive(lambda x: x * 1.0)
    defvjp(f, lambda g, y, x: kept)
    x, z = leaf([1.0, 2.0]), leaf([1.0, 2.0])
    (f(x) + f(z)).sum().backward()
    w = leaf(1.0)  # of a gradient that can be differentiated again
    found = [grad(lambda x, c=c: np.sum(f(x)) * c)(A) for c in (1.0, w, Tensor(1.0))]
    assert are_apart(x.grad, z.grad, kept, *found)


def test_a_rule_that_returns_its_input_does_not_let_the_gradient_change_the_leaf():
    half_square = primitive(lambda x: 0.5 * x * x)
    defvjp(half_square, lambda g, y, x: x)
    x = leaf([1.0, 2.0])
    half_square(x).sum().backward()
    assert are_apart(x.grad, x)


def test_an_array_that_nobody_else_holds_is_not_copied():
    x = leaf([1.0])
    found = {x: np.ones(3)}
    address = found[x].ctypes.data
    assert unshared(found)[x].ctypes.data == address
    for held in (found[x], found[x][1:]):
        copied = unshared({x: held})[x]
        assert copied.ctypes.data != held.ctypes.data


def doubles_in_place(g):
    g *= 2


def test_a_hook_that_writes_into_its_argument_changes_the_cotangent_of_its_own_tensor_alone():
    a, b, cotangent = leaf([1.0, 2.0]), leaf([3.0, 4.0]), np.ones(2)
    a.register_hook(doubles_in_place)
    (a + b).backward(cotangent)
    np.testing.assert_array_equal((a.grad, b.grad, cotangent), [[2, 2], [1, 1], [1, 1]])


def test_the_claim_above_rejects_a_sweep_without_copies():
    g = np.ones(2)
    of_a = of_b = g  # as the rule of a sum returns it
    doubles_in_place(of_a)
    assert of_b[0] == 2


@pytest.mark.parametrize("keep", [lambda g, seen: seen.append(g), lambda g, seen: seen.append(g[:])])
def test_what_a_hook_keeps_is_not_the_gradient(keep):
    x, seen = leaf([1.0, 2.0]), []
    x.register_hook(lambda g: keep(g, seen))
    (x * 3).sum().backward()
    seen[0] += 100
    np.testing.assert_array_equal(x.grad, [3, 3])


def test_what_a_hook_returns_is_not_the_gradient():
    a, b, buffer = leaf([1.0, 2.0]), leaf([1.0, 2.0]), np.zeros(2)
    for x in (a, b):
        x.register_hook(lambda g: buffer)
    (a * b).sum().backward()
    assert are_apart(a.grad, b.grad, buffer)


def test_a_hook_that_returns_another_shape_is_refused():
    x = leaf([1.0, 2.0])
    remove = x.register_hook(lambda g: 0.0)
    with pytest.raises(RuntimeError, match=r"hook returned .* shape \(\) for a tensor of shape \(2,\)"):
        (x * 3).sum().backward()
    assert x.grad is None
    remove()
    x.register_hook(lambda g: Tensor([1, 2]))
    (x * 3).sum().backward()
    np.testing.assert_array_equal(x.grad, [1, 2])
    assert type(x.grad) is np.ndarray and x.grad.dtype == np.float64


def test_hooks_of_a_recorded_sweep_keep_its_history():
    def f(x):
        y = x * x
        y.register_hook(lambda g: g * 3)
        return np.sum(y)

    assert grad(grad(f))(2.0).item() == 6


def test_a_copied_leaf_has_its_own_gradient():
    x = leaf([1.0, 2.0])
    (x * x).sum().backward()
    assert are_apart(copy.copy(x).grad, x.grad)


# --- writing through an older view --------------------------------------------------------------------------

VIEWS = {
    "a slice": lambda a: a[1:],
    "a reshape": lambda a: a.reshape(1, -1),
    "a view of a view": lambda a: a[:][1:],
    "a transpose": lambda a: a.T,
}


@pytest.mark.parametrize("view", VIEWS.values(), ids=VIEWS)
@pytest.mark.parametrize("which", ["a constant", "a view as constant", "a leaf", "a constant tensor"])
def test_an_array_that_is_written_through_an_older_view_is_noticed_by_the_sweep(which, view):
    x, data = leaf(np.arange(4.0)), np.arange(4.0)
    c = {"a constant": data, "a view as constant": data[:], "a leaf": x, "a constant tensor": Tensor(data)}[
        which
    ]
    older = view(c.data if isinstance(c, Tensor) else data)
    y = np.sum(x * c)
    older[...] = 7.0
    with pytest.raises(
        RuntimeError, match=r"multiply needs .* overwritten, .* test_sharing.py:\d+: y = np.sum"
    ):
        y.backward()
    with pytest.raises(RuntimeError, match="overwritten"):
        _, pull = vjp(lambda z: np.sum(z * x * c), np.ones(4))
        older[...] = 8.0
        pull()


def test_an_index_that_is_written_through_an_older_view_is_noticed_by_the_sweep():
    x, rows = leaf(np.arange(4.0)), np.array([0, 1])
    older = rows[:]
    for index in (rows, (rows,)):
        y = x[index].sum()
        older[...] = 3
        with pytest.raises(RuntimeError, match=r"getitem needs .* overwritten"):
            y.backward()
        older[...] = [0, 1]


# --- arguments that change later ----------------------------------------------------------------------------


def gradient_of(f, x, change):
    """∂/∂x of the numbered sum of f(x), after the caller has changed what f was called with."""
    x = leaf(x)
    y = f(x)
    loss = np.sum(y * np.arange(1.0, y.size + 1).reshape(y.shape))
    change()
    loss.backward()
    return x.grad


CUBE = np.arange(27.0).reshape(3, 3, 3)


def calls():
    """Pairs of a function that is called with lists or arrays, and of one that changes these."""
    index, deep, axes, shift, axis = [0, 2], ([0, 1], [2, 0]), [1, 2, 0], [1, 2], [0, 1]
    return {
        "a list as index": (lambda x: x[index], lambda: index.reverse()),
        "lists in an index": (lambda x: x[deep], lambda: [part.reverse() for part in deep]),
        "a list behind a slice": (lambda x: x[:, axes], lambda: axes.reverse()),
        "a list of axes": (lambda x: np.transpose(x, axes=axes), lambda: axes.reverse()),
        "lists as options": (lambda x: np.roll(x, (1, 2), axis=axis), lambda: axis.reverse()),
        "a list as argument": (lambda x: np.roll(x, shift, (0, 1)), lambda: shift.reverse()),
    }


@pytest.mark.parametrize("name", calls())
def test_a_list_that_is_changed_after_the_call_changes_no_derivative(name):
    f, change = calls()[name]
    found = gradient_of(f, CUBE, change)
    f, _ = calls()[name]
    np.testing.assert_array_equal(found, gradient_of(f, CUBE, lambda: None))
    changed_before, change = calls()[name]
    change()
    assert not np.array_equal(found, gradient_of(changed_before, CUBE, lambda: None))  # the lists matter


def test_an_option_has_its_own_lists_and_arrays():
    inner = np.ones(2)
    options = {"a": [1, (inner, [2])], "b": {"c": [3]}, "d": 4}
    ours = own(options)
    inner[0], options["a"][0], options["b"]["c"][0] = 9, 9, 9
    assert (
        ours["a"][0] == 1
        and ours["a"][1][0].tolist() == [1, 1]
        and ours["b"] == {"c": [3]}
        and ours["d"] == 4
    )


def test_an_empty_list_selects_nothing_as_in_numpy():
    for index in ([], ([],), (slice(None), [])):
        assert leaf(CUBE)[index].shape == CUBE[index].shape


# --- writing through an older view, continued ---------------------------------------------------------------


def test_an_older_view_that_does_not_write_is_no_reason_to_refuse():
    x, c = leaf([1.0, np.nan]), np.array([np.nan, 2.0])
    older = c[:], x.data[:]
    y = np.sum(x * c)
    y.backward()
    assert len(older) == 2 and np.isnan(x.grad[0]) and x.grad[1] == 2
    older[0][...] = 0  # the graph is gone


def witnesses(y):
    return [guard for guard in y.guards if isinstance(guard, Witness)]


def test_a_leaf_without_views_costs_no_copy_and_a_view_of_it_does():
    x, w = leaf(np.ones((100, 100))), leaf(np.ones((100, 100)))
    assert not witnesses(x * w)
    older = x.data[0]
    assert [witness.array is x.data for witness in witnesses(x * w)] == [True] and older.size == 100


def test_of_a_large_array_the_sweep_compares_some_places_and_all_under_detect_anomaly():
    x = leaf(1.0)
    large = np.zeros(SMALL)  # 8 bytes each
    older = large[:]
    y = np.sum(x * large)
    assert len(witnesses(y.inputs[0])[0].values) <= 8 * PLACES
    older[...] = 1
    with pytest.raises(RuntimeError, match="overwritten"):
        y.backward()
    with detect_anomaly():
        y = np.sum(x * large)
    older[-2] = 2
    with pytest.raises(RuntimeError, match="overwritten"):
        y.backward()


def test_a_repeated_array_is_compared_without_repeating_it():
    row = np.ones(3)
    many = np.broadcast_to(row, (1_000_000, 1_000_000, 3))  # as a separate array: 24 terabytes
    (guard, witness) = guards_of([many])
    assert isinstance(guard, Guard) and witness.is_true() and len(witness.values) <= 8 * PLACES


def test_arrays_of_a_graph_that_is_gone_are_forgotten():
    x, c = leaf([1.0, 2.0]), np.array([3.0, 4.0])
    older = c[:]
    (x * c).sum().backward()
    c[:] = 5
    older[:] = 6
    y = (x * c).sum()
    y.backward()
    np.testing.assert_array_equal(x.grad, [9, 10])
