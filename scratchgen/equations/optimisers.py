"""Optimisers and schedules."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np

from scratchgen.equations.entry import Equation, Example
from scratchgen.nn import Parameter
from scratchgen.optim import SGD, Adagrad, Adam, AdamW, MovingAverage, RMSProp
from scratchgen.optim.schedules import cosine_factor, decay_factor, warmup_factor
from scratchgen.optim.shards import tree_sum
from scratchgen.reproductions.gan_setting import Setting
from scratchgen.reproductions.step_sizes import of_stages, of_two_falls


def _after_a_step(kind: Callable[..., Any], theta, g, **options):
    """θ after one step from the gradient g; v is the state from the steps before, 0 by default."""
    parameter = Parameter(theta)
    parameter.grad = g
    v = options.pop("v", np.zeros(1))
    optimizer = kind([parameter], 0.1, **options)
    optimizer.v = [np.array(v)]
    optimizer.step()
    return parameter.data


def _averaged(theta, a):
    average = MovingAverage([Parameter(theta)], decay=0.75)
    average.average, average.t = [np.array(a)], 99  # step 100: (1 + t) / (10 + t) is above the decay
    average.update()
    return average.average[0]


SECTION = "01_gradients.py#optimisers-sgd-and-adam"

OPTIMISERS = (
    Equation(
        "optim.sgd",
        "gradient descent",
        r"\theta \leftarrow \theta - \alpha g",
        "θ ← θ − α g",
        "Robbins & Monro (1951)",
        "scratchgen.optim.sgd:SGD.update",
        tutorial=SECTION,
        example=Example(
            "α = 0.1, g = 3\nθ = 1 − 0.1 · 3 = 0.7",
            0.7,
            lambda theta, g: _after_a_step(SGD, theta, g),
            {"theta": [1.0], "g": [3.0]},
            recorded=False,
        ),
    ),
    Equation(
        "optim.momentum",
        "gradient descent with momentum",
        r"v \leftarrow \mu v + g, \quad \theta \leftarrow \theta - \alpha v",
        "v ← μ v + g,  θ ← θ − α v",
        "Polyak (1964); Sutskever et al. (2013), eq. 1",
        "scratchgen.optim.sgd:SGD.update",
        tutorial=SECTION,
        example=Example(
            "μ = 0.5, α = 0.1, v = 2 from the steps before, g = 3\n"
            "v = 0.5 · 2 + 3 = 4\nθ = 1 − 0.1 · 4 = 0.6",
            0.6,
            lambda theta, g, v: _after_a_step(SGD, theta, g, v=v, momentum=0.5),
            {"theta": [1.0], "g": [3.0], "v": [2.0]},
            recorded=False,
        ),
    ),
    Equation(
        "optim.nesterov",
        "Nesterov's accelerated gradient",
        r"v \leftarrow \mu v + g, \quad \theta \leftarrow \theta - \alpha (g + \mu v)",
        "v ← μ v + g,  θ ← θ − α (g + μ v)",
        "Nesterov (1983); Sutskever et al. (2013), eq. 3-4",
        "scratchgen.optim.sgd:SGD.update",
        tutorial=SECTION,
        example=Example(
            "μ = 0.5, α = 0.1, v = 2 from the steps before, g = 3\n"
            "v = 0.5 · 2 + 3 = 4\nθ = 1 − 0.1 (3 + 0.5 · 4) = 0.5",
            0.5,
            lambda theta, g, v: _after_a_step(SGD, theta, g, v=v, momentum=0.5, nesterov=True),
            {"theta": [1.0], "g": [3.0], "v": [2.0]},
            recorded=False,
        ),
    ),
    Equation(
        "optim.rmsprop",
        "RMSProp",
        r"v \leftarrow \beta_2 v + (1 - \beta_2) g^2, \quad"
        r" \theta \leftarrow \theta - \alpha \frac{g}{\sqrt v + \varepsilon}",
        "v ← β₂ v + (1 − β₂) g²,  θ ← θ − α g / (√v + ε)",
        "Tieleman & Hinton (2012), lecture 6.5",
        "scratchgen.optim.rmsprop:RMSProp.update",
        tutorial=SECTION,
        example=Example(
            "β₂ = 0.75, α = 0.1, ε = 0, v = 0 at the beginning, g = 4\n"
            "v = 0.25 · 16 = 4\nθ = 1 − 0.1 · 4 / √4 = 0.8",
            0.8,
            lambda theta, g: _after_a_step(RMSProp, theta, g, beta2=0.75, eps=0.0),
            {"theta": [1.0], "g": [4.0]},
            recorded=False,
        ),
    ),
    Equation(
        "optim.adagrad",
        "Adagrad",
        r"v \leftarrow v + g^2, \quad \theta \leftarrow \theta - \alpha \frac{g}{\sqrt v + \varepsilon}",
        "v ← v + g²,  θ ← θ − α g / (√v + ε)",
        "Duchi, Hazan & Singer (2011), section 1.1",
        "scratchgen.optim.adagrad:Adagrad.update",
        tutorial=SECTION,
        example=Example(
            "α = 0.1, ε = 0, v = 9 from the steps before, g = 4\nv = 9 + 16 = 25\nθ = 1 − 0.1 · 4 / √25 = 0.92",
            0.92,
            lambda theta, g, v: _after_a_step(Adagrad, theta, g, v=v, eps=0.0),
            {"theta": [1.0], "g": [4.0], "v": [9.0]},
            recorded=False,
        ),
    ),
    Equation(
        "optim.adam",
        "Adam",
        r"m \leftarrow \beta_1 m + (1 - \beta_1) g, \quad v \leftarrow \beta_2 v + (1 - \beta_2) g^2, \quad"
        r" \theta \leftarrow \theta - \alpha \frac{m / (1 - \beta_1^t)}{\sqrt{v / (1 - \beta_2^t)}"
        r" + \varepsilon}",
        "m ← β₁ m + (1 − β₁) g,  v ← β₂ v + (1 − β₂) g²,  θ ← θ − α m̂ / (√v̂ + ε),"
        "  m̂ = m / (1 − β₁^t),  v̂ = v / (1 − β₂^t)",
        "Kingma & Ba (2015), algorithm 1",
        "scratchgen.optim.adam:Adam.update",
        tutorial=SECTION,
        example=Example(
            "the first step, g = 2: m = 0.1 · 2 = 0.2, m̂ = 0.2 / 0.1 = 2\n"
            "v = 0.001 · 4 = 0.004, v̂ = 0.004 / 0.001 = 4\n"
            "θ = 1 − 0.1 · 2 / √4 = 0.9",
            0.9,
            lambda theta, g: _after_a_step(Adam, theta, g),
            {"theta": [1.0], "g": [2.0]},
            recorded=False,
        ),
    ),
    Equation(
        "optim.adamw",
        "AdamW: Adam with decoupled weight decay",
        r"\theta \leftarrow \theta - \alpha \lambda \theta - \alpha \frac{\hat m}{\sqrt{\hat v} + \varepsilon}",
        "θ ← θ − α λ θ − α m̂ / (√v̂ + ε)",
        "Loshchilov & Hutter (2019), algorithm 2",
        "scratchgen.optim.adam:AdamW.update",
        tutorial=SECTION,
        example=Example(
            "the first step, α = 0.1, λ = 0.5, g = 2: m̂ = 2, v̂ = 4 as in Adam\n"
            "θ = 1 − 0.1 · 0.5 · 1 − 0.1 · 2 / √4 = 0.85",
            0.85,
            lambda theta, g: _after_a_step(AdamW, theta, g, weight_decay=0.5),
            {"theta": [1.0], "g": [2.0]},
            recorded=False,
        ),
    ),
    Equation(
        "optim.average",
        "moving average of the parameters",
        r"a \leftarrow d a + (1 - d) \theta, \quad d = \min(\text{decay}, (1 + t) / (10 + t))",
        "a ← d a + (1 − d) θ,  d = min(decay, (1 + t) / (10 + t))",
        "Polyak & Juditsky (1992); Yazıcı et al. (2019), section 3",
        "scratchgen.optim.averages:MovingAverage.update",
        tutorial=SECTION,
        example=Example(
            "at step t = 100: d = min(0.75, 101/110) = 0.75\na = 0.75 · 2 + 0.25 · 6 = 3",
            3.0,
            _averaged,
            {"theta": [6.0], "a": [2.0]},
            recorded=False,
        ),
    ),
    Equation(
        "optim.half_cosine",
        "learning rate along half a cosine",
        r"\alpha_t = \alpha \, \tfrac12 (1 + \cos \pi t / T)",
        "α_t = α ½ (1 + cos π t / T)",
        "Loshchilov & Hutter (2017), eq. 5",
        "scratchgen.optim.schedules:cosine_factor",
        tutorial="04_rnn.py#a-language-model-the-network-against-n-grams",
        example=Example(
            "after a third of the training: ½ (1 + cos 60°) = ½ · 1.5 = 0.75",
            0.75,
            cosine_factor,
            {"t": 1, "T": 3},
            recorded=False,
        ),
    ),
    Equation(
        "optim.warmup",
        "warm-up of the learning rate",
        r"\alpha_t = \alpha \min \bigl(1, (t + 1) / n\bigr)",
        "α_t = α min(1, (t + 1) / n)",
        "Goyal et al. (2017), section 2.2",
        "scratchgen.optim.schedules:warmup_factor",
        tutorial=SECTION,
        example=Example(
            "a warm-up of n = 4 steps, the third of them, t = 2: (2 + 1) / 4 = 0.75",
            0.75,
            warmup_factor,
            {"t": 2, "steps": 4},
            recorded=False,
        ),
    ),
    Equation(
        "optim.step_decay",
        "learning rate in steps",
        r"\alpha_t = \alpha \, \gamma^k, \quad k = \sum_j [t \ge t_j]",
        "α_t = α γ^k,  k = Σ_j [t ≥ t_j]",
        "He et al. (2016), section 3.4",
        "scratchgen.optim.schedules:decay_factor",
        tutorial=SECTION,
        example=Example(
            "milestones after epochs 30 and 60, γ = 0.1; 60 epochs are done: k = 2, 0.1² = 0.01",
            0.01,
            decay_factor,
            {"t": 60, "milestones": (30, 60), "gamma": 0.1},
            recorded=False,
        ),
    ),
    Equation(
        "optim.stages",
        "learning rate in stages",
        r"\alpha = 10^{-3 - i / 7}, \quad \text{stage } i = 0, 1, \dots \text{ of } 3^i \text{ epochs}",
        "α = 10^(−3 − i/7) in stage i = 0, 1, … of 3^i epochs",
        "Burda, Grosse & Salakhutdinov (2016), section 5",
        "scratchgen.reproductions.step_sizes:of_stages",
        tutorial=SECTION,
        example=Example(
            "epoch 1 is stage 0, epochs 2, 3 and 4 are stage 1: 10^(−1/7) = 0.71969, in thousandths",
            0.71969,
            lambda epoch: 1000 * of_stages(epoch),
            {"epoch": 4},
            recorded=False,
        ),
        symbols={"α": "learning rate of Adam", "i": "number of the stage"},
    ),
    Equation(
        "optim.straight_line",
        "learning rate along a straight line",
        r"\alpha_i = \alpha \bigl(1 - (i - 1) / n\bigr)",
        "α_i = α (1 − (i − 1) / n)",
        "no paper: the simplest schedule that ends at 0",
        "scratchgen.reproductions.gan_setting:Setting.step_size",
        tutorial=SECTION,
        example=Example(
            "α = 2, epoch 4 of 4: 2 (1 − 3/4) = 0.5",
            0.5,
            lambda alpha, epoch, epochs: Setting("ring", (4,), epochs, 1.0, alpha).step_size(epoch),
            {"alpha": 2.0, "epoch": 4, "epochs": 4},
            recorded=False,
        ),
        symbols={
            "α_i": "learning rate in epoch i",
            "α": "learning rate in the first epoch, > 0",
            "i": "number of the epoch, from 1",
            "n": "number of epochs",
        },
    ),
    Equation(
        "optim.two_falls",
        "learning rate that falls twice",
        r"\alpha_i = \alpha\, 10^{-k / 5}, \quad k = [i > 200] + [i > 350]",
        "α_i = α 10^(−k/5),  k = [i > 200] + [i > 350]",
        "published training schedules of autoencoders on fixed binarised MNIST",
        "scratchgen.reproductions.step_sizes:of_two_falls",
        tutorial=SECTION,
        example=Example(
            "epoch 500: both falls are over, 10^(−2/5) = 0.39811, in units of α = 0.0001",
            0.39811,
            lambda epoch: of_two_falls(epoch) / 1e-4,
            {"epoch": 500},
            recorded=False,
        ),
        symbols={
            "α_i": "learning rate of Adam in epoch i",
            "α": "learning rate in the first epoch",
            "i": "number of the epoch, from 1",
            "k": "number of falls so far",
        },
    ),
    Equation(
        "optim.tree_sum",
        "sum in a fixed order",
        r"s_{0,j} = g_j, \quad s_{l,j} = s_{l-1,2j} + s_{l-1,2j+1}",
        "s_0j = g_j,  s_lj = s_{l−1,2j} + s_{l−1,2j+1}",
        "summation by pairs: Higham (1993), The accuracy of floating point summation, section 2",
        "scratchgen.optim.shards:tree_sum",
        example=Example(
            "g = (1, 2, 3, 4, 5)\n"
            "level 1: 1 + 2 = 3,  3 + 4 = 7,  5\nlevel 2: 3 + 7 = 10,  5\nlevel 3: 10 + 5 = 15",
            15.0,
            lambda g: tree_sum(len(g), lambda i: g[i]),
            {"g": [1.0, 2.0, 3.0, 4.0, 5.0]},
            recorded=False,
        ),
        symbols={
            "s_lj": "sum of the leaves below node j of level l",
            "g_j": "gradient of micro-shard j of a batch, times its weight",
            "l": "level of the tree, from 0 at the leaves to ⌈log₂ n⌉ at the root of n leaves",
            "j": "number of a node in its level, from 0; a node without a neighbour goes up unchanged",
        },
    ),
)
