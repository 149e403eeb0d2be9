"""What a recurrent network is looked at by."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np

from scratchgen import plots, rnn
from scratchgen.data import TextData
from scratchgen.random import Generator
from scratchgen.runs.run import Run

UNITS, SHOWN = 4, 400  # how many units, and over how many symbols
READ = 5000  # symbols that units are chosen in, and that they and the gates are judged by
STEPS = 50  # that gradients are followed back
SQUARES = {
    "tanh": ("$W_{hh}$",),
    "lstm": ("$W_{hi}$", "$W_{hf}$", "$W_{hg}$", "$W_{ho}$"),
    "gru": ("$W_{hr}$", "$W_{hz}$", "$W_{hn}$"),
}


def draw(model: rnn.LanguageModel, text: TextData, run: Run, eigenvalues: rnn.EigenvalueHistory) -> None:
    """Units and gates over the test part, gradients on their way back through it, and the eigenvalues.

    The units are chosen in the validation part, so that their correlations in the test part are no chance.
    """
    chosen_in, shown_in = (model.tokenizer.encode(part[:READ]) for part in (text.validation, text.test))
    h, features = _read(model, chosen_in)
    units = rnn.interesting_units(h, features, UNITS)
    h, features = _read(model, shown_in)
    titles = [f"unit {u.number}: {u.feature}, r = {rnn.correlation(h, u, features):+.2f}" for u in units]
    symbols = _symbols(model, shown_in)
    numbers = [unit.number for unit in units]
    plots.text_states(h[:SHOWN, numbers].T, symbols[:SHOWN], titles, run.picture("states"))
    if run.config["model"]["cell"] != "tanh":
        plots.gates(rnn.gates(model.recurrent, _inputs(model, shown_in)), symbols, run.picture("gates"))
    draw_dynamics(model, lambda model: _inputs(model, shown_in), run, eigenvalues)


def draw_dynamics(model, inputs: Callable, run: Run, eigenvalues: rnn.EigenvalueHistory) -> None:
    """The norms of gradients on their way back, before and after training, and the eigenvalues at every epoch.

    inputs    from a model to the sequence (T, D) that its network reads
    """
    sizes = run.config["model"]
    moments = {"before training": rnn.build(sizes, Generator(run.config["seed"])), "after": model}
    norms = {name: rnn.gradient_norms(m.recurrent, inputs(m)[:STEPS]) for name, m in moments.items()}
    plots.gradient_norms({"": norms}, run.picture("gradient_norms"))
    of_the_last_layer = [epoch[-1] for epoch in eigenvalues.epochs]
    plots.eigenvalues(of_the_last_layer, SQUARES[sizes["cell"]], run.picture("eigenvalues"))


def _read(model: rnn.LanguageModel, ids: np.ndarray) -> tuple[np.ndarray, dict[str, np.ndarray]]:
    """The states of the last layer after every symbol, (T, H), and what a reader sees there."""
    return rnn.states(model.recurrent, _inputs(model, ids))[-1], rnn.text_features(_symbols(model, ids))


def _inputs(model: rnn.LanguageModel, ids: np.ndarray) -> np.ndarray:
    """What the network reads, (T, D)."""
    return model.embedding(ids).numpy()


def _symbols(model: rnn.LanguageModel, ids: np.ndarray) -> list[str]:
    """What each number stands for: of bytes that are no character on their own �."""
    return [model.tokenizer.decode([k]) for k in ids]
