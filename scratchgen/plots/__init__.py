"""Every picture that the project draws."""

from scratchgen.plots.curves import curves
from scratchgen.plots.gradient_flow import gradient_flow
from scratchgen.plots.images import reconstructions, sample_grid
from scratchgen.plots.latent import latent_plane

__all__ = ["curves", "gradient_flow", "latent_plane", "reconstructions", "sample_grid"]
