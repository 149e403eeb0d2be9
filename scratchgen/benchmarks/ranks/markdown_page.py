"""Write tutorials/many_machines.md and its picture from the numbers that `measure` wrote.

python -m scratchgen.benchmarks.ranks.markdown_page
"""

from __future__ import annotations

import statistics
from pathlib import Path

import msgspec
import numpy as np

from scratchgen.benchmarks.ranks.cost import WIRES, Cost, Network, efficiency, pays_until, step_seconds
from scratchgen.benchmarks.ranks.measure import Measured, Times
from scratchgen.benchmarks.tables import machine_line, markdown
from scratchgen.optim.shards import tree_sum
from scratchgen.plots.scaling import scaling
from scratchgen.runs.files import write_text

FOLDER = Path(__file__).parents[3] / "tutorials"
NUMBERS, PAGE, PICTURE = "many_machines.json", "many_machines.md", "pictures/many_machines.png"
PREDICTED = ("10 Gbit/s Ethernet", "100 Gbit/s InfiniBand")
MOST_RANKS = 1024
EXAMPLES_PER_RANK = 64

TEXT = """\
# Training on many machines

A training can run on several processes, on one machine or on many, which MPI connects. Its result does not depend on
their number: the weights have the same bits on 1, 2, 4 or 8 processes, also when a run is resumed on another number.

## How to run it

```bash
pip install "scratchgen-numpy[distributed]"
mpiexec -n 2 scratchgen train vae --data mnist --set micro_shards=8
```

`micro_shards` is the number of parts into which each batch is cut. It is a setting of the training like the batch size:
another number gives other weights. The number of processes has to divide it. A single process trains the same, and a
run that was stopped continues on another number of processes:

```bash
scratchgen train vae --data mnist --set micro_shards=8
mpiexec -n 4 scratchgen train vae --resume runs/vae-mnist-1
```

MPI calls a process a rank. Rank 0 has the run directory; it shows the progress, saves, scores and draws. Each rank
reads only the examples of its own parts. `--data` is a folder that all of them share, or one on each machine. Before
the training the ranks compare data, settings and versions, and refuse to begin if they differ.

- **Ctrl-C or SIGTERM**, to the launcher or to one rank, stops all ranks after the same step, and saves once.
- **A rank that fails or is killed** ends all of them within seconds. The last checkpoint stays intact; resume from it.
- **A slow rank** is named with its machine at the end of an epoch, because all others wait for it.
- **Different weights**, on processors that compute differently, end the training at the end of an epoch.

## Why the order of a sum matters

Each rank computes gradients of some examples, and the gradient of the batch is their sum. Floating-point addition is
not associative: another order rounds differently. With float32 numbers,

{orders}

A sum whose order follows the number of ranks therefore changes the last bits of the gradient, and training amplifies
the difference from step to step. The usual reduction has this effect.

## A fixed tree

Here the order depends on the number of micro-shards alone. Part j has the gradient $g_j$, times the weight of the part,
and neighbours are added in pairs (equation `optim.tree_sum`):

$$s_{{0,j}} = g_j, \\qquad s_{{l,j}} = s_{{l-1,2j}} + s_{{l-1,2j+1}}.$$

Which rank adds a pair makes no difference to the sum. With a power of two of ranks, two neighbours exchange halves of
their gradients at each level and each adds one half (`optim.halving`), so that no rank is idle and each sends less than
two gradients in all. For other numbers the second rank of a pair sends its whole gradient (`optim.shards.tree_sum`).

All that a step computes over a batch is either per part or summed in the same tree:

| what | how |
|---|---|
| noise of latents, dropout, scheduled sampling, weights | from a random stream per part |
| loss and logged numbers | means over the parts by their weights, summed in the tree |
| clipping, optimiser, moving averages | after the sum, on every rank |
| batch normalisation | by the mean and variance of a part; its running averages move to the mean over the parts |
| the σ of a Gaussian likelihood, GECO's multiplier | from the gradient and the distortion of the whole batch |
| the codebook of a VQ-VAE | from the vectors of the whole batch, which all ranks exchange |
| the perplexity of a VQ-VAE's codes, as it is logged | the mean over parts |
| the state of a language model between chunks | exchanged after each step, so that any number of ranks can resume |
| validation, early stopping | the whole, on every rank |

## Cost

{measured}

Measured in one run ({machine}): the median step over {rounds} rounds with its range, alternating between one and two
ranks. Efficiency is the speed-up divided by the number of ranks: over one rank with the same micro-shards, whose
weights have the same bits, and over one rank whose batches are not cut. The validation after each epoch is not divided
among ranks, and is not in these times.

Two ranks are limited by the time $o$ that each rank spends on clipping and the optimiser, the fixed time of a part, and
the exchange. The VAE's gradient has {gradient:.1f} MB; by the model, summing it takes {exchange:.1f} ms of a step of
{step:.1f} ms.

### Exchange during the backward pass

The gradients of the last layers are complete long before those of the first. Between several machines their sum begins
at once, and messages travel while the ranks compute the rest (`optim.overlap`). The tree adds the parts of a rank
first, so that this is possible during the backward pass of its last part. The same step of the VAE on two ranks, with
wires that are emulated: a message counts as received when the wire would have brought it.

{overlaps}

Ranks of one machine copy messages with the cores that compute. To begin earlier gains nothing there and takes more
messages, so that all gradients are exchanged at once.

### Beyond two ranks

The cost model adds these measured times level by level for up to {most:,} ranks, with parts whose times vary as
measured:

$$T(N) = \\frac{{n}}{{N}}\\, p\\!\\left(\\frac{{B}}{{n}}\\right) + o + \\sum_{{l=1}}^{{\\log_2 N}}
\\left[2\\left(\\lambda + \\frac{{G}}{{2^l \\beta}}\\right) + \\frac{{G}}{{2^l \\gamma}}\\right]
+ 2 \\lambda \\log_2 N .$$

$n$ is the number of micro-shards, $p(b)$ the time of a part of $b$ examples, $o$ the time of the optimiser, $G$ the
bytes of the gradient, $\\lambda$ the time of a message, $\\beta$ the bandwidth of the network, $\\gamma$ that of an
addition. For two ranks the predictions in the table above are {error} below the measured times.

{constants}

![Efficiency by the number of ranks, for batches of fixed and of growing size](pictures/many_machines.png)

Points are measured, lines are computed. Left: the batch stays as it is, and each rank gets less of it; a line ends
where a part has one example, and 1 is one rank whose batches are not cut. Right: the batch grows, {per_rank} examples
per rank. The networks other than this machine are assumptions: {wires}. The
model counts no exchange during the backward pass, which makes these steps shorter.

Twice as many ranks make a step at least a tenth shorter up to this number of ranks, for a batch of fixed size:

{pays}

With batches of fixed size the fixed time of a part soon dominates. More ranks pay for larger batches, longer sequences
and larger models; for many trainings, `scratchgen sweep` uses the same machines without any exchange.

The numbers are in [many_machines.json](many_machines.json). To measure again, with nothing else running:

```bash
mpiexec -n 2 python -m scratchgen.benchmarks.ranks.measure tutorials/many_machines.json
python -m scratchgen.benchmarks.ranks.markdown_page
```
"""


