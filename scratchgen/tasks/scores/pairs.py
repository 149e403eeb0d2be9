"""How good a translator is: its nats beside those of n-grams that see no source, and BLEU."""

from __future__ import annotations

import numpy as np

from scratchgen import evaluation, rnn
from scratchgen.data import PairData
from scratchgen.errors import NotInstalled
from scratchgen.random import Generator
from scratchgen.runs.score import Score, Show, mean_score, unseen
from scratchgen.tasks.scores.music import per_step
from scratchgen.tasks.scores.rnn import MAX_ORDER

TARGETS_ALONE = f"best n-gram of order ≤ {MAX_ORDER} of targets alone"
TRANSLATED = 200  # sources: enough for BLEU to a few points


def pair_scores(model: rnn.Translator, pairs: PairData, part: str, show: Show = unseen) -> list[Score]:
    """Held-out nats per symbol of the targets, ends counted, and BLEU of what a beam finds.

    The n-grams know the language and not what is to be said: a model below them reads the source.
    """
    held_out = model.encode_pairs(getattr(pairs, part))
    nats, symbols = rnn.nats_by_pair(model, held_out), [len(y) + 1 for _, y in held_out]
    score = mean_score("held-out nats per target symbol", per_step(nats, symbols), digits=3)
    order, baseline = _ngram(model, pairs, part)
    likelihood = Score(
        score.measure,
        score.ours,
        f"{baseline:.3f} ({TARGETS_ALONE}, which is of order {order})",
        f"below {baseline:.3f}",
        score.value < baseline,
        value=score.value,
        standard_error=score.standard_error,
        baseline_value=baseline,
    )
    return [likelihood, _bleu(model, pairs, part, show)]


def sources_of(pairs: list[tuple[str, str]], n: int) -> dict[str, list[str]]:
    """At most n different sources, at even distances in the order of the set, each with all its targets."""
    found: dict[str, list[str]] = {}
    for x, y in pairs:
        found.setdefault(x, []).append(y)
    n, sources = min(n, len(found)), list(found)
    return {sources[i]: found[sources[i]] for i in np.arange(n) * len(sources) // n}


def _bleu(model: rnn.Translator, pairs: PairData, part: str, show: Show) -> Score:
    known = sources_of(getattr(pairs, part), TRANSLATED)
    measure, theirs = f"BLEU of {len(known)} translations", list(known.values())
    words = "zh" if pairs.sides[1] == "Chinese" else "13a"
    try:
        copied = evaluation.bleu(list(known), theirs, words)
        ours = [model.translations(x)[0].text for x in show(list(known), "translating")]
        value = evaluation.bleu(ours, theirs, words)
    except NotInstalled:
        return Score(measure, "", "not measured: pip install sacrebleu")
    return Score(measure, f"{value:.1f}", f"{copied:.1f} (the sources)", value=value, baseline_value=copied)


def _ngram(model: rnn.Translator, pairs: PairData, part: str) -> tuple[int, float]:
    """The order that validates best, and the nats per symbol of its model."""
    train, validation, held_out = (
        _one_after_another(model, getattr(pairs, name)) for name in ("train", "validation", part)
    )
    ngram = evaluation.best_ngram(train, validation, model.boundary + 1, max_order=MAX_ORDER)
    return ngram.order, -float(np.mean(ngram.log_prob(held_out)[1:]))


def _one_after_another(model: rnn.Translator, pairs: list[tuple[str, str]]) -> np.ndarray:
    """The targets in a row, a boundary before the first and after each; in random order, as a set is sorted
    and a context that reaches back over a boundary would tell what comes.
    """
    edge, order = np.array([model.boundary]), Generator(0).permutation(len(pairs))
    targets = [y for _, y in model.encode_pairs([pairs[i] for i in order])]
    return np.concatenate([edge, *(part for y in targets for part in (y, edge))])
