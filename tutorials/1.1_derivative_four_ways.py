# ---
# jupyter:
#   jupytext:
#     text_representation:
#       extension: .py
#       format_name: percent
# ---

# %% [markdown]
# # 1.1 A derivative four ways
#
# A model learns by small changes of its numbers. The **derivative** of a function says which change helps: how fast the
# result changes, per change of the input. On this page you compute one derivative in four ways, and see what each
# costs when there are a thousand inputs.
#
# **You will be able to**
#
# - choose the step of a finite difference, and say how many digits to expect;
# - write forward mode in ten lines;
# - get exact gradients from reverse mode, in one call;
# - say which way suits one input, and which a million.
#
# **You need** derivatives from school (the product rule, and that of sine), and Python classes. Reading takes about 35
# minutes, running two seconds.

# %%
import tempfile
from pathlib import Path

import matplotlib.pyplot as plt
import numpy as np

import scratchgen as sg
from scratchgen.plots.figure import ACCENT, INK, SECOND
from scratchgen.testing import check

OUT = Path(tempfile.mkdtemp(prefix="four-ways-"))  # the picture of this page

# %% [markdown]
# ## A question first
#
# Our function is $f(x) = x^2 \sin x$. **The first way is by hand.** The product rule says: the derivative of the first
# factor times the second, plus the first times the derivative of the second.
#
# $$ f'(x) = 2x \sin x + x^2 \cos x. \tag{1.1.1} $$
#
# The second way needs no rules. The derivative is the limit of a quotient for small steps $h$, so take a small $h$ and
# compute the quotient:
#
# $$ f'(x) \approx \frac{f(x + h) - f(x)}{h}. \tag{1.1.2} $$
#
# A computer stores about 16 digits of every number. **Write down what you expect:** how many digits of $f'(1)$ are
# right with $h = 10^{-10}$? And with $h = 10^{-16}$?
#
# (`check(label, value, expected, tolerance)` prints a value next to the expected one, and stops the page if they
# differ by more than the tolerance. For arrays it prints the largest difference, as "off by".)


# %%
def f(x):
    return x * x * np.sin(x)


def one_sided(h):
    return (f(x + h) - f(x)) / h


x = 1.0
exact = 2 * x * np.sin(x) + x**2 * np.cos(x)
print(f"by hand    {exact:.15f}")
for h in (1e-2, 1e-6, 1e-10, 1e-14, 1e-16):
    print(f"h = {h:.0e}  {one_sided(h):.15f}")
check("(1.1.2) with h = 1e-10", one_sided(1e-10), exact, 1e-5)
check("(1.1.2) with h = 1e-16", one_sided(1e-16), 0, 0)

# %% [markdown]
# ## Finite differences have two errors
#
# A quotient such as (1.1.2) is a **finite difference**. Compare the output with what you wrote down: with
# $h = 10^{-10}$ six digits are right, no more than with $h = 10^{-6}$. With $h = 10^{-16}$ there are none:
# $1 + 10^{-16}$ is rounded to 1, and the difference is 0. Two errors are at work.
#
# **The truncation error** would be there even without rounding. Taylor's formula describes $f$ near $x$ by its
# derivatives at $x$; $f''$ and $f'''$ are the second and the third.
#
# $$ f(x + h) \approx f(x) + h f'(x) + \frac{h^2}{2} f''(x) + \frac{h^3}{6} f'''(x). \tag{1.1.3} $$
#
# Subtract $f(x)$ and divide by $h$: the quotient is $f'(x)$ plus about $\frac{h}{2} f''(x)$. With a tenth of the step
# it has a tenth of the error.
#
# The **central difference** makes a step to each side. For $-h$ the terms with $h$ and $h^3$ change their signs. So
# $f(x + h) - f(x - h)$ has them twice, and the term with $h^2$ cancels. Divide by $2h$:
#
# $$ \frac{f(x + h) - f(x - h)}{2h} \approx f'(x) + \frac{h^2}{6} f'''(x). \tag{1.1.4} $$
#
# With a tenth of the step it has a hundredth of the error.
#
# **The rounding error** comes from the 16 digits. The **machine epsilon** $\epsilon = 2^{-52}$, about
# $2.2 \cdot 10^{-16}$, is the distance from 1 to the next number that the computer stores. Each value of $f$ is off by
# about $\epsilon |f(x)|$. The central difference has two of them, divided by $2h$: about $\epsilon |f(x)| / h$. So a
# *smaller* step has a *larger* error. The sum of both errors of the central difference is about
#
# $$ E(h) = \frac{h^2}{6} |f'''(x)| + \frac{\epsilon}{h} |f(x)|. \tag{1.1.5} $$
#
# It is smallest where its derivative by $h$ is 0, at $\frac{h}{3} |f'''(x)| = \frac{\epsilon}{h^2} |f(x)|$. Multiply by
# $3h^2$, divide by $|f'''(x)|$, and take the cube root:
#
# $$ h_{best} = \sqrt[3]{3 \epsilon |f(x)| / |f'''(x)|}. \tag{1.1.6} $$

