"""Every picture that the project draws."""

from scratchgen.plots.attention import attention
from scratchgen.plots.curves import curves
from scratchgen.plots.dirac import dirac
from scratchgen.plots.eigenvalues import eigenvalues
from scratchgen.plots.frames import frames
from scratchgen.plots.gates import gates
from scratchgen.plots.generator_losses import generator_losses
from scratchgen.plots.gradient_flow import gradient_flow
from scratchgen.plots.gradient_norms import gradient_norms
from scratchgen.plots.images import reconstructions, sample_grid, sheets
from scratchgen.plots.latent import aggregated_posterior, latent_plane
from scratchgen.plots.points import scatter
from scratchgen.plots.rate_distortion import rate_distortion
from scratchgen.plots.text_states import text_states
from scratchgen.plots.training_trace import animation

__all__ = [
    "aggregated_posterior",
    "animation",
    "attention",
    "curves",
    "dirac",
    "eigenvalues",
    "frames",
    "gates",
    "generator_losses",
    "gradient_flow",
    "gradient_norms",
    "latent_plane",
    "rate_distortion",
    "reconstructions",
    "sample_grid",
    "scatter",
    "sheets",
    "text_states",
]
