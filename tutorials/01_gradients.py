# ---
# jupyter:
#   jupytext:
#     text_representation:
#       extension: .py
#       format_name: percent
# ---

# %% [markdown]
# # 1. Gradients by hand and by autograd
#
# You will learn how the derivative of plain NumPy code is computed, how to inspect a computation, how to add
# a derivative rule of your own, and how to check that a derivative is right.
#
# Every model in this project learns by following a gradient, so this page comes first. You only need school
# calculus and the shapes of matrix products.

# %%
import inspect
import math
import sys
import tempfile
from pathlib import Path

import matplotlib.pyplot as plt
import numpy as np

import scratchgen as sg
from scratchgen.testing import check

OUT = Path(tempfile.mkdtemp(prefix="gradients-"))  # the pictures of this page

# %% [markdown]
# ## One derivative, computed four ways
#
# Take $f(x) = x^2 \tanh x$. By the product rule, and because $\tanh' = 1 - \tanh^2$,
#
# $$f'(x) = 2x \tanh x + x^2 (1 - \tanh^2 x). \tag{1.1}$$
#
# The second way uses no calculus; it just evaluates the function at two nearby points:
#
# $$f'(x) \approx \frac{f(x + h) - f(x - h)}{2h}. \tag{1.2}$$
#
# The third and fourth ways use autograd: `backward()` leaves the derivative in `x.grad`, as in PyTorch;
# `sg.grad` turns the function into its derivative, as in JAX. Both run the same code. Note that `f` is plain
# NumPy: there is no second namespace to import.


# %%
def f(x):
    return x**2 * np.tanh(x)


def f_prime(x):
    return 2 * x * np.tanh(x) + x**2 * (1 - np.tanh(x) ** 2)


x0 = 0.5
by_hand = f_prime(x0)

h = 1e-5
by_differences = (f(x0 + h) - f(x0 - h)) / (2 * h)

x = sg.Tensor(x0, requires_grad=True)
y = f(x)
y.backward()
by_backward = x.grad.item()

by_grad = sg.grad(f)(x0).item()

# %% [markdown]
# How far apart may the four answers be? Autograd evaluates the same formula in a different order, so it may
# differ by a few units in the last of 16 digits: $10^{-15}$. The difference quotient has two errors.
# Truncating Taylor's series costs $h^2 f'''/6 \approx 10^{-10}$, and subtracting two nearly equal numbers of
# 16 digits costs $10^{-16}/h = 10^{-11}$: together well below $10^{-9}$.

# %%
print(y)
check("(1.2) f'(0.5), finite differences", by_differences, by_hand, 1e-9)
check("(1.1) f'(0.5), backward()", by_backward, by_hand, 1e-15)
check("(1.1) f'(0.5), sg.grad", by_grad, by_hand, 1e-15)

# %% [markdown]
# ## The computation graph
#
# A `Tensor` is an array that records how it was computed: by which function (`primitive`) and from which
# `inputs`. Here is an example that most home-made autograds get wrong:
#
# $$b = a + a, \qquad c = b + b\,a. \tag{1.3}$$
#
# By hand, $c = 2a + 2a^2$ and $dc/da = 2 + 4a$, which is 14 at $a = 3$. Going backwards, we write
# $\bar v = \partial c / \partial v$ for the *cotangent* of $v$:
#
# | step | adds | now |
# |---|---|---|
# | start | $\bar c = 1$ | $\bar c = 1$ |
# | $c = b + m$, with $m = b\,a$ | $\bar c$ to $\bar b$ and $\bar c$ to $\bar m$ | $\bar b = 1,\ \bar m = 1$ |
# | $m = b\,a$ | $\bar m\,a$ to $\bar b$ and $\bar m\,b$ to $\bar a$ | $\bar b = 1 + 3 = 4,\ \bar a = 6$ |
# | $b = a + a$ | $\bar b$ to $\bar a$, twice | $\bar a = 6 + 4 + 4 = 14$ |
#
# The order matters: $b = a + a$ may be processed only when $\bar b$ is complete, after *both* of its uses. A
# sweep that moves on from $b$ the first time it reaches it propagates 1 where it should propagate 4.
#
# > In the debugger: `scratchgen debug autograd.chain_rule`

# %%
a = sg.Tensor(3.0, requires_grad=True)
b = a + a
c = b + b * a
c.backward(retain_graph=True)
check("(1.3) b at a = 3", b.item(), 2 * 3, 0)
check("(1.3) c at a = 3", c.item(), 2 * 3 + 2 * 3**2, 0)
check("dc/da at 3", a.grad.item(), 14, 0)

