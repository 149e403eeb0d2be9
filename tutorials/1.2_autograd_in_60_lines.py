# ---
# jupyter:
#   jupytext:
#     text_representation:
#       extension: .py
#       format_name: percent
# ---

# %% [markdown]
# # 1.2 Autograd in 60 lines
#
# **Autograd**, automatic differentiation, is a program that computes the derivatives of other programs. Every
# network of this course learns by it. On this page you write your own, first for numbers and then for arrays, and
# train a network with it.
#
# **You will be able to**
#
# - write a program that remembers how it computed a result;
# - carry derivatives back through it, in the right order;
# - derive the rules of a matrix product and of broadcasting, index by index;
# - check every rule, and catch an autograd that forgets.
#
# **You need** [a derivative four ways](1.1_derivative_four_ways.py), Python classes, and from NumPy the
# product `@` of matrices and **broadcasting**, the sum of arrays with the shapes (4, 3) and (3,). Reading takes about
# 40 minutes, each exercise some more, running two seconds. (You can skip the lines from `figure` to `savefig`.)

# %%
import tempfile
from pathlib import Path

import matplotlib.pyplot as plt
import numpy as np

import scratchgen as sg
from scratchgen.testing import check

OUT = Path(tempfile.mkdtemp(prefix="autograd-"))  # the pictures of this page

# %% [markdown]
# ## A question first
#
# Here are three lines of a program. The number $a$ is given, and $c$ is the result:
#
# $$ b = a + a, \quad m = b\, a, \quad c = b + m. \tag{1.2.1} $$
#
# Put the first two lines into the third: $c = 2a + 2a^2$. So the derivative of $c$ by $a$ is $2 + 4a$, and
# at $a = 3$ it is 14.
#
# Now a program computes the derivative, line by line from the last to the first. It begins with the derivative 1 for
# $c$, and goes through $c$, then $m$, then $b$: each line gives shares to the numbers on its right side. But $a$ and
# $b$ are used more than once, and get several shares.
#
# **Write down what you expect:** which number does the program find in place of 14 if each share replaces the one
# before it?
#
# ## Numbers that remember
#
# The number $x$ changes the result $L$ only through the numbers $y$ that are computed directly from it. Each of these
# contributes a product: how fast $L$ changes with $y$, times how fast $y$ changes with $x$. Small changes
# add up, and so do the shares of all uses. This is the **chain rule** for several uses:
#
# $$
# \frac{\partial L}{\partial x} = \sum_y \frac{\partial L}{\partial y} \frac{\partial y}{\partial x}. \tag{1.2.2}
# $$
#
# We call $\partial L / \partial x$ the **gradient** of $x$: each number stores its own entry of the list of partial
# derivatives. And $\partial y / \partial x$ is a **local derivative**: it concerns one line alone. For $y = x + z$ it
# is 1. For $y = x\,z$ it is $z$, the other factor.
#
# So a **node**, a number that remembers, stores its value and its **parents**, the numbers that it was computed from.
# For each parent it also stores a **rule**: a function that turns the gradient $g$ of the node into the parent's share,
# $g$ times the local derivative. (`lambda g: g * y` is a function of `g` without a name.) Python calls the method
# `__add__` for `a + b`, and `__mul__` for `a * b`. Every new node is appended to a list, the **tape**.

# %%
tape = []


class Number:
    """A number that remembers how it was computed."""

    def __init__(self, value, parents=(), rules=()):
        self.value, self.parents, self.rules = value, parents, rules
        self.grad = 0 * value
        tape.append(self)

    def receive(self, share):
        self.grad += share

    def __add__(self, other):  # type(self) is the class of self: Number here, and later Array
        return type(self)(self.value + other.value, (self, other), (lambda g: g, lambda g: g))

    def __mul__(self, other):
        rules = (lambda g: g * other.value, lambda g: g * self.value)
        return type(self)(self.value * other.value, (self, other), rules)


