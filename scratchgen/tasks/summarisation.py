"""The task "summarisation": an encoder-decoder that copies words of the text (pointer-generator), with coverage."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated, Literal

from scratchgen import evaluation, plots, rnn
from scratchgen.data import PairData, WordTokenizer, load_pairs
from scratchgen.data.short_pairs import short_pairs
from scratchgen.data.tokenizers.byte_pairs import BytePairTokenizer
from scratchgen.errors import BadInput
from scratchgen.random import Generator
from scratchgen.rnn.translation.translator import BEAM_WIDTH
from scratchgen.runs.files import write_text
from scratchgen.runs.run import Run
from scratchgen.runs.schema import Ge, Help
from scratchgen.runs.score import Score, Show, no_progress
from scratchgen.tasks.recurrent import Cell, Embedding, Encoding, Hidden, RecurrentSettings
from scratchgen.tasks.sample_request import SampleRequest
from scratchgen.tasks.task import (
    BatchSize,
    Epochs,
    LearningRate,
    SkipBad,
    Task,
    batches_per_epoch,
    load_options,
)
from scratchgen.tasks.text_pairs import at_even_distances, draw_attention, held_out_likelihood, train_on_pairs
from scratchgen.tasks.translation import DataInfo, vocabularies

if TYPE_CHECKING:
    from scratchgen.tasks.load import LoadedRun

SCORED = 200  # texts whose summaries are scored: enough for ROUGE to two points
LONGEST = 40  # tokens of a summary
SHOWN, MAPS = 20, 4  # texts whose summaries are written, and of how many the attention is drawn
MEASURES = ("ROUGE-1", "ROUGE-2", "ROUGE-L")


class Settings(RecurrentSettings, frozen=True):
    """Settings of a pointer-generator. Its attention is additive."""

    encoding: Encoding = "utf-8"
    skip_bad: SkipBad = False
    tokenizer: Annotated[
        Literal["words", "bpe"], Help("the tokens of a text; bpe: byte pairs, parts of words")
    ] = "words"
    vocabulary_size: Annotated[int, Ge(1), Help("number of tokens")] = 8192
    cell: Cell = "gru"
    hidden: Hidden = 128
    embedding: Embedding = 128
    copying: Annotated[bool, Help("whether the decoder can copy tokens of the text")] = True
    coverage_weight: Annotated[
        float, Ge(0), Help("λ of the coverage loss; 0: attention without coverage")
    ] = 1.0
    max_words: Annotated[int, Ge(1), Help("number of words of a text that are read")] = 80
    epochs: Epochs = 4
    batch_size: BatchSize = 32
    learning_rate: LearningRate = 1e-3


def load(source: str, settings: Settings) -> PairData:
    """Load pairs (text, summary), each text cut after `max_words` words."""
    pairs = short_pairs(load_pairs(source, **load_options(settings)), 0)
    cut = [
        [(evaluation.first_words(text, settings.max_words), summary) for text, summary in part]
        for part in (pairs.train, pairs.validation, pairs.test)
    ]
    return PairData(pairs.name, pairs.sides, *cut, report=pairs.report)


def describe(pairs: PairData, settings: Settings) -> DataInfo:
    """The names of the text and of its summary."""
    text, summary = pairs.sides
    return DataInfo(sides=(text, summary))


def build(settings: Settings, pairs: PairData, info: DataInfo, rng: Generator) -> rnn.Translator:
    """A pointer-generator with one tokenizer of the training part, for texts and summaries."""
    texts = [text for pair in pairs.train for text in pair]
    kind: type[WordTokenizer] | type[BytePairTokenizer] = (
        WordTokenizer if settings.tokenizer == "words" else BytePairTokenizer
    )
    tokenizer = kind.of(texts, settings.vocabulary_size)
    return rnn.Translator(
        tokenizer,
        tokenizer,
        settings.hidden,
        settings.embedding,
        rng,
        cell=settings.cell,
        attention="additive",
        layers=settings.layers,
        dropout=settings.dropout,
        copying=settings.copying,
        coverage=settings.coverage_weight > 0,
    )


def train(model: rnn.Translator, pairs: PairData, settings: Settings, run: Run, rng: Generator) -> None:
    """Maximise the likelihood of the summaries given the texts, with the coverage loss (`rnn.train_translator`)."""
    train_on_pairs(model, pairs, settings, run, rng, coverage_weight=settings.coverage_weight)


def summary_of(model: rnn.Translator, text: str, width: int = BEAM_WIDTH) -> rnn.Translation:
    """The most probable summary of a text by beam search."""
    return model.translations(text, width, LONGEST)[0]


def score(
    model: rnn.Translator, pairs: PairData, settings: Settings, part: str, trained: None = None
) -> list[Score]:
    """Held-out nats per token of the summaries (ends count as tokens), and ROUGE of beam search."""
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
    likelihood = held_out_likelihood(model, getattr(pairs, part), "held-out nats per summary token")
    scored = at_even_distances(getattr(pairs, part), SCORED)
    ours = [summary_of(model, text).text for text, _ in show(scored, "summarising")]
    return [likelihood, *rouge_scores(ours, scored)]


def rouge_scores(summaries: list[str], pairs: list[tuple[str, str]]) -> list[Score]:
    """Each ROUGE of the summaries, expected above both baselines, and the oracle's ROUGE for comparison."""
    references = [reference for _, reference in pairs]
    ours, words, sentence, oracle = (
        evaluation.rouge(texts, references)
        for texts in (
            summaries,
            [evaluation.first_words(text) for text, _ in pairs],
            [evaluation.first_sentence(text) for text, _ in pairs],
            [evaluation.oracle_sentence(text, reference) for text, reference in pairs],
        )
    )
    return [
        Score(
            f"{measure} of {len(pairs)} summaries",
            f"{value:.1f}",
            f"{w:.1f} (first ten words), {s:.1f} (first sentence), {mark:.1f} (the best sentence)",
            f"above {max(w, s):.1f}",
            bool(value > max(w, s)),
            value=value,
            baseline_value=max(w, s),
        )
        for measure, value, w, s, mark in zip(MEASURES, ours, words, sentence, oracle, strict=True)
    ]


