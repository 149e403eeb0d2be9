"""A model of sequences of frames x_t: of 0 and 1, such as piano rolls, or of real numbers, such as sound."""

from __future__ import annotations

import numpy as np

from scratchgen.autograd import no_grad
from scratchgen.data.preprocessing.by_length import pad
from scratchgen.errors import BadInput
from scratchgen.nn import Dropout, Module
from scratchgen.nn.saving import saveable
from scratchgen.random import Generator, as_generator
from scratchgen.rnn.frames.densities import MixtureDensity, with_loudness
from scratchgen.rnn.frames.notes import NADE, IndependentNotes
from scratchgen.rnn.models import CELLS

AT_ONCE = 64  # sequences that are scored together


@saveable
class FrameModel(Module):
    """p(x_1 … x_T) = Π_t p(x_t | h_{t−1}),   h_t = the state of a recurrent network that has read x_1 … x_t.

    Before the first frame it has read one of silence, which is 0. Its `output` says what is drawn at a step,
    and what a frame is: independent notes, those of a NADE, or real numbers from a mixture of Gaussians.

    data_dim      D, the notes or numbers of a frame
    rng           draws the weights, and in training what dropout drops
    cell          tanh, lstm or gru
    dropout       the probability of dropping an element on its way to the next layer, or to the output
    nade          the hidden units of the NADE; 0: the notes are independent
    components    K, the Gaussians of the mixture; 0: the frames are of notes

    Raises BadInput for another cell; ValueError for sizes that are none.
    Source: Boulanger-Lewandowski et al. (2012); real frames: Graves (2013), section 4.   Ledger: rnn.frames
    """

    def __init__(
        self,
        data_dim: int,
        hidden: int = 100,
        rng: Generator | None = None,
        *,
        cell: str = "tanh",
        layers: int = 1,
        dropout: float = 0.0,
        nade: int = 0,
        components: int = 0,
    ):
        if min(data_dim, hidden) < 1 or min(nade, components) < 0:
            raise ValueError(
                f"frames of {data_dim}, {hidden} units, a NADE of {nade} and {components} Gaussians: no sizes"
            )
        if nade and components:
            raise ValueError("a NADE draws notes and Gaussians draw numbers; a model has one of the two")
        if cell not in CELLS:
            raise BadInput(f"no cell is called {cell!r}; choose one of {', '.join(CELLS)}")
        self.rng = as_generator(rng)
        self.data_dim = data_dim
        self.is_real = components > 0
        width = 2 * data_dim if self.is_real else data_dim  # of what is read of a frame
        self.recurrent = CELLS[cell](width, hidden, self.rng, layers=layers, dropout=dropout)
        self.dropout = Dropout(dropout, self.rng)
        if self.is_real:
            self.output = MixtureDensity(hidden, data_dim, components, self.rng)
        elif nade:
            self.output = NADE(hidden, data_dim, nade, self.rng)
        else:
            self.output = IndependentNotes(hidden, data_dim, self.rng)

    def forward(self, x, mask=None):
        """h_{t−1} for every t, what is known before x_t:   x (T, B, D), mask (T, B) → (T, B, H)."""
        before = np.concatenate([np.zeros_like(x[:1]), x[:-1]])
        h, _ = self.recurrent(self.read(before), None, mask)
        return self.dropout(h)

    def read(self, x):
        """What the network is given of frames: notes as they are, real numbers with how large they are."""
        return with_loudness(x) if self.is_real else x

    def log_prob(self, x, mask=None):
        """log p(x_t | x_1 … x_{t−1}) of every frame; its sum over t is log p(x_1 … x_T).

        x       (T, B, D) of 0 and 1, or of finite numbers if there are Gaussians
        mask    (T, B) bool, True where a frame is of the sequence: elsewhere it is 0. Those of a sequence
                come first, as `pad` puts them
        → (T, B) nats.   Raises BadInput for anything else.

        Ledger: rnn.frames
        """
        self._check(x, mask)
        log_p = self.output.log_prob(self(x, mask), x)
        return log_p if mask is None else np.where(mask, log_p, np.zeros((), log_p.dtype))

    def sample(self, T: int, n: int, rng: Generator) -> np.ndarray:
        """n pieces of T frames   → (T, n, D) float32."""
        if T < 1 or n < 1:
            raise BadInput(f"{n} pieces of {T} frames are none; ask for at least 1 of each")
        x, state = np.zeros((T + 1, n, self.data_dim), np.float32), None
        with no_grad(), self.eval_mode():
            for t in range(T):
                h, state = self.recurrent(self.read(x[t][None]), state)
                x[t + 1] = self.output.sample(h[0], rng)
        return x[1:]

    def _check(self, x, mask) -> None:
        if x.ndim != 3 or x.shape[-1] != self.data_dim:
            raise BadInput(
                f"frames of shape {x.shape} are not (T, B, {self.data_dim}), as this model has them"
            )
        self.output.check(x)
        if mask is not None and (mask[1:] & ~mask[:-1]).any():
            raise BadInput("a real frame follows one that is not; put the real ones of each sequence first")


def nats_by_sequence(model: FrameModel, sequences: list[np.ndarray]) -> np.ndarray:
    """−log p(x_1 … x_T) of every sequence, in their order:   list of (T_i, D) → (N,) float64 nats.

    Ledger: rnn.frames
    """
    order = np.argsort([len(x) for x in sequences], kind="stable")
    nats = np.zeros(len(sequences))
    with no_grad(), model.eval_mode():
        for start in range(0, len(order), AT_ONCE):
            rows = order[start : start + AT_ONCE]
            log_p = model.log_prob(*pad([sequences[i] for i in rows]))
            nats[rows] = -log_p.numpy().sum(axis=0, dtype=np.float64)
    return nats


def nats_per_frame(model: FrameModel, sequences: list[np.ndarray]) -> float:
    """−Σ log p / Σ T: over all frames, so that a long piece counts more than a short one.

    Ledger: rnn.per_step
    """
    return float(nats_by_sequence(model, sequences).sum()) / sum(map(len, sequences))