# %% [markdown]
# Every tensor has a serial number, `serial`. Inputs are created before outputs, so going from the newest tensor
# to the oldest is always a correct order, and finding that order is a sort. `vjp_of_node` is one step of the
# chain rule.

# %%
from scratchgen.autograd.backward import sweep, vjp_of_node
from scratchgen.autograd.graph import youngest_first

cotangent = {c: np.array(1.0)}
for node in youngest_first(c):
    g = cotangent[node]
    made_by = node.primitive.name if node.primitive else "leaf a"
    print(f"{made_by:<9} value {node.item():>4}   cotangent {g:>4}")
    if node.primitive:
        for made_from, g_in in vjp_of_node(node, g, record=False):
            cotangent[made_from] = cotangent.get(made_from, 0) + g_in

check("dc/da by the sweep in four lines", cotangent[a].item(), 14, 0)

# %% [markdown]
# The library draws the same graph. Arrows lead from the inputs (blue) to the result (red); each box shows the
# value and, as the gradient, the cotangent. Find the 4 in the box of $b$, and the two uses of $b$ that add up
# to it. A notebook shows the picture below; a script writes it to a file, and the last line of output says
# where.

# %%
picture = sg.autograd.inspect.draw(c, names={"a": a, "b": b, "c": c}, path=OUT / "graph.png")
print(*picture.boxes[0].lines, sep="\n")
assert picture.boxes[0].lines == ("a", "value 3", "gradient 14")
picture

# %% [markdown]
# The library's own loop differs from the one above in one point: it does not sort first, but keeps the
# tensors that have a pending cotangent in a heap (a priority queue) and always takes the newest one.

# %%
print(inspect.getsource(sweep))

# %% [markdown]
# The sweep is not recursive. A sweep that recurses from each node to its inputs needs one nested call per
# level of the graph, and Python allows about a thousand: a recurrent network over a long text would end in a
# `RecursionError`. A loop has no such limit. Multiply by 1.00001 a hundred thousand times; the derivative is
# the product of all the factors, $1.00001^{100000} \approx e$. The number 1.00001 itself is stored with an
# error of up to $10^{-16}$, which enters $10^5$ times: $10^{-11}$. The tolerance leaves a margin.

# %%
long_chain = x_start = sg.Tensor(1.0, requires_grad=True)
for _ in range(100_000):
    long_chain = long_chain * 1.00001
long_chain.backward()
print(f"depth 100,000; Python's limit on nested calls is {sys.getrecursionlimit():,}")
check("derivative of the long chain", x_start.grad.item(), math.exp(1e5 * math.log1p(1e-5)), 1e-10)

# %% [markdown]
# ## The gradients of a network by hand
#
# Take two layers and the cross-entropy of $K$ classes, for $B$ examples in the rows of $x$:
#
# $$
# h = \tanh(x W_1 + b_1), \quad o = h W_2 + b_2, \quad
# L = \frac1B \sum_{i} \Big[ \log \sum_k e^{o_{ik}} - \sum_k t_{ik}\, o_{ik} \Big] \tag{1.4}
# $$
#
# with $x: (B, D)$, $W_1: (D, H)$, $W_2: (H, K)$ and the classes one-hot in $t: (B, K)$.
#
# **The last layer.** $\partial L/\partial o_{ik} = \frac1B (e^{o_{ik}}/\sum_j e^{o_{ij}} - t_{ik})$. Call it
# $\delta_2 = (\operatorname{softmax}(o) - t)/B$, of shape $(B, K)$.
#
# **A matrix product.** For $o = h W$ and $\delta = \partial L/\partial o$, index by index:
#
# $$
# \frac{\partial L}{\partial W_{jk}}
# = \sum_i \frac{\partial L}{\partial o_{ik}} \frac{\partial o_{ik}}{\partial W_{jk}}
# = \sum_i h_{ij}\, \delta_{ik} = (h^\top \delta)_{jk},
# \qquad
# \frac{\partial L}{\partial h_{ij}} = \sum_k \delta_{ik} W_{jk} = (\delta\, W^\top)_{ij}. \tag{1.5}
# $$
#
# The shapes leave no other choice: $W$'s gradient is $(H, K)$, and of the products of $h: (B, H)$ and
# $\delta: (B, K)$ only $h^\top \delta$ has that shape. (When $H = K$, shapes no longer decide; the page on
# recurrent networks shows that trap.)
#
# **A bias** was added to every row, so its gradient is the sum over the rows.
#
# **The tanh** acts on each element: $\delta_1 = (\delta_2 W_2^\top) \odot (1 - h^2)$, of shape $(B, H)$.
#
# > In the debugger: `scratchgen debug autograd.matrix_product`, or `nn.linear`, `nn.cross_entropy`

