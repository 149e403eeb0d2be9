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
# At the end you will know how the derivative of plain NumPy code is computed, how to look at a computation,
# how to add a rule of your own, and how to tell whether a derivative is right.
#
# Everything that is learned in this project is learned by following a gradient, so this page comes first. It
# needs nothing but school calculus and the shapes of matrix products.

# %%
import inspect
import math
import sys
import tempfile
from pathlib import Path

import matplotlib.pyplot as plt
import numpy as np

import scratchgen as sg

OUT = Path(tempfile.mkdtemp(prefix="gradients-"))  # the pictures of this page


def beside(what, ours, expected, tolerance):
    """Print a number beside the number to expect; fail if they differ by more than the tolerance."""
    print(f"{what:<42} {ours:>20.15g}   to expect {expected:>20.15g}   ± {tolerance:.0e}")
    assert abs(ours - expected) <= tolerance, what


# %% [markdown]
# ## One derivative, four times
#
# Take $f(x) = x^2 \tanh x$. By the product rule, and because $\tanh' = 1 - \tanh^2$,
#
# $$f'(x) = 2x \tanh x + x^2 (1 - \tanh^2 x).$$
#
# The second way knows nothing of calculus and asks the function itself:
#
# $$f'(x) \approx \frac{f(x + h) - f(x - h)}{2h}.$$
#
# The third and the fourth are autograd: `backward()` leaves the derivative in `x.grad`, as in PyTorch;
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
# What may they differ by? Autograd evaluates the same formula in another order, so a few units in the last of
# 16 places: $10^{-15}$. The difference quotient has two errors. Cutting off Taylor's series costs
# $h^2 f'''/6 \approx 10^{-10}$, and subtracting two nearly equal numbers of 16 places costs
# $10^{-16}/h = 10^{-11}$: together well below $10^{-9}$.

# %%
print(y)
beside("f'(0.5), finite differences", by_differences, by_hand, 1e-9)
beside("f'(0.5), backward()", by_backward, by_hand, 1e-15)
beside("f'(0.5), sg.grad", by_grad, by_hand, 1e-15)

# %% [markdown]
# ## The graph of a computation
#
# A `Tensor` is an array that remembers how it was made: by which function (`primitive`) and from which
# `inputs`. Here is the example that catches most home-made autograds:
#
# $$b = a + a, \qquad c = b + b\,a.$$
#
# By hand, $c = 2a + 2a^2$ and $dc/da = 2 + 4a$, which is 14 at $a = 3$. Going backwards, write
# $\bar v = \partial c / \partial v$ for the *cotangent* of $v$:
#
# | step | adds | now |
# |---|---|---|
# | start | $\bar c = 1$ | $\bar c = 1$ |
# | $c = b + m$, with $m = b\,a$ | $\bar c$ to $\bar b$ and $\bar c$ to $\bar m$ | $\bar b = 1,\ \bar m = 1$ |
# | $m = b\,a$ | $\bar m\,a$ to $\bar b$ and $\bar m\,b$ to $\bar a$ | $\bar b = 1 + 3 = 4,\ \bar a = 6$ |
# | $b = a + a$ | $\bar b$ to $\bar a$, twice | $\bar a = 6 + 4 + 4 = 14$ |
#
# The order matters: $b = a + a$ may be handled only once $\bar b$ is complete, after *both* of its uses. A
# sweep that goes on from $b$ as soon as it meets it carries 1 where it should carry 4.
#
# > In the debugger: `scratchgen debug autograd.chain_rule`

# %%
a = sg.Tensor(3.0, requires_grad=True)
b = a + a
c = b + b * a
c.backward(retain_graph=True)
beside("dc/da at 3", a.grad.item(), 14, 0)

# %% [markdown]
# Every tensor has a serial number, `serial`. Inputs are made before outputs, so the order from the youngest to
# the oldest is always correct, and finding it is a sort. `vjp_of_node` is one step of the chain rule.

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

beside("the same sweep in four lines", cotangent[a].item(), 14, 0)

