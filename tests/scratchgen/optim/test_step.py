"""The training step: its order, and a step that fails."""

import os
import subprocess
import sys

import numpy as np
import pytest

from scratchgen.errors import BadInput
from scratchgen.nn import Parameter
from scratchgen.optim import OPTIMIZERS, SGD, Adam, Diverged, MovingAverage, training_step
from scratchgen.random import Generator
from scratchgen.runs import History

pytestmark = pytest.mark.fast


class Saving(History):
    """Counts the checkpoints."""

    saved = 0

    def save_checkpoint(self):
        self.saved += 1


def parameter(*values):
    return Parameter(np.array(values))


def quadratic(p, target=0.0):
    loss = ((p - target) ** 2).sum()
    return loss, {"loss": loss.item()}


def test_a_step_clears_differentiates_clips_moves_and_logs():
    p, run = parameter(3.0, 4.0), History()
    p.grad = np.array([100.0, 100.0])
    for _ in run.epochs(1):
        norm = training_step(lambda: quadratic(p), SGD([p], 0.1), run, scale=0.5, max_norm=1.0)
    assert norm == 10 and run.history["loss"] == [25]
    np.testing.assert_allclose(p.data, [3 - 0.05 * 0.6, 4 - 0.05 * 0.8])


def test_the_claim_above_rejects_a_step_that_does_not_clip():
    p = parameter(3.0, 4.0)
    training_step(lambda: quadratic(p), SGD([p], 0.1), scale=0.5)
    assert np.abs(p.data - [3 - 0.05 * 0.6, 4 - 0.05 * 0.8]).min() > 0.1


@pytest.mark.parametrize("name", OPTIMIZERS)
def test_a_step_is_the_same_as_its_parts_to_the_bit(name):
    p, q = parameter(3.0, -4.0), parameter(3.0, -4.0)
    by_hand, optimizer = OPTIMIZERS[name]([q], 0.1), OPTIMIZERS[name]([p], 0.1)
    for _ in range(5):
        training_step(lambda: quadratic(p, 1.0), optimizer)
        by_hand.zero_grad()
        quadratic(q, 1.0)[0].backward()
        by_hand.step()
    np.testing.assert_array_equal(p.data, q.data)


# --- a step that fails ------------------------------------------------------------------------------------


def failing(p, rng, loss, gradient):
    """An objective that draws a random number, and whose loss or gradient is not finite."""

    def objective():
        rng.random(3)
        # 0 · √(p²): its gradient at 0 is 0 · ∞
        values = (p * np.nan).sum() if loss else (np.sqrt(p * p) * (0.0 if gradient else 1.0)).sum()
        return values, {"loss": values.item()}

    return objective


@pytest.mark.parametrize("name", OPTIMIZERS)
@pytest.mark.parametrize("broken", ["loss", "gradient"])
def test_a_step_that_is_not_finite_changes_nothing_and_says_where_and_what_to_do(name, broken):
    p, rng, run = parameter(0.0, 0.0), Generator(1), Saving()
    counting = MovingAverage([parameter(1.0)])  # any object with a state_dict
    optimizer = OPTIMIZERS[name]([p], 0.25)
    optimizer.t = 6  # so many steps were taken; at the first step the learning rate is no reason
    before = optimizer.state_dict(), rng.state, counting.state_dict()
    fails = failing(p, rng, broken == "loss", broken == "gradient")

    def objective():
        counting.update()
        return fails()

    run.epoch, run.step = 3, 6
    loss = "nan" if broken == "loss" else "0"
    with pytest.raises(Diverged) as error:
        training_step(objective, optimizer, run, generators=(rng, counting))
    assert str(error.value) == (
        f"training diverged in step 7 of epoch 3: the loss is {loss}, the norm of its gradient nan; choose a "
        "learning rate below 0.25. The last checkpoint is intact"
    )
    np.testing.assert_equal((optimizer.state_dict(), rng.state, counting.state_dict()), before)
    assert p.data.tolist() == [0, 0] and not run.latest
    assert run.saved == (broken == "gradient")


def test_a_step_that_may_not_be_saved_is_not_and_the_error_names_its_loss_and_another_way_out():
    p, run = parameter(0.0), Saving()
    optimizer = SGD([p], 1.0)
    optimizer.t = 6
    how = {"save": False, "loss_name": "loss of the critic", "advice": "read a book"}
    with pytest.raises(Diverged, match=r"the loss of the critic is 0, .* below 1, or read a book"):
        training_step(failing(p, Generator(0), False, True), optimizer, run, **how)
    assert run.saved == 0 and issubclass(Diverged, BadInput)


def test_without_a_run_the_error_names_no_step():
    p = parameter(0.0)
    with pytest.raises(Diverged, match=r"^training diverged: the loss is nan"):
        training_step(failing(p, Generator(0), True, False), SGD([p], 1.0))


def test_a_loss_that_depends_on_no_parameter_of_the_optimiser_is_refused():
    p, q = parameter(1.0), parameter(1.0)
    with pytest.raises(ValueError, match="is it the optimiser of this model"):
        training_step(lambda: quadratic(p), Adam([q]))


# --- what it needs ----------------------------------------------------------------------------------------

SCRIPT = """
import sys
before = set(sys.modules)  # a system's Python may load modules of its own, such as sitecustomize
import numpy as np
from scratchgen.optim import Adam
from scratchgen.random import Generator
from scratchgen.runs import History
from scratchgen import gan, rnn, vae
model, x = vae.VAE(6, 2, 5, Generator(0)), np.random.default_rng(0).random((40, 6)).astype(np.float32)
vae.train(model, x, x, History(), epochs=1, batch_size=8, optimizer=Adam(model.parameters()), rng=Generator(0))
compiled = {"cython_runtime", "memoryviews"}  # by our compiled modules
ours = {"scratchgen", "scratchgen_kernels", "numpy", *compiled}
others = {name.split(".")[0] for name in set(sys.modules) - before} - set(sys.stdlib_module_names) - ours
print(*sorted(name for name in others if not name.startswith("_")))
"""


def test_a_training_with_a_history_imports_numpy_alone():
    """With the NumPy kernels: the others may load Numba or compiled modules."""
    environment = {**os.environ, "SCRATCHGEN_KERNELS": "numpy"}
    done = subprocess.run(
        [sys.executable, "-c", SCRIPT], capture_output=True, text=True, check=True, env=environment
    )
    assert done.stdout.split() == []