# %%
rng = np.random.default_rng(0)
B, D, H, K = 7, 5, 4, 3
x = rng.normal(size=(B, D))
t = np.eye(K)[rng.integers(K, size=B)]
W1, b1 = rng.normal(size=(D, H)), rng.normal(size=H)
W2, b2 = rng.normal(size=(H, K)), rng.normal(size=K)


def layers(W1, b1, W2, b2):
    h = np.tanh(x @ W1 + b1)
    return h, h @ W2 + b2


def loss(W1, b1, W2, b2):
    _, o = layers(W1, b1, W2, b2)
    return np.mean(np.log(np.sum(np.exp(o), axis=1)) - np.sum(t * o, axis=1))


def gradients_by_hand(W1, b1, W2, b2):
    h, o = layers(W1, b1, W2, b2)  # (B, H), (B, K)
    e = np.exp(o)
    delta2 = (e / e.sum(axis=1, keepdims=True) - t) / B  # (B, K)
    delta1 = (delta2 @ W2.T) * (1 - h**2)  # (B, H)
    return x.T @ delta1, delta1.sum(axis=0), h.T @ delta2, delta2.sum(axis=0)


ours = sg.grad(loss, argnums=(0, 1, 2, 3))(W1, b1, W2, b2)
for name, auto, hand in zip(("W1", "b1", "W2", "b2"), ours, gradients_by_hand(W1, b1, W2, b2), strict=True):
    check(f"∂L/∂{name} {auto.shape}, largest error", np.abs(auto.numpy() - hand).max(), 0, 1e-12)

# %% [markdown]
# Equations (1.4) and (1.5), index by index and with the library's layer and loss:

# %%
from scratchgen.functional import linear, softmax_cross_entropy

hidden, logits = layers(W1, b1, W2, b2)
classes = t.argmax(axis=1)
delta2 = (np.exp(logits) / np.exp(logits).sum(axis=1, keepdims=True) - t) / B
loss_of = lambda W, h: softmax_cross_entropy(h @ W + b2, classes).mean()
by_W, by_h = sg.grad(loss_of, argnums=(0, 1))(W2, hidden)
sums_over_i = sum(np.outer(hidden[i], delta2[i]) for i in range(B))  # Σ_i h_ij δ_ik
sums_over_k = sum(np.outer(delta2[:, k], W2[:, k]) for k in range(K))  # Σ_k δ_ik W_jk
check("(1.4) h by the library's layer", np.abs(np.tanh(linear(x, W1, b1)) - hidden).max(), 0, 1e-14)
check("(1.4) o by the library's layer", np.abs(linear(hidden, W2, b2) - logits).max(), 0, 1e-14)
check("(1.4) L by the library's loss", loss_of(W2, hidden), loss(W1, b1, W2, b2), 1e-14)
check("(1.5) ∂L/∂W_jk, largest error", np.abs(by_W.numpy() - sums_over_i).max(), 0, 1e-12)
check("(1.5) ∂L/∂h_ij, largest error", np.abs(by_h.numpy() - sums_over_k).max(), 0, 1e-12)

# %% [markdown]
# The numbers are of order 1 and each is a sum of a few products, so rounding errors are about $10^{-16}$;
# $10^{-12}$ is generous, and any mistake in the derivation would show as a difference of order 1.
#
# ## Drawing and tabulating a graph
#
# For an array, `inspect.draw` shows the smallest and the largest value. Here is the network that we have just
# differentiated. Read it from the bottom up, next to the derivation: the gradient of the second `add`, of
# shape $(B, K)$, is $\delta_2$; the gradient of the first is $\delta_1$.

# %%
weights = {"W1": W1, "b1": b1, "W2": W2, "b2": b2}
leaves = {name: sg.Tensor(array, requires_grad=True) for name, array in weights.items()}
L = loss(**leaves)
sg.autograd.inspect.draw(L, names={**leaves, "x": x, "t": t, "L": L}, path=OUT / "network.png")

