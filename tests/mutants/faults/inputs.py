"""Faults of the checks of input: a default in place of a missing input, and the wrong cause blamed."""

from ..fault import Fault

ARGUMENTS = "scratchgen/test_bad_arguments.py"
MISTAKES = "scratchgen/test_mistakes.py"

INPUTS = (
    Fault(
        name="nan in every interval",
        module="scratchgen.errors",
        text="not (above(x, low) and below(x, high))",
        wrong="x < low or x > high",
        says="No comparison with NaN is true, and the ends of an open interval are in it.",
        claims=(f"{ARGUMENTS}::test_an_interval_is_read_as_in_mathematics",),
    ),
    Fault(
        name="the last row for the index −1",
        module="scratchgen.nn.layers",
        text="k.min() < 0 or k.max() >= size",
        wrong="k.max() >= size",
        says="NumPy counts from the end, and a padding of −1 becomes the last symbol.",
        claims=(f"{ARGUMENTS}::test_an_index_that_is_none_is_refused_wherever_rows_are_looked_up",),
        equations=("nn.embedding",),
    ),
    Fault(
        name="class 0 for all whose class is missing",
        module="scratchgen.data.preprocessing.one_hot",
        text="if labels is None:",
        wrong="labels = [0] if labels is None else labels\n    if labels is None:",
        says="A conditional model is sampled, trained or scored without labels.",
        claims=("claims/test_vae_models.py",),
        only="none or classes",
    ),
    Fault(
        name="the noise of one example for all",
        module="scratchgen.distributions.normal",
        text="np.shape(noise)[np.ndim(noise) - np.ndim(self.mu) :] != np.shape(self.mu)",
        wrong="False",
        says="NumPy broadcasts one row of noise over the batch.",
        claims=(f"{ARGUMENTS}::test_noise_of_another_shape_is_refused",),
    ),
    Fault(
        name="an unread option of the optimiser",
        module="scratchgen.tasks.gan",
        text='("beta1", "beta2")\n        }',
        wrong='("beta1",)\n        }',
        says="--beta2 is ignored without Adam.",
        claims=("scratchgen/tasks/test_unread.py",),
        only="gan and sgd",
    ),
    Fault(
        name="the learning rate blamed for the scale of the data",
        module="scratchgen.optim.step",
        text="LARGE_VALUE = 30.0",
        wrong="LARGE_VALUE = np.inf",
        says="Bytes of 0 … 255 diverge at any learning rate that one would choose.",
        claims=(MISTAKES,),
        only="scale",
    ),
    Fault(
        name="a kernel of width 0",
        module="scratchgen.evaluation.mmd",
        text="if median == 0:",
        wrong="if median < 0:",
        says="Of copies the kernel divides by 0.",
        claims=("scratchgen/evaluation/test_constant_data.py",),
    ),
)
