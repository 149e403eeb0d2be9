"""The ledger: each equation of this project with its source, its code and a worked example.

A test that verifies an equation bears `@pytest.mark.equation("vae.elbo")`. `tests/test_equations.py` fails if an
entry has no code, no such test or no planted counter-example, if its worked example gives another number than
the calculation by hand, or if a docstring or a test names an id that the ledger does not have.
"""

from __future__ import annotations

from scratchgen.equations.autograd import AUTOGRAD
from scratchgen.equations.data import DATA
from scratchgen.equations.entry import TOLERANCE, Equation, Example
from scratchgen.equations.frames import FRAMES
from scratchgen.equations.games import GAMES
from scratchgen.equations.gan import GAN
from scratchgen.equations.kernels import KERNELS
from scratchgen.equations.layers import LAYERS
from scratchgen.equations.likelihood import LIKELIHOOD
from scratchgen.equations.losses import LOSSES
from scratchgen.equations.optimisers import OPTIMISERS
from scratchgen.equations.rnn import RNN
from scratchgen.equations.sequences import SEQUENCES
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
    *RNN,
    *SEQUENCES,
    *FRAMES,
    *AUTOGRAD,
    *LAYERS,
    *LOSSES,
    *OPTIMISERS,
    *KERNELS,
    *DATA,
)
BY_ID = {equation.id: equation for equation in EQUATIONS}

__all__ = ["BY_ID", "EQUATIONS", "TOLERANCE", "Equation", "Example"]
