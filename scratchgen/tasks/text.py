"""The task "text": a recurrent network as a language model of characters, bytes or byte pairs."""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping
from typing import TYPE_CHECKING, Annotated, Any

import numpy as np

from scratchgen import evaluation, plots, rnn
from scratchgen.data import TextData, load_text
from scratchgen.data.batches import number_of_chunks
from scratchgen.data.files.text import encoding_for_bytes
from scratchgen.data.load import is_own
from scratchgen.data.options import BYTES, UTF8
from scratchgen.data.stored_text import characters_in
from scratchgen.data.tokenizers.ids import encode_text, token_count
from scratchgen.data.tokenizers.utf8 import ByteTokenizer, ExactByteTokenizer, bytes_of, holds_bytes
from scratchgen.errors import BadInput
from scratchgen.evaluation import Mean
from scratchgen.random import HELD_OUT_SEED, Generator
from scratchgen.runs.files import writable_file, write_bytes, write_text
from scratchgen.runs.run import Run
from scratchgen.runs.schema import Ge, Help
from scratchgen.runs.score import Score, Show, mean_score, no_progress
from scratchgen.tasks.initialise import Vocabulary
from scratchgen.tasks.networks import TOKENS, draw_networks, text_networks
from scratchgen.tasks.recurrent import (
    TokenizerSettings,
    draw_dynamics,
    tokenizer_for,
    tokens_of,
    unknown_characters,
    unread_of_tokenizer,
)
from scratchgen.tasks.sample_request import SampleRequest
from scratchgen.tasks.task import (
    BatchSize,
    Epochs,
    LearningRate,
    Task,
    TaskInfo,
    load_options,
    optimizer_for,
    schedule_for,
    shards_of,
)

if TYPE_CHECKING:
    from scratchgen.tasks.load import LoadedRun

MAX_ORDER = 3
BEST_NGRAM = f"best n-gram of order ≤ {MAX_ORDER}"
ORDERS = range(6)  # of the n-grams that `evaluate` compares with
STRETCHES, MIN_STRETCH = 50, 100  # stretches of text for a standard error, and tokens in the shortest one
MAX_WINDOWS = 2**63  # an n-gram is counted as one integer
TOKEN_NAMES = {"characters": "character", "bytes": "byte", "bpe": "byte pair"}

DEFAULT_COUNT = 64  # tokens of `scratchgen sample`
TEXT_SAMPLE, TEMPERATURE = 800, 0.7  # of the text at the end of a training
OTHER_SUFFIXES = (".png", ".gif", ".npy", ".mid", ".wav")  # of files that hold no text
UNITS, SHOWN_TOKENS = 4, 400  # units whose states are drawn, and over how many tokens
READ_CHARACTERS = 5000  # in which units are chosen and judged


class Settings(TokenizerSettings, frozen=True):
    """Settings of a language model."""

    epochs: Epochs = 3
    batch_size: BatchSize = 16
    learning_rate: LearningRate = 4e-3
    bptt_steps: Annotated[int, Ge(1), Help("tokens that the gradient goes back (truncated BPTT)")] = 64
    tie_embeddings: Annotated[
        bool, Help("use the embedding as the output weights too; needs embedding = hidden")
    ] = False


class DataInfo(TaskInfo, frozen=True):
    """No facts: the tokenizer belongs to the model."""


DEFAULTS: dict[str, dict[str, Any]] = {
    "tinyshakespeare": {"cell": "lstm", "dropout": 0.2, "epochs": 8, "batch_size": 32, "bptt_steps": 100},
}

# A vocabulary of byte pairs is large and each token is rare: tied embeddings halve the number of weights.
BPE_DEFAULTS = {"dropout": 0.2, "epochs": 5}


def defaults(data: str, given: Mapping[str, Any]) -> dict[str, Any]:
    """Defaults that depend on the text and the tokenizer."""
    found = dict(DEFAULTS.get(data, {}))
    if given.get("tokenizer") == "bpe":
        found |= BPE_DEFAULTS
        if "embedding" not in given:
            hidden = given.get("hidden", found.get("hidden", Settings().hidden))
            found |= {"tie_embeddings": True, "embedding": hidden}
    return found


def load(source: str, settings: Settings) -> TextData:
    """Load a text; sentence pairs are read as lines (`data.pairs_as_text`).

    The tokenizer of bytes takes any file: one that is no text in UTF-8 is taken byte by byte.
    """
    options = load_options(settings)
    if options["encoding"] == BYTES and settings.tokenizer != "bytes":
        raise BadInput(
            f"--encoding bytes is for --tokenizer bytes, not for {settings.tokenizer}; name the encoding"
        )
    if settings.tokenizer == "bytes" and options["encoding"] == UTF8 and is_own(source):
        options["encoding"] = encoding_for_bytes(source, settings.skip_bad)
    return load_text(source, streamed=True, **options)


