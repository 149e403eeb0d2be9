"""Memory of back-propagation through time: linear in T, or of the order of √T with rematerialisation."""

import gc
import math
import tracemalloc

import numpy as np
import pytest

import scratchgen_kernels as kernels
from scratchgen import nn, rnn, stop_gradient
from scratchgen.errors import BadInput
from scratchgen.random import Generator
from scratchgen.rnn import remat_loss

B, D, H, ITEM = 4, 6, 16, 4  # float32
KEPT = {nn.RNN: H, nn.LSTM: 6 * H, nn.GRU: 5 * H}
AT_THE_TOP = {nn.RNN: 3 * H + D, nn.LSTM: 12 * H + D, nn.GRU: 12 * H + D}
LENGTHS = 500, 1000, 2000
FEW = 0.03  # the part independent of T: the allocator's rounding and the interpreter's objects


def held_and_peak(forward, sweep=lambda y: None):
    """Bytes that forward() keeps, and the peak during forward() and the sweep."""
    sweep(forward())  # warm-up: one-time allocations
    gc.collect()
    tracemalloc.start()
    try:
        before = tracemalloc.get_traced_memory()[0]
        y = forward()
        held = tracemalloc.get_traced_memory()[0] - before
        sweep(y)
        return held, tracemalloc.get_traced_memory()[1] - before
    finally:
        tracemalloc.stop()


def a_step(network, backend):
    """Numbers per step and example, kept and at the peak; both grow linearly."""
    found = []
    for T in LENGTHS:
        x = Generator(1).standard_normal((T, B, D))
        with kernels.use(backend):
            found.append(
                held_and_peak(lambda: network(x)[0], lambda h: np.sum(h[-1]).backward())  # noqa: B023
            )
    (held, peak), ends = np.array(found).T, LENGTHS[2] - LENGTHS[0]
    for bytes_ in (held, peak):
        assert (bytes_[2] - bytes_[1]) / (bytes_[1] - bytes_[0]) == pytest.approx(2, rel=FEW)
    return (held[2] - held[0]) / ends / (B * ITEM), (peak[2] - peak[0]) / ends / (B * ITEM)


@pytest.mark.parametrize("kind", KEPT, ids=lambda kind: kind.__name__)
def test_memory_is_linear_in_time_with_the_constant_that_is_stated(kind):
    try:
        held, peak = a_step(kind(D, H, Generator(0)), "cython")
    except kernels.BackendUnavailable as reason:
        pytest.skip(str(reason))
    assert held == pytest.approx(KEPT[kind], rel=FEW)
    assert peak == pytest.approx(AT_THE_TOP[kind], rel=FEW)


def test_the_claim_above_rejects_two_layers():
    held, _ = a_step(nn.RNN(D, H, Generator(0), layers=2), "auto")
    assert held > 1.9 * KEPT[nn.RNN]


# --- rematerialisation ------------------------------------------------------------------------------------


def a_loss(network):
    """A loss with a term at every step, so that every chunk contributes."""

    def loss(x, weight, state):
        h, state = network(x, state)
        return np.sum(h * weight), state

    return loss


def sequences(T, batch=B, dtype=np.float32):
    noise = Generator(3)
    return noise.standard_normal((T, batch, D), dtype), noise.standard_normal((T, batch, H), dtype)


def in_chunks(loss, arrays, state, chunk):
    """The chain of chunks, each with its graph kept."""
    total = 0.0
    for start in range(0, len(arrays[0]), chunk):
        number, state = loss(*(a[start : start + chunk] for a in arrays), state)
        total = total + number
    return total, state


def gradients(network, way, arrays, chunk):
    network.zero_grad()
    total, last = way(a_loss(network), arrays, network.initial_state(arrays[0].shape[1]), chunk)
    (total + np.sum(last)).backward()
    return total.item(), last.numpy(), [p.grad for p in network.parameters()]


def in_float64(network):
    for parameter in network.parameters():
        parameter.data = parameter.data.astype(np.float64)
    return network


@pytest.mark.parametrize("cell", rnn.CELLS)
@pytest.mark.parametrize("chunk", [1, 7, 12, 50])
def test_rematerialisation_changes_no_gradient(cell, chunk, measured):
    network = in_float64(rnn.CELLS[cell](D, H, Generator(0), layers=2, learned_h0=True))
    arrays = sequences(37, dtype=np.float64)
    total, last, whole = gradients(network, in_chunks, arrays, 37)
    again, last_again, pieces = gradients(network, remat_loss, arrays, chunk)
    measured(abs(total - again) / abs(total), 1e-12)
    measured(np.abs(last - last_again), 1e-12)
    for a, b in zip(whole, pieces, strict=True):
        measured(np.abs(a - b).max() / np.abs(a).max(), 1e-11)  # sums in another order


def test_the_claim_above_rejects_chunks_that_are_cut_off():
    network = in_float64(nn.RNN(D, H, Generator(0)))
    arrays = sequences(37, dtype=np.float64)

    def cut(loss, arrays, state, chunk):
        return in_chunks(lambda *a: loss(*a[:-1], stop_gradient(a[-1])), arrays, state, chunk)

    _, _, whole = gradients(network, in_chunks, arrays, 37)
    _, _, short = gradients(network, cut, arrays, 7)
    assert max(np.abs(a - b).max() / np.abs(a).max() for a, b in zip(whole, short, strict=True)) > 1e-3


def peak_of(network, way, T):
    arrays, chunk = sequences(T), math.isqrt(T)
    state = network.initial_state(B)
    loss = a_loss(network)
    return held_and_peak(lambda: way(loss, arrays, state, chunk)[0], lambda total: total.backward())[1]


@pytest.mark.parametrize("kind", [nn.RNN, nn.LSTM], ids=lambda kind: kind.__name__)
def test_with_rematerialisation_four_times_the_length_takes_twice_the_memory(kind):
    network = kind(D, H, Generator(0))
    short, long = (peak_of(network, remat_loss, T) for T in (2500, 10_000))
    assert long / short < 2.6
    assert long < peak_of(network, in_chunks, 10_000) / 5


def test_the_claim_above_rejects_chunks_that_keep_their_graph():
    network = nn.RNN(D, H, Generator(0))
    short, long = (peak_of(network, in_chunks, T) for T in (2500, 10_000))
    assert long / short > 3.3  # 4, apart from the chunk that the sweep works on


@pytest.mark.parametrize("cell", rnn.CELLS)
def test_ten_thousand_steps_have_the_gradient_of_their_chunks_one_after_the_other(cell, measured):
    network, arrays = in_float64(rnn.CELLS[cell](D, H, Generator(0))), sequences(10_000, 1, np.float64)
    _, _, whole = gradients(network, in_chunks, arrays, 10_000)
    _, _, pieces = gradients(network, in_chunks, arrays, 100)
    for a, b in zip(whole, pieces, strict=True):
        assert np.isfinite(a).all()
        measured(np.abs(a - b).max() / np.abs(a).max(), 1e-10)  # sums of 10,000 terms in another order


def test_empty_sequences_and_chunks_are_refused():
    network = nn.RNN(D, H, Generator(0))
    for T, chunk in ((0, 5), (5, 0)):
        with pytest.raises(BadInput, match="have no loss"):
            remat_loss(a_loss(network), sequences(T), network.initial_state(B), chunk)
