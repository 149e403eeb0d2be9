"""The formulas that a page checks by its own assertions hold as they are displayed, with numbers of this file."""

from contextlib import suppress

import numpy as np
import pytest

from .formulas import formulas, is_in
from .test_formulas import LATEX, PAGES
from .values import NoFormula, false_relations, value

pytestmark = pytest.mark.fast

RNG = np.random.default_rng(7)


# --- page 1 -------------------------------------------------------------------------------------------------


def f(x):
    return x**2 * np.tanh(x)


X, H = 0.5, 1e-5
T = np.tanh(X)
SLOPE = np.imag(f(X + 1e-20j)) / 1e-20  # the complex step, exact to rounding
CURVATURE = (f(X + 1e-4) - 2 * f(X) + f(X - 1e-4)) / 1e-8

x, W_1, b_1 = RNG.normal(size=(5, 3)), RNG.normal(size=(3, 4)), RNG.normal(size=4)
W_2, b_2, t = RNG.normal(size=(4, 2)), RNG.normal(size=2), np.eye(2)[[0, 1, 1, 0, 1]]
h = np.tanh(x @ W_1 + b_1)
o = h @ W_2 + b_2
p = np.exp(o) / np.exp(o).sum(axis=1, keepdims=True)
delta = (p - t) / 5


def loss(W, h=h):
    o = h @ W + b_2
    return -np.mean(np.log((t * np.exp(o)).sum(axis=1) / np.exp(o).sum(axis=1)))


def slopes(function, array):
    """Central differences by every element."""
    steps = 1e-5 * np.eye(array.size).reshape(array.size, *array.shape)
    return np.array([(function(array + d) - function(array - d)) / 2e-5 for d in steps]).reshape(array.shape)


# --- page 2: a latent with three values, x observed ---------------------------------------------------------

prior, likelihood, q = np.array([0.5, 0.3, 0.2]), np.array([0.1, 0.6, 0.9]), np.array([0.2, 0.5, 0.3])
q_later, likelihood_later = np.array([0.1, 0.4, 0.5]), np.array([0.2, 0.5, 0.8])


def terms(likelihood, q):
    """(log p(x), ELBO, KL(q(z|x) ‖ p(z|x)))."""
    evidence = np.log(np.sum(likelihood * prior))
    gap = np.sum(q * np.log(q / (likelihood * prior / np.exp(evidence))))
    return np.array([evidence, np.sum(q * np.log(likelihood)) - np.sum(q * np.log(q / prior)), gap])


EVIDENCE, ELBO, GAP = terms(likelihood, q)
CHANGE = terms(likelihood_later, q_later) - terms(likelihood, q)

# --- page 3: densities at four points, and the Dirac GAN ----------------------------------------------------

p_data, p_g = np.array([0.4, 0.3, 0.2, 0.1]), np.array([0.1, 0.1, 0.3, 0.5])
GRID = np.linspace(0.0001, 0.9999, 9999)[:, None]
BEST = GRID[np.argmax(p_data * np.log(GRID) + p_g * np.log(1 - GRID), axis=0), 0]  # by search, at each point
MIXED = (p_data + p_g) / 2
JSD = np.sum(p_data * np.log(p_data / MIXED) + p_g * np.log(p_g / MIXED)) / 2
THETA, PSI = 1.3, 0.7
V = lambda theta, psi: -np.log(2) - np.log(1 + np.exp(psi * theta))

# --- page 3.2: D of three images, labels, and the slopes of two losses by a complex step -------------------

D_of_real, D_of_fake = np.array([0.9, 0.4, 0.7]), np.array([0.2, 0.6, 0.1])
D_of_both, labels = np.concatenate([D_of_real, D_of_fake]), np.repeat([1.0, 0.0], 3)
SURPRISE = -np.log(np.where(labels == 1, D_of_both, 1 - D_of_both))
LOGIT = -1.7


def sigmoid(a):
    return 1 / (1 + np.exp(-a))


# --- page 4 -------------------------------------------------------------------------------------------------

W = np.array([[0.9, -0.4], [0.3, 0.7]])
states = [np.array([0.3, -0.2])]
for drive in (0.5, -0.1, 0.2):
    states.append(np.tanh(states[-1] @ W + drive))
JACOBIANS = [W * (1 - state**2) for state in states[1:]]


def last_state(h0):
    for drive in (0.5, -0.1, 0.2):
        h0 = np.tanh(h0 @ W + drive)
    return h0


BY_H0 = np.array([slopes(lambda h0, j=j: last_state(h0)[j], states[0]) for j in range(2)]).T
h1 = np.tanh(1.0)
h2 = np.tanh(h1 / 2)
h3 = np.tanh(-1 + h2 / 2)


def state(w, n):
    h = 0.0
    for x in (1.0, 0.0, -1.0)[:n]:
        h = np.tanh(x + w * h)
    return h


