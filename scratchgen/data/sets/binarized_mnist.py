"""Statically binarised MNIST: the data set of most published likelihoods."""

from __future__ import annotations

from pathlib import Path

import numpy as np

from scratchgen.data.remote.fetch import locate, own_folder
from scratchgen.data.types import RowData
from scratchgen.errors import BadInput

PARTS = ("train", "valid", "test")


def load() -> RowData:
    """50,000 train, 10,000 validation and 10,000 test images of 0 and 1, 28 × 28, without labels.

    Each pixel was sampled once from a Bernoulli whose mean is the grey value of MNIST, so that likelihoods in
    different papers can be compared.   Raises BadInput if the files are not available or damaged.

    Source: Salakhutdinov & Murray (2008); the split is that of Larochelle & Murray (2011).
    """
    parts = _packed() if own_folder() else [_matlab(part) for part in PARTS]
    return RowData("binarized-mnist", (28, 28), *(part.astype(np.float32) for part in parts), ink=True)


def _packed() -> list[np.ndarray]:
    """The three parts, read from the file with eight pixels per byte."""
    with np.load(locate("binarized-mnist", "binarized_mnist.npz"), allow_pickle=False) as stored:
        return [np.unpackbits(stored[f"{part}_packed"], axis=1) for part in PARTS]


def _matlab(part: str) -> np.ndarray:
    return read_matrix(locate("binarized-mnist", f"binarized_mnist_{part}.mat"))


def read_matrix(path: Path) -> np.ndarray:
    """The only matrix of a MATLAB file, (N, 784) of 0 and 1.   Raises BadInput for any other content."""
    try:
        from scipy.io import loadmat
    except ImportError:
        raise BadInput(
            "binarized-mnist is distributed as MATLAB files; reading them needs SciPy: `pip install scipy`"
        ) from None
    try:
        stored = loadmat(path)
    except Exception as error:  # for a damaged file, SciPy, zlib and struct raise many kinds of errors
        reason = " ".join(str(error).split()) or type(error).__name__
        raise BadInput(f"{path} is not a MATLAB file ({reason}); download it again") from None
    matrices = [value for name, value in stored.items() if not name.startswith("__")]
    if len(matrices) != 1 or matrices[0].ndim != 2 or matrices[0].shape[1] != 784:
        raise BadInput(f"{path} does not contain exactly one matrix of 784 columns; download it again")
    return matrices[0]