# %% [markdown]
# Now (1.2.2), from the end to the beginning: the **reverse sweep**. It starts with
# $\partial L / \partial L = 1$. Then each node gives each parent its share, which the parent *adds* to the shares of
# other uses: `+=`. (`zip` takes each parent together with its rule.)
#
# A node may pass on its gradient only when it is complete, after all its uses. The tape guarantees this: a node is
# older than all its uses, and we go from the newest node to the oldest. At the end the tape is emptied.


# %%
def sweep(result):
    result.grad += 1
    for node in reversed(tape):
        for parent, rule in zip(node.parents, node.rules, strict=True):
            parent.receive(rule(node.grad))
    tape.clear()


# %%
def three_lines(a):
    b = a + a
    m = b * a
    return b, m, b + m


def claim(kind):
    a = kind(3.0)
    b, m, c = three_lines(a)
    for name, node, value in (("b", b, 2 * 3), ("m", m, 6 * 3), ("c", c, 2 * 3 + 2 * 3**2)):
        check(f"(1.2.1) {name} at a = 3", node.value, value, 0)
    sweep(c)
    check(f"(1.2.2) {kind.__name__}: gradient of a", a.grad, 2 + 4 * 3, 0)
    check(f"(1.2.2) {kind.__name__}: gradient of b", b.grad, 1 + 3, 0)


claim(Number)

# %% [markdown]
# Follow it by hand. From $c$, both $b$ and $m$ get 1. From $m = b\,a$, $b$ gets 3 more, which makes 4, and $a$ gets 6.
# From $b = a + a$, $a$ gets 4 twice: $6 + 4 + 4 = 14$. If each share replaces the one before it, $b$ keeps 3, and
# $a$ gets 3: the answer to the question is 3.
#
# In the library a node is called `Tensor`; with `requires_grad=True` it is an input whose gradient is wanted.
# `draw` shows the **graph**, that is, the nodes with arrows from parents to children. Find the 4 and the 14.
#
# > In the debugger: `scratchgen debug autograd.chain_rule` stops in the library's own sweep.

# %%
ta = sg.Tensor(3.0, requires_grad=True)
tb, tm, tc = three_lines(ta)
# draw computes the gradients for the picture itself
picture = sg.autograd.inspect.draw(tc, names={"a": ta, "b": tb, "m": tm, "c": tc}, path=OUT / "graph.png")
tc.backward()  # the library's reverse sweep
check("gradient of a, by the library", ta.grad, 14, 0)
picture

# %% [markdown]
# ## From numbers to arrays
#
# Let the nodes be arrays now. The gradient of an array has its shape: each element is the derivative of $L$ by the
# element at the same place. A rule turns $G$, the gradient of a result $Y$, into the share of a parent.
#
# **Element by element** (+, −, *, tanh) there is nothing new: multiply $G$ by the local derivative at the same place.
# For $y = \tanh x$ it is $1 - y^2$. In a mean of $n$ elements each has the local derivative $1/n$.
#
# **The matrix product** $Y = A B$ means $Y_{ik} = \sum_j A_{ij} B_{jk}$. Where is $A_{ij}$ used? In row $i$
# of $Y$, once for each $k$, and there its local derivative is $B_{jk}$. And $B_{jk}$ is used in column $k$, once for
# each $i$, with the local derivative $A_{ij}$. Now (1.2.2) says: sum over the uses.
#
# $$
# \frac{\partial L}{\partial A_{ij}} = \sum_k G_{ik} B_{jk} = (G B^\top)_{ij}, \quad
# \frac{\partial L}{\partial B_{jk}} = \sum_i A_{ij} G_{ik} = (A^\top G)_{jk}. \tag{1.2.3}
# $$
#
# ($\top$ transposes: $B^\top_{kj} = B_{jk}$. So each sum is again a matrix product.)
#
# **Broadcasting** repeats elements. If a row $v$ is added to every row of $X$, then $Y_{ij} = X_{ij} + v_j$, and $v_j$
# is used once for each $i$, with the local derivative 1:
#
# $$ \frac{\partial L}{\partial v_j} = \sum_i G_{ij}. \tag{1.2.4} $$
#
# So a parent sums each share along the axes in which it was repeated: axes that broadcasting put in front, and axes of
# length 1 that it stretched. An `Array` inherits the rest from `Number`. Both classes, with `sweep`, are your autograd,
# in fewer than 60 lines:


