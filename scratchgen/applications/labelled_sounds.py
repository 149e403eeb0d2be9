"""Recordings with classes, as the applications of sound need them."""

from __future__ import annotations

import numpy as np

from scratchgen.data import SoundData, load_sound
from scratchgen.data.sets import spoken_digits
from scratchgen.errors import BadInput

MIN_PER_CLASS = 2  # held-out recordings


def labelled_sounds(source: str) -> SoundData:
    """A known set of sounds, or a person's own folder with a subfolder for each class.

    The spoken digits have two attributes, digit and speaker, and their publishers' split, by recording.
    Raises BadInput for recordings without classes, and for a class with fewer than two held-out recordings.
    """
    if source == "fsdd":
        return spoken_digits.load_by_recording()
    data = load_sound(source)
    if data.test_labels is None or len(data.classes) < 2:
        raise BadInput(
            f"{source} has no classes, by which the sounds are judged; sort the recordings into a subfolder for each "
            "class, two at least"
        )
    counts = np.bincount(data.test_labels, minlength=len(data.classes))
    if counts.min() < MIN_PER_CLASS:
        name = data.classes[int(counts.argmin())]
        raise BadInput(
            f"{source} has {counts.min()} held-out recordings of {name}, and {MIN_PER_CLASS} are needed; give more "
            f"recordings of {name}"
        )
    return data