# number: (values of the names in the formula, tolerance)
VALUES = {
    "1.1": ({"f'(x)": SLOPE, "x": X}, 1e-14),
    "1.2": ({"f'(x)": SLOPE, "f(x + h)": f(X + H), "f(x - h)": f(X - H), "h": H}, 1e-9),
    "1.3": ({"a": 3.0, "b": 6.0, "c": 24.0}, 0),
    "1.4": (
        {"h": h, "x": x, "W_1": W_1, "b_1": b_1, "o": o, "W_2": W_2, "b_2": b_2, "L": loss(W_2), "B": 5.0}
        | {r"\sum_{i}": np.sum, r"\sum_k e^{o_{ik}}": np.exp(o).sum(axis=1)}
        | {r"\sum_k t_{ik}\, o_{ik}": (t * o).sum(axis=1)},
        1e-13,
    ),
    "1.5": (
        {r"\frac{\partial L}{\partial W_{jk}}": slopes(loss, W_2)}
        | {r"\sum_i \frac{\partial L}{\partial o_{ik}} \frac{\partial o_{ik}}{\partial W_{jk}}":
            np.einsum("ik,ij->jk", slopes(lambda o: -np.mean(np.log((t * np.exp(o)).sum(1) / np.exp(o).sum(1))), o), h)}
        | {r"\sum_i h_{ij}\, \delta_{ik}": np.einsum("ij,ik->jk", h, delta), r"(h^\top \delta)_{jk}": h.T @ delta}
        | {r"\frac{\partial L}{\partial h_{ij}}": slopes(lambda h: loss(W_2, h), h)}
        | {r"\sum_k \delta_{ik} W_{jk}": np.einsum("ik,jk->ij", delta, W_2), r"(\delta\, W^\top)_{ij}": delta @ W_2.T},
        1e-9,
    ),
    "1.6": ({"f''(x)": CURVATURE, "x": X, "t": T, "t'": 1 - T**2}, 1e-6),
    "2.1": (
        {r"\log p(x)": EVIDENCE, r"\mathbb E_{q}": lambda values: np.sum(q * values)}
        | {r"p(x \mid z)\, p(z)": likelihood * prior, r"q(z \mid x)": q, r"p(x \mid z)": likelihood}
        | {r"\mathrm{KL}(q(z \mid x) \,\|\, p(z))": np.sum(q * np.log(q / prior))}
        | {r"\underbrace": 1.0, r"_{\text{ELBO}}": 1.0},
        1e-14,
    ),
    "2.2": (
        {r"\log p(x)": EVIDENCE, r"\text{ELBO}": ELBO, r"\mathrm{KL}(q(z \mid x) \,\|\, p(z \mid x))": GAP},
        1e-14,
    ),
    "2.3": (
        {r"\Delta \log p(x)": CHANGE[0], r"\Delta\, \text{ELBO}": CHANGE[1]}
        | {r"\Delta\, \mathrm{KL}(q(z \mid x) \,\|\, p(z \mid x))": CHANGE[2]},
        1e-14,
    ),
    "2.3.2": (
        {r"\log p(x)": EVIDENCE, r"\mathbb E_q": lambda values: np.sum(q * values)}
        | {r"p(x \mid z)\, p(z)": likelihood * prior, r"q(z \mid x)": q},
        1e-14,
    ),
    "3.2.2": (
        {"L_t(x)": SURPRISE, "t": labels, "D(x)": D_of_both}
        | {"V(D, G)": np.mean(np.log(D_of_real)) + np.mean(np.log(1 - D_of_fake))}
        | {r"\mathbb E_{x \sim p_{data}}": np.mean, r"\mathbb E_{z \sim p_z}": np.mean}
        | {"L_1(x)": SURPRISE[:3], "L_0(G(z))": SURPRISE[3:]},
        1e-14,
    ),
    "3.2.4": (
        {r"\frac{d}{da} \log(1 - \sigma(a))": np.imag(np.log(1 - sigmoid(LOGIT + 1e-20j))) / 1e-20}
        | {r"\frac{d}{da} (-\log \sigma(a))": np.imag(-np.log(sigmoid(LOGIT + 1e-20j))) / 1e-20}
        | {r"\sigma": sigmoid, "a": LOGIT},
        1e-14,
    ),
    "3.3": (
        {"D^*(x)": BEST, r"\text{with the logit } a^*": np.log(BEST / (1 - BEST))}
        | {"p_{data}(x)": p_data, "p_g(x)": p_g, "p_{data}": p_data, "p_g": p_g},
        2e-3,  # of the search
    ),
    "3.4": (
        {"V(D^*, G)": np.sum(p_data * np.log(BEST) + p_g * np.log(1 - BEST))}
        | {r"\int p_{data} \log \frac{p_{data}}{2m} + p_g \log \frac{p_g}{2m}\, dx":
            np.sum(p_data * np.log(p_data / 2 / MIXED) + p_g * np.log(p_g / 2 / MIXED))}
        | {r"\mathrm{JSD}(p_{data} \,\|\, p_g)": JSD},
        1e-7,
    ),
    "3.5": (
        {r"\partial V/\partial\theta": (V(THETA + 1e-6, PSI) - V(THETA - 1e-6, PSI)) / 2e-6}
        | {r"\partial V/\partial\psi": (V(THETA, PSI + 1e-6) - V(THETA, PSI - 1e-6)) / 2e-6}
        | {r"\theta": THETA, r"\psi": PSI, r"\sigma": lambda a: 1 / (1 + np.exp(-a))}
        | {r"\dot\theta": PSI / (1 + np.exp(-PSI * THETA)), r"\dot\psi": -THETA / (1 + np.exp(-PSI * THETA))},
        1e-9,
    ),
    "4.2": ({"h_1": h1, "h_2": h2, "h_3": h3}, 5e-5),
    "4.3": (
        {r"\frac{dh_t}{dw}": np.imag(state(0.5 + 1e-20j, 3)) / 1e-20, "h_t": h3, "h_{t-1}": h2, "w": 0.5}
        | {r"\frac{dh_{t-1}}{dw}": np.imag(state(0.5 + 1e-20j, 2)) / 1e-20}
        | {r"\frac{dh_0}{dw}": np.imag(state(0.5 + 1e-20j, 0)) / 1e-20},
        1e-14,
    ),
    "4.6": (
        {r"\frac{\partial h_T}{\partial h_{T-k}}": BY_H0}
        | {r"\prod_{t = T-k+1}^{T} W_{hh}\, \mathrm{diag}(1 - h_t^2)": JACOBIANS[0] @ JACOBIANS[1] @ JACOBIANS[2]}
        | {r"\| \frac{\partial h_T}{\partial h_{T-k}} \|": np.linalg.norm(BY_H0, 2)}
        | {r"\sigma_{\max}(W_{hh})": np.linalg.norm(W, 2), "k": 3.0},
        1e-9,
    ),
}  # fmt: skip


