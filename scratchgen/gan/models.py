"""Pairs of players: a generator z ↦ x, and a discriminator x ↦ the logit of x being real."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import Any, cast

import numpy as np

from scratchgen.autograd import no_grad
from scratchgen.data.preprocessing.one_hot import Classes, counts_of, one_hot, one_hot_width
from scratchgen.distributions import Array
from scratchgen.errors import BadInput, check_counts, check_each
from scratchgen.gan.networks import Scale, Units, dense, in_columns
from scratchgen.gan.projection import Projection
from scratchgen.nn import Module, Sequential, Sigmoid
from scratchgen.nn.saving import saveable
from scratchgen.random import Generator, as_generator

__all__ = ["GAN", "AdversarialPair", "ConditionalGAN", "ConditionedGAN"]

HIDDEN = (256, 512)  # widths of the hidden layers of both players


class AdversarialPair(Module):
    """A generator G and a discriminator D: the base class of every GAN.

    Your own pair assigns G, D and latent_dim; `gan.train`, samples and the scores of `evaluation` need nothing
    else.

        >>> import scratchgen as sg
        >>> from scratchgen import gan, nn
        >>> class MyGAN(gan.AdversarialPair):
        ...     latent_dim = 4
        ...     def __init__(self):
        ...         self.G = nn.Sequential(nn.Linear(4, 16), nn.ReLU(), nn.Linear(16, 6), nn.Sigmoid())
        ...         self.D = nn.Sequential(nn.Linear(6, 16), nn.LeakyReLU(), nn.Linear(16, 1))
        >>> pair = MyGAN()
        >>> x = pair.sample(3)
        >>> x.shape, pair.logits(x).shape
        ((3, 6), (3,))

    G, D          the players: z (B, Z) → x (B, D), and x (B, pack · D) → (B, 1)
    latent_dim    Z
    bounded       whether G's outputs are in (0, 1)
    scale         the unit in which D sees the data, a number or (D,); penalties on D's slope are per this unit
    pack          number of rows that D judges together: it then detects a generator that repeats itself, as two
                  real examples are rarely alike (Lin et al. 2018, PacGAN, section 2)
    """

    G: Module
    D: Module
    latent_dim: int
    bounded = True
    scale: Units = 1.0
    pack = 1

    def given(self, labels: Array | None) -> AdversarialPair:
        """The pair itself: it does not depend on the classes. `ConditionalGAN` does.

        labels    (B,), or None where there are none
        """
        return self

    def generate(self, n: int, rng: Generator | None = None) -> Array:
        """x = G(z) for z ~ N(0, I): (n, D), differentiable in G's parameters.   Ledger: gan.value"""
        return self.G(as_generator(rng).standard_normal((n, self.latent_dim)))

    def logits(self, x: Array) -> Array:
        """The logit a of D(x) = σ(a), one per pack.   (B, D) → (B / pack,)   Ledger: gan.value

        Raises BadInput for rows that form no whole packs, and for a D that returns anything but (B / pack, 1).
        """
        if self.pack > 1:
            B, D = x.shape
            if B % self.pack:
                raise BadInput(
                    f"{B} examples do not form packs of {self.pack}; choose a batch size that is a multiple"
                )
            x = np.reshape(x, (B // self.pack, self.pack * D))
        a = self.D(x)
        if np.shape(a) != (len(x), 1):
            raise BadInput(f"D returns one logit per row, of shape {(len(x), 1)}, not {np.shape(a)}")
        return a[:, 0]

    def sample(self, n: int, rng: Generator | None = None) -> np.ndarray:
        """n generated examples as a plain array (n, D), by G in evaluation mode."""
        with no_grad(), self.G.eval_mode():
            return self.generate(n, rng).numpy()


@saveable
class GAN(AdversarialPair):
    """A fully connected GAN. G: z (B, Z) → 256 → 512 → x (B, D) in (0, 1);  D: x (B, D) → 256 → 512 → logit (B,).

    D(x) of the papers is σ(logit): the losses are functions of the logits, which cannot saturate to NaN.

    rng           draws the weights (None: the default stream)
    hidden        the widths of the hidden layers of both players
    bounded       False leaves out the sigmoid at the end of G, for data outside (0, 1)
    scale         of unbounded data, such as their standard deviation: G's outputs are multiplied by it, and D's
                  inputs divided by it. One number, or a list of D for columns of different units
    shift         of unbounded data, such as their mean, a number or a list of D: added to G's outputs, and
                  subtracted from D's inputs before the division
    pack          number of rows that D judges together
    norm          of D's layers: none, batch, layer or spectral
    activation    relu or leaky

    Raises ValueError for sizes below 1, an invalid scale, and unknown names.
    """

    def __init__(
        self,
        data_dim: int,
        latent_dim: int = 100,
        rng: Generator | None = None,
        *,
        hidden: Sequence[int] = HIDDEN,
        bounded: bool = True,
        scale: Units = 1.0,
        shift: Units = 0.0,
        pack: int = 1,
        norm: str = "none",
        activation: str = "relu",
    ):
        check_counts(data_dim=data_dim, latent_dim=latent_dim, pack=pack)
        for width in hidden:
            check_counts(hidden=width)
        check_each("(0, ∞)", data_dim, scale=scale)
        check_each("(-∞, ∞)", data_dim, shift=shift)
        scale, shift = (v if np.ndim(v) == 0 else np.asarray(v, np.float32) for v in (scale, shift))
        if bounded and (np.any(scale != 1) or np.any(shift)):
            raise ValueError(
                f"the scale of data in (0, 1) is 1 and their shift 0, not {scale} and {shift}; give bounded=False for "
                "other data"
            )
        rng = as_generator(rng)
        self.latent_dim, self.bounded, self.scale, self.pack = latent_dim, bounded, scale, pack
        into_G, into_D = self.widths(latent_dim, data_dim)
        last: list[Module] = [Sigmoid()] if bounded else [Scale(scale, after=shift)]
        self.G = Sequential(*dense([into_G, *hidden, data_dim], rng, activation=activation), *last)
        of_D = in_columns(1 / scale, data_dim, into_D, 1, pack), in_columns(shift, data_dim, into_D, 0, pack)
        first: list[Module] = [] if bounded else [Scale(*of_D)]
        self.D = Sequential(*first, *dense([pack * into_D, *hidden, 1], rng, norm, activation))

    def widths(self, latent_dim: int, data_dim: int) -> tuple[int, int]:
        """The widths of the inputs of G and D: the latent and the example."""
        return latent_dim, data_dim


@saveable
class ConditionalGAN(GAN):
    """A conditional GAN, x = G(z, y) and D(x, y): both players are conditioned on the class y of K.

    `given(labels)` is the pair for these classes, one per row, with all methods of a GAN. A class is a row of K
    numbers, √K at the class and 0 elsewhere: their mean square is 1, as that of the latent's numbers. Without
    classes the pair refuses: none stands for the others. Where y is several attributes, classes is (K_1, …, K_S),
    labels are (B, S), and the numbers are √(mean K).

    projection    whether D is a `Projection`, which multiplies y with features of x, instead of a network that reads
                  y as further columns of x. It learns several attributes in fewer steps, and takes no packs
    options       of `GAN`

    Raises ValueError for fewer than one class, and for packs with a projection.
    Source: Mirza & Osindero (2014), eq. 2.   Ledger: gan.conditional
    """

    def __init__(
        self,
        data_dim: int,
        latent_dim: int,
        classes: Classes,
        rng: Generator | None = None,
        *,
        projection: bool = False,
        **options: Any,
    ):
        self.classes = counts_of(classes)
        if projection and options.get("pack", 1) != 1:
            raise ValueError("a projection discriminator judges examples one by one; give pack=1")
        self.projection = projection
        rng = as_generator(rng)
        super().__init__(data_dim, latent_dim, rng, **options)
        if projection:
            hidden = options.get("hidden", HIDDEN)
            *phi, psi = cast(Sequential, self.D).layers
            width = hidden[-1] if hidden else data_dim
            self.D = Projection(
                Sequential(*phi), psi, width, one_hot_width(self.classes), rng, options.get("norm", "none")
            )

    def widths(self, latent_dim: int, data_dim: int) -> tuple[int, int]:
        """The widths of the inputs of G and D, each with K numbers for the class, but for a D that is a projection."""
        width = one_hot_width(self.classes)
        return latent_dim + width, data_dim + (0 if self.projection else width)

    def given(self, labels: Array | None) -> ConditionedGAN:
        """The pair conditioned on the class of each row.   labels (B,) of 0 … K−1

        Raises BadInput for no labels (None), another shape or an unknown class.
        """
        size = math.sqrt(one_hot_width(self.classes) / np.size(self.classes))
        return ConditionedGAN(self, (size * one_hot(labels, self.classes)).astype(np.float32))

    def generate(self, n: int, rng: Generator | None = None) -> Array:
        """Raise BadInput: the examples need classes, as in `given(labels).generate(n, rng)`."""
        raise BadInput(
            "a conditional pair needs the class of each example: call model.given(labels).generate(n, rng)"
        )

    def logits(self, x: Array) -> Array:
        """Raise BadInput: the examples need classes, as in `given(labels).logits(x)`."""
        raise BadInput(
            "a conditional pair needs the class of each example: call model.given(labels).logits(x)"
        )

    def sample(self, n: int, rng: Generator | None = None, labels: Array | None = None) -> np.ndarray:
        """n samples of the classes `labels` (n,).   → (n, D)   Raises BadInput without labels."""
        return self.given(labels).sample(n, rng)


class ConditionedGAN(AdversarialPair):
    """A conditional pair with given classes: y (B, K), one row per example."""

    def __init__(self, pair: ConditionalGAN, y: np.ndarray):
        self.G, self.D, self.y = pair.G, pair.D, y
        self.latent_dim, self.bounded = pair.latent_dim, pair.bounded
        self.scale, self.pack = pair.scale, pair.pack

    def generate(self, n: int, rng: Generator | None = None) -> Array:
        """x = G(z, y), one row per given class; n is their number.   Ledger: gan.conditional"""
        self._check_rows(n)
        z = as_generator(rng).standard_normal((n, self.latent_dim))
        return self.G(np.concatenate((z, self.y), axis=-1))

    def logits(self, x: Array) -> Array:
        """The logit of x (B, D) being real and of class y.   → (B / pack,)   Ledger: gan.conditional"""
        self._check_rows(len(x))
        return super().logits(np.concatenate((x, self.y.astype(x.dtype)), axis=-1))

    def _check_rows(self, n: int) -> None:
        if n != len(self.y):
            raise BadInput(f"{len(self.y)} classes are given for {n} rows; give one class per row")
