"""Reader of IDX files, the format of MNIST, gzipped or not."""

from __future__ import annotations

import gzip
import math
import struct
import zlib
from pathlib import Path

import numpy as np

from scratchgen.errors import BadInput

GZIP = b"\x1f\x8b"  # the first bytes of a gzip file
UNSIGNED_BYTE = 0x08  # the format's code for uint8, the only type that MNIST uses
TYPES = {0x08: "u1", 0x09: "i1", 0x0B: ">i2", 0x0C: ">i4", 0x0D: ">f4", 0x0E: ">f8"}  # all codes, big-endian


def read_idx(path: Path, ndim: int) -> np.ndarray:
    """An IDX file, gzipped or not, of unsigned bytes as an array of `ndim` dimensions, uint8.

    The format: two zero bytes, the type, the number of dimensions, each size as a big-endian uint32, then
    the values in row-major order.   Raises BadInput with the name of the file for any other content.

    Source: Y. LeCun, C. Cortes, C. Burges, "The MNIST database of handwritten digits", file formats.
    """
    content = _decompress(path)
    header = 4 + 4 * ndim
    if len(content) < header or content[:4] != bytes([0, 0, UNSIGNED_BYTE, ndim]):
        raise BadInput(f"{path} is not an IDX file of unsigned bytes in {ndim} dimensions; download it again")
    shape = struct.unpack(f">{ndim}I", content[4:header])
    if math.prod(shape) != len(content) - header:
        declared = " × ".join(map(str, shape))
        raise BadInput(
            f"{path} declares {declared} values but contains {len(content) - header}; download it again"
        )
    return np.frombuffer(content, np.uint8, offset=header).reshape(shape)


def read_any_idx(path: Path) -> np.ndarray:
    """An IDX file of any type and number of dimensions, gzipped or not.   Raises BadInput with the name of the file."""
    content = _decompress(path)
    if (
        len(content) < 4
        or content[:2] != b"\0\0"
        or content[2] not in TYPES
        or len(content) < 4 + 4 * content[3]
    ):
        raise BadInput(f"{path} is not a complete IDX file; copy or download it again")
    dtype, ndim = np.dtype(TYPES[content[2]]), content[3]
    header = 4 + 4 * ndim
    shape = struct.unpack(f">{ndim}I", content[4:header])
    if math.prod(shape) * dtype.itemsize != len(content) - header:
        declared = " × ".join(map(str, shape))
        raise BadInput(
            f"{path} declares {declared} values of {dtype.itemsize} bytes but contains {len(content) - header} bytes; "
            "copy or download it again"
        )
    return np.frombuffer(content, dtype, offset=header).reshape(shape)


def _decompress(path: Path) -> bytes:
    try:
        content = path.read_bytes()
        return gzip.decompress(content) if content[:2] == GZIP else content
    except (OSError, EOFError, zlib.error) as error:
        raise BadInput(f"{path} is not a complete gzip file ({error}); download it again") from None
