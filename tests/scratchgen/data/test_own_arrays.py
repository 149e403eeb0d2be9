"""Images in files of numbers as people have them: NPY, NPZ, IDX and tables, with their values, classes and parts."""

import gzip
import io
import struct
import zipfile

import numpy as np
import pytest

from scratchgen.data import load_any, load_images
from scratchgen.errors import BadInput

PARTS = ("train", "validation", "test")
everything = lambda data: np.concatenate([getattr(data, part) for part in PARTS])
labels_of = lambda data: np.concatenate([getattr(data, f"{part}_labels") for part in PARTS])

N, H, W = 40, 5, 6
rng = np.random.default_rng(0)
BYTES = rng.integers(0, 256, (N, H, W), dtype=np.uint8)
BYTES[0, 0] = [0, 255, 1, 254, 51, 102]  # the whole range is there
COLOURS = rng.integers(0, 256, (N, H, W, 3), dtype=np.uint8)
COLOURS[0, 0, 0] = [0, 255, 7]
CLASSES = np.arange(N) % 4


def lines(data, label="changed"):
    return [text for found, text in data.report.lines() if found == label]


def assert_same_images(data, expected):
    """The images are those of an array in [0, 1], in any order."""
    x = everything(data)
    assert x.dtype == np.float32
    expected = np.asarray(expected, np.float32).reshape(len(expected), -1)
    key = lambda rows: rows[np.lexsort(rows.T[::-1])]
    np.testing.assert_array_equal(key(x), key(expected))


def refused(path, *words, **options):
    with pytest.raises(BadInput) as caught:
        load_any(path, **options)
    assert "\n" not in str(caught.value)
    for word in words:
        assert word in str(caught.value)


@pytest.fixture
def npy(tmp_path):
    def save(x, name="own.npy"):
        with open(tmp_path / name, "wb") as file:  # np.save would add an ending
            np.save(file, x)
        return str(tmp_path / name)

    return save


@pytest.fixture
def npz(tmp_path):
    def save(*unnamed, **arrays):
        np.savez(tmp_path / "own.npz", *unnamed, **arrays)
        return str(tmp_path / "own.npz")

    return save


# --- layouts ------------------------------------------------------------------------------------------------

LAYOUTS = {
    "heights and widths": (BYTES, BYTES),
    "one channel first": (BYTES[:, None], BYTES),
    "one channel last": (BYTES[..., None], BYTES),
    "colours last": (COLOURS, COLOURS),
    "colours first": (np.moveaxis(COLOURS, 3, 1), COLOURS),
    "Fortran's order": (np.asfortranarray(COLOURS), COLOURS),
    "no neighbours in memory": (np.repeat(COLOURS, 2, axis=2)[:, :, ::2], COLOURS),
}


@pytest.mark.parametrize(("x", "expected"), LAYOUTS.values(), ids=LAYOUTS)
def test_every_layout_gives_the_same_images(x, expected, npy):
    data = load_any(npy(x))
    assert_same_images(data, expected / np.float32(255))
    C = 3 if expected.ndim == 4 else 1
    assert data.image_shape == (H, W, C)
    first = x.ndim == 4 and x.shape[1] in (1, 3)
    assert lines(data) == ([f"{N} with the channels first, now last"] if first else [])
    assert lines(data, "read") == [f"{N} images of {H} × {W}, {'grey' if C == 1 else 'in colour'}"]


@pytest.mark.parametrize("name", ["UPPER.NPY", "no_ending", "wrong.png", "text.txt"])
def test_the_name_of_a_file_makes_no_difference(name, npy):
    assert_same_images(load_any(npy(BYTES, name)), BYTES / np.float32(255))