# %% [markdown]
# The library draws the same graph. Arrows lead from what was given (blue) to the result (red); each box has
# its value and, as the gradient, its cotangent. Find the 4 in the box of $b$, and its two uses that add up
# to it. A notebook shows the picture below; a script leaves it in a file, and the last line of this page
# says where.

# %%
picture = sg.autograd.inspect.draw(c, names={"a": a, "b": b, "c": c}, path=OUT / "graph.png")
print(*picture.boxes[0].lines, sep="\n")
assert picture.boxes[0].lines == ("a", "value 3", "gradient 14")
picture

# %% [markdown]
# The library's own loop differs from the one above in one point: it does not sort first, but keeps the
# tensors whose cotangent waits in a heap, and takes the youngest from it.

# %%
print(inspect.getsource(sweep))

# %% [markdown]
# There is no function here that calls itself. A sweep that recurses from each node to its inputs needs as
# many nested calls as the graph is deep, and Python allows about a thousand: a recurrent network over a long
# text would end in a `RecursionError`. A loop has no such limit. Multiply by 1.00001 a hundred thousand
# times; the derivative is the product of all the factors, $1.00001^{100000} \approx e$. The number 1.00001
# itself is stored with an error of up to $10^{-16}$, which counts $10^5$ times: $10^{-11}$, and the tolerance
# leaves room.

# %%
long_chain = x_start = sg.Tensor(1.0, requires_grad=True)
for _ in range(100_000):
    long_chain = long_chain * 1.00001
long_chain.backward()
print(f"depth 100,000; Python's limit on nested calls is {sys.getrecursionlimit():,}")
beside("derivative of the long chain", x_start.grad.item(), math.exp(1e5 * math.log1p(1e-5)), 1e-10)

# %% [markdown]
# ## A whole network by hand
#
# Two layers and the cross entropy of $K$ classes, for $B$ examples that are the rows of $x$:
#
# $$
# h = \tanh(x W_1 + b_1), \quad o = h W_2 + b_2, \quad
# L = \frac1B \sum_{i} \Big[ \log \sum_k e^{o_{ik}} - \sum_k t_{ik}\, o_{ik} \Big]
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
# \frac{\partial L}{\partial h_{ij}} = \sum_k \delta_{ik} W_{jk} = (\delta\, W^\top)_{ij}.
# $$
#
# The shapes leave no other choice: $W$'s gradient is $(H, K)$, and of $h: (B, H)$ and $\delta: (B, K)$ only
# $h^\top \delta$ has that shape. (When $H = K$ shapes no longer tell; the page on recurrent networks meets
# that trap.)
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


def loss(W1, b1, W2, b2):
    h = np.tanh(x @ W1 + b1)
    o = h @ W2 + b2
    return np.mean(np.log(np.sum(np.exp(o), axis=1)) - np.sum(t * o, axis=1))


def gradients_by_hand(W1, b1, W2, b2):
    h = np.tanh(x @ W1 + b1)  # (B, H)
    e = np.exp(h @ W2 + b2)  # (B, K)
    delta2 = (e / e.sum(axis=1, keepdims=True) - t) / B  # (B, K)
    delta1 = (delta2 @ W2.T) * (1 - h**2)  # (B, H)
    return x.T @ delta1, delta1.sum(axis=0), h.T @ delta2, delta2.sum(axis=0)


ours = sg.grad(loss, argnums=(0, 1, 2, 3))(W1, b1, W2, b2)
for name, auto, hand in zip(("W1", "b1", "W2", "b2"), ours, gradients_by_hand(W1, b1, W2, b2), strict=True):
    beside(f"∂L/∂{name} {auto.shape}, largest difference", np.abs(auto.numpy() - hand).max(), 0, 1e-12)

# %% [markdown]
# The numbers are of order 1 and each is a sum of a few products, so rounding leaves about $10^{-16}$;
# $10^{-12}$ is generous, and any mistake in the derivation would show at once as a difference of order 1.
#
# ## Looking at a graph
#
# `inspect.draw` takes arrays as well, and then gives the least and the greatest of their values. Here is the
# network that we have just differentiated. Read it from below with the derivation beside it: the gradient of
# the second `add`, of shape $(B, K)$, is $\delta_2$; that of the first is $\delta_1$.

