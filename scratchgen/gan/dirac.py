"""The smallest GAN there is: all data at 0, a generator that makes one point, a discriminator that is a line.

    G = θ,     D(x) = σ(ψ x),     the equilibrium: θ = 0, ψ = 0

Here a game can be seen whole. Without a penalty the players circle for ever: the force is at right angles to
the way to the equilibrium. Steps that are not infinitely small even lead away from it.
Source: Mescheder et al. (2018), section 2.
"""

from __future__ import annotations

import numpy as np

from scratchgen.autograd import grad
from scratchgen.gan.game import ORIGINAL, Game
from scratchgen.gan.objectives import discriminator_loss, generator_loss
from scratchgen.gan.penalties import r1_penalty


def dirac_forces(theta, psi, game: Game = ORIGINAL):
    """(−∂ generator loss/∂θ, −∂ discriminator loss/∂ψ), by which each player moves; (N,) each → (N,) each.

    minimax, r1 = γ:    (σ(ψθ) ψ,  −σ(ψθ) θ − γ ψ),   near the equilibrium (½ ψ, −½ θ − γ ψ), whose
    eigenvalues −γ/2 ± √(γ²/4 − ¼) have a negative real part for γ > 0

    The losses and the penalty are those that every GAN here is trained on, differentiated as there.
    Source: Mescheder et al. (2018), definition 2.1 and section 3.   Ledger: gan.dirac
    """
    theta, psi = np.atleast_1d(theta).astype(np.float64), np.atleast_1d(psi).astype(np.float64)
    n, real = len(theta), np.zeros((len(theta), 1))

    def loss_D(psi):
        D = lambda x: psi * x[:, 0]
        loss = discriminator_loss(D(real), D(theta[:, None]), game.objective)
        return n * (loss + game.r1 / 2 * r1_penalty(D, real))  # a mean over n games that know no others

    loss_G = lambda theta: n * generator_loss(psi * theta, game.objective)
    return -grad(loss_G)(theta).numpy(), -grad(loss_D)(psi).numpy()


def dirac_path(
    theta: float, psi: float, steps: int, alpha: float, game: Game = ORIGINAL, alternate: bool = True
) -> np.ndarray:
    """Where gradient steps of size alpha lead: (steps + 1, 2), columns θ and ψ.

    alternate    D moves, and G sees where to, as in training here; else both move at once
    """
    path = [(theta, psi)]
    for _ in range(steps):
        force_G, force_D = (force.item() for force in dirac_forces(theta, psi, game))
        psi = psi + alpha * force_D
        if alternate:
            force_G = dirac_forces(theta, psi, game)[0].item()
        theta = theta + alpha * force_G
        path.append((theta, psi))
    return np.array(path)
