"""Drums: a sine whose frequency falls, noise within a band, and a Gaussian per class of principal components."""

from __future__ import annotations

import numpy as np

from scratchgen.data.sets.synthetic_drums import band_noise, falling_sine
from scratchgen.equations.entry import Equation, Example
from scratchgen.evaluation.class_gaussians import ClassGaussians

DRUMS = (
    Equation(
        "data.falling_sine",
        "decaying sine of falling frequency",
        r"x_t = e^{-s / \text{decay}} \sin\!\big(2\pi (\text{low} \, s + (\text{high} - \text{low}) \, \text{fall} \,"
        r" (1 - e^{-s / \text{fall}})) + \text{phase}\big), \quad s = t / \text{rate}",
        "x_t = exp(−s / decay) sin(2π (low s + (high − low) fall (1 − exp(−s / fall))) + phase),  s = t / rate",
        "Chowning (1973), for a tone of varying frequency",
        "scratchgen.data.sets.synthetic_drums:falling_sine",
        example=Example(
            "low = 1 Hz, high = 2 Hz, fall = 1 s, decay = 2 s, 5 samples per second: s = 0.2 at t = 1\n"
            "cycles = 0.2 + (2 − 1) · 1 · (1 − e^−0.2) = 0.38127\n"
            "x₁ = e^−0.1 sin(2π · 0.38127) = 0.90484 · 0.67871 = 0.61412, and x₀ = 0",
            (0.0, 0.61412),
            falling_sine,
            {"low": 1.0, "high": 2.0, "fall": 1.0, "decay": 2.0, "n": 2, "rate": 5},
            recorded=False,
        ),
        symbols={
            "x_t": "sample t, in [−1, 1]",
            "t": "index of the sample, from 0",
            "s": "time, seconds",
            "rate": "samples per second",
            "low": "frequency at the end, Hz",
            "high": "frequency at the beginning, Hz",
            "fall": "seconds in which the distance from low falls to 1/e",
            "decay": "seconds in which the amplitude falls to 1/e",
            "phase": "phase at the beginning, radians",
        },
    ),
    Equation(
        "data.band_noise",
        "noise within a band of frequencies",
        r"y = F^{-1}\big(1[\text{low} \le f_k \le \text{high}] \, F(\varepsilon)_k\big), \quad"
        r" x = y / \max_t |y_t|",
        "y = F⁻¹(1[low ≤ f_k ≤ high] F(ε)_k),  x = y / max_t |y_t|",
        "Oppenheim & Schafer (2010), section 8",
        "scratchgen.data.sets.synthetic_drums:band_noise",
        example=Example(
            "ε = (3, 1, 1, −1), 4 samples per second: f = 0, 1, 2 Hz\n"
            "the band 1 … 1 Hz keeps F(ε)₁ = 3 − 1 + i(−1 − 1) = 2 − 2i\n"
            "y = (1, 1, −1, −1), and x = y",
            (1.0, 1.0, -1.0, -1.0),
            band_noise,
            {"noise": [3.0, 1.0, 1.0, -1.0], "low": 1.0, "high": 1.0, "rate": 4},
            recorded=False,
        ),
        symbols={
            "x": "noise in the band, (n,), of peak 1",
            "x_t": "its sample t",
            "y": "noise in the band before it is scaled, (n,)",
            "y_t": "its sample t",
            "ε": "white noise, (n,)",
            "F": "discrete Fourier transform of n samples",
            "f_k": "frequency k · rate/n of entry k, Hz",
            "low": "lower edge of the band, Hz",
            "high": "upper edge of the band, Hz",
        },
    ),
    Equation(
        "evaluation.class_gaussians",
        "principal components, Gaussian per class",
        r"x = m + U z, \quad z \mid c \sim \mathcal{N}(\mu_c, \Sigma_c)",
        "x = m + U z,  z | c ~ N(μ_c, Σ_c)",
        "Bishop (2006), sections 12.1 and 4.2.2",
        "scratchgen.evaluation.class_gaussians:ClassGaussians.fit",
        example=Example(
            "class 0: (0, 0), (2, 0); class 1: (10, 0), (14, 0): they vary along the first axis alone, U = ±(1, 0)\n"
            "Σ_0 = ((0 − 1)² + (2 − 1)²) / 2 = 1\n"
            "Σ_1 = ((10 − 12)² + (14 − 12)²) / 2 = 4",
            (1.0, 4.0),
            lambda x, labels, k: ClassGaussians.fit(x, labels, k).sigma[:, 0, 0],
            {"x": np.array([[0.0, 0], [2, 0], [10, 0], [14, 0]]), "labels": np.array([0, 0, 1, 1]), "k": 1},
            recorded=False,
        ),
        symbols={
            "x": "a row, (D,)",
            "m": "mean of all training rows, (D,)",
            "U": "principal axes, (D, k), UᵀU = I",
            "z": "coefficients Uᵀ(x − m), (k,)",
            "c": "class of the row",
            "μ_c": "mean of z over the rows of class c, (k,)",
            "Σ_c": "covariance of z over the rows of class c, (k, k)",
        },
    ),
)