def test_flat_colours_need_a_shape_in_either_order(npy):
    side = 8
    x = rng.integers(0, 256, (N, side, side, 3), dtype=np.uint8)
    last, first = x.reshape(N, -1), np.moveaxis(x, 3, 1).reshape(N, -1)
    refused(npy(last), "rows of 192 numbers", "8 × 8 in colour", "--image-shape 8,8,3", "3,8,8")
    for stored, shape in ((last, "8,8,3"), (last, "8x8x3"), (first, "3,8,8")):
        data = load_any(npy(stored), image_shape=shape)
        assert_same_images(data, x / np.float32(255))
        assert data.image_shape == (8, 8, 3)
    refused(npy(last), "--image-shape 8,8 has 64 numbers, but a row of", "has 192", image_shape="8,8")
    refused(npy(last), "the shape of an image is height,width", "'8by8'", image_shape="8by8")
    refused(npy(last), "not '8,0,3'", image_shape="8,0,3")


def test_flat_grey_images_that_are_no_squares_take_a_shape(npy):
    data = load_any(npy(BYTES.reshape(N, -1)), image_shape="5,6")
    assert_same_images(data, BYTES / np.float32(255))
    assert data.image_shape == (H, W, 1)


@pytest.mark.parametrize("shape", [(N, 3, 7, 3), (N, 4, 7, 3), (N, 1, 7, 3), (N, 4, 4, 4)])
def test_channels_that_may_be_first_or_last_are_refused_unless_the_shape_is_said(shape, npy):
    x = rng.integers(0, 256, shape, dtype=np.uint8)
    said = ",".join(map(str, shape[1:]))
    refused(npy(x), f"shape {shape}", "first or last", f"--image-shape {said}")
    assert load_any(npy(x), image_shape=said).image_shape == (*shape[1:3], 3)


@pytest.mark.parametrize("shape", [(N, 5, 6, 2), (N, 5, 6, 5), (N, 2, 6, 7)])
def test_an_axis_of_another_number_of_channels_is_refused(shape, npy):
    refused(npy(np.zeros(shape, np.uint8)), f"shape {shape}", "1, 3 or 4 channels")


def test_transparent_colours_are_laid_on_the_background(npy):
    x = np.zeros((N, 5, 6, 4), np.uint8)
    x[:, 0, 0] = 10, 20, 30, 255
    x[:, 0, 1] = 0, 0, 0, 51
    data = load_any(npy(x))
    expected = np.ones((N, 5, 6, 3))
    expected[:, 0, 0], expected[:, 0, 1] = np.array([10, 20, 30]) / 255, 0.8
    np.testing.assert_allclose(everything(data).reshape(expected.shape), expected, atol=1e-6)
    assert lines(data) == [f"{N} transparent, laid on white"]
    blue = everything(load_any(npy(x), background="blue")).reshape(expected.shape)
    np.testing.assert_allclose(blue[0, 1, 1], [0, 0, 1])


def test_channels_can_be_asked_for(npy):
    grey = load_any(npy(COLOURS), channels="grey")
    expected = COLOURS @ np.array([0.299, 0.587, 0.114]) / 255
    order = np.argsort(expected[:, 0, 0])
    found = everything(grey).reshape(N, H, W)
    np.testing.assert_allclose(found[np.argsort(found[:, 0, 0])], expected[order], atol=1e-6)
    assert lines(grey) == [f"{N} converted to grey, as requested (ITU-R BT.601)"]
    coloured = load_any(npy(BYTES), channels="colour")
    assert_same_images(coloured, np.repeat(BYTES[..., None], 3, 3) / np.float32(255))
    assert lines(coloured) == [f"{N} stored in grey, now with three equal channels"]


# --- numbers ------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("dtype", ["u1", "i2", ">i2", "i4", "i8", ">i8", "u2", "u4", "u8"])
def test_whole_numbers_to_255_are_divided_by_255_whatever_their_type(dtype, npy):
    data = load_any(npy(BYTES.astype(dtype)))
    assert_same_images(data, BYTES / np.float32(255))
    assert lines(data, "values") == ["0 … 255 → 0 … 1"]


@pytest.mark.parametrize("dtype", ["<u2", ">u2", "i4", "i8"])
def test_larger_whole_numbers_are_divided_by_65535(dtype, npy):
    deep = rng.integers(0, 65536, (N, H, W)).astype(dtype)
    assert_same_images(load_any(npy(deep)), (deep.astype(np.float64) / 65535).astype(np.float32))


