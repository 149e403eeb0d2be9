"""Micro-shards: a sum in a fixed order is the same for any number of processes, to the bit."""

import pickle
import queue
import threading
from dataclasses import replace
from itertools import pairwise

import numpy as np
import pytest

from scratchgen.errors import BadInput
from scratchgen.nn import BatchNorm, Linear
from scratchgen.optim import SGD, Shards, overlap, training_step
from scratchgen.optim.shards import tree_sum
from scratchgen.optim.total import Total
from scratchgen.random import Generator

pytestmark = pytest.mark.fast
DIVISORS = [(n, size) for n in range(1, 17) for size in range(1, n + 1) if n % size == 0]


class ThreadRanks:
    """Ranks in threads of this process, which send each other values through queues."""

    sends_meanwhile = True

    def __init__(self, rank, size, queues):
        self.rank, self.size, self._queues = rank, size, queues
        self.exchange_seconds, self.others_wait, self.sent = 0.0, False, 0

    def send(self, value, to, channel=0):
        self.sent += 1
        self._queue(self.rank, to, channel).put(pickle.loads(pickle.dumps(value)))  # memory is not shared

    def receive(self, sender):
        return self._queue(sender, self.rank, 0).get(timeout=20)

    def start_exchange(self, value, partner, channel=0):
        self.send(value, partner, channel)
        return ThreadExchange(self._queue(partner, self.rank, channel))

    def _queue(self, sender, to, channel):
        return self._queues.setdefault((sender, to, channel), queue.Queue())  # atomic

    def broadcast(self, value):
        if self.rank:
            return self._queue("root", self.rank, 0).get(timeout=20)
        for to in range(1, self.size):
            self._queue("root", to, 0).put(pickle.loads(pickle.dumps(value)))
        return value

    def gather(self, value):
        if self.rank:
            self.send(value, 0)
        found = None if self.rank else [value, *(self.receive(r) for r in range(1, self.size))]
        return self.broadcast(found)


class ThreadExchange:
    """A value that comes through a queue."""

    def __init__(self, arriving):
        self._arriving = arriving

    def is_done(self):
        return not self._arriving.empty()

    def result(self):
        return self._arriving.get(timeout=20)


