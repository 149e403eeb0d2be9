"""A model that speaks: phones → durations → frames."""

from __future__ import annotations

from typing import Any

import numpy as np

from scratchgen.autograd import Tensor, no_grad
from scratchgen.errors import BadInput, check_counts
from scratchgen.functional import linear
from scratchgen.nn import Dropout, Embedding, Linear, Module, Standardise
from scratchgen.nn.saving import saveable
from scratchgen.random import Generator, as_generator
from scratchgen.rnn.models import CELLS

PLACE = 3  # numbers that say where in its phone a frame is


def upsample(h: Any, durations: np.ndarray) -> Any:
    """u_t = h_{p(t)},   p(t) = min { p : t ≤ d_1 + … + d_p }: the state of each phone repeated for its duration.

    h            (P, B, H), a state per phone
    durations    d (P, B) int, frames of each phone; 0 leaves a phone out
    → u (T, B, H), T the largest Σ_p d_p. Shorter sequences end with zeros.
    Raises BadInput for negative durations, and if all are 0; ValueError for shapes that do not fit.
    Source: Ren et al. (2019), eq. 1 with α = 1, the length regulator.   Ledger: rnn.upsample
    """
    place, real = frame_places(durations, h.shape[:2])
    P, B = durations.shape
    u = np.reshape(h, (P * B, h.shape[2]))[place * B + np.arange(B)]
    return np.where(real[..., None], u, np.zeros((), h.dtype))


def frame_places(durations: np.ndarray, shape: tuple[int, ...]) -> tuple[np.ndarray, np.ndarray]:
    """p(t) − 1 of each frame, (T, B) int, and whether the frame is real, (T, B) bool."""
    durations = np.asarray(durations)
    if durations.shape != tuple(shape) or durations.dtype.kind not in "iu":
        raise ValueError(
            f"durations are integers of shape {tuple(shape)}, not {durations.dtype} of {durations.shape}"
        )
    if durations.min(initial=0) < 0 or not durations.sum(axis=0).all():
        raise BadInput("durations are at least 0, and an utterance has at least one frame; check them")
    ends = np.cumsum(durations, axis=0)
    t = np.arange(ends[-1].max())[:, None]
    place = (t[None] >= ends[:, None]).sum(axis=0)  # phones that have ended before frame t
    real = t < ends[-1]
    return np.minimum(place, len(durations) - 1), real


