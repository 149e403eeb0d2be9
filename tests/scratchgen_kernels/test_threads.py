"""Threads: the same bits for any number of threads, and no side effects on the process."""

import os
import subprocess
import sys
import threading
import time
from concurrent.futures import ThreadPoolExecutor

import numpy as np
import pytest

import scratchgen_kernels as kernels
from scratchgen_kernels import threads

RNG = np.random.default_rng(8)
N = 200_003  # large enough for three threads in every kernel, and no multiple of anything


def numbers(*shape):
    return RNG.normal(size=shape).astype(np.float32)


def adam_step(theta, g, m, v, **options):
    """The three arrays after a step, of copies."""
    theta, m, v = theta.copy(), m.copy(), v.copy()
    kernels.adam(theta, g, m, v, 3, **options)
    return theta, m, v


LONG, ROWS = numbers(N), numbers(511, 401)
CALLS = {
    "exp": lambda **o: kernels.exp(LONG, **o),
    "log": lambda **o: kernels.log(np.abs(LONG), **o),
    "tanh": lambda **o: kernels.tanh(LONG, **o),
    "sincos_turns": lambda **o: kernels.sincos_turns(LONG, **o),
    "random_bits": lambda **o: kernels.random_bits(5, 3, N, **o),
    "standard_normal": lambda **o: kernels.standard_normal(5, 3, N, np.float32, **o),
    "reparameterize": lambda **o: kernels.reparameterize(LONG, LONG, 5, 3, **o),
    "reparameterize_backward": lambda **o: kernels.reparameterize_backward(LONG, LONG, 5, 3, **o),
    "bernoulli": lambda **o: kernels.bernoulli_cross_entropy(ROWS, abs(ROWS), **o),
    "bernoulli_backward": lambda **o: kernels.bernoulli_cross_entropy_backward(ROWS[:, 0], ROWS, ROWS, **o),
    "softmax": lambda **o: kernels.softmax_cross_entropy(ROWS, np.arange(511) % 401, **o),
    "softmax_backward": lambda **o: kernels.softmax_cross_entropy_backward(
        ROWS[:, 0], ROWS, np.arange(511) % 401, **o
    ),
    "bias_activation": lambda **o: kernels.bias_activation(ROWS, ROWS[0], "tanh", **o),
    "bias_activation_backward": lambda **o: kernels.bias_activation_backward(ROWS, ROWS, "tanh", **o),
    "adam": lambda **o: adam_step(LONG, 2 * LONG, 0.1 * LONG, LONG * LONG, **o),
}


@pytest.fixture(autouse=True)
def number_of_threads():
    """Restore the number of threads after each test."""
    former = kernels.get_num_threads()
    yield
    kernels.set_num_threads(former)


@pytest.fixture(params=["numba", "cython"])
def compiled(request, off):
    if request.param in off:
        pytest.skip(off[request.param])
    return request.param


def with_threads(n, call, **options):
    kernels.set_num_threads(n)
    result = call(**options)
    return result if isinstance(result, tuple) else (result,)


@pytest.mark.parametrize("name", CALLS)
def test_any_number_of_threads_gives_the_same_bits(compiled, name):
    one = with_threads(1, CALLS[name], backend=compiled)
    for n in (2, 3):
        for array, expected in zip(with_threads(n, CALLS[name], backend=compiled), one, strict=True):
            np.testing.assert_array_equal(array, expected)


@pytest.mark.parametrize("name", CALLS)
def test_three_threads_really_take_part(compiled, name, monkeypatch):
    """Without this the claim above could hold because one thread does all the work."""
    taken = []
    real = threads._workers()
    monkeypatch.setattr(threads, "_workers", lambda: taken.append(1) or real)
    kernels.set_num_threads(3)
    monkeypatch.setattr(threads, "_pool", real)
    CALLS[name](backend=compiled)
    assert len(taken) >= 1


@pytest.mark.parametrize("rows", [0, 1, 2, 7, 100])
@pytest.mark.parametrize("multiple", [1, 4])
def test_the_stretches_cover_every_row_once(rows, multiple):
    kernels.set_num_threads(3)
    seen, lock = [], threading.Lock()

    def work(start, stop):
        with lock:
            seen.append((start, stop))

    threads.in_parallel(work, rows, grain_size=1, multiple=multiple)
    covered = [i for start, stop in seen for i in range(start, stop)]
    assert sorted(covered) == list(range(rows))
    assert all(start % multiple == 0 for start, _ in seen)