# %%
def sum_to_shape(g, shape):
    """Sum g over the axes along which an array of this shape was repeated."""
    new = g.ndim - len(shape)  # the number of axes in front
    g = g.sum(axis=tuple(range(new)))  # axis=() sums over none
    stretched = tuple(axis for axis, length in enumerate(shape) if length == 1)
    return g.sum(axis=stretched, keepdims=True)


class Array(Number):
    """An array that remembers how it was computed."""

    def receive(self, share):
        self.grad += sum_to_shape(share, self.value.shape)

    def __sub__(self, other):
        return Array(self.value - other.value, (self, other), (lambda g: g, lambda g: -g))

    def __matmul__(self, other):
        rules = (lambda g: g @ other.value.T, lambda g: self.value.T @ g)
        return Array(self.value @ other.value, (self, other), rules)

    def tanh(self):
        y = np.tanh(self.value)
        return Array(y, (self,), (lambda g: g * (1 - y**2),))

    def mean(self):
        share = np.full(self.value.shape, 1 / self.value.size)
        return Array(self.value.mean(), (self,), (lambda g: g * share,))


# %% [markdown]
# ## Is it right?
#
# A **network** of two layers uses every rule. The first layer multiplies by a matrix, adds a row, and applies tanh, an
# S-shaped function between −1 and 1; the second layer has no tanh. The matrices and rows are its **parameters**, the
# numbers that will be learned. Its **loss**, the number that should become small, is the mean of the squared errors.
#
# The same lines run on three kinds of arrays: yours, the library's and NumPy's. (`np.tanh` calls the method `tanh` of
# an object that NumPy does not know.) A **gradient check** compares with differences: move all elements at once in a
# random direction, by $+h$ and by $-h$, and divide the change of the loss by $2h$. This must be the sum of gradient
# times direction, by [(1.1.8)](1.1_derivative_four_ways.py#the-cost-for-n-inputs).
#
# > In the debugger: `scratchgen debug autograd.matrix_product` stops at the library's rule of `@`.


# %%
def network(points, W1, v1, W2, v2):
    return np.tanh(points @ W1 + v1) @ W2 + v2


def loss(points, targets, W1, v1, W2, v2):
    errors = network(points, W1, v1, W2, v2) - targets
    return (errors * errors).mean()


points = np.array([[0.0, 0.0], [0.0, 1.0], [1.0, 0.0], [1.0, 1.0]])
targets = np.array([[0.0], [1.0], [1.0], [0.0]])
rng = np.random.default_rng(1)
start = [rng.normal(size=shape) for shape in ((2, 4), (4,), (4, 1), (1,))]
values = [points, targets, *start]  # the star puts in the elements of a list

ours = [Array(value) for value in values]
sweep(loss(*ours))
direction = [rng.normal(size=value.shape) for value in values]
above, below = (loss(*(v + h * d for v, d in zip(values, direction, strict=True))) for h in (1e-5, -1e-5))
by_gradients = sum(np.sum(a.grad * d) for a, d in zip(ours, direction, strict=True))
check("(1.2.3), (1.2.4) slope in a direction", by_gradients, (above - below) / 2e-5, 1e-8)

theirs = [sg.Tensor(value, requires_grad=True) for value in values]
graph = dict(zip(("points", "targets", "W1", "v1", "W2", "v2"), theirs, strict=True))
their_loss = loss(*theirs)
picture = sg.autograd.inspect.draw(their_loss, names=graph, path=OUT / "network.png")
their_loss.backward()
for name, a in zip(graph, ours, strict=True):
    check(f"(1.2.3), (1.2.4) {name}: the library", a.grad, graph[name].grad, 1e-14)
