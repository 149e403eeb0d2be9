"""Music: statistics of piano rolls, the distance of two histograms, and a baseline of notes one by one."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from scratchgen.equations.entry import Equation, Example
from scratchgen.evaluation.harmony import harmonic_intervals, melodic_intervals, pitch_classes
from scratchgen.evaluation.markov_notes import MarkovNotes
from scratchgen.evaluation.total_variation import total_variation

ROLL = {
    "x": "a piano roll, (T, D): x_td is 1 while the pitch of column d sounds at step t, else 0",
    "d": "index of a column, a pitch",
}


def one_step(columns: Sequence[int]) -> np.ndarray:
    """A roll (1, 12) in which these columns sound."""
    x = np.zeros((1, 12))
    x[0, np.asarray(columns)] = 1
    return x


MUSIC = (
    Equation(
        "rnn.markov_notes",
        "each note as a Markov chain",
        r"p_d(1 \mid a) = \frac{m_{ad} + \tfrac12}{n_{ad} + 1}",
        "p_d(1 | a) = (m_ad + ½) / (n_ad + 1)",
        "Krichevsky & Trofimov (1981), for the halves",
        "scratchgen.evaluation.markov_notes:MarkovNotes.fit",
        example=Example(
            "one note: 1, 1, 0, and silence before the piece\n"
            "after silence: n = 1 step, it sounds at 1 of them: p(1 | 0) = 1.5 / 2 = 0.75\n"
            "after sound: n = 2 steps, it sounds at 1 of them: p(1 | 1) = 1.5 / 3 = 0.5",
            (0.75, 0.5),
            lambda train: MarkovNotes.fit(train).p[:, 0],
            {"train": np.array([[[1.0], [1.0], [0.0]]])},
            recorded=False,
        ),
        symbols={
            "p_d": "probability of note d, given its state one step before",
            "a": "state one step before: 0 silent, 1 sounding",
            "n_ad": "training steps before which note d was in the state a",
            "m_ad": "those of them at which note d sounds",
        },
    ),
    Equation(
        "evaluation.pitch_classes",
        "histogram of pitch classes",
        r"n_c = \sum_t \sum_d x_{td} \, 1[(\text{first} + d) \bmod 12 = c]",
        "n_c = Σ_t Σ_d x_td 1[(first + d) mod 12 = c]",
        "the definition",
        "scratchgen.evaluation.harmony:pitch_classes",
        example=Example(
            "first = 65, an F; columns 0, 4 and 7 sound: pitches 65, 69 and 72\n"
            "modulo 12 these are 5, 9 and 0: F, A and C\n"
            "n_0 = 1, n_5 = 1, n_9 = 1",
            (1, 1, 1),
            lambda columns, first: pitch_classes([one_step(columns)], first)[[0, 5, 9]],
            {"columns": [0, 4, 7], "first": 65},
            recorded=False,
        ),
        symbols=ROLL
        | {
            "n_c": "number of notes of the pitch class c",
            "c": "pitch class, 0 for C … 11 for B",
            "first": "MIDI pitch of column 0",
        },
    ),
    Equation(
        "evaluation.harmonic_intervals",
        "histogram of intervals in chords",
        r"n_k = \sum_t \sum_{d < e} x_{td} \, x_{te} \, 1[(e - d) \bmod 12 = k]",
        "n_k = Σ_t Σ_{d<e} x_td x_te 1[(e − d) mod 12 = k]",
        "the interval classes of Forte (1973), with inversions apart",
        "scratchgen.evaluation.harmony:harmonic_intervals",
        example=Example(
            "a major triad, columns 0, 4 and 7: 4 − 0 = 4, 7 − 0 = 7, 7 − 4 = 3 semitones\n"
            "n_3 = 1, n_4 = 1, n_7 = 1",
            (1, 1, 1),
            lambda columns: harmonic_intervals([one_step(columns)])[[3, 4, 7]],
            {"columns": [0, 4, 7]},
            recorded=False,
        ),
        symbols=ROLL
        | {
            "n_k": "number of pairs of notes k semitones apart",
            "k": "semitones, modulo the octave",
            "e": "index of a higher column",
        },
    ),
    Equation(
        "evaluation.melodic_intervals",
        "histogram of moves of the top voice",
        r"n_j = \sum_t 1[m_t - m_{t-1} = j], \quad m_t = \max \{\, d : x_{td} = 1 \,\}, \quad n_0 = 0",
        "n_j = Σ_t 1[m_t − m_{t−1} = j],  m_t = max { d : x_td = 1 },  n_0 = 0",
        "the definition",
        "scratchgen.evaluation.harmony:melodic_intervals",
        example=Example(
            "columns 0, 4 and 7, then 0, 5 and 9: m = 7, then 9\n"
            "9 − 7 = 2, a whole tone up: n_2 = 1, the entry 12 + 2 of n_{−12} … n_12",
            1,
            lambda before, after: melodic_intervals([np.concatenate([one_step(before), one_step(after)])])[
                14
            ],
            {"before": [0, 4, 7], "after": [0, 5, 9]},
            recorded=False,
        ),
        symbols=ROLL
        | {
            "n_j": "number of moves of the highest note by j semitones",
            "t": "index of the step",
            "j": "semitones, −12 … 12; larger moves count as an octave",
            "m_t": "highest note of step t",
        },
    ),
    Equation(
        "evaluation.total_variation",
        "total variation of two histograms",
        r"\mathrm{TV}(p, q) = \tfrac12 \sum_k |p_k - q_k|",
        "TV(p, q) = ½ Σ_k |p_k − q_k|",
        "Levin, Peres & Wilmer (2017), proposition 4.2",
        "scratchgen.evaluation.total_variation:total_variation",
        example=Example(
            "a = (1, 1, 2), b = (2, 2, 0): p = (¼, ¼, ½), q = (½, ½, 0)\nTV = ½ (¼ + ¼ + ½) = 0.5",
            0.5,
            total_variation,
            {"a": [1, 1, 2], "b": [2, 2, 0]},
            recorded=False,
        ),
        symbols={
            "p": "shares a_k / Σ a of the counts a",
            "q": "shares b_k / Σ b of the counts b",
        },
    ),
)