# %%
weights = {"W1": W1, "b1": b1, "W2": W2, "b2": b2}
leaves = {name: sg.Tensor(array, requires_grad=True) for name, array in weights.items()}
L = loss(**leaves)
sg.autograd.inspect.draw(L, names={**leaves, "x": x, "t": t, "L": L}, path=OUT / "network.png")

# %% [markdown]
# What is too large for a picture fits a table: a row for each step, and the line of code that made it.
# Models are trained in single precision, and a classic slip is a `np.float64` among their numbers: from
# there on everything is double, and about twice as slow. The table marks the place. (A plain Python `0.5`
# does no harm, NumPy adapts it.)

# %%
single = sg.Tensor(np.linspace(0, 1, 5, dtype=np.float32), requires_grad=True)
bent = np.tanh(single)
scaled = bent * np.sqrt(0.25)  # a np.float64
table = sg.autograd.inspect.table(scaled.sum())
print(table)

widened = [row[0] for row in table.rows if "→" in row[2]]
beside("steps where single became double", len(widened), 1, 0)
assert widened == ["multiply"]

# %% [markdown]
# ## The table of rules
#
# The library knows one rule for each argument of each function: given $g = \partial L/\partial y$, the output
# $y$ and the inputs, it returns $\partial L/\partial$ input. Here are some rows as they stand in the source.

# %%
from scratchgen.autograd.primitives import TABLE

for function in (np.add, np.multiply, np.exp, np.log, np.tanh, np.sin, np.sum):
    print(inspect.getsource(TABLE[function].rules[0]).strip())

print(f"\n{len(TABLE)} NumPy functions have a row in the table. The one for matrix products, in full:\n")
for rule in TABLE[np.matmul].rules:
    print(inspect.getsource(rule))

# %% [markdown]
# `_by_left` and `_by_right` are the two formulas that we derived. `sum_to_shape` undoes broadcasting: what
# was used in several places gets the sum of their cotangents, exactly as $a$ did above and as the bias did.
# For functions that act on each element the sweep takes that sum by itself, so their rules are bare. And
# `np.einsum`, $y = \sum \prod_j x^j$ over indices with letters, has one rule for any number of operands:
# $\partial L/\partial x^i = \sum g \prod_{j \ne i} x^j$ is an einsum again.
#
# > In the debugger: `scratchgen debug autograd.einsum`
#
# A function without a row is refused, and the message says what to do:

# %%
try:
    sg.grad(lambda x: np.cbrt(x) ** 2)(8.0)
except TypeError as error:
    print(error)

# %% [markdown]
# ## A rule of one's own
#
# $y = \log\cosh x$ overflows when written like that: $\cosh(1000)$ is infinite, $\log\cosh(1000)$ is 999.3.
# From $\cosh x = e^{|x|} (1 + e^{-2|x|})/2$ one reads a form that cannot, and the derivative is simply
# $\tanh x$.


# %%
@sg.primitive
def logcosh(x):
    """log cosh x, without overflow."""
    return np.abs(x) + np.log1p(np.exp(-2 * np.abs(x))) - np.log(2)


sg.defvjp(logcosh, lambda g, y, x: g * np.tanh(x))

beside("log cosh 1000", logcosh(1000.0).item(), 1000 - math.log(2), 1e-12)
beside("its derivative", sg.grad(logcosh)(1000.0).item(), 1, 1e-15)

points = np.array([-2.0, -0.3, 0.1, 1.7])
beside("check_grads: largest relative error", sg.check_grads(logcosh, points), 0, 1e-8)

