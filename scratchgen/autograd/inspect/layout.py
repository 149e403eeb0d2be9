"""Where the boxes of a drawing stand: rows from what was given down to the result, few crossings, no overlap.

Three steps, each a simple form of one in Sugiyama, Tagawa & Toda (1981), Methods for visual understanding of
hierarchical system structures: which row, in which order within the row, and how far to the right.
"""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass
from itertools import accumulate, pairwise

ROUNDS = 12  # of ordering and of moving; more changes nothing that the eye would see
APART, BELOW = 0.25, 0.5  # inches between the boxes of a row, and between rows
PORT = 0.25  # inches between the heads of arrows that end at the same box

Point = tuple[float, float]


@dataclass
class Layout:
    """Inches, from the top left corner: the centres of the boxes, the corners of each arrow, the whole."""

    places: list[Point]
    routes: list[list[Point]]
    width: float
    height: float


def layout(sizes: list[Point], arrows: list[tuple[int, int]]) -> Layout:
    """Places for boxes of (width, height) so that all arrows (from, to), with from < to, point downwards.

    A route is x, y at the bottom of the first box, at the top and bottom of each row that the arrow passes,
    and at the top of the last box: between the rows it may bend, within a row it is straight.
    """
    row_of = rows_by_longest_path(len(sizes), arrows)
    widths = [w for w, _ in sizes]
    rows = [[i for i, row in enumerate(row_of) if row == r] for r in range(max(row_of) + 1)]
    chains = []
    for a, b in arrows:  # an arrow that passes rows holds a place in each, so that no box stands in its way
        passing = range(row_of[a] + 1, row_of[b])
        bends = range(len(widths), len(widths) + len(passing))
        widths.extend(0.0 for _ in bends)
        for r, bend in zip(passing, bends, strict=True):
            rows[r].append(bend)
        chains.append([a, *bends, b])

    above, below = defaultdict(list), defaultdict(list)
    for chain in chains:
        for a, b in pairwise(chain):
            below[a].append(b)
            above[b].append(a)
    order(rows, above, below)
    x = across(rows, widths, above, below)

    heights = [max(sizes[i][1] for i in row if i < len(sizes)) for row in rows]
    tops = [sum(heights[:r]) + r * BELOW for r in range(len(rows))]
    middle = [top + height / 2 for top, height in zip(tops, heights, strict=True)]
    places = [(x[i], middle[row]) for i, row in enumerate(row_of)]
    ports = heads([chain[-2:] for chain in chains], x, widths)
    routes = []
    for (a, b), chain, port in zip(arrows, chains, ports, strict=True):
        route = [(x[a], places[a][1] + sizes[a][1] / 2)]
        for r, bend in enumerate(chain[1:-1], row_of[a] + 1):
            route += [(x[bend], tops[r]), (x[bend], tops[r] + heights[r])]
        routes.append([*route, (port, places[b][1] - sizes[b][1] / 2)])
    return Layout(places, routes, max(x[i] + widths[i] / 2 for i in x), tops[-1] + heights[-1])


def rows_by_longest_path(n: int, arrows: list[tuple[int, int]]) -> list[int]:
    """Each box one row below the lowest that it was made from; what was given, just above its first use."""
    row, first_use = [0] * n, {}
    for a, b in sorted(arrows, key=lambda arrow: arrow[1]):
        row[b] = max(row[b], row[a] + 1)
    for a, b in arrows:
        first_use[a] = min(first_use.get(a, row[b]), row[b])
    made = {b for _, b in arrows}
    return [row[i] if i in made else first_use.get(i, 1) - 1 for i in range(n)]


def order(rows: list[list[int]], above: dict, below: dict) -> None:
    """Sort each row by the mean place of its neighbours in the row above, then below, again and again."""
    place = {}

    def settle(row):
        place.update((i, k - (len(row) - 1) / 2) for k, i in enumerate(row))

    for row in rows:
        settle(row)
    for _ in range(ROUNDS):
        for passage, neighbours in ((rows[1:], above), (rows[-2::-1], below)):
            for row in passage:
                row.sort(key=lambda i: mean([place[j] for j in neighbours[i]], place[i]))
                settle(row)


def across(rows: list[list[int]], widths: list[float], above: dict, below: dict) -> dict[int, float]:
    """x of every centre: as near as can be to the mean of its neighbours, in this order, without overlap."""
    x = dict.fromkeys(range(len(widths)), 0.0)
    both = {i: above[i] + below[i] for i in x}
    for _ in range(ROUNDS):
        for passage, neighbours in ((rows, above), (rows[::-1], below), (rows, both)):
            for row in passage:
                steps = [0.0, *((widths[i] + widths[j]) / 2 + APART for i, j in pairwise(row))]
                offsets = list(accumulate(steps))
                wished = [mean([x[j] for j in neighbours[i]], x[i]) for i in row]
                moved = nondecreasing([w - o for w, o in zip(wished, offsets, strict=True)])
                x.update((i, m + o) for i, m, o in zip(row, moved, offsets, strict=True))
    left = min(x[i] - widths[i] / 2 for i in x)
    return {i: x[i] - left for i in x}


def nondecreasing(z: list[float]) -> list[float]:
    """The non-decreasing numbers nearest to z in the sum of squares: what falls is replaced by its mean."""
    blocks = []  # (mean, how many)
    for mean_, n in ((value, 1) for value in z):
        while blocks and blocks[-1][0] > mean_:
            before, m = blocks.pop()
            mean_, n = (before * m + mean_ * n) / (m + n), m + n
        blocks.append((mean_, n))
    return [mean_ for mean_, n in blocks for _ in range(n)]


def heads(last_steps: list[list[int]], x: dict[int, float], widths: list[float]) -> list[float]:
    """x of the head of each arrow: those of one box side by side, in the order in which they come."""
    arriving, found = defaultdict(list), {}
    for arrow, (_, b) in enumerate(last_steps):
        arriving[b].append(arrow)
    for b, arrows in arriving.items():
        step = min(PORT, widths[b] / len(arrows))
        arrows.sort(key=lambda arrow: x[last_steps[arrow][0]])
        found.update((arrow, x[b] + (k - (len(arrows) - 1) / 2) * step) for k, arrow in enumerate(arrows))
    return [found[arrow] for arrow in range(len(last_steps))]


def mean(numbers: list[float], otherwise: float) -> float:
    """The mean, or something else where there is nothing to take it of."""
    return sum(numbers) / len(numbers) if numbers else otherwise
