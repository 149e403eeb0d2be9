"""Pairs of texts as one text, so that a language model can learn to translate: source, tab, target."""

from __future__ import annotations

from copy import deepcopy

from scratchgen.data.types import PairData, TextData
from scratchgen.random import Generator

SEED = 0


def as_lines(pairs: PairData) -> TextData:
    r"""One line per pair, "source\ttarget\n": for a language model, the translation continues the line.

    The three parts stay the same. Within each part the pairs are shuffled with a fixed seed: the files are
    sorted, and a model would first learn to copy the beginning of the line above.
    """
    rng = Generator(SEED)
    parts = (_lines(part, rng) for part in (pairs.train, pairs.validation, pairs.test))
    report = deepcopy(pairs.report)
    if report.read:
        report.read += (
            "; as a text, one pair per line, in random order (--task translation learns to translate)"
        )
    return TextData(pairs.name, *parts, report=report)


def _lines(pairs: list[tuple[str, str]], rng: Generator) -> str:
    return "".join("{}\t{}\n".format(*pairs[i]) for i in rng.permutation(len(pairs)))
