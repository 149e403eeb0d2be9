"""The common parts of the recurrent tasks: settings, tokenizers, and the pictures of gradients through time."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Callable, Hashable, Iterable
from pathlib import Path
from typing import Annotated, Literal, TypeVar

import numpy as np

from scratchgen import plots, rnn
from scratchgen.data import CharacterTokenizer, WordTokenizer
from scratchgen.data.stored_text import StoredText, characters_in, pieces
from scratchgen.data.tokenizers.byte_pairs import BytePairTokenizer
from scratchgen.data.tokenizers.characters import UNKNOWN
from scratchgen.data.tokenizers.utf8 import ByteTokenizer
from scratchgen.errors import BadInput
from scratchgen.nn.saving import build
from scratchgen.random import Generator
from scratchgen.runs.files import INITIAL_WEIGHTS
from scratchgen.runs.run import Run
from scratchgen.runs.schema import DEPTH, WIDTH, Ge, Help, Lt
from scratchgen.runs.weights import read_weights
from scratchgen.tasks.task import ScheduleName, SkipBad, TaskSettings, unread_of_optimizer

Tokenizer = CharacterTokenizer | ByteTokenizer | BytePairTokenizer

SHOWN_CHARACTERS = 8  # of those that a tokenizer does not know
JACOBIAN_STEPS = 50  # time steps over which gradient norms are drawn
SQUARE_NAMES = {
    "tanh": ("$W_{hh}$",),
    "lstm": ("$W_{hi}$", "$W_{hf}$", "$W_{hg}$", "$W_{ho}$"),
    "gru": ("$W_{hr}$", "$W_{hz}$", "$W_{hn}$"),
}


Cell = Annotated[Literal["tanh", "lstm", "gru"], Help("kind of the recurrent cell")]
Hidden = Annotated[int, Ge(1), WIDTH, Help("units per recurrent layer")]
Dropout = Annotated[
    float, Ge(0), Lt(1), Help("probability of dropping a unit between layers and before the output")
]
Encoding = Annotated[str, Help("encoding of your text, latin-1 for instance")]
Embedding = Annotated[int, Ge(1), WIDTH, Help("dimensions of a token's embedding")]
WeightNoise = Annotated[
    float, Ge(0), Help("σ of the noise added to the weights while the gradient is computed")
]


class RecurrentSettings(TaskSettings, frozen=True):
    """Settings of every recurrent network."""

    cell: Cell = "tanh"
    layers: Annotated[int, Ge(1), DEPTH, Help("number of stacked recurrent layers")] = 1
    hidden: Hidden = 256
    dropout: Dropout = 0.0
    schedule: ScheduleName = "half_cosine"


class TokenizerSettings(RecurrentSettings, frozen=True):
    """Settings of the tasks that read texts as tokens."""

    encoding: Encoding = "utf-8"
    skip_bad: SkipBad = False

    tokenizer: Annotated[
        Literal["characters", "bytes", "bpe"], Help("the tokens of a text; bpe: byte pairs, parts of words")
    ] = "characters"
    vocabulary_size: Annotated[int, Ge(1), Help("number of tokens (tokenizer bpe)")] = 1024
    embedding: Embedding = 64


def unread_of_tokenizer(settings: TokenizerSettings) -> dict[str, str]:
    """The settings that the chosen tokenizer and optimiser do not read, and what each is for."""
    found = unread_of_optimizer(settings)
    if settings.tokenizer != "bpe":
        found["vocabulary_size"] = f"is for tokenizer bpe, not for {settings.tokenizer}"
    return found


def tokenizer_for(settings: TokenizerSettings, train: str | StoredText, held_out: Iterable[str]) -> Tokenizer:
    """The tokenizer of the training part.

    held_out    the characters of the other parts
    Characters that occur in the held-out parts alone count as one, �, which no training shows.
    """
    if settings.tokenizer == "bpe":
        return BytePairTokenizer.of([str(train)], settings.vocabulary_size)
    if settings.tokenizer == "bytes":
        return ByteTokenizer()
    return CharacterTokenizer.of("".join(characters_in(train)), "".join(held_out))


def tokens_of(tokenizer: rnn.Tokenizer) -> list[Hashable]:
    """The tokens of a tokenizer in the order of their numbers: characters, bytes, or byte pairs by their names."""
    if isinstance(tokenizer, CharacterTokenizer):
        return list(tokenizer.characters)
    if isinstance(tokenizer, WordTokenizer):
        return [("word", word) for word in tokenizer.words]
    if isinstance(tokenizer, BytePairTokenizer):
        numbers = json.loads(tokenizer.json)["model"]["vocab"]
        return [("bytes", name) for name in sorted(numbers, key=numbers.__getitem__)]
    return list(range(tokenizer.vocabulary_size))


def unknown_characters(
    tokenizer: rnn.Tokenizer, texts: Iterable[str], name: str, directory: Path
) -> list[str]:
    """Messages about characters of other texts that a tokenizer does not know, if they count as �.

    Raises BadInput that names them if the tokenizer has no �.
    """
    if not isinstance(tokenizer, CharacterTokenizer):
        return []
    counts: Counter[str] = Counter()
    for text in texts:
        for piece in pieces(text):
            counts.update(piece)
    new = sorted(counts.keys() - set(tokenizer.characters))
    if not new:
        return []
    which = ", ".join(map(repr, new[:SHOWN_CHARACTERS])) + (" …" if len(new) > SHOWN_CHARACTERS else "")
    count = f"{len(new)} character{'s' * (len(new) > 1)}"
    what = f"{name} has {count} that the model of {directory} does not know ({which})"
    if UNKNOWN not in tokenizer.characters:
        raise BadInput(
            f"{what}; give a text without them, or train on it, from these weights with --init-from {directory}"
        )
    share = sum(counts[c] for c in new) / counts.total()
    return [f"{what}: {share:.2%} of the text, which counts as {UNKNOWN}"]


R = TypeVar("R", rnn.LanguageModel, rnn.FrameModel)


def draw_dynamics(
    model: R, inputs: Callable[[R], np.ndarray], run: Run, history: rnn.EigenvalueHistory, cell: str
) -> None:
    """Draw gradient norms back through time, before and after training, and the eigenvalues of W_hh.

    inputs    from a model to the sequence (T, D) that its network reads
    """
    before = build(run.config.model, Generator(run.config.seed))
    if (initial := run.directory / INITIAL_WEIGHTS).exists():
        before.load_state_dict(read_weights(initial))
    moments = {"before training": before, "after": model}
    norms = {name: rnn.gradient_norms(m.recurrent, inputs(m)[:JACOBIAN_STEPS]) for name, m in moments.items()}
    plots.gradient_norms({"": norms}, run.picture("gradient_norms"))
    of_the_last_layer: list[np.ndarray] = [epoch[-1] for epoch in history.epochs]
    plots.eigenvalues(of_the_last_layer, SQUARE_NAMES[cell], run.picture("eigenvalues"))
