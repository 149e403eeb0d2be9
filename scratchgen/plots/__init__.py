"""All pictures of the project. A function is named by its picture, takes the path, and writes a file.

It returns the path as a `Picture`: a cell of a notebook that ends with the call shows the picture. `diagram` takes no
path; it returns a `Plot`, which a notebook shows as well, and whose `save(path)` writes the file.

figure                 size, palette and saving, shared by all pictures
diagram, module_calls  networks as boxes and arrows, with shapes and numbers of parameters
images, data_sets      grids of images, pictures of a data set
music, mel, frames     piano rolls, sounds with spectrograms, mel spectrograms, frames
image_rows             rows of images with titles: originals, edits and references
points, latent         points in the plane, latent spaces
marginals, forecasts   the columns of a table, the steps that follow a series
curves, comparison     training curves of one run and of several runs
scores                 scores of several settings, ranked or over the values of one setting
rate_distortion        the rate-distortion curve of a VAE
attention, gates, text_states, eigenvalues, gradient_norms     inside a recurrent network
generator_losses, dirac, training_trace                     GAN losses and dynamics
gradient_flow          gradients by parameter
overview, speed        the demo's models in one picture, speed-ups of the kernels
scaling                efficiency by the number of ranks
"""

from scratchgen.plots.attention import attention
from scratchgen.plots.comparison import compared_curves
from scratchgen.plots.curves import curves
from scratchgen.plots.data_sets import data_set
from scratchgen.plots.diagram import diagram
from scratchgen.plots.dirac import dirac
from scratchgen.plots.eigenvalues import eigenvalues
from scratchgen.plots.forecasts import forecasts
from scratchgen.plots.frames import frames
from scratchgen.plots.gates import gates
from scratchgen.plots.generator_losses import generator_losses
from scratchgen.plots.gradient_flow import gradient_flow
from scratchgen.plots.gradient_norms import gradient_norms
from scratchgen.plots.image_rows import image_rows
from scratchgen.plots.images import reconstructions, sample_grid, sample_grids
from scratchgen.plots.latent import aggregated_posterior, latent_plane
from scratchgen.plots.marginals import marginals
from scratchgen.plots.mel import mel_spectrograms
from scratchgen.plots.music import piano_rolls, sounds
from scratchgen.plots.overview import overview
from scratchgen.plots.points import scatter
from scratchgen.plots.rate_distortion import rate_distortion
from scratchgen.plots.scaling import scaling
from scratchgen.plots.scores import ranked_scores, score_curve
from scratchgen.plots.speed import speed
from scratchgen.plots.text_states import text_states
from scratchgen.plots.training_trace import animation

__all__ = [
    "aggregated_posterior",
    "animation",
    "attention",
    "compared_curves",
    "curves",
    "data_set",
    "diagram",
    "dirac",
    "eigenvalues",
    "forecasts",
    "frames",
    "gates",
    "generator_losses",
    "gradient_flow",
    "gradient_norms",
    "image_rows",
    "latent_plane",
    "marginals",
    "mel_spectrograms",
    "overview",
    "piano_rolls",
    "ranked_scores",
    "rate_distortion",
    "reconstructions",
    "sample_grid",
    "sample_grids",
    "scaling",
    "scatter",
    "score_curve",
    "sounds",
    "speed",
    "text_states",
]
