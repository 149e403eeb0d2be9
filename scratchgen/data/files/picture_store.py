"""The pictures of a folder, one after another, as one array of their own type: 8 bits stay 8 bits."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import partial

import numpy as np

from scratchgen.data.files.pictures import Picture, full_of
from scratchgen.data.options import Channels
from scratchgen.data.report import LoadingReport
from scratchgen.data.stored import IN_MEMORY, ArrayWriter, Convert, StoredArray

GREY = np.array([0.299, 0.587, 0.114])  # ITU-R BT.601: how bright red, green and blue appear


@dataclass(frozen=True)
class PictureFacts:
    """The facts about a picture that are known once it has been read.

    size         (H, W)
    channels     as it is stored, 1 or 3
    is_grey      whether all its pixels are grey
    is_deep      whether it has 16 bits
    low, high    its smallest and its largest value
    changes      that were made to it
    """

    size: tuple[int, int]
    channels: int
    is_grey: bool
    is_deep: bool
    low: float
    high: float
    changes: tuple[str, ...]


class PictureStore:
    """Pictures of one size (H, W, C), in the order in which they are added, of the type that can hold all of them.

    C is 1 for channels "grey", 3 for "colour"; "as stored" it is 1 as long as no picture has three channels. Pictures
    of 8 bits are one byte per number; where others are among them, all are float32 in [0, 1].
    """

    def __init__(self, channels: Channels):
        self.channels = channels
        self.writer: ArrayWriter | None = None

    def add(self, picture: Picture) -> PictureFacts:
        """Store a picture, unless it is of another size than the first; the facts about it."""
        x = picture.values
        facts = PictureFacts(
            x.shape[:2], x.shape[2], picture.is_grey, x.dtype == np.uint16, x.min().item(), x.max().item(),
            tuple(picture.changes),
        )  # fmt: skip
        if self.channels == "grey" and x.shape[2] == 3:
            x = x[:, :, :1] if facts.is_grey else np.rint(x @ GREY).astype(x.dtype)[:, :, None]
        if self.channels == "colour" and x.shape[2] == 1:
            x = np.repeat(x, 3, axis=2)
        if self.writer is None:
            self.writer = ArrayWriter(x.shape, x.dtype)
        if self.writer.shape[:2] == x.shape[:2]:
            self._make_room_for(x)
            C = self.writer.shape[2]
            y = x if x.dtype == self.writer.dtype else in_unit_interval(x)
            self.writer.append(np.broadcast_to(y, (*x.shape[:2], C))[None])
        return facts

    def _make_room_for(self, x: np.ndarray) -> None:
        """Write the pictures so far anew, where x is in colour and they are grey, or where x is of another type."""
        assert self.writer is not None
        before = self.writer.dtype
        C = max(self.writer.shape[2], x.shape[2])
        dtype = before if x.dtype == before else np.dtype(np.float32)
        if (C, dtype) != (self.writer.shape[2], before):
            type_of = (lambda y: y) if dtype == before else in_unit_interval
            convert = lambda y: np.broadcast_to(type_of(y), (*y.shape[:3], C))
            self.writer = self.writer.rewritten((*x.shape[:2], C), dtype, convert)

    def finished(
        self, facts: Sequence[PictureFacts], report: LoadingReport
    ) -> tuple[tuple[int, int, int], np.ndarray | StoredArray, Convert]:
        """(H, W, C); the array of all pictures, in memory if it is small; a function of its rows to float32 in [0, 1].

        The report gets the change of channels, and the range of the values.
        """
        assert self.writer is not None
        all_grey = all(picture.is_grey for picture in facts)
        stored_grey = sum(picture.channels == 1 for picture in facts)
        coloured = self.channels == "colour" or (self.channels == "as stored" and not all_grey)
        if coloured:
            report.change("stored in grey, now with three equal channels", stored_grey)
        elif all_grey:
            report.change("stored in colour but all grey, now with one channel", len(facts) - stored_grey)
        else:
            report.change("converted to grey, as requested (ITU-R BT.601)", len(facts) - stored_grey)
        report.change("of 16 bits, all of which are kept", sum(picture.is_deep for picture in facts))
        report.before = min(picture.low for picture in facts), max(picture.high for picture in facts)
        H, W, C = (*self.writer.shape[:2], 3 if coloured else 1)
        stored = self.writer.stored()
        is_small = 4 * len(facts) * H * W * C <= IN_MEMORY
        return (H, W, C), np.asarray(stored) if is_small else stored, partial(_images, C=C)


def in_unit_interval(x: np.ndarray) -> np.ndarray:
    """Pictures of 8 or 16 bits, or of floats in [0, 1], as float32 in [0, 1]."""
    return np.divide(x, full_of(x.dtype), out=np.empty(x.shape, np.float32), casting="same_kind")


def _images(x: np.ndarray, C: int) -> np.ndarray:
    """Stored pictures (n, H, W, …) as images (n, H, W, C); three channels become one where all three are equal."""
    return in_unit_interval(x[..., :C])