# %% [markdown]
# `check_grads` compares with finite differences, in float64 and to second order. Its stencil is of fourth
# order with $h = 10^{-3}$, so its own error is about $h^4/30$ times the fifth derivative, some $10^{-13}$,
# plus rounding, $10^{-16}/h = 10^{-13}$, a little more at second order.
#
# Is such a check worth anything? Plant a mistake and see. The first is a factor that is off by a thousandth.
# The second forgets the cotangent altogether, and it is the more instructive one: as long as every test ends
# in `.sum()`, $g$ is 1 everywhere and the rule looks right. `check_grads` asks with a *random* cotangent.
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
beside("the forgetful rule under .sum(), error", np.abs(of_the_sum - np.tanh(points)).max(), 0, 1e-15)

for wrong in (off_by_a_thousandth, forgets_the_cotangent):
    try:
        sg.check_grads(wrong, points)
    except sg.autograd.GradientError as error:
        print(f"{wrong.name}: {error}")
    else:
        raise AssertionError(f"{wrong.name} was not caught")

# %% [markdown]
# ## The derivative of a derivative
#
# A rule is NumPy applied to $g$, $y$ and the inputs, and NumPy is what autograd differentiates. So when the
# rules are given tensors they are recorded like everything else, and `grad` can be applied to `grad`. No line
# of the library is about second derivatives. By hand, with $t = \tanh x$ and $t' = 1 - t^2$,
#
# $$f''(x) = 2t + 4x\,t' - 2x^2\,t\,t'.$$

# %%
second = sg.grad(sg.grad(f))
third = sg.grad(second)
t0 = math.tanh(x0)
beside("f''(0.5)", second(x0).item(), 2 * t0 + (4 * x0 - 2 * x0**2 * t0) * (1 - t0**2), 1e-14)

by_differences = (second(x0 + h).item() - second(x0 - h).item()) / (2 * h)
beside("f'''(0.5), against differences of f''", third(x0).item(), by_differences, 1e-8)

# %% [markdown]
# ## Many inputs, many outputs
#
# The derivative of a function of $n$ numbers with $m$ results is its Jacobian $J$, of shape $(m, n)$. One
# reverse sweep gives $g^\top J$ for one cotangent $g$, so `jacobian` makes one sweep for each of the $m$
# results. Polar coordinates have a Jacobian known from school: its determinant is the $r$ in
# $dx\,dy = r\,dr\,d\varphi$.
#
# > In the debugger: `scratchgen debug autograd.vjp`


# %%
def cartesian(p):
    r, phi = p
    return np.stack([r * np.cos(phi), r * np.sin(phi)])


p = np.array([2.0, math.pi / 6])
J = sg.jacobian(cartesian)(p).numpy()
print(J)
beside("det J at r = 2", np.linalg.det(J), 2, 1e-14)

# %% [markdown]
# Often one direction $u$ is enough, and $J$ itself is not wanted. How fast does the point move, $J u$, when
# $\varphi$ grows by one radian a second? On a circle of radius 2, at speed 2. That product is `jvp`, and it
# needs no rules of its own: $g \mapsto g^\top J$ is linear in $g$, so the derivative of $(g^\top J)\,u$ with
# respect to $g$ is $J u$. Two reverse sweeps, whatever $m$ and $n$ are.
#
# > In the debugger: `scratchgen debug autograd.transposition`

# %%
u = np.array([0.0, 1.0])
_, velocity = sg.jvp(cartesian, (p,), (u,))
beside("speed on the circle", np.linalg.norm(velocity.numpy()), 2, 1e-14)
beside("jvp against J u, largest difference", np.abs(velocity.numpy() - J @ u).max(), 0, 1e-15)

# %% [markdown]
# The same for second derivatives is `hvp`: the Hessian times a vector, without the Hessian. Our cross
# entropy contains $\log\sum_k e^{o_k}$. Its gradient is $p = \operatorname{softmax}(o)$, and differentiating
# that once more gives $H = \operatorname{diag}(p) - p\,p^\top$, hence $H v = p \odot v - p\,(p^\top v)$. For
# 1,000 classes $H$ has a million entries; `hvp` never makes one. And adding the same number to all $o_k$
# changes no probability, so $H$ times a vector of ones is nothing. Numbers here are below $10^{-1}$, so is
# their rounding below $10^{-16}$.
#
# > In the debugger: `scratchgen debug autograd.hvp`, or `nn.logsumexp`, `nn.softmax`

