"""Sentences and their translations, from tatoeba.org via manythings.org/anki."""

from __future__ import annotations

import zipfile

from scratchgen.data.preprocessing.splits import linked, split_by_group
from scratchgen.data.remote.fetch import locate
from scratchgen.data.types import PairData

SHARES = (0.9, 0.05, 0.05)


def load_french() -> PairData:
    """142,787 pairs (English, French).   Raises BadInput if the file is not available or damaged."""
    with zipfile.ZipFile(locate("tatoeba-fra-eng", "fra-eng.zip")) as archive:
        text = archive.read("fra.txt").decode("utf-8")
    return _split("tatoeba-fra-eng", "French", text)


def load_chinese() -> PairData:
    """29,155 pairs (English, Chinese).   Raises BadInput if the file is not available or damaged."""
    text = locate("tatoeba-cmn-eng", "cmn.txt").read_bytes().decode("utf-8")
    return _split("tatoeba-cmn-eng", "Chinese", text)


def _split(name: str, language: str, text: str) -> PairData:
    """Split 90/5/5 so that no sentence of either language is in two parts, as a sentence may have many translations."""
    lines = [line for line in text.split("\n") if line.strip()]
    pairs = [(english, other) for english, other, *_ in (line.rstrip("\r").split("\t") for line in lines)]
    parts = split_by_group(linked(pairs), SHARES)
    return PairData(name, ("English", language), *([pairs[i] for i in part] for part in parts))
