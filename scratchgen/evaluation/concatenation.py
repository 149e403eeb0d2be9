"""The baseline of speech synthesis: phones are cut out of recordings and joined."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from typing import Any

import numpy as np

from scratchgen.errors import BadInput


class ConcatenatedPhones:
    """Frames of an utterance, each phone taken from the training utterance in which its neighbours are most similar.

    A phone is taken where the phones before and after it are both equal, else where one is, else anywhere; among
    equals, where its duration is nearest. Its frames are repeated or left out to the wanted duration.

        ConcatenatedPhones(train).speak(phones, durations)    # (T, D)

    train    utterances with phones (P,), durations (P,) and log_mel (T, D)
    Raises BadInput for no utterances.
    Source: Hunt & Black (1996), with the distances above as the target cost and without a cost of joining.
    """

    def __init__(self, train: Sequence[Any]) -> None:
        if not len(train):
            raise BadInput("there are no utterances to take phones from; give at least one")
        self._units: dict[int, list[tuple[int, int, np.ndarray]]] = defaultdict(list)
        for utterance in train:
            ends = np.cumsum(utterance.durations)
            for p, (before, phone, after) in enumerate(_in_context(utterance.phones)):
                frames = utterance.log_mel[ends[p] - utterance.durations[p] : ends[p]]
                if len(frames):
                    self._units[phone].append((before, after, frames))
        self._silence = min(
            (u.log_mel[np.argmin(u.log_mel.sum(axis=1))] for u in train), key=lambda frame: frame.sum()
        )
        self._mean = {
            phone: np.mean([len(unit[2]) for unit in units]) for phone, units in self._units.items()
        }

    def durations(self, phones: np.ndarray) -> np.ndarray:
        """The mean duration of each phone in training, (P,) frames; 1 for a phone that did not occur."""
        return np.array([max(1, round(self._mean.get(int(phone), 1))) for phone in phones], np.int64)

    def speak(self, phones: np.ndarray, durations: np.ndarray) -> np.ndarray:
        """The frames of phones (P,) with these durations (P,): (Σ d, D). A phone that did not occur is silent."""
        pieces = [
            self._piece(*context, int(d)) for context, d in zip(_in_context(phones), durations, strict=True)
        ]
        return np.concatenate(pieces)

    def _piece(self, before: int, phone: int, after: int, d: int) -> np.ndarray:
        units = self._units.get(phone)
        if not units:
            return np.repeat(self._silence[None], d, axis=0)
        similarity = lambda unit: ((unit[0] == before) + (unit[1] == after), -abs(len(unit[2]) - d))
        frames = max(units, key=similarity)[2]
        return frames[(np.arange(d) * len(frames)) // max(d, 1)]


def _in_context(phones: np.ndarray) -> list[tuple[int, int, int]]:
    """(the phone before, the phone, the phone after) of each phone; −1 beyond the ends."""
    padded = [-1, *(int(phone) for phone in phones), -1]
    return list(zip(padded, padded[1:], padded[2:], strict=False))
