"""Faults of data sets."""

from ..fault import Fault

DATA = (
    Fault(
        name="seven modes in a ring of eight",
        module="scratchgen.data.sets.gaussians",
        text="angle = 2 * np.pi * np.arange(K) / K",
        wrong="angle = np.linspace(0, 2 * np.pi, K)",
        says="Both ends of the circle are the same point, which gets twice the weight. From the demo of unrolled GANs.",
        claims=("scratchgen/data/test_synthetic.py",),
        only="centres",
    ),
    Fault(
        name="exponent without its half",
        module="scratchgen.data.sets.gaussians",
        text="exponents = -0.5 * squares",
        wrong="exponents = -squares",
        says="The density of a Gaussian with half the variance, with the normaliser of the full variance.",
        claims=("scratchgen/data/test_synthetic.py",),
        only="density",
    ),
    Fault(
        name="colours added to what is below",
        module="scratchgen.data.preprocessing.composite",
        text="(1 - alpha) * below",
        wrong="below",
        says="Nothing is hidden: light is added to light, as of lamps instead of paint.",
        claims=("claims/test_data.py",),
        only="layer",
    ),
)