# %% [markdown]
# A graph too large to draw still fits in a table, with one row per step and the line of code that made it.
# Models are trained in single precision, and a classic mistake is a `np.float64` scalar among their numbers:
# from there on everything is double precision, and about twice as slow. The table marks the place. (A plain
# Python `0.5` does no harm; NumPy adapts it.)

# %%
single = sg.Tensor(np.linspace(0, 1, 5, dtype=np.float32), requires_grad=True)
activations = np.tanh(single)
scaled = activations * np.sqrt(0.25)  # a np.float64
table = sg.autograd.inspect.table(scaled.sum())
print(table)

widened = [row[0] for row in table.rows if "→" in row[2]]
check("steps where float32 became float64", len(widened), 1, 0)
assert widened == ["multiply"]

# %% [markdown]
# ## The table of derivative rules
#
# The library has one rule for each argument of each function: given $g = \partial L/\partial y$, the output
# $y$ and the inputs, the rule returns the derivative of $L$ with respect to that input. Here are some rows
# from the source.

# %%
from scratchgen.autograd.primitives import TABLE

for function in (np.add, np.multiply, np.exp, np.log, np.tanh, np.sin, np.sum):
    print(inspect.getsource(TABLE[function].rules[0]).strip())

print(f"\n{len(TABLE)} NumPy functions have rules in the table. The rules of the matrix product, in full:\n")
for rule in TABLE[np.matmul].rules:
    print(inspect.getsource(rule))

# %% [markdown]
# `_by_left` and `_by_right` are the two formulas that we derived. `sum_to_shape` undoes broadcasting: an
# element that was used in several places gets the sum of their cotangents, exactly like $a$ and the bias
# above. For elementwise functions the sweep does this by itself, so their rules do not contain it.
# `np.einsum`, $y = \sum \prod_j x^j$ over named indices, has one rule for any number of operands:
# $\partial L/\partial x^i = \sum g \prod_{j \ne i} x^j$ is an einsum again.
#
# > In the debugger: `scratchgen debug autograd.einsum`
#
# Functions without a rule raise an error that says what to do:

# %%
try:
    sg.grad(lambda x: np.cbrt(x) ** 2)(8.0)
except TypeError as error:
    print(error)

# %% [markdown]
# ## Adding a derivative rule
#
# Written like this, $y = \log\cosh x$ overflows: $\cosh(1000)$ is infinite, although $\log\cosh(1000)$ is
# 999.3. The identity $\cosh x = e^{|x|} (1 + e^{-2|x|})/2$ gives a form that cannot overflow, and the
# derivative is simply $\tanh x$.


# %%
@sg.primitive
def logcosh(x):
    """log cosh x, without overflow."""
    return np.abs(x) + np.log1p(np.exp(-2 * np.abs(x))) - np.log(2)


sg.defvjp(logcosh, lambda g, y, x: g * np.tanh(x))

check("log cosh 1000", logcosh(1000.0).item(), 1000 - math.log(2), 1e-12)
check("its derivative", sg.grad(logcosh)(1000.0).item(), 1, 1e-15)

points = np.array([-2.0, -0.3, 0.1, 1.7])
check("check_grads: largest relative error", sg.check_grads(logcosh, points), 0, 1e-8)

# %% [markdown]
# `check_grads` compares with finite differences, in float64, for first and second derivatives. Its stencil is
# of fourth order with $h = 10^{-3}$, so its own error is about $h^4/30$ times the fifth derivative, some
# $10^{-13}$, plus rounding, $10^{-16}/h = 10^{-13}$, and slightly more for second derivatives.
#
# Does such a check find errors? We plant two. The first is a factor that is off by a thousandth. The second
# ignores the cotangent, and it is the more instructive one: as long as every test ends in `.sum()`, $g$ is 1
# everywhere and the rule looks right. `check_grads` uses a *random* cotangent.
#
# > In the debugger: `scratchgen debug autograd.difference`


# %%
@sg.primitive
def off_by_a_thousandth(x):
    return logcosh(x)


@sg.primitive
def forgets_the_cotangent(x):
    return logcosh(x)


sg.defvjp(off_by_a_thousandth, lambda g, y, x: 1.001 * g * np.tanh(x))
sg.defvjp(forgets_the_cotangent, lambda g, y, x: np.tanh(x))

