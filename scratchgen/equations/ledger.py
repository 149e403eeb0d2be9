"""All entries of the ledger, in the order in which they are listed."""

from __future__ import annotations

from scratchgen.equations.autograd import AUTOGRAD
from scratchgen.equations.conditions import CONDITIONS
from scratchgen.equations.data import DATA
from scratchgen.equations.densities import DENSITIES
from scratchgen.equations.draws import DRAWS
from scratchgen.equations.drums import DRUMS
from scratchgen.equations.frames import FRAMES
from scratchgen.equations.games import GAMES
from scratchgen.equations.gan import GAN
from scratchgen.equations.kernels import KERNELS
from scratchgen.equations.layers import LAYERS
from scratchgen.equations.likelihood import LIKELIHOOD
from scratchgen.equations.losses import LOSSES
from scratchgen.equations.music import MUSIC
from scratchgen.equations.novelty import NOVELTY
from scratchgen.equations.optimisers import OPTIMISERS
from scratchgen.equations.pictures import PICTURES
from scratchgen.equations.rnn import RNN
from scratchgen.equations.sequences import SEQUENCES
from scratchgen.equations.sounds import SOUNDS
from scratchgen.equations.summarisation import SUMMARISATION
from scratchgen.equations.two_sample import TWO_SAMPLE
from scratchgen.equations.vae import VAE
from scratchgen.equations.vae_models import VAE_MODELS
from scratchgen.equations.vae_parts import VAE_PARTS

EQUATIONS = (
    *VAE,
    *VAE_MODELS,
    *VAE_PARTS,
    *LIKELIHOOD,
    *GAN,
    *GAMES,
    *TWO_SAMPLE,
    *CONDITIONS,
    *RNN,
    *SEQUENCES,
    *SUMMARISATION,
    *NOVELTY,
    *PICTURES,
    *FRAMES,
    *MUSIC,
    *AUTOGRAD,
    *LAYERS,
    *LOSSES,
    *DENSITIES,
    *DRAWS,
    *OPTIMISERS,
    *KERNELS,
    *DATA,
    *DRUMS,
    *SOUNDS,
)
BY_ID = {equation.id: equation for equation in EQUATIONS}
