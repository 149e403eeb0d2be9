"""A user's own images and text: accepted formats, splits, and errors for everything else."""

import io
import pickle
import zipfile

import numpy as np
import pytest

from scratchgen.data import load_images, load_text
from scratchgen.errors import BadInput

rng = np.random.default_rng(0)


def refused(load, path, *words):
    with pytest.raises(BadInput) as caught:
        load(path)
    message = str(caught.value)
    assert "\n" not in message
    for word in words:
        assert word in message


def npy_bytes(x):
    buffer = io.BytesIO()
    np.save(buffer, x)
    return buffer.getvalue()


def npz_bytes(x):
    buffer = io.BytesIO()
    np.savez_compressed(buffer, x)
    return buffer.getvalue()


@pytest.fixture
def npy(tmp_path):
    """A function that writes an array to an .npy file and returns the path."""

    def save(x):
        np.save(tmp_path / "own.npy", x)
        return str(tmp_path / "own.npy")

    return save


def test_every_image_is_in_exactly_one_part_in_a_fixed_order(npy):
    x = np.linspace(0, 1, 50 * 6, dtype=np.float64).reshape(50, 2, 3)
    path = npy(x)
    first, again = load_images(path), load_images(path)
    assert (len(first.train), len(first.validation), len(first.test)) == (40, 5, 5)
    assert first.image_shape == (2, 3, 1) and first.train.dtype == np.float32
    together = np.concatenate([first.train, first.validation, first.test])
    assert np.array_equal(np.sort(together, axis=0), x.reshape(50, 6).astype(np.float32))
    assert not np.array_equal(together, x.reshape(50, 6).astype(np.float32))
    assert np.array_equal(first.train, again.train) and np.array_equal(first.test, again.test)
    assert first.train_labels is None and first.classes == 0 and first.name == path


def test_bytes_are_divided_by_255(npy):
    x = rng.integers(0, 256, (20, 4), dtype=np.uint8)
    x[0] = [0, 255, 51, 102]
    images = load_images(npy(x))
    together = np.concatenate([images.train, images.validation, images.test])
    assert np.isclose(together, [0, 1, 0.2, 0.4]).all(axis=1).any()


@pytest.mark.parametrize(("D", "image_shape"), [(16, (4, 4, 1)), (12, (1, 12, 1)), (1, (1, 1, 1))])
def test_rows_are_shown_as_squares_if_possible(D, image_shape, npy):
    assert load_images(npy(rng.random((10, D)))).image_shape == image_shape


@pytest.mark.parametrize("arrays", [("anything",), ("labels", "images"), ("x", "y"), ("x_test", "x_train")])
def test_an_npz_needs_one_array_or_one_with_a_known_name(arrays, tmp_path):
    x = rng.random((10, 4))
    content = {name: np.zeros(3) for name in arrays}
    content[next((n for n in arrays if n in ("images", "x", "x_train")), arrays[0])] = x
    np.savez(tmp_path / "own.npz", **content)
    assert load_images(tmp_path / "own.npz").train.shape == (8, 4)


def test_the_error_for_an_npz_without_a_known_name_lists_its_arrays(tmp_path):
    np.savez(tmp_path / "own.npz", first=np.zeros(3), second=np.zeros(3))
    refused(load_images, tmp_path / "own.npz", "first, second", "x_train")


@pytest.mark.parametrize(
    ("x", "words"),
    [
        (np.array([[0.5, 0.5]] * 3 + [[0.5, np.nan]] * 9), ["NaN at row 3"]),
        (np.array([[0.5, 0.5]] * 11 + [[np.inf, 0.5]]), ["infinity at row 11"]),
        (np.full((10, 4), 255.0), ["largest value is 255", "divide by 255"]),
        (np.full((10, 4), 16.0), ["largest value is 16", "divide by 16"]),
        (np.full((10, 4), -0.5), ["smallest value is -0.5"]),
        (np.full((10, 4), -1, np.int64), ["whole numbers -1 … -1", "0 … 255 or 0 … 65535"]),
        (np.full((10, 4), 2**16, np.int64), ["whole numbers 65536 … 65536", "0 … 255 or 0 … 65535"]),
        (np.zeros((10, 4), complex), ["complex128"]),
        (np.array([["a"] * 4] * 10), ["<U1"]),
        (np.array([[None] * 4] * 10, dtype=object), ["objects", "never unpickled", "np.stack"]),
        (np.zeros(10), ["shape (10,)"]),
        (np.zeros((10, 4, 4, 3)), ["shape (10, 4, 4, 3)", "first or last", "--image-shape 4,4,3"]),
        (np.zeros((10, 4, 4, 4, 3)), ["shape (10, 4, 4, 4, 3)"]),
        (np.array(0.5), ["shape ()"]),
        (np.zeros((0, 4)), ["empty"]),
        (np.zeros((10, 0)), ["empty"]),
        (np.zeros((9, 4)), ["9 images", "at least 10"]),
    ],
)
def test_an_array_that_is_not_images_in_the_unit_interval_is_refused(x, words, npy):
    refused(load_images, npy(x), *words)


