"""A language model, from the name of a text to its score beside n-grams."""

from __future__ import annotations

from dataclasses import asdict

from scratchgen import plots, rnn
from scratchgen.data import Vocabulary, load_text, text_chunks
from scratchgen.random import HELD_OUT_SEED, Generator
from scratchgen.training.experiments.common import OpenRun, configuration, finished
from scratchgen.training.files import write_text
from scratchgen.training.patience import Patience
from scratchgen.training.recipes import RNNRecipe
from scratchgen.training.scores import Score
from scratchgen.training.scores.rnn import BEST_NGRAM, rnn_scores

TEXT_SAMPLE, TEMPERATURE = 800, 0.7  # characters that show what was learned


def train_rnn(
    data: str, settings: RNNRecipe, seed: int, open_run: OpenRun
) -> tuple[rnn.LanguageModel, list[Score]]:
    """Train a language model on a text and compare its bits per character with n-gram models.

    Pairs of texts are a text of lines (`data.lines`). The characters are those of the training part; any
    others that are held out count as one, �, that no training shows.
    """
    text = load_text(data)
    vocabulary = Vocabulary.of(text.train, held_out=text.validation + text.test)
    train, validation = (vocabulary.encode(part) for part in (text.train, text.validation))
    text_chunks(train, settings.batch_size, settings.chunk)  # refuses a text that is too short
    model = rnn.LanguageModel(vocabulary, settings.hidden, settings.embedding, Generator(seed))
    sizes = {
        "vocabulary": vocabulary.characters,
        "hidden": settings.hidden,
        "embedding": settings.embedding,
    }
    run = open_run(configuration("rnn", data, text, asdict(settings), seed, sizes))
    if settings.patience:
        run.wait(Patience("validation_bits", settings.patience, higher_is_better=False))
    rnn.train(
        model,
        train,
        validation,
        run,
        epochs=settings.epochs,
        batch_size=settings.batch_size,
        chunk=settings.chunk,
        alpha=settings.alpha,
    )
    (score,) = rnn_scores(model, text, "test")
    series = {"training": run.history["bits"], "validation": run.history["validation_bits"]}
    prompt = "\n" if "\n" in vocabulary.characters else vocabulary.characters[0]
    sample = model.generate(prompt, TEXT_SAMPLE, TEMPERATURE, Generator(HELD_OUT_SEED))
    with run.saving():
        plots.curves(series, run.picture("curves"), "bits per character", {BEST_NGRAM: score.baseline_value})
        write_text(run.directory / "samples" / "text.txt", sample)
    return finished(run, model, [score])
