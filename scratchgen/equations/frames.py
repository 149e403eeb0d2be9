"""Sequences of frames: chords of notes, or real numbers."""

from __future__ import annotations

import math

from scratchgen.data.preprocessing.mdct import mdct
from scratchgen.equations.entry import Equation, Example
from scratchgen.equations.tiny import blank
from scratchgen.evaluation.linear_prediction import LinearPrediction
from scratchgen.rnn.frames.densities import mixture_log_prob, with_loudness
from scratchgen.rnn.frames.model import FrameModel
from scratchgen.rnn.frames.notes import nade_log_prob


def _one_note(x):
    halves = blank(FrameModel(1, 1), recurrent_layers_0_W_xh=math.atanh(0.5), output_W_hy=2 * math.log(3))
    return halves.log_prob(x)


FRAMES = (
    Equation(
        "rnn.frames",
        "likelihood of a sequence of frames",
        r"\log p(x_1 \ldots x_T) = \sum_t \log p(x_t \mid h_{t-1})",
        "log p(x_1 … x_T) = Σ_t log p(x_t | h_{t−1})",
        "Boulanger-Lewandowski, Bengio & Vincent (2012)",
        "scratchgen.rnn.frames.model:FrameModel.log_prob",
        tutorial="07_sequences.py#chords-independent-notes-and-nade",
        example=Example(
            "silence before: h₀ = tanh(0.54931 · 0) = 0\n"
            "log p(x₁ = 1) = log σ(2.19722 · 0) = log ½ = −0.69315\n"
            "h₁ = tanh(0.54931 · 1) = ½\n"
            "log p(x₂ = 1) = log σ(2.19722 · ½) = log σ(log 3) = log ¾ = −0.28768",
            (-0.69315, -0.28768),
            _one_note,
            {"x": [[[1.0]], [[1.0]]]},
        ),
    ),
    Equation(
        "rnn.nade",
        "NADE: autoregressive notes of a chord",
        r"p(x_d = 1 \mid x_{<d}) = \sigma(b_d + V_d \cdot s_d), \quad"
        r" s_d = \sigma\Bigl(c + \sum_{j<d} x_j W_j\Bigr)",
        "p(x_d = 1 | x_<d) = σ(b_d + V_d · s_d),  s_d = σ(c + Σ_{j<d} x_j W_j)",
        "Larochelle & Murray (2011)",
        "scratchgen.rnn.frames.notes:nade_log_prob",
        tutorial="07_sequences.py#chords-independent-notes-and-nade",
        example=Example(
            "s₁ = σ(0) = ½,  p(x₁ = 1) = σ(0 · ½) = ½\n"
            "s₂ = σ(0 + 1 · log 3) = ¾,  p(x₂ = 1 | x₁ = 1) = σ(1.46482 · ¾) = σ(log 3) = ¾\n"
            "log p(1, 1) = log ½ + log ¾ = −0.69315 − 0.28768 = −0.98083",
            -0.98083,
            nade_log_prob,
            {
                "x": [[1, 1]],
                "b": [[0.0, 0.0]],
                "c": [[0.0]],
                "W": [[math.log(3)], [0.0]],
                "V": [[0.0], [4 / 3 * math.log(3)]],
            },
        ),
    ),
    Equation(
        "rnn.mixture_density",
        "mixture density",
        r"\log p(x) = \log \sum_k \pi_k \prod_d \mathcal N(x_d; \mu_{kd}, \sigma_{kd}^2)",
        "log p(x) = log Σ_k π_k Π_d N(x_d; μ_kd, σ_kd²)",
        "Bishop (1994), Mixture density networks, eq. 22-23",
        "scratchgen.rnn.frames.densities:mixture_log_prob",
        tutorial="07_sequences.py#real-valued-frames-mixture-densities",
        example=Example(
            "π = softmax(log 3, 0) = (¾, ¼), μ = (0, 1), σ = 1, of x = 0\n"
            "N(0; 0, 1) = 1/√(2π) = 0.398942,  N(0; 1, 1) = 0.398942 · e^(−½) = 0.241971\n"
            "log(¾ · 0.398942 + ¼ · 0.241971) = log 0.359699 = −1.02249",
            -1.02249,
            mixture_log_prob,
            {
                "x": [0.0],
                "logits": [math.log(3), 0.0],
                "mu": [[0.0], [1.0]],
                "logvar": [[0.0], [0.0]],
            },
        ),
        symbols={
            "x": "(..., D)",
            "π_k": "weight of component k, Σ_k π_k = 1",
            "μ_kd": "its mean in dimension d",
            "σ_kd": "its standard deviation there",
        },
    ),
    Equation(
        "rnn.linear_prediction",
        "linear prediction",
        r"p(x_n \mid x_{<n}) = \mathcal N\Bigl(x_n; \sum_i a_i x_{n-i}, s^2\Bigr), \quad"
        r" (a, s^2) = \arg\max \sum_n \log p(x_n \mid x_{<n})",
        "p(x_n | x_<n) = N(x_n; Σ_i a_i x_{n−i}, s²),  a and s² those of least squares",
        "Makhoul (1975), section II",
        "scratchgen.evaluation.linear_prediction:LinearPrediction.log_prob",
        tutorial="07_sequences.py#real-valued-frames-mixture-densities",
        example=Example(
            "order 1, of the sound (1, ½), before which is silence\n"
            "a = (0 · 1 + 1 · ½) / (0² + 1²) = ½,  errors (1 − 0, ½ − ½) = (1, 0),  s² = (1 + 0) / 2 = ½\n"
            "−½ (log 2πs² + e²/s²) = −½ (1.14473 + 2), −½ (1.14473 + 0) = −1.57236, −0.57236",
            (-1.57236, -0.57236),
            lambda x: LinearPrediction(1).fit([x]).log_prob(x),
            {"x": [1.0, 0.5]},
            recorded=False,
        ),
        symbols={"x_n": "sample n of a sound", "a_i": "weight of the sample i before it", "s": "deviation"},
    ),
    Equation(
        "rnn.loudness",
        "log-energy features of a frame",
        r"\bigl(x, \tfrac14 \log(x^2 + \sigma_0^2)\bigr)",
        "(x, ¼ log(x² + σ_0²)),  σ_0 = 0.01",
        "no paper; chosen by held-out nats of speech",
        "scratchgen.rnn.frames.densities:with_loudness",
        tutorial="07_sequences.py#real-valued-frames-mixture-densities",
        example=Example(
            "of x = 0: ¼ log 0.0001 = ¼ · (−9.21034) = −2.30259\n"
            "of x = −2: ¼ log 4.0001 = ¼ · 1.38632 = 0.34658",
            (0.0, -2.0, -2.30259, 0.34658),
            with_loudness,
            {"x": [0.0, -2.0]},
        ),
        symbols={"x": "(..., D)", "σ": "σ_0, the least standard deviation of a mixture density"},
    ),
    Equation(
        "data.mdct",
        "modified discrete cosine transform",
        r"X_{t,k} = \sum_{n=0}^{2D-1} w_n \sqrt{\tfrac2D} \cos\Bigl(\tfrac\pi D"
        r" \bigl(n + \tfrac{1 + D}2\bigr) \bigl(k + \tfrac12\bigr)\Bigr) x_{tD+n}, \quad"
        r" w_n = \sin \tfrac{\pi (n + 1/2)}{2D}",
        "X_tk = Σ_n w_n √(2/D) cos(π/D (n + ½ + D/2)(k + ½)) x_{tD+n},  w_n = sin(π (n + ½) / 2D)",
        "Princen, Johnson & Bradley (1987)",
        "scratchgen.data.preprocessing.mdct:mdct",
        tutorial="07_sequences.py#real-valued-frames-mixture-densities",
        example=Example(
            "D = 2, x = (1, 0, 0, 0), w = (0.38268, 0.92388, 0.92388, 0.38268), √(2/D) = 1\n"
            "frame 0 begins at x_0 = 1, so n = 0: 0.38268 (cos 67.5°, cos 202.5°) = (0.14645, −0.35355)\n"
            "frame 1 begins at x_2; x_0 follows x_3, with n = 2:"
            " 0.92388 (cos 157.5°, cos 112.5°) = (−0.85355, −0.35355)",
            (0.14645, -0.35355, -0.85355, -0.35355),
            mdct,
            {"x": [1.0, 0.0, 0.0, 0.0], "D": 2},
            recorded=False,
        ),
        symbols={
            "X": "(T, D)",
            "x": "(N,), a sound, continued periodically",
            "D": "samples from one frame to the next",
            "k": "number of the frequency, from 0",
        },
    ),
)
