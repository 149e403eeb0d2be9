"""Nested arguments, arguments by keyword and auxiliary values of the transforms."""

from collections import OrderedDict, defaultdict, namedtuple

import numpy as np
import pytest

from scratchgen.autograd import Tensor, grad, hessian, hvp, jacobian, jvp, remat, value_and_grad, vjp
from scratchgen.autograd.structures import flatten, is_structure

pytestmark = pytest.mark.fast

Layer = namedtuple("Layer", ["W", "b"])


def network(parameters, x, power=2.0):
    """A function with every second derivative different from zero, of a structure of every kind."""
    first, second = parameters["layers"]
    h = np.tanh(x @ first.W + first.b)
    return np.sum((h @ second[0] + second[1]) ** power * parameters["scale"])


@pytest.fixture
def parameters(rng):
    first = Layer(rng.standard_normal((3, 4)), rng.standard_normal(4))
    second = [rng.standard_normal((4, 2)), Tensor(rng.standard_normal(2))]
    return {"layers": (first, second), "scale": 1.5}


def arrays(structure):
    return [np.asarray(a) for _, a in flatten(structure)[0]]


def plain(structure):
    return [a.numpy() for _, a in flatten(structure)[0]]


def by_differences(f, structure, h=1e-5):
    """∂f/∂x for each array of a structure, element by element."""
    leaves, build = flatten(structure)
    values = [np.array(a.data if isinstance(a, Tensor) else a, dtype=float) for _, a in leaves]
    found = [np.zeros_like(a) for a in values]
    for a, g in zip(values, found, strict=True):
        for i in np.ndindex(a.shape):
            before, ends = a[i], []
            for side in (h, -h):
                a[i] = before + side
                ends.append(float(f(build(iter(a.copy() for a in values)))))
            a[i], g[i] = before, (ends[0] - ends[1]) / (2 * h)
    return found


def test_a_gradient_has_the_structure_of_its_argument_and_the_values_of_difference_quotients(parameters, rng):
    x = rng.standard_normal((5, 3))
    g = grad(network)(parameters, x)
    assert type(g) is dict and list(g) == ["layers", "scale"]
    first, second = g["layers"]
    assert type(first) is Layer and type(second) is list and type(g["layers"]) is tuple
    assert all(type(a) is Tensor and not a.requires_grad for _, a in flatten(g)[0])
    expected = by_differences(lambda p: network(p, x), parameters)
    for found, theirs in zip(plain(g), expected, strict=True):
        np.testing.assert_allclose(found, theirs, rtol=1e-8, atol=1e-8)


def test_the_claim_above_rejects_gradients_in_another_order(parameters, rng):
    x = rng.standard_normal((5, 3))
    g = grad(network)({"scale": parameters["scale"], "layers": parameters["layers"]}, x)
    expected = by_differences(lambda p: network(p, x), parameters)
    assert [a.shape for a in plain(g)] != [a.shape for a in expected]


def test_a_structure_at_any_position_and_several_of_them(parameters, rng):
    x = rng.standard_normal((5, 3))
    of_x, of_parameters = grad(lambda x, p: network(p, x), (0, 1))(x, parameters)
    assert of_x.shape == x.shape
    for a, b in zip(plain(of_parameters), plain(grad(network)(parameters, x)), strict=True):
        np.testing.assert_array_equal(a, b)
    last = grad(lambda x, p: network(p, x), -1)(x, parameters)
    np.testing.assert_array_equal(last["scale"], of_parameters["scale"])


def test_arguments_by_keyword_are_passed_on_and_constant(parameters, rng):
    x = rng.standard_normal((5, 3))
    for transform in (grad, jacobian):
        by_name = transform(network)(parameters, x, power=4.0)
        by_position = transform(network)(parameters, x, 4.0)
        for a, b in zip(plain(by_name), plain(by_position), strict=True):
            np.testing.assert_array_equal(a, b)
    assert grad(lambda x, y: x * y)(3.0, y=2.0).item() == 2
    assert value_and_grad(lambda x, y: x * y)(3.0, y=2.0)[0].item() == 6
    assert hessian(lambda x, y: x**2 * y)(3.0, y=2.0).item() == 4
    assert remat(lambda x, y: x * y)(Tensor(3.0, requires_grad=True), y=2.0).item() == 6


def test_a_tensor_by_keyword_can_be_differentiated_by_from_outside():
    w = Tensor(2.0, requires_grad=True)
    grad(lambda x, y: x**2 * y)(3.0, y=w).backward()
    assert w.grad == 6


def test_an_argument_by_keyword_cannot_be_the_one_to_differentiate_by():
    with pytest.raises(
        TypeError, match=r"no argument 0 .* 0 positional arguments, .* by keyword are constants"
    ):
        grad(lambda x: x)(x=2.0)
    for transform, argnums in ((grad, (0, 1)), (grad, -2), (jacobian, 1), (hessian, 1)):
        with pytest.raises(TypeError, match="no argument"):
            transform(lambda x, y: x, argnums)(2.0, y=3.0)