@pytest.mark.parametrize("dtype", ["f2", "f4", ">f4", "f8", ">f8", "g"])
def test_floats_in_the_unit_interval_are_kept(dtype, npy):
    x = rng.random((N, H, W)).astype(dtype)
    assert_same_images(load_any(npy(x)), x.astype(np.float32))


@pytest.mark.parametrize("dtype", ["f2", "f4", "f8"])
def test_floats_to_255_are_refused_with_the_way_out(dtype, npy):
    refused(npy(BYTES.astype(dtype)), "the largest value is 255", "divide by 255")


def test_masks_are_black_and_white(npy):
    mask = rng.random((N, H, W)) > 0.5
    assert_same_images(load_any(npy(mask)), mask)


@pytest.mark.parametrize(
    "x",
    [
        np.full((N, H, W), "a"),
        np.zeros((N, H, W), complex),
        np.zeros((N, H, W), "M8[s]"),
        np.zeros((N, H, W), [("r", "u1"), ("g", "u1")]),
        np.zeros((N, H, W), "V3"),
    ],
)
def test_what_are_no_numbers_is_refused_by_its_type(x, npy):
    refused(npy(x), f"{x.dtype} values; save numbers")


def test_nan_is_refused_with_its_row(npy):
    x = rng.random((N, H, W))
    x[7, 2, 2] = np.nan
    refused(npy(x), "NaN at row 7")


def test_objects_are_never_unpickled_and_the_message_says_how_to_save_numbers(npz, tmp_path):
    ragged = np.array([np.zeros((4, 4)), np.zeros((5, 5))], object)
    with open(tmp_path / "own.npy", "wb") as file:
        np.save(file, ragged, allow_pickle=True)
    for path in (tmp_path / "own.npy", npz(images=ragged)):
        refused(path, "objects", "never unpickled", "np.stack(images)")


def test_an_array_of_objects_beside_the_images_is_left_out(npz):
    data = load_any(npz(images=BYTES, files=np.array(["a", None] * 20, object)))
    assert_same_images(data, BYTES / np.float32(255))
    assert lines(data, "ignored") == ["1 (an array of objects, which is never unpickled): files"]


# --- names and classes --------------------------------------------------------------------------------------


def assert_same_classes(data, numbers, names):
    """Each image, known by its first row, has its class still."""
    key = lambda row: tuple(np.rint(np.ravel(row)[:6] * 255).astype(int))
    expected = {key(x / 255): k for x, k in zip(BYTES, numbers, strict=True)}
    x, k = everything(data), labels_of(data)
    assert len(expected) == N and [expected[key(row)] for row in x] == k.tolist()
    assert data.report.classes == tuple(names) and k.dtype == np.int64
    assert np.bincount(data.train_labels, minlength=len(names)).min() > 0


LABELS = {
    "numbers": (CLASSES, CLASSES, "0123"),
    "a column": (CLASSES[:, None], CLASSES, "0123"),
    "small numbers": (CLASSES.astype(np.uint8), CLASSES, "0123"),
    "big-endian": (CLASSES.astype(">i4"), CLASSES, "0123"),
    "floats": (CLASSES.astype(np.float64), CLASSES, "0123"),
    "zeros with a one": (np.eye(4, dtype=int)[CLASSES], CLASSES, "0123"),
    "zeros with a one, floats": (np.eye(4, dtype=np.float32)[CLASSES], CLASSES, "0123"),
    "from one": (CLASSES + 1, CLASSES, "1234"),
    "with gaps": (10 * CLASSES, CLASSES, ["0", "10", "20", "30"]),
    "texts": (np.array(["dog", "cat", "ant", "bee"])[CLASSES], 3 - np.array([0, 1, 3, 2])[CLASSES],
              ["ant", "bee", "cat", "dog"]),
    "two": (CLASSES % 2 == 0, (CLASSES + 1) % 2, "01"),
}  # fmt: skip


