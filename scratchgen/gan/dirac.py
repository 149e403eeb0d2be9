"""The Dirac GAN, the smallest GAN: all data are 0, G generates a single point θ, and the logit of D is linear.

    G = θ,     D(x) = σ(a(x)) with a(x) = ψ x,     the equilibrium: θ = 0, ψ = 0

Its dynamics can be plotted completely. Without a penalty the players circle for ever: the force is at right
angles to the direction of the equilibrium. Simultaneous steps of finite size even lead away from it; alternating
steps stay at about the same distance.
Source: Mescheder et al. (2018), section 2.
"""

from __future__ import annotations

import numpy as np

from scratchgen.autograd import Tensor, grad
from scratchgen.distributions import Array
from scratchgen.errors import check_counts, check_numbers
from scratchgen.gan.game import ORIGINAL, Game
from scratchgen.gan.objectives import discriminator_loss, generator_loss
from scratchgen.gan.penalties import r1_penalty

__all__ = ["dirac_forces", "dirac_path"]


def dirac_forces(theta: Array, psi: Array, game: Game = ORIGINAL) -> tuple[np.ndarray, np.ndarray]:
    """The forces (−∂ generator loss/∂θ, −∂ discriminator loss/∂ψ) on the players; (N,) each → (N,) each.

    minimax, r1 = γ:    (σ(ψθ) ψ,  −σ(ψθ) θ − γ ψ),   near the equilibrium (½ ψ, −½ θ − γ ψ), whose
    eigenvalues −γ/2 ± √(γ²/4 − ¼) have a negative real part for γ > 0

    The losses and the penalty are those of `gan.train`, differentiated in the same way.
    Source: Mescheder et al. (2018), definition 2.1 and section 3.   Ledger: gan.dirac
    """
    theta, psi = np.atleast_1d(theta).astype(np.float64), np.atleast_1d(psi).astype(np.float64)
    n, real = len(theta), np.zeros((len(theta), 1))

    def loss_D(psi: Tensor) -> Tensor:
        D = lambda x: psi * x[:, 0]
        loss = discriminator_loss(D(real), D(theta[:, None]), game.objective)
        return n * (loss + game.r1 / 2 * r1_penalty(D, real))  # the loss is a mean over n independent games

    loss_G = lambda theta: n * generator_loss(psi * theta, game.objective)
    return -grad(loss_G)(theta).numpy(), -grad(loss_D)(psi).numpy()


def dirac_path(
    theta: float, psi: float, steps: int, learning_rate: float, game: Game = ORIGINAL, alternate: bool = True
) -> np.ndarray:
    """The path of gradient steps from (theta, psi): (steps + 1, 2), columns θ and ψ.

    learning_rate    the size α of a step
    alternate        D moves first and G reacts to it, as in `gan.train`; otherwise both move at once

    Raises ValueError for numbers that are not finite, and a learning rate that is not positive.
    """
    check_counts(0, steps=steps)
    check_numbers(theta=theta, psi=psi)
    check_numbers("(0, ∞)", learning_rate=learning_rate)
    path = [(theta, psi)]
    for _ in range(steps):
        force_G, force_D = (force.item() for force in dirac_forces(theta, psi, game))
        psi = psi + learning_rate * force_D
        if alternate:
            force_G = dirac_forces(theta, psi, game)[0].item()
        theta = theta + learning_rate * force_G
        path.append((theta, psi))
    return np.array(path)
