"""Models on a recurrent network: language, notes, sequence-to-sequence, regression."""

from __future__ import annotations

import math

import numpy as np

from scratchgen.equations.entry import Equation, Example
from scratchgen.equations.tiny import Noise, blank, two_letters
from scratchgen.evaluation.per_step import marginal_nats, per_step
from scratchgen.random import Generator
from scratchgen.rnn.frames.notes import IndependentNotes
from scratchgen.rnn.frames.training import disturbed
from scratchgen.rnn.regression import SequenceRegression
from scratchgen.rnn.scoring import perplexity
from scratchgen.rnn.translation.seq2seq import Seq2Seq


def _copied(x, y):
    """For any x, o = (2 log 3, 0) tanh(0.54931): the symbol has probability ¾, the end ¼."""
    weights = {"combine_b": math.atanh(0.5), "output_W": [[2 * math.log(3), 0.0]]}
    model = blank(Seq2Seq(1, 1, 1, 1, Generator(0), attention="dot"), **weights)
    return model.loss(x, np.ones_like(x, bool), y, np.ones_like(y, bool))


def _regressed(x, target):
    weights = {"recurrent_layers_0_W_xh": math.atanh(0.5), "W_hy": 4.0, "b_y": 1.0}
    return blank(SequenceRegression(1, 1, 1, cell="tanh"), **weights).loss(x, target)


