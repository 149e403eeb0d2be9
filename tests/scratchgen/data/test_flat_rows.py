"""Flat rows that may be images or a table: bytes tell, the rest is asked for, and every option settles it."""

import numpy as np
import pytest

from scratchgen.data import load_any, load_images, load_table
from scratchgen.data.files.flat_rows import are_bytes_of_squares
from scratchgen.data.options import LoadOptions
from scratchgen.data.stored import StoredArray, open_array
from scratchgen.errors import BadInput
from scratchgen.tasks import choose
from scratchgen.tasks.other_data import settings_for
from scratchgen.tasks.rows import RowInfo

N = 20
RNG = np.random.default_rng(0)
bytes_of = lambda D: RNG.integers(0, 256, (N, D), np.uint8)


@pytest.fixture
def save(tmp_path):
    def write(x):
        np.save(tmp_path / "own.npy", x)
        return str(tmp_path / "own.npy")

    return write


def asked(path, *words, **options):
    with pytest.raises(BadInput) as caught:
        load_any(path, **options)
    message = str(caught.value)
    assert "\n" not in message and message.startswith(f"{path} has rows of ")
    for word in words:
        assert word in message, message


BYTES = {
    "whole numbers": bytes_of(784),
    "whole numbers of 64 bits": bytes_of(784).astype(np.int64),
    "whole numbers, 0 and 1": bytes_of(784) // 128,
    "truth values": bytes_of(784) > 127,
    "float32": bytes_of(784) / np.float32(255),
    "float64": bytes_of(784) / 255,
    "float16": (bytes_of(784) / 255).astype(np.float16),
    "floats, 0 and 1": (bytes_of(784) > 127).astype(np.float32),
    "the smallest": bytes_of(64),
}


@pytest.mark.parametrize("x", BYTES.values(), ids=BYTES)
def test_bytes_in_squares_are_images_and_the_report_says_what_they_were_taken_for(x, save):
    data, D = load_any(save(x)), x.shape[1]
    side = round(D**0.5)
    assert data.kind == "images" and data.image_shape == (side, side, 1)
    expected = f"20 images of {side} × {side}, grey, from flat rows of {D} numbers; --kind table if they are no images"
    assert data.report.read == expected
    assert load_any(save(x), kind="table").kind == "table"
    for given in ({"kind": "images"}, {"image_shape": f"{side},{side}"}):  # who has said it need not be told
        assert load_any(save(x), **given).report.read == f"20 images of {side} × {side}, grey"