# %%
from scratchgen.functional import logsumexp, softmax

o, v = rng.normal(size=(2, 1000))
p = softmax(o)
times_hessian = sg.hvp(logsumexp)
beside("H v, largest difference", np.abs(times_hessian(o, v).numpy() - (p * v - p * (p @ v))).max(), 0, 1e-15)
beside("H times ones, largest entry", np.abs(times_hessian(o, np.ones(1000)).numpy()).max(), 0, 1e-15)

# %% [markdown]
# ## Bends, and weights to begin with
#
# Without a bend between them two layers are one, $(x W_1) W_2 = x (W_1 W_2)$. These are in use here:
#
# $$
# \sigma(x) = \frac1{1 + e^{-x}}, \qquad \log(1 + e^x), \qquad \max(x, 0), \qquad
# \max(x, 0) + a \min(x, 0).
# $$
#
# The logistic function has the slope $\sigma (1 - \sigma)$; softplus has the slope $\sigma$; the rectifier
# has 1 or 0, and the leaky one 1 or $a = 0.2$.
#
# > In the debugger: `scratchgen debug nn.sigmoid`, or `nn.softplus`, `nn.relu`, `nn.leaky_relu`

# %%
from scratchgen.functional import leaky_relu, relu, sigmoid, softplus

s = 1 / (1 + math.exp(-0.7))
beside("slope of the logistic function at 0.7", sg.grad(sigmoid)(0.7).item(), s * (1 - s), 1e-15)
beside("slope of softplus at 0.7", sg.grad(softplus)(0.7).item(), s, 1e-15)
both = lambda x: relu(x) + leaky_relu(x)
beside("slopes of the two rectifiers at −2", sg.grad(both)(-2.0).item(), 0 + 0.2, 0)

# %% [markdown]
# How large should weights be at the beginning? A unit sums $D$ products, so its mean square is
# $D\, \mathrm{Var}(W)$ times that of its inputs, and a rectifier loses half of it.
# $W \sim \mathcal N(0, 2/D)$ (He) keeps it through any number of layers; uniform weights of the variance
# $2/(D + H)$, which are $U(-a, a)$ with $a = \sqrt{6/(D + H)}$ (Glorot), keep it without a bend, forwards and
# backwards; and $a = 1/\sqrt D$, the default of many libraries, keeps a third. Ten layers of 256 units
# multiply these factors. One random network is some ten per cent off.
#
# > In the debugger: `scratchgen debug nn.fan_in`, or `nn.glorot`, `nn.he`

# %%
from scratchgen.nn.init import fan_in_uniform, glorot_uniform, he_normal

draw = sg.Generator(0)
for begin, factor in ((he_normal, 1), (glorot_uniform, 1 / 2), (fan_in_uniform, 1 / 6)):
    h = draw.standard_normal((200, 256))
    for _ in range(10):
        h = np.maximum(h @ begin(draw, 256, 256), 0)
    kept = math.log2(np.mean(h**2) / 0.5) / 10  # the first layer's inputs had 1, ½ after a rectifier
    beside(f"{begin.__name__}: doublings a layer", kept, math.log2(factor), 0.2)

# %% [markdown]
# ## From a gradient to a step
#
# The plain step is $\theta \leftarrow \theta - \alpha v$ along a sum of gradients that fades,
# $v \leftarrow \mu v + g$: under a constant gradient $v$ tends to $g / (1 - \mu)$. Adam divides a mean of
# gradients by the root of a mean of their squares, each freed of its beginning at 0. Here is the one as it
# stands in the library, and the other as its kernel for a debugger; $a$ and $e$ are $\alpha$ and
# $\varepsilon$ with the corrections in them.
#
# > In the debugger: `scratchgen debug optim.sgd`, or `optim.adam`