def describe(text: TextData, settings: Settings) -> DataInfo:
    """No facts about a text are needed."""
    return DataInfo()


def build(settings: Settings, text: TextData, info: DataInfo, rng: Generator) -> rnn.LanguageModel:
    """A language model over the tokens of the training part."""
    return rnn.LanguageModel(
        tokenizer_for(settings, text.train, characters_in(text.validation) | characters_in(text.test)),
        settings.hidden,
        settings.embedding,
        rng,
        cell=settings.cell,
        layers=settings.layers,
        dropout=settings.dropout,
        tie_embeddings=settings.tie_embeddings,
    )


def prepare(model: rnn.LanguageModel, text: TextData, settings: Settings) -> None:
    """Raises BadInput for a text that is too short for its batches, or repeats one token."""
    ids = encode_text(model.tokenizer, text.train)
    number_of_chunks(len(ids), settings.batch_size, settings.bptt_steps)
    if ids.min() == ids.max():
        raise BadInput(
            f"{text.name} repeats one {TOKEN_NAMES[settings.tokenizer]}, so that there is nothing to predict; give a "
            "text of two or more"
        )


def epoch_steps(model: rnn.LanguageModel, text: TextData, settings: Settings) -> int:
    """The chunks of all streams, read in parallel."""
    return number_of_chunks(
        token_count(model.tokenizer, text.train), settings.batch_size, settings.bptt_steps
    )


def train(
    model: rnn.LanguageModel, text: TextData, settings: Settings, run: Run, rng: Generator
) -> rnn.EigenvalueHistory:
    """Train by truncated back-propagation through time (`rnn.train`); returns the eigenvalues of W_hh by epoch."""
    history = rnn.EigenvalueHistory(model.recurrent)
    run.observe(eigenvalues=history)
    ids, validation = (encode_text(model.tokenizer, part) for part in (text.train, text.validation))
    rnn.train(
        model,
        ids,
        validation,
        run,
        epochs=settings.epochs,
        batch_size=settings.batch_size,
        bptt_steps=settings.bptt_steps,
        optimizer=optimizer_for(settings, model),
        schedule=schedule_for(settings),
        shards=shards_of(settings, run),
    )
    return history


def score(
    model: rnn.LanguageModel,
    text: TextData,
    settings: Settings,
    part: str,
    history: rnn.EigenvalueHistory | None = None,
) -> list[Score]:
    """Held-out bits per character, compared with the n-gram model whose order is best on the validation part.

    Of a file that is no text, bits per byte.
    """
    bits, _ = _measure(model, text, part)
    order, baseline = _ngram(model, text, part, MAX_ORDER)
    mean = mean_score(f"held-out bits per {_unit(text)}", bits, digits=3)
    return [mean.below(baseline, f"{baseline:.3f} ({BEST_NGRAM}, here {order})", digits=3)]


def evaluate(
    model: rnn.LanguageModel,
    text: TextData,
    settings: Settings,
    part: str,
    rng: Generator,
    k: int | None,
    show: Show = no_progress,
) -> list[Score]:
    """Bits and nats per character, perplexity, and n-gram models of every order that the vocabulary allows, up to 5."""
    bits, perplexity = _measure(model, text, part)
    nats = Mean(*(math.log(2) * number for number in bits))
    V, token = model.tokenizer.vocabulary_size, TOKEN_NAMES[settings.tokenizer]
    finite = perplexity if math.isfinite(perplexity) else None  # JSON has no infinity
    scores = [
        *score(model, text, settings, part),
        mean_score(f"nats per {_unit(text)}", nats, digits=3),
        Score(
            f"perplexity per {token}",
            f"{perplexity:.2f}",
            f"{V} (all equally likely)",
            value=finite,
            baseline_value=V,
        ),
    ]
    orders = [order for order in ORDERS if V ** (order + 1) <= MAX_WINDOWS]
    for max_order in show(orders, "n-gram models"):
        order, baseline = _ngram(model, text, part, max_order)
        measure = f"bits per {_unit(text)}, n-gram of order ≤ {max_order}"
        scores.append(Score(measure, "", f"{baseline:.3f} (order {order})", baseline_value=baseline))
    return scores


