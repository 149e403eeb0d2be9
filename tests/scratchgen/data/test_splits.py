"""Every example is in exactly one part, split by seed or by group."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from scratchgen.data.preprocessing.splits import linked, split, split_by_class, split_by_group
from scratchgen.errors import BadInput


@given(st.integers(10, 300), st.integers(0, 100))
def test_every_example_is_in_exactly_one_part(n, seed):
    parts = split(n, seed=seed)
    assert sorted(np.concatenate(parts).tolist()) == list(range(n))
    assert [len(part) for part in parts] == [n * 8 // 10, n * 9 // 10 - n * 8 // 10, n - n * 9 // 10]


def test_the_seed_determines_the_split():
    same = lambda a, b: all(np.array_equal(x, y) for x, y in zip(a, b, strict=True))
    assert same(split(100, seed=1), split(100, seed=1)) and not same(split(100, seed=1), split(100, seed=2))


@given(st.lists(st.integers(0, 9), min_size=30, max_size=100), st.integers(0, 5))
def test_no_group_is_in_two_parts_and_no_part_is_empty(groups, seed):
    if len(set(groups)) < 3:
        return
    parts = split_by_group(groups, seed=seed)
    assert sorted(np.concatenate(parts).tolist()) == list(range(len(groups)))
    assert groups_in_two_parts(groups, parts) == 0 and all(map(len, parts))


def groups_in_two_parts(groups, parts):
    found = [{groups[i] for i in part} for part in parts]
    return sum(map(len, found)) - len(set.union(*found))


def test_a_split_by_example_mixes_the_groups():
    groups = [i // 10 for i in range(100)]
    assert groups_in_two_parts(groups, split(100)) > 0


def test_small_groups_fill_the_parts_to_their_shares():
    parts = split_by_group([i // 3 for i in range(3000)])
    assert [len(part) for part in parts] == pytest.approx([2400, 300, 300], abs=3)


def test_a_group_too_large_for_the_small_parts_is_in_the_training_part():
    groups = ["giant"] * 50 + list(range(50))
    for seed in range(20):
        train, validation, test = split_by_group(groups, seed=seed)
        assert set(range(50)) <= set(train.tolist()) and len(validation) == len(test) == 10


def test_pairs_that_share_a_side_are_linked_however_long_the_chain():
    pairs = [("a", 1), ("b", 2), ("b", 1), ("c", 3), ("d", 2), ("1", 9)]
    assert linked(pairs) == [0, 0, 0, 3, 0, 5]
    assert linked([(1, 2), (2, 1)]) == [0, 1]  # a left side never equals a right one
    n = 20_000
    assert set(linked([(i // 2, (i + 1) // 2) for i in range(n)])) == {0}


@pytest.mark.parametrize("shares", [(0.8, 0.2), (0.8, 0.1, 0.2), (1.0, 0.0, 0.0), (1.2, -0.1, -0.1)])
def test_invalid_shares_are_refused(shares):
    for attempt in (lambda: split(100, shares), lambda: split_by_group(list(range(100)), shares)):
        with pytest.raises(BadInput, match="sum to 1"):
            attempt()


def test_too_few_examples_or_groups_are_refused():
    with pytest.raises(BadInput, match="5 examples"):
        split(5)
    with pytest.raises(BadInput, match="2 groups"):
        split_by_group(["a", "b"] * 10)


# --- classes ------------------------------------------------------------------------------------------------

classes = st.lists(st.integers(0, 200), min_size=1, max_size=6)  # the number of examples of each class


@given(classes, st.integers(0, 20))
def test_a_split_by_class_has_every_example_once_and_every_class_in_training(sizes, seed):
    labels = np.random.default_rng(seed).permutation(np.repeat(np.arange(len(sizes)), sizes))
    if len(labels) < 30:
        return
    parts = split_by_class(labels, seed=seed)
    assert sorted(np.concatenate(parts).tolist()) == list(range(len(labels)))
    assert set(labels[parts[0]]) == set(labels)
    again = split_by_class(labels, seed=seed)
    assert all(np.array_equal(a, b) for a, b in zip(parts, again, strict=True))


@given(st.lists(st.integers(10, 200), min_size=2, max_size=6), st.integers(0, 20))
def test_each_class_has_its_shares(sizes, seed):
    """Within two examples: the running counts are within one of their shares at both ends of a class."""
    labels = np.repeat(np.arange(len(sizes)), sizes)
    for part, share in zip(split_by_class(labels, seed=seed), (0.8, 0.1, 0.1), strict=True):
        found = np.bincount(labels[part], minlength=len(sizes))
        assert np.abs(found - share * np.array(sizes)).max() <= 2


def test_the_claim_above_rejects_a_split_that_does_not_look_at_the_classes():
    labels = np.repeat([0, 1], [100, 40])
    worst = 0.0
    for seed in range(20):
        part = split(len(labels), seed=seed)[0]
        worst = max(worst, np.abs(np.bincount(labels[part], minlength=2) - [80, 32]).max())
    assert worst > 2


def test_the_order_within_a_part_and_the_seed_are_random_but_fixed():
    labels = np.arange(100) % 2
    train = split_by_class(labels, seed=1)[0]
    assert not np.array_equal(train, np.sort(train))
    assert not np.array_equal(labels[train], np.sort(labels[train]))  # the classes are mixed
    assert not np.array_equal(train, split_by_class(labels, seed=2)[0])


def test_a_class_of_one_example_is_in_training():
    for seed in range(20):
        labels = np.append(np.zeros(40, np.int64), 1)
        assert 40 in split_by_class(labels, seed=seed)[0]


def test_too_few_examples_for_three_parts_are_refused():
    with pytest.raises(
        BadInput, match=r"12 examples of 12 classes leave a part of 80% / 10% / 10% empty; give more"
    ):
        split_by_class(np.arange(12))
    with pytest.raises(BadInput, match="sum to 1"):
        split_by_class(np.zeros(100, np.int64), (0.8, 0.2))