@saveable
class AcousticModel(Module):
    """Durations and frames of an utterance, given its phones.

        h_1 … h_P = two-way recurrence of the embeddings of the phones
        log(1 + d_p) = h_p · w + b
        y_1 … y_T = two-way recurrence of [u_t, a_t] W + c,    u = `upsample`(h, d)

    a_t holds the numbers that say where in its phone frame t is: the share of the phone before it, (t + ½ − begin)/d,
    its squared distance from the middle, and log(1 + d). Unlike attention, durations that are given can neither skip
    nor repeat a phone.

        model = AcousticModel(phones=70, bands=80, hidden=128)
        y = model.speak(ids)    # ids (P,) → (T, 80)

    phones       number of different phones
    bands        D, numbers per frame
    hidden       H, units per direction of both recurrences
    embedding    dimensions of the embedding of a phone
    rng          draws the weights and, in training, the dropout masks; None: the default stream
    cell         tanh, lstm or gru
    Raises BadInput for an unknown cell.
    Source: Zen, Senior & Schuster (2013) for frames of a given alignment, Ren et al. (2019) for the durations.
    Ledger: rnn.speech_loss
    """

    def __init__(
        self,
        phones: int,
        bands: int,
        hidden: int = 128,
        embedding: int = 64,
        rng: Generator | None = None,
        *,
        cell: str = "gru",
        layers: int = 1,
        dropout: float = 0.0,
    ) -> None:
        if cell not in CELLS:
            raise BadInput(f"no cell is called {cell!r}; choose one of {', '.join(CELLS)}")
        check_counts(phones=phones, bands=bands, hidden=hidden, embedding=embedding)
        self.rng = as_generator(rng)
        both: dict[str, Any] = {"bidirectional": True, "layers": layers, "dropout": dropout}
        self.embedding = Embedding(phones, embedding, self.rng)
        self.encoder = CELLS[cell](embedding, hidden, self.rng, **both)
        self.duration = Linear(2 * hidden, 1, self.rng)
        self.decoder = CELLS[cell](2 * hidden + PLACE, hidden, self.rng, **both)
        self.output = Linear(2 * hidden, bands, self.rng)
        self.dropout = Dropout(dropout, self.rng)
        self.frames = Standardise(bands)
        self.log_durations = Standardise(1)

    def init_output_bias(self, log_mel: np.ndarray, durations: np.ndarray) -> None:
        """Compute in units of the data: frames (N, D) and durations (M,) of the training part."""
        self.frames.fit(log_mel.mean(axis=0, dtype=np.float64), log_mel.std(axis=0, dtype=np.float64))
        logs = np.log1p(durations.astype(np.float64))
        self.log_durations.fit(logs.mean(keepdims=True), logs.std(keepdims=True))

    def encode(self, phones: np.ndarray, mask: np.ndarray | None = None) -> tuple[Any, Any]:
        """The state of each phone (P, B, 2H), and the standardised log(1 + d) (P, B).   phones, mask (P, B)"""
        h, _ = self.encoder(self.embedding(phones), None, mask)
        return h, linear(self.dropout(h), self.duration.W, self.duration.b)[..., 0]

    def decode(self, h: Any, durations: np.ndarray) -> tuple[Any, np.ndarray]:
        """The standardised frames (T, B, D), and whether each is real (T, B).   h (P, B, 2H), durations (P, B)"""
        place, real = frame_places(durations, h.shape[:2])
        inputs = np.concatenate([upsample(h, durations), where_in_phone(durations, place, h.dtype)], axis=-1)
        states, _ = self.decoder(inputs, None, real)
        return linear(self.dropout(states), self.output.W, self.output.b), real

    def forward(
        self, phones: np.ndarray, durations: np.ndarray, mask: np.ndarray | None = None
    ) -> tuple[Any, Any, np.ndarray]:
        """Standardised log-durations (P, B) and frames (T, B, D), and whether each frame is real (T, B)."""
        h, logs = self.encode(phones, mask)
        y, real = self.decode(h, durations)
        return logs, y, real

    def predicted_durations(self, phones: np.ndarray) -> np.ndarray:
        """The durations of the phones of one utterance: phones (P,) → d (P,) int64, at least 1 frame each."""
        with no_grad(), self.eval_mode():
            _, logs = self.encode(_one(phones))
            d = np.expm1(_numpy(self.log_durations.inverse(_numpy(logs))))[:, 0]
        return np.maximum(1, np.round(d)).astype(np.int64)

    def speak(self, phones: np.ndarray, durations: np.ndarray | None = None) -> np.ndarray:
        """The frames of one utterance: phones (P,) int, durations (P,) or None for predicted ones → (T, D)."""
        d = self.predicted_durations(phones) if durations is None else durations
        with no_grad(), self.eval_mode():
            h, _ = self.encode(_one(phones))
            y, _ = self.decode(h, np.asarray(d)[:, None])
            return _numpy(self.frames.inverse(_numpy(y)))[:, 0]


def where_in_phone(durations: np.ndarray, place: np.ndarray, dtype: Any) -> np.ndarray:
    """a_t: the share of its phone before each frame, 4 (share − ½)², and log(1 + d)   (T, B, 3)."""
    ends = np.cumsum(durations, axis=0)
    d, end = (np.take_along_axis(x, place, axis=0) for x in (durations, ends))
    share = (np.arange(len(place))[:, None] + 0.5 - (end - d)) / np.maximum(d, 1)
    share = np.clip(share, 0, 1)  # of the frames after the end, which are masked
    return np.stack([share, 4 * (share - 0.5) ** 2, np.log1p(d)], axis=-1).astype(dtype)


def _one(phones: np.ndarray) -> np.ndarray:
    phones = np.asarray(phones)
    if phones.ndim != 1 or not len(phones):
        raise BadInput("an utterance is the numbers of its phones, (P,), at least one")
    return phones[:, None]


def _numpy(x: Tensor | np.ndarray) -> np.ndarray:
    return x.numpy() if isinstance(x, Tensor) else x
