"""Chords with known entropy: a Markov chain over the triads of C major, each in one of three positions."""

from __future__ import annotations

import math

import numpy as np

from scratchgen.data.pitches import PIANO_KEYS, PIANO_LOWEST
from scratchgen.data.sets.markov import MarkovChain
from scratchgen.data.types import SequenceData
from scratchgen.random import Generator

SIZES = (120, 20, 20)  # pieces: train, validation, test
STEPS = 32  # chords per piece
SEED = 1722  # the year of Rameau's Traité de l'harmonie
TRIADS = {  # the triads of C major by their letters: the pitch of the bass, and the pitch classes
    "C": (48, (0, 4, 7)),
    "d": (50, (2, 5, 9)),
    "F": (53, (5, 9, 0)),
    "G": (43, (7, 11, 2)),
    "a": (45, (9, 0, 4)),
}
SUCCESSORS = {"C": "dFGa", "d": "G", "F": "dCG", "G": "Ca", "a": "dF"}  # all with the same probability
POSITIONS = 3  # of the three upper notes: which note of the triad is lowest
UPPER_LOWEST = 57  # the upper notes are the first ones above this pitch


def chain() -> MarkovChain:
    """The chain of the triads: each is followed by one of its `SUCCESSORS`, with equal probabilities.

    Ledger: data.entropy_rate
    """
    letters = "".join(TRIADS)
    P = np.zeros((len(letters), len(letters)))
    for i, letter in enumerate(letters):
        followers = [letters.index(follower) for follower in SUCCESSORS[letter]]
        P[i, followers] = 1 / len(followers)
    return MarkovChain(letters, P)


def nats_per_chord() -> float:
    """The entropy of a chord given those before it, in nats: no model has fewer nats per step on long pieces."""
    return chain().entropy_rate * math.log(2) + math.log(POSITIONS)


def chord(letter: str, position: int) -> list[int]:
    """The MIDI pitches of a triad: the bass, and three upper notes in a position, 0 … POSITIONS − 1."""
    bass, classes = TRIADS[letter]
    upper = sorted(UPPER_LOWEST + (pitch - UPPER_LOWEST) % 12 for pitch in classes)
    return [bass, *upper[position:], *(pitch + 12 for pitch in upper[:position])]


def load() -> SequenceData:
    """160 pieces of 32 chords: (32, 88) rolls of 0 and 1, one row per quarter note."""
    rng, triads, parts = Generator(SEED), chain(), []
    for size in SIZES:
        pieces = []
        for _ in range(size):
            positions = rng.integers(POSITIONS, size=STEPS)
            roll = np.zeros((STEPS, PIANO_KEYS), np.float32)
            for t, letter in enumerate(triads.sample(STEPS, rng)):
                roll[t, np.array(chord(letter, int(positions[t]))) - PIANO_LOWEST] = 1
            pieces.append(roll)
        parts.append(pieces)
    return SequenceData("cadences", "quarter note", PIANO_LOWEST, *parts)
