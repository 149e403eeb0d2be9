"""Splits into training, validation and test parts: by seed, and by group."""

from __future__ import annotations

from collections.abc import Hashable, Sequence

import numpy as np

from scratchgen.errors import BadInput

SHARES = (0.8, 0.1, 0.1)

Parts = tuple[np.ndarray, np.ndarray, np.ndarray]


def split(n: int, shares: Sequence[float] = SHARES, seed: int = 0) -> Parts:
    """0 … n−1 in three parts (train, validation, test), shuffled with a seed.

    Raises BadInput for shares that are not positive or do not sum to 1, and if a part would be empty.
    """
    _check_shares(shares)
    first, second = (int(n * share + 1e-9) for share in (shares[0], shares[0] + shares[1]))
    if not 0 < first < second < n:
        raise BadInput(f"{n} examples leave a part of {_percent(shares)} empty; give more, or other shares")
    # NumPy's policy freezes the streams of RandomState, so the split is the same in every version.
    order = np.random.RandomState(seed).permutation(n)
    return order[:first], order[first:second], order[second:]


def split_by_class(labels: np.ndarray, shares: Sequence[float] = SHARES, seed: int = 0) -> Parts:
    """0 … n−1 in three parts (train, validation, test), shuffled with a seed, so that each has its share of a class.

    labels    the class of each example, (n,) integers
    The first example of each class, in the shuffled order, is in the training part: a class of one example too.
    Raises BadInput for the shares that `split` rejects, and if a part would be empty.
    """
    _check_shares(shares)
    order = np.random.RandomState(seed).permutation(len(labels))
    order = order[np.argsort(labels[order], kind="stable")]
    counts, parts, seen = np.zeros(3), np.empty(len(labels), np.int64), set()
    for done, i in enumerate(order, 1):
        lacking = np.array(shares) * done - counts
        part = int(np.argmax(lacking)) if labels[i] in seen else 0
        seen.add(labels[i])
        counts[part] += 1
        parts[i] = part
    if not counts.all():
        raise BadInput(
            f"{len(labels)} examples of {len(seen)} classes leave a part of {_percent(shares)} empty; give more"
        )
    shuffled = np.random.RandomState(seed).permutation(len(labels))
    train, validation, test = (shuffled[parts[shuffled] == part] for part in range(3))
    return train, validation, test


def split_by_group(groups: Sequence[Hashable], shares: Sequence[float] = SHARES, seed: int = 0) -> Parts:
    """0 … n−1 in three parts (train, validation, test) so that no group (speaker, author, …) is in two parts.

    groups    the group of each example, (n,)
    The groups are shuffled with a seed; each is assigned to the part that lacks the most examples. Groups that
    are too large for the smallest part are assigned first, so that they go to the largest part. Within a part,
    the examples keep their order.

    Raises BadInput for fewer than three groups, and for the shares that `split` rejects.
    """
    _check_shares(shares)
    members: dict[Hashable, list[int]] = {}
    for i, group in enumerate(groups):
        members.setdefault(group, []).append(i)
    if len(members) < 3:
        raise BadInput(
            f"{len(members)} groups cannot be split into three parts; give at least 3, or split by example"
        )
    names = list(members)
    shuffled = [names[k] for k in np.random.RandomState(seed).permutation(len(names))]
    wanted = [share * len(groups) for share in shares]
    large = lambda name: len(members[name]) if len(members[name]) > min(wanted) else 0
    order = sorted(shuffled, key=large, reverse=True)  # a stable sort: small groups keep their random order
    parts: list[list[int]] = [[], [], []]
    for left, group in zip(range(len(order), 0, -1), order, strict=True):
        empty = [k for k in range(3) if not parts[k]]
        choices = empty if left == len(empty) else [0, 1, 2]  # the last groups go to empty parts, if any
        k = max(choices, key=lambda k: wanted[k] - len(parts[k]))
        parts[k] += members[group]
    train, validation, test = (np.sort(np.array(part, dtype=np.int64)) for part in parts)
    return train, validation, test


def linked(pairs: Sequence[tuple[Hashable, Hashable]]) -> list[int]:
    """A group for each pair, so that pairs with the same left side or the same right side are in one group.

    The groups are the connected components of the graph whose edges are the pairs: two sentences with a common
    translation are in one group, with all their other translations. The number of a group is the index of its
    first pair.
    """
    parent = list(range(len(pairs)))

    def root(i: int) -> int:
        while parent[i] != i:
            parent[i] = parent[parent[i]]  # path halving: the next search is shorter
            i = parent[i]
        return i

    first_with: dict[tuple[int, Hashable], int] = {}
    for i, pair in enumerate(pairs):
        for side in enumerate(pair):
            a, b = root(first_with.setdefault(side, i)), root(i)
            parent[max(a, b)] = min(a, b)
    return [root(i) for i in range(len(pairs))]


def _check_shares(shares: Sequence[float]) -> None:
    if len(shares) != 3 or min(shares) <= 0 or abs(sum(shares) - 1) > 1e-9:
        raise BadInput(
            f"shares must be three positive numbers that sum to 1, as (0.8, 0.1, 0.1), not {tuple(shares)}"
        )


def _percent(shares: Sequence[float]) -> str:
    return " / ".join(f"{share:.0%}" for share in shares)
