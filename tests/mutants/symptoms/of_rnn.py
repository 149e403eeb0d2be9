"""Trainings of recurrent networks on toy texts and sequences."""

import math
from functools import partial

import numpy as np

from scratchgen import nn
from scratchgen.data import CharacterTokenizer
from scratchgen.optim import Adam, training_step
from scratchgen.random import Generator
from scratchgen.rnn import LanguageModel, train
from scratchgen.rnn.translation import Seq2Seq
from scratchgen.runs import History

from .training import Training

VOCABULARY = ("banana", "nab", "bandana", "band", "an", "dad")


def words(n: int, seed: int) -> list[str]:
    return [VOCABULARY[i] for i in np.random.default_rng(seed).integers(len(VOCABULARY), size=n)]


def counting(n: int, seed: int) -> str:
    """Runs of eleven equal letters: a network must count to know when the letter changes."""
    return "".join(11 * "ab"[i] + "." for i in np.random.default_rng(seed).integers(2, size=n))


def language(text, bptt_steps: int):
    """A language model by the library's own loop, on a toy text."""
    train_text, test_text = text(800, 0), text(60, 1)
    tokenizer = CharacterTokenizer.of(train_text)
    model = LanguageModel(tokenizer, 24, 8, Generator(1), cell="tanh")
    run, rows = History(), []
    optimizer = Adam(model.parameters(), learning_rate=1e-2)
    ids, test = tokenizer.encode(train_text), tokenizer.encode(test_text)
    stopped = None
    try:
        train(model, ids, test, run, epochs=8, batch_size=16, bptt_steps=bptt_steps, optimizer=optimizer)
    except Exception as error:  # some faults stop a training: what was logged before is kept
        stopped = error
    for epoch, numbers in enumerate(run.by_epoch, 1):
        rows.append((epoch, {"bits": numbers["bits"], "held out": numbers["validation_bits"]}))
    yield from rows
    if stopped is not None:
        raise stopped


def padded():
    """A language model of single words in padded batches; the score counts real letters alone."""
    tokenizer = CharacterTokenizer.of("".join(VOCABULARY) + " .")
    model, optimizer = LanguageModel(tokenizer, 24, 8, Generator(1)), None
    optimizer = Adam(model.parameters(), learning_rate=1e-2)

    def batch(seed):
        drawn = words(32, seed)
        ids = np.stack([tokenizer.encode(f"{word}.".ljust(16)) for word in drawn], axis=1)
        return ids[:-1], ids[1:], np.arange(15)[:, None] < np.array([len(word) for word in drawn])

    def objective(ids, targets, mask):
        losses, _ = model.loss(ids, targets, None, mask)
        shown.append(losses.numpy().sum() / mask.sum() / math.log(2))
        return losses.sum() / mask.sum(), {}

    shown = []
    for step in range(1, 101):
        training_step(partial(objective, *batch(step)), optimizer)
        if step % 10 == 0:
            ids, targets, mask = batch(0)
            y = model(ids, None, mask)[0].numpy()
            log_p = y - np.log(np.sum(np.exp(y), axis=-1, keepdims=True))
            right = np.take_along_axis(log_p, targets[..., None], axis=-1)[..., 0]
            held_out = -float(np.sum(right[mask])) / mask.sum() / math.log(2)
            yield step, {"bits": float(np.mean(shown)), "held out": held_out}
            shown.clear()


class Recall(nn.Module):
    """Tells the first number of a sequence from the last state."""

    def __init__(self, cell, layers, inputs=1):
        rng = Generator(1)
        self.recurrent, self.output = cell(inputs, 16, rng, layers=layers), nn.Linear(16, 1, rng)

    def forward(self, x):
        return self.output(self.recurrent(x)[0][-1])[:, 0]


def recall(cell=nn.RNN, layers=1, T=6):
    """The mean square error of recalling the first of T numbers of ±1; a constant has the error 1."""
    model, rng = Recall(cell, layers), np.random.default_rng(0)
    optimizer, shown = Adam(model.parameters(), learning_rate=3e-3), []

    def objective():
        x = rng.choice([-1.0, 1.0], size=(T, 32, 1)).astype(np.float32)
        loss = np.mean((model(x) - x[0, :, 0]) ** 2)
        shown.append(loss.item())
        return loss, {}

    for step in range(1, 301):
        training_step(objective, optimizer)
        if step % 20 == 0:
            yield step, {"error": float(np.mean(shown))}
            shown.clear()


def translation():
    """A sequence to sequence network that reverses words; the score is computed word by word, without padding."""
    model = Seq2Seq(5, 4, 24, 8, Generator(1))
    optimizer, shown = Adam(model.parameters(), learning_rate=1e-2), []

    def batch(seed, n=32):
        drawn = [np.array(["abdn".index(letter) for letter in word]) for word in words(n, seed)]
        x, y = np.full((8, n), 4), np.zeros((8, n), np.int64)
        for i, word in enumerate(drawn):
            x[: len(word), i], y[: len(word), i] = word, word[::-1]
        mask = np.arange(8)[:, None] < np.array([len(word) for word in drawn])
        return x, mask, y, mask

    def objective(*pairs):
        loss = model.loss(*pairs).mean()
        shown.append(loss.item())
        return loss, {}

    test = batch(0, 40)
    for step in range(1, 61):
        training_step(partial(objective, *batch(step)), optimizer)
        if step % 6 == 0:
            alone = [
                model.loss(*(a[: test[1][:, i].sum(), i : i + 1] for a in test)).item() for i in range(40)
            ]
            yield step, {"loss": float(np.mean(shown)), "alone": float(np.mean(alone))}
            shown.clear()


BITS = "loss that is printed (bits per character)"
HELD_OUT = "held-out text (bits per character)"
TRAININGS = {
    "words": Training(
        "a tanh network of 24 units on a toy text of random words, 8 epochs of truncated BPTT.",
        {"bits": BITS, "held out": HELD_OUT},
        partial(language, lambda n, seed: " ".join(words(n, seed)), 16),
    ),
    "counting": Training(
        "a tanh network of 24 units on runs of eleven equal letters, 8 epochs of truncated BPTT over 6 steps.",
        {"bits": BITS, "held out": HELD_OUT},
        partial(language, counting, 6),
    ),
    "padded words": Training(
        "a tanh network of 24 units on single words in padded batches, 100 steps.",
        {
            "bits": "loss that is printed (bits per real letter)",
            "held out": "held-out words (bits per letter)",
        },
        padded,
    ),
    "recall": Training(
        "a tanh network of 16 units that recalls the first of 6 numbers, 300 steps.",
        {"error": "mean square error"},
        recall,
    ),
    "recall by two layers": Training(
        "two tanh layers of 16 units that recall the first of 6 numbers, 300 steps.",
        {"error": "mean square error"},
        partial(recall, layers=2),
    ),
    "translation": Training(
        "a sequence to sequence network of 24 units that reverses words, 60 steps.",
        {
            "loss": "loss that is printed (nats per word)",
            "alone": "held-out words one by one (nats per word)",
        },
        translation,
    ),
}
