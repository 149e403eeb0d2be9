"""Recordings with classes, as the applications of sound need them."""

from __future__ import annotations

import numpy as np

from scratchgen.data import SoundData, load_sound
from scratchgen.data.rows import PARTS
from scratchgen.data.sets import spoken_digits
from scratchgen.errors import BadInput

NEEDED = {"train": 2, "test": 2}  # recordings per class


def labelled_sounds(source: str) -> SoundData:
    """A known set of sounds, or a person's own folder with a subfolder for each class.

    The spoken digits have two attributes, digit and speaker, and their publishers' split, by recording.
    Raises BadInput for recordings without classes, for a class with fewer than two training or
    two test recordings, and for silent recordings.
    """
    if source == "fsdd":
        return spoken_digits.of_known_speakers()
    data = load_sound(source)
    if data.test_labels is None or len(data.classes) < 2:
        raise BadInput(
            f"{source} has no classes, by which the sounds are judged; sort the recordings into a subfolder for each "
            "class, two at least"
        )
    for part, needed in NEEDED.items():
        counts = np.bincount(getattr(data, f"{part}_labels").astype(np.intp), minlength=len(data.classes))
        if counts.min() < needed:
            name = data.classes[int(counts.argmin())]
            raise BadInput(
                f"{source} has {counts.min()} recordings of {name} in its {part} part, and {needed} are needed; give "
                f"more recordings of {name}"
            )
    silent = sum(not np.any(x) for part in PARTS for x in getattr(data, part))
    if silent:
        raise BadInput(f"{silent} of the recordings of {source} are silent; remove them")
    return data
