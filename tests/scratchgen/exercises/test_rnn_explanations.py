"""Statements of an exercise on recurrent networks about training with its wrong line: an echo of two bits ago."""

import numpy as np
import pytest

from scratchgen import exercises

T, B, H = 4, 64, 6


def gradient_descent(source, loss_at):
    """(the loss after training over the loss before, whether the recurrence has changed), with a file's functions.

    loss_at    the steps whose state must be the input two steps before, in the first unit
    """
    names = {}
    exec(source, names)
    rng = np.random.default_rng(0)
    x = rng.choice([-0.5, 0.5], size=(T, B, 1))
    weights = [rng.normal(size=shape) / 2 for shape in ((1, H), (H, H), (H,))]
    start, losses, h0 = [w.copy() for w in weights], [], np.zeros((B, H))
    for _ in range(1000):
        h = names["recurrence"](x, h0, *weights)
        g = np.zeros_like(h)
        for t in loss_at:
            g[t, :, 0] = (h[t, :, 0] - x[t - 2, :, 0]) / B
        losses.append(np.sum(g**2))
        gradients = names["backward"](g, h, x, h0, *weights[:2])[2:]
        weights = [w - 0.1 * gradient for w, gradient in zip(weights, gradients, strict=True)]
    return losses[-1] / losses[0], any(np.any(a != b) for a, b in zip(weights, start, strict=True))


@pytest.mark.slow
def test_a_sweep_that_starts_with_0_learns_from_all_states_and_nothing_from_the_last_state_alone():
    exercise = exercises.get("no-gradient-from-the-end")
    assert gradient_descent(exercise.stub, (T - 1,)) == (1, False)
    for source, loss_at in ((exercise.stub, (2, 3)), (exercise.solution, (2, 3)), (exercise.solution, (3,))):
        ratio, changed = gradient_descent(source, loss_at)
        assert changed and ratio < 0.2
