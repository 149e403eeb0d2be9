"""Tiny Shakespeare, character by character: recurrent networks on held-out text."""

from __future__ import annotations

from functools import partial

import numpy as np

from scratchgen import evaluation, rnn
from scratchgen.data import CharacterTokenizer, load_text
from scratchgen.optim import Adam
from scratchgen.random import HELD_OUT_SEED, Generator
from scratchgen.reproductions.reproduction import Measured, Part, Reproduction
from scratchgen.runs.files import write_text
from scratchgen.runs.schema import as_dict
from scratchgen.tasks import text as text_task
from scratchgen.tasks.task import OpenRun, configuration
from scratchgen.tasks.text import TEMPERATURE, TEXT_SAMPLE, Settings, first_prompt

MAX_ORDER = 5
TANH = Settings(
    cell="tanh", hidden=512, dropout=0.2, epochs=16, batch_size=32, bptt_steps=100, learning_rate=2e-3
)
LSTM = Settings(
    cell="lstm", hidden=384, dropout=0.4, epochs=12, batch_size=32, bptt_steps=100, learning_rate=3e-3
)


def measure(seed: int, open_run: OpenRun, settings: Settings) -> Measured:
    """Train without early stopping, and score the network and an n-gram model on the last tenth of the text."""
    text, info = load_text("tinyshakespeare"), text_task.DataInfo()
    tokenizer = CharacterTokenizer.of(text.train, held_out=text.validation + text.test)
    model = text_task.build(settings, text, info, Generator(seed))
    train, validation, test = map(tokenizer.encode, (text.train, text.validation, text.test))
    held_out = np.concatenate([validation, test])
    config = configuration(text_task.TASK, "tinyshakespeare", text, as_dict(settings), seed, model, info)
    run = open_run(config)
    rnn.train(
        model,
        train,
        validation,
        run,
        epochs=settings.epochs,
        batch_size=settings.batch_size,
        bptt_steps=settings.bptt_steps,
        optimizer=Adam(model.parameters(), settings.learning_rate),
    )
    ngram = evaluation.best_ngram(train, held_out, tokenizer.vocabulary_size, MAX_ORDER)
    sample = model.generate(first_prompt(tokenizer), TEXT_SAMPLE, TEMPERATURE, Generator(HELD_OUT_SEED))
    with run.saving():
        write_text(run.directory / "samples" / "text.txt", sample)
    numbers = {
        "held out": _nats(rnn.log_prob(model, held_out)),
        "training": _nats(rnn.log_prob(model, train[: len(held_out)])),
        "best n-gram": _nats(ngram.log_prob(held_out)[1:]),  # a network does not predict the first character
        "its order": ngram.order,
        "parameters": sum(p.size for p in model.parameters()),
    }
    return run, model, numbers


def _nats(log_prob: np.ndarray) -> float:
    return -float(np.mean(log_prob))


def reproduction(settings: Settings, network: str, target: float, minutes: int) -> Reproduction:
    """A network of one layer, compared with the best loss of a small transformer."""
    hidden, dropout = settings.hidden, settings.dropout
    return Reproduction(
        name=f"shakespeare-{settings.cell}",
        title=f"{network} on tiny Shakespeare, nats per character of the last tenth",
        source=(
            "The text and the task: Karpathy (2015), char-rnn, which gives no number; the number: Karpathy "
            "(2022), nanoGPT, the best validation loss of a transformer on the same last tenth"
        ),
        unit="nats per character",
        setting=(
            "The first 90 % of 1,115,394 characters are trained on; the last 10 % are scored, in one pass "
            f"with the state carried. One layer of {hidden} units, embeddings of {settings.embedding}, "
            f"dropout {dropout} before the output; {settings.epochs} epochs, {settings.batch_size} parallel "
            f"streams, back-propagation truncated to {settings.bptt_steps} characters; Adam, α = "
            f"{settings.learning_rate:g} to 0 by half a cosine, gradients clipped to norm 1; the weights of the last "
            f"epoch. The n-gram models, of order ≤ {MAX_ORDER}, are interpolated; their order and "
            f"concentration are the best for the scored text itself, which favours them. It takes {minutes} "
            "minutes of one core; the minutes below are wall-clock time on a machine with other work."
        ),
        deviations=(
            "Sizes and training were chosen by short trainings on these 90 % without their last 50,000 characters.",
            "A recurrent network of one layer instead of a transformer of 6 layers and 384 channels.",
            "The published number is the best during training; here it is the number after the last epoch.",
            "The published number is the mean over random windows of 256 characters; here it is over the text in "
            "order.",
        ),
        parts=(
            Part(settings.cell, f"{hidden} units", "1.4697", target, partial(measure, settings=settings)),
        ),
    )


SHAKESPEARE_TANH = reproduction(TANH, "A tanh network", 1.58, 8)
SHAKESPEARE_LSTM = reproduction(LSTM, "An LSTM network", 1.50, 13)
