"""How a recurrent network hands on what it knows: the derivative of its last state by those before."""

from __future__ import annotations

import math

import numpy as np

from scratchgen.autograd import no_grad, vjp
from scratchgen.autograd.primitives import to_numpy
from scratchgen.nn.recurrent import Recurrent


def gradient_norms(recurrent: Recurrent, x: np.ndarray, state: np.ndarray | None = None) -> np.ndarray:
    """‖∂h_T/∂s_{T−k}‖₂ for k = 0 … T, the factor by which a gradient grows or fades on its way back k steps.

    The Jacobian is the product of those of single steps, from the last to the first; each is multiplied on by
    one reverse sweep, in which every row of the product is an example of a batch.

    h, s     the state of the last layer, and that of the whole: h of all layers, of LSTM also c
    x        (T, D), what one sequence reads;   state: (L, S, 1, H), or None for the initial one
    → (T + 1,) float64, infinite where the product is too large for the dtype of the weights

    For one tanh layer ‖∂h_T/∂h_{T−k}‖ ≤ σ_max(W_hh)^k. Dropout is off. Raises ValueError for a network that
    reads in both directions, and has no last state.
    Source: Pascanu, Mikolov & Bengio (2013), eq. 5-7.   Ledger: rnn.influence
    """
    if recurrent.directions == 2:
        raise ValueError("a network that reads in both directions has no state that goes from step to step")
    states = [to_numpy(recurrent.initial_state(1)) if state is None else state]
    with recurrent.eval_mode(), recurrent.frozen():
        with no_grad():
            for x_t in x:
                states.append(to_numpy(recurrent(x_t[None, None], states[-1])[1]))
        H, norms = recurrent.hidden, [1.0]
        J = np.zeros_like(np.repeat(states[0], H, axis=2))
        J[-1, 0] = np.eye(H)  # ∂h_T/∂s_T, row j as example j
        for x_t, s in zip(x[::-1], states[-2::-1], strict=True):
            inputs = np.broadcast_to(x_t, (1, H, len(x_t)))
            _, pull = vjp(lambda s: recurrent(inputs, s)[1], np.repeat(s, H, axis=2))  # noqa: B023
            J = pull(J)[0].numpy()
            norms.append(_spectral_norm(np.moveaxis(J, 2, 0).reshape(H, -1)))
    return np.array(norms)


def spectrum(recurrent: Recurrent) -> np.ndarray:
    """The eigenvalues of every square of W_hh: (L, G, H) complex, G gates in the order of their columns.

    At rest, h = 0, those of a tanh layer are the factors by which a step multiplies a small state: outside
    the unit circle it grows.   Ledger: rnn.influence
    """
    squares = [np.split(layer.W_hh.data, layer.gates, axis=1) for layer in recurrent.layers]
    return np.array([[np.linalg.eigvals(W.astype(np.float64)) for W in layer] for layer in squares], complex)


class Spectra:
    """The spectrum of a network in training, as it was at first and after every epoch.

        run.observe(spectra=Spectra(model.recurrent))

    moments    a list of what `spectrum` gives; they are its state, that can be saved and put back
    """

    def __init__(self, recurrent: Recurrent):
        self.recurrent = recurrent
        self.moments: list[np.ndarray] = [spectrum(recurrent)]

    def look(self) -> None:
        """Add what it is now."""
        self.moments.append(spectrum(self.recurrent))

    def state_dict(self) -> dict[str, np.ndarray]:
        """The real and the imaginary parts of all moments: files of weights have no complex numbers."""
        moments = np.array(self.moments)
        return {"real": moments.real, "imaginary": moments.imag}

    def load_state_dict(self, state: dict[str, np.ndarray]) -> None:
        """Put back what `state_dict` gave."""
        self.moments = list(state["real"] + 1j * state["imaginary"])


def _spectral_norm(J: np.ndarray) -> float:
    """σ_max, from the eigenvalues of J Jᵀ: several times as fast as from singular values. J (m, n), m ≤ n."""
    scale = float(np.abs(J).max())
    if not 0 < scale < np.inf:
        return scale if scale == 0 else np.inf
    J = J.astype(np.float64) / scale  # so that no square is too large, or too small
    return scale * math.sqrt(np.linalg.eigvalsh(J @ J.T)[-1])
