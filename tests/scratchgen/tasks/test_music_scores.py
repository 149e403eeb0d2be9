"""Nats per step of music: the ratio, its error over pieces, and the marginals that it is compared with."""

import numpy as np
import pytest

from scratchgen.data import load_sequences
from scratchgen.evaluation.per_step import marginal_nats, per_step


def test_the_marginals_of_the_chorales_have_the_known_cost(real_data):
    chorales = load_sequences("jsb-chorales")
    assert marginal_nats(chorales.train, chorales.test) == pytest.approx(11.06, abs=0.005)
    assert marginal_nats(chorales.train, chorales.validation) == pytest.approx(10.95, abs=0.005)


def test_marginals_cost_their_entropy_and_a_note_that_was_never_heard_stays_possible():
    train = [np.tile([[1.0, 0.0], [0.0, 0.0]], (5_000, 1))]
    assert marginal_nats(train, train) == pytest.approx(np.log(2), abs=1e-3)
    assert marginal_nats(train, [np.array([[0.0, 1.0]])]) == pytest.approx(
        np.log(2) + np.log(20_002), abs=1e-3
    )


def test_the_standard_error_is_that_over_pieces_and_not_that_over_steps(rng):
    """Pieces whose steps all cost alike: as many as there are steps would be far too sure."""
    steps = rng.integers(20, 100, (2_000, 50))
    nats = steps * rng.normal(8, 1, steps.shape)
    means, errors = np.transpose([per_step(n, t) for n, t in zip(nats, steps, strict=True)])
    assert means.mean() == pytest.approx(8, abs=0.02)
    assert errors.mean() == pytest.approx(means.std(), rel=0.1)
    assert errors.mean() > 5 * 1 / np.sqrt(steps.sum(axis=1).mean())
    assert np.isnan(per_step(np.array([3.0]), [2]).standard_error)
