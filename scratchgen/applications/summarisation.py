"""Summarisation: a pointer-generator writes the one-line summary of a text, and copies its rare words."""

from __future__ import annotations

from typing import Any

from scratchgen.applications.application import Application, Job, Outcome, Result, Shown
from scratchgen.applications.ranks import best_median_worst
from scratchgen.applications.requirements import require
from scratchgen.evaluation import (
    copied_share,
    first_sentence,
    first_words,
    oracle_sentence,
    repeated_share,
    rouge,
    rouge_l,
    stemmed_rouge,
)
from scratchgen.rnn import Translation, Translator
from scratchgen.runs.files import write_text
from scratchgen.tasks import summarisation as summarisation_task
from scratchgen.tasks.text_pairs import at_even_distances, draw_attention

SUMMARISED, SUMMARISED_QUICK = 600, 50  # held-out texts
TEN_WORDS, ONE_SENTENCE = "first ten words", "first sentence"
ORACLE = "the best sentence, which the reference chooses"
FULL: dict[str, Any] = {"max_words": 50, "min_steps": 3000, "learning_rate": 2e-3}
DOCSTRINGS: dict[str, Any] = {  # few pairs: a smaller vocabulary, so that rare words are copied
    "max_words": 30,
    "vocabulary_size": 500,
    "hidden": 128,
    "embedding": 64,
    "dropout": 0.5,
    "epochs": 20,
    "patience": 20,
    "batch_size": 16,
    "learning_rate": 1e-3,
}
QUICK: dict[str, Any] = {
    "hidden": 48,
    "embedding": 32,
    "vocabulary_size": 2000,
    "max_words": 20,
    "epochs": 2,
    "learning_rate": 5e-3,
}


def carry_out(job: Job) -> Outcome:
    """Train on pairs of a text and its summary, and compare ROUGE with the beginning of the texts."""
    require("eval", "rouge_score")
    results: list[Result] = []
    shown: list[Shown] = []
    for name in job.data:
        settings = QUICK if job.quick else DOCSTRINGS if name == "stdlib-docstrings" else FULL
        several = len(job.data) > 1
        run = f"{name}-summarisation" if several else None
        model, pairs, _ = job.train("summarisation", name, run=run, **settings)
        held_out = at_even_distances(pairs.test, SUMMARISED_QUICK if job.quick else SUMMARISED)
        ours = [summarisation_task.summary_of(model, text) for text, _ in held_out]
        label = f"{pairs.name}: " if several else ""
        results += _scores(held_out, [summary.text for summary in ours], label)
        shown += _ranked(job, model, held_out, ours, label)
    return Outcome(results=results, shown=shown)


def _scores(held_out: list[tuple[str, str]], ours: list[str], label: str) -> list[Result]:
    """ROUGE without and with stemming next to the baselines, and the shares that are copied and that repeat."""
    texts, references = ([pair[side] for pair in held_out] for side in (0, 1))
    baselines = {
        TEN_WORDS: [first_words(text) for text in texts],
        ONE_SENTENCE: [first_sentence(text) for text in texts],
        ORACLE: [oracle_sentence(text, reference) for text, reference in held_out],
    }
    results = []
    for how, measure in (("", rouge), (", with Porter's stemmer", stemmed_rouge)):
        of_ours = measure(ours, references)
        of_baselines = {name: measure(found, references) for name, found in baselines.items()}
        for k, name in enumerate(summarisation_task.MEASURES):
            results.append(
                Result(
                    measure=f"{label}{name} of {len(ours):,} summaries{how}",
                    ours=of_ours[k],
                    baselines={baseline: score[k] for baseline, score in of_baselines.items()},
                    target=max(of_baselines[TEN_WORDS][k], of_baselines[ONE_SENTENCE][k]),
                    rule="above the first ten words and the first sentence",
                    digits=1,
                )
            )
    results += [
        Result(
            measure=f"{label}share of the {_ngrams(n)} of a summary that its text has",
            ours=copied_share(ours, texts, n),
            real=copied_share(references, texts, n),
            digits=3,
        )
        for n in (1, 2, 3)
    ]
    results += [
        Result(
            measure=f"{label}share of the {_ngrams(n)} of a summary that repeat",
            ours=repeated_share(ours, n),
            real=repeated_share(references, n),
            higher_is_better=False,
            digits=3,
        )
        for n in (1, 2)
    ]
    return results


def _ngrams(n: int) -> str:
    return "words" if n == 1 else f"runs of {n} words"


def _ranked(
    job: Job, model: Translator, held_out: list[tuple[str, str]], ours: list[Translation], label: str
) -> list[Shown]:
    """The best, the median and the worst summary by ROUGE-L, with attention."""
    scores = [
        100 * rouge_l(found.text, reference).f1 for found, (_, reference) in zip(ours, held_out, strict=True)
    ]
    shown, before = [], label.replace(": ", "-")
    for name, i in best_median_worst(scores):
        (text, reference), found = held_out[i], ours[i]
        rank = f"{label}{name} of {len(ours):,} summaries by ROUGE-L, {scores[i]:.1f}"
        path, entry = job.show(f"{before}{name}.txt", rank)
        write_text(path, f"text: {text}\n\nthis model: {found.text}\nreference: {reference}\n")
        shown.append(entry)
        if len(found.ids):
            path, entry = job.show(f"{before}{name}.png", f"{rank}: attention weights")
            draw_attention(model, text, found.ids, path)
            shown.append(entry)
    return shown


SUMMARISATION = Application(
    name="summarisation",
    title="A pointer-generator writes one-line summaries",
    about=(
        "A GRU encoder-decoder with additive attention, which either generates a word of its vocabulary or copies one "
        "of the text, with coverage. It reads the first words of the description of a Debian package, where these are "
        "on disk, and writes its synopsis; a second model reads a docstring of Python's standard library without its "
        "first line, and writes that line. Summaries of held-out texts by beam search are judged by ROUGE-1, ROUGE-2 "
        "and ROUGE-L, without stemming by this library and with Porter's stemmer by rouge-score, compared with the "
        "first ten words and the first sentence of the text. Copied and repeated words are compared with those of the "
        "references."
    ),
    data=("debian-descriptions", "stdlib-docstrings"),
    where_present=("debian-descriptions",),
    quick_data=("stdlib-docstrings",),
    on="pairs of a text and its summary in a tab-separated file",
    carry_out=carry_out,
)
