"""The cost model of a training on several ranks, and the page of its numbers."""

import math
from dataclasses import dataclass
from pathlib import Path
from types import SimpleNamespace

import msgspec
import numpy as np
import pytest

from scratchgen.benchmarks.ranks import markdown_page, wire
from scratchgen.benchmarks.ranks.cost import Cost, Network, efficiency, pays_until, step_seconds
from scratchgen.benchmarks.ranks.measure import Overlap
from scratchgen.benchmarks.ranks.trainings import TRAININGS
from scratchgen.optim import Shards

TUTORIALS = (
    Path(__file__).parents[3] / "tutorials"
)  # of the checkout, also where the library is installed elsewhere
NETWORK = Network("wire", 1e-5, 1e9)
COST = Cost(
    name="model",
    batch=512,
    fixed=1e-3,
    per_example=1e-4,
    own=2e-3,
    gradient=4_000_000,
    addition=5e9,
    variation=0.0,
)


def by_the_equation(cost, network, N, n):
    """T(N) as the page has it, with the additions of the parts of one rank."""
    L, G = int(math.log2(N)), cost.gradient
    exchange = sum(
        2 * (network.latency + G / (2**level * network.bandwidth)) + G / (2**level * cost.addition)
        for level in range(1, L + 1)
    )
    own_additions = (n / N - 1) * G / cost.addition
    return (
        n / N * cost.part_seconds(cost.batch / n)
        + own_additions
        + cost.own
        + exchange
        + 2 * L * network.latency
    )


@pytest.mark.parametrize(("N", "n"), [(1, 1), (1, 8), (2, 2), (4, 8), (64, 64), (512, 512)])
def test_ranks_of_equal_speed_take_the_time_of_the_equation(N, n):
    assert step_seconds(COST, NETWORK, N, n) == pytest.approx(by_the_equation(COST, NETWORK, N, n))


def test_the_claim_above_rejects_ranks_that_vary_because_all_wait_for_the_slowest():
    uneven = msgspec.structs.replace(COST, variation=0.2)
    assert step_seconds(uneven, NETWORK, 64, 64) > 1.05 * by_the_equation(COST, NETWORK, 64, 64)


def test_one_rank_is_ideal_and_more_ranks_are_less_efficient():
    found = [efficiency(COST, NETWORK, n) for n in (1, 2, 4, 8, 16)]
    assert found[0] == pytest.approx(1) and sorted(found, reverse=True) == found


@pytest.mark.parametrize(("latency", "expected"), [(1e-9, 64), (1.0, 1)])
def test_ranks_pay_until_messages_take_longer_than_the_computation(latency, expected):
    free = msgspec.structs.replace(COST, fixed=0.0, own=1e-9, gradient=4, batch=64)
    assert pays_until(free, Network("wire", latency, 1e12)) == expected


class Arrived:
    """Ranks whose messages arrive at once, and the exchanges of these."""

    rank, size = 1, 2

    def start_exchange(self, value, partner, channel):
        self.value = value
        return self

    def is_done(self):
        return True

    def result(self):
        return self.value


def test_messages_over_a_wire_arrive_one_after_another_when_it_would_have_brought_them(monkeypatch):
    x, now = np.zeros(1000, np.uint8), [5.0]
    monkeypatch.setattr(wire, "time", SimpleNamespace(perf_counter=lambda: now[0]))
    ranks = wire.over_wire(Arrived(), Network("slow", latency=2.0, bandwidth=100.0), True)
    both = [ranks.start_exchange(x, 0, channel) for channel in (0, 1)]  # 10 s each, and 2 s
    found = []
    for now[0] in (16.9, 17.1, 26.9, 27.1):
        found.append([exchange.is_done() for exchange in both])
    assert found == [[False, False], [True, False], [True, False], [True, True]]
    assert all(exchange.result() is x for exchange in both)
    assert ranks.sends_meanwhile and (ranks.rank, ranks.size) == (1, 2)


def test_the_table_of_exchanges_has_the_ratio_of_the_medians():
    class Found:
        overlaps = (Overlap("wire", [0.004, 0.002, 0.1], [0.001, 0.002, 0.003]),)

    assert markdown_page.overlaps_table(Found).splitlines()[-1].endswith("| 0.50 |")


@pytest.mark.parametrize("make", TRAININGS)
def test_every_training_that_is_measured_moves_its_parameters(make):
    training = make()
    before = [p.data.copy() for p in training.optimizer.parameters]
    training.step(Shards(2), 8)
    assert all((p.data != q).any() for p, q in zip(training.optimizer.parameters, before, strict=True))


def test_the_committed_page_has_the_committed_numbers():
    written = (TUTORIALS / markdown_page.PAGE).read_text(encoding="utf-8")
    assert written == markdown_page.text_of(markdown_page.read(TUTORIALS / markdown_page.NUMBERS))


def test_the_claim_above_rejects_other_numbers():
    found = markdown_page.read(TUTORIALS / markdown_page.NUMBERS)
    slower = msgspec.structs.replace(found.costs[0], own=2 * found.costs[0].own)
    assert markdown_page.text_of(
        msgspec.structs.replace(found, costs=[slower, *found.costs[1:]])
    ) != markdown_page.text_of(found)


def test_an_efficiency_of_the_table_is_computed_from_its_times():
    @dataclass
    class Found:
        whole, one_rank, two_ranks = [4.0, 4.2, 9.0], [5.0], [2.0, 3.0, 2.5]

    assert markdown_page.measured_efficiency(Found) == pytest.approx(4.2 / 5)