@pytest.mark.parametrize(("labels", "numbers", "names"), LABELS.values(), ids=LABELS)
def test_labels_of_every_form_are_the_classes(labels, numbers, names, npz):
    data = load_any(npz(images=BYTES, labels=labels))
    assert_same_classes(data, numbers, names)
    assert data.class_names == (() if "".join(names) in ("0123", "01") else tuple(names))
    assert lines(data, "split") == ["80/10/10 at random, each class by itself"]


@pytest.mark.parametrize(
    ("images", "labels"),
    [
        ("images", "labels"),
        ("x", "y"),
        ("X", "Y"),
        ("data", "targets"),
        ("images", "label"),
        ("arr_0", "arr_1"),
    ],
)
def test_known_names_are_images_and_labels(images, labels, npz):
    assert_same_classes(load_any(npz(**{labels: CLASSES, images: BYTES})), CLASSES, "0123")


def test_positional_arrays_are_images_and_labels_but_for_numbers_that_count_the_images(npz):
    assert_same_classes(load_any(npz(BYTES, CLASSES)), CLASSES, "0123")
    data = load_any(npz(BYTES, np.arange(N)))
    assert data.train_labels is None
    assert lines(data, "ignored") == ["1 (an array with another value for each image, no classes): arr_1"]


def test_arrays_of_other_names_or_lengths_are_named(npz):
    data = load_any(npz(images=BYTES, labels=CLASSES[:-1], mean=np.zeros((H, W)), note=np.array(3)))
    assert data.train_labels is None
    assert lines(data, "ignored") == ["3 (an array that is not read): labels, mean, note"]


