"""Kernels that all models share: products, activations, random words, noise."""

from __future__ import annotations

import numpy as np

from scratchgen.equations.entry import Equation, Example
from scratchgen_kernels import bias_activation, exp, matmul
from scratchgen_kernels.normal_noise.loops import box_muller, philox4x32

KERNELS = (
    Equation(
        "kernels.matmul",
        "matrix product",
        r"C_{ij} = \sum_k A_{ik} B_{kj}",
        "C_ij = Σ_k A_ik B_kj",
        "Golub & Van Loan (2013), section 1.1.10",
        "scratchgen_kernels.matmul:matmul",
        tutorial="05_kernels.py#a-matrix-product",
        example=Example(
            "a row and a column: 1 · 3 + 2 · 4 = 11",
            11.0,
            matmul,
            {"a": [[1.0, 2.0]], "b": [[3.0], [4.0]]},
            recorded=False,
        ),
    ),
    Equation(
        "kernels.bias_activation",
        "bias and activation",
        r"y = f(x + b)",
        "y = f(x + b)",
        "Goodfellow et al., Deep Learning (2016), eq. 6.40",
        "scratchgen_kernels.bias_activation:bias_activation",
        tutorial="05_kernels.py#bias-activation-and-the-exponential",
        example=Example(
            "f = tanh: tanh(0.3 + 0.2) = tanh 0.5 = 0.46212",
            0.46212,
            bias_activation,
            {"x": [[0.3]], "b": [0.2], "activation": "tanh"},
            recorded=False,
        ),
    ),
    Equation(
        "kernels.elementary",
        "exp, log, tanh by range reduction",
        r"e^x = 2^n e^r, \quad |r| \le \tfrac12 \log 2, \quad \log(2^n m) = n \log 2 + \log m, \quad"
        r" \tanh x = 1 - \frac{2}{e^{2x} + 1}",
        "exp(x) = 2ⁿ exp(r),  |r| ≤ ½ log 2;  log(2ⁿ m) = n log 2 + log m;  tanh x = 1 − 2 / (exp(2x) + 1)",
        "Muller (2016), Elementary Functions, section 11.1",
        "scratchgen_kernels.vector_math:exp",
        tutorial="05_kernels.py#bias-activation-and-the-exponential",
        example=Example(
            "x = 1: n = round(1.44270) = 1, r = 1 − 0.69315 = 0.30685\n"
            "2 · exp(0.30685) = 2 · 1.35914 = 2.71828",
            2.71828,
            exp,
            {"x": [1.0]},
            recorded=False,
        ),
    ),
    Equation(
        "kernels.philox",
        "Philox counter-based random words",
        r"c_0' = \operatorname{hi}(N c_2) \oplus c_1 \oplus k_0, \quad c_1' = \operatorname{lo}(N c_2),"
        r" \quad c_2' = \operatorname{hi}(M c_0) \oplus c_3 \oplus k_1,"
        r" \quad c_3' = \operatorname{lo}(M c_0)",
        "c = (hi(N c₂) ⊕ c₁ ⊕ k₀, lo(N c₂), hi(M c₀) ⊕ c₃ ⊕ k₁, lo(M c₀)), ten times; k grows by constants",
        "Salmon et al. (2011), section 3.3",
        "scratchgen_kernels.normal_noise.loops:philox4x32",
        tutorial="05_kernels.py#counter-based-random-numbers-philox",
        example=Example(
            "M = 3528531795, N = 3449720151; one round of c = (1, 5, 2, 6) under k = (1, 2)\n"
            "N · 2 = 1 · 2³² + 2604473006, so (1 ⊕ 5 ⊕ 1, 2604473006) = (5, 2604473006)\n"
            "M · 1 = 0 · 2³² + 3528531795, so (0 ⊕ 6 ⊕ 2, 3528531795) = (4, 3528531795)",
            (5, 2604473006, 4, 3528531795),
            philox4x32,
            {"counter": (1, 5, 2, 6), "key": (1, 2), "rounds": 1},
            recorded=False,
        ),
    ),
    Equation(
        "kernels.box_muller",
        "Box-Muller transform",
        r"\varepsilon = \sqrt{-2 \ln u}\, (\cos 2\pi v, \sin 2\pi v),"
        r" \quad u = (a + \tfrac12)\, 2^{-32}, \quad v = (b + \tfrac12)\, 2^{-32}",
        "ε = √(−2 ln u) (cos 2πv, sin 2πv),  u = (a + ½) 2⁻³²,  v = (b + ½) 2⁻³²",
        "Box & Muller (1958)",
        "scratchgen_kernels.normal_noise.loops:box_muller",
        tutorial="05_kernels.py#counter-based-random-numbers-philox",
        example=Example(
            "words 2³¹ and 2²⁹: u = ½, v = ⅛, each within 10⁻⁹\n"
            "√(2 ln 2) = 1.17741, cos 45° = sin 45° = 0.70711\n"
            "both are √(ln 2) = 0.83255",
            (0.83255, 0.83255),
            box_muller,
            {"w_even": 2**31, "w_odd": 2**29, "dtype": np.dtype(np.float64)},
            recorded=False,
        ),
    ),
)
