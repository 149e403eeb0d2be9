"""Training steps compared with other libraries: the losses agree, and a different step is refused."""

import statistics
from types import SimpleNamespace

import numpy as np
import pytest

from scratchgen.benchmarks import steps
from scratchgen.benchmarks.steps import measure


@pytest.fixture(autouse=True)
def few_rounds(monkeypatch):
    monkeypatch.setattr(measure, "ROUNDS", 3)
    monkeypatch.setattr(measure, "MIN_SECONDS", 0.0)


@pytest.mark.parametrize("case", steps.CASES, ids=lambda case: case.NAME)
def test_pytorch_trains_as_we_do(case):
    pytest.importorskip("torch")
    np.testing.assert_allclose(
        measure.losses(case.torch_, 3), measure.losses(case.ours, 3), rtol=measure.TOLERANCE
    )


@pytest.mark.parametrize("case", steps.CASES, ids=lambda case: case.NAME)
def test_the_losses_of_our_steps_are_finite_and_move(case):
    losses = measure.losses(case.ours, 3)
    assert np.isfinite(losses).all() and np.ptp(losses[:, 0]) > 0


def descent(learning_rate: float):
    """The steps of gradient descent on ½ θ², whose losses are easy to work out by hand."""

    def build(noise=None, **options):
        theta = [1.0]

        def step():
            loss = theta[0] ** 2 / 2
            theta[0] -= learning_rate * theta[0]
            return (loss,)

        return step

    return build


def case(peer):
    return SimpleNamespace(NAME="descent", SIZE="one number", ours=descent(0.1), torch_=peer, jax_=peer)


def test_rows_hold_medians_and_ratios_to_the_peers():
    rows, missing = measure.rows(case(descent(0.1)), peers=True)
    assert not missing and len(rows) == 6
    ours = rows[0]
    assert ours.backend == "scratchgen" and ours.low <= ours.median <= ours.high and ours.over_torch > 0


def test_a_library_whose_losses_differ_is_refused():
    with pytest.raises(RuntimeError, match="are not ours"):
        measure.rows(case(descent(0.11)), peers=True)


def test_a_missing_library_has_a_reason_instead_of_a_row():
    def absent(*_, **options):
        raise ImportError("No module named 'elsewhere'")

    rows, missing = measure.rows(case(absent), peers=True)
    assert [row.backend for row in rows] == ["scratchgen", "scratchgen, NumPy kernels"]
    assert missing["JAX"] == "ImportError: No module named 'elsewhere'" and rows[0].over_jax is None


def test_a_ratio_is_the_median_over_rounds_and_not_a_ratio_of_medians():
    ours, peer = SimpleNamespace(rounds=(1.0, 2.0, 30.0)), SimpleNamespace(rounds=(3.0, 1.0, 90.0))
    assert measure._ratio(peer, ours) == 3.0
    assert statistics.median(peer.rounds) / statistics.median(ours.rounds) == 1.5
