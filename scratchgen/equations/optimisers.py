"""How a gradient becomes a step."""

from __future__ import annotations

import numpy as np

from scratchgen.equations.entry import Equation, Example
from scratchgen.nn import Parameter
from scratchgen.optim import SGD, Adam, MovingAverage, half_cosine
from scratchgen.reproductions.gan_modes import Setting
from scratchgen.reproductions.iwae_mnist import step_size
from scratchgen.reproductions.vae_mnist_fixed import step_size as step_size_of_two_falls


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
        tutorial="01_gradients.py#optimisers-sgd-and-adam",
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
        tutorial="01_gradients.py#optimisers-sgd-and-adam",
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
        tutorial="01_gradients.py#optimisers-sgd-and-adam",
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
        tutorial="04_rnn.py#a-language-model-the-network-against-n-grams",
        example=Example(
            "after a third of the training: ½ (1 + cos 60°) = ½ · 1.5 = 0.75",
            0.75,
            half_cosine,
            {"t": 1 / 3},
            recorded=False,
        ),
    ),
    Equation(
        "optim.stages",
        "step size in stages",
        r"\alpha = 10^{-3 - i / 7}, \quad \text{stage } i = 0, 1, \dots \text{ of } 3^i \text{ epochs}",
        "α = 10^(−3 − i/7) in stage i = 0, 1, … of 3^i epochs",
        "Burda, Grosse & Salakhutdinov (2016), section 5",
        "scratchgen.reproductions.iwae_mnist:step_size",
        tutorial="01_gradients.py#optimisers-sgd-and-adam",
        example=Example(
            "epoch 1 is stage 0, epochs 2, 3 and 4 are stage 1: 10^(−1/7) = 0.71969, in thousandths",
            0.71969,
            lambda epoch: 1000 * step_size(epoch),
            {"epoch": 4},
            recorded=False,
        ),
        symbols={"α": "step size of Adam", "i": "number of the stage"},
    ),
    Equation(
        "optim.straight_line",
        "step size along a straight line",
        r"\alpha_i = \alpha \bigl(1 - (i - 1) / n\bigr)",
        "α_i = α (1 − (i − 1) / n)",
        "no paper's: the simplest that ends at nought",
        "scratchgen.reproductions.gan_modes:Setting.step_size",
        tutorial="01_gradients.py#optimisers-sgd-and-adam",
        example=Example(
            "α = 2, epoch 4 of 4: 2 (1 − 3/4) = 0.5",
            0.5,
            lambda alpha, epoch, epochs: Setting("ring", (4,), epochs, 1.0, alpha).step_size(epoch),
            {"alpha": 2.0, "epoch": 4, "epochs": 4},
            recorded=False,
        ),
        symbols={
            "α_i": "step size in epoch i",
            "α": "step size in the first, > 0",
            "i": "number of the epoch, from 1",
            "n": "how many there are",
        },
    ),
    Equation(
        "optim.two_falls",
        "step size that falls twice",
        r"\alpha_i = \alpha\, 10^{-k / 5}, \quad k = [i > 200] + [i > 350]",
        "α_i = α 10^(−k/5),  k = [i > 200] + [i > 350]",
        "published training schedules of autoencoders on fixed binarised MNIST",
        "scratchgen.reproductions.vae_mnist_fixed:step_size",
        tutorial="01_gradients.py#optimisers-sgd-and-adam",
        example=Example(
            "epoch 500: both are over, 10^(−2/5) = 0.39811, in units of α = 0.0001",
            0.39811,
            lambda epoch: step_size_of_two_falls(epoch) / 1e-4,
            {"epoch": 500},
            recorded=False,
        ),
        symbols={
            "α_i": "step size of Adam in epoch i",
            "α": "step size in the first",
            "i": "number of the epoch, from 1",
            "k": "how often it has fallen",
        },
    ),
)
