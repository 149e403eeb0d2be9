"""Summarisation: ROUGE scores, the pointer-generator, and coverage."""

from __future__ import annotations

import math

import numpy as np

from scratchgen.equations.entry import Equation, Example
from scratchgen.equations.tiny import blank
from scratchgen.evaluation.rouge import rouge_l, rouge_n
from scratchgen.random import Generator
from scratchgen.rnn.translation.attention import CoverageAttention
from scratchgen.rnn.translation.pointer import GenerationProbability, coverage_loss, pointer_log_prob


def _gate(c, s, x):
    gate = blank(GenerationProbability(1, 1, Generator(0)), linear_W=[[math.log(3)], [0.5], [-1.0]])
    return np.exp(np.concatenate([np.ravel(log_p) for log_p in gate.forward(c, s, x)]))


def _pointed(p_vocab, p_gen, a, x):
    """P of the words of the vocabulary, and of one word outside."""
    log_p_vocab = np.concatenate([np.log(p_vocab), [-np.inf]])
    words = np.arange(len(log_p_vocab))
    gates = np.log([[p_gen]]), np.log([[1 - p_gen]])
    x_is_w = x == words[:, None]
    return np.exp(pointer_log_prob(log_p_vocab[None, None], *gates, a[None, None], x_is_w[None, None]))


def _covered(s, h, C):
    attention = blank(CoverageAttention(1, 1, 1, Generator(0)), v=2 * math.log(3), w=-math.atanh(0.5))
    return np.concatenate([np.ravel(part) for part in attention.forward(s, h, None, C)])


