"""Sequences of frames in which many notes sound at once."""

from __future__ import annotations

import math

from scratchgen.equations.entry import Equation, Example
from scratchgen.equations.tiny import blank
from scratchgen.rnn.frames import FrameModel
from scratchgen.rnn.notes import nade_log_prob


def _one_note(x):
    halves = blank(FrameModel(1, 1), recurrent_layers_0_W_xh=math.atanh(0.5), notes_W_hy=2 * math.log(3))
    return halves.log_prob(x)


FRAMES = (
    Equation(
        "rnn.frames",
        "sequence of frames",
        r"\log p(x_1 \ldots x_T) = \sum_t \log p(x_t \mid h_{t-1})",
        "log p(x_1 … x_T) = Σ_t log p(x_t | h_{t−1})",
        "Boulanger-Lewandowski, Bengio & Vincent (2012)",
        "scratchgen.rnn.frames:FrameModel.log_prob",
        tutorial="04_rnn.py#many-notes-at-once",
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
        "neural autoregressive distribution estimator (NADE)",
        r"p(x_d = 1 \mid x_{<d}) = \sigma(b_d + V_d \cdot s_d), \quad"
        r" s_d = \sigma\Bigl(c + \sum_{j<d} x_j W_j\Bigr)",
        "p(x_d = 1 | x_<d) = σ(b_d + V_d · s_d),  s_d = σ(c + Σ_{j<d} x_j W_j)",
        "Larochelle & Murray (2011)",
        "scratchgen.rnn.notes:nade_log_prob",
        tutorial="04_rnn.py#many-notes-at-once",
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
)
