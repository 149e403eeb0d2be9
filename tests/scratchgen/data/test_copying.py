"""The copying problem: inputs, targets, and the loss of the best model without memory."""

import math

import numpy as np
import pytest

from scratchgen.data import CharacterTokenizer
from scratchgen.data.sets.copying import BEGIN, BLANK, CHARACTERS, baseline, copying
from scratchgen.errors import BadInput
from scratchgen.random import Generator


def test_ten_symbols_are_the_first_inputs_and_the_last_targets():
    T = 7
    ids, targets = copying(300, T, Generator(0))
    assert ids.shape == targets.shape == (T + 20, 300) and ids.dtype == targets.dtype == np.int64
    assert (ids[:10] >= 2).all() and (ids[:10] <= 9).all()
    assert (ids[10:] == BLANK).sum() == (T + 9) * 300 and (ids[T + 9] == BEGIN).all()
    assert (targets[:-10] == BLANK).all()
    np.testing.assert_array_equal(targets[-10:], ids[:10])
    text = CharacterTokenizer(CHARACTERS).decode(ids[:, 0])
    assert set(text[:10]) <= set("abcdefgh") and text[10:] == "------:----------"


def test_the_symbols_are_uniform_and_independent():
    stats = pytest.importorskip("scipy.stats")
    ids, _ = copying(20_000, 1, Generator(1))
    symbols = ids[:10] - 2
    for a, b in ((0, 1), (3, 7), (0, 9)):
        pairs = np.bincount(8 * symbols[a] + symbols[b], minlength=64)
        assert stats.chisquare(pairs).pvalue > 1e-3  # a right source fails with this probability


@pytest.mark.equation("data.copying")
@pytest.mark.parametrize("T", [1, 5, 100])
def test_the_baseline_is_the_loss_of_the_best_model_without_memory(T, measured):
    """The best fixed distribution at each step is the frequency of the targets."""
    _, targets = copying(20_000, T, Generator(2))
    p = np.stack([(targets == k).mean(axis=1) for k in range(10)], axis=-1)
    entropy = -np.sum(np.where(p > 0, p * np.log(np.where(p > 0, p, 1)), 0), axis=-1)
    # 7 free frequencies from n samples: on average 7/2n = 0.0002 nats below log 8, at ten steps
    measured(np.abs(entropy.mean() / baseline(T) - 1), 3e-4)
    assert baseline(100) == pytest.approx(0.1733, abs=5e-5)
    assert baseline(1000) == pytest.approx(0.0204, abs=5e-5)


@pytest.mark.equation("data.copying")
def test_the_claim_above_rejects_a_baseline_of_all_ten_characters():
    assert abs(10 * math.log(10) / 120 - baseline(100)) > 0.01


@pytest.mark.parametrize(("n", "T"), [(0, 5), (5, 0)])
def test_nothing_to_copy_is_refused(n, T):
    with pytest.raises(BadInput, match="nothing to copy"):
        copying(n, T, Generator(0))
