"""The task "translation": an encoder-decoder with attention, from one text of a pair to the other."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Annotated, Any, Literal

import numpy as np

from scratchgen import evaluation, plots, rnn
from scratchgen.data import PairData, WordTokenizer, load_pairs
from scratchgen.data.short_pairs import short_pairs
from scratchgen.errors import BadInput, NotInstalled
from scratchgen.random import Generator
from scratchgen.rnn.translation.translator import BEAM_WIDTH
from scratchgen.runs.files import write_text
from scratchgen.runs.run import Run
from scratchgen.runs.schema import Ge, Help, Le
from scratchgen.runs.score import Score, Show, no_progress
from scratchgen.tasks.initialise import Vocabulary
from scratchgen.tasks.prompts import check_length
from scratchgen.tasks.recurrent import (
    Cell,
    Embedding,
    Tokenizer,
    TokenizerSettings,
    tokenizer_for,
    tokens_of,
    unknown_characters,
    unread_of_tokenizer,
)
from scratchgen.tasks.rows import output_file
from scratchgen.tasks.sample_request import SampleRequest
from scratchgen.tasks.task import (
    BatchSize,
    Epochs,
    LearningRate,
    Task,
    TaskInfo,
    batches_per_epoch,
    load_options,
    schedule_by_epochs,
)
from scratchgen.tasks.text_pairs import at_even_distances, draw_attention, held_out_likelihood, train_on_pairs

if TYPE_CHECKING:
    from scratchgen.tasks.load import LoadedRun

MAX_ORDER = 3
TARGETS_ALONE = f"best n-gram of order ≤ {MAX_ORDER} of targets alone"
BLEU_SOURCES = 200  # enough for BLEU to a few points
MOST_WORDS = 8192  # largest vocabulary of a target of words
SHOWN, MAPS = 20, 4  # sources whose translations are written, and of how many the attention is drawn


class Settings(TokenizerSettings, frozen=True):
    """Settings of a translator. Short sentences of similar word order are learned in minutes."""

    cell: Cell = "gru"
    attention: Annotated[
        Literal["additive", "dot"], Help("how the decoder's state is compared with the source")
    ] = "dot"
    target_tokenizer: Annotated[
        Literal["as the source", "words"],
        Help("the tokens of the target; words: those between spaces, such as the phones of a pronunciation"),
    ] = "as the source"
    embedding: Embedding = 128
    scheduled_sampling: Annotated[
        float, Ge(0), Le(1), Help("final probability of giving the decoder a token that it sampled itself")
    ] = 0.0
    max_length: Annotated[int, Ge(0), Help("longest texts that are used, in characters; 0: all")] = 30
    reverse: Annotated[bool, Help("translate from the second text of a pair to the first")] = False
    epochs: Epochs = 2
    batch_size: BatchSize = 64
    learning_rate: LearningRate = 3e-3


class DataInfo(TaskInfo, frozen=True, kw_only=True):
    """The languages of the source and of the target."""

    sides: tuple[str, str]


DEFAULTS: dict[str, dict[str, Any]] = {
    "tatoeba-cmn-eng": {"epochs": 6},  # it has fewer pairs
    "cmudict": {"target_tokenizer": "words", "max_length": 0},
    "spelling-rules": {"target_tokenizer": "words", "max_length": 0},
}


def defaults(data: str, given: Mapping[str, Any]) -> dict[str, Any]:
    """Defaults that depend on the pairs; byte pairs shorten the sequences, so that more epochs take the same time."""
    found = dict(DEFAULTS.get(data, {}))
    if given.get("tokenizer") == "bpe":
        found["epochs"] = 2 * found.get("epochs", Settings().epochs)
    return found


def load(source: str, settings: Settings) -> PairData:
    """Load sentence pairs of at most `max_length` characters, source first."""
    pairs = short_pairs(load_pairs(source, **load_options(settings)), settings.max_length)
    return reversed_pairs(pairs) if settings.reverse else pairs


def reversed_pairs(pairs: PairData) -> PairData:
    """The pairs with source and target exchanged."""
    exchanged = [[(y, x) for x, y in part] for part in (pairs.train, pairs.validation, pairs.test)]
    return PairData(pairs.name, (pairs.sides[1], pairs.sides[0]), *exchanged, report=pairs.report)


def describe(pairs: PairData, settings: Settings) -> DataInfo:
    """The two languages, as `DataInfo`."""
    source, target = pairs.sides
    return DataInfo(sides=(source, target))


def build(settings: Settings, pairs: PairData, info: DataInfo, rng: Generator) -> rnn.Translator:
    """An encoder-decoder with a tokenizer for each language."""
    return rnn.Translator(
        _tokenizer(settings, pairs, 0),
        _tokenizer(settings, pairs, 1),
        settings.hidden,
        settings.embedding,
        rng,
        cell=settings.cell,
        attention=settings.attention,
        layers=settings.layers,
        dropout=settings.dropout,
    )


def _tokenizer(settings: Settings, pairs: PairData, side: int) -> Tokenizer | WordTokenizer:
    train, *held_out = (
        "\n".join(dict.fromkeys(pair[side] for pair in part))
        for part in (pairs.train, pairs.validation, pairs.test)
    )
    if side == 1 and settings.target_tokenizer == "words":
        return WordTokenizer.of([train], MOST_WORDS)
    return tokenizer_for(settings, train, "".join(held_out))


def train(model: rnn.Translator, pairs: PairData, settings: Settings, run: Run, rng: Generator) -> None:
    """Maximise the likelihood of the targets given the sources (`rnn.train_translator`)."""
    train_on_pairs(model, pairs, settings, run, rng, scheduled_sampling=settings.scheduled_sampling)


def by_epochs(settings: Settings) -> list[str]:
    """The reasons for which training further differs from more epochs from the start; empty if it does not."""
    found = schedule_by_epochs(settings)
    if settings.scheduled_sampling:
        found.append("scheduled sampling grows over all epochs, so that its probability falls here")
    return found


def score(
    model: rnn.Translator, pairs: PairData, settings: Settings, part: str, trained: None = None
) -> list[Score]:
    """Held-out nats per target token (ends count as tokens), and BLEU of beam search."""
    return _scores(model, pairs, part, no_progress)


def evaluate(
    model: rnn.Translator,
    pairs: PairData,
    settings: Settings,
    part: str,
    rng: Generator,
    k: int | None,
    show: Show = no_progress,
) -> list[Score]:
    """The scores at the end of a training."""
    return _scores(model, pairs, part, show)


def _scores(model: rnn.Translator, pairs: PairData, part: str, show: Show) -> list[Score]:
    """An n-gram model knows the target language but not the source: a translator below it uses the source."""
    mean = held_out_likelihood(model, getattr(pairs, part), "held-out nats per target token")
    order, baseline = _ngram(model, pairs, part)
    likelihood = mean.below(baseline, f"{baseline:.3f} ({TARGETS_ALONE}, here {order})", digits=3)
    return [likelihood, _bleu(model, pairs, part, show)]


def sources_of(pairs: list[tuple[str, str]], n: int) -> dict[str, list[str]]:
    """At most n different sources, at even distances in the order of the set, each with all its targets."""
    found: dict[str, list[str]] = {}
    for x, y in pairs:
        found.setdefault(x, []).append(y)
    return {x: found[x] for x in at_even_distances(list(found), n)}


def _bleu(model: rnn.Translator, pairs: PairData, part: str, show: Show) -> Score:
    known = sources_of(getattr(pairs, part), BLEU_SOURCES)
    measure, references = f"BLEU of {len(known)} translations", list(known.values())
    words = "zh" if pairs.sides[1] == "Chinese" else "13a"
    try:
        copied = evaluation.bleu(list(known), references, words)
        ours = [model.translations(x)[0].text for x in show(list(known), "translating")]
        value = evaluation.bleu(ours, references, words)
    except NotInstalled:
        return Score(measure, "", "not measured: pip install sacrebleu")
    return Score(measure, f"{value:.1f}", f"{copied:.1f} (the sources)", value=value, baseline_value=copied)


def _ngram(model: rnn.Translator, pairs: PairData, part: str) -> tuple[int, float]:
    """The order that is best on the validation part, and the nats per token of its n-gram model."""
    train, validation, held_out = (
        _concatenated_targets(model, getattr(pairs, name)) for name in ("train", "validation", part)
    )
    ngram = evaluation.best_ngram(train, validation, model.boundary + 1, max_order=MAX_ORDER)
    return ngram.order, -float(np.mean(ngram.log_prob(held_out)[1:]))


def _concatenated_targets(model: rnn.Translator, pairs: list[tuple[str, str]]) -> np.ndarray:
    """The targets one after another, with a boundary before the first and after each.

    In random order: the set is sorted, so that a context across a boundary would predict the next sentence.
    """
    edge, order = np.array([model.boundary]), Generator(0).permutation(len(pairs))
    targets = [y for _, y in model.encode_pairs([pairs[i] for i in order])]
    return np.concatenate([edge, *(part for y in targets for part in (y, edge))])


def vocabularies(model: rnn.Translator) -> dict[str, Vocabulary]:
    """The arrays with an entry per token; the boundary of a target follows its tokens."""
    source, target = (tokens_of(tokenizer) for tokenizer in model.tokenizers)
    written = [*target, ("boundary",)]
    return {"source.W": Vocabulary(0, source)} | {
        name: Vocabulary(axis, written) for name, axis in (("target.W", 0), ("output.W", 1), ("output.b", 0))
    }


def adapt(run: LoadedRun[rnn.Translator, DataInfo], pairs: PairData) -> tuple[PairData, list[str]]:
    """Other pairs for the model of a run. Raises BadInput for other languages, and for unknown characters."""
    if pairs.sides != run.info.sides:
        theirs, ours = (" → ".join(sides) for sides in (pairs.sides, run.info.sides))
        raise BadInput(f"{pairs.name} holds pairs {theirs}, and {run.directory} was trained on {ours}")
    lines = []
    for side, tokenizer in enumerate(run.model.tokenizers):
        texts = (pair[side] for part in (pairs.train, pairs.validation, pairs.test) for pair in part)
        lines += unknown_characters(tokenizer, texts, pairs.name, run.directory)
    return pairs, lines


def draw(
    model: rnn.Translator, pairs: PairData, settings: Settings, run: Run, scores: list[Score], trained: None
) -> None:
    """Draw curves and attention maps, and write translations of held-out sources next to the references."""
    series = {"training": run.history["nats"], "validation": run.history["validation_nats"]}
    baseline = {TARGETS_ALONE: scores[0].number("baseline_value")}
    plots.curves(series, run.picture("curves"), "nats per target token", baseline)
    known, lines, drawn = sources_of(pairs.test, SHOWN), [], 0
    for i, (text, references) in enumerate(known.items()):
        ours = model.translations(text)[0]
        lines += [text, f"    {ours.text}", *(f"  = {reference}" for reference in references)]
        if len(ours.ids) and drawn < MAPS and i >= drawn * len(known) // MAPS:
            drawn += 1
            draw_attention(model, text, ours.ids, run.picture(f"attention_{drawn}"))
    write_text(run.directory / "samples" / "text.txt", "\n".join(lines) + "\n")


def sample(run: LoadedRun[rnn.Translator, DataInfo], request: SampleRequest) -> str:
    """The most likely translation of the prompt; --out also draws its attention map."""
    model, text = run.model, request.prompt
    if text is None:
        raise BadInput("there is no text to translate; give it as --prompt TEXT")
    check_length(text)
    if request.seed is not None:
        raise BadInput("a translation is the most likely one and draws nothing; leave out --seed")
    if unknown := [c for c in text if c not in getattr(model.tokenizers[0], "characters", text)]:
        raise BadInput(f"--prompt: the character {unknown[0]!r} is in no text of the training; leave it out")
    out = None if request.out is None else output_file(request.out, "attention is drawn as PNG", ".png")
    found = model.translations(text, BEAM_WIDTH if request.beam is None else request.beam, request.n)[0]
    if out is not None:
        if not len(found.ids):
            raise BadInput("the translation is empty, so that there is nothing to draw; leave out --out")
        draw_attention(model, text, found.ids, out)
    return found.text


TASK = Task(
    name="translation",
    family="rnn",
    title="translation with an encoder-decoder",
    settings=Settings,
    data_info=DataInfo,
    monitored=("nats", "validation_nats", "best_epoch"),
    defaults=defaults,
    load=load,
    describe=describe,
    build=build,
    unread=unread_of_tokenizer,
    epoch_steps=batches_per_epoch,
    train=train,
    score=score,
    evaluate=evaluate,
    adapt=adapt,
    vocabularies=vocabularies,
    draw=draw,
    sample=sample,
    sample_options=("prompt", "beam"),
    example="--prompt TEXT --out attention.png",
    higher_is_better=False,
    early_stopping=("validation_nats", False),
    by_epochs=by_epochs,
)
