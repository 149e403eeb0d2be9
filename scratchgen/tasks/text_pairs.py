"""The steps that translation and summarisation share: training, likelihood and attention maps."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any, TypeVar

import numpy as np

from scratchgen import rnn
from scratchgen.data import PairData
from scratchgen.evaluation.per_step import per_step
from scratchgen.plots.attention import attention
from scratchgen.random import Generator
from scratchgen.runs.run import Run
from scratchgen.runs.score import Score, mean_score
from scratchgen.tasks.recurrent import RecurrentSettings
from scratchgen.tasks.task import optimizer_for, schedule_for, shards_of

T = TypeVar("T")


def train_on_pairs(
    model: rnn.Translator,
    pairs: PairData,
    settings: RecurrentSettings,
    run: Run,
    rng: Generator,
    **options: Any,
) -> None:
    """Maximise the likelihood of the second texts given the first; the options are those of `rnn.train_translator`."""
    rnn.train_translator(
        model,
        model.encode_pairs(pairs.train),
        model.encode_pairs(pairs.validation),
        run,
        epochs=settings.epochs,
        batch_size=settings.batch_size,
        optimizer=optimizer_for(settings, model),
        schedule=schedule_for(settings),
        shards=shards_of(settings, run),
        rng=rng,
        **options,
    )


def held_out_likelihood(model: rnn.Translator, pairs: Sequence[tuple[str, str]], measure: str) -> Score:
    """Nats per token of the second texts given the first; the end of a text counts as a token."""
    held_out = model.encode_pairs(pairs)
    nats, tokens = rnn.nats_by_pair(model, held_out), [len(y) + 1 for _, y in held_out]
    return mean_score(measure, per_step(nats, tokens), digits=3)


def at_even_distances(items: Sequence[T], n: int) -> list[T]:
    """At most n items, at even distances in the order of the set."""
    n = min(n, len(items))
    return [items[k * len(items) // n] for k in range(n)]


def draw_attention(model: rnn.Translator, text: str, ids: np.ndarray, path: Path) -> None:
    """Draw the attention weights of the decoder on the source for each of these target tokens."""
    read, written = model.tokens(text, ids)
    attention(model.attention_weights(text, ids), read, written, path)