# %%
from scratchgen.nn import Parameter
from scratchgen.optim import SGD, Adam, MovingAverage
from scratchgen.optim.schedules import cosine_factor
from scratchgen_kernels.adam import loops

print(inspect.getsource(SGD.update))
print(inspect.getsource(loops.adam))


def steps(optimizer, n, g=4.0):
    """How far a parameter has come after each of n steps under a constant gradient."""
    (parameter,) = optimizer.parameters
    path = [parameter.data.item()]
    for _ in range(n):
        parameter.grad = np.array([g])
        optimizer.step()
        path.append(parameter.data.item())
    return np.diff(path)


def begin():
    return [Parameter(np.zeros(1))]


beside("the step of SGD in the end", steps(SGD(begin(), 0.1, momentum=0.9), 200)[-1], -0.1 * 4 / 0.1, 1e-6)
beside("every step of Adam, whatever the gradient", steps(Adam(begin(), 0.1), 200).max(), -0.1, 1e-6)

# %% [markdown]
# What is kept at the end may be an average of where the parameters went,
# $a \leftarrow d\, a + (1 - d)\, \theta$, which forgets its beginning because
# $d = \min(\text{decay}, (1 + t)/(10 + t))$ begins small. And $\alpha$ falls while training goes on: along
# half a cosine, in a straight line, in stages, or in two falls.
#
# > In the debugger: `scratchgen debug optim.average`, or `optim.stages`, `optim.straight_line`,
# > `optim.two_falls`

# %%
from scratchgen.reproductions import iwae_mnist, vae_mnist_fixed
from scratchgen.reproductions.gan_modes import Setting

theta = begin()
average = MovingAverage(theta, decay=0.9)
for _ in range(200):
    theta[0].data = np.ones(1)
    average.update()
beside("an average of ones, begun at 0", average.average[0].item(), 1, 1e-6)
beside("half a cosine, after a third", cosine_factor(1, 3), 0.75, 1e-15)
line = Setting("ring", (4,), epochs=4, scale=1.0, alpha=1.0)
beside("a straight line, after two of four epochs", line.step_size(3), 0.5, 1e-15)
beside(
    "stages: the second over the first",
    iwae_mnist.step_size(2) / iwae_mnist.step_size(1),
    10 ** (-1 / 7),
    1e-15,
)
beside("two falls", vae_mnist_fixed.step_size(500) / vae_mnist_fixed.step_size(1), 10 ** (-2 / 5), 1e-15)

# %% [markdown]
# ## Memory and time
#
# The reverse sweep needs the values of the forward pass, so a graph keeps all of them: memory grows with
# depth. `checkpoint` makes the opposite bargain. A function that is wrapped in it becomes one node, which
# keeps its inputs only; when the sweep arrives there, what was inside is computed again. Take a hundred
# layers in ten segments: a layer is two nodes, a product and a tanh. With the weights and the sum at the end
# that makes 202, and with checkpoints 12. The gradient is the same sum in another order:
# a few units in the last of 16 places.

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
    beside(f"{name}: nodes in the graph", len(youngest_first(end)), nodes, 0)
    end.backward()
    beside(f"{name}: segments computed", runs, expected_runs, 0)
    gradient[name] = W_leaf.grad
largest = np.abs(gradient["plain"]).max()
off = np.abs(gradient["checkpoint"] - gradient["plain"]).max()
beside("their gradients, relative difference", off / largest, 0, 1e-13)

# %% [markdown]
# The other way round, a rule may want something that the forward pass had in hand and that would be dear to
# compute again. With `primitive(saves=True)` the function returns it beside its result, and the rule is
# given it last. Here is the direction of a vector, $y = x/\lVert x \rVert$. A step along $x$ does not turn
# it, so the part of $g$ along $y$ is lost: $\bar x = (g - y\,(y^\top g)) / \lVert x \rVert$. At $x = (3, 4)$
# the direction is $(0.6, 0.8)$, and $\partial y_1/\partial x_1 = (1 - 0.6^2)/5$.