# %%
second = 2 * np.sin(x) + 4 * x * np.cos(x) - x**2 * np.sin(x)  # f''(x), by hand
third = 6 * np.cos(x) - 6 * x * np.sin(x) - x**2 * np.cos(x)  # f'''(x)
epsilon = np.finfo(float).eps  # the machine epsilon


def central(h):
    return (f(x + h) - f(x - h)) / (2 * h)


h = 0.01
taylor = f(x) + h * exact + h**2 / 2 * second + h**3 / 6 * third
check("(1.1.3) f(1.01) by Taylor's formula", taylor, f(x + h), h**4)
check("(1.1.4) error of the central difference", central(h) - exact, h**2 / 6 * third, h**4)

steps = np.logspace(-14, 0, 281)  # 281 steps from 1e-14 to 1
E = steps**2 / 6 * abs(third) + epsilon / steps * abs(f(x))
h_best = np.cbrt(3 * epsilon * abs(f(x)) / abs(third))
errors = {"one-sided": abs(one_sided(steps) - exact), "central": abs(central(steps) - exact)}
ratio = np.median(errors["central"] / E)  # half of the ratios are smaller
check("(1.1.5) central error / E, median", ratio, 0.6, 0.5)
check("(1.1.6) log10 of the best step", np.log10(h_best), np.log10(steps[E.argmin()]), 0.05)

figure, axes = plt.subplots(figsize=(6.5, 3.8), layout="constrained")
for (name, error), colour in zip(errors.items(), (SECOND, ACCENT), strict=True):
    axes.loglog(steps, np.maximum(error, epsilon / 4), color=colour, label=name)
axes.loglog(steps, E, color=INK, linestyle="--", label="E(h)")
axes.set(xlabel="step h", ylabel="error of the derivative", ylim=(1e-17, 10))
axes.set_title("Smaller steps help until rounding takes over")
axes.legend(frameon=False, loc="lower left")
figure.savefig(OUT / "errors.png", dpi=120)

# %% [markdown]
# Each curve is a valley: its right side is truncation, its left side rounding. A one-sided difference is best near
# $h = 10^{-8}$, with about 8 digits; a central difference near $6 \cdot 10^{-6}$, with about 10. (Where a curve dips,
# the errors happen to cancel.) More digits cannot be had in this way.
#
# ## Forward mode
#
# The third way has no step, and is exact but for rounding. **Forward mode** computes every intermediate value together
# with its derivative by the input. Such a pair is a **dual number**. The pair of the input is $(x, 1)$, because the
# derivative of $x$ by $x$ is 1. The pairs of all other values follow by the rules of school. For values $u$ and $v$
# with the derivatives $u'$ and $v'$:
#
# $$ (u v)' = u' v + u v', \quad (\sin u)' = u' \cos u. \tag{1.1.7} $$
#
# Python calls the method `__mul__` for a product, and `np.sin` calls the method `sin` of an object that NumPy does not
# know. So the same `f` runs on dual numbers. (The method `sum` is for later.)


