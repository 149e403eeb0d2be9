"""Arrays and pictures that stay on disk have the rows, the sums, the batches and the refusals of those in memory."""

import subprocess
import sys
import tempfile
from pathlib import Path
from types import SimpleNamespace

import numpy as np
import pytest
from PIL import Image

from scratchgen.data import batches, load_images, stored
from scratchgen.data.checks import check_values
from scratchgen.data.files import picture_store
from scratchgen.data.load import load_any
from scratchgen.data.stored import ArrayWriter, StoredArray, StoredRows, open_array, range_of
from scratchgen.errors import BadInput
from scratchgen.evaluation import baselines, reconstruction
from scratchgen.random import Generator

PARTS = ("train", "validation", "test")
random = np.random.default_rng(0)


@pytest.fixture
def on_disk(monkeypatch):
    """Every array and every picture is left on disk, and read in chunks of a few rows."""
    for module in (stored, picture_store):
        monkeypatch.setattr(module, "IN_MEMORY", 1)
    monkeypatch.setattr(stored, "AT_ONCE", 2**10)


@pytest.fixture
def npy(tmp_path):
    """npy(x): the path of a file that holds the array x."""

    def save(x):
        np.save(tmp_path / "own.npy", x)
        return str(tmp_path / "own.npy")

    return save


def written(x, pieces=3):
    writer = ArrayWriter(x.shape[1:], x.dtype)
    for piece in np.array_split(x, pieces):
        writer.append(piece)
    return writer.stored()


INDICES = [
    3, -1, slice(None), slice(2, 9), slice(-5, None), slice(1, 30, 4), slice(9, 2), slice(None, None, -1),
    [5, 6, 7, 2, 2, 39], [], [[1, 2], [3, 4]], np.arange(40) % 3 == 0, np.int32(4),
]  # fmt: skip


@pytest.mark.parametrize("dtype", [np.uint8, np.bool_, np.int16, ">u2", np.float16, np.float32, np.float64])
@pytest.mark.parametrize("shape", [(40,), (40, 3), (40, 2, 5)])
def test_a_stored_array_has_the_rows_of_the_array(dtype, shape, npy, on_disk):
    x = random.integers(0, 2, shape).astype(dtype)
    for y in (open_array(npy(x)), written(x)):
        assert isinstance(y, StoredArray) and (y.shape, y.dtype, y.ndim, y.size) == (
            x.shape,
            x.dtype,
            x.ndim,
            x.size,
        )
        for index in INDICES:
            assert np.array_equal(y[index], x[index]) and y[index].dtype == x.dtype, index
        assert np.array_equal(np.concatenate(list(y.chunks())), x) and np.array_equal(np.asarray(y), x)


def test_the_claim_above_rejects_rows_that_begin_one_number_late(npy, on_disk):
    x = np.arange(120.0).reshape(40, 3)
    y = open_array(npy(x))
    y.offset += 8
    assert not np.array_equal(y[3], x[3])


@pytest.mark.parametrize(
    ("index", "words"), [([40], "not 40"), ([-41], "-41"), ([0.5], "float64"), ([True], "bool")]
)
def test_an_index_of_no_row_is_refused(index, words):
    with pytest.raises(IndexError, match=words):
        written(np.zeros((40, 2)))[index]


def test_a_file_that_becomes_shorter_is_refused_and_not_read_as_zeros(npy, on_disk):
    path = npy(np.ones((40, 3)))
    y = open_array(path)
    Path(path).write_bytes(Path(path).read_bytes()[:-8])
    assert y[:39].all()
    with pytest.raises(BadInput, match=r"own\.npy has become shorter"):
        y[39]


@pytest.mark.parametrize("x", [np.asfortranarray(np.ones((4, 3))), np.array([None] * 4), np.float64(3)])
def test_only_arrays_of_rows_of_numbers_stay_on_disk(x, npy, on_disk):
    assert open_array(npy(x)) is None


