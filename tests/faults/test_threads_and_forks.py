"""Trainings in eight threads at once, and in forked processes, end with the bits of the same training alone."""

import os
import subprocess
import sys
import threading
from concurrent.futures import ThreadPoolExecutor

import numpy as np
import pytest

import scratchgen as sg
from scratchgen import data, kernels, optim, runs

THREADS = 8


def digits():
    return np.random.default_rng(7).random((96, 16)).astype(np.float32)


def train_vae(seed, directory=None):
    """The weights, samples and losses of a small training; in a directory with checkpoints, if there is one."""
    rng, x = sg.Generator(seed), digits()
    model = sg.vae.VAE(16, 3, 8, rng)
    optimizer = optim.Adam(model.parameters(), learning_rate=1e-2)
    run = runs.Run(directory, {"seed": seed}, quiet=True, save_every=0) if directory else runs.History()
    run.track(model=model, optimizer=optimizer, rng=rng)
    for _ in run.epochs(2):
        for batch in run.steps(data.batches(x, batch_size=16, rng=rng)):
            loss = -model.elbo(batch, rng=rng).mean()
            loss.backward()
            optimizer.step()
            optimizer.zero_grad()
            run.log(loss=loss.item())
            with sg.no_grad():  # sampling between steps, while other threads record
                samples = model.sample(4, sg.Generator(seed))
    return [*model.state_dict().values(), np.asarray(samples), np.array(run.history["loss"])]


def train_rnn(seed, directory=None):
    """The weights and losses of a small language model."""
    rng, tokens = sg.Generator(seed), np.random.default_rng(7).integers(0, 5, (12, 6))
    tokenizer = data.tokenizers.CharacterTokenizer("abcde")
    model = sg.rnn.LanguageModel(tokenizer, 8, 4, rng, cell="gru", dropout=0.2)
    optimizer = optim.Adam(model.parameters(), learning_rate=1e-2)
    losses = []
    for _ in range(8):
        loss = model.loss(tokens[:-1], tokens[1:])[0].mean()
        loss.backward()
        optimizer.step()
        optimizer.zero_grad()
        losses.append(loss.item())
        text = model.generate("abc", 10, 1.0, sg.Generator(seed))
    return [*model.state_dict().values(), np.array(losses), np.frombuffer(text.encode(), np.uint8)]


TRAININGS = {"vae": train_vae, "rnn": train_rnn}


def same(one, other):
    return len(one) == len(other) and all(a.tobytes() == b.tobytes() for a, b in zip(one, other, strict=True))


@pytest.fixture(params=[1, 2])
def two_kernel_threads(request):
    """Kernels share their work among one or two threads."""
    former = kernels.get_num_threads()
    kernels.set_num_threads(request.param)
    yield
    kernels.set_num_threads(former)


@pytest.mark.parametrize("kind", TRAININGS)
def test_eight_threads_train_as_one_alone_does(kind, tmp_path, two_kernel_threads, monkeypatch):
    monkeypatch.setattr("scratchgen_kernels.threads.MARGIN", 1)  # small arrays are shared among threads too
    train, seeds = TRAININGS[kind], [seed % 3 for seed in range(THREADS)]
    alone = {seed: train(seed, tmp_path / f"alone-{seed}") for seed in set(seeds)}
    together = threading.Barrier(THREADS)

    def begin(i):
        together.wait()
        return train(seeds[i], tmp_path / f"thread-{i}")

    with ThreadPoolExecutor(THREADS) as pool:
        found = list(pool.map(begin, range(THREADS)))
    assert all(same(found[i], alone[seeds[i]]) for i in range(THREADS))
    assert not same(alone[0], alone[1])  # else the comparison would show nothing


def test_threads_share_the_default_stream_without_a_number_twice():
    sg.random.seed(3)
    stream = sg.random.default_rng(3)
    alone = [tuple(stream.random(50)) for _ in range(THREADS)]
    with ThreadPoolExecutor(THREADS) as pool:
        found = list(pool.map(lambda _: sg.random.as_generator(None).random(50), range(THREADS)))
    assert {*map(tuple, found)} == {*alone} and len({*alone}) == THREADS


def test_no_grad_in_one_thread_leaves_the_others_recording():
    inside, done = threading.Event(), threading.Event()

    def switch_off():
        with sg.no_grad():
            inside.set()
            done.wait(30)

    thread = threading.Thread(target=switch_off)
    thread.start()
    assert inside.wait(30)
    x = sg.Tensor(np.ones(3), requires_grad=True)
    (x * x).sum().backward()
    done.set()
    thread.join()
    assert x.grad.tolist() == [2, 2, 2]


FORK = """if True:
    import importlib.util, os, sys
    from scratchgen import kernels
    spec = importlib.util.spec_from_file_location("trainings", sys.argv[1])
    trainings = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(trainings)
    kernels.set_num_threads(2)
    sys.modules["scratchgen_kernels.threads"].MARGIN = 1

    def here(kind):
        return b"".join(array.tobytes() for array in trainings.TRAININGS[kind](1))

    def in_child(kind):
        readable, writable = os.pipe()
        if not (child := os.fork()):
            with open(writable, "wb") as pipe:
                pipe.write(here(kind))
            os._exit(0)
        os.close(writable)
        with open(readable, "rb") as pipe:
            content = pipe.read()
        return os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]), content

    before = {kind: in_child(kind) for kind in ("vae", "rnn")}   # forked after the import
    alone = {kind: here(kind) for kind in ("vae", "rnn")}
    after = {kind: in_child(kind) for kind in ("vae", "rnn")}    # forked after a training, with threads running
    for kind in alone:
        assert before[kind] == (0, alone[kind]) == after[kind], kind
    print("same")
"""


@pytest.mark.skipif(not hasattr(os, "fork"), reason="this system cannot fork")
def test_a_process_forked_after_the_import_or_after_a_training_trains_as_its_parent_does():
    done = subprocess.run([sys.executable, "-c", FORK, __file__], capture_output=True, text=True, timeout=120)
    assert (done.returncode, done.stdout) == (0, "same\n"), done.stderr
