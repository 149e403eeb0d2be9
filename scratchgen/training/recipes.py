"""Settings that work: for each model and data set, the numbers that a run takes if none are given.

patience    epochs without a better validation number after which to stop; 0 trains every epoch
"""

from __future__ import annotations

from dataclasses import dataclass, replace


@dataclass(frozen=True)
class VAERecipe:
    latent_dim: int = 20
    hidden: int = 400
    epochs: int = 10
    batch_size: int = 128
    alpha: float = 1e-3
    patience: int = 0


@dataclass(frozen=True)
class GANRecipe:
    latent_dim: int = 100
    epochs: int = 25
    batch_size: int = 64
    alpha: float = 2e-4


@dataclass(frozen=True)
class RNNRecipe:
    hidden: int = 256
    embedding: int = 64
    epochs: int = 3
    batch_size: int = 16
    chunk: int = 64
    alpha: float = 4e-3
    patience: int = 0


Recipe = VAERecipe | GANRecipe | RNNRecipe

DEFAULT: dict[str, Recipe] = {"vae": VAERecipe(), "gan": GANRecipe(), "rnn": RNNRecipe()}

# The embedded sets are small: more epochs, smaller batches.
SPECIAL: dict[tuple[str, str], Recipe] = {
    ("vae", "digits"): VAERecipe(latent_dim=8, hidden=256, epochs=100, batch_size=32),
    ("vae", "binarized-digits"): VAERecipe(latent_dim=8, hidden=256, epochs=100, batch_size=32),
    ("gan", "digits"): GANRecipe(epochs=120, batch_size=64),
}


def recipe(kind: str, data: str, **given) -> Recipe:
    """The settings for a model on a data set, with those that are given (not None) in their place."""
    settings = SPECIAL.get((kind, data), DEFAULT[kind])
    return replace(settings, **{name: value for name, value in given.items() if value is not None})