@pytest.mark.parametrize("dtype", [np.uint8, np.int64, np.uint16])
def test_whole_numbers_0_and_1_alone_are_black_and_white_and_it_is_said(dtype, npy):
    images = load_images(npy(np.tile(np.array([0, 1, 1, 0], dtype), (10, 1))))
    assert images.train.tolist() == [[0, 1, 1, 0]] * 8 and images.train.dtype == np.float32
    assert ("changed", "10 of 0 and 1 alone, taken as black and white") in images.report.lines()


def test_a_pickle_is_never_executed(tmp_path):
    class Planted:
        def __reduce__(self):
            return (open, (str(tmp_path / "executed"), "w"))

    (tmp_path / "plain.npy").write_bytes(pickle.dumps(Planted()))
    np.save(tmp_path / "object.npy", np.array([Planted()]), allow_pickle=True)
    np.savez(tmp_path / "object.npz", images=np.array([Planted()]))
    for name in ("plain.npy", "object.npy", "object.npz"):
        refused(load_images, tmp_path / name, name)
    assert not (tmp_path / "executed").exists()


@pytest.mark.parametrize("whole", [npy_bytes(rng.random((10, 4))), npz_bytes(rng.random((10, 4)))])
def test_a_file_cut_short_anywhere_is_refused(whole, tmp_path):
    path = tmp_path / "own.npy"
    for length in range(0, len(whole), 7):
        path.write_bytes(whole[:length])
        refused(load_images, path, str(path))


@pytest.mark.parametrize("whole", [npy_bytes(rng.random((10, 4))), npz_bytes(rng.random((10, 4)))])
def test_a_damaged_file_never_raises_anything_but_bad_input(whole, tmp_path):
    path = tmp_path / "own.npy"
    for _ in range(300):
        damaged = np.frombuffer(whole, np.uint8).copy()
        damaged[rng.integers(len(damaged), size=3)] = rng.integers(0, 256, 3)
        path.write_bytes(damaged.tobytes())
        try:
            load_images(path)
        except BadInput as error:
            assert "\n" not in str(error)


def test_another_kind_of_file_is_not_images(tmp_path):
    with zipfile.ZipFile(tmp_path / "own.zip", "w") as archive:
        archive.writestr("readme.txt", "hello")
    (tmp_path / "own.txt").write_text("hello")
    for name in ("own.zip", "own.txt"):
        refused(load_images, tmp_path / name, name)


def test_a_text_is_split_in_order_and_nothing_is_lost(tmp_path):
    text = "".join(chr(97 + i % 26) for i in range(1000))
    (tmp_path / "own.txt").write_text(text)
    own = load_text(tmp_path / "own.txt")
    assert (own.train, own.validation, own.test) == (text[:900], text[900:950], text[950:])
    assert own == load_text(tmp_path / "own.txt")


def test_byte_order_marks_and_carriage_returns_are_removed(tmp_path):
    (tmp_path / "own.txt").write_bytes(b"\xef\xbb\xbf" + "für\r\n".encode() * 10)
    own = load_text(tmp_path / "own.txt")
    assert own.train + own.validation + own.test == "für\n" * 10


@pytest.mark.parametrize(
    ("content", "words"),
    [
        (b"", ["0 characters"]),
        (b"nineteen characters", ["19 characters", "at least 20"]),
        ("für".encode("latin-1") * 20, ["UTF-8", "byte 1"]),
        (b"zero\0byte" * 20, ["zero bytes"]),
        (npz_bytes(np.zeros(3)), ["text"]),
    ],
)
def test_a_file_that_is_not_text_is_refused(content, words, tmp_path):
    (tmp_path / "own.txt").write_bytes(content)
    refused(load_text, tmp_path / "own.txt", *words)


@pytest.mark.parametrize(
    ("load", "name", "words"),
    [
        (load_images, "mnsit", ["digits, ", "nor a file", "did you mean mnist?"]),
        (load_images, "digit", ["did you mean digits?"]),
        (load_images, "qqqq", ["digits, ", ", mnist", "nor a file"]),
        (load_images, "", ["digits, "]),
        (load_images, "a\0b", ["digits, "]),
        (load_images, "stdlib", ["stdlib is not images", "digits, "]),
        (load_text, "tinyshakespear", ["did you mean tinyshakespeare?"]),
        (load_text, "mnist", ["mnist is not text but images", "stdlib, markov, tinyshakespeare"]),
        (load_text, "tatoeba-fra", ["did you mean tatoeba-fra-eng?"]),
    ],
)
def test_an_unknown_name_lists_the_known_ones_and_the_closest(load, name, words):
    refused(load, name, *words)


def test_a_misspelt_path_suggests_a_file_in_the_same_folder(tmp_path):
    (tmp_path / "letters.npy").touch()
    refused(load_images, tmp_path / "leters.npy", f"did you mean {tmp_path / 'letters.npy'}?")


def test_a_folder_without_texts_is_refused(tmp_path):
    refused(load_text, tmp_path, "holds no text that can be read")
