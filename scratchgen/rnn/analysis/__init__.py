"""Analysis of a trained recurrent network: gradient flow, eigenvalues, gates, and interpretable units."""

from scratchgen.rnn.analysis.jacobians import EigenvalueHistory, eigenvalues, gradient_norms
from scratchgen.rnn.analysis.states import gates, saturation, states
from scratchgen.rnn.analysis.units import Unit, correlation, interesting_units, text_features

__all__ = [
    "EigenvalueHistory",
    "Unit",
    "correlation",
    "eigenvalues",
    "gates",
    "gradient_norms",
    "interesting_units",
    "saturation",
    "states",
    "text_features",
]
