"""Every picture that the project draws."""

from scratchgen.plots.curves import curves
from scratchgen.plots.frames import frames
from scratchgen.plots.gradient_flow import gradient_flow
from scratchgen.plots.images import reconstructions, sample_grid, sheets
from scratchgen.plots.latent import aggregated_posterior, latent_plane
from scratchgen.plots.points import scatter
from scratchgen.plots.rate_distortion import rate_distortion

__all__ = [
    "aggregated_posterior",
    "curves",
    "frames",
    "gradient_flow",
    "latent_plane",
    "rate_distortion",
    "reconstructions",
    "sample_grid",
    "scatter",
    "sheets",
]
