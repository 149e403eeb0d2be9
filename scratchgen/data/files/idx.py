"""Reader of gzipped IDX files, the format of MNIST."""

from __future__ import annotations

import gzip
import math
import struct
import zlib
from pathlib import Path

import numpy as np

from scratchgen.errors import BadInput

UNSIGNED_BYTE = 0x08  # the format's code for uint8, the only type that MNIST uses


def read_idx(path: Path, ndim: int) -> np.ndarray:
    """A gzipped IDX file of unsigned bytes as an array of `ndim` dimensions, uint8.

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


def _decompress(path: Path) -> bytes:
    try:
        return gzip.decompress(path.read_bytes())
    except (OSError, EOFError, zlib.error) as error:
        raise BadInput(f"{path} is not a complete gzip file ({error}); download it again") from None
