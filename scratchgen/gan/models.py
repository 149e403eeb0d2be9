"""Pairs of players: a generator z ↦ x and a discriminator x ↦ the logit of being real."""

from __future__ import annotations

import math
from collections.abc import Sequence

import numpy as np

from scratchgen.autograd import no_grad
from scratchgen.errors import BadInput
from scratchgen.gan.networks import Scale, dense
from scratchgen.nn import Module, Sequential, Sigmoid
from scratchgen.nn.saving import saveable
from scratchgen.random import Generator


class AdversarialPair(Module):
    """What every pair can do, from its two networks alone.

    G, D          the players: z (B, Z) → x (B, D), and x (B, pack · D) → (B, 1)
    latent_dim    Z
    bounded       whether G's outputs are in (0, 1)
    pack          how many rows D judges together: a generator that repeats itself is caught in the act, as
                  two real examples are rarely alike (Lin et al. 2018, PacGAN, section 2)
    """

    G: Module
    D: Module
    latent_dim: int
    bounded = True
    pack = 1

    def given(self, labels) -> AdversarialPair:
        """The pair itself, whatever the classes are: it is not told them (`ConditionalGAN` is)."""
        return self

    def generate(self, n: int, rng: Generator):
        """x = G(z) for z ~ N(0, I): (n, D), differentiable in G's parameters.   Ledger: gan.value"""
        return self.G(rng.standard_normal((n, self.latent_dim)))

    def logits(self, x):
        """The logit a of D(x) = σ(a), one for each pack.   (B, D) → (B / pack,)   Ledger: gan.value"""
        if self.pack > 1:
            B, D = x.shape
            if B % self.pack:
                raise BadInput(f"{B} examples do not form packs of {self.pack}; take batches that do")
            x = np.reshape(x, (B // self.pack, self.pack * D))
        return self.D(x)[:, 0]

    def sample(self, n: int, rng: Generator) -> np.ndarray:
        """n generated examples as a plain array (n, D), by G as it is in use."""
        with no_grad(), self.G.eval_mode():
            return self.generate(n, rng).numpy()


@saveable
class GAN(AdversarialPair):
    """G: z (B, Z) → 256 → 512 → x (B, D) in (0, 1),     D: x (B, D) → 256 → 512 → logit (B,).

    D(x) of the papers is σ(logit): the game is played on logits, which cannot saturate to NaN.

    hidden        the widths of the layers in between, of both
    bounded       False leaves out the sigmoid at the end of G, for data of any size
    scale         of data that are not bounded, their standard deviation say: G's outputs are multiplied by
                  it, and what D is shown is divided by it
    pack          rows that D is shown together
    norm          of D's layers: none, batch, layer or spectral
    activation    relu or leaky

    Raises ValueError for sizes below 1, a scale that is none, and unknown names.
    """

    def __init__(
        self,
        data_dim: int,
        latent_dim: int = 100,
        rng: Generator | None = None,
        *,
        hidden: Sequence[int] = (256, 512),
        bounded: bool = True,
        scale: float = 1.0,
        pack: int = 1,
        norm: str = "none",
        activation: str = "relu",
    ):
        if min(data_dim, latent_dim, pack, *hidden) < 1:
            raise ValueError(f"sizes are at least 1, not {latent_dim} → {hidden} → {data_dim}, {pack} a pack")
        if (bounded and scale != 1) or not 0 < scale < math.inf:
            raise ValueError(f"the scale of data that are {'' if bounded else 'not '}bounded is not {scale}")
        rng = rng or Generator(0)
        self.latent_dim, self.bounded, self.pack = latent_dim, bounded, pack
        into_G, into_D = self.widths(latent_dim, data_dim)
        first, last = ([], [Sigmoid()]) if bounded else ([Scale(1 / scale)], [Scale(scale)])
        self.G = Sequential(*dense([into_G, *hidden, data_dim], rng, activation=activation), *last)
        self.D = Sequential(*first, *dense([pack * into_D, *hidden, 1], rng, norm, activation))

    def widths(self, latent_dim: int, data_dim: int) -> tuple[int, int]:
        """How many numbers G and D are given: for each row the latent, and the example."""
        return latent_dim, data_dim


@saveable
class ConditionalGAN(GAN):
    """x = G(z, y) and D(x, y) for a class y of K: a GAN whose two players are also told the class.

    `given(labels)` is the pair for these classes, one a row; all that a GAN can do, it can do. A class is a
    row of K numbers, all 0 but for one √K: their mean square is 1, that of the latent's numbers.
    Source: Mirza & Osindero (2014), eq. 2.   Ledger: gan.conditional
    """

    def __init__(self, data_dim: int, latent_dim: int, classes: int, rng: Generator | None = None, **options):
        if classes < 1:
            raise ValueError(f"there is one class or more, not {classes}")
        self.classes = classes
        super().__init__(data_dim, latent_dim, rng, **options)

    def widths(self, latent_dim: int, data_dim: int) -> tuple[int, int]:
        """The class too, as K numbers."""
        return latent_dim + self.classes, data_dim + self.classes

    def given(self, labels) -> ConditionedGAN:
        """The pair for examples whose classes are known.   labels (B,) of 0 … K−1. Raises BadInput."""
        labels = np.asarray(labels)
        if labels.size and not 0 <= labels.min() <= labels.max() < self.classes:
            raise BadInput(f"classes are 0 … {self.classes - 1}, not {labels.min()} … {labels.max()}")
        y = math.sqrt(self.classes) * np.equal(labels[:, None], np.arange(self.classes))
        return ConditionedGAN(self, y.astype(np.float32))

    def generate(self, n: int, rng: Generator):
        """n examples, one class after the other: (n, D), differentiable in G's parameters."""
        return self.given(np.arange(n) % self.classes).generate(n, rng)

    def sample(self, n: int, rng: Generator, labels=None) -> np.ndarray:
        """n examples of the classes `labels` (n,); by default one class after the other.   → (n, D)"""
        return self.given(np.arange(n) % self.classes if labels is None else labels).sample(n, rng)


class ConditionedGAN(AdversarialPair):
    """A conditional pair with the classes y (B, K) of its rows filled in."""

    def __init__(self, pair: ConditionalGAN, y: np.ndarray):
        self.G, self.D, self.y = pair.G, pair.D, y
        self.latent_dim, self.bounded, self.pack = pair.latent_dim, pair.bounded, pair.pack

    def generate(self, n: int, rng: Generator):
        """x = G(z, y), a row for each class: n is how many there are.   Ledger: gan.conditional"""
        z = rng.standard_normal((n, self.latent_dim))
        return self.G(np.concatenate((z, self.y), axis=-1))

    def logits(self, x):
        """The logit of x (B, D) being real and of class y.   → (B / pack,)   Ledger: gan.conditional"""
        return super().logits(np.concatenate((x, self.y.astype(x.dtype)), axis=-1))
