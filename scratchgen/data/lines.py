"""Pairs of texts as one text: what is read, and after it what is to be written."""

from __future__ import annotations

from scratchgen.data.types import PairData, TextData
from scratchgen.random import Generator

SEED = 0


def as_lines(pairs: PairData) -> TextData:
    r"""A line a pair, "source\ttarget\n": to a model of characters, a translation is how a line goes on.

    The parts stay those of the set. Within each the pairs come in an order drawn once: the files are sorted,
    and where a line repeats the beginning of the one above it, copying is what would be learned first.
    """
    rng = Generator(SEED)
    return TextData(pairs.name, *(_lines(part, rng) for part in (pairs.train, pairs.validation, pairs.test)))


def _lines(pairs: list[tuple[str, str]], rng: Generator) -> str:
    return "".join("{}\t{}\n".format(*pairs[i]) for i in rng.permutation(len(pairs)))
