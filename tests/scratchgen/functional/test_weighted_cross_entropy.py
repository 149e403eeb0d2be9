"""The cross entropy with class weights, smoothing and ignored targets: the sum over classes, and PyTorch's."""

import numpy as np
import pytest

from scratchgen import BadInput, Tensor, check_grads, grad
from scratchgen import functional as F

pytestmark = pytest.mark.fast


def by_loops(logits, targets, w, ignored, smoothing):
    """−Σ_v w_v q_v log p_v, prediction by prediction."""
    losses, V = [], logits.shape[-1]
    for a, k in zip(logits.reshape(-1, V), targets.ravel(), strict=True):
        p = np.exp(a) / np.exp(a).sum()
        q = [(1 - smoothing) * (v == k) + smoothing / V for v in range(V)]
        losses.append(0.0 if k == ignored else -sum(w[v] * q[v] * np.log(p[v]) for v in range(V)))
    return np.reshape(losses, targets.shape)


def drawn(rng, shape=(4, 6), V=5):
    logits, targets = rng.standard_normal((*shape, V)), rng.integers(0, V, shape)
    return logits, np.where(rng.random(shape) < 0.3, -100, targets), rng.uniform(0, 2, V)


@pytest.mark.equation("nn.weighted_cross_entropy")
@pytest.mark.parametrize("smoothing", [0.0, 0.1])
@pytest.mark.parametrize("weighted", [False, True])
def test_weights_smoothing_and_ignored_targets_are_the_sum_over_classes(weighted, smoothing, rng, measured):
    logits, targets, w = drawn(rng)
    found = F.weighted_cross_entropy(logits, targets, w if weighted else None, -100, smoothing)
    expected = by_loops(logits, targets, w if weighted else np.ones(5), -100, smoothing)
    assert found.shape == targets.shape
    measured(np.abs(found - expected), 1e-13)


@pytest.mark.equation("nn.weighted_cross_entropy")
def test_the_claim_above_rejects_weights_of_other_classes_and_smoothing_over_the_others_only(rng):
    logits, targets, w = drawn(rng)
    found = F.weighted_cross_entropy(logits, targets, w, -100, 0.1)
    for wrong in (by_loops(logits, targets, w[::-1], -100, 0.1), by_loops(logits, targets, w, -100, 0.125)):
        assert np.abs(found - wrong).max() > 0.01


@pytest.mark.equation("nn.weighted_cross_entropy")
def test_without_options_it_is_the_softmax_cross_entropy(rng):
    logits, targets = rng.standard_normal((3, 5)), np.array([0, 4, 2])
    np.testing.assert_array_equal(
        F.weighted_cross_entropy(logits, targets), F.softmax_cross_entropy(logits, targets)
    )


def test_ignored_predictions_have_no_gradient_and_others_have_theirs(rng):
    logits, targets, w = drawn(rng, (8,))
    options = {"class_weights": w, "ignore_index": -100, "label_smoothing": 0.2}
    g = grad(lambda a: F.weighted_cross_entropy(a, targets, **options).sum())(logits).numpy()
    assert not g[targets == -100].any() and np.all(np.abs(g[targets != -100]).sum(-1) > 0)
    check_grads(lambda a: F.weighted_cross_entropy(a, targets, **options), logits, order=2)


def test_a_class_may_be_the_one_that_is_ignored(rng):
    logits, targets = rng.standard_normal((4, 3)), np.array([0, 1, 0, 2])
    assert F.weighted_cross_entropy(logits, targets, ignore_index=0)[[0, 2]].tolist() == [0, 0]
    assert F.weighted_cross_entropy(np.zeros((0, 3)), np.zeros(0, int), np.ones(3), 0, 0.1).shape == (0,)


def test_smoothed_targets_are_best_explained_by_their_own_probabilities():
    """The loss is the cross entropy of q: at logits log q it has its least value, the entropy of q."""
    q = np.array([0.9 + 0.1 / 4, *[0.1 / 4] * 3])
    target = np.array([0])
    best = F.weighted_cross_entropy(np.log(q)[None], target, label_smoothing=0.1)[0]
    assert best == pytest.approx(-np.sum(q * np.log(q)), rel=1e-12)
    confident = np.array([[50.0, 0, 0, 0]])
    assert F.weighted_cross_entropy(confident, target, label_smoothing=0.1)[0] > best + 1
    assert F.weighted_cross_entropy(confident, target)[0] < 1e-12


def test_single_precision_stays_single_with_weights_too():
    a = Tensor(np.zeros((2, 3), np.float32), requires_grad=True)
    loss = F.weighted_cross_entropy(a, np.array([0, 7]), [1.0, 2.0, 3.0], 7, 0.1)
    loss.sum().backward()
    assert loss.dtype == a.grad.dtype == np.float32


def test_other_targets_are_refused_with_an_ignored_one_too():
    with pytest.raises(ValueError, match="need targets"):
        F.weighted_cross_entropy(np.zeros((2, 3)), np.array([0, 3]), ignore_index=-100)
    with pytest.raises(BadInput, match="class_weights must be 3 finite numbers of at least 0, one per class"):
        F.weighted_cross_entropy(np.zeros((2, 3)), np.array([0, 1]), [1.0, 2.0])


@pytest.mark.parametrize("smoothing", [0.0, 0.1])
def test_each_loss_and_their_weighted_mean_are_pytorchs(smoothing, rng):
    torch = pytest.importorskip("torch")
    f = torch.nn.functional
    logits, targets, w = drawn(rng, (9,))
    options = {"weight": torch.tensor(w), "ignore_index": -100, "label_smoothing": smoothing}
    found = F.weighted_cross_entropy(logits, targets, w, -100, smoothing)
    arguments = torch.tensor(logits), torch.tensor(targets)
    each = f.cross_entropy(*arguments, **options, reduction="none").numpy()
    np.testing.assert_allclose(found, each, rtol=1e-12)
    mean = found.sum() / w[targets[targets != -100]].sum()
    assert mean == pytest.approx(f.cross_entropy(*arguments, **options).item(), rel=1e-12)