def test_a_position_that_is_named_twice_is_refused():
    with pytest.raises(ValueError, match="twice"):
        grad(lambda x, y: x, (0, -2))(1.0, 2.0)


# --- other transforms of nested arguments -------------------------------------------------------------------


def curved(p):
    return np.stack([np.sin(p["a"][0]) * p["b"], np.exp(p["a"][1] * p["b"])])


POINT = {"a": np.array([0.3, -0.7]), "b": 1.2}


def test_the_jacobian_by_a_structure_has_a_part_for_each_array():
    J = jacobian(curved)(POINT)
    assert J["a"].shape == (2, 2) and J["b"].shape == (2,)
    for row in range(2):
        expected = by_differences(lambda p, row=row: curved(p)[row], POINT)
        np.testing.assert_allclose(J["a"][row].numpy(), expected[0], rtol=1e-9)
        np.testing.assert_allclose(J["b"][row].numpy(), expected[1], rtol=1e-9)


def test_forward_mode_takes_a_direction_of_the_same_structure():
    u = {"b": 0.5, "a": [1.0, 2.0]}  # in another order; numbers in place of arrays
    y, tangent = jvp(curved, (POINT,), (u,))
    J = jacobian(curved)(POINT)
    np.testing.assert_allclose(
        tangent.numpy(), J["a"].numpy() @ [1.0, 2.0] + 0.5 * J["b"].numpy(), rtol=1e-13
    )
    np.testing.assert_array_equal(y.numpy(), curved(POINT))


def test_a_product_with_the_hessian_has_the_structure_of_the_argument():
    def f(p):
        return np.sum(curved(p))

    def of_one_array(x):
        return f({"a": x[:2], "b": x[2]})

    v = {"a": np.array([1.0, -2.0]), "b": 0.5}
    H = hessian(of_one_array)(np.array([0.3, -0.7, 1.2])).numpy()
    found = hvp(f)(POINT, v)
    expected = H @ [1.0, -2.0, 0.5]
    np.testing.assert_allclose(np.append(found["a"].numpy(), found["b"].numpy()), expected, rtol=1e-12)


WRONG_DIRECTIONS = {
    "another key": ({"a": POINT["a"], "c": 1.0}, "keys 'a', 'b', its direction .* keys 'a', 'c'"),
    "another shape": (
        {"a": np.ones(3), "b": 1.0},
        r"argument.*\['a'\] has shape \(2,\), its direction \(3,\)",
    ),
    "an array": (np.ones(3), r"its direction \(3,\)"),
    "a deeper structure": (
        {"a": {"c": 1.0}, "b": 1.0},
        r"\['a'\] has shape \(2,\), its direction a dictionary",
    ),
}


@pytest.mark.parametrize(("direction", "message"), WRONG_DIRECTIONS.values(), ids=WRONG_DIRECTIONS)
def test_a_direction_of_another_structure_is_refused(direction, message):
    with pytest.raises(ValueError, match=message):
        jvp(curved, (POINT,), (direction,))
    with pytest.raises(ValueError, match=message):
        hvp(lambda p: np.sum(curved(p)))(POINT, direction)


def test_a_product_with_the_hessian_refuses_a_vector_of_another_shape():
    with pytest.raises(ValueError, match=r"shape \(2,\), its direction \(1,\)"):
        hvp(lambda x: np.sum(x**3))(np.ones(2), np.ones(1))


def test_the_hessian_by_a_structure_names_hvp():
    with pytest.raises(TypeError, match="hvp"):
        hessian(lambda p: p["a"] ** 2)({"a": 1.0})


def test_derivatives_of_structures_nest():
    w = Tensor(3.0, requires_grad=True)
    slope = grad(lambda p: p["x"] ** 2 * w)({"x": 2.0})["x"]
    (slope * slope).backward()
    assert w.grad == 2 * 12 * 4
    second = grad(lambda p: grad(lambda p: p["x"] ** 3 * p["y"])(p)["x"])({"x": 2.0, "y": 5.0})
    assert (second["x"].item(), second["y"].item()) == (60, 12)


# --- what is a structure ------------------------------------------------------------------------------------

ARRAYS = [1.0, np.ones(2), [1.0, 2.0], (1.0, 2.0), [[1.0], [2.0]], [], (), [np.float64(1), 2.0]]
STRUCTURES = [{}, {"a": 1.0}, [np.ones(2)], (Tensor(1.0), 2.0), [[np.ones(2)], 3.0], [{}], [1.0, {"a": 2.0}]]


def test_a_list_of_numbers_is_an_array_and_one_with_an_array_a_structure():
    assert not [value for value in ARRAYS if is_structure(value)]
    assert not [value for value in STRUCTURES if not is_structure(value)]
    g = grad(lambda x: np.sum(x * x))([1.0, 2.0])
    assert type(g) is Tensor and g.numpy().tolist() == [2, 4]