def _measure(model: rnn.LanguageModel, text: TextData, part: str) -> tuple[Mean, float]:
    """Bits per character and perplexity per token, of all tokens but the first.

    Neighbouring tokens are not independent: the standard error is computed over long stretches of the text.
    """
    ids = encode_text(model.tokenizer, getattr(text, part))
    nats = rnn.log_prob(model, ids)
    np.negative(nats, out=nats)  # a second array of all tokens may be large
    stretches = min(STRETCHES, max(1, len(nats) // MIN_STRETCH))
    means = np.array([stretch.mean() for stretch in np.array_split(nats, stretches)])
    error = float(evaluation.mean_over_examples(means).standard_error)
    mean, scale = float(nats.mean()), _tokens_per_unit(model, text, part) / math.log(2)
    with np.errstate(over="ignore"):
        return Mean(mean * scale, error * scale), float(np.exp(mean))


def _ngram(model: rnn.LanguageModel, text: TextData, part: str, max_order: int) -> tuple[int, float]:
    """The order ≤ max_order that is best on the validation part, and the bits per character of its n-gram model."""
    train, validation, held_out = (
        encode_text(model.tokenizer, x) for x in (text.train, text.validation, getattr(text, part))
    )
    ngram = evaluation.best_ngram(train, validation, model.tokenizer.vocabulary_size, max_order=max_order)
    per_token = evaluation.bits_per_character(
        ngram.log_prob(held_out)[1:]
    )  # the network predicts all but the first
    return ngram.order, per_token * _tokens_per_unit(model, text, part)


def _unit(text: TextData) -> str:
    """The unit of a score: characters, or the bytes of a file that is no text."""
    return "byte" if any(map(holds_bytes, (text.train, text.validation, text.test))) else "character"


def _tokens_per_unit(model: rnn.LanguageModel, text: TextData, part: str) -> float:
    """Tokens per character of a part, without the first token and its characters; 1 where bytes are counted."""
    if _unit(text) == "byte":
        return 1.0
    held_out = getattr(text, part)
    ids = encode_text(model.tokenizer, held_out)
    characters = len(held_out) - len(model.tokenizer.decode(ids[:1]))
    return (len(ids) - 1) / max(characters, 1)  # a text of one character may have several bytes


def vocabularies(model: rnn.LanguageModel) -> dict[str, Vocabulary]:
    """The arrays with an entry per token."""
    tokens = tokens_of(model.tokenizer)
    return {name: Vocabulary(axis, tokens) for name, axis in (("embedding.W", 0), ("W_hy", 1), ("b_y", 0))}


def adapt(run: LoadedRun[rnn.LanguageModel, DataInfo], text: TextData) -> tuple[TextData, list[str]]:
    """Another text for the model of a run. Raises BadInput for characters that it does not know."""
    parts = text.train, text.validation, text.test
    return text, unknown_characters(run.model.tokenizer, parts, text.name, run.directory)


def draw(
    model: rnn.LanguageModel,
    text: TextData,
    settings: Settings,
    run: Run,
    scores: list[Score],
    history: rnn.EigenvalueHistory,
) -> None:
    """Draw the network, curves, hidden units, gates, gradient norms through time, eigenvalues; write a sampled text."""
    draw_networks(text_networks(model, model.tokenizer.encode(text.train[:TOKENS])), run)
    _draw_units(model, text, settings, run, history)
    tokens_per_unit = 1 if _unit(text) == "byte" else token_count(model.tokenizer, text.test) / len(text.test)
    series = {"training": run.history["bits"], "validation": run.history["validation_bits"]}
    baseline = {BEST_NGRAM: scores[0].number("baseline_value") / tokens_per_unit}
    plots.curves(series, run.picture("curves"), f"bits per {TOKEN_NAMES[settings.tokenizer]}", baseline)
    sample = model.generate(first_prompt(model.tokenizer), TEXT_SAMPLE, TEMPERATURE, Generator(HELD_OUT_SEED))
    write_text(run.directory / "samples" / "text.txt", sample)


def first_prompt(tokenizer: rnn.Tokenizer) -> str:
    """The prompt where none is given: a new line, if the tokenizer has one."""
    known = getattr(tokenizer, "characters", "\n")  # bytes can write every character
    return "\n" if "\n" in known else known[0]


def _draw_units(
    model: rnn.LanguageModel, text: TextData, settings: Settings, run: Run, history: rnn.EigenvalueHistory
) -> None:
    """Draw the hidden units that correlate most with a feature of the text.

    They are chosen on the validation part and drawn on the test part, so that no correlation is due to chance.
    """
    encode = model.tokenizer.encode
    chosen_in, shown_in = (encode(part[:READ_CHARACTERS]) for part in (text.validation, text.test))
    h, features = _read(model, chosen_in)
    units = rnn.interesting_units(h, features, UNITS)
    h, features = _read(model, shown_in)
    titles = [f"unit {u.number}: {u.feature}, r = {rnn.correlation(h, u, features):+.2f}" for u in units]
    symbols = _as_texts(model, shown_in)
    numbers = [unit.number for unit in units]
    plots.text_states(h[:SHOWN_TOKENS, numbers].T, symbols[:SHOWN_TOKENS], titles, run.picture("states"))
    if settings.cell != "tanh":
        plots.gates(rnn.gates(model.recurrent, _embedded(model, shown_in)), symbols, run.picture("gates"))
    draw_dynamics(model, lambda model: _embedded(model, shown_in), run, history, settings.cell)


def _read(model: rnn.LanguageModel, ids: np.ndarray) -> tuple[np.ndarray, dict[str, np.ndarray]]:
    """The states of the last layer after every token, (T, H), and the features of the text at that token."""
    return rnn.states(model.recurrent, _embedded(model, ids))[-1], rnn.text_features(_as_texts(model, ids))


def _embedded(model: rnn.LanguageModel, ids: np.ndarray) -> np.ndarray:
    """The embedded tokens, the input of the network, (T, D)."""
    return model.embedding(ids).numpy()


def _as_texts(model: rnn.LanguageModel, ids: np.ndarray) -> list[str]:
    """The text of each token; � for a byte that is no character by itself."""
    return [model.tokenizer.decode([k]) for k in ids]


def sample(run: LoadedRun[rnn.LanguageModel, DataInfo], request: SampleRequest) -> str:
    """Continue the prompt; returns the text, or writes it to --out and returns the line to print.

    A model of bytes writes exactly the bytes that it samples; in the text that is printed, � stands for those that are
    no UTF-8.
    """
    if request.out is not None and request.out.suffix in OTHER_SUFFIXES:
        raise BadInput(f"{run.directory} writes text: give --out FILE.txt, not {request.out}")
    file = None if request.out is None else writable_file(request.out)
    of_bytes = isinstance(run.model.tokenizer, ByteTokenizer)
    if of_bytes:
        run.model.tokenizer = ExactByteTokenizer()
    text = _continue(run.model, request)
    if file is None:
        return bytes_of(text).decode("utf-8", "replace") if of_bytes else text
    if holds_bytes(text):
        write_bytes(file, bytes_of(text))
        return f"{len(bytes_of(text))} bytes: {request.out}"
    write_text(file, text)
    return f"{len(text)} characters: {request.out}"


def _continue(model: rnn.LanguageModel, request: SampleRequest) -> str:
    prompt = first_prompt(model.tokenizer) if request.prompt is None else request.prompt
    n = request.n or DEFAULT_COUNT
    choices = {"temperature": request.temperature, "top_k": request.top_k, "top_p": request.top_p}
    chosen: dict[str, Any] = {name: value for name, value in choices.items() if value is not None}
    drawn = [*chosen, *(["seed"] if request.seed is not None else [])]  # options that only a draw reads
    if request.beam is not None:
        if drawn:
            raise BadInput(
                f"--beam finds the most likely text and samples nothing; leave out {_options(drawn)}"
            )
        return rnn.beam_search(model, prompt, n, request.beam)[0].text
    temperature = chosen.pop("temperature", 1.0)
    if temperature == 0 and (drawn := [name for name in drawn if name != "temperature"]):
        raise BadInput(f"--temperature 0 takes the most likely token each time; leave out {_options(drawn)}")
    return model.generate(prompt, n, temperature, request.rng, **chosen)


def _options(names: Iterable[str]) -> str:
    return " and ".join("--" + name.replace("_", "-") for name in names)


TASK = Task(
    name="text",
    family="rnn",
    title="language model of a text",
    settings=Settings,
    data_info=DataInfo,
    monitored=("bits", "validation_bits", "best_epoch"),
    defaults=defaults,
    load=load,
    describe=describe,
    build=build,
    unread=unread_of_tokenizer,
    epoch_steps=epoch_steps,
    prepare=prepare,
    train=train,
    score=score,
    evaluate=evaluate,
    adapt=adapt,
    vocabularies=vocabularies,
    draw=draw,
    sample=sample,
    sample_options=("prompt", "temperature", "top_k", "top_p", "beam"),
    example="-n 500 --out sample.txt",
    higher_is_better=False,
    early_stopping=("validation_bits", False),
)
