"""Sentences and their translations, from tatoeba.org via manythings.org/anki."""

from __future__ import annotations

import zipfile

from scratchgen.data.preprocessing.splits import linked, split_by_group
from scratchgen.data.remote.fetch import locate
from scratchgen.data.types import PairData

SHARES = (0.9, 0.05, 0.05)
ATTRIBUTION = "CC BY 2.0 (France), tatoeba.org, edition of www.manythings.org/anki"


def load_french() -> PairData:
    """142,787 pairs (English, French).   Raises BadInput if the file is not available or damaged."""
    return _split("tatoeba-fra-eng", "French", _french())


def load_chinese() -> PairData:
    """29,155 pairs (English, Chinese).   Raises BadInput if the file is not available or damaged."""
    return _split("tatoeba-cmn-eng", "Chinese", _chinese())


def attributions(name: str) -> dict[tuple[str, str], str]:
    """The attribution of each pair (English, other language), which the licence CC BY 2.0 asks for.

    The Chinese file names the numbers and the authors of the sentences, the French one does not.
    Raises BadInput if the file is not available or damaged.
    """
    text = _french() if name == "tatoeba-fra-eng" else _chinese()
    return {(english, other): "; ".join(more) or ATTRIBUTION for english, other, *more in _lines(text)}


def _french() -> str:
    with zipfile.ZipFile(locate("tatoeba-fra-eng", "fra-eng.zip")) as archive:
        return archive.read("fra.txt").decode("utf-8")


def _chinese() -> str:
    return locate("tatoeba-cmn-eng", "cmn.txt").read_bytes().decode("utf-8")


def _lines(text: str) -> list[list[str]]:
    return [line.rstrip("\r").split("\t") for line in text.split("\n") if line.strip()]


def _split(name: str, language: str, text: str) -> PairData:
    """Split 90/5/5 so that no sentence of either language is in two parts, as a sentence may have many translations."""
    pairs = [(english, other) for english, other, *_ in _lines(text)]
    parts = split_by_group(linked(pairs), SHARES)
    return PairData(name, ("English", language), *([pairs[i] for i in part] for part in parts))