@pytest.mark.parametrize(
    "structure",
    [
        OrderedDict(b=np.ones(2), a=np.ones(3)),
        defaultdict(list, b=np.ones(2), a=np.ones(3)),
        {("a", 1): np.ones(2), 2: [np.ones(3)]},
        [np.ones(2), (np.ones(3), [np.ones(1)])],
        Layer(np.ones((2, 2)), {"b": np.ones(1)}),
    ],
    ids=lambda s: type(s).__name__,
)
def test_the_gradient_is_of_the_same_type(structure):
    g = grad(lambda p: sum(np.sum(a**2) for _, a in flatten(p)[0]))(structure)
    assert type(g) is type(structure) and [a.shape for a in plain(g)] == [a.shape for a in arrays(structure)]
    if isinstance(structure, dict):
        assert list(g) == list(structure)
    if isinstance(structure, defaultdict):
        assert g.default_factory is list


def test_a_structure_that_is_changed_later_does_not_change_the_pull_back():
    p = {"layers": [np.array(2.0), np.array(3.0)]}
    _, pull = vjp(lambda p: p["layers"][0] * p["layers"][1], p)
    p["layers"].pop()
    p["more"] = 1
    (g,) = pull()
    assert [a.item() for a in g["layers"]] == [3, 2] and list(g) == ["layers"]


def test_a_function_that_changes_its_structure_does_not_change_the_callers():
    p = {"a": np.array(2.0), "b": np.array(3.0)}
    g = grad(lambda p: p.pop("a") * p.pop("b"))(p)
    assert list(p) == list(g) == ["a", "b"] and g["a"].item() == 3


def test_an_array_that_occurs_twice_is_two_arguments():
    a = np.array(2.0)
    g = grad(lambda p: p[0] ** 2 * p[1])([a, a])
    assert [x.item() for x in g] == [8, 4]


def test_a_part_without_derivative_is_named():
    with pytest.raises(TypeError, match=r"argument 1\['n'\]\[0\]: only floating-point .*, not int64"):
        grad(lambda x, p: x, 1)(1.0, {"n": [3, np.ones(2)]})


@pytest.mark.parametrize("result", [(2.0, 3.0), [2.0], {"a": 2.0}, None], ids=str)
def test_a_result_that_is_no_array_is_refused_and_names_the_auxiliary_value(result):
    with pytest.raises(TypeError, match=r"returned .*, not an array; .*has_aux=True"):
        grad(lambda x: result)(1.0)
    with pytest.raises(TypeError, match="not an array"):
        vjp(lambda x: [x * 2], 1.0)


# --- auxiliary values ---------------------------------------------------------------------------------------


def with_aux(x, y=1.0):
    return x**2 * y, {"cube": x**3, "list": [x * 2, "text"], "number": 7}


def test_an_auxiliary_value_comes_next_to_the_result_and_changes_no_gradient():
    gradient, aux = grad(with_aux, has_aux=True)(3.0, y=2.0)
    assert gradient.item() == 12 and aux["cube"].item() == 27 and aux["number"] == 7
    assert aux["list"][0].item() == 6 and aux["list"][1] == "text"
    (value, aux), gradient = value_and_grad(with_aux, has_aux=True)(3.0)
    assert (value.item(), aux["cube"].item(), gradient.item()) == (9, 27, 6)
    value, pull, aux = vjp(with_aux, 3.0, has_aux=True)
    assert (value.item(), aux["cube"].item(), pull(np.array(2.0))[0].item()) == (9, 27, 12)
    gradients, aux = grad(lambda a, b: (a * b, a), (0, 1), has_aux=True)(2.0, 3.0)
    assert [g.item() for g in gradients] == [3, 2] and aux.item() == 2


def test_an_auxiliary_tensor_has_no_history_in_the_function_but_its_history_outside():
    w = Tensor(2.0, requires_grad=True)
    _, (inside, outside) = grad(lambda x: (x**2, (x * 3, x * w)), has_aux=True)(5.0)
    assert not inside.requires_grad and outside.requires_grad
    outside.backward()
    assert w.grad == 5


def test_an_auxiliary_value_in_a_nested_derivative_is_part_of_the_outer_one():
    def outer(x):
        gradient, aux = grad(lambda x: (x**3, x**2), has_aux=True)(x)
        return gradient * aux  # 3 x² x²

    assert grad(outer)(2.0).item() == 12 * 2**3


def test_an_auxiliary_value_shares_no_memory_with_the_argument():
    x = np.ones(2)
    _, aux = grad(lambda x: (np.sum(x), x), has_aux=True)(x)
    aux.data[0] = 5
    assert x[0] == 1


@pytest.mark.parametrize("result", [2.0, (2.0,), (1.0, 2.0, 3.0), [1.0, 2.0]], ids=str)
def test_a_function_without_the_promised_auxiliary_value_is_refused(result):
    with pytest.raises(TypeError, match=r"with has_aux the function returns \(result, aux\)"):
        grad(lambda x: result, has_aux=True)(1.0)


def test_a_position_below_zero_counts_from_the_end():
    assert grad(lambda x, y: x * y**2, -1)(2.0, 3.0).item() == 12
    assert jacobian(lambda x, y: x * y**2, -1)(2.0, 3.0).item() == 12
    assert hessian(lambda x, y: x * y**2, -1)(2.0, 3.0).item() == 4