ASKED = {
    "784 numbers between bytes": (RNG.random((N, 784)), "784 numbers in [0, 1]", "28 × 28", "28,28"),
    "784 whole numbers beyond bytes": (
        bytes_of(784).astype(np.uint16) * 200,
        "784 whole numbers,",
        "28 × 28",
        "28,28",
    ),
    "one number between bytes": (
        np.where(np.arange(N * 784).reshape(N, 784) == 7, 0.5, bytes_of(784) / 255),
        "784 numbers in [0, 1]",
        "28 × 28",
        "28,28",
    ),
    "4 numbers": (RNG.random((N, 4)), "4 numbers in [0, 1]", "2 × 2", "2,2"),
    "4 bytes": (bytes_of(4), "4 whole numbers,", "2 × 2", "2,2"),
    "4 answers": (bytes_of(4) // 128, "4 whole numbers,", "2 × 2", "2,2"),
    "4 truth values": (bytes_of(4) > 127, "4 whole numbers,", "2 × 2", "2,2"),
    "49 bytes, fewer than images without a header have": (bytes_of(49), "49 whole numbers,", "7 × 7", "7,7"),
    "12 numbers": (RNG.random((N, 12)), "12 numbers in [0, 1]", "2 × 2 in colour", "2,2,3"),
}


@pytest.mark.parametrize(("x", "numbers", "size", "shape"), ASKED.values(), ids=ASKED)
def test_where_nothing_tells_the_kind_is_asked_for_with_what_it_may_be_and_each_answer_is_taken(
    x, numbers, size, shape, save
):
    path, D = save(x), x.shape[1]
    asked(
        path,
        f"rows of {numbers}",
        f"may be images of {size} or a table",
        f"--image-shape {shape}",
        "--kind table",
    )
    table = load_any(path, kind="table")
    assert table.kind == "table" and len(table.columns) == D
    sizes = tuple(map(int, shape.split(",")))
    assert load_any(path, image_shape=shape).image_shape == (*sizes, 1)[:3]


@pytest.mark.parametrize("x", [bytes_of(3072), RNG.random((N, 3072)), bytes_of(3072) / np.float32(255)])
def test_colours_need_their_order_and_may_be_a_table(x, save):
    path = save(x)
    asked(
        path,
        "3,072 numbers",
        "--image-shape 32,32,3",
        "3,32,32",
        "--kind table",
        "(N, height, width, channels)",
    )
    assert load_any(path, kind="table").kind == "table"
    assert load_any(path, image_shape="32,32,3").image_shape == (32, 32, 3)


@pytest.mark.parametrize(
    "x",
    [
        RNG.random((N, 1)),
        RNG.random((N, 3)),  # a grey square of one pixel, in colour
        bytes_of(7) > 127,
        RNG.random((N, 784)) * 1.5,
        RNG.random((N, 784)) - 0.5,
        bytes_of(784).astype(np.int64) * 300,
    ],
)
def test_rows_that_cannot_be_pixels_or_squares_are_a_table_without_a_question(x, save):
    assert load_any(save(x)).kind == "table"


@pytest.mark.parametrize("shape", [(N, 2, 2), (N, 2, 2, 1)])
def test_arrays_with_a_height_and_a_width_are_images_without_a_question(shape, save):
    assert load_any(save(RNG.random(shape))).kind == "images"


def test_an_array_that_is_named_images_holds_images(tmp_path):
    x = RNG.random((N, 16))
    np.savez(tmp_path / "own.npz", x)
    asked(tmp_path / "own.npz", "--kind table")
    np.savez(tmp_path / "own.npz", images=x)
    assert load_any(tmp_path / "own.npz").image_shape == (4, 4, 1)
    np.savez(tmp_path / "own.npz", x_train=x, x_test=x)
    asked(tmp_path / "own.npz", "images of 4 × 4 or a table")


def test_an_array_that_stays_on_disk_is_told_by_all_its_rows(save, monkeypatch):
    monkeypatch.setattr("scratchgen.data.stored.IN_MEMORY", 1)
    monkeypatch.setattr("scratchgen.data.stored.AT_ONCE", 784 * 4 * 3)  # three rows at a time
    x = (bytes_of(784) / 255).astype(np.float32)
    stored = open_array(save(x))
    assert isinstance(stored, StoredArray) and are_bytes_of_squares(stored)
    x[-1, -1] = 0.5
    assert not are_bytes_of_squares(open_array(save(x)))


def test_a_csv_file_of_pixels_is_a_table_where_that_is_said_and_a_table_is_no_images(tmp_path):
    x = np.column_stack([np.arange(N) % 2, bytes_of(64)])
    np.savetxt(tmp_path / "own.csv", x, "%d", ",")
    assert load_any(tmp_path / "own.csv").kind == "images"
    assert load_any(tmp_path / "own.csv", kind="table").kind == "table"
    np.savetxt(tmp_path / "own.csv", x / 2, "%.1f", ",")
    with pytest.raises(BadInput, match="is a table, but its lines are no images"):
        load_any(tmp_path / "own.csv", kind="images")


def test_a_kind_that_contradicts_the_call_or_is_none_is_refused(save, tmp_path):
    path = save(bytes_of(64))
    with pytest.raises(BadInput, match="read as images here, not as table; leave out --kind"):
        load_images(path, kind="table")
    with pytest.raises(BadInput, match="read as table here, not as images; leave out --kind"):
        load_table(path, kind="images")
    with pytest.raises(BadInput, match="--image-shape has no meaning for tables"):
        load_any(path, kind="table", image_shape="8,8")
    with pytest.raises(BadInput, match="kinds of rows are as found, images, table, not 'rows'"):
        load_any(path, kind="rows")
    (tmp_path / "text.txt").write_text("a text of a few words\n" * 20)
    with pytest.raises(BadInput, match="--kind has no meaning for texts"):
        load_any(tmp_path / "text.txt", kind="table")


@pytest.mark.parametrize("kind", ["images", "table"])
def test_other_rows_for_a_run_are_what_its_own_rows_are(kind, save):
    info = RowInfo(kind=kind, image_shape=(2, 2, 1), data_dim=4)
    found = settings_for(
        save(RNG.random((N, 4))), {"kind": "as found", "size": 0, "channels": "as stored"}, info
    )
    assert found["kind"] == kind
    assert load_any(save(RNG.random((N, 4))), **found).kind == kind


def test_a_table_that_is_asked_for_is_for_a_vae_or_a_series(save):
    path = save(bytes_of(64))
    assert choose("vae", path, {"kind": "table"}).name == "vae" and choose("gan", path, {}).name == "gan"
    with pytest.raises(BadInput, match="is a table, which the task gan is not for"):
        choose("gan", path, {"kind": "table"})
    with pytest.raises(BadInput, match="choose --task series if each row is a step in time"):
        choose("rnn", path, {})
    assert LoadOptions(kind="table").only_for("pictures") == LoadOptions()
