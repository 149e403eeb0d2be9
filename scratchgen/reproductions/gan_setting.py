"""The settings of a GAN that is reproduced on a mixture of Gaussians."""

from __future__ import annotations

from dataclasses import dataclass

BATCH = 128


@dataclass(frozen=True)
class Setting:
    """All settings of a training except its seed; α decreases linearly to 0, epoch by epoch.

    scale    of the data, for both players: see `gan.GAN`
    """

    data: str
    hidden: tuple[int, ...]
    epochs: int
    scale: float
    learning_rate: float
    objective: str = "nonsaturating"
    beta1: float = 0.5
    beta2: float = 0.999
    gradient_penalty: float = 0.0
    r1: float = 0.0
    pack: int = 1
    batch_size: int = BATCH
    latent_dim: int = 2
    discriminator_steps: int = 1

    def step_size(self, epoch: int) -> float:
        """α (1 − (epoch − 1) / epochs).   Ledger: optim.straight_line"""
        return self.learning_rate * (1 - (epoch - 1) / self.epochs)
