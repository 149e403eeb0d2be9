"""Statistics of piano rolls: how often each pitch class, each interval of a chord and each step of a melody occurs."""

from __future__ import annotations

from collections.abc import Iterable

import numpy as np

from scratchgen.errors import check_counts

OCTAVE = 12  # semitones


def pitch_classes(rolls: Iterable[np.ndarray], first: int) -> np.ndarray:
    """The number of sounding notes of each pitch class C, C♯, … B, over the steps of all pieces: (12,) int.

        n_c = Σ_t Σ_d x_td 1[(first + d) mod 12 = c]

    rolls    (T, D) of 0 and 1 each, 1 while a pitch sounds
    first    the MIDI pitch of column 0
    Raises BadInput for a first pitch that is no whole number from 0.   Ledger: evaluation.pitch_classes
    """
    check_counts(0, first=first)
    counts = np.zeros(OCTAVE, np.int64)
    for x in rolls:
        d = np.nonzero(x)[1]
        counts += np.bincount((first + d) % OCTAVE, minlength=OCTAVE)
    return counts


def harmonic_intervals(rolls: Iterable[np.ndarray]) -> np.ndarray:
    """The number of pairs of notes that sound together, by the semitones between them without octaves: (12,) int.

        n_k = Σ_t Σ_{d<e} x_td x_te 1[(e − d) mod 12 = k]

    rolls    as in `pitch_classes`
    Source: the interval classes of Forte (1973), here with inversions apart.   Ledger: evaluation.harmonic_intervals
    """
    counts = np.zeros(OCTAVE, np.int64)
    for x in rolls:
        x = x.astype(np.int64)
        for k in range(1, x.shape[1]):  # all pairs that are k columns apart
            counts[k % OCTAVE] += np.sum(x[:, k:] * x[:, :-k])
    return counts


def melodic_intervals(rolls: Iterable[np.ndarray]) -> np.ndarray:
    """The number of moves of the highest note by −12 … 12 semitones from one step to the next: (25,) int.

        n_j = Σ_t 1[m_t − m_{t−1} = j],   m_t = max { d : x_td = 1 },   n_0 = 0

    Larger moves count as an octave; steps without a note, before or after, and notes that do not move are left out.
    rolls    as in `pitch_classes`
    Ledger: evaluation.melodic_intervals
    """
    counts = np.zeros(2 * OCTAVE + 1, np.int64)
    for x in rolls:
        sounds = np.asarray(x.max(axis=1, initial=0) > 0)
        highest = x.shape[1] - 1 - np.argmax(x[:, ::-1] > 0, axis=1)
        moves = np.diff(highest)[sounds[1:] & sounds[:-1]]
        moves = np.clip(moves[moves != 0], -OCTAVE, OCTAVE)
        counts += np.bincount(moves + OCTAVE, minlength=len(counts))
    return counts
