"""The files that are fetched once: where they come from, how to recognise them, whose they are."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class RemoteFile:
    """One file of one data set.   bytes: its size; sha256: of the file as served"""

    set: str
    file: str
    base_url: str
    sha256: str
    bytes: int
    licence: str

    @property
    def url(self) -> str:
        return self.base_url + self.file


MNIST_URL = "https://ossci-datasets.s3.amazonaws.com/mnist/"
MNIST_LICENCE = "(c) Yann LeCun and Corinna Cortes, CC BY-SA 3.0"
SHAKESPEARE_URL = "https://raw.githubusercontent.com/karpathy/char-rnn/6f9487a6fe5b420b7ca9afb0d7c078e37c1d1b4e/data/tinyshakespeare/"
SHAKESPEARE_LICENCE = "text: public domain (Shakespeare); selection: Andrej Karpathy's char-rnn, MIT"

FILES = (
    RemoteFile(
        "mnist", "train-images-idx3-ubyte.gz", MNIST_URL,
        "440fcabf73cc546fa21475e81ea370265605f56be210a4024d2ca8f203523609", 9_912_422, MNIST_LICENCE,
    ),
    RemoteFile(
        "mnist", "train-labels-idx1-ubyte.gz", MNIST_URL,
        "3552534a0a558bbed6aed32b30c495cca23d567ec52cac8be1a0730e8010255c", 28_881, MNIST_LICENCE,
    ),
    RemoteFile(
        "mnist", "t10k-images-idx3-ubyte.gz", MNIST_URL,
        "8d422c7b0a1c1c79245a5bcf07fe86e33eeafee792b84584aec276f5a2dbc4e6", 1_648_877, MNIST_LICENCE,
    ),
    RemoteFile(
        "mnist", "t10k-labels-idx1-ubyte.gz", MNIST_URL,
        "f7ae60f92e00ec6debd23a6088c31dbd2371eca3ffa0defaefb259924204aec6", 4_542, MNIST_LICENCE,
    ),
    RemoteFile(
        "tinyshakespeare", "input.txt", SHAKESPEARE_URL,
        "86c4e6aa9db7c042ec79f339dcb96d42b0075e16b8fc2e86bf0ca57e2dc565ed", 1_115_394, SHAKESPEARE_LICENCE,
    ),
)  # fmt: skip