def displayed():
    """{number: LaTeX} of the formulas that are not the ledger's."""
    found = {}
    for page in PAGES:
        for formula in formulas(page.read_text(encoding="utf-8")):
            known = [LATEX[id] for id in formula.ids]
            if not all(any(is_in(part, equation) for equation in known) for part in formula.parts):
                found[formula.number] = formula.parts
    return found


def test_every_formula_that_is_not_in_the_ledger_has_values():
    assert displayed().keys() == VALUES.keys()


@pytest.mark.parametrize("number", VALUES)
def test_a_formula_holds_as_it_is_displayed(number):
    names, tolerance = VALUES[number]
    false = [line for part in displayed()[number] for line in false_relations(part, names, tolerance)]
    assert not false, "\n" + "\n".join(false)


@pytest.mark.parametrize(
    ("number", "right", "wrong"),
    [
        ("1.1", "( 1 -", "( 1 +"),
        ("1.2", "{ 2 h }", "h"),
        ("1.6", "4 x", "2 x"),
        ("2.1", r"\ge", r"\le"),
        ("2.3", r"+ \Delta", r"- \Delta"),
        ("2.3.2", r"\ge", r"\le"),
        ("2.3.2", r"\log \mathbb", r"\mathbb"),
        ("3.2.2", "- t", "+ t"),
        ("3.2.2", "L _ 0", "L _ 1"),
        ("3.2.4", "= - ( 1 -", "= - ( 1 +"),
        ("3.4", "+ 2", "+"),
        ("3.5", r"\psi", r"\theta"),
        ("4.2", "0 . 7 6 1 6", "0 . 7 6 6 1"),
        ("4.3", "h _ { t - 1 }", "h _ t"),
        ("1.5", r"\sum _ i h _ { i j }", r"\sum _ k h _ { i j }"),
    ],
)
def test_the_claim_above_rejects_a_changed_formula(number, right, wrong):
    names, tolerance = VALUES[number]
    part = next(part for part in displayed()[number] if right in part)
    assert not false_relations(part, names, tolerance)
    changed = part.replace(right, wrong)
    assert changed != part
    with suppress(NoFormula):  # the changed piece has no value
        assert false_relations(changed, names, tolerance)


def test_arithmetic_is_read_as_it_is_displayed():
    names = {
        "x": 3.0,
        r"\mu": 2.0,
        "x_1": 5.0,
        "f": lambda v: 10 * v,
        "A": np.eye(2),
        "B": np.full((2, 2), 2.0),
    }
    for latex, expected in (
        (r"-\frac12 x^2 + \mu x", 1.5),
        (r"2x (x - \mu) / 4", 1.5),
        (r"x_1 x", 15),
        (r"f(x + 1) - 0.5", 39.5),
        (r"\log^2 x", np.log(3) ** 2),
        (r"e^{x - \mu}", np.e),
    ):
        assert value(latex, names) == pytest.approx(expected)
    np.testing.assert_array_equal(value(r"A B \odot B", names), np.full((2, 2), 4.0))
    for latex in ("x y", "(x", "x )", r"\sum_i x"):
        with pytest.raises(NoFormula):
            value(latex, names)
