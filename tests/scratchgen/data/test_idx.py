"""The IDX reader accepts exactly the format, and names the file in its errors."""

import gzip
import re
import struct

import numpy as np
import pytest

from scratchgen.data.files.idx import read_idx
from scratchgen.errors import BadInput

IMAGES = np.arange(2 * 3 * 4, dtype=np.uint8).reshape(2, 3, 4)


def idx_bytes(x, type_code=8):
    return bytes([0, 0, type_code, x.ndim]) + struct.pack(f">{x.ndim}I", *x.shape) + x.tobytes()


@pytest.fixture
def path(tmp_path):
    return tmp_path / "images.gz"


@pytest.mark.parametrize("pack", [gzip.compress, bytes])
def test_a_written_file_is_read_compressed_or_not(pack, path):
    path.write_bytes(pack(idx_bytes(IMAGES)))
    x = read_idx(path, ndim=3)
    assert x.dtype == np.uint8 and np.array_equal(x, IMAGES)


@pytest.mark.parametrize(
    "content",
    [
        pytest.param(b"", id="empty"),
        pytest.param(gzip.compress(idx_bytes(IMAGES))[:-10], id="truncated gzip"),
        pytest.param(gzip.compress(b""), id="empty inside"),
        pytest.param(gzip.compress(idx_bytes(IMAGES)[:9]), id="truncated header"),
        pytest.param(gzip.compress(idx_bytes(IMAGES)[:-1]), id="one value short"),
        pytest.param(gzip.compress(idx_bytes(IMAGES) + b"\0"), id="one value long"),
        pytest.param(gzip.compress(idx_bytes(IMAGES, type_code=9)), id="another type"),
        pytest.param(gzip.compress(idx_bytes(IMAGES[0])), id="another number of dimensions"),
        pytest.param(gzip.compress(b"From: someone\n" * 9), id="another kind of file"),
        pytest.param(gzip.compress(b"\0\0\x08\x03" + b"\xff" * 12), id="absurd sizes"),
    ],
)
def test_any_other_file_is_refused_in_one_line_with_its_name(content, path):
    path.write_bytes(content)
    with pytest.raises(BadInput, match=re.escape(str(path))) as caught:
        read_idx(path, ndim=3)
    assert "\n" not in str(caught.value)


def test_a_flipped_bit_raises_or_changes_no_value(path):
    content = bytearray(gzip.compress(idx_bytes(IMAGES)))
    for place in range(10, len(content)):
        damaged = content.copy()
        damaged[place] ^= 0x10
        path.write_bytes(damaged)
        try:
            x = read_idx(path, ndim=3)
        except BadInput:
            continue
        assert np.array_equal(x, IMAGES)  # a padding bit of the stream