of_the_sum = sg.grad(lambda x: forgets_the_cotangent(x).sum())(points).numpy()
check("rule without the cotangent under .sum()", np.abs(of_the_sum - np.tanh(points)).max(), 0, 1e-15)

for wrong in (off_by_a_thousandth, forgets_the_cotangent):
    try:
        sg.check_grads(wrong, points)
    except sg.autograd.GradientError as error:
        print(f"{wrong.name}: {error}")
    else:
        raise AssertionError(f"{wrong.name} was not caught")

# %% [markdown]
# ## Higher derivatives
#
# A rule is NumPy code applied to $g$, $y$ and the inputs, and autograd differentiates NumPy code. So rules
# that are called with tensors are recorded like everything else, and `grad` can be applied to `grad`. The
# library has no code for second derivatives. By hand, with $t = \tanh x$ and $t' = 1 - t^2$,
#
# $$f''(x) = 2t + 4x\,t' - 2x^2\,t\,t'. \tag{1.6}$$

# %%
second = sg.grad(sg.grad(f))
third = sg.grad(second)
t0 = math.tanh(x0)
check("(1.6) f''(0.5)", second(x0).item(), 2 * t0 + (4 * x0 - 2 * x0**2 * t0) * (1 - t0**2), 1e-14)

by_differences = (second(x0 + h).item() - second(x0 - h).item()) / (2 * h)
check("f'''(0.5), against differences of f''", third(x0).item(), by_differences, 1e-8)

# %% [markdown]
# ## Jacobians and Hessian-vector products
#
# The derivative of a function of $n$ numbers with $m$ results is its Jacobian $J$, of shape $(m, n)$. One
# reverse sweep computes the vector-Jacobian product $g^\top J$ for one cotangent $g$, so `jacobian` makes one
# sweep for each of the $m$ results. The Jacobian of polar coordinates is well known: its determinant is the
# $r$ in $dx\,dy = r\,dr\,d\varphi$.
#
# > In the debugger: `scratchgen debug autograd.vjp`


# %%
def cartesian(p):
    r, phi = p
    return np.stack([r * np.cos(phi), r * np.sin(phi)])


p = np.array([2.0, math.pi / 6])
J = sg.jacobian(cartesian)(p).numpy()
print(J)
check("det J at r = 2", np.linalg.det(J), 2, 1e-14)

# %% [markdown]
# Often one direction $u$ is enough, and $J$ itself is not needed. How fast does the point move when $\varphi$
# grows by one radian per second? On a circle of radius 2, at speed 2. This Jacobian-vector product $J u$ is
# computed by `jvp`, which needs no additional rules: $g \mapsto g^\top J$ is linear in $g$, so the derivative
# of $(g^\top J)\,u$ with respect to $g$ is $J u$. It takes two reverse sweeps for any $m$ and $n$.
#
# > In the debugger: `scratchgen debug autograd.transposition`

# %%
u = np.array([0.0, 1.0])
_, velocity = sg.jvp(cartesian, (p,), (u,))
check("speed on the circle", np.linalg.norm(velocity.numpy()), 2, 1e-14)
check("jvp against J u, largest difference", np.abs(velocity.numpy() - J @ u).max(), 0, 1e-15)

# %% [markdown]
# The analogue for second derivatives is `hvp`, the Hessian times a vector, without the Hessian. Our
# cross-entropy contains $\log\sum_k e^{o_k}$. Its gradient is $p = \operatorname{softmax}(o)$, and a second
# derivative gives $H = \operatorname{diag}(p) - p\,p^\top$, hence $H v = p \odot v - p\,(p^\top v)$. For
# 1,000 classes $H$ has a million entries; `hvp` never forms it. Adding the same number to all $o_k$ changes
# no probability, so $H$ times a vector of ones is zero. The numbers here are below $10^{-1}$, so their
# rounding errors are below $10^{-16}$.
#
# > In the debugger: `scratchgen debug autograd.hvp`, or `nn.logsumexp`, `nn.softmax`

# %%
from scratchgen.functional import logsumexp, softmax

o, v = rng.normal(size=(2, 1000))
p = softmax(o)
times_hessian = sg.hvp(logsumexp)
check("H v, largest difference", np.abs(times_hessian(o, v).numpy() - (p * v - p * (p @ v))).max(), 0, 1e-15)
check("H times ones, largest entry", np.abs(times_hessian(o, np.ones(1000)).numpy()).max(), 0, 1e-15)

