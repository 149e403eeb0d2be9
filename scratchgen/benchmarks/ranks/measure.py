"""Measure the time of a step on one and on two ranks of this machine, and the time of messages.

    mpiexec -n 2 python -m scratchgen.benchmarks.ranks.measure tutorials/many_machines.json

Nothing else should run on the machine. `python -m scratchgen.benchmarks.ranks.markdown_page` then writes the page.
"""

from __future__ import annotations

import statistics
import sys
import time
from collections.abc import Callable
from functools import partial
from pathlib import Path

import msgspec
import numpy as np

from scratchgen.benchmarks.kernels import machine
from scratchgen.benchmarks.ranks.cost import WIRES, Cost, Network
from scratchgen.benchmarks.ranks.trainings import TRAININGS, Training, vae_training
from scratchgen.benchmarks.ranks.wire import over_wire
from scratchgen.distributed.launcher import connect
from scratchgen.errors import BadInput
from scratchgen.optim import Ranks, Shards, clip_grad_norm
from scratchgen.optim.total import added
from scratchgen.runs.allocator import raise_mmap_threshold
from scratchgen.runs.files import write_json

ROUNDS, STEPS = 7, 12  # a time is the median of rounds, each the median of some steps
SMALL, LARGE = 1, 4_000_000  # numbers of a message
EMULATED = ("10 Gbit/s Ethernet", "1 Gbit/s Ethernet")


class Times(msgspec.Struct, frozen=True):
    """The seconds of a step of a training, one number per round.

    whole                  on one rank, with batches that are not cut
    one_rank, two_ranks    with two micro-shards, to the same bits
    """

    name: str
    whole: list[float]
    one_rank: list[float]
    two_ranks: list[float]


class Overlap(msgspec.Struct, frozen=True):
    """The seconds of a step of the VAE on two ranks, whose exchange begins after the backward pass or during it."""

    network: str
    after: list[float]
    during: list[float]


class Measured(msgspec.Struct, frozen=True):
    """All that is measured in one run."""

    machine: dict
    network: Network
    costs: list[Cost]
    times: list[Times]
    overlaps: list[Overlap]


def measure(ranks: Ranks) -> Measured:
    """Measure on two ranks; both return the same."""
    network = network_of(ranks)
    costs, times = [], []
    for make in TRAININGS:
        training = make()
        cost = cost_of(training) if ranks.rank == 0 else None
        costs.append(ranks.broadcast(cost))
        times.append(times_of(training, ranks))
    return Measured(machine.description(), network, costs, times, overlaps_of(vae_training(), ranks))


def network_of(ranks: Ranks) -> Network:
    """Latency and bandwidth of an exchange between two ranks."""
    seconds = {}
    for n in (SMALL, LARGE):
        x = [np.zeros(n, np.float32)]
        seconds[n] = seconds_of(partial(exchanged, x, ranks), 50)
    found = Network("this machine", seconds[SMALL], 4 * LARGE / (seconds[LARGE] - seconds[SMALL]))
    return ranks.broadcast(found)


def exchanged(value: object, ranks: Ranks) -> object:
    """The value of the other of two ranks."""
    return ranks.start_exchange(value, 1 - ranks.rank).result()


def cost_of(training: Training) -> Cost:
    """The constants of a training, on this rank alone."""
    parameters, B = training.optimizer.parameters, training.batch
    sizes = [B // 8, B // 4, B // 2, B]
    variations, means = [], []
    for b in sizes:
        found = rounds(partial(training.step, Shards(), b), STEPS * ROUNDS)
        means.append(statistics.median(found))
        low, high = np.quantile(found, [0.25, 0.75])
        variations.append((high - low) / 1.35 / means[-1])  # of a normal distribution with these quartiles
    for p in parameters:
        p.grad = np.ones_like(p.data)

    def clip_and_move() -> None:
        clip_grad_norm(parameters, 1e9)
        training.optimizer.step(1e-9)

    own = seconds_of(clip_and_move, STEPS)
    per_example, both = np.polyfit(sizes, means, 1)
    g, h = (np.zeros(LARGE, np.float32) for _ in range(2))
    return Cost(
        name=training.name,
        batch=B,
        fixed=max(float(both) - own, 0.0),
        per_example=float(per_example),
        own=own,
        gradient=sum(p.data.nbytes for p in parameters),
        addition=4 * LARGE / seconds_of(lambda: added(g, h), STEPS),
        variation=float(np.median(variations)),
    )


def times_of(training: Training, ranks: Ranks) -> Times:
    """The seconds of a step on one and on two ranks, in turn."""
    whole, alone, together = [], [], []
    for _ in range(ROUNDS):
        if ranks.rank == 0:
            whole.append(seconds_of(lambda: training.step(Shards(), training.batch), STEPS))
            alone.append(seconds_of(lambda: training.step(Shards(2), training.batch), STEPS))
        ranks.gather(None)  # the other rank waits meanwhile
        together.append(seconds_of(lambda: training.step(Shards(2, ranks), training.batch), STEPS))
    return ranks.broadcast(Times(training.name, whole, alone, together))


def overlaps_of(training: Training, ranks: Ranks) -> list[Overlap]:
    """The seconds of a step over emulated wires and between the memories of this machine, both ways in turn."""
    networks = [*(Network(name, *WIRES[name]) for name in EMULATED), Network("this machine", 1e-9, 1e15)]
    found = []
    for network in networks:
        seconds: dict[bool, list[float]] = {False: [], True: []}
        for _ in range(ROUNDS):
            for during, of_rounds in seconds.items():
                shards = Shards(2, over_wire(ranks, network, during))
                ranks.gather(None)
                of_rounds.append(seconds_of(partial(training.step, shards, training.batch), STEPS))
        found.append(Overlap(network.name, seconds[False], seconds[True]))
    return ranks.broadcast(found)


def seconds_of(call: Callable[[], object], repeats: int) -> float:
    """The median seconds of a call."""
    return statistics.median(rounds(call, repeats))


def rounds(call: Callable[[], object], repeats: int) -> list[float]:
    """The seconds of each call, after two that are not counted."""
    found = []
    for k in range(repeats + 2):
        started = time.perf_counter()
        call()
        if k > 1:
            found.append(time.perf_counter() - started)
    return found


def main() -> None:
    """Measure, and write the file on rank 0."""
    raise_mmap_threshold()
    ranks = connect()
    if ranks.size != 2 or len(sys.argv) != 2:
        raise BadInput(f"run: mpiexec -n 2 python -m {__spec__.name} FILE.json")
    found = measure(ranks)
    if ranks.rank == 0:
        write_json(Path(sys.argv[1]), msgspec.to_builtins(found))


if __name__ == "__main__":
    main()