def read(path: Path = FOLDER / NUMBERS) -> Measured:
    """The measured numbers."""
    return msgspec.json.decode(path.read_bytes(), type=Measured)


def networks(found: Measured) -> list[Network]:
    """The network of the measurement, and those that are assumed, where a message costs the time measured here too."""
    assumed = [Network(name, found.network.latency + WIRES[name][0], WIRES[name][1]) for name in PREDICTED]
    return [found.network, *assumed]


def text_of(found: Measured) -> str:
    """The text of the page."""
    vae = found.costs[0]
    alone, together = (step_seconds(vae, found.network, n, 2) for n in (1, 2))
    exchange = together - (alone - vae.own) / 2 - vae.own
    return TEXT.format(
        orders=orders(),
        error=prediction_error(found),
        measured=measured_table(found),
        machine=machine_line(found.machine),
        rounds=len(found.times[0].one_rank),
        gradient=vae.gradient / 1e6,
        exchange=1e3 * exchange,
        step=1e3 * together,
        most=MOST_RANKS,
        constants=constants_table(found),
        per_rank=EXAMPLES_PER_RANK,
        wires="; ".join(
            f"{name} with {1e6 * wire:.0f} µs and {speed / 1e9:g} GB/s"
            for name, (wire, speed) in ((name, WIRES[name]) for name in PREDICTED)
        ),
        overlaps=overlaps_table(found),
        pays=pays_table(found),
    )


def orders() -> str:
    """A sum of float32 numbers in three orders, as code with its results."""
    x = np.array([1e8, 1.0, -1e8, 1.0], np.float32)
    left = (x[0] + x[1] + x[2]) + x[3]
    two, tree = (x[0] + x[2]) + (x[1] + x[3]), tree_sum(4, lambda i: x[i])
    return "\n".join(
        [
            "```text",
            f"((a + b) + c) + d  = {left:g}      a = 100,000,000, b = 1, c = −100,000,000, d = 1",
            f"(a + b) + (c + d)  = {tree:g}",
            f"(a + c) + (b + d)  = {two:g}",
            "```",
        ]
    )


