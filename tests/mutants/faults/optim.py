"""Faults of optimisers."""

from ..fault import Fault

OPTIM = (
    Fault(
        name="no bias correction",
        module="scratchgen_kernels.adam",
        text="root = math.sqrt(1 - beta2**t)",
        wrong="root = 1.0",
        says="The second moment begins at 0 and is taken as it is: the first steps are 30 times too large.",
        claims=("scratchgen/test_optim.py",),
        only="adam and not backend",
    ),
    Fault(
        name="second moment that begins at one",
        module="scratchgen.optim",
        text="self.m = [np.zeros_like(p.data) for p in self.parameters]\n        self.v = [np.zeros_like",
        wrong="self.m = [np.zeros_like(p.data) for p in self.parameters]\n        self.v = [np.ones_like",
        says="With the bias correction of one that begins at 0. yburda's Adam.",
        claims=("scratchgen/test_optim.py",),
        only="adam and not backend",
    ),
    Fault(
        name="momentum that is not remembered",
        module="scratchgen.optim",
        text="v += p.grad",
        wrong="v = p.grad",
        says="The step is the gradient, whatever the momentum.",
        claims=("scratchgen/test_optim.py",),
        only="momentum",
    ),
    Fault(
        name="each parameter clipped for itself",
        module="scratchgen.optim",
        text="norm = grad_norm(with_grad)\n    if norm > maximum:",
        wrong="norm = grad_norm(with_grad)\n"
        "    for p in with_grad:\n"
        "        p.grad *= min(1.0, maximum / grad_norm([p]))\n"
        "    if False:",
        says="The joint norm may be larger than the maximum by the root of the number of parameters.",
        claims=("scratchgen/test_optim.py",),
        only="clipping",
    ),
)