# %% [markdown]
# ## Nonlinearities and initial weights
#
# Without a nonlinearity between them, two layers collapse into one, $(x W_1) W_2 = x (W_1 W_2)$. The library
# uses these nonlinearities (activation functions):
#
# $$
# \sigma(x) = \frac1{1 + e^{-x}}, \qquad \log(1 + e^x), \qquad \max(x, 0), \qquad
# \max(x, 0) + a \min(x, 0). \tag{1.7}
# $$
#
# The logistic function (sigmoid) has the slope $\sigma (1 - \sigma)$; softplus has the slope $\sigma$; the
# rectifier (ReLU) has the slope 1 or 0, and the leaky rectifier 1 or $a = 0.2$.
#
# > In the debugger: `scratchgen debug nn.sigmoid`, or `nn.softplus`, `nn.relu`, `nn.leaky_relu`

# %%
from scratchgen.functional import leaky_relu, relu, sigmoid, softplus

s = 1 / (1 + math.exp(-0.7))
check("slope of the logistic function at 0.7", sg.grad(sigmoid)(0.7).item(), s * (1 - s), 1e-15)
check("slope of softplus at 0.7", sg.grad(softplus)(0.7).item(), s, 1e-15)
both = lambda x: relu(x) + leaky_relu(x)
check("slopes of the two rectifiers at −2, summed", sg.grad(both)(-2.0).item(), 0 + 0.2, 0)

# %% [markdown]
# How large should the initial weights be? A unit sums $D$ products, so its mean square is
# $D\, \mathrm{Var}(W)$ times the mean square of its inputs, and a rectifier halves it. He initialisation,
# $W \sim \mathcal N(0, 2/D)$, keeps the mean square constant through any number of rectified layers. Glorot
# initialisation, $U(-a, a)$ with $a = \sqrt{6/(D + H)}$ and thus the variance $2/(D + H)$, is made for linear
# layers: forwards $1/D$ would keep the mean square, backwards $1/H$, and for $D = H$ it keeps both. The
# default of many libraries, $a = 1/\sqrt D$, keeps a third of it. Ten layers of 256 units multiply these
# factors. A single random network deviates by some ten per cent.
#
# > In the debugger: `scratchgen debug nn.fan_in`, or `nn.glorot`, `nn.he`

# %%
from scratchgen.nn.init import fan_in_uniform, glorot_uniform, he_normal

draw = sg.Generator(0)
for begin, factor in ((he_normal, 1), (glorot_uniform, 1 / 2), (fan_in_uniform, 1 / 6)):
    h = draw.standard_normal((200, 256))
    for _ in range(10):
        h = np.maximum(h @ begin(draw, 256, 256), 0)
    kept = math.log2(np.mean(h**2) / 0.5) / 10  # mean square: 1 of the inputs, ½ after a rectifier
    check(f"{begin.__name__}: doublings per layer", kept, math.log2(factor), 0.2)

# %% [markdown]
# ## Optimisers: SGD and Adam
#
# Stochastic gradient descent (SGD) takes the step $\theta \leftarrow \theta - \alpha g$. With momentum the
# step is along a decaying sum of gradients, $\theta \leftarrow \theta - \alpha v$ with
# $v \leftarrow \mu v + g$: under a constant gradient $v$ tends to $g / (1 - \mu)$; Nesterov momentum looks
# one step ahead, with $g + \mu v$ in place of $v$. Adam divides a running mean of the gradients by the square
# root of a running mean of their squares, after correcting both for starting at zero (bias correction): under a
# constant gradient of any size every step has the size $\alpha$. Below are the library's SGD and the plain-loop
# kernel of Adam, which you can step through; its $a$ and $e$ are $\alpha$ and $\varepsilon$ with the corrections
# included.
#
# Relatives of Adam use parts of it. RMSProp divides the gradient itself by the root of the running mean of
# squares, Adagrad by the root of the sum of all squares, and AdamW adds weight decay: it also subtracts
# $\alpha \lambda \theta$ in each step.
#
# > In the debugger: `scratchgen debug optim.sgd`, or `optim.momentum`, `optim.nesterov`, `optim.rmsprop`,
# > `optim.adagrad`, `optim.adam`, `optim.adamw`

# %%
from scratchgen.nn import Parameter
from scratchgen.optim import SGD, Adam, MovingAverage
from scratchgen.optim.schedules import cosine_factor
from scratchgen_kernels.adam import loops

print(inspect.getsource(SGD.update))
print(inspect.getsource(loops.adam))


