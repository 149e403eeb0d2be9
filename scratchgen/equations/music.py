"""Music: statistics of piano rolls, the distance of two histograms, and a baseline of notes one by one."""

from __future__ import annotations

import numpy as np

from scratchgen.equations.entry import Equation, Example
from scratchgen.evaluation.harmony import harmonic_intervals, melodic_intervals, pitch_classes
from scratchgen.evaluation.markov_notes import MarkovNotes
from scratchgen.evaluation.total_variation import total_variation

ROLL = {
    "x": "a piano roll, (T, D): x_td is 1 while the pitch of column d sounds at step t, else 0",
    "t": "index of the step",
    "d": "index of a column, a pitch",
}
TRIAD = np.zeros((2, 13), np.float32)
TRIAD[0, [0, 4, 7]] = 1  # C, E, G from column 0
TRIAD[1, [5, 9, 12]] = 1  # F, A, C

MUSIC = (
    Equation(
        "rnn.markov_notes",
        "each note as a Markov chain",
        r"p_d(1 \mid a) = \frac{n_{ad1} + \tfrac12}{n_{ad} + 1}",
        "p_d(1 | a) = (n_ad1 + ½) / (n_ad + 1)",
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
            "d": ROLL["d"],
            "n_ad": "training steps before which note d was in the state a",
            "n_ad1": "those of them at which note d sounds",
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
            "C major and F major, column 0 is a C (first = 60): C, E, G and F, A, C\n"
            "n = 2 of C, 1 of E, F, G and A",
            (2, 0, 0, 0, 1, 1, 0, 1, 0, 1, 0, 0),
            pitch_classes,
            {"rolls": TRIAD[None], "first": 60},
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
            "C major in root position: a major third, a fifth, a minor third (k = 4, 7, 3)\n"
            "F major in root position has the same",
            (0, 0, 0, 2, 2, 0, 0, 2, 0, 0, 0, 0),
            harmonic_intervals,
            {"rolls": TRIAD[None]},
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
            "from C major to F major the top voice moves from G (column 7) to C (column 12)\n"
            "n_5 = 1: entry 17 of n_{−12} … n_12",
            (*[0] * 17, 1, *[0] * 7),
            melodic_intervals,
            {"rolls": TRIAD[None]},
            recorded=False,
        ),
        symbols=ROLL
        | {
            "n_j": "number of moves of the highest note by j semitones",
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
            "k": "index of the class",
        },
    ),
)
