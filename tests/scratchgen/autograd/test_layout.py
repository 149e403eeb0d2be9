"""The layout of a drawing: boxes do not overlap, arrows point down and cross no box."""

from itertools import combinations, pairwise

import numpy as np
import pytest

from scratchgen.autograd.inspect.layout import Layout, layout, nondecreasing, order

SIZE = (1.0, 0.6)


def random_graph(seed):
    """Sizes of boxes, and arrows from earlier to later ones, some twice."""
    rng = np.random.default_rng(seed)
    n = int(rng.integers(1, 25))
    sizes = [tuple(size) for size in rng.uniform(0.3, 1.5, (n, 2))]
    arrows = [(int(rng.integers(b)), b) for b in range(1, n) for _ in range(rng.integers(0, 4))]
    return sizes, arrows


def overlapping(found, sizes):
    def overlap(i, j):
        return all(
            abs(found.places[i][k] - found.places[j][k]) < (sizes[i][k] + sizes[j][k]) / 2 for k in (0, 1)
        )

    return [pair for pair in combinations(range(len(sizes)), 2) if overlap(*pair)]


def struck(found, sizes):
    """Boxes that an arrow runs through on its straight pieces."""
    pieces = [piece for route in found.routes for piece in list(pairwise(route))[1::2]]
    return [
        (x, i)
        for (x, top), (_, bottom) in pieces
        for i, ((cx, cy), (w, h)) in enumerate(zip(found.places, sizes, strict=True))
        if abs(x - cx) < w / 2 and top < cy + h / 2 and bottom > cy - h / 2
    ]


@pytest.mark.parametrize("seed", range(40))
def test_no_box_overlaps_another_and_no_arrow_runs_through_one(seed):
    sizes, arrows = random_graph(seed)
    found = layout(sizes, arrows)
    assert not overlapping(found, sizes) and not struck(found, sizes)


@pytest.mark.parametrize("seed", range(40))
def test_every_box_and_arrow_is_within_the_drawing(seed):
    sizes, arrows = random_graph(seed)
    found = layout(sizes, arrows)
    corners = [
        (x + sx * w / 2, y + sy * h / 2)
        for (x, y), (w, h) in zip(found.places, sizes, strict=True)
        for sx in (-1, 1)
        for sy in (-1, 1)
    ]
    for x, y in corners + [point for route in found.routes for point in route]:
        assert -1e-9 <= x <= found.width + 1e-9 and -1e-9 <= y <= found.height + 1e-9


@pytest.mark.parametrize("seed", range(40))
def test_an_arrow_leads_down_from_the_bottom_of_its_first_box_to_the_top_of_its_last(seed):
    sizes, arrows = random_graph(seed)
    found = layout(sizes, arrows)
    for (a, b), route in zip(arrows, found.routes, strict=True):
        assert route[0][1] == found.places[a][1] + sizes[a][1] / 2
        assert route[-1][1] == found.places[b][1] - sizes[b][1] / 2
        assert abs(route[-1][0] - found.places[b][0]) <= sizes[b][0] / 2
        assert all(upper[1] < lower[1] for upper, lower in pairwise(route))


def test_the_checks_above_reject_two_boxes_in_one_place_and_a_line_through_a_third():
    found = Layout([(0.5, 0.3), (0.5, 0.4)], [], 1, 1)
    assert overlapping(found, [SIZE, SIZE]) == [(0, 1)]
    through = [(0.5, 0.6), (0.5, 1.1), (0.5, 1.7), (0.5, 2.2)]
    found = Layout([(0.5, 0.3), (0.5, 1.4), (0.5, 2.5)], [through], 1, 3)
    assert struck(found, [SIZE] * 3) == [(0.5, 1)]


def test_a_leaf_that_is_used_late_is_just_above_its_first_use():
    x, late, first, second = 0, 1, 2, 3
    found = layout([SIZE] * 4, [(x, first), (first, second), (late, second)])
    assert found.places[late][1] == found.places[first][1] > found.places[x][1]


def test_arrows_between_the_same_two_boxes_end_side_by_side():
    found = layout([SIZE] * 2, [(0, 1)] * 3)
    ends = [route[-1][0] for route in found.routes]
    assert len(set(ends)) == 3 and sum(ends) / 3 == pytest.approx(found.places[1][0])


def test_boxes_are_ordered_so_that_two_arrows_do_not_cross():
    rows = [[0, 1], [2, 3]]
    order(rows, {0: [], 1: [], 2: [1], 3: [0]}, {0: [3], 1: [2], 2: [], 3: []})
    assert rows in ([[0, 1], [3, 2]], [[1, 0], [2, 3]])


def test_nondecreasing_is_isotonic_regression(rng):
    isotonic = pytest.importorskip("sklearn.isotonic")
    for n in (1, 2, 7, 30):
        z = rng.standard_normal(n)
        np.testing.assert_allclose(nondecreasing(list(z)), isotonic.isotonic_regression(z), atol=1e-14)