@pytest.mark.parametrize(
    ("n", "error"), [(0, ValueError), (-1, ValueError), (1.5, TypeError), (True, TypeError)]
)
def test_a_number_of_threads_that_makes_no_sense_is_refused(n, error):
    before = kernels.get_num_threads()
    with pytest.raises(error, match="set_num_threads"):
        kernels.set_num_threads(n)
    assert kernels.get_num_threads() == before


@pytest.mark.parametrize(("value", "expected"), [("1", 1), ("3", 3), ("2,1", 2), ("", None), ("many", None)])
def test_omp_num_threads_is_respected(value, expected):
    code = "import scratchgen_kernels as k; print(k.get_num_threads())"
    environment = {**os.environ, "OMP_NUM_THREADS": value}
    done = subprocess.run([sys.executable, "-c", code], env=environment, capture_output=True, text=True)
    assert int(done.stdout) == (expected or threads.cores()), done.stderr


@pytest.mark.parametrize("place", ["caller", "worker"])
def test_an_exception_in_any_thread_reaches_the_caller(place):
    kernels.set_num_threads(2)

    def work(start, stop):
        if (start == 0) == (place == "caller"):
            raise ZeroDivisionError(place)

    with pytest.raises(ZeroDivisionError, match=place):
        threads.in_parallel(work, 100)
    threads.in_parallel(lambda start, stop: None, 100)  # and the threads are there for the next call


@pytest.mark.skipif(not hasattr(os, "fork"), reason="no fork on this system")
def test_a_forked_process_makes_new_threads(compiled):
    code = f"""if True:
        import os, numpy as np, scratchgen_kernels as k
        k.set_num_threads(2)
        expected = k.standard_normal(1, 0, {N}, np.float32, backend={compiled!r})
        if os.fork() == 0:
            same = np.array_equal(k.standard_normal(1, 0, {N}, np.float32, backend={compiled!r}), expected)
            os._exit(0 if same else 3)
        assert os.wait()[1] == 0
        again = k.standard_normal(1, 0, {N}, np.float32, backend={compiled!r})
        assert np.array_equal(again, expected)
    """
    command = [sys.executable, "-W", "ignore", "-c", code]
    done = subprocess.run(command, capture_output=True, text=True, timeout=120)
    assert done.returncode == 0, done.stderr


def test_several_threads_of_the_user_may_call_at_once(compiled):
    kernels.set_num_threads(2)
    expected = [kernels.standard_normal(key, 0, N, np.float32, backend=compiled) for key in range(4)]
    with ThreadPoolExecutor(4) as pool:
        calls = [
            pool.submit(kernels.standard_normal, key, 0, N, np.float32, backend=compiled) for key in range(4)
        ]
        for call, array in zip(calls, expected, strict=True):
            np.testing.assert_array_equal(call.result(timeout=60), array)


def ticks_during(call):
    """The number of times that another Python thread runs during `call`, and the seconds that the call takes."""
    stamps, done = [], threading.Event()

    def tick():
        while not done.is_set():
            stamps.append(time.perf_counter())
            time.sleep(0.0005)

    clock = threading.Thread(target=tick)
    clock.start()
    time.sleep(0.01)
    start = time.perf_counter()
    call()
    end = time.perf_counter()
    done.set()
    clock.join()
    return sum(start < stamp < end for stamp in stamps), end - start


def test_a_python_thread_runs_on_while_a_kernel_does(compiled):
    kernels.set_num_threads(1)
    call = lambda: kernels.standard_normal(1, 0, 40_000_000, np.float32, backend=compiled)
    kernels.standard_normal(1, 0, 10, np.float32, backend=compiled)  # compiled before
    ticks, seconds = ticks_during(call)
    assert ticks >= 3, f"{ticks} ticks in {seconds:.3f} s"


def test_the_claim_above_rejects_a_call_that_keeps_the_lock():
    """sorted() of numbers holds the interpreter's lock from beginning to end."""
    values = list(np.random.default_rng(0).random(400_000))
    # a busy machine may stop this thread between the clock and the call, when the lock is free: not five times
    tries = [ticks_during(lambda: sorted(values)) for _ in range(5)]
    assert min(tries)[0] <= 2, f"(ticks, seconds): {tries}"
