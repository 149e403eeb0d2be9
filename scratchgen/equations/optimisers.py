"""How a gradient becomes a step."""

from __future__ import annotations

import numpy as np

from scratchgen.equations.entry import Equation, Example
from scratchgen.nn import Parameter
from scratchgen.optim import SGD, Adam, MovingAverage, half_cosine


def _descended(theta, g, v):
    parameter = Parameter(theta)
    parameter.grad = g
    optimizer = SGD([parameter], alpha=0.1, momentum=0.5)
    optimizer.v = [v]
    optimizer.step()
    return parameter.data


def _adam(theta, g):
    parameter = Parameter(theta)
    parameter.grad = g
    Adam([parameter], alpha=0.1, beta1=0.9, beta2=0.999).step()
    return parameter.data


def _averaged(theta, a):
    average = MovingAverage([Parameter(theta)], decay=0.75)
    average.average, average.t = [np.array(a)], 99  # step 100: (1 + t) / (10 + t) is above the decay
    average.update()
    return average.average[0]


OPTIMISERS = (
    Equation(
        "optim.sgd",
        "gradient descent with momentum",
        r"v \leftarrow \mu v + g, \quad \theta \leftarrow \theta - \alpha v",
        "v ← μ v + g,  θ ← θ − α v",
        "Polyak (1964); Sutskever et al. (2013), eq. 1",
        "scratchgen.optim:SGD.step",
        tutorial="03_gan.py",
        example=Example(
            "μ = 0.5, α = 0.1, v = 2 from the steps before, g = 3\n"
            "v = 0.5 · 2 + 3 = 4\nθ = 1 − 0.1 · 4 = 0.6",
            0.6,
            _descended,
            {"theta": [1.0], "g": [3.0], "v": [2.0]},
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
        "scratchgen.optim:Adam.step",
        tutorial="03_gan.py",
        example=Example(
            "the first step, g = 2: m = 0.1 · 2 = 0.2, m̂ = 0.2 / 0.1 = 2\n"
            "v = 0.001 · 4 = 0.004, v̂ = 0.004 / 0.001 = 4\n"
            "θ = 1 − 0.1 · 2 / √4 = 0.9",
            0.9,
            _adam,
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
        "scratchgen.optim:MovingAverage.update",
        tutorial="03_gan.py",
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
        "step size along half a cosine",
        r"\alpha_t = \alpha \, \tfrac12 (1 + \cos \pi t)",
        "α_t = α ½ (1 + cos π t)",
        "Loshchilov & Hutter (2017), eq. 5",
        "scratchgen.optim:half_cosine",
        tutorial="04_rnn.py#a-model-of-text",
        example=Example(
            "after a third of the training: ½ (1 + cos 60°) = ½ · 1.5 = 0.75",
            0.75,
            half_cosine,
            {"t": 1 / 3},
            recorded=False,
        ),
    ),
)
