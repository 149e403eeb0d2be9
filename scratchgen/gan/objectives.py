"""The minimax game.

    min_G max_D V(D, G),     V(D, G) = E_x~p_data[log D(x)] + E_z~p_z[log(1 − D(G(z)))]

D is given by its logit a, D = σ(a), because log σ(a) = −softplus(−a) and log(1 − σ(a)) = −softplus(a) are
finite and have a gradient for every a, where log D and log(1 − D) overflow once D rounds to 0 or 1.
"""

from __future__ import annotations

import numpy as np

from scratchgen.functional import softplus


def value(d_real, d_fake):
    """V(D, G) = E[log D(x)] + E[log(1 − D(G(z)))]   in nats, a single number, never positive.

    d_real, d_fake    the discriminator's logits of real and of generated examples, (B,) each

    At the optimum of D it is −log 4 + 2 JSD(p_data ‖ p_g); where D cannot tell, −log 4 = −1.3863.
    Source: Goodfellow et al. (2014), eq. 1 and theorem 1.   Ledger: gan.value
    """
    return np.mean(-softplus(-d_real)) + np.mean(-softplus(d_fake))


def discriminator_loss(d_real, d_fake):
    """−V(D, G), which the discriminator minimises. It takes real and fake, so labels cannot be mixed up."""
    return -value(d_real, d_fake)


def generator_loss(d_fake, kind: str = "nonsaturating"):
    """What the generator minimises, given the logits of its examples.

    minimax          E[log(1 − D(G(z)))]: its own term of V. Where D is sure that they are fake (a ≪ 0) its
                     gradient −σ(a) vanishes.
    nonsaturating    −E[log D(G(z))]: the same fixed point, but the gradient −(1 − σ(a)) stays near −1 there.

    Source: Goodfellow et al. (2014), section 3.   Raises ValueError for another kind.
    """
    if kind == "minimax":
        return np.mean(-softplus(d_fake))
    if kind == "nonsaturating":
        return np.mean(softplus(-d_fake))
    raise ValueError(f"the generator's loss is 'minimax' or 'nonsaturating', not {kind!r}")