def test_small_damaged_and_other_files_are_left_to_their_readers(npy, tmp_path, monkeypatch):
    path = npy(np.ones((40, 3)))
    assert open_array(path) is None  # small
    monkeypatch.setattr(stored, "IN_MEMORY", 1)
    assert open_array(path) is not None
    Path(path).write_bytes(Path(path).read_bytes()[:-8])
    assert open_array(path) is None
    (tmp_path / "text.npy").write_text("no array")
    assert open_array(tmp_path / "text.npy") is None


@pytest.mark.parametrize("D", [1, 3, 784])
@pytest.mark.parametrize("dtype", [np.float32, np.float64, None])
def test_sums_and_means_are_to_the_bit_those_of_numpy(D, dtype, on_disk):
    x = random.random((3000, D), np.float32)
    y = written(x)
    if D > 1:  # a single column is summed by NumPy in pairs
        assert np.array_equal(y.sum(axis=0, dtype=dtype), x.sum(axis=0, dtype=dtype))
        assert np.array_equal(y.mean(axis=0, dtype=dtype), x.mean(axis=0, dtype=dtype))
    assert np.allclose(y.mean(axis=0, dtype=dtype), x.mean(axis=0, dtype=np.float64), rtol=1e-4)
    assert y.mean(axis=0, dtype=dtype).dtype == x.mean(axis=0, dtype=dtype).dtype
    for axis in (None, 0):
        assert np.array_equal(y.min(axis=axis), x.min(axis=axis))
        assert np.array_equal(y.max(axis=axis), x.max(axis=axis))


def test_the_claim_above_rejects_a_mean_of_the_means_of_chunks():
    x = random.random((3000, 784), np.float32)
    means = np.mean([rows.mean(axis=0) for rows in np.split(x, 30)], axis=0)
    assert not np.array_equal(means, x.mean(axis=0))


def test_a_minimum_is_nan_where_a_number_is(on_disk):
    x = np.ones((100, 40), np.float32)
    x[50, 3] = np.nan
    y = written(x)
    assert np.isnan(y.min()) and np.isnan(y.max(axis=0)[3]) and np.isfinite(y.max(axis=0)[:3]).all()
    with pytest.raises(BadInput, match="NaN at row 50;"):
        check_values(y, "images")


def test_a_comparison_of_stored_numbers_is_refused_and_not_false():
    with pytest.raises(TypeError, match=r"x\[:\] =="):
        _ = written(np.zeros((4, 2))) == 0


def test_a_full_temporary_folder_is_one_clear_line(monkeypatch):
    writer = ArrayWriter((2,), np.uint8)

    def full(content):
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(writer, "file", SimpleNamespace(write=full))
    with pytest.raises(
        BadInput, match=f"{tempfile.gettempdir()} cannot hold .*No space left on device.*TMPDIR"
    ):
        writer.append(np.zeros((1, 2)))


ARRAYS = {
    "bytes": (random.integers(0, 256, (50, 6, 5), np.uint8), {}),
    "black and white": (random.integers(0, 2, (50, 6, 5), np.uint8), {}),
    "truth values": (random.integers(0, 2, (50, 16)).astype(bool), {"kind": "images"}),
    "16 bits, big-endian": (random.integers(0, 65536, (50, 6, 5)).astype(">u2"), {}),
    "float32": (random.random((50, 36), np.float32), {"kind": "images"}),
    "float64": (random.random((50, 36)), {"kind": "images"}),
    "flat rows": (random.integers(0, 256, (50, 12), np.uint8), {"image_shape": "2,2,3"}),
    "channels first": (random.integers(0, 256, (50, 3, 6, 5), np.uint8), {}),
    "grey of colours": (random.integers(0, 256, (50, 6, 5, 3), np.uint8), {"channels": "grey"}),
    "grey of channels first": (random.random((50, 3, 6, 5), np.float32), {"channels": "grey"}),
    "colours of grey": (random.integers(0, 256, (50, 6, 5), np.uint8), {"channels": "colour"}),
    "transparent": (random.integers(0, 256, (50, 6, 5, 4), np.uint8), {"background": "red"}),
}  # fmt: skip