def adapt(run: LoadedRun[rnn.Translator, DataInfo], pairs: PairData) -> tuple[PairData, list[str]]:
    """Other pairs for the model of a run: any, as its tokenizer encodes every text."""
    return pairs, []


def draw(
    model: rnn.Translator, pairs: PairData, settings: Settings, run: Run, scores: list[Score], trained: None
) -> None:
    """Draw curves and attention maps, and write summaries of held-out texts next to the references."""
    series = {"training": run.history["nats"], "validation": run.history["validation_nats"]}
    plots.curves(series, run.picture("curves"), "nats per summary token", {})
    lines, drawn = [], 0
    for text, reference in at_even_distances(pairs.test, SHOWN):
        ours = summary_of(model, text)
        lines += [text, f"    {ours.text}", f"  = {reference}"]
        if len(ours.ids) and drawn < MAPS:
            drawn += 1
            draw_attention(model, text, ours.ids, run.picture(f"summary_attention_{drawn}"))
    write_text(run.directory / "samples" / "text.txt", "\n".join(lines) + "\n")


def sample(run: LoadedRun[rnn.Translator, DataInfo], request: SampleRequest) -> str:
    """The most likely summary of the prompt."""
    if request.prompt is None:
        raise BadInput("there is no text to summarise; give it as --prompt TEXT")
    if request.seed is not None:
        raise BadInput("a summary is the most likely one and draws nothing; leave out --seed")
    if request.out is not None:
        raise BadInput("a summary is printed; leave out --out")
    text = evaluation.first_words(request.prompt, run.settings.max_words)
    width = BEAM_WIDTH if request.beam is None else request.beam
    return run.model.translations(text, width, LONGEST if request.n is None else request.n)[0].text


TASK = Task(
    name="summarisation",
    family="rnn",
    title="summarisation with a pointer-generator",
    settings=Settings,
    data_info=DataInfo,
    monitored=("nats", "validation_nats", "best_epoch"),
    load=load,
    describe=describe,
    build=build,
    epoch_steps=batches_per_epoch,
    train=train,
    score=score,
    evaluate=evaluate,
    adapt=adapt,
    vocabularies=vocabularies,
    draw=draw,
    sample=sample,
    sample_options=("prompt", "beam"),
    example="--prompt TEXT",
    higher_is_better=False,
    early_stopping=("validation_nats", False),
)