@pytest.mark.parametrize(
    ("labels", "words"),
    [
        (np.linspace(0, 1, N), "float64 values; labels are whole numbers 0, 1, … or texts"),
        (CLASSES - 1, "labels are whole numbers 0, 1, …"),
        (np.zeros((N, 3), int), "shape (40, 3)"),
        (np.arange(N), "40 labels for 40 images are no classes"),
        (np.arange(N) // 2 * 2 + (np.arange(N) > 30) * np.arange(N), "are no classes"),
        (np.where(np.arange(N) == 5, 9, CLASSES), "class '9' has a single image"),
    ],
)
def test_labels_that_are_no_classes_are_refused(labels, words, npz):
    refused(npz(images=BYTES, labels=labels), words)


def test_two_arrays_of_one_name_are_refused(tmp_path):
    buffer = io.BytesIO()
    np.save(buffer, BYTES)
    with zipfile.ZipFile(tmp_path / "own.npz", "w") as archive, pytest.warns(UserWarning, match="Duplicate"):
        archive.writestr("images.npy", buffer.getvalue())
        archive.writestr("images.npy", buffer.getvalue())
    refused(tmp_path / "own.npz", "holds two arrays of the name images", "np.savez")


def test_a_file_of_another_kind_is_refused_as_what_it_is(tmp_path):
    (tmp_path / "cat.png").write_bytes(b"\x89PNG\r\n\x1a\n")
    refused(tmp_path / "cat.png", "cat.png is a single PNG picture; name a folder of at least 10")
    for content, words in ((b"a text\nof two lines", "is a text file"), (b"MThd\0\0", "is a MIDI file")):
        (tmp_path / "own.npy").write_bytes(content)
        with pytest.raises(BadInput, match=f"{words}, which holds no images; save them with np.save"):
            load_images(tmp_path / "own.npy")
    (tmp_path / "own.npy").write_bytes(b"\1\2\3 of no kind")
    with pytest.raises(
        BadInput, match=r"is not a NumPy file of numbers .it does not begin like one."
    ) as caught:
        load_images(tmp_path / "own.npy")
    assert "pickle" not in str(caught.value)


def test_an_archive_of_pictures_is_refused_with_the_way_out(tmp_path):
    with zipfile.ZipFile(tmp_path / "pictures.zip", "w") as archive:
        for i in range(12):
            archive.writestr(f"{i}.png", b"\x89PNG\r\n\x1a\n")
    refused(tmp_path / "pictures.zip", "is an archive without arrays; unpack it and name the folder")


# --- parts --------------------------------------------------------------------------------------------------

NAMES = {
    "Keras": "x_{} y_{}", "Keras, capitals": "X_{} Y_{}", "images first": "images_{} labels_{}",
    "part first": "{}_images {}_labels", "part first, short": "{}_x {}_y",
}  # fmt: skip


@pytest.mark.parametrize("names", NAMES.values(), ids=NAMES)
@pytest.mark.parametrize("validation", ["val", "valid", "validation", None])
def test_the_parts_of_a_file_are_kept(names, validation, npz):
    x = np.arange(60, dtype=np.uint8)[:, None, None] + np.zeros((60, 3, 3), np.uint8)
    k, ends = np.arange(60) % 2, {"train": (0, 40), "test": (40, 52), validation: (52, 60)}
    images, labels = names.split()
    arrays = {}
    for part, (a, b) in ends.items():
        if part:
            arrays[images.format(part)], arrays[labels.format(part)] = x[a:b], k[a:b, None]
    data = load_any(npz(**arrays))
    shade = lambda rows: sorted(np.rint(rows[:, 0] * 255).astype(int).tolist())
    assert shade(data.test) == list(range(40, 52)) and data.report.classes == ("0", "1")
    if validation:
        assert shade(data.train) == list(range(40)) and shade(data.validation) == list(range(52, 60))
        assert lines(data, "split") == ["given by the file: train 40, validation 8, test 12"]
    else:
        assert sorted(shade(data.train) + shade(data.validation)) == list(range(40))
        assert np.bincount(data.validation_labels).tolist() == [2, 2]
        (line,) = lines(data, "split")
        assert line == "given by the file: train 40, test 12; validation: 4 of the training part, at random"
    for part in PARTS:
        shades = np.rint(getattr(data, part)[:, 0] * 255)
        np.testing.assert_array_equal(shades % 2, getattr(data, f"{part}_labels"))
    assert not lines(data, "ignored")


def test_parts_of_different_shapes_are_refused_and_what_are_no_images_is_named(npz):
    refused(npz(x_train=BYTES, x_test=BYTES[:, 1:]), "images of its parts", "(40, 5, 6) and (40, 4, 6)")
    data = load_any(npz(x_train=BYTES, x_test=np.zeros(3)))
    assert len(everything(data)) == N and lines(data, "ignored") == ["1 (an array that is not read): x_test"]


def test_a_test_part_without_labels_leaves_all_without_and_it_is_said(npz):
    data = load_any(npz(x_train=BYTES, y_train=CLASSES, x_test=BYTES))
    assert len(data.test) == N and data.train_labels is None
    assert lines(data, "ignored") == ["1 (an array that is not read): y_train"]


def test_a_class_of_the_test_part_alone_is_refused(npz):
    path = npz(x_train=BYTES, y_train=CLASSES, x_test=BYTES, y_test=CLASSES + 1)
    refused(path, "class '4' has no example in the training part")


# --- IDX ----------------------------------------------------------------------------------------------------

CODES = {"u1": 8, "i1": 9, ">i2": 11, ">i4": 12, ">f4": 13, ">f8": 14}


def idx_bytes(x):
    code = CODES[x.dtype.str.lstrip("|")]
    return bytes([0, 0, code, x.ndim]) + struct.pack(f">{x.ndim}I", *x.shape) + x.tobytes()


@pytest.mark.parametrize("pack", [bytes, gzip.compress])
@pytest.mark.parametrize(
    ("images", "labels"),
    [
        ("train-images-idx3-ubyte", "train-labels-idx1-ubyte"),
        ("train-images.idx3-ubyte", "train-labels.idx1-ubyte"),
    ],
)
def test_idx_is_read_packed_or_not_with_the_labels_beside_it(images, labels, pack, tmp_path):
    ending = "" if pack is bytes else ".gz"
    (tmp_path / (images + ending)).write_bytes(pack(idx_bytes(BYTES)))
    (tmp_path / (labels + ending)).write_bytes(pack(idx_bytes(CLASSES.astype("u1"))))
    data = load_any(tmp_path / (images + ending))
    assert_same_images(data, BYTES / np.float32(255))
    assert_same_classes(data, CLASSES, "0123")
    assert f"({labels}{ending})" in lines(data, "found")[0]


def test_idx_without_labels_has_no_classes(tmp_path):
    (tmp_path / "imgs-idx3-ubyte").write_bytes(idx_bytes(BYTES))
    data = load_any(tmp_path / "imgs-idx3-ubyte")
    assert_same_images(data, BYTES / np.float32(255))
    assert data.train_labels is None


@pytest.mark.parametrize("dtype", [">i2", ">i4", ">f4", ">f8"])
def test_idx_of_every_type_has_its_values(dtype, tmp_path):
    x = (BYTES / 255 if "f" in dtype else BYTES).astype(dtype)
    (tmp_path / "own").write_bytes(idx_bytes(x))
    assert_same_images(
        load_any(tmp_path / "own"), (x if "f" in dtype else x / np.float32(255)).astype(np.float32)
    )


@pytest.mark.parametrize("pack", [bytes, gzip.compress])
def test_idx_that_is_cut_or_does_not_fit_its_labels_is_refused(pack, tmp_path):
    path = tmp_path / "own-images-idx3"
    whole = idx_bytes(BYTES)
    path.write_bytes(pack(whole[:-1]))
    refused(path, "declares 40 × 5 × 6 values of 1 bytes but contains 1199 bytes")
    path.write_bytes(pack(whole[:9]))
    refused(path, "not a complete IDX file")
    path.write_bytes(pack(whole))
    (tmp_path / "own-labels-idx1").write_bytes(idx_bytes(CLASSES[:-1].astype("u1")))
    refused(path, "39 labels for 40 images; give one for each")
    (tmp_path / "own-labels-idx1").write_bytes(b"")
    refused(path, "own-labels-idx1 is not a complete IDX file")


def test_a_gzip_file_that_is_damaged_or_holds_something_else_is_refused(tmp_path):
    path = tmp_path / "own.gz"
    path.write_bytes(gzip.compress(idx_bytes(BYTES))[:-10])
    refused(path, "is a gzip file that is damaged; unpack it")
    large = rng.integers(0, 256, (N, 64, 64), dtype=np.uint8)  # the damage is beyond what tells the kind
    path.write_bytes(gzip.compress(idx_bytes(large))[:-10])
    refused(path, "own.gz is not a complete gzip file")
    path.write_bytes(b"\x1f\x8b and so on")
    refused(path, "is a gzip file that is damaged; unpack it")
    path.write_bytes(gzip.compress(b"\x89PNG\r\n\x1a\n"))
    refused(path, "is a gzip file of kind PNG, which is not read from gzip; unpack it")


# --- tables -------------------------------------------------------------------------------------------------

SQUARES = rng.integers(0, 256, (N, 8, 8), dtype=np.uint8)


def table(columns, separator=",", header=None, end="\n", mark=""):
    rows = [separator.join(map(str, row)) for row in columns]
    return (mark + end.join(([separator.join(header)] if header else []) + rows) + end).encode()


PIXELS = SQUARES.reshape(N, -1)
LABELLED = np.column_stack([CLASSES, PIXELS])
NUMBERED = [f"pixel{k}" for k in range(64)]
TABLES = {
    "a header": table(LABELLED, header=["label", *NUMBERED]),
    "no header": table(LABELLED),
    "semicolons": table(LABELLED, ";"),
    "tabs": table(LABELLED, "\t"),
    "carriage returns and a mark": table(LABELLED, end="\r\n", mark="\ufeff", header=["label", *NUMBERED]),
    "the class last, by its name": table(np.roll(LABELLED, -1, 1), header=[*NUMBERED, "class"]),
    "the class last, after a corner that is always black": None,
    "rows and columns": table(LABELLED, header=["Label", *(f"{i}x{j}" for i in range(8) for j in range(8))]),
}


@pytest.mark.parametrize("name", TABLES)
def test_a_table_of_classes_and_pixels_is_images(name, tmp_path):
    content, pixels = TABLES[name], PIXELS
    if content is None:
        pixels = np.where(np.arange(64) == 0, 0, PIXELS)
        content = table(np.column_stack([pixels, CLASSES]))
    (tmp_path / "own.csv").write_bytes(content)
    data = load_any(tmp_path / "own.csv")
    assert_same_images(data, pixels / np.float32(255))
    assert data.image_shape == (8, 8, 1) and data.report.classes == tuple("0123")
    known = {tuple(row): k for row, k in zip(pixels.tolist(), CLASSES, strict=True)}
    found = np.rint(everything(data) * 255).astype(int).tolist()
    assert [known[tuple(row)] for row in found] == labels_of(data).tolist()


@pytest.mark.parametrize("header", [None, NUMBERED])
def test_a_table_of_pixels_alone_is_images_without_classes(header, tmp_path):
    (tmp_path / "own.csv").write_bytes(table(PIXELS, header=header))
    data = load_any(tmp_path / "own.csv")
    assert_same_images(data, PIXELS / np.float32(255))
    assert data.train_labels is None


def test_a_table_of_large_images_with_a_long_header_is_images(tmp_path):
    """A line of MNIST with its header is longer than the beginning of other files that tells their kind."""
    x = rng.integers(0, 256, (12, 784))
    (tmp_path / "mnist.csv").write_bytes(
        table(np.column_stack([np.arange(12) % 2, x]), header=["label", *(f"pixel{k}" for k in range(784))])
    )
    data = load_any(tmp_path / "mnist.csv")
    assert_same_images(data, x / np.float32(255))
    assert data.image_shape == (28, 28, 1) and data.report.found == {"CSV": 1}


def test_a_table_of_colours_takes_a_shape(tmp_path):
    x = rng.integers(0, 256, (12, 8, 8, 3))
    (tmp_path / "own.csv").write_bytes(table(np.column_stack([np.arange(12) % 2, x.reshape(12, -1)])))
    refused(tmp_path / "own.csv", "rows of 192 numbers", "--image-shape 8,8,3")
    assert_same_images(load_any(tmp_path / "own.csv", image_shape="8,8,3"), x / np.float32(255))


@pytest.mark.parametrize(
    "columns",
    [
        np.column_stack([PIXELS, CLASSES, CLASSES]),  # no square
        np.column_stack([CLASSES, PIXELS.astype(int) + 1]),  # above 255
        np.column_stack([CLASSES, PIXELS / 2]),  # no whole numbers
        np.column_stack([CLASSES, PIXELS.astype(int) - 1]),  # below 0
    ],
)
def test_other_tables_are_no_images(columns, tmp_path):
    path = tmp_path / "own.csv"
    path.write_bytes(table(columns))
    with pytest.raises(BadInput, match="is a table, but its lines are no images"):
        load_images(path)
    assert load_any(path).kind == "table"


@pytest.mark.parametrize("header", [None, ["class", *(f"p{k}" for k in range(16))]])
def test_a_few_whole_numbers_are_an_image_if_their_names_are_numbered_alone(header, tmp_path):
    """The strokes of a pen are 16 whole numbers and a class, and no image."""
    columns = np.column_stack([CLASSES, PIXELS[:, :16]])
    (tmp_path / "own.csv").write_bytes(table(columns, header=header))
    assert load_any(tmp_path / "own.csv").kind == ("images" if header else "table")


def test_a_table_whose_columns_have_names_of_their_own_is_no_image(tmp_path):
    names = [f"{'abcdefgh'[k // 8]}{'abcdefgh'[k % 8]}" for k in range(64)]
    (tmp_path / "own.csv").write_bytes(table(LABELLED, header=["label", *names]))
    with pytest.raises(BadInput, match="is a table, but its lines are no images"):
        load_images(tmp_path / "own.csv")


def test_options_that_have_no_meaning_for_an_array_are_refused(npy):
    for name, value in (("size", 8), ("skip_bad", True), ("encoding", "latin-1")):
        refused(
            npy(BYTES), f"--{name.replace('_', '-')} has no meaning for an array of images", **{name: value}
        )
