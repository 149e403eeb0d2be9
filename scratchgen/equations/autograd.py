"""Derivatives: the chain rule and the products of a Jacobian."""

from __future__ import annotations

import numpy as np

from scratchgen.autograd import Tensor, check_grads, grad, hvp, jvp, vjp
from scratchgen.autograd.backward import sweep
from scratchgen.autograd.rules.rearrangements import sum_by_number
from scratchgen.equations.entry import Equation, Example


def _swept(x):
    leaf = Tensor(x, requires_grad=True)
    return sweep(leaf * leaf + 3 * leaf, np.ones(()))[leaf]


def _two(x):
    """f(x) = (x₁ x₂, x₁²), whose Jacobian at (2, 3) is ((3, 2), (4, 0))."""
    return np.stack([x[0] * x[1], x[0] ** 2])


def _pulled(x, g):
    _, pull = vjp(_two, x)
    return pull(g)[0]


def _parts(z):
    return np.stack([np.real(z), np.imag(z)])


AUTOGRAD = (
    Equation(
        "autograd.chain_rule",
        "chain rule",
        r"\frac{\partial L}{\partial x} = \sum_y \frac{\partial L}{\partial y} \frac{\partial y}{\partial x}",
        "∂L/∂x = Σ_y ∂L/∂y ∂y/∂x, over every y that is computed from x directly",
        "Griewank & Walther (2008), Evaluating Derivatives, section 3.2",
        "scratchgen.autograd.backward:sweep",
        tutorial="1.2_autograd_in_60_lines.py#numbers-that-remember",
        example=Example(
            "L = a + b with a = x · x and b = 3 x, at x = 2\n"
            "∂L/∂a ∂a/∂x + ∂L/∂b ∂b/∂x = 1 · (2 + 2) + 1 · 3 = 7",
            7.0,
            _swept,
            {"x": 2.0},
            recorded=False,
        ),
    ),
    Equation(
        "autograd.vjp",
        "vector-Jacobian product",
        r"g \mapsto g^\top J, \quad J = \frac{\partial f}{\partial x}",
        "g ↦ gᵀ J,  J = ∂f/∂x",
        "Baydin et al. (2018), section 3.2",
        "scratchgen.autograd.transforms:vjp",
        tutorial="01_gradients.py#jacobians-and-hessian-vector-products",
        example=Example(
            "f(x) = (x₁ x₂, x₁²) at (2, 3): J = ((3, 2), (4, 0))\n"
            "(1, 10) J = (1 · 3 + 10 · 4, 1 · 2 + 10 · 0) = (43, 2)",
            (43.0, 2.0),
            _pulled,
            {"x": [2.0, 3.0], "g": [1.0, 10.0]},
            recorded=False,
        ),
    ),
    Equation(
        "autograd.transposition",
        "Jacobian-vector product by transposition",
        r"J u = \frac{\partial}{\partial g} \langle g^\top J, u \rangle",
        "J u = ∂/∂g ⟨gᵀ J, u⟩",
        "Baydin et al. (2018), section 3.1; Christianson (1992) for the transposition",
        "scratchgen.autograd.transforms:jvp",
        tutorial="01_gradients.py#jacobians-and-hessian-vector-products",
        example=Example(
            "f(x) = (x₁ x₂, x₁²) at (2, 3): J = ((3, 2), (4, 0))\n"
            "⟨gᵀ J, u⟩ = (3 g₁ + 4 g₂) · 1 + 2 g₁ · 10\n"
            "by g: (3 + 20, 4) = (23, 4), which is J (1, 10)",
            (23.0, 4.0),
            lambda x, u: jvp(_two, [x], [u])[1],
            {"x": [2.0, 3.0], "u": [1.0, 10.0]},
            recorded=False,
        ),
    ),
    Equation(
        "autograd.hvp",
        "Hessian-vector product",
        r"H v = \frac{\partial}{\partial x} \left\langle \frac{\partial f}{\partial x}, v \right\rangle",
        "H v = ∂/∂x ⟨∂f/∂x, v⟩",
        "Pearlmutter (1994), section 3",
        "scratchgen.autograd.transforms:hvp",
        tutorial="01_gradients.py#jacobians-and-hessian-vector-products",
        example=Example(
            "f(x) = x₁² x₂ at (1, 2): ∂f/∂x = (2 x₁ x₂, x₁²), H = ((4, 2), (2, 0))\n"
            "H (1, 1) = (4 + 2, 2 + 0) = (6, 2)",
            (6.0, 2.0),
            lambda x, v: hvp(lambda x: x[0] ** 2 * x[1])(x, v),
            {"x": [1.0, 2.0], "v": [1.0, 1.0]},
            recorded=False,
        ),
    ),
    Equation(
        "autograd.difference",
        "gradient check by a difference quotient",
        r"\langle v^\top J, u \rangle = \left. \frac{d}{dh} \langle v, f(x + h u) \rangle \right|_{h = 0}",
        "⟨vᵀ J, u⟩ = d/dh ⟨v, f(x + h u)⟩ at h = 0,  J = ∂f/∂x",
        "Squire & Trapp (1998), eq. 2, for the complex step",
        "scratchgen.autograd.check:check_grads",
        tutorial="1.1_derivative_four_ways.py#finite-differences-have-two-errors",
        example=Example(
            "f(x) = x³ at 2: the rule says 3 · 2² = 12\n"
            "Im (2 + ih)³ / h = 12 − h², for h = 10⁻²⁰ the same: the error is 0",
            0.0,
            lambda x: check_grads(lambda x: x**3, x),
            {"x": 2.0},
            recorded=False,
        ),
    ),
    Equation(
        "autograd.matrix_product",
        "gradient of a matrix product",
        r"\frac{\partial L}{\partial A} = G B^\top, \quad \frac{\partial L}{\partial B} = A^\top G,"
        r" \quad G = \frac{\partial L}{\partial (AB)}",
        "∂L/∂A = G Bᵀ,  ∂L/∂B = Aᵀ G,  G = ∂L/∂(A B)",
        "Giles (2008), section 2.2",
        "scratchgen.autograd.rules.contractions:_by_left",
        tutorial="1.2_autograd_in_60_lines.py#is-it-right",
        example=Example(
            "A = (1, 2), B a column (3, 4), G = 10: ∂L/∂A = 10 · (3, 4) = (30, 40)",
            (30.0, 40.0),
            lambda A, B, G: vjp(lambda A: A @ B, A)[1](G)[0],
            {"A": [[1.0, 2.0]], "B": [[3.0], [4.0]], "G": [[10.0]]},
            recorded=False,
        ),
        symbols={"L": "the scalar loss", "A": "(M, K)", "G": "(M, N)", "B": "(K, N)"},
    ),
    Equation(
        "autograd.einsum",
        "gradient of einsum",
        r"\frac{\partial L}{\partial x^i} = \sum g \prod_{j \ne i} x^j, \quad y = \sum \prod_j x^j",
        "∂L/∂xⁱ = Σ g Π_{j≠i} xʲ,  y = Σ Π_j xʲ, each over the letters that its result lacks",
        "Laue, Mitterreiter & Giesen (2020), A simple and efficient tensor calculus",
        "scratchgen.autograd.rules.einsum:_cotangent",
        tutorial="01_gradients.py#the-table-of-derivative-rules",
        example=Example(
            "y = Σ_i a_i b_i c_i, b = (2, 3), c = (4, 5), g = 10: ∂L/∂a = 10 · (2 · 4, 3 · 5) = (80, 150)",
            (80.0, 150.0),
            lambda a, b, c, g: vjp(lambda a: np.einsum("i,i,i->", a, b, c), a)[1](g)[0],
            {"a": [1.0, 1.0], "b": [2.0, 3.0], "c": [4.0, 5.0], "g": 10.0},
            recorded=False,
        ),
        symbols={
            "L": "the scalar loss",
            "xⁱ": "operand i, an axis for each of its letters",
            "g": "∂L/∂y, of the shape of y",
            "y": "the result, an axis for each letter that is kept",
        },
    ),
    Equation(
        "autograd.rearrangement",
        "gradient of a rearrangement",
        r"\frac{\partial L}{\partial x_k} = \sum_{j\,:\,\pi(j) = k} g_j, \quad y_j = x_{\pi(j)}",
        "∂L/∂x_k = Σ g_j over the places j with π(j) = k,  y_j = x_{π(j)}",
        "Griewank & Walther (2008), Evaluating Derivatives, section 3.2",
        "scratchgen.autograd.rules.rearrangements:sum_by_number",
        tutorial="01_gradients.py#the-table-of-derivative-rules",
        example=Example(
            "np.repeat of (a, b) by (2, 1) is (a, a, b); of the numbers 1, 2 it is (1, 1, 2)\n"
            "g = (1, 2, 4): ∂L/∂a = 1 + 2 = 3, ∂L/∂b = 4",
            (3.0, 4.0),
            lambda g: sum_by_number(g, np.array([1, 1, 2]), 2),
            {"g": [1.0, 2.0, 4.0]},
            recorded=False,
        ),
        symbols={
            "L": "the scalar loss",
            "x_k": "the element with the number k",
            "g_j": "∂L/∂y_j, the cotangent of place j",
            "π": "π(j) is the number of the element at place j",
            "y_j": "the element at place j of the result",
        },
    ),
    Equation(
        "autograd.product",
        "gradient of a product of many factors",
        r"\frac{\partial y}{\partial x_i} = \prod_{j < i} x_j \prod_{j > i} x_j, \quad y = \prod_j x_j",
        "∂y/∂x_i = Π_{j<i} x_j · Π_{j>i} x_j,  y = Π_j x_j",
        "Griewank & Walther (2008), Evaluating Derivatives, section 3.3 (Speelpenning's product)",
        "scratchgen.autograd.rules.reductions:_product",
        tutorial="01_gradients.py#the-table-of-derivative-rules",
        example=Example(
            "x = (2, 0, 3), y = 0\n∂y/∂x = (0 · 3, 2 · 3, 2 · 0) = (0, 6, 0)",
            (0.0, 6.0, 0.0),
            lambda x: grad(np.prod)(x),
            {"x": [2.0, 0.0, 3.0]},
            recorded=False,
        ),
        symbols={"y": "the product", "x_i": "factor i"},
    ),
    Equation(
        "autograd.complex",
        "gradient by a complex number",
        r"dL = \operatorname{Re} \sum g \, dz, \quad"
        r" g = \frac{\partial L}{\partial x} - i \frac{\partial L}{\partial y}, \quad z = x + i y",
        "dL = Re Σ g dz,  g = ∂L/∂x − i ∂L/∂y,  z = x + iy",
        "Kreutz-Delgado (2009), The complex gradient operator and the CR-calculus",
        "scratchgen.autograd.rules.elementwise:_absolute_back",
        tutorial="01_gradients.py#the-table-of-derivative-rules",
        example=Example(
            "L = |z| at z = 3 + 4i: ∂L/∂x = 3/5, ∂L/∂y = 4/5\nRe g = 0.6, Im g = −0.8",
            (0.6, -0.8),
            lambda x, y: _parts(grad(np.abs)(x + 1j * y)),
            {"x": 3.0, "y": 4.0},
            recorded=False,
        ),
        symbols={"L": "a real scalar", "z": "a complex number", "g": "the cotangent of z"},
    ),
)
