"""A recurrent network, from the name of a text to its score beside n-grams; other tasks by their names."""

from __future__ import annotations

from dataclasses import asdict

from scratchgen import plots, rnn
from scratchgen.data import TextData, load_text, text_chunks
from scratchgen.nn import Module
from scratchgen.random import HELD_OUT_SEED, Generator
from scratchgen.runs.early_stopping import EarlyStopping
from scratchgen.runs.files import write_text
from scratchgen.tasks.common import OpenRun, configuration, finished, refuse
from scratchgen.tasks.music import train_music
from scratchgen.tasks.pairs import train_pairs
from scratchgen.tasks.recipes import RNNRecipe
from scratchgen.tasks.rnn_pictures import draw
from scratchgen.tasks.scores import Score
from scratchgen.tasks.scores.rnn import BEST_NGRAM, rnn_scores
from scratchgen.tasks.sound import train_sound
from scratchgen.tasks.symbols import symbols_of

# what some tasks alone have a use for
USED = {
    **dict.fromkeys(("vocabulary", "pieces", "embedding"), ("text", "pairs")),
    **dict.fromkeys(("tied", "chunk"), ("text",)),
    **dict.fromkeys(("attention", "sampling", "longest"), ("pairs",)),
    **{"nade": ("music",), "components": ("sound",), "weight_noise": ("music", "sound")},
}
OF_THE_MODEL = ("hidden", "embedding", "cell", "layers", "dropout", "tied")
TEXT_SAMPLE, TEMPERATURE = 800, 0.7  # characters that show what was learned


def train_rnn(data: str, settings: RNNRecipe, seed: int, open_run: OpenRun) -> tuple[Module, list[Score]]:
    """Train what the task asks for: a model of text, of music, of sound, or of one text given another.

    Raises BadInput for a setting that the task has no use for.
    """
    for name, tasks in USED.items():
        if settings.task not in tasks:
            refuse(settings, (name,), f"is for {' and '.join(tasks)}, not for {settings.task}; leave it out")
    if settings.vocabulary != "pieces":
        refuse(settings, ("pieces",), f"is not for {settings.vocabulary}; say --vocabulary pieces")
    return TASKS[settings.task](data, settings, seed, open_run)


def train_text(
    data: str, settings: RNNRecipe, seed: int, open_run: OpenRun
) -> tuple[rnn.LanguageModel, list[Score]]:
    """Train a language model on a text and compare its bits per character with n-grams.

    Pairs of texts are a text of lines (`data.pairs_as_text`). The characters are those of the training part; any
    others that are held out count as one, �, that no training shows. Bytes can write every text, and so can
    pieces, the byte pairs of the training part.
    """
    text = load_text(data)
    sizes = _sizes(text, settings)
    model = rnn.build(sizes, Generator(seed))
    vocabulary = model.vocabulary
    train, validation = (vocabulary.encode(part) for part in (text.train, text.validation))
    text_chunks(train, settings.batch_size, settings.chunk)  # refuses a text that is too short
    run = open_run(configuration("rnn", data, text, asdict(settings), seed, sizes))
    if settings.patience:
        run.wait(EarlyStopping("validation_bits", settings.patience, higher_is_better=False))
    spectra = rnn.Spectra(model.recurrent)
    run.observe(spectra=spectra)
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
    per_symbol = len(text.test) / len(vocabulary.encode(text.test))
    baseline = {BEST_NGRAM: score.baseline_value * per_symbol}
    sample = model.generate(beginning(vocabulary), TEXT_SAMPLE, TEMPERATURE, Generator(HELD_OUT_SEED))
    with run.saving():
        draw(model, text, run, spectra)
        plots.curves(series, run.picture("curves"), f"bits per {settings.vocabulary[:-1]}", baseline)
        write_text(run.directory / "samples" / "text.txt", sample)
    return finished(run, model, [score])


def beginning(vocabulary) -> str:
    """A prompt for a text that begins anywhere: a new line, if the training text had lines."""
    known = getattr(vocabulary, "characters", "\n")  # bytes can write every character
    return "\n" if "\n" in known else known[0]


def _sizes(text: TextData, settings: RNNRecipe) -> dict:
    """What config.json says of the model."""
    known = symbols_of(settings, text.train, text.validation + text.test)
    sizes = {name: getattr(settings, name) for name in OF_THE_MODEL}
    return {"symbols": settings.vocabulary, "vocabulary": known, **sizes}


TASKS = {"text": train_text, "music": train_music, "sound": train_sound, "pairs": train_pairs}
