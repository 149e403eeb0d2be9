"""The first half of speech synthesis: from letters to phones, by a model and by rules."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from scratchgen.applications.application import Job, Result, Shown
from scratchgen.data import PairData
from scratchgen.data.spelling import phones_by_rules, with_stress, without_stress
from scratchgen.evaluation import edit_distance, phone_error_rate, word_error_rate
from scratchgen.rnn import Translator
from scratchgen.runs.files import write_text

TARGET = 0.30  # word error without stress
SHOWN = 8  # words of each text of the report
RULES = "letter rules"


@dataclass(frozen=True)
class Pronounced:
    """Held-out words, the pronunciations that are listed for each, and those of the model."""

    words: list[str]
    listed: list[list[str]]
    found: list[str]


def pronounce_words(model: Translator, pairs: PairData) -> Pronounced:
    """Pronounce every different word of the test part, by beam search."""
    listed: dict[str, list[str]] = {}
    for word, phones in pairs.test:
        listed.setdefault(word, []).append(phones)
    words = list(listed)
    return Pronounced(words, list(listed.values()), [model.translations(word)[0].text for word in words])


def word_results(spoken: Pronounced) -> list[Result]:
    """Error rates of words and phones, with and without the digits of stress, compared with letter rules."""
    bare = lambda phones: [without_stress(p) for p in phones]
    by_rules = [phones_by_rules(word) for word in spoken.words]
    listed = [bare(right) for right in spoken.listed]
    rate = lambda measure, ours, theirs, right, target=None: Result(
        measure=f"{measure}, of {len(right):,} held-out words",
        ours=100 * ours,
        baselines={RULES: 100 * theirs},
        target=target,
        rule="" if target is None else "chosen in advance",
        higher_is_better=False,
        digits=1,
    )
    stressed = [with_stress(phones) for phones in by_rules]
    found = bare(spoken.found)
    return [
        rate(
            "word error, %, without stress",
            *_both(word_error_rate, found, by_rules, listed),
            listed,
            100 * TARGET,
        ),
        rate(
            "word error, %, with stress",
            *_both(word_error_rate, spoken.found, stressed, spoken.listed),
            listed,
        ),
        rate("phone error, %, without stress", *_both(phone_error_rate, found, by_rules, listed), listed),
    ]


def _both(
    measure: Callable[[list[str], list[list[str]]], float],
    ours: list[str],
    theirs: list[str],
    right: list[list[str]],
) -> tuple[float, float]:
    return measure(ours, right), measure(theirs, right)


def show_words(spoken: Pronounced, job: Job) -> list[Shown]:
    """The words with the fewest, the median and the most errors per phone, as texts."""
    errors = [
        min(edit_distance(found.split(), r.split()) / len(r.split()) for r in right)
        for found, right in zip(spoken.found, spoken.listed, strict=True)
    ]
    order, shown = np.argsort(errors, kind="stable"), []
    middle = len(order) // 2
    ranks = {"best": order[:SHOWN], "median": order[middle : middle + SHOWN], "worst": order[-SHOWN:]}
    for name, places in ranks.items():
        lines = [
            f"{spoken.words[i]}: {spoken.found[i]}  (listed: {'; '.join(spoken.listed[i])})" for i in places
        ]
        caption = (
            f"{name} held-out words by errors per phone, {errors[places[0]]:.2f} to {errors[places[-1]]:.2f}"
        )
        path, entry = job.show(f"words-{name}.txt", caption)
        write_text(path, "\n".join(lines))
        shown.append(entry)
    return shown
