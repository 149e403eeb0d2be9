"""The recurrent network, and sampling of texts."""

from __future__ import annotations

import math

import numpy as np

from scratchgen import functional as F
from scratchgen import nn
from scratchgen.equations.entry import Equation, Example
from scratchgen.equations.tiny import blank, two_letters
from scratchgen.evaluation.ngram import NGram
from scratchgen.nn import Parameter
from scratchgen.optim import clip_grad_norm
from scratchgen.random import Generator
from scratchgen.rnn.analysis.jacobians import gradient_norms
from scratchgen.rnn.beam import beam_search
from scratchgen.rnn.cells import output
from scratchgen.rnn.sampling import probabilities
from scratchgen.rnn.scoring import evaluate
from scratchgen.rnn.training import truncation_bias
from scratchgen.rnn.translation.attention import DotAttention
from scratchgen_kernels import tanh_recurrence_backward


def _clipped(g, maximum):
    parameter = Parameter(0 * g)
    parameter.grad = g
    clip_grad_norm([parameter], maximum)
    return parameter.grad


def _one_unit(w):
    """h_t = tanh(x_t + w h_{t−1})."""
    return blank(nn.RNN(1, 1, Generator(0)), layers_0_W_xh=1.0, layers_0_W_hh=w)


RNN = (
    Equation(
        "rnn.hidden",
        "recurrence of the hidden state",
        r"h_t = \tanh(W_{hh} h_{t-1} + W_{xh} x_t + b_h)",
        "h_t = tanh(W_hh h_{t−1} + W_xh x_t + b_h)",
        "Elman (1990)",
        "scratchgen.functional:tanh_recurrence",
        tutorial="04_rnn.py#the-recurrence",
        example=Example(
            "h₁ = tanh(2 · 0 + 0.5 · 1) = tanh 0.5 = 0.46212\n"
            "h₂ = tanh(2 · 0.46212 + 0.5 · 0) = tanh 0.92423 = 0.72789",
            (0.46212, 0.72789),
            lambda x, h0, W_xh, W_hh, b_h: F.tanh_recurrence(x, h0, W_xh, W_hh, b_h),
            {"x": [[[1.0]], [[0.0]]], "h0": [[0.0]], "W_xh": [[0.5]], "W_hh": [[2.0]], "b_h": [0.0]},
        ),
    ),
    Equation(
        "rnn.output",
        "output of the recurrence",
        r"y_t = W_{hy} h_t + b_y",
        "y_t = W_hy h_t + b_y",
        "Elman (1990)",
        "scratchgen.rnn.cells:output",
        tutorial="04_rnn.py#the-recurrence",
        example=Example(
            "0.5 · (4, −2) + (1, 0) = (3, −1)",
            (3.0, -1.0),
            output,
            {"h": [[[0.5]]], "W_hy": [[4.0, -2.0]], "b_y": [1.0, 0.0]},
        ),
    ),
    Equation(
        "rnn.bptt",
        "backpropagation through time",
        r"\delta_t = (g_t + \delta_{t+1} W_{hh}^\top) \odot (1 - h_t^2), \quad \delta_{T+1} = 0, \quad"
        r" \frac{\partial L}{\partial W_{hh}} = \sum_t h_{t-1}^\top \delta_t, \quad"
        r" \frac{\partial L}{\partial W_{xh}} = \sum_t x_t^\top \delta_t, \quad"
        r" \frac{\partial L}{\partial b_h} = \sum_{t, \text{rows}} \delta_t, \quad"
        r" \frac{\partial L}{\partial x_t} = \delta_t W_{xh}^\top, \quad"
        r" \frac{\partial L}{\partial h_0} = \delta_1 W_{hh}^\top",
        "δ_t = (g_t + δ_{t+1} W_hhᵀ) ⊙ (1 − h_t²),  δ_{T+1} = 0,  ∂L/∂W_hh = Σ_t h_{t−1}ᵀ δ_t,"
        "  ∂L/∂W_xh = Σ_t x_tᵀ δ_t,  ∂L/∂b_h = Σ_{t, rows} δ_t,  ∂L/∂x_t = δ_t W_xhᵀ,  ∂L/∂h₀ = δ₁ W_hhᵀ",
        "Goodfellow et al., Deep Learning (2016), section 10.2.2",
        "scratchgen_kernels.tanh_recurrence:tanh_recurrence_backward",
        tutorial="04_rnn.py#back-propagation-through-time-bptt",
        example=Example(
            "h = (0.5, 0.6) and h₀ = 0, g = (0, 1), x = (1, 0), W_hh = 2, W_xh = 3\n"
            "δ₃ = 0\n"
            "δ₂ = (1 + 0 · 2)(1 − 0.36) = 0.64\n"
            "δ₁ = (0 + 0.64 · 2)(1 − 0.25) = 0.96\n"
            "∂L/∂x = (0.96, 0.64) · 3 = (2.88, 1.92)\n"
            "∂L/∂h₀ = 0.96 · 2 = 1.92\n"
            "∂L/∂W_xh = 1 · 0.96 + 0 · 0.64 = 0.96\n"
            "∂L/∂W_hh = 0 · 0.96 + 0.5 · 0.64 = 0.32\n"
            "∂L/∂b_h = 0.96 + 0.64 = 1.6",
            (2.88, 1.92, 1.92, 0.96, 0.32, 1.6),
            tanh_recurrence_backward,
            {
                "g": [[[0.0]], [[1.0]]],
                "h": [[[0.5]], [[0.6]]],
                "x": [[[1.0]], [[0.0]]],
                "h0": [[0.0]],
                "W_xh": [[3.0]],
                "W_hh": [[2.0]],
            },
            recorded=False,
        ),
    ),
    Equation(
        "rnn.lstm",
        "long short-term memory",
        r"c_t = f_t \odot c_{t-1} + i_t \odot g_t, \quad h_t = o_t \odot \tanh(c_t), \quad"
        r" (i, f, g, o)_t = (\sigma, \sigma, \tanh, \sigma)(W_{hh} h_{t-1} + W_{xh} x_t + b_h)",
        "c_t = f_t ⊙ c_{t−1} + i_t ⊙ g_t,  h_t = o_t ⊙ tanh(c_t),"
        "  (i, f, g, o)_t = (σ, σ, tanh, σ)(W_hh h_{t−1} + W_xh x_t + b_h)",
        "Hochreiter & Schmidhuber (1997); forget gate: Gers, Schmidhuber & Cummins (2000)",
        "scratchgen.functional:lstm_recurrence",
        tutorial="04_rnn.py#vanishing-and-exploding-gradients",
        example=Example(
            "weights 0, so i = f = o = σ(0) = ½ and g = tanh 0.54931 = ½\n"
            "c = ½ · 1 + ½ · ½ = 0.75\n"
            "h = ½ tanh 0.75 = ½ · 0.63515 = 0.31757",
            (0.31757, 0.75),
            lambda x, h0, c0, W_xh, W_hh, b_h: F.lstm_recurrence(x, h0, c0, W_xh, W_hh, b_h),
            {
                "x": [[[0.0]]],
                "h0": [[0.0]],
                "c0": [[1.0]],
                "W_xh": [[0.0, 0.0, 0.0, 0.0]],
                "W_hh": [[0.0, 0.0, 0.0, 0.0]],
                "b_h": [0.0, 0.0, math.atanh(0.5), 0.0],
            },
        ),
    ),
    Equation(
        "rnn.gru",
        "gated recurrent unit",
        r"h_t = (1 - z_t) \odot n_t + z_t \odot h_{t-1}, \quad"
        r" n_t = \tanh(W_{xn} x_t + b_{xn} + r_t \odot (W_{hn} h_{t-1} + b_{hn}))",
        "h_t = (1 − z_t) ⊙ n_t + z_t ⊙ h_{t−1},  n_t = tanh(W_xn x_t + b_xn + r_t ⊙ (W_hn h_{t−1} + b_hn))",
        "Cho et al. (2014), eq. 5-8",
        "scratchgen.functional:gru_recurrence",
        tutorial="04_rnn.py#vanishing-and-exploding-gradients",
        example=Example(
            "r = z = σ(0) = ½\n"
            "n = tanh(1 · 1 + ½ · (2 · 1)) = tanh 2 = 0.96403\n"
            "h = ½ · 0.96403 + ½ · 1 = 0.98201",
            0.98201,
            lambda x, h0, W_xh, W_hh, b_x, b_h: F.gru_recurrence(x, h0, W_xh, W_hh, b_x, b_h),
            {
                "x": [[[1.0]]],
                "h0": [[1.0]],
                "W_xh": [[0.0, 0.0, 1.0]],
                "W_hh": [[0.0, 0.0, 2.0]],
                "b_x": [0.0, 0.0, 0.0],
                "b_h": [0.0, 0.0, 0.0],
            },
        ),
    ),
    Equation(
        "rnn.truncation",
        "bias of truncated backpropagation",
        r"\lVert \hat g - g \rVert / \lVert g \rVert, \quad \hat g = \sum_{\text{chunks}}"
        r" \left. \frac{\partial L_\text{chunk}}{\partial \theta} \right|_{h_\text{before} \text{ fixed}}",
        "‖ĝ − g‖ / ‖g‖,  ĝ = Σ_chunks ∂L_chunk/∂θ with the state before the chunk held fixed",
        "Tallec & Ollivier (2017), section 2",
        "scratchgen.rnn.training:truncation_bias",
        tutorial="04_rnn.py#vanishing-and-exploding-gradients",
        example=Example(
            "h = 0 and p = ½ throughout; W_hy = (−1, 1), and the loss is a mean over 2 steps\n"
            "g₁ = g₂ = ½ (½ + ½) = ½\n"
            "W_hh = 1: δ₂ = ½, δ₁ = ½ + ½ · 1 = 1, cut off: ½\n"
            "∂b_h: 1.5, cut off: 1\n"
            "∂b_y = (−½, ½) either way\n"
            "|1 − 1.5| / √(1.5² + ½² + ½²) = 0.5 / 1.65831 = 0.30151",
            0.30151,
            lambda inputs, targets, chunk: truncation_bias(
                two_letters(recurrent_layers_0_W_hh=1.0, W_hy=[[-1.0, 1.0]]), inputs, targets, chunk
            ),
            {"inputs": [[0], [0]], "targets": [[0], [0]], "chunk": 1},
            recorded=False,
        ),
    ),
    Equation(
        "rnn.influence",
        "gradient norms through time",
        r"\left\lVert \frac{\partial h_T}{\partial h_t} \right\rVert"
        r" = \left\lVert \prod_{s=t+1}^{T} W_{hh} \operatorname{diag}(1 - h_s^2) \right\rVert"
        r" \le \sigma_{\max}(W_{hh})^{T - t}",
        "‖∂h_T/∂h_t‖ = ‖Π_s W_hh diag(1 − h_s²)‖ ≤ σ_max(W_hh)^(T − t)",
        "Pascanu, Mikolov & Bengio (2013), eq. 5-7",
        "scratchgen.rnn.analysis.jacobians:gradient_norms",
        tutorial="04_rnn.py#vanishing-and-exploding-gradients",
        example=Example(
            "W_hh = 0.8, W_xh = 1, x = (0.54931, −0.4), tanh 0.54931 = ½\n"
            "h₁ = ½, h₂ = tanh(−0.4 + 0.8 · ½) = 0\n"
            "k = 0: 1\n"
            "k = 1: 0.8 (1 − 0²) = 0.8\n"
            "k = 2: 0.8 · 0.8 (1 − ½²) = 0.48, which is below 0.8² = 0.64",
            (1.0, 0.8, 0.48),
            lambda x: gradient_norms(_one_unit(0.8), x),
            {"x": [[math.atanh(0.5)], [-0.4]]},
            recorded=False,
        ),
    ),
    Equation(
        "rnn.clipping",
        "gradient clipping by norm",
        r"g \leftarrow g \cdot \min(1, c / \lVert g \rVert)",
        "g ← g · min(1, c / ‖g‖)",
        "Pascanu, Mikolov & Bengio (2013), algorithm 1",
        "scratchgen.optim.clipping:clip_grad_norm",
        tutorial="04_rnn.py#vanishing-and-exploding-gradients",
        example=Example(
            "‖g‖ = √(3² + 4²) = 5, c = 1\n(3, 4) · min(1, 1/5) = (0.6, 0.8)",
            (0.6, 0.8),
            _clipped,
            {"g": [3.0, 4.0], "maximum": 1.0},
            recorded=False,
        ),
    ),
    Equation(
        "rnn.cross_entropy",
        "bits per character of a held-out text",
        r"b = -\frac{1}{N - 1} \sum_{t=2}^{N} \log_2 p(c_t \mid c_1 \dots c_{t-1}), \quad \mathbb E[b] \ge H",
        "b = −1/(N−1) Σ_t log₂ p(c_t | c_1 … c_{t−1}),  E[b] ≥ H",
        "Cover & Thomas (2006), Elements of Information Theory, section 5.4",
        "scratchgen.rnn.scoring:evaluate",
        tutorial="04_rnn.py#a-language-model-the-network-against-n-grams",
        example=Example(
            "p(a) = ¾, p(b) = ¼ in every context\nof aab: −½ (log₂ ¾ + log₂ ¼) = ½ (0.41504 + 2) = 1.20752",
            1.20752,
            lambda ids: evaluate(two_letters(b_y=[math.log(3), 0.0]), ids),
            {"ids": [0, 0, 1]},
            recorded=False,
        ),
    ),
    Equation(
        "rnn.sampling",
        "temperature, top-k and nucleus sampling",
        r"p_k \propto e^{y_k / \tau} \; [k \in K], \quad"
        r" K = \text{the } k \text{ most probable, or the fewest with } \textstyle\sum_K p \ge p_\text{top}",
        "p_k ∝ exp(y_k / τ) on the k most probable, or on the fewest whose probabilities sum to p_top or more",
        "Fan et al. (2018), section 5.1; Holtzman et al. (2020), eq. 2-3",
        "scratchgen.rnn.sampling:probabilities",
        tutorial="04_rnn.py#sampling-with-a-temperature",
        example=Example(
            "τ = ½ doubles the logits: e^(2 log 3) = 9, e⁰ = 1, e^(−2 log 3) = 1/9\n"
            "of the 2 most probable: (9, 1, 0) / 10 = (0.9, 0.1, 0)",
            (0.9, 0.1, 0.0),
            probabilities,
            {"logits": [math.log(3), 0.0, -math.log(3)], "temperature": 0.5, "top_k": 2},
            recorded=False,
        ),
    ),
    Equation(
        "rnn.beam",
        "score of a beam, with length penalty",
        r"\log p(y_1 \dots y_l) \,/\, \left(\tfrac{5 + l}{6}\right)^\alpha",
        "log p(y_1 … y_l) / ((5 + l) / 6)^α",
        "Sutskever et al. (2014), section 3.2; Wu et al. (2016), eq. 14",
        "scratchgen.rnn.beam:search",
        tutorial="07_sequences.py#sequence-to-sequence-models-with-attention",
        example=Example(
            "p(a) = ¾, l = 2, α = 1: the most probable is aa\n"
            "2 log ¾ / ((5 + 2) / 6) = −0.57536 · 6/7 = −0.49317",
            -0.49317,
            lambda n, width, alpha: (
                beam_search(two_letters(b_y=[math.log(3), 0.0]), "a", n, width, length_penalty=alpha)[0].score
            ),
            {"n": 2, "width": 2, "alpha": 1.0},
            recorded=False,
        ),
    ),
    Equation(
        "rnn.attention",
        "attention",
        r"c_t = \sum_j a_{tj} h_j, \quad a_{tj} = \operatorname{softmax}_j \operatorname{score}(s_t, h_j),"
        r" \quad \operatorname{score} = s^\top h / \sqrt H \text{ or } v^\top \tanh(W s + U h)",
        "c_t = Σ_j a_tj h_j,  a_tj = softmax_j score(s_t, h_j),  score = s·h/√H or v·tanh(W s + U h)",
        "Bahdanau et al. (2015), eq. 5-6; Luong et al. (2015), eq. 8",
        "scratchgen.rnn.translation.attention:Attention.forward",
        tutorial="07_sequences.py#sequence-to-sequence-models-with-attention",
        example=Example(
            "s = 1, h = (0, log 3), H = 1: scores 0 and log 3, weights (1, 3) / 4\n"
            "¼ · 0 + ¾ · 1.09861 = 0.82396",
            0.82396,
            lambda s, h: DotAttention().forward(s, h)[0],
            {"s": [[[1.0]]], "h": [[[0.0]], [[math.log(3)]]]},
        ),
    ),
    Equation(
        "rnn.ngram",
        "interpolated n-gram model",
        r"p_k(c \mid s) = \frac{n(s, c) + \alpha\, p_{k-1}(c \mid s')}{n(s) + \alpha}, \quad p_{-1} = 1/V",
        "p_k(c|s) = (n(s, c) + α p_{k−1}(c|s′)) / (n(s) + α),  p_{−1} = 1/V",
        "MacKay & Bauman Peto (1995), A hierarchical Dirichlet language model",
        "scratchgen.evaluation.ngram:NGram.log_prob",
        tutorial="04_rnn.py#a-language-model-the-network-against-n-grams",
        example=Example(
            "of aab, α = 1: p₀(a) = (2 + ½)/(3 + 1) = 0.625, p₀(b) = (1 + ½)/(3 + 1) = 0.375\n"
            "a is followed once by a and once by b, and n(a) = 2: p₁(b|a) = (1 + 0.375)/(2 + 1) = 0.45833",
            (0.625, 0.45833),
            lambda text, asked: np.exp(NGram(1).fit(text, 2).log_prob(asked)),
            {"text": [0, 0, 1], "asked": [0, 1]},
            recorded=False,
        ),
    ),
)
