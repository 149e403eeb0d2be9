"""Notation: the meaning of each symbol, with shapes and units, by model family and by equation."""

from __future__ import annotations

import re

from scratchgen.equations import Equation
from scratchgen.equations.notation import autograd, gan, kernels, layers, optimisers, rnn, vae

OF_FAMILY = {"vae": vae.OF_FAMILY, "gan": gan.OF_FAMILY, "rnn": rnn.OF_FAMILY}
OF_EQUATION = {
    id: meanings
    for subject in (vae, gan, rnn, autograd, optimisers, layers, kernels)
    for id, meanings in subject.OF_EQUATION.items()
}


def symbols(equation: Equation) -> list[tuple[str, str]]:
    """The symbols of an equation, in the order of their first use, with their meanings.

    A symbol with an index, such as z_i, means z unless z_i has its own meaning. An index alone is no symbol.
    """
    known = (
        OF_FAMILY.get(equation.id.partition(".")[0], {})
        | OF_EQUATION.get(equation.id, {})
        | dict(equation.symbols)
    )
    found: dict[str, str] = {}
    for token in re.findall(r"∇|(?:[^\W\d_][₀′]?)+(?:_[^\W\d_]+)?", re.sub("[²ᵀ]", " ", equation.text)):
        symbol = next((name for name in (token, token.partition("_")[0]) if name in known), None)
        if symbol:
            found.setdefault(symbol, known[symbol])
    return list(found.items())
