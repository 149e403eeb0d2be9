"""Translation: an encoder-decoder with attention translates French and Chinese sentences into English."""

from __future__ import annotations

from typing import Any

from scratchgen.applications.application import Application, Job, Outcome, Result, Shown
from scratchgen.applications.ranks import best_median_worst
from scratchgen.applications.requirements import require
from scratchgen.data import CATALOGUE, PairData, load_pairs
from scratchgen.data.scripts import common_script, swapped_pairs
from scratchgen.data.sets import tatoeba
from scratchgen.errors import BadInput
from scratchgen.evaluation import WordTranslations, bleu, chrf, nearest_texts
from scratchgen.rnn import Translation, Translator
from scratchgen.runs.files import write_text
from scratchgen.tasks.text_pairs import draw_attention
from scratchgen.tasks.translation import sources_of

BLEU_TO_REACH = {"tatoeba-fra-eng": 35.0, "tatoeba-cmn-eng": 15.0}
FACTOR = 3  # of the BLEU of the best baseline
TRANSLATED, TRANSLATED_QUICK = 1000, 100  # held-out sources
DICTIONARY, NEIGHBOUR = "word by word, IBM model 1", "translation of the nearest source"
FULL: dict[str, Any] = {
    "tokenizer": "bpe",
    "vocabulary_size": 3000,
    "hidden": 256,
    "dropout": 0.2,
    "max_length": 50,
    "min_steps": 13_000,
    "learning_rate": 2e-3,
}
# fewer pairs: with more epochs the validation data are predicted worse
CHINESE: dict[str, Any] = {**FULL, "dropout": 0.4, "min_steps": 0, "epochs": 15}
QUICK: dict[str, Any] = {
    "tokenizer": "bpe",
    "vocabulary_size": 280,
    "hidden": 64,
    "embedding": 32,
    "max_length": 0,
    "epochs": 6,
    "batch_size": 32,
    "learning_rate": 1e-2,
}


def carry_out(job: Job) -> Outcome:
    """Train a model per set of pairs, and compare its translations with a dictionary and the nearest sentence."""
    require("bpe,eval", "tokenizers", "sacrebleu", "sklearn")
    for source in job.data:
        if source not in CATALOGUE:
            refuse_mixed_directions(source)
    results: list[Result] = []
    shown: list[Shown] = []
    for source in job.data:
        # the known sets hold English first
        full = CHINESE if source == "tatoeba-cmn-eng" else FULL
        settings = {**(QUICK if job.quick else full), "reverse": source in CATALOGUE}
        run = f"translation-{source}" if source in CATALOGUE else "translation"
        model, pairs, _ = job.train("translation", source, run=run, **settings)
        known = sources_of(pairs.test, TRANSLATED_QUICK if job.quick else TRANSLATED)
        ours = [model.translations(text)[0] for text in known]
        results += _scores(source, pairs, known, [translation.text for translation in ours])
        shown += _ranked(job, source, model, pairs, known, ours)
    return Outcome(results=results, shown=shown)


def refuse_mixed_directions(source: str) -> None:
    """Raise BadInput for pairs some of which have their sides exchanged, as far as the scripts show it."""
    pairs = load_pairs(source)
    every = [*pairs.train, *pairs.validation, *pairs.test]
    if swapped := swapped_pairs(every):
        raise BadInput(
            f"{source}: the sides of {len(swapped)} of {len(every)} pairs are exchanged, the first is "
            f"{every[swapped[0]]}; write every source in the first column"
        )


def _scores(source: str, pairs: PairData, known: dict[str, list[str]], ours: list[str]) -> list[Result]:
    """BLEU and chrF of the translations and of the baselines."""
    sources, references = list(known), list(known.values())
    dictionary = WordTranslations(pairs.train)
    nearest = nearest_texts(sources, [x for x, _ in pairs.train])
    baselines = {
        DICTIONARY: [dictionary.translate(text) for text in sources],
        NEIGHBOUR: [pairs.train[i][1] for i in nearest],
    }
    words = "zh" if common_script(y for _, y in pairs.test) == "CJK" else "13a"
    of_ours = bleu(ours, references, words)
    of_baselines = {name: bleu(texts, references, words) for name, texts in baselines.items()}
    best, direction = max(of_baselines.values()), " → ".join(pairs.sides)
    reach = BLEU_TO_REACH.get(source)
    return [
        Result(
            measure=f"{direction}: BLEU of {len(sources):,} translations",
            ours=of_ours,
            baselines=of_baselines,
            target=best if reach is None else reach,
            rule="above both baselines" if reach is None else "",
            digits=1,
        ),
        Result(
            measure=f"{direction}: BLEU over that of the best baseline",
            ours=of_ours / best if best else float("inf"),
            target=None if reach is None else FACTOR,
        ),
        Result(
            measure=f"{direction}: chrF of {len(sources):,} translations",
            ours=chrf(ours, references),
            baselines={name: chrf(texts, references) for name, texts in baselines.items()},
            digits=1,
        ),
    ]


def _ranked(
    job: Job,
    source: str,
    model: Translator,
    pairs: PairData,
    known: dict[str, list[str]],
    ours: list[Translation],
) -> list[Shown]:
    """The best, the median and the worst translation by chrF, with attention and attribution."""
    authors = tatoeba.attributions(source) if source in BLEU_TO_REACH else {}
    texts = list(known)
    scores = [chrf([found.text], [known[text]]) for text, found in zip(texts, ours, strict=True)]
    shown = []
    # of equal scores, the longer sentence is the better translation
    for name, i in best_median_worst([(scores[k], len(texts[k])) for k in range(len(texts))]):
        text, found, (left, right) = texts[i], ours[i], pairs.sides
        lines = [f"{left}: {text}", f"this model: {found.text}"]
        for reference in known[text]:
            author = authors.get((reference, text), "")
            lines.append(f"{right}, reference: {reference}" + (f"    [{author}]" if author else ""))
        rank = f"{left} → {right}: {name} of {len(texts):,} translations by chrF, {scores[i]:.1f}"
        path, entry = job.show(f"{_slug(pairs)}-{name}.txt", rank)
        write_text(path, "\n".join(lines) + "\n")
        shown.append(entry)
        if len(found.ids):
            path, entry = job.show(f"{_slug(pairs)}-{name}.png", f"{rank}: attention weights")
            draw_attention(model, text, found.ids, path)
            shown.append(entry)
    return shown


def _slug(pairs: PairData) -> str:
    """The languages as a part of the name of a file."""
    return "-".join("".join(c for c in side.lower() if c.isalnum()) for side in pairs.sides)


TRANSLATION = Application(
    name="translation",
    title="An encoder-decoder with attention translates sentences",
    about=(
        "One model for each direction, French → English and Chinese → English: a GRU encoder and a GRU decoder with "
        "attention, over byte pairs, on the sentences of Tatoeba of at most 50 characters. All sentences that are "
        "linked by common translations are in one part, so that no sentence of the test and no paraphrase of it is in "
        "the training. Translations of held-out sentences by beam search are judged by BLEU (sacrebleu) and chrF, "
        "compared with a dictionary that IBM model 1 learns from the same pairs, word by word, and with the "
        "translation of the most similar sentence of the training."
    ),
    data=("tatoeba-fra-eng", "tatoeba-cmn-eng"),
    quick_data=("number-words",),
    on="a tab-separated file of pairs, source first",
    carry_out=carry_out,
)