def same_rows(a, b):
    """Whether two data sets have the same rows, labels and reports; the first is stored."""
    for part in PARTS:
        x, y = getattr(a, part), getattr(b, part)
        assert isinstance(x, StoredRows) and type(y) is np.ndarray
        assert np.array_equal(x[:], y) and x.dtype == y.dtype and x.shape == y.shape
        assert np.array_equal(np.asarray(x), y) and range_of([x]) == range_of([y])
        labels = getattr(a, f"{part}_labels"), getattr(b, f"{part}_labels")
        assert labels == (None, None) or np.array_equal(*labels)
    assert a.report.as_dict() == b.report.as_dict() and a.image_shape == b.image_shape
    return True


@pytest.mark.parametrize("case", ARRAYS)
def test_an_array_on_disk_gives_the_examples_and_the_report_of_one_in_memory(case, npy, request):
    x, options = ARRAYS[case]
    path = npy(x)
    expected = load_images(path, **options)
    request.getfixturevalue("on_disk")
    assert same_rows(load_any(path, streamed=True, **options), expected)
    assert type(load_any(path, **options).train) is np.ndarray


def test_the_claim_above_rejects_a_wrong_scale(npy, request):
    path = npy(ARRAYS["bytes"][0])
    expected = load_images(path)
    request.getfixturevalue("on_disk")
    data = load_any(path, streamed=True)
    convert = data.train.convert
    data.train.convert = lambda rows: convert(rows) * np.float32(255 / 256)
    with pytest.raises(AssertionError):
        same_rows(data, expected)


@pytest.mark.parametrize(
    "x",
    [
        np.where(np.arange(360).reshape(40, 9) == 200, np.nan, 0.5),
        np.full((40, 4, 4), 1.5),
        np.full((40, 4, 4), 1 + 1e-12),
        np.full((40, 4, 4), -3),
        np.full((40, 4, 4), 70_000),
        np.zeros((40, 5, 7, 9)),
        np.zeros((5, 4, 4)),
    ],
)
def test_the_refusals_are_the_same(x, npy, request):
    path = npy(x)
    with pytest.raises(BadInput) as expected:
        load_images(path)
    request.getfixturevalue("on_disk")
    with pytest.raises(BadInput) as found:
        load_images(path)
    assert str(found.value) == str(expected.value)


def save_pictures(folder, kinds):
    """Pictures of 6 × 5 pixels of the given kinds in turn: Pillow's modes, "grey in colour" or "16 bits"."""
    folder.mkdir()
    for i in range(24):
        kind = kinds[i % len(kinds)]
        channels = {"RGB": 3, "RGBA": 4}.get(kind)
        x = random.integers(0, 256, (6, 5, channels) if channels else (6, 5), np.uint8)
        if kind == "16 bits":
            x = random.integers(0, 65536, (6, 5)).astype(np.uint16)
        if kind == "grey in colour":
            x = np.stack([x] * 3, axis=2)
        Image.fromarray(x).save(folder / f"{i:02}.png")
    return str(folder)


@pytest.mark.parametrize("channels", ["as stored", "grey", "colour"])
@pytest.mark.parametrize(
    "kinds",
    [
        ["RGB"], ["L"], ["L", "RGB"], ["RGB", "L"], ["grey in colour"], ["L", "grey in colour"], ["16 bits"],
        ["16 bits", "L"], ["RGB", "16 bits"], ["16 bits", "RGB", "L"], ["RGBA", "L"],
    ],
    ids=" and ".join,
)  # fmt: skip
def test_pictures_of_a_folder_are_their_pixels_on_disk_and_in_memory(kinds, channels, tmp_path, request):
    folder = save_pictures(tmp_path / "own", kinds)
    in_memory = load_images(folder, channels=channels)
    stored_at = np.concatenate(in_memory.places)
    for x, i in zip(np.concatenate([getattr(in_memory, part) for part in PARTS]), stored_at, strict=True):
        pixels = np.asarray(Image.open(f"{folder}/{i:02}.png")).astype(np.float64)
        full = 65535 if kinds[i % len(kinds)] == "16 bits" else 255
        if pixels.ndim == 3 and pixels.shape[2] == 4:
            alpha = pixels[..., 3:] / 255
            pixels = alpha * pixels[..., :3] + (1 - alpha) * 255
        pixels = pixels if pixels.ndim == 3 else pixels[..., None]
        if in_memory.image_shape[2] == 1:
            pixels = pixels @ [0.299, 0.587, 0.114] if pixels.shape[2] == 3 else pixels
        wanted = np.broadcast_to(pixels.reshape(6, 5, -1), in_memory.image_shape) / full
        assert np.allclose(x.reshape(wanted.shape), wanted, atol=1.1 / 255 if "RGBA" in kinds else 0.51 / 255)
    request.getfixturevalue("on_disk")
    assert same_rows(load_any(folder, streamed=True, channels=channels), in_memory)