# %%
@sg.primitive(saves=True)
def direction(x):
    """x / ‖x‖ along the last axis; the length is kept for the rule."""
    length = np.sqrt(np.sum(x * x, axis=-1, keepdims=True))
    return x / length, length


sg.defvjp(direction, lambda g, y, x, length: (g - y * np.sum(g * y, axis=-1, keepdims=True)) / length)

x34 = np.array([3.0, 4.0])
beside("∂y₁/∂x₁ at (3, 4)", sg.jacobian(direction)(x34)[0, 0].item(), 0.128, 1e-15)
beside("check_grads, first order", sg.check_grads(direction, rng.normal(size=(4, 3)), order=1), 0, 1e-8)

# %% [markdown]
# The price: to autograd what was saved is a constant, without history, so such a rule cannot be
# differentiated again. It says so, and gives no wrong second derivative.

# %%
try:
    sg.hvp(lambda x: direction(x)[0])(x34, np.ones(2))
except RuntimeError as error:
    print(error)
else:
    raise AssertionError("a second derivative without the history of the length")

# %% [markdown]
# ## The picture
#
# On the left, what finite differences can do at best. From the right the error falls as $h$ (one-sided) or
# $h^2$ (central), until the subtraction of nearly equal numbers takes over, and smaller steps make it worse.
# No choice of $h$ reaches what autograd has without choosing. On the right, $f$ and three derivatives of it,
# each the `grad` of the one before.

# %%
steps = np.logspace(-13, 0, 120)
one_sided = np.abs((f(x0 + steps) - f(x0)) / steps - by_hand)
central = np.abs((f(x0 + steps) - f(x0 - steps)) / (2 * steps) - by_hand)
smallest = np.finfo(float).eps / 4  # an error of exactly 0 has no place on a logarithmic axis

figure, (left, right) = plt.subplots(1, 2, figsize=(11, 4.2), layout="constrained")
left.loglog(steps, np.maximum(one_sided, smallest), color="#2e86ab", label="one-sided difference")
left.loglog(steps, np.maximum(central, smallest), color="#d1495b", label="central difference")
left.axhline(max(abs(by_grad - by_hand), smallest), color="#1b2a41", linestyle="--", label="autograd")
left.set(xlabel="step $h$", ylabel="error of $f'(0.5)$", title="Two errors that pull in opposite directions")
left.legend(frameon=False, loc="lower left", bbox_to_anchor=(0, 0.08))

grid = np.linspace(-3, 3, 241)
derivative = f
for order, colour in enumerate(("#1b2a41", "#2e86ab", "#d1495b", "#e9a23b")):
    values = [derivative(sg.Tensor(v)).item() for v in grid]
    right.plot(grid, values, color=colour, label="$f" + "'" * order + "$")
    derivative = sg.grad(derivative)
right.set(xlabel="$x$", ylim=(-6, 9), title=r"$f(x) = x^2 \tanh x$, and grad applied again and again")
right.legend(frameon=False)
for axes in (left, right):
    axes.spines[["top", "right"]].set_visible(False)
figure.savefig(OUT / "gradients.png", dpi=120)

beside("best central difference: log10 of error", math.log10(max(central.min(), smallest)), -12, 4)
print("pictures:", OUT)

# %% [markdown]
# The best of the central differences depends on luck (an error can cross zero), hence the wide tolerance; the
# trend does not.
#
# ## Try it
#
# 1. Give `np.cbrt`, the cube root, its rule with `sg.defvjp`, so that the refused expression above works:
#    from $y^3 = x$ follows the slope as a function of $y$ alone. Check it with `sg.check_grads`.
#    What is it at 0?
# 2. In `gradients_by_hand` replace `delta1.sum(axis=0)` by `delta1.mean(axis=0)`. By which factor is it
#    wrong? What if $L$ were the sum over the examples?
# 3. Write $c = b + b\,a$ with one more use of $b$, and fill in the table by hand before you let
#    `inspect.draw` show you the numbers.
# 4. Write `direction` in plain NumPy, without a rule. What does `sg.hvp` say now? Check it with
#    `sg.check_grads`.