SEQUENCES = (
    Equation(
        "rnn.language_model",
        "language model",
        r"p(c_{t+1} \mid c_1 \dots c_t) = \operatorname{softmax}(y_t)_{c_{t+1}},"
        r" \quad y_t = W_{hy} h_t + b_y",
        "p(c_{t+1} | c_1 … c_t) = softmax(y_t)[c_{t+1}],  y_t = W_hy h_t + b_y",
        "Mikolov et al. (2010), section 2",
        "scratchgen.rnn.models:LanguageModel.loss",
        tutorial="04_rnn.py#a-language-model-the-network-against-n-grams",
        example=Example(
            "weights 0 and b_y = (log 3, 0): p(a) = ¾, p(b) = ¼ at every step\n"
            "of a: −log ¾ = 0.28768, of b: −log ¼ = 1.38629",
            (0.28768, 1.38629),
            lambda ids, targets: two_letters(b_y=[math.log(3), 0.0]).loss(ids, targets)[0],
            {"ids": [[0], [0]], "targets": [[0], [1]]},
            recorded=False,
        ),
        symbols={"p": "probability that the model gives", "c": "symbol t of the text"},
    ),
    Equation(
        "rnn.perplexity",
        "perplexity of a text",
        r"\exp\Bigl( -\frac{1}{N - 1} \sum_{t=2}^N \log p(c_t \mid c_1 \dots c_{t-1}) \Bigr)",
        "exp(−1/(N−1) Σ_t log p(c_t | c_1 … c_{t−1}))",
        "Jelinek et al. (1977)",
        "scratchgen.rnn.scoring:perplexity",
        tutorial="04_rnn.py#a-language-model-the-network-against-n-grams",
        example=Example(
            "p(a) = ¾, p(b) = ¼ in every context\n"
            "of aab: exp(−½ (log ¾ + log ¼)) = √(4/3 · 4) = 4/√3 = 2.30940",
            2.3094,
            lambda ids: perplexity(two_letters(b_y=[math.log(3), 0.0]), ids),
            {"ids": [0, 0, 1]},
            recorded=False,
        ),
        symbols={
            "N": "symbols of the text",
            "p": "probability that the model gives",
            "c_t": "symbol t of the text",
        },
    ),
    Equation(
        "rnn.independent_notes",
        "independent notes",
        r"p(x \mid h) = \prod_d \sigma(y_d)^{x_d} (1 - \sigma(y_d))^{1 - x_d}, \quad y = W_{hy} h + b_y",
        "p(x | h) = Π_d σ(y_d) where x_d = 1, 1 − σ(y_d) where x_d = 0;  y = W_hy h + b_y",
        "Boulanger-Lewandowski, Bengio & Vincent (2012), the plain RNN",
        "scratchgen.rnn.frames.notes:IndependentNotes.log_prob",
        tutorial="07_sequences.py#chords-independent-notes-and-nade",
        example=Example(
            "h = 1, W_hy = (0, log 3): y = (0, log 3), probabilities ½ and ¾\n"
            "of the first note alone: log ½ + log ¼ = −0.69315 − 1.38629 = −2.07944",
            -2.07944,
            lambda h, x: blank(IndependentNotes(1, 2, Generator(0)), W_hy=[[0.0, math.log(3)]]).log_prob(
                h, x
            ),
            {"h": [[1.0]], "x": [[1, 0]]},
        ),
        symbols={
            "p": "probability that the model gives",
            "x": "which notes sound, (D,), 0 or 1",
            "x_d": "whether note d sounds",
            "h": "state, (H,)",
            "σ": "logistic function",
            "y": "logits of the notes, (D,)",
            "W_hy": "weights from state to notes, (H, D)",
            "b_y": "bias of the notes, (D,)",
        },
    ),
    Equation(
        "rnn.weight_noise",
        "weight noise",
        r"g = \left. \frac{\partial L}{\partial \theta} \right|_{\theta + \sigma \varepsilon},"
        r" \quad \varepsilon \sim \mathcal N(0, I)",
        "g = ∂L/∂θ at θ + σ ε,  ε ~ N(0, I)",
        "Graves (2011), Practical variational inference for neural networks",
        "scratchgen.rnn.frames.training:disturbed",
        tutorial="07_sequences.py#chords-independent-notes-and-nade",
        example=Example(
            "θ = 1, σ = 0.5, ε = −2: the gradient is taken at 1 + 0.5 · (−2) = 0",
            0.0,
            lambda theta, sigma, eps: disturbed(theta, sigma, Noise(*eps)),
            {"theta": [1.0], "sigma": 0.5, "eps": (-2.0,)},
            recorded=False,
        ),
        symbols={
            "g": "the gradient for the step",
            "θ": "the weights, which do not change",
            "σ": "deviation of the noise, ≥ 0",
            "ε": "standard normal noise, new at every step",
        },
    ),
    Equation(
        "rnn.per_step",
        "nats per step: a ratio estimator",
        r"r = \frac{\sum_i n_i}{\sum_i T_i}, \quad s^2 = \frac{N}{N - 1} \frac{\sum_i (n_i - r T_i)^2}"
        r"{(\sum_i T_i)^2}",
        "r = Σ_i n_i / Σ_i T_i,  s² = N/(N − 1) Σ_i (n_i − r T_i)² / (Σ_i T_i)²",
        "Cochran (1977), Sampling Techniques, chapter 6",
        "scratchgen.evaluation.per_step:per_step",
        tutorial="07_sequences.py#chords-independent-notes-and-nade",
        example=Example(
            "pieces of 1 and 3 steps cost 3 and 5 nats: r = 8/4 = 2\n"
            "s² = 2/1 · ((3 − 2)² + (5 − 6)²) / 4² = 0.25, s = 0.5",
            (2.0, 0.5),
            lambda nats, steps: tuple(per_step(nats, steps)),
            {"nats": [3.0, 5.0], "steps": [1, 3]},
            recorded=False,
        ),
        symbols={
            "r": "nats per step",
            "n_i": "nats of piece i",
            "T_i": "its steps",
            "s": "standard error of r, where pieces are drawn",
            "N": "number of pieces",
        },
    ),
    Equation(
        "rnn.marginals",
        "marginal probabilities of the notes",
        r"p_d = \frac{n_d + \tfrac12}{n + 1}",
        "p_d = (n_d + ½) / (n + 1)",
        "Krichevsky & Trofimov (1981)",
        "scratchgen.evaluation.per_step:marginal_nats",
        tutorial="07_sequences.py#chords-independent-notes-and-nade",
        example=Example(
            "a note that sounds in 1 of 3 steps: p = 1.5 / 4 = 0.375\n"
            "where it sounds it costs −log 0.375 = 0.98083",
            0.98083,
            lambda train, held_out: marginal_nats([train], [held_out]),
            {"train": [[1.0], [0.0], [0.0]], "held_out": [[1.0]]},
            recorded=False,
        ),
        symbols={
            "p_d": "probability of note d",
            "n_d": "steps of the training data in which it sounds",
            "n": "steps of the training data",
        },
    ),
    Equation(
        "rnn.regression",
        "sequence regression",
        r"y = W_{hy} h_T + b_y, \quad L = \lVert y - \text{target} \rVert^2",
        "y = W_hy h_T + b_y,  L = ‖y − target‖²",
        "Le, Jaitly & Hinton (2015), section 4.1",
        "scratchgen.rnn.regression:SequenceRegression.loss",
        tutorial="04_rnn.py#the-recurrence",
        example=Example(
            "h₁ = tanh 0.54931 = ½, y = 4 · ½ + 1 = 3\n(3 − 1)² = 4",
            4.0,
            _regressed,
            {"x": [[[1.0]]], "target": [[1.0]]},
        ),
        symbols={
            "y": "answer, (B, V)",
            "h_T": "the last state, (B, H)",
            "target": "the right answer, (B, V)",
            "L": "squared error of each sequence, (B,)",
        },
    ),
    Equation(
        "rnn.seq2seq",
        "sequence-to-sequence model",
        r"\log p(y \mid x) = \sum_t \log \operatorname{softmax}(o_t)_{y_t}, \quad"
        r" o_t = W_o \tanh(W_c [s_t, c_t] + b_c) + b_o",
        "log p(y | x) = Σ_t log softmax(o_t)[y_t],  o_t = W_o tanh(W_c [s_t, c_t] + b_c) + b_o",
        "Sutskever et al. (2014), eq. 1; Luong et al. (2015), eq. 5 and 6",
        "scratchgen.rnn.translation.seq2seq:Seq2Seq.loss",
        tutorial="07_sequences.py#sequence-to-sequence-models-with-attention",
        example=Example(
            "W_c = 0, so tanh b_c = tanh 0.54931 = ½ and o = (2.19722 · ½, 0) = (log 3, 0)\n"
            "p(symbol) = ¾, p(end) = ¼\n"
            "of one symbol and the end: −log ¾ − log ¼ = 0.28768 + 1.38629 = 1.67398",
            1.67398,
            _copied,
            {"x": [[0]], "y": [[0]]},
            recorded=False,
        ),
        symbols={
            "p": "probability that the model gives; nats",
            "y": "output, (T′, B) symbols and the end",
            "x": "input, (T, B) symbols",
            "o_t": "logits of symbol t, (B, V + 1)",
            "y_t": "symbol t of the output",
            "W_o": "weights of the logits, (H, V + 1)",
            "W_c": "weights of state and context, (2H, H)",
            "s_t": "state of the decoder before y_t, (B, H)",
            "c_t": "context from attention, (B, H)",
            "b_c": "bias, (H,)",
            "b_o": "bias, (V + 1,)",
        },
    ),
)
