"""Gradient flow through time: Jacobians of the last state, and eigenvalues of the recurrent weights."""

from __future__ import annotations

import math

import numpy as np

from scratchgen.autograd import no_grad, vjp
from scratchgen.autograd.primitives import to_numpy
from scratchgen.nn.recurrent import Recurrent


def gradient_norms(recurrent: Recurrent, x: np.ndarray, state: np.ndarray | None = None) -> np.ndarray:
    """‖∂h_T/∂s_{T−k}‖₂ for k = 0 … T: the factor by which a gradient grows or vanishes over k steps.

    The Jacobian is the product of the Jacobians of single steps, from the last to the first. One reverse sweep
    per step multiplies them; each row of the product is one example of a batch.

    h, s     the state of the last layer, and the state of the whole network: h of all layers, for LSTM also c
    x        (T, D), one sequence
    state    (L, S, 1, H), or None for the initial state
    → (T + 1,) float64, infinite where the product overflows the dtype of the weights

    For one tanh layer ‖∂h_T/∂h_{T−k}‖ ≤ σ_max(W_hh)^k. Dropout is off. Raises ValueError for a bidirectional
    network, which has no last state.
    Source: Pascanu, Mikolov & Bengio (2013), eq. 5-7.   Ledger: rnn.influence
    """
    if recurrent.directions == 2:
        raise ValueError("a network that reads in both directions has no state that passes from step to step")
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


def eigenvalues(recurrent: Recurrent) -> np.ndarray:
    """The eigenvalues of W_hh, for each gate's square of it: (L, G, H) complex, gates in column order.

    Near h = 0 a step of a tanh layer multiplies a small state by these factors: it grows along eigenvectors
    whose eigenvalue is outside the unit circle.   Ledger: rnn.influence
    """
    squares = [np.split(layer.W_hh.data, layer.gates, axis=1) for layer in recurrent.layers]
    return np.array([[np.linalg.eigvals(W.astype(np.float64)) for W in layer] for layer in squares], complex)


class EigenvalueHistory:
    """The eigenvalues of W_hh before training and after every epoch.

        history = EigenvalueHistory(model.recurrent)
        run.observe(eigenvalues=history)
        rnn.train(model, ids, validation, run, ...)
        plots.eigenvalues([epoch[-1] for epoch in history.epochs], ["W_hh"], "eigenvalues.png")

    epochs    list of (L, G, H) complex arrays, as `eigenvalues` returns them; saved and resumed with the run
    Ledger: rnn.influence
    """

    def __init__(self, recurrent: Recurrent) -> None:
        self.recurrent = recurrent
        self.epochs: list[np.ndarray] = [eigenvalues(recurrent)]

    def look(self) -> None:
        """Append the present eigenvalues; a run calls this at the end of every epoch."""
        self.epochs.append(eigenvalues(self.recurrent))

    def state_dict(self) -> dict[str, np.ndarray]:
        """The real and the imaginary parts of all epochs: files of weights hold no complex numbers."""
        epochs = np.array(self.epochs)
        return {"real": epochs.real, "imaginary": epochs.imag}

    def load_state_dict(self, state: dict[str, np.ndarray]) -> None:
        """Restore the epochs that `state_dict` returned."""
        self.epochs = list(state["real"] + 1j * state["imaginary"])


def _spectral_norm(J: np.ndarray) -> float:
    """σ_max from the eigenvalues of J Jᵀ, several times faster than from singular values.   J (m, n), m ≤ n"""
    scale = float(np.abs(J).max())
    if not 0 < scale < np.inf:
        return scale if scale == 0 else np.inf
    J = J.astype(np.float64) / scale  # so that no square is too large, or too small
    return scale * math.sqrt(np.linalg.eigvalsh(J @ J.T)[-1])
