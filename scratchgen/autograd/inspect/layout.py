"""The positions of the boxes of a drawing: rows from the inputs down to the result, few crossings, no overlap.

There are three steps, each a simple form of a step of Sugiyama, Tagawa & Toda (1981), Methods for visual
understanding of hierarchical system structures: the row of a box, its order within the row, and its x.
"""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass
from itertools import accumulate, pairwise

SWEEPS = 12  # of ordering and of moving; further sweeps make no visible difference
COLUMN_GAP, ROW_GAP = 0.25, 0.5  # inches between the boxes of a row, and between rows
ARROW_GAP = 0.25  # inches between the heads of arrows that end at the same box

__all__ = ["Layout", "Point", "layout"]

Point = tuple[float, float]


@dataclass
class Layout:
    """Centres of the boxes, corners of the arrows, and the size of the drawing, in inches from the top left."""

    places: list[Point]
    routes: list[list[Point]]
    width: float
    height: float


def layout(sizes: list[Point], arrows: list[tuple[int, int]]) -> Layout:
    """Place boxes of (width, height) so that all arrows (from, to), with from < to, point downwards.

    The route of an arrow is a list of points: the bottom of its first box, the top and the bottom of each row
    that it passes, and the top of its last box. Between rows it may curve, within a row it is straight.
    """
    row_of = rows_by_longest_path(len(sizes), arrows)
    widths = [w for w, _ in sizes]
    rows = [[i for i, row in enumerate(row_of) if row == r] for r in range(max(row_of) + 1)]
    chains = []
    for a, b in arrows:  # an arrow that passes rows has a place in each, so that no box is in its way
        passing = range(row_of[a] + 1, row_of[b])
        corners = range(len(widths), len(widths) + len(passing))
        widths.extend(0.0 for _ in corners)
        for r, corner in zip(passing, corners, strict=True):
            rows[r].append(corner)
        chains.append([a, *corners, b])

    above, below = defaultdict(list), defaultdict(list)
    for chain in chains:
        for a, b in pairwise(chain):
            below[a].append(b)
            above[b].append(a)
    order(rows, above, below)
    x = across(rows, widths, above, below)

    heights = [max(sizes[i][1] for i in row if i < len(sizes)) for row in rows]
    tops = [sum(heights[:r]) + r * ROW_GAP for r in range(len(rows))]
    middle = [top + height / 2 for top, height in zip(tops, heights, strict=True)]
    places = [(x[i], middle[row]) for i, row in enumerate(row_of)]
    ports = heads([chain[-2:] for chain in chains], x, widths)
    routes = []
    for (a, b), chain, port in zip(arrows, chains, ports, strict=True):
        route = [(x[a], places[a][1] + sizes[a][1] / 2)]
        for r, corner in enumerate(chain[1:-1], row_of[a] + 1):
            route += [(x[corner], tops[r]), (x[corner], tops[r] + heights[r])]
        routes.append([*route, (port, places[b][1] - sizes[b][1] / 2)])
    return Layout(places, routes, max(x[i] + widths[i] / 2 for i in x), tops[-1] + heights[-1])


def rows_by_longest_path(n: int, arrows: list[tuple[int, int]]) -> list[int]:
    """The row of each box: one below its lowest input; a leaf or a constant is just above its first use."""
    row = [0] * n
    first_use: dict[int, int] = {}
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
    for _ in range(SWEEPS):
        for passage, neighbours in ((rows[1:], above), (rows[-2::-1], below)):
            for row in passage:
                row.sort(key=lambda i: mean([place[j] for j in neighbours[i]], place[i]))
                settle(row)


def across(rows: list[list[int]], widths: list[float], above: dict, below: dict) -> dict[int, float]:
    """x of every centre: as near as possible to the mean of its neighbours, in this order, without overlap."""
    x = dict.fromkeys(range(len(widths)), 0.0)
    both = {i: above[i] + below[i] for i in x}
    for _ in range(SWEEPS):
        for passage, neighbours in ((rows, above), (rows[::-1], below), (rows, both)):
            for row in passage:
                steps = [0.0, *((widths[i] + widths[j]) / 2 + COLUMN_GAP for i, j in pairwise(row))]
                offsets = list(accumulate(steps))
                wished = [mean([x[j] for j in neighbours[i]], x[i]) for i in row]
                moved = nondecreasing([w - o for w, o in zip(wished, offsets, strict=True)])
                x.update((i, m + o) for i, m, o in zip(row, moved, offsets, strict=True))
    left = min(x[i] - widths[i] / 2 for i in x)
    return {i: x[i] - left for i in x}


def nondecreasing(z: list[float]) -> list[float]:
    """The non-decreasing numbers nearest to z in the sum of squares: each falling run becomes its mean."""
    blocks: list[tuple[float, int]] = []  # the mean of a block of equal numbers, and their count
    for value in z:
        mean_, n = value, 1
        while blocks and blocks[-1][0] > mean_:
            before, m = blocks.pop()
            mean_, n = (before * m + mean_ * n) / (m + n), m + n
        blocks.append((mean_, n))
    return [mean_ for mean_, n in blocks for _ in range(n)]


def heads(last_steps: list[list[int]], x: dict[int, float], widths: list[float]) -> list[float]:
    """x of the head of each arrow; arrows that end at one box are side by side, in the order of their origins."""
    arriving: dict[int, list[int]] = defaultdict(list)
    found: dict[int, float] = {}
    for arrow, (_, b) in enumerate(last_steps):
        arriving[b].append(arrow)
    for b, arrows in arriving.items():
        step = min(ARROW_GAP, widths[b] / len(arrows))
        arrows.sort(key=lambda arrow: x[last_steps[arrow][0]])
        found.update((arrow, x[b] + (k - (len(arrows) - 1) / 2) * step) for k, arrow in enumerate(arrows))
    return [found[arrow] for arrow in range(len(last_steps))]


def mean(numbers: list[float], otherwise: float) -> float:
    """The mean, or `otherwise` for an empty list."""
    return sum(numbers) / len(numbers) if numbers else otherwise
