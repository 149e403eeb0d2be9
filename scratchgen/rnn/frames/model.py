"""A recurrent model of sequences of frames: binary, such as piano rolls, or real-valued, such as sound."""

from __future__ import annotations

from typing import Any

import numpy as np

from scratchgen.autograd import Tensor, no_grad
from scratchgen.autograd.primitives import to_numpy
from scratchgen.data.preprocessing.by_length import pad
from scratchgen.errors import BadInput, check_counts
from scratchgen.nn import Dropout, Module, Standardise
from scratchgen.nn.saving import saveable
from scratchgen.random import Generator, as_generator
from scratchgen.rnn.frames.densities import MixtureDensity, with_loudness
from scratchgen.rnn.frames.notes import NADE, IndependentNotes
from scratchgen.rnn.models import CELLS
from scratchgen.rnn.protocols import FrameOutput

SCORING_BATCH = 64  # sequences that are scored in one call


@saveable
class FrameModel(Module):
    """p(x_1 … x_T) = Π_t p(x_t | h_{t−1}),   h_t the state of a recurrent network that has read x_1 … x_t.

    Before the first frame the network reads a frame of zeros (silence). `output` is the distribution p(x | h):
    independent notes, a NADE, or a mixture of Gaussians.

        model = FrameModel(88, hidden=100, nade=32)       # piano rolls
        loss = -model.log_prob(x, mask).sum() / mask.sum()    # x (T, B, 88) of 0 and 1, in nats per frame
        roll = model.sample(200, 1, Generator(0))         # (200, 1, 88)

    Initial weights and the floor of the variance fit real numbers of about 1: give the mean and the deviation of
    other frames to `init_output_bias`; the network then computes in these units.

    data_dim              D, the notes or numbers per frame
    hidden                H, the size of the state
    rng                   draws the weights and, in training, the dropout masks; None: the default stream
    cell                  tanh, lstm or gru
    layers                number of stacked recurrent layers
    dropout               dropout probability between layers and before the output, in [0, 1)
    nade                  hidden units of the NADE; 0: independent notes
    mixture_components    K, the Gaussians of the mixture over real frames; 0: binary frames

    Raises BadInput for an unknown cell; ValueError for sizes out of range, or a NADE with a mixture.
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
        mixture_components: int = 0,
    ) -> None:
        check_counts(data_dim=data_dim, hidden=hidden)
        check_counts(0, nade=nade, mixture_components=mixture_components)
        if nade and mixture_components:
            raise ValueError("a NADE draws notes and a mixture draws numbers; choose one of the two")
        if cell not in CELLS:
            raise BadInput(f"no cell is called {cell!r}; choose one of {', '.join(CELLS)}")
        self.rng = as_generator(rng)
        self.data_dim = data_dim
        self.is_real = mixture_components > 0
        width = 2 * data_dim if self.is_real else data_dim  # of the frame that the network reads
        self.recurrent = CELLS[cell](width, hidden, self.rng, layers=layers, dropout=dropout)
        self.dropout = Dropout(dropout, self.rng)
        self.output: FrameOutput
        if self.is_real:
            self.units = Standardise(data_dim)
            self.output = MixtureDensity(hidden, data_dim, mixture_components, self.rng)
        elif nade:
            self.output = NADE(hidden, data_dim, nade, self.rng)
        else:
            self.output = IndependentNotes(hidden, data_dim, self.rng)

    def init_output_bias(self, mean: np.ndarray, scale: np.ndarray | float) -> None:
        """Compute in units of real frames: their mean (D,) and standard deviation, a number or (D,).

        Raises ValueError for binary frames, and for a scale that is negative or not finite.
        """
        if not self.is_real:
            raise ValueError("notes sound or not, and have no scale; real frames need mixture_components")
        self.units.fit(mean, scale)

    def forward(self, x: np.ndarray, mask: np.ndarray | None = None) -> Tensor:
        """h_{t−1}, the state before each frame x_t: x (T, B, D), mask (T, B) bool or None → (T, B, H)."""
        x = self._in_units(x)
        before = np.concatenate([np.zeros_like(x[:1]), x[:-1]])
        h, _ = self.recurrent(self.read(before), None, mask)
        return self.dropout(h)

    def read(self, x: np.ndarray) -> np.ndarray:
        """The input of the network: notes as they are (..., D), real frames with their loudness (..., 2D).

        Real frames are in the units of the network, whose zero is the mean frame.
        """
        return with_loudness(x) if self.is_real else x

    def _in_units(self, x: np.ndarray) -> np.ndarray:
        return to_numpy(self.units(x)) if self.is_real else x

    def log_prob(self, x: np.ndarray, mask: np.ndarray | None = None) -> Tensor:
        """log p(x_t | x_1 … x_{t−1}) of every frame; the sum over t is log p(x_1 … x_T).

        x       (T, B, D) of 0 and 1, or of finite numbers for a mixture of Gaussians
        mask    (T, B) bool, True where a frame is real; elsewhere the result is 0. The real frames of a
                sequence come first, as in the result of `pad`
        → (T, B) nats.   Raises BadInput for other shapes, values and masks.

        Ledger: rnn.frames
        """
        self._check(x, mask)
        # NumPy's stubs call the result of np.where an array
        log_p: Any = self.output.log_prob(self(x, mask), self._in_units(x))
        if self.is_real:  # a density per unit of the data
            log_p = log_p - np.sum(np.log(self.units.scale.data))
        if mask is not None:
            log_p = np.where(mask, log_p, np.zeros((), log_p.dtype))
        return log_p

    def sample(self, T: int, n: int, rng: Generator, prompt: np.ndarray | None = None) -> np.ndarray:
        """Sample n sequences of T frames: (T, n, D) float32.

        prompt    (P, D) frames that come before all of them: samples of p(x_{P+1} … x_{P+T} | x_1 … x_P). They are
                  not in the result
        Raises BadInput for T or n below 1, and for a prompt of another shape, without frames, or with values that
        the frames of this model do not have.
        """
        check_counts(T=T, n=n)
        rng = as_generator(rng)
        x, state = np.zeros((T + 1, n, self.data_dim), np.float32), None
        with no_grad(), self.eval_mode():
            if prompt is not None:
                x[0], state = self._after(np.asarray(prompt), n)
            for t in range(T):
                h, state = self.recurrent(self.read(x[t][None]), state)
                x[t + 1] = self.output.sample(h[0], rng)
        return to_numpy(self.units.inverse(x[1:])) if self.is_real else x[1:]

    def _after(self, prompt: np.ndarray, n: int) -> tuple[np.ndarray, Any]:
        """The last frame of a prompt (P, D) in the units of the network, and the state before reading it, n times."""
        if prompt.ndim != 2 or not len(prompt):
            raise BadInput(
                f"a prompt holds frames, (P, {self.data_dim}), and this one is of shape {prompt.shape}"
            )
        x = np.repeat(prompt[:, None].astype(np.float32), n, axis=1)
        self._check(x, None)
        x = self._in_units(x)
        before = np.concatenate([np.zeros_like(x[:1]), x[:-1]])
        _, state = self.recurrent(self.read(before), None)
        return x[-1], state

    def _check(self, x: Any, mask: np.ndarray | None) -> None:
        if x.ndim != 3 or x.shape[-1] != self.data_dim:
            raise BadInput(f"this model takes frames of shape (T, B, {self.data_dim}), not {x.shape}")
        self.output.check(x)
        if mask is not None and (mask[1:] & ~mask[:-1]).any():
            raise BadInput("a real frame follows a padded one; put the real frames of each sequence first")


def nats_by_sequence(model: FrameModel, sequences: list[np.ndarray]) -> np.ndarray:
    """−log p(x_1 … x_T) of every sequence: N arrays (T_i, D) → (N,) float64 nats, in the same order.

    Ledger: rnn.frames
    """
    order = np.argsort([len(x) for x in sequences], kind="stable")
    nats = np.zeros(len(sequences))
    with no_grad(), model.eval_mode():
        for start in range(0, len(order), SCORING_BATCH):
            rows = order[start : start + SCORING_BATCH]
            log_p = model.log_prob(*pad([sequences[i] for i in rows]))
            nats[rows] = -log_p.numpy().sum(axis=0, dtype=np.float64)
    return nats


def nats_per_frame(model: FrameModel, sequences: list[np.ndarray]) -> float:
    """−Σ log p / Σ T, the mean over all frames of all sequences, in nats per frame.

    Ledger: rnn.per_step
    """
    return float(nats_by_sequence(model, sequences).sum()) / sum(map(len, sequences))