def steps(optimizer, n, g=4.0):
    """The n steps that an optimiser takes under a constant gradient."""
    (parameter,) = optimizer.parameters
    path = [parameter.data.item()]
    for _ in range(n):
        parameter.grad = np.array([g])
        optimizer.step()
        path.append(parameter.data.item())
    return np.diff(path)


def begin():
    return [Parameter(np.zeros(1))]


check("SGD's step after 200 steps", steps(SGD(begin(), 0.1, momentum=0.9), 200)[-1], -0.1 * 4 / 0.1, 1e-6)
for g in (4.0, 0.001):
    each = steps(Adam(begin(), 0.1), 200, g)
    check(f"Adam under a constant gradient {g:g}: first step", each[0], -0.1, 2e-6)
    check(f"Adam under a constant gradient {g:g}: last step", each[-1], -0.1, 2e-6)

# %% [markdown]
# The weights you keep may be a moving average of the parameters, $a \leftarrow d\, a + (1 - d)\, \theta$,
# which forgets its initial value because $d = \min(\text{decay}, (1 + t)/(10 + t))$ starts small. And the
# learning rate $\alpha$ may follow a schedule: half a cosine, a straight line, many stages, or two steps
# down, often after a warm-up in which it rises linearly.
#
# > In the debugger: `scratchgen debug optim.average`, or `optim.warmup`, `optim.step_decay`, `optim.stages`,
# > `optim.straight_line`, `optim.two_falls`

# %%
from scratchgen.reproductions.gan_setting import Setting
from scratchgen.reproductions.step_sizes import of_stages, of_two_falls

theta = begin()
average = MovingAverage(theta, decay=0.9)
for _ in range(200):
    theta[0].data = np.ones(1)
    average.update()
check("an average of ones that starts at 0", average.average[0].item(), 1, 1e-6)
check("half a cosine, after a third of training", cosine_factor(1, 3), 0.75, 1e-15)
line = Setting("ring", (4,), epochs=4, scale=1.0, learning_rate=1.0)
check("straight line, after two of four epochs", line.step_size(3), 0.5, 1e-15)
check(
    "stages: the second rate over the first",
    of_stages(2) / of_stages(1),
    10 ** (-1 / 7),
    1e-15,
)
check("two steps down", of_two_falls(500) / of_two_falls(1), 10 ** (-2 / 5), 1e-15)

# %% [markdown]
# ## Trading memory for time: recomputation and saved values
#
# The reverse sweep needs the values of the forward pass, so a graph keeps all of them: memory grows with
# depth. Gradient checkpointing makes the opposite trade. A wrapped function becomes one node, which keeps
# only its inputs; when the sweep reaches the node, the values inside are computed again. Take a hundred
# layers in ten segments: each layer has two nodes, a product and a tanh. With the weights and the final sum
# the plain graph has 202 nodes, and the graph with checkpoints 12. The gradient is the same sum in a
# different order, so it may differ by a few units in the last of 16 digits.

# %%
W = rng.normal(size=(8, 8)) / math.sqrt(8)
runs, gradient = 0, {}


def ten_layers(h, W):
    global runs
    runs += 1
    for _ in range(10):
        h = np.tanh(h @ W)
    return h


def deep(segment, W):
    h = np.ones((1, 8))
    for _ in range(10):
        h = segment(h, W)
    return h.sum()


for name, segment, nodes, expected_runs in (
    ("plain", ten_layers, 202, 10),
    ("checkpoint", sg.remat(ten_layers), 12, 20),
):
    runs, W_leaf = 0, sg.Tensor(W, requires_grad=True)
    end = deep(segment, W_leaf)
    check(f"{name}: nodes in the graph", len(youngest_first(end)), nodes, 0)
    end.backward()
    check(f"{name}: segments computed", runs, expected_runs, 0)
    gradient[name] = W_leaf.grad
largest = np.abs(gradient["plain"]).max()
off = np.abs(gradient["checkpoint"] - gradient["plain"]).max()
check("their gradients, relative difference", off / largest, 0, 1e-13)

# %% [markdown]
# Conversely, a rule may need a value that the forward pass already computed and that is expensive to
# recompute. With `primitive(saves=True)` the function returns this value after its result, and the rule
# receives it as its last argument. Here is the direction of a vector, $y = x/\lVert x \rVert$. A step along
# $x$ does not change the direction, so the component of $g$ along $y$ is removed:
# $\bar x = (g - y\,(y^\top g)) / \lVert x \rVert$. At $x = (3, 4)$ the direction is $(0.6, 0.8)$, and
# $\partial y_1/\partial x_1 = (1 - 0.6^2)/5$.


