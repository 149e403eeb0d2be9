"""Mapped images equal those of the file, use no memory, and occur once per epoch."""

from importlib import util
from pathlib import Path

import numpy as np
import pytest

from scratchgen.data import batches, load_images, map_images
from scratchgen.errors import BadInput
from scratchgen.optim import Adam
from scratchgen.random import Generator
from scratchgen.runs.history import History
from scratchgen.vae import VAE, train

BENCHMARK = Path(__file__).parents[3] / "scratchgen" / "benchmarks" / "streaming_memory.py"

parts = lambda data: (data.train, data.validation, data.test)
numbered = lambda n: (np.arange(n)[:, None] + np.array([0.0, 0.25])) / (n + 1)  # each row identifies itself
number = lambda x, n: np.rint(x[:, 0].astype(np.float64) * (n + 1)).astype(int)


@pytest.fixture
def npy(tmp_path):
    """A function that writes an array to an .npy file and returns the path."""

    def save(x):
        np.save(tmp_path / "own.npy", x)
        return str(tmp_path / "own.npy")

    return save


@pytest.mark.parametrize("n", [10, 999, 5000, 300_003])
def test_every_image_is_in_exactly_one_part_and_is_read_unchanged(n, npy):
    x = numbered(n)
    mapped = map_images(npy(x))
    assert [len(part) for part in parts(mapped)] == pytest.approx([0.8 * n, 0.1 * n, 0.1 * n], abs=300)
    rows = [part[:] for part in parts(mapped)]
    assert sorted(np.concatenate([number(part, n) for part in rows]).tolist()) == list(range(n))
    for part in rows:
        assert part.dtype == np.float32 and np.array_equal(part, x[number(part, n)].astype(np.float32))
    assert np.allclose(mapped.train.mean(axis=0), rows[0].mean(axis=0, dtype=np.float64), rtol=1e-6)


@pytest.mark.parametrize("n", [37, 5000])
@pytest.mark.parametrize("batch_size", [3, 7, 128])
def test_an_epoch_visits_every_mapped_image_once_in_an_order_that_changes(n, batch_size, npy):
    train = map_images(npy(numbered(n))).train
    labels, rng = np.arange(len(train)), Generator(3)

    def epoch(rng):
        seen = list(batches(train, labels, batch_size=batch_size, rng=rng))
        assert [len(x) for x, _ in seen[:-1]] == [batch_size] * (len(seen) - 1)
        for x, label in seen:
            assert np.array_equal(x, train[label])  # rows and labels stay together
        return np.concatenate([label for _, label in seen])

    first, second = epoch(rng), epoch(rng)
    assert sorted(first.tolist()) == labels.tolist() and not np.array_equal(first, second)
    assert np.array_equal(first, epoch(Generator(3)))


def test_random_numbers_drawn_between_batches_do_not_change_their_order(npy):
    """A resumed run skips the batches of the interrupted one, and then restores the state of the noise."""
    train = map_images(npy(numbered(300_000))).train
    assert train.block > 1
    quiet, noisy = Generator(1), Generator(1)
    for x, y in zip(
        batches(train, batch_size=1000, rng=quiet), batches(train, batch_size=1000, rng=noisy), strict=True
    ):
        noisy.standard_normal(10)
        assert np.array_equal(x, y)


def test_a_batch_mixes_rows_that_are_far_apart(npy):
    n = 300_000
    train = map_images(npy(numbered(n))).train
    x = next(batches(train, batch_size=1000, rng=Generator(1)))
    blocks = number(x, n) // train.block
    assert len(set(blocks.tolist())) > 50


def test_drop_last_leaves_only_whole_batches(npy):
    train = map_images(npy(numbered(37))).train
    assert [len(x) for x in batches(train, batch_size=8, rng=Generator(0), drop_last=True)] == [8] * (
        len(train) // 8
    )


def test_a_small_file_is_split_like_one_in_memory(npy):
    path = npy(np.random.default_rng(0).integers(0, 256, (200, 3, 5), dtype=np.uint8))
    mapped, loaded = map_images(path), load_images(path)
    assert mapped.image_shape == loaded.image_shape == (3, 5, 1)
    rows = lambda x: sorted(row.tobytes() for row in x)
    assert all(rows(a[:]) == rows(b) for a, b in zip(parts(mapped), parts(loaded), strict=True))


def test_batches_of_a_memory_map_are_arrays_in_memory(npy):
    x = np.load(npy(numbered(50)), mmap_mode="r")
    for batch in batches(x, batch_size=8, rng=Generator(0)):
        assert type(batch) is np.ndarray and not np.shares_memory(batch, x)


def test_rows_are_indexed_like_an_array(npy):
    train = map_images(npy(numbered(40))).train
    everything = train[:]
    assert np.array_equal(train[-1], everything[-1]) and train[3].shape == (2,)
    assert np.array_equal(train[2:9:3], everything[2:9:3]) and train[[]].shape == (0, 2)
    with pytest.raises(IndexError, match="not 32"):
        train[[32]]
    with pytest.raises(IndexError, match="float64"):
        train[[0.5]]
    with pytest.raises(BadInput, match="may not fit into memory"):
        np.asarray(train)
    with pytest.raises(BadInput, match="axis=1"):
        train.mean(axis=1)


@pytest.mark.parametrize(
    ("x", "words"),
    [
        (np.zeros((9, 4), np.float32), "at least 10"),
        (np.zeros((20, 4), np.int64), "int64"),
        (np.zeros(20), "shape"),
        (np.zeros((20, 0)), "shape"),
        (np.array([None] * 20), "not an .npy file"),
    ],
)
def test_a_file_without_images_is_refused_before_rows_are_read(x, words, npy):
    with pytest.raises(BadInput, match=words):
        map_images(npy(x))


def test_values_outside_the_unit_interval_are_refused_when_they_are_read(npy):
    x = np.zeros((20, 4), np.float32)
    x[7] = np.nan
    mapped = map_images(npy(x))
    with pytest.raises(BadInput, match="NaN"):
        for part in parts(mapped):
            part[:]
    for wrong in ("nowhere.npy", "own.npz"):
        with pytest.raises(BadInput, match=wrong):
            map_images(wrong)


def test_a_model_trains_on_images_that_stay_on_disk(npy):
    rng = np.random.default_rng(0)
    mapped = map_images(npy(rng.integers(0, 2, (400, 4, 4), dtype=np.uint8) * np.uint8(255)))
    model, history = VAE(16, 2, 8, Generator(0)), History()
    model.init_output_bias(mapped.train.mean(axis=0))
    train(
        model, mapped.train, mapped.validation[:], history,
        epochs=2, batch_size=32, optimizer=Adam(model.parameters(), 1e-2), rng=Generator(1),
    )  # fmt: skip
    assert np.isfinite(history.history["elbo"]).all() and len(history.history["elbo"]) == 2


def test_memory_does_not_grow_with_the_file(tmp_path):
    """Sparse files of 16 and 256 MB; the benchmark goes to 4 GB."""
    specification = util.spec_from_file_location("streaming_memory", BENCHMARK)
    streaming_memory = util.module_from_spec(specification)
    specification.loader.exec_module(streaming_memory)
    small, large = (streaming_memory.measure(str(tmp_path), megabytes) for megabytes in (16, 256))
    grown = lambda row: row["peak"] - row["before"]
    assert large["images"] == pytest.approx(16 * small["images"], rel=0.01)
    assert grown(large) < grown(small) + 16 and grown(large) < streaming_memory.MEMORY_LIMIT