# %%
class Dual:
    """A value, and its derivative by the input."""

    def __init__(self, value, slope):
        self.value, self.slope = value, slope

    def __mul__(self, other):
        slope = self.slope * other.value + self.value * other.slope
        return Dual(self.value * other.value, slope)

    def sin(self):
        return Dual(np.sin(self.value), self.slope * np.cos(self.value))

    def sum(self):
        return Dual(self.value.sum(), self.slope.sum())


check("(1.1.1) by forward mode", f(Dual(x, 1.0)).slope, exact, 4 * epsilon)
pair = Dual(3.0, 2.0) * Dual(5.0, -1.0)
check("(1.1.7) slope of a product", pair.slope, 2 * 5 - 3, 0)
check("(1.1.7) slope of a sine", Dual(x, 2.0).sin().slope, 2 * np.cos(x), 0)

# %% [markdown]
# ## Reverse mode
#
# The fourth way goes through the same intermediate values backwards. **Reverse mode** computes the derivative of the
# *result* by every intermediate value. Here $f = m s$ with $m = x \cdot x$ and $s = \sin x$. Read the second column of
# numbers downwards, and the third upwards:
#
# | | value at $x = 1$ | forward: its derivative by $x$ | reverse: the derivative of $f$ by it |
# |---|---|---|---|
# | $x$ | 1 | 1 | $0.841 \cdot 2 + 1 \cdot 0.540 = 2.223$ |
# | $m$ | 1 | $2x = 2$ | $s = 0.841$ |
# | $s$ | 0.841 | $\cos x = 0.540$ | $m = 1$ |
# | $f$ | 0.841 | $2 \cdot 0.841 + 1 \cdot 0.540 = 2.223$ | 1 |
#
# Look at the top right: $x$ changes $f$ through $m$ and through $s$. By the **chain rule**, the share through $m$ is
# the derivative of $f$ by $m$ times the derivative of $m$ by $x$, $0.841 \cdot 2$. The share through $s$ is
# $1 \cdot 0.540$. Both are added. [Page 1.2](1.2_autograd_in_60_lines.py) builds a program that does this.
#
# The library does reverse mode. `sg.grad(f)` is a new function, the derivative of `f`. Or wrap the input in a `Tensor`,
# which records every result that is computed from it; then `backward()` of the result stores the derivative in `grad`
# of the input.
#
# `sg.jvp(f, [x], [1.0])` gives the pair of forward mode: the value and its slope; the 1 is the slope of the input.
# (Inside it works differently; you do not need this here. The name is short for **Jacobian-vector product**: the
# Jacobian is the table of the derivatives of every result by every input.)
#
# > In the debugger: `scratchgen debug autograd.chain_rule` goes back through $x \cdot x + 3x$. ($\partial$ is a $d$.)

# %%
check("(1.1.1) by sg.grad", sg.grad(f)(x), exact, 4 * epsilon)
tensor = sg.Tensor(x, requires_grad=True)
f(tensor).backward()
check("(1.1.1) by backward()", tensor.grad, exact, 4 * epsilon)
f(tensor).backward()  # adds to grad
check("grad after two calls of backward()", tensor.grad, 2 * exact, 8 * epsilon)
_, slope = sg.jvp(f, [x], [1.0])  # _ is the value, which is not needed here
check("(1.1.1) by sg.jvp", slope, exact, 4 * epsilon)

# %% [markdown]
# ## The cost for n inputs
#
# Let $F(x) = \sum_i f(x_i)$ have $n$ inputs. It has $n$ **partial derivatives** $\partial F / \partial x_i$: one input
# changes, the others are constant. Together they are the **gradient**.
#
# Central differences change one input at a time, to both sides: $F$ is computed $2n$ times.
#
# In forward mode, let all inputs change together: for a small number $t$, input $i$ becomes $x_i + t\, d_i$, with a
# number $d_i$ that we choose. So the slope of input $i$ by $t$ is $d_i$. By the chain rule it gives $F$ the slope
# $\partial F / \partial x_i$ times $d_i$, and the shares of all inputs add up. A `Dual` may hold arrays: all values,
# and all slopes. So one run gives the **directional derivative** along $d$:
#
# $$ D = \sum_i \frac{\partial F}{\partial x_i} d_i. \tag{1.1.8} $$
#
# For one partial derivative, $d$ is 1 at one place and 0 at all others. So the gradient takes $n$ runs.
#
# Reverse mode starts at the result, and there is only one. A single run, and a **sweep** back through all its values,
# give all $n$ derivatives. The sweep costs a few times as much as the run. We count how often $F$ is computed:

# %%
n, runs = 1000, 0
inputs = np.random.default_rng(0).normal(size=n)
directions = np.eye(n)  # row i is 1 at place i


def F(x):
    global runs  # the counter outside this function
    runs += 1
    return f(x).sum()


ways = {  # functions without a name; way() below calls them
    "differences": lambda: [
        (F(inputs + h_best * d) - F(inputs - h_best * d)) / (2 * h_best) for d in directions
    ],
    "forward mode": lambda: [F(Dual(inputs, d)).slope for d in directions],
    "reverse mode": lambda: sg.grad(F)(inputs),
}
gradient = 2 * inputs * np.sin(inputs) + inputs**2 * np.cos(inputs)  # by hand
for (name, way), cost, tolerance in zip(ways.items(), (2 * n, n, 1), (1e-6, 1e-13, 1e-13), strict=True):
    runs = 0
    check(f"gradient by {name}", way(), gradient, tolerance)
    check(f"runs of F for {name}", runs, cost, 0)

d = np.random.default_rng(1).normal(size=n)
check("(1.1.8) forward mode along d", F(Dual(inputs, d)).slope, (gradient * d).sum(), 1e-11)

# %% [markdown]
# Forward mode needs one run per input, reverse mode one sweep per result. A network has millions of inputs, its learned
# numbers, and one result, which measures its error; so it is trained by reverse mode. With one input and a million
# results, it is the other way round: forward mode needs one run, and reverse mode a million sweeps.
#
# ## Common mistakes
#
# "The derivative of a product is the product of the derivatives." We plant this into the dual numbers. The value stays
# right, and nothing raises an error; a comparison with the central difference sees it.


# %%
class PlantedDual(Dual):
    def __mul__(self, other):
        return PlantedDual(self.value * other.value, self.slope * other.slope)  # the fault

    def sin(self):
        return PlantedDual(np.sin(self.value), self.slope * np.cos(self.value))


def claim(kind):
    y = f(kind(x, 1.0))
    check(f"value of f, by {kind.__name__}", y.value, f(x), 0)
    check(f"derivative of f, by {kind.__name__}", y.slope, central(h_best), 1e-9)


claim(Dual)
try:
    claim(PlantedDual)
except AssertionError as problem:
    print("The claim sees the fault:", problem)
else:
    raise AssertionError("the claim does not see the planted fault")

# %% [markdown]
# Two more mistakes:
#
# - A step that suits another precision. Numbers of 32 bits have $\epsilon = 1.2 \cdot 10^{-7}$, and the best step is
#   $5 \cdot 10^{-3}$. With the step $6 \cdot 10^{-6}$ only about two digits
#   are right.
# - A second `backward()` for the same input. It *adds* to `grad`; set `grad` to `None` first.
#
# ## Exercises and sources
#
# Start one with `scratchgen exercise start NAME`; `scratchgen exercise check` names the property that fails.
#
# 1. `dual-numbers`: write the product and the quotient of dual numbers.
# 2. `steps-and-runs`: predict errors and costs, then run them.
#
# Sources:
#
# - A. G. Baydin, B. A. Pearlmutter, A. A. Radul and J. M. Siskind (2018), Automatic differentiation in machine
#   learning: a survey. [arXiv:1502.05767](https://arxiv.org/abs/1502.05767)
# - A. Griewank and A. Walther (2008), Evaluating derivatives, second edition; section 4.4 bounds the cost of a reverse
#   sweep. [doi:10.1137/1.9780898717761](https://doi.org/10.1137/1.9780898717761)
# - N. J. Higham (2002), Accuracy and stability of numerical algorithms, second edition: rounding errors.
#   [doi:10.1137/1.9780898718027](https://doi.org/10.1137/1.9780898718027)

# %%
print("pictures:", OUT)