picture

# %% [markdown]
# The drawing shows the network. For an array it gives the least and the greatest element.
#
# ## Training with your own autograd
#
# The targets are 1 where exactly one of the two inputs is 1: the function **XOR**. No straight line separates its ones
# from its zeros, and one layer draws only straight lines. **Gradient descent** lets two layers learn it: it moves every
# parameter a little against its gradient, which makes the loss smaller, again and again.

# %%
parameters = [Array(value) for value in start]
for _ in range(150):
    for p in parameters:
        p.grad[...] = 0  # forget the step before
    sweep(loss(Array(points), Array(targets), *parameters))
    for p in parameters:
        p.value = p.value - 0.3 * p.grad

learned = [p.value for p in parameters]
check("four outputs after training", network(points, *learned), targets, 0.05)

figure, axes = plt.subplots(figsize=(5, 3.6), layout="constrained")
ticks = np.linspace(-0.5, 1.5, 60)
plane = np.stack(np.meshgrid(ticks, ticks), axis=-1)  # (60, 60, 2): points on a grid
filled = axes.contourf(ticks, ticks, network(plane, *learned)[:, :, 0], 20, cmap="coolwarm")
axes.scatter(*points.T, c=targets, cmap="coolwarm", s=90, edgecolors="white", linewidths=2)
axes.set(xlabel="first input", ylabel="second input", aspect="equal")
axes.set_title("The output is near 1 where\nexactly one of two inputs is 1", fontsize=11)
figure.colorbar(filled, ax=axes, label="output of the network")
figure.savefig(OUT / "xor.png", dpi=120)

# %% [markdown]
# The dots are the four points, in the colours of their targets.
#
# ## Common mistakes
#
# The first is the question of this page: `=` in place of `+=`. We plant it. A test in which each variable is used once
# does not see it. The claim about the three lines does.


# %%
class Forgetful(Number):
    def receive(self, share):
        self.grad = share  # the fault


try:
    claim(Forgetful)
except AssertionError as problem:
    print("The claim sees the fault:", problem)
else:
    raise AssertionError("the claim does not see the planted fault")

# %% [markdown]
# Two more mistakes:
#
# - The wrong order. A sweep that passes on the gradient of $b$ before the share from $m$ has arrived gives $a$ too
#   little.
# - Gradients that are not set to 0 between two steps. They are added to those of all steps before.
#
# ## Exercises and sources
#
# Start one with `scratchgen exercise start NAME`; `scratchgen exercise check` names the property that fails.
#
# 1. `reverse-sweep`: write (1.2.2) for any list of nodes.
# 2. `sum-to-shape`: write (1.2.4) for arrays of any shape.
# 3. `right-near-zero`: find the bug in an autograd that is right for small numbers.
#
# Sources:
#
# - A. G. Baydin, B. A. Pearlmutter, A. A. Radul and J. M. Siskind (2018), Automatic differentiation in machine
#   learning: a survey. [arXiv:1502.05767](https://arxiv.org/abs/1502.05767)
# - A. Griewank and A. Walther (2008), Evaluating derivatives, second edition.
#   [doi:10.1137/1.9780898717761](https://doi.org/10.1137/1.9780898717761)
# - The matrix product: M. B. Giles (2008), Collected matrix derivative results for forward and reverse mode
#   algorithmic differentiation. [doi:10.1007/978-3-540-68942-3_4](https://doi.org/10.1007/978-3-540-68942-3_4)
# - The design of scalar nodes that remember: A. Karpathy, [micrograd](https://github.com/karpathy/micrograd).
#
# Next: [a first network, trained](1.3_first_network.py), on points and tested on others.

# %%
print("pictures:", OUT)