def test_the_claim_above_rejects_pictures_in_another_order(tmp_path, request):
    folder = save_pictures(tmp_path / "own", ["RGB"])
    in_memory = load_images(folder)
    request.getfixturevalue("on_disk")
    data = load_any(folder, streamed=True)
    data.train.places = data.train.places[::-1]
    with pytest.raises(AssertionError):
        same_rows(data, in_memory)


def test_batches_of_stored_rows_are_those_of_the_array(npy, request):
    path = npy(ARRAYS["bytes"][0])
    x = load_images(path).train
    request.getfixturevalue("on_disk")
    y = load_any(path, streamed=True).train
    epochs = [list(batches(rows, batch_size=7, rng=Generator(3))) for rows in (x, y)]
    assert all(np.array_equal(a, b) and type(b) is np.ndarray for a, b in zip(*epochs, strict=True))
    another = batches(y, batch_size=7, rng=Generator(4))
    assert not all(np.array_equal(a, b) for a, b in zip(epochs[0], another, strict=True))


def test_baselines_of_stored_rows_are_those_of_the_array(on_disk):
    x, z = (random.integers(0, 2, (n, 40)).astype(np.float32) for n in (900, 300))
    stored_x, stored_z = (StoredRows(written(a), np.arange(len(a)), 40, lambda rows: rows) for a in (x, z))
    for baseline in (baselines.independent_bernoulli_log_prob, baselines.independent_gaussian_log_prob):
        assert baseline(stored_x, stored_z) == pytest.approx(baseline(x, z), rel=1e-12)
    levels = baselines.independent_categorical_log_prob
    assert levels(stored_x, stored_z, 2) == pytest.approx(levels(x, z, 2), rel=1e-12)
    assert baselines.grey_entropy(stored_z) == baselines.grey_entropy(z)
    errors = reconstruction.principal_components_errors
    assert np.allclose(errors(stored_x, stored_z, 5), errors(x, z, 5), rtol=1e-9)
    assert not np.allclose(errors(stored_x, stored_z, 5), errors(x, z, 6), rtol=1e-9)


SHOW = """
import resource, sys
from scratchgen.cli import main
try:
    main(["data", "show", *sys.argv[1:]] if sys.argv[1:] else ["info"])
except SystemExit:
    print(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024)
"""


def peak_of_data_show(*path):
    """The peak memory of `scratchgen data show` in megabytes; without a path, that of `scratchgen info`."""
    done = subprocess.run(
        [sys.executable, "-c", SHOW, *map(str, path)], capture_output=True, text=True, check=True
    )
    return int(done.stdout.split()[-1])


@pytest.mark.skipif(sys.platform != "linux", reason="the unit of ru_maxrss is that of Linux")
def test_data_show_of_an_array_of_256_mb_takes_less_memory_than_the_array(tmp_path):
    path = tmp_path / "own.npy"
    with open(path, "wb") as file:
        header = {"descr": "<f4", "fortran_order": False, "shape": (2**16, 32, 32)}
        np.lib.format.write_array_header_1_0(file, header)
        file.truncate(file.tell() + 2**28)  # sparse: its zeros take no space
    assert peak_of_data_show(path) - peak_of_data_show() < 128
