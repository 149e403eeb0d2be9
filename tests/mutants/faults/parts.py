"""Faults of distributions, losses and layers."""

from ..fault import Fault

DISTRIBUTIONS = "scratchgen/distributions"

PARTS = (
    Fault(
        name="a discretised logistic with closed ends",
        module="scratchgen.distributions.discretised_logistic",
        text="np.where(x == 0, below, np.where(x == 1, above, middle))",
        wrong="middle",
        says="The mass beyond 0 and 255 is lost: black and white pixels cost nats that they should not.",
        claims=(f"{DISTRIBUTIONS}/test_discretised_logistic.py",),
    ),
    Fault(
        name="a hat that is too low",
        module="scratchgen.distributions.draws",
        text="HAT = 1.01",
        wrong="HAT = 1.0",
        says="Hörmann's constants as published, and as NumPy has them: the draws lack up to 0.6 % about the centre.",
        claims=(f"{DISTRIBUTIONS}/test_draws.py",),
        only="hat",
        equations=("distributions.poisson_draws",),
    ),
    Fault(
        name="gamma draws below 1 without their power",
        module="scratchgen.distributions.draws",
        text="return np.where(alpha < 1, found * np.exp(np.log(u) / alpha), found)",
        wrong="return found",
        says="The method is for α ≥ 1; below, a sample for α + 1 is returned as it is.",
        claims=(f"{DISTRIBUTIONS}/test_draws.py",),
        only="gamma",
        equations=("distributions.marsaglia_tsang",),
    ),
    Fault(
        name="a divergence in the other direction",
        module="scratchgen.distributions.normal",
        text="ratio = self.logvar - q.logvar",
        wrong="ratio = q.logvar - self.logvar",
        says="KL(q ‖ p) for KL(p ‖ q): the ratio of the variances is upside down.",
        claims=(f"{DISTRIBUTIONS}/test_divergences.py",),
    ),
    Fault(
        name="ignored targets that count as class 0",
        module="scratchgen.functional.weighted_cross_entropy",
        text="np.where(kept, loss, np.zeros((), loss.dtype))",
        wrong="loss",
        says="Padding is replaced by class 0 before the loss, and its loss stays.",
        claims=("scratchgen/functional/test_weighted_cross_entropy.py",),
    ),
    Fault(
        name="attention scores divided by d",
        module="scratchgen.functional.attention",
        text="/ math.sqrt(np.shape(k)[-1])",
        wrong="/ np.shape(k)[-1]",
        says="The root is missing: the weights of long vectors are almost equal.",
        claims=("scratchgen/nn/test_attention.py",),
    ),
    Fault(
        name="groups of normalisation across channels",
        module="scratchgen.nn.normalisation",
        text="m = np.mean(grouped, axis=(1, 3), keepdims=True)",
        wrong="m = np.mean(grouped, axis=(1, 2), keepdims=True)",
        says="The mean is taken over the groups in place of the channels of a group.",
        claims=("scratchgen/nn/test_shapes.py",),
        only="group",
    ),
)