def measured_efficiency(times: Times) -> float:
    """T(1) / (2 T(2)) of medians, with batches that one rank does not cut."""
    return statistics.median(times.whole) / (2 * statistics.median(times.two_ranks))


def measured_table(found: Measured) -> str:
    """Measured and predicted steps on one and two ranks."""
    rows = []
    for cost, times in zip(found.costs, found.times, strict=True):
        predicted = [1e3 * step_seconds(cost, found.network, n, 2) for n in (1, 2)]
        rows.append(
            (
                cost.name,
                f"{cost.batch}",
                _range(times.one_rank),
                _range(times.two_ranks),
                f"{statistics.median(times.one_rank) / (2 * statistics.median(times.two_ranks)):.2f}",
                f"{measured_efficiency(times):.2f}",
                f"{predicted[0]:.1f}, {predicted[1]:.1f}",
            )
        )
    headings = [
        "training", "batch", "one rank, ms", "two ranks, ms", "efficiency", "over uncut batches", "predicted, ms",
    ]  # fmt: skip
    return "\n".join(markdown(headings, rows))


def _range(seconds: list[float]) -> str:
    low, middle, high = (1e3 * f(seconds) for f in (min, statistics.median, max))
    return f"{middle:.1f} ({low:.1f} to {high:.1f})"


def overlaps_table(found: Measured) -> str:
    """Steps on two ranks whose exchange begins after the backward pass or during it."""
    headings = ["between the ranks", "exchange after the backward pass, ms", "during it, ms", "ratio"]
    rows = [
        (
            of.network,
            _range(of.after),
            _range(of.during),
            f"{statistics.median(of.during) / statistics.median(of.after):.2f}",
        )
        for of in found.overlaps
    ]
    return "\n".join(markdown(headings, rows))


def prediction_error(found: Measured) -> str:
    """How far the predictions for two ranks are below the measured times: "1 % to 10 %"."""
    shares = sorted(
        1 - step_seconds(cost, found.network, 2, 2) / statistics.median(times.two_ranks)
        for cost, times in zip(found.costs, found.times, strict=True)
    )
    return f"{shares[0]:.0%} to {shares[-1]:.0%}"


def constants_table(found: Measured) -> str:
    """The constants of the cost model."""
    rows = [
        (
            cost.name,
            f"{1e3 * cost.fixed:.2f} ms + {1e6 * cost.per_example:.0f} µs · b",
            f"{1e3 * cost.own:.2f} ms",
            f"{cost.gradient / 1e6:.1f} MB",
            f"{cost.addition / 1e9:.1f} GB/s",
            f"{cost.variation:.1%}",
        )
        for cost in found.costs
    ]
    network = found.network
    table = markdown(["training", "p(b)", "o", "G", "γ", "variation of a part"], rows)
    return "\n".join(
        [
            *table,
            "",
            f"On this machine λ = {1e6 * network.latency:.0f} µs, most of it Python, and β = "
            f"{network.bandwidth / 1e9:.1f} GB/s.",
        ]
    )


def pays_table(found: Measured) -> str:
    """The number of ranks up to which more of them pay, per training and network."""
    names = networks(found)
    rows = [
        (cost.name, *(f"{pays_until(cost, network, most=MOST_RANKS)}" for network in names))
        for cost in found.costs
    ]
    return "\n".join(markdown(["training", *(network.name for network in names)], rows))


def curve(cost: Cost, network: Network, grows: bool) -> dict[int, float]:
    """Efficiency by the number of ranks, with as many micro-shards as ranks."""
    found, ranks = {}, 1
    while ranks <= (MOST_RANKS if grows else min(MOST_RANKS, cost.batch)):
        batch = EXAMPLES_PER_RANK * ranks if grows else cost.batch
        found[ranks] = efficiency(cost, network, ranks, batch, EXAMPLES_PER_RANK if grows else None)
        ranks *= 2
    return found


def draw(found: Measured, path: Path = FOLDER / PICTURE) -> None:
    """Draw the efficiency of all trainings."""
    titles = {"a batch of fixed size": False, f"{EXAMPLES_PER_RANK} examples per rank": True}
    chosen = networks(found)[:2]
    panels = {
        title: {
            cost.name.partition(",")[0]: {n.name: curve(cost, n, grows) for n in chosen}
            for cost in found.costs
        }
        for title, grows in titles.items()
    }
    measured = {t.name.partition(",")[0]: measured_efficiency(t) for t in found.times}
    scaling(panels, path, measured)


def main() -> None:
    """Write the page and the picture."""
    found = read()
    write_text(FOLDER / PAGE, text_of(found))
    draw(found)


if __name__ == "__main__":
    main()
