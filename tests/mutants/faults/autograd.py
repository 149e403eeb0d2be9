"""Faults of derivatives."""

from ..fault import Fault

RULES = "scratchgen/autograd/test_rules.py"
TENSOR = "scratchgen/autograd/test_tensor.py"

AUTOGRAD = (
    Fault(
        name="mean over the uses of a broadcast element",
        module="scratchgen.autograd.broadcasting",
        text="np.reshape(np.sum(g, axis=",
        wrong="np.reshape(np.mean(g, axis=",
        says="What was used n times gets the mean of n gradients in place of their sum.",
        claims=("scratchgen/autograd/test_broadcasting.py",),
    ),
    Fault(
        name="last use of a tensor only",
        module="scratchgen.autograd.backward",
        text="cotangents[a] = cotangents[a] + g_a",
        wrong="cotangents[a] = g_a",
        says="A tensor that is used twice gets the gradient of one use.",
        claims=(TENSOR,),
    ),
    Fault(
        name="gradients that do not add up over backward calls",
        module="scratchgen.autograd.operators",
        text="g if leaf.grad is None else leaf.grad + g",
        wrong="g",
        says="A second backward forgets the first.",
        claims=(TENSOR,),
    ),
    Fault(
        name="slope of tanh from its argument",
        module="scratchgen.autograd.rules.elementwise",
        text="defvjp(np.tanh, lambda g, y, x: g * (1 - y * y))",
        wrong="defvjp(np.tanh, lambda g, y, x: g * (1 - x * x))",
        says="1 − x² is right near 0 only.",
        claims=(RULES,),
        only="tanh",
    ),
    Fault(
        name="second derivative without its half",
        module="scratchgen.functional.fused",
        text="lambda u, y, g, logvar, key, counter: u * (0.5 * y)",
        wrong="lambda u, y, g, logvar, key, counter: u * y",
        says="The first derivative is right, its own derivative twice too large.",
        claims=("scratchgen/functional/test_functional.py",),
        only="reparameterize",
    ),
    Fault(
        name="matrix product without a transpose",
        module="scratchgen.functional.fused",
        text="lambda g, y, a, b: matmul(a.T, g)",
        wrong="lambda g, y, a, b: matmul(a if a.shape[0] == a.shape[1] else a.T, g)",
        says="A square matrix hides by its shape that it is not transposed.",
        claims=(RULES,),
        only="matmul",
    ),
)
