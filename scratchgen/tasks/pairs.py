"""An encoder-decoder, from the name of a set of pairs to its score beside n-grams, translations and maps."""

from __future__ import annotations

from dataclasses import asdict

import numpy as np

from scratchgen import plots, rnn
from scratchgen.data import PairData, load_pairs
from scratchgen.data.short_pairs import short_pairs
from scratchgen.plots.attention import attention
from scratchgen.random import Generator
from scratchgen.runs.early_stopping import EarlyStopping
from scratchgen.runs.files import write_text
from scratchgen.runs.run import Run
from scratchgen.tasks.common import OpenRun, configuration, finished
from scratchgen.tasks.recipes import RNNRecipe
from scratchgen.tasks.scores import Score
from scratchgen.tasks.scores.pairs import TARGETS_ALONE, pair_scores, sources_of
from scratchgen.tasks.symbols import symbols_of

OF_THE_MODEL = ("hidden", "embedding", "cell", "attention", "layers", "dropout")
SHOWN, MAPS = 20, 4  # sources whose translations are written, and of how many the attention is drawn


def train_pairs(
    data: str, settings: RNNRecipe, seed: int, open_run: OpenRun
) -> tuple[rnn.Translator, list[Score]]:
    """Train an encoder-decoder on pairs of texts and compare it with n-grams that see no source."""
    pairs = short_pairs(load_pairs(data), settings.longest)
    rng, sizes = Generator(seed), _sizes(pairs, settings)
    model = rnn.build(sizes, rng)
    run = open_run(configuration("rnn", data, pairs, asdict(settings), seed, sizes))
    if settings.patience:
        run.wait(EarlyStopping("validation_nats", settings.patience, higher_is_better=False))
    rnn.train_pairs(
        model,
        model.encode_pairs(pairs.train),
        model.encode_pairs(pairs.validation),
        run,
        epochs=settings.epochs,
        batch_size=settings.batch_size,
        alpha=settings.alpha,
        rng=rng,
        sampling=settings.sampling,
    )
    scores = pair_scores(model, pairs, "test")
    series = {"training": run.history["nats"], "validation": run.history["validation_nats"]}
    with run.saving():
        baseline = {TARGETS_ALONE: scores[0].baseline_value}
        plots.curves(series, run.picture("curves"), "nats per target symbol", baseline)
        _show(model, pairs, run)
    return finished(run, model, scores)


def draw_attention(model: rnn.Translator, text: str, ids: np.ndarray, path) -> None:
    """Where the decoder looks as it writes these symbols, as a picture."""
    source, target = model.tokenizers
    names = [
        [symbols.decode([i]) for i in row] for symbols, row in ((source, source.encode(text)), (target, ids))
    ]
    attention(model.attention_weights(text, ids), *names, path)


def _show(model: rnn.Translator, pairs: PairData, run: Run) -> None:
    """Held-out sources with their translations, ours and theirs; and of some, where the model looked."""
    known, lines, drawn = sources_of(pairs.test, SHOWN), [], 0
    for i, (text, theirs) in enumerate(known.items()):
        ours = model.translations(text)[0]
        lines += [text, f"    {ours.text}", *(f"  = {translation}" for translation in theirs)]
        if len(ours.ids) and drawn < MAPS and i >= drawn * len(known) // MAPS:
            drawn += 1
            draw_attention(model, text, ours.ids, run.picture(f"attention_{drawn}"))
    write_text(run.directory / "samples" / "text.txt", "\n".join(lines) + "\n")


def _sizes(pairs: PairData, settings: RNNRecipe) -> dict:
    """What config.json says of the model."""
    known = []
    for side in (0, 1):
        train, *held_out = (
            "\n".join(dict.fromkeys(pair[side] for pair in part))
            for part in (pairs.train, pairs.validation, pairs.test)
        )
        known.append(symbols_of(settings, train, "".join(held_out)))
    sizes = {name: getattr(settings, name) for name in OF_THE_MODEL}
    return {"symbols": settings.vocabulary, "vocabularies": known, **sizes}