SUMMARISATION = (
    Equation(
        "evaluation.rouge_n",
        "ROUGE-n of a summary",
        r"R = \frac{\sum_g \min(n_g(s), n_g(r))}{\sum_g n_g(r)}, \quad"
        r" P = \frac{\sum_g \min(n_g(s), n_g(r))}{\sum_g n_g(s)}, \quad F_1 = \frac{2 P R}{P + R}",
        "R = Σ_g min(n_g(s), n_g(r)) / Σ_g n_g(r),  P = Σ_g min(n_g(s), n_g(r)) / Σ_g n_g(s),"
        "  F₁ = 2 P R / (P + R)",
        "Lin (2004), eq. 1",
        "scratchgen.evaluation.rouge:rouge_n",
        example=Example(
            "s = the cat sat down, r = the cat sat on the mat, n = 2\n"
            "both have (the cat) and (cat sat): 2 of 5 in r, 2 of 3 in s\n"
            "R = 2/5 = 0.4, P = 2/3 = 0.66667\n"
            "F₁ = 2 · 0.66667 · 0.4 / (0.66667 + 0.4) = 0.5",
            (0.4, 0.66667, 0.5),
            rouge_n,
            {"summary": "the cat sat down", "reference": "the cat sat on the mat", "n": 2},
            recorded=False,
        ),
        symbols={
            "R": "recall: share of the reference's n-grams that the summary has",
            "P": "precision: share of the summary's n-grams that the reference has",
            "F₁": "harmonic mean of both",
            "n_g": "number of times that the n-gram g, n words in a row, occurs in a text",
            "s": "summary",
            "r": "reference, a summary that a person wrote",
        },
    ),
    Equation(
        "evaluation.rouge_l",
        "ROUGE-L of a summary",
        r"R = \frac{\operatorname{LCS}(s, r)}{|r|}, \quad P = \frac{\operatorname{LCS}(s, r)}{|s|}, \quad"
        r" F_1 = \frac{2 P R}{P + R}",
        "R = LCS(s, r) / |r|,  P = LCS(s, r) / |s|,  F₁ = 2 P R / (P + R)",
        "Lin (2004), eq. 2 to 4 with β = 1",
        "scratchgen.evaluation.rouge:rouge_l",
        example=Example(
            "s = on the cat sat, r = the cat lay, |s| = 4, |r| = 3\n"
            "longest words in one order: the cat, LCS = 2\n"
            "R = 2/3 = 0.66667, P = 2/4 = 0.5\n"
            "F₁ = 2 · 0.5 · 0.66667 / (0.5 + 0.66667) = 0.57143",
            (0.66667, 0.5, 0.57143),
            rouge_l,
            {"summary": "on the cat sat", "reference": "the cat lay"},
            recorded=False,
        ),
        symbols={
            "R": "recall: share of the reference",
            "P": "precision: share of the summary",
            "F₁": "harmonic mean of both",
            "LCS": "length of the longest common subsequence: words in the same order, gaps allowed",
            "s": "summary; |s| is its number of words",
            "r": "reference, a summary that a person wrote; |r| is its number of words",
        },
    ),
    Equation(
        "rnn.generation_probability",
        "generation probability",
        r"p_{\text{gen}} = \sigma(w \cdot [c_t, s_t, x_t] + b)",
        "p_gen = σ(w · [c_t, s_t, x_t] + b)",
        "See, Liu & Manning (2017), eq. 8",
        "scratchgen.rnn.translation.pointer:GenerationProbability.forward",
        example=Example(
            "w = (log 3, ½, −1), b = 0, c = 1, s = 2, x = 1\n"
            "1.09861 + 1 − 1 = log 3: p_gen = 3/4 = 0.75, 1 − p_gen = 0.25",
            (0.75, 0.25),
            _gate,
            {"c": [[[1.0]]], "s": [[[2.0]]], "x": [[[1.0]]]},
        ),
        symbols={
            "p_gen": "probability that symbol t is generated and not copied, (T′, B)",
            "σ": "logistic function",
            "w": "weights, (2H + D,)",
            "c_t": "context from attention, (B, H)",
            "s_t": "state of the decoder, (B, H)",
            "x_t": "embedding of the decoder's input, (B, D)",
            "b": "bias",
        },
    ),
    Equation(
        "rnn.pointer",
        "pointer-generator distribution",
        r"P(w) = p_{\text{gen}} P_{\text{vocab}}(w) + (1 - p_{\text{gen}}) \sum_{j:\, x_j = w} a_j",
        "P(w) = p_gen P_vocab(w) + (1 − p_gen) Σ_{j: x_j = w} a_j",
        "See, Liu & Manning (2017), eq. 9",
        "scratchgen.rnn.translation.pointer:pointer_log_prob",
        example=Example(
            "words 0, 1 with P_vocab = ½ each, word 2 outside; x = (1, 2, 1), a = (½, ¼, ¼), p_gen = ½\n"
            "P(0) = ½ · ½ = 0.25\n"
            "P(1) = ½ · ½ + ½ · (½ + ¼) = 0.625\n"
            "P(2) = ½ · ¼ = 0.125",
            (0.25, 0.625, 0.125),
            _pointed,
            {"p_vocab": [0.5, 0.5], "p_gen": 0.5, "a": [0.5, 0.25, 0.25], "x": [1, 2, 1]},
            recorded=False,
        ),
        symbols={
            "P": "probability that the next symbol is w",
            "w": "a symbol of the vocabulary, or a word of the source",
            "p_gen": "probability that the symbol is generated and not copied",
            "P_vocab": "softmax of the decoder's logits; 0 for a word outside the vocabulary",
            "x_j": "symbol j of the source",
            "a_j": "attention weight of position j",
        },
    ),
    Equation(
        "rnn.coverage_attention",
        "attention with coverage",
        r"\operatorname{score} = v^\top \tanh(W s_t + U h_j + w\, C_{tj}), \quad"
        r" C_{tj} = \sum_{t' < t} a_{t'j}",
        "score = v·tanh(W s_t + U h_j + w C_tj),  C_tj = Σ_{t′<t} a_t′j",
        "See, Liu & Manning (2017), eq. 10 and 11",
        "scratchgen.rnn.translation.attention:CoverageAttention.forward",
        example=Example(
            "W = U = 0, v = 2 log 3, w = −0.54931, h = (0, 4), C = (0, 1) from earlier steps\n"
            "scores 0 and 2 log 3 · tanh(−0.54931) = −log 3: a = (3, 1) / 4 = (0.75, 0.25)\n"
            "context ¼ · 4 = 1, coverage after it: (0 + 0.75, 1 + 0.25) = (0.75, 1.25)",
            (1.0, 0.75, 0.25, 0.75, 1.25),
            _covered,
            {"s": [[[0.0]]], "h": [[[0.0]], [[4.0]]], "C": [[0.0, 1.0]]},
        ),
        symbols={
            "v": "weights of the score, (K,)",
            "W": "weights of the queries, (H, K)",
            "s_t": "query t, (B, H)",
            "U": "weights of the positions, (H, K)",
            "h_j": "state of the encoder at position j, (B, H)",
            "w": "weights of the coverage, (K,)",
            "C_tj": "coverage: attention to position j before step t, (B, T)",
            "a_t": "attention weights of step t, a softmax of the scores",
        },
    ),
    Equation(
        "rnn.coverage_loss",
        "coverage loss",
        r"L_t = \sum_j \min(a_{tj}, C_{tj}), \quad C_{tj} = \sum_{t' < t} a_{t'j}",
        "L_t = Σ_j min(a_tj, C_tj),  C_tj = Σ_{t′<t} a_t′j",
        "See, Liu & Manning (2017), eq. 10 and 12",
        "scratchgen.rnn.translation.pointer:coverage_loss",
        example=Example(
            "a_1 = (¾, ¼), a_2 = (½, ½): C_1 = (0, 0), L_1 = 0\n"
            "C_2 = (¾, ¼): L_2 = min(½, ¾) + min(½, ¼) = ½ + ¼ = 0.75",
            (0.0, 0.75),
            coverage_loss,
            {"a": [[[0.75, 0.25]], [[0.5, 0.5]]]},
        ),
        symbols={
            "L_t": "coverage loss of step t, (T′, B), in [0, 1]",
            "a_tj": "attention weight of position j at step t",
            "C_tj": "coverage: attention to position j before step t",
            "a_t": "attention weights of step t",
        },
    ),
)
