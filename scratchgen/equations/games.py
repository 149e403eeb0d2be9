"""Conditional and one-parameter games, and measurements during the training of a GAN."""

from __future__ import annotations

import math

import numpy as np

from scratchgen.equations.entry import Equation, Example
from scratchgen.equations.tiny import blank
from scratchgen.evaluation.parzen import kmeans_centroids
from scratchgen.gan.dirac import dirac_forces
from scratchgen.gan.game import Game
from scratchgen.gan.models import ConditionalGAN
from scratchgen.gan.monitor import GANMonitor
from scratchgen.random import Generator


def _judged(x, label):
    """The logit of a pair with a linear D: the example, plus log 3 / √2 for class 1."""
    pair = ConditionalGAN(1, 1, classes=2, hidden=(), bounded=False)
    blank(pair, D_1_W=[[1.0], [0.0], [math.log(3) / math.sqrt(2)]])
    return pair.given(np.array([label])).logits(x)


GAMES = (
    Equation(
        "gan.conditional",
        "conditional game",
        r"V(D, G) = \mathbb E_x[\log D(x \mid y)] + \mathbb E_z[\log(1 - D(G(z \mid y) \mid y))]",
        "V(D, G) = E_x[log D(x|y)] + E_z[log(1 − D(G(z|y)|y))]",
        "Mirza & Osindero (2014), eq. 2",
        "scratchgen.gan.models:ConditionedGAN.logits",
        tutorial="03_gan.py#the-conditional-gan",
        example=Example(
            "a class is a row of 2 numbers, 0 and √2 = 1.41421; the weights of D are 0 and 0.77684, and 1 for x\n"
            "for x = 0 and class 1: the logit 0 + 1.41421 · 0.77684 = 1.09861, so D(x|y) = ¾",
            1.09861,
            _judged,
            {"x": [[0.0]], "label": 1},
        ),
        symbols={"y": "class of an example, K numbers in the code: 0, and √K at the class"},
    ),
    Equation(
        "gan.dirac",
        "gradients of the Dirac-GAN",
        r"-\frac{\partial L_G}{\partial \theta} = \sigma(\psi \theta)\, \psi, \quad"
        r" -\frac{\partial L_D}{\partial \psi} = -\sigma(\psi \theta)\, \theta - \gamma \psi",
        "−∂L_G/∂θ = σ(ψ θ) ψ,  −∂L_D/∂ψ = −σ(ψ θ) θ − γ ψ",
        "Mescheder et al. (2018), definition 2.1 and section 3",
        "scratchgen.gan.dirac:dirac_forces",
        tutorial="03_gan.py#the-dirac-gan-circles-spirals-and-the-r1-penalty",
        example=Example(
            "θ = log 3, ψ = 1, γ = ½: σ(log 3) = ¾\n"
            "¾ · 1 = 0.75, and −¾ · 1.09861 − ½ · 1 = −0.82396 − 0.5 = −1.32396",
            (0.75, -1.32396),
            lambda theta, psi, r1: dirac_forces(theta, psi, Game("minimax", r1=r1)),
            {"theta": math.log(3), "psi": 1.0, "r1": 0.5},
            recorded=False,
        ),
        symbols={
            "L_G": "loss of the generator, log(1 − D(θ))",
            "L_D": "loss of the discriminator, −V + γ/2 ψ²",
            "θ": "the single point that the generator produces; all data are 0",
            "σ": "logistic function",
            "ψ": "slope of the logit a(x) = ψ x of the discriminator D(x) = σ(a(x))",
            "γ": "weight of the penalty on ψ², ≥ 0",
        },
    ),
    Equation(
        "gan.diversity",
        "diversity of the samples",
        r"\frac{\mathbb E \lVert y - y' \rVert}{\mathbb E \lVert x - x' \rVert}",
        "E ‖y − y′‖ / E ‖x − x′‖",
        "Székely & Rizzo (2013), Energy statistics, for mean distances of pairs",
        "scratchgen.gan.monitor:GANMonitor.epoch",
        tutorial="03_gan.py#is-the-training-healthy",
        example=Example(
            "real 0 and 4, whose distance is 4; generated 0, 1 and 3\n(1 + 3 + 2)/3 = 2, and 2/4 = 0.5",
            0.5,
            lambda real, samples: GANMonitor("nonsaturating", real).epoch(samples)[0],
            {"real": [[0.0], [4.0]], "samples": [[0.0], [1.0], [3.0]]},
            recorded=False,
        ),
        symbols={
            "y": "a sample of the generator, (D,)",
            "y′": "a second one",
            "x": "a real example, (D,)",
            "x′": "a second one",
        },
    ),
    Equation(
        "gan.centroids",
        "k-means centroids",
        r"c = \arg\min_c \sum_n \min_j \lVert x_n - c_j \rVert^2",
        "c = argmin_c Σ_n min_j ‖x_n − c_j‖²",
        "Lloyd (1982); Theis, van den Oord & Bethge (2016), section 3.2, for their use",
        "scratchgen.evaluation.parzen:kmeans_centroids",
        tutorial="03_gan.py#parzen-windows-a-score-that-prefers-averages",
        example=Example(
            "0 and 2, 8 and 10, two averages: (0 + 2)/2 = 1 and (8 + 10)/2 = 9",
            (1.0, 9.0),
            lambda x, k: np.sort(kmeans_centroids(x, k, Generator(0)), axis=0),
            {"x": [[0.0], [2.0], [8.0], [10.0]], "k": 2},
            recorded=False,
        ),
        symbols={"c": "k averages, (k, D)", "x_n": "example n, (D,)"},
    ),
)