# %%
@sg.primitive(saves=True)
def direction(x):
    """x / ‖x‖ along the last axis; the rule receives the length."""
    length = np.sqrt(np.sum(x * x, axis=-1, keepdims=True))
    return x / length, length


sg.defvjp(direction, lambda g, y, x, length: (g - y * np.sum(g * y, axis=-1, keepdims=True)) / length)

x34 = np.array([3.0, 4.0])
check("∂y₁/∂x₁ at (3, 4)", sg.jacobian(direction)(x34)[0, 0].item(), 0.128, 1e-15)
check("check_grads, first order", sg.check_grads(direction, rng.normal(size=(4, 3)), order=1), 0, 1e-8)

# %% [markdown]
# The price: to autograd a saved value is a constant without history, so such a rule cannot be differentiated
# again. It raises an error instead of returning a wrong second derivative.

# %%
try:
    sg.hvp(lambda x: direction(x)[0])(x34, np.ones(2))
except RuntimeError as error:
    print(error)
else:
    raise AssertionError("a second derivative that ignores the saved length")

# %% [markdown]
# ## Finite differences against autograd
#
# The left plot shows the best that finite differences can do. As $h$ shrinks, the error falls like $h$
# (one-sided) or $h^2$ (central), until the subtraction of nearly equal numbers dominates and smaller steps
# make it worse. No choice of $h$ reaches the accuracy of autograd, which needs no such choice. The right plot
# shows $f$ and its first three derivatives, each the `grad` of the previous one.

# %%
steps = np.logspace(-13, 0, 120)
one_sided = np.abs((f(x0 + steps) - f(x0)) / steps - by_hand)
central = np.abs((f(x0 + steps) - f(x0 - steps)) / (2 * steps) - by_hand)
smallest = np.finfo(float).eps / 4  # an error of exactly 0 has no place on a logarithmic axis

figure, (left, right) = plt.subplots(1, 2, figsize=(11, 4.2), layout="constrained")
left.loglog(steps, np.maximum(one_sided, smallest), color="#2e86ab", label="one-sided difference")
left.loglog(steps, np.maximum(central, smallest), color="#d1495b", label="central difference")
left.axhline(max(abs(by_grad - by_hand), smallest), color="#1b2a41", linestyle="--", label="autograd")
left.set(xlabel="step $h$", ylabel="error of $f'(0.5)$", title="Truncation errors and rounding errors")
left.legend(frameon=False, loc="lower left", bbox_to_anchor=(0, 0.08))

grid = np.linspace(-3, 3, 241)
derivative = f
for order, colour in enumerate(("#1b2a41", "#2e86ab", "#d1495b", "#e9a23b")):
    values = [derivative(sg.Tensor(v)).item() for v in grid]
    right.plot(grid, values, color=colour, label="$f" + "'" * order + "$")
    derivative = sg.grad(derivative)
right.set(
    xlabel="$x$",
    ylabel="value",
    ylim=(-6, 9),
    title=r"$f(x) = x^2 \tanh x$, and its derivatives by repeated grad",
)
right.legend(frameon=False)
for axes in (left, right):
    axes.spines[["top", "right"]].set_visible(False)
figure.savefig(OUT / "gradients.png", dpi=120)

check("best central difference: log10 of error", math.log10(max(central.min(), smallest)), -12, 4)
print("pictures:", OUT)

# %% [markdown]
# The best central difference depends on luck (an error can cross zero), hence the wide tolerance; the trend
# does not.
#
# ## Exercises
#
# 1. Give `np.cbrt`, the cube root, a rule with `sg.defvjp`, so that the refused expression above works:
#    $y^3 = x$ gives the slope as a function of $y$ alone. Check it with `sg.check_grads`. What is the slope
#    at 0?
# 2. In `gradients_by_hand` replace `delta1.sum(axis=0)` by `delta1.mean(axis=0)`. By which factor is the
#    result wrong? What if $L$ were the sum over the examples?
# 3. Add one more use of $b$ to $c = b + b\,a$, and fill in the table by hand before you look at the numbers
#    in `inspect.draw`.
# 4. Write `direction` in plain NumPy, without a rule. What does `sg.hvp` return now? Check it with
#    `sg.check_grads`.
