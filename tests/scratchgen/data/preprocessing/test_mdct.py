"""The modified discrete cosine transform is an orthogonal matrix for any length of the sound."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from scratchgen.data.preprocessing.mdct import basis, inverse_mdct, mdct
from scratchgen.errors import BadInput


def matrix(T, D, transform=mdct):
    """The transform of T·D samples as a matrix."""
    return np.stack([transform(row, D).ravel() for row in np.eye(T * D)])


@pytest.mark.equation("data.mdct")
@pytest.mark.parametrize("T", [1, 2, 3, 5])
@pytest.mark.parametrize("D", [1, 2, 7, 16])
def test_the_transform_is_an_orthogonal_matrix_and_its_inverse_is_the_transpose(T, D, measured):
    M = matrix(T, D)
    measured(np.abs(M @ M.T - np.eye(T * D)), 1e-14)
    X = np.random.default_rng(0).standard_normal((T, D))
    measured(np.abs(inverse_mdct(X) - M @ X.ravel()), 1e-14)


@pytest.mark.equation("data.mdct")
def test_the_claim_above_rejects_another_window(monkeypatch):
    def hann(x, D):
        phi = basis(D) * np.sin(np.pi * (np.arange(2 * D)[:, None] + 0.5) / (2 * D))
        ring = x.reshape(-1, D)
        return np.concatenate([ring, np.roll(ring, -1, axis=0)], axis=1) @ phi

    M = matrix(4, 8, hann)
    assert np.abs(M @ M.T - np.eye(32)).max() > 0.1


@given(st.integers(1, 300), st.integers(1, 40))
def test_the_inverse_returns_the_sound_and_its_padding(N, D):
    x = np.random.default_rng(N).standard_normal(N)
    back = inverse_mdct(mdct(x, D))
    assert len(back) == -(-N // D) * D
    np.testing.assert_allclose(back, np.append(x, np.zeros(len(back) - N)), atol=1e-13)


@pytest.mark.equation("data.mdct")
def test_the_transform_is_the_sum_that_defines_it(rng, measured):
    x, D = rng.standard_normal(24), 6
    for t, k in [(0, 0), (1, 3), (3, 5)]:
        n = np.arange(2 * D)
        window = np.sqrt(0.5 - 0.5 * np.cos(np.pi * (n + 0.5) / D))
        phase = np.cos(np.pi / D * (n + 0.5 + D / 2) * (k + 0.5))
        expected = np.sqrt(2 / D) * np.sum(window * x[(t * D + n) % 24] * phase)
        measured(abs(mdct(x, D)[t, k] - expected), 1e-14)


def test_a_sine_is_found_at_its_frequency():
    D, k = 64, 20
    x = np.sin(np.pi * (k + 0.5) / D * np.arange(50 * D))
    energy = (mdct(x, D) ** 2).sum(axis=0)
    assert energy.argmax() == k and energy[k - 1 : k + 2].sum() > 0.95 * energy.sum()


def test_float32_is_kept_and_other_shapes_are_refused():
    x = np.random.default_rng(0).standard_normal(100).astype(np.float32)
    assert mdct(x, 8).dtype == inverse_mdct(mdct(x, 8)).dtype == np.float32
    for bad in (np.ones(0), np.ones((2, 3))):
        with pytest.raises(BadInput, match="one sound"):
            mdct(bad, 4)
    with pytest.raises(BadInput, match="at least 1"):
        mdct(x, 0)
