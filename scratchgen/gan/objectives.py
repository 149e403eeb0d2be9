"""The objective of the minimax game, and of its successors.

    min_G max_D V(D, G),     V(D, G) = E_x~p_data[log D(x)] + E_z~p_z[log(1 − D(G(z)))]

D is represented by its logit a, D = σ(a): log σ(a) = −softplus(−a) and log(1 − σ(a)) = −softplus(a) are finite
and have a gradient for every a, while log D and log(1 − D) overflow once D rounds to 0 or 1. The successors use
the same number as a score, whose target is 1 or 0 (least squares), a value beyond ±1 (hinge), or the largest
difference that a slope of 1 permits (Wasserstein).

All are functions of real and fake logits, so labels cannot be swapped, and are means over the examples.
"""

from __future__ import annotations

import numpy as np

from scratchgen.distributions import Array
from scratchgen.functional import relu, softplus

__all__ = ["KINDS", "LOGISTIC", "discriminator_loss", "generator_loss", "undecided_loss", "value"]

KINDS = ("minimax", "nonsaturating", "least_squares", "hinge", "wasserstein")
LOGISTIC = ("minimax", "nonsaturating")  # the kinds whose D(x) = σ(a) is a probability


def value(d_real: Array, d_fake: Array) -> Array:
    """V(D, G) = E[log D(x)] + E[log(1 − D(G(z)))]   in nats, a single number, never positive.

    d_real, d_fake    the discriminator's logits of real and of generated examples, (B,) each

    At the optimum of D it is −log 4 + 2 JSD(p_data ‖ p_g); where D cannot tell real from fake, −log 4 = −1.3863.
    Source: Goodfellow et al. (2014), eq. 1 and theorem 1.   Ledger: gan.value
    """
    return np.mean(-softplus(-d_real)) + np.mean(-softplus(d_fake))


def discriminator_loss(d_real: Array, d_fake: Array, kind: str = "nonsaturating") -> Array:
    """The discriminator's loss, given its logits a of real and b of generated examples, (B,) each.

    minimax, nonsaturating    −V(D, G)
    least_squares             ½ E[(a − 1)²] + ½ E[b²]
    hinge                     E[max(0, 1 − a)] + E[max(0, 1 + b)]
    wasserstein               E[b] − E[a]: for scores of slope at most 1 never below minus the Wasserstein distance,
                              which the best of them reach

    Source: Goodfellow et al. (2014), eq. 1; Mao et al. (2017), eq. 9; Miyato et al. (2018), eq. 16;
    Arjovsky et al. (2017), eq. 2.   Raises ValueError for another kind.   Ledger: gan.discriminator_loss
    """
    if kind in LOGISTIC:
        return -value(d_real, d_fake)
    if kind == "least_squares":
        return 0.5 * np.mean((d_real - 1) ** 2) + 0.5 * np.mean(d_fake**2)
    if kind == "hinge":
        return np.mean(relu(1 - d_real)) + np.mean(relu(1 + d_fake))
    if kind == "wasserstein":
        return np.mean(d_fake) - np.mean(d_real)
    raise _unknown(kind)


def generator_loss(d_fake: Array, kind: str = "nonsaturating") -> Array:
    """The generator's loss, given the logits b of its examples, (B,).

    minimax               E[log(1 − D(G(z)))]: its own term of V. Where D is confident that they are fake
                          (b ≪ 0), its gradient −σ(b) vanishes.
    nonsaturating         −E[log D(G(z))]: the same fixed point, but the gradient −(1 − σ(b)) stays near −1
                          there.
    least_squares         ½ E[(b − 1)²]
    hinge, wasserstein    −E[b]

    Source: Goodfellow et al. (2014), section 3; the others as `discriminator_loss`.
    Raises ValueError for another kind.   Ledger: gan.generator_loss
    """
    if kind == "minimax":
        return np.mean(-softplus(d_fake))
    if kind == "nonsaturating":
        return np.mean(softplus(-d_fake))
    if kind == "least_squares":
        return 0.5 * np.mean((d_fake - 1) ** 2)
    if kind in ("hinge", "wasserstein"):
        return -np.mean(d_fake)
    raise _unknown(kind)


def undecided_loss(kind: str) -> float:
    """The least loss of a discriminator that cannot tell real from fake, so gives all examples the same score.

    log 4 where the loss is −V, ¼ for least squares (the score is ½), 2 for hinge, 0 for Wasserstein.
    """
    score = np.full(1, 0.5 if kind == "least_squares" else 0.0)
    return float(discriminator_loss(score, score, kind))


def _unknown(kind: str) -> ValueError:
    return ValueError(f"a loss is one of {', '.join(KINDS)}, not {kind!r}")