def on_ranks(size, function):
    """function(ranks) in a thread for each rank: the results in their order."""
    queues, found, errors = {}, {}, []

    def work(rank):
        try:
            found[rank] = function(ThreadRanks(rank, size, queues))
        except BaseException as error:
            errors.append(error)

    threads = [threading.Thread(target=work, args=(rank,)) for rank in range(size)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    if errors:
        raise errors[0]
    return [found[rank] for rank in range(size)]


def wild(n):
    """Numbers of sizes so different that the order of their sum decides its last bits."""
    rng = np.random.default_rng(n)
    return (rng.standard_normal((n, 50)) * 10 ** rng.uniform(-5, 5, (n, 1))).astype(np.float32)


@pytest.mark.equation("optim.tree_sum")
@pytest.mark.parametrize(("n", "size"), DIVISORS)
def test_any_number_of_ranks_that_divides_the_leaves_gives_the_same_bits(n, size):
    g = wild(n)
    alone = tree_sum(n, lambda i: g[i])
    for found in on_ranks(size, lambda ranks: tree_sum(n, lambda i: g[i], ranks)):
        assert found.tobytes() == alone.tobytes()
    np.testing.assert_allclose(alone, np.sum(g, axis=0, dtype=np.float64), rtol=1e-4, atol=1e-2)


@pytest.mark.equation("optim.tree_sum")
def test_the_claim_above_rejects_a_sum_of_each_rank_by_itself():
    def by_ranks(ranks):
        each = 16 // ranks.size
        mine = sum(wild(16)[each * ranks.rank : each * (ranks.rank + 1)])
        return sum(ranks.gather(mine))

    sums = {on_ranks(size, by_ranks)[0].tobytes() for size in (1, 2, 4, 8, 16)}
    assert len(sums) > 1


def test_leaves_are_added_in_pairs_of_neighbours_and_a_single_one_goes_up():
    assert tree_sum(5, lambda i: f"{i}") == "01234"
    pairs = tree_sum(7, lambda i: Named(f"{i}"))
    assert pairs.name == "(((0+1)+(2+3))+((4+5)+6))"


def test_the_claim_above_rejects_a_sum_from_left_to_right():
    total = Named("0")
    for i in range(1, 7):
        total = total + Named(f"{i}")
    assert total.name == "((((((0+1)+2)+3)+4)+5)+6)"


class Named:
    def __init__(self, name):
        self.name = name

    def __add__(self, other):
        return Named(f"({self.name}+{other.name})")


@pytest.mark.parametrize("size", [1, 2, 4])
def test_a_part_without_examples_adds_nothing(size):
    g = wild(8)
    present = lambda i: g[i] if i in (1, 6) else None
    for found in on_ranks(size, lambda ranks: tree_sum(8, present, ranks)):
        assert found.tobytes() == (g[1] + g[6]).tobytes()


def test_a_rank_holds_one_value_per_level_and_sends_at_most_one_per_level():
    g, held = wild(16), []

    def counted(ranks):
        tree_sum(16, lambda i: g[i], ranks)
        return ranks.sent

    assert max(on_ranks(4, counted)) <= 2  # levels above the leaves of a rank
    alive = [0]

    class Value:
        def __init__(self):
            alive[0] += 1
            held.append(alive[0])

        def __add__(self, other):
            alive[0] -= 2
            return Value()

    tree_sum(16, lambda i: Value())
    assert max(held) <= 5  # 1 + log2(16)


# --- the fast form ------------------------------------------------------------------------------------------

SHAPES = [(3, 4), (), (5,), (0,), (2, 1, 7)]


def totals(n, missing):
    """Totals with gradients of very different sizes; `missing` are places (total, gradient), or totals, of None."""
    rng = np.random.default_rng(n)
    made = []
    for i in range(n):
        scale = np.float32(10 ** rng.uniform(-5, 5))
        gradients = [np.asarray(scale * rng.standard_normal(shape), np.float32) for shape in SHAPES]
        gradients = [None if (i, k) in missing else g for k, g in enumerate(gradients)]
        made.append(
            None
            if i in missing
            else Total(rng.random(), {"a": rng.random()}, [np.ones(2) * scale], gradients)
        )
    return made


def given(total, complete):
    """The total, whose gradients are given to `complete`, if there is one, from the last to the first."""
    if total is None or complete is None:
        return total
    for k, g in reversed(list(enumerate(total.gradients))):
        if g is not None:
            complete(k, g)
    return replace(total, gradients=[])


MISSING = {
    "nothing": (),
    "two parts": (0, 5),
    "all parts of the second half": tuple(range(8, 16)),
    "a gradient": tuple((i, 2) for i in range(16)),
    "a gradient of some parts": ((0, 0), (3, 0), (4, 0), (5, 0), (6, 0), (7, 0)),
}


@pytest.mark.equation("optim.tree_sum")
@pytest.mark.parametrize("missing", MISSING)
@pytest.mark.parametrize("bucket", [1, 10, 1000])
@pytest.mark.parametrize("size", [2, 4, 8, 16])
def test_the_fast_form_has_the_bits_of_the_tree(missing, size, bucket, monkeypatch):
    monkeypatch.setattr(overlap, "BUCKET", bucket)
    fresh = lambda: totals(16, MISSING[missing])
    alone = fresh()
    expected = tree_sum(16, lambda i: alone[i])

    def fast(ranks):
        mine = fresh()
        return Shards(16, ranks).sum(lambda i, complete: given(mine[i], complete), SHAPES)

    for found in on_ranks(size, fast):
        assert (found.loss, found.numbers) == (expected.loss, expected.numbers)
        for g, h in zip(
            [*found.gradients, *found.changes], [*expected.gradients, *expected.changes], strict=True
        ):
            assert (g is None) == (h is None)
            assert g is None or (g.shape == h.shape and g.tobytes() == h.tobytes())


def test_the_claim_above_rejects_neighbours_that_are_far_apart():
    g = wild(8)
    far = sum_of_pairs([g[i] + g[i + 4] for i in range(4)])
    assert far.tobytes() != tree_sum(8, lambda i: g[i].copy()).tobytes()


def sum_of_pairs(g):
    return g[0] if len(g) == 1 else sum_of_pairs([a + b for a, b in zip(g[::2], g[1::2], strict=True)])


def test_a_rank_sends_less_than_two_gradients_whatever_the_number_of_ranks():
    numbers = 1000
    one = lambda: Total(1.0, {}, [], [np.ones(numbers, np.float32)])

    class Counted(ThreadRanks):
        sent_numbers = 0

        def start_exchange(self, value, partner, channel):
            pieces = value[1] if isinstance(value, tuple) else value
            self.sent_numbers += sum(piece.size for piece in pieces)
            return super().start_exchange(value, partner, channel)

    def counted(ranks):
        ranks.__class__ = Counted
        Shards(16, ranks).sum(lambda i, complete: given(one(), complete), [(numbers,)])
        return ranks.sent_numbers

    for size in (2, 4, 8, 16):
        assert max(on_ranks(size, counted)) <= 2 * numbers * (size - 1) / size + 2 * size


class LateRanks:
    """Ranks whose messages arrive when somebody waits for them; `waited` are the channels of the exchanges."""

    def __init__(self):
        self.waited = []

    def start_exchange(self, value, partner, channel):
        ranks = self

        class Late:
            def is_done(self):
                return False

            def result(self):
                ranks.waited.append(channel)
                return value

        return Late()


@pytest.mark.parametrize("begun", [(0, 1, 2), (2, 1, 0), (1, 2, 0)])
def test_all_ranks_wait_for_their_sums_in_one_order_so_that_none_waits_for_ever(begun):
    def exchanges(channel):
        for level in range(3):
            yield level, 1
        return channel

    ranks = LateRanks()
    flight = overlap.InFlight(ranks)
    for channel in begun:
        flight.start(channel, exchanges(channel))
    assert flight.results() == {0: 0, 1: 1, 2: 2}
    assert ranks.waited == [1, 1, 1, 2, 2, 2, 3, 3, 3]  # 0 is for other messages


# --- the parts of a batch -----------------------------------------------------------------------------------


@pytest.mark.parametrize(("B", "n"), [(12, 4), (7, 3), (3, 8), (1, 1), (5, 1)])
def test_the_parts_of_a_batch_are_its_examples_in_order_and_their_weights_sum_to_one(B, n):
    x = np.arange(B)
    parts = Shards(n).cut(x, x[None], axes=(0, 1))
    assert np.concatenate([part.arguments[0] for part in parts]).tolist() == x.tolist()
    assert np.concatenate([part.arguments[1][0] for part in parts]).tolist() == x.tolist()
    assert sum(part.weight for part in parts) == pytest.approx(1)
    assert np.ptp([len(part.arguments[0]) for part in parts]) <= 1


def test_the_examples_of_a_rank_are_those_of_its_parts():
    for n, size in DIVISORS:
        found = on_ranks(size, lambda ranks, n=n: Shards(n, ranks).own(21))
        assert [found[0].start, *(own.stop for own in found)][-1] == 21
        assert all(a.stop == b.start for a, b in pairwise(found))


@pytest.mark.parametrize(("n", "size"), [(1, 2), (8, 3), (2, 4)])
def test_ranks_that_cannot_share_the_parts_are_refused_with_a_number_that_they_can_share(n, size):
    class Several:
        rank = 0

    Several.size = size
    with pytest.raises(BadInput, match=f"choose --set micro_shards={size}, or a multiple"):
        Shards(n, Several())


# --- the gradient -------------------------------------------------------------------------------------------


class Noisy:
    """A linear model with noise in its inputs, fitted to targets."""

    def __init__(self):
        self.layer = Linear(3, 2, Generator(0))
        self.rng = Generator(5)

    def loss(self, x, y):
        noise = self.rng.standard_normal(x.shape)
        loss = ((self.layer(x + 0.1 * noise) - y) ** 2).mean()
        return loss, {"loss": loss.item()}


def data(B=16):
    rng = np.random.default_rng(1)
    return rng.standard_normal((B, 3)).astype(np.float32), rng.standard_normal((B, 2)).astype(np.float32)


def trained(n, ranks=None, steps=5, B=16):
    """The bits of the weights after some steps, and the last norm of the gradient."""
    model, (x, y) = Noisy(), data(B)
    optimizer = SGD(model.layer.parameters(), 0.1)
    shards = Shards(n) if ranks is None else Shards(n, ranks)
    for _ in range(steps):
        norm = training_step(
            model.loss, optimizer, shards=shards, parts=shards.cut(x, y), generators=(model.rng,)
        )
    return b"".join(p.data.tobytes() for p in model.layer.parameters()), norm, model.rng.state


@pytest.mark.equation("optim.tree_sum")
@pytest.mark.parametrize("B", [16, 5])
@pytest.mark.parametrize("size", [2, 4, 8])
def test_trainings_on_any_number_of_ranks_end_with_the_same_bits(size, B):
    alone = trained(8, B=B)
    assert all(found == alone for found in on_ranks(size, lambda ranks: trained(8, ranks, B=B)))


def test_the_claim_above_rejects_noise_that_depends_on_the_rank(monkeypatch):
    alone = trained(8)
    monkeypatch.setattr(Generator, "spawn", lambda self, n: [self] * n)
    assert any(found != alone for found in on_ranks(4, lambda ranks: trained(8, ranks)))


def test_without_noise_the_gradient_of_the_parts_is_that_of_the_whole_batch():
    x, y = (a.astype(np.float64) for a in data(13))
    layer = Linear(3, 2, Generator(0))
    layer.W.data, layer.b.data = layer.W.data.astype(np.float64), layer.b.data.astype(np.float64)

    def loss(x, y):
        found = ((layer(x) - y) ** 2).mean()
        return found, {"loss": found.item()}

    gradients = []
    for n in (1, 2, 5, 13):
        shards = Shards(n)
        training_step(loss, SGD(layer.parameters(), 1e-30), shards=shards, parts=shards.cut(x, y))
        gradients.append([p.grad.copy() for p in layer.parameters()])
    for found in gradients[1:]:
        for g, h in zip(found, gradients[0], strict=True):
            np.testing.assert_allclose(g, h, rtol=1e-12, atol=1e-14)
    by_hand = 2 * x.T @ (x @ layer.W.data + layer.b.data - y) / y.size
    np.testing.assert_allclose(gradients[0][0], by_hand, rtol=1e-12)


def test_the_claim_above_rejects_parts_that_all_weigh_the_same():
    x, _ = (a.astype(np.float64) for a in data(13))
    means = [np.mean(x[a:b], axis=0) for a, b in ((0, 6), (6, 13))]
    assert np.abs(np.mean(means, axis=0) - x.mean(axis=0)).max() > 1e-4


def test_a_step_of_one_part_draws_from_the_stream_itself():
    with_parts, without = Noisy(), Noisy()
    x, y = data()
    training_step(
        with_parts.loss, SGD(with_parts.layer.parameters(), 0.1), parts=Shards().cut(x, y),
        generators=(with_parts.rng,),
    )  # fmt: skip
    training_step(lambda: without.loss(x, y), SGD(without.layer.parameters(), 0.1), generators=(without.rng,))
    for p, q in zip(with_parts.layer.parameters(), without.layer.parameters(), strict=True):
        assert p.data.tobytes() == q.data.tobytes()


class Counting:
    """A loss that remembers how often it was called."""

    def __init__(self, layer, at_the_end):
        self.layer, self.at_the_end, self.t = layer, at_the_end, 0

    def state_dict(self):
        return {"t": self.t}

    def load_state_dict(self, state):
        self.t = state["t"]

    def end_step(self, numbers):
        self.t += self.at_the_end

    def __call__(self, x, y):
        self.t += not self.at_the_end
        loss = ((self.layer(x) - y) ** 2).mean()
        return loss, {"loss": loss.item()}


def test_a_loss_remembers_once_per_step_what_the_whole_batch_gave():
    layer, (x, y) = Linear(3, 2, Generator(0)), data()
    loss, shards = Counting(layer, at_the_end=True), Shards(4)
    for _ in range(3):
        training_step(
            loss, SGD(layer.parameters(), 0.1), shards=shards, parts=shards.cut(x, y), generators=(loss,)
        )
    assert loss.t == 3


def test_a_loss_that_remembers_each_part_is_refused():
    layer, (x, y) = Linear(3, 2, Generator(0)), data()
    loss, shards = Counting(layer, at_the_end=False), Shards(4)
    with pytest.raises(TypeError, match="change it in end_step"):
        training_step(
            loss, SGD(layer.parameters(), 0.1), shards=shards, parts=shards.cut(x, y), generators=(loss,)
        )


# --- averages that a step changes ---------------------------------------------------------------------------


def normalised(ranks=None, n=8):
    """The bits of the averages of batch normalisation after some steps on batches of 16."""
    layer, norm = Linear(3, 2, Generator(0)), BatchNorm(2)
    shards = Shards(n) if ranks is None else Shards(n, ranks)
    buffers, (x, y) = [norm.mean, norm.variance], data()
    optimizer = SGD([*layer.parameters(), *norm.parameters()], 0.1)

    def objective(x, y):
        loss = ((norm(layer(x)) - y) ** 2).mean()
        return loss, {"loss": loss.item()}

    for _ in range(3):
        training_step(objective, optimizer, shards=shards, parts=shards.cut(x, y), buffers=buffers)
    return b"".join(buffer.data.tobytes() for buffer in buffers)


@pytest.mark.parametrize("size", [2, 4, 8])
def test_the_averages_of_batch_normalisation_are_the_same_bits_on_any_number_of_ranks(size):
    alone = normalised()
    assert all(found == alone for found in on_ranks(size, normalised))


def test_the_average_of_a_step_is_the_mean_over_its_parts():
    norm, (x, _) = BatchNorm(3), data()
    theta = Linear(3, 1, Generator(0))
    shards = Shards(4)

    def objective(x):
        loss = (theta(norm(x)) ** 2).mean()
        return loss, {}

    parts = shards.cut(x)
    training_step(objective, SGD(theta.parameters(), 0.1), shards=shards, parts=parts, buffers=[norm.mean])
    means = np.mean([part.arguments[0].mean(axis=0) for part in parts], axis=0)
    np.testing.assert_allclose(norm.mean.data, norm.momentum * means, rtol=1e-5)


def test_the_claim_above_rejects_the_average_of_the_last_part():
    x, _ = data()
    assert np.abs(x[-4:].mean(axis=0) - x.mean(axis=0)).max() > 0.05
