"""Fill in: early stopping, with patience and a copy of the best parameters."""

from __future__ import annotations

import math

import numpy as np

from scratchgen.exercises.exercise import STILL_TO_WRITE, Exercise, WrongAnswer, filled_in
from scratchgen.exercises.measure import as_array, as_number, expect, expect_close

HEAD = '''\
"""Stop a training before it overfits, and keep the parameters of its best epoch."""

import math


def train(parameters, train_one_epoch, validation_loss, max_epochs, patience):
    """Train until the validation loss no longer improves.

        the best epoch    the first one with the least validation loss
        the last epoch    the first one after `patience` epochs in a row without improvement, or epoch max_epochs

    parameters         a list of arrays, which the training changes in place
    train_one_epoch    a function without arguments, which trains for one epoch
    validation_loss    a function without arguments, which returns the present loss on the validation set
    returns            the number of the best epoch, and a list with its parameters; epochs count from 1

    An equal loss is no improvement, and a loss of NaN never is. The loss before the training does not count: any number
    of the first epoch is an improvement. If all losses are NaN, the result is 0, with the parameters before the
    training.
    """
'''
STUB = filled_in(HEAD, STILL_TO_WRITE)
BODY = """\
best, best_epoch = math.inf, 0
kept = [p.copy() for p in parameters]
for epoch in range(1, max_epochs + 1):
    train_one_epoch()
    loss = validation_loss()
    if loss < best:
        best, best_epoch = loss, epoch
        kept = [p.copy() for p in parameters]
    elif epoch - best_epoch >= patience:
        break
return best_epoch, kept
"""
SOLUTION = filled_in(HEAD, BODY)

MAX_EPOCHS = 12
BEFORE = 9.0  # the validation loss before the first epoch


class Training:
    """A training whose validation losses are given; the last one repeats. Its parameters count the epochs."""

    def __init__(self, *losses: float, before: float = BEFORE):
        self.losses, self.before, self.done = losses, before, 0
        self.parameters = [np.zeros(2), np.zeros((1, 3))]

    def epoch(self) -> None:
        """Train for one epoch."""
        expect(self.done < MAX_EPOCHS, f"it trains for more than max_epochs = {MAX_EPOCHS} epochs")
        self.done += 1
        for p in self.parameters:
            p += 1

    def loss(self) -> float:
        """The validation loss of the present parameters."""
        return self.losses[min(self.done, len(self.losses)) - 1] if self.done else self.before


def _trained(train, training: Training, patience: int) -> tuple[float, list[np.ndarray]]:
    """The result of the answer: the best epoch, and the arrays that were kept."""
    found = train(training.parameters, training.epoch, training.loss, MAX_EPOCHS, patience)
    expect(
        isinstance(found, tuple) and len(found) == 2,
        "two things are returned: the number of the best epoch, and the list of its parameters",
    )
    best, kept = found
    expect(isinstance(kept, list | tuple) and len(kept) == 2, "the parameters are a list of two arrays here")
    arrays = [as_array(p, q.shape, "a parameter") for p, q in zip(kept, training.parameters, strict=True)]
    return as_number(best, "the best epoch"), arrays


def best_epoch(train):
    """the best epoch is that with the least validation loss"""
    reasons = {
        MAX_EPOCHS: "that is the last epoch",
        2.0: "epochs count from 1, and the loss of an epoch is measured after its training",
        4.0: "the loss of an epoch is measured after its training, not before",
        1.0: "it is the first epoch; does it look for the least loss?",
    }
    best, _ = _trained(train, Training(3.0, 2.0, 1.0, 4.0), 20)
    expect_close(best, 3, "with the losses 3, 2, 1, 4, 4, … the best epoch is", reasons)


def untrained(train):
    """the loss before the training does not count"""
    reasons = {0.0: "the untrained network was taken for the best so far; begin with infinity"}
    best, _ = _trained(train, Training(3.0, 2.0, 4.0, before=1.0), 20)
    expect_close(best, 2, "with the loss 1 before the training, then 3, 2, 4, the best epoch is", reasons)


def its_parameters(train):
    """the parameters are those of the best epoch, whatever the training does later"""
    reference = "training changes the arrays in place, and what is kept changes with them; keep copies"
    training = Training(3.0, 2.0, 1.0, 4.0)
    _, kept = _trained(train, training, 20)
    for array in kept:
        reasons = {float(MAX_EPOCHS): reference, 0.0: "these are the parameters before the training"}
        expect_close(
            array, 3, "where the arrays hold the number of the epoch, 3 is the best; kept is", reasons
        )
    falling = Training(*(1 / n for n in range(1, MAX_EPOCHS + 1)))
    best, kept = train(falling.parameters, falling.epoch, falling.loss, MAX_EPOCHS, 20)
    expect_close(best, MAX_EPOCHS, "if every epoch improves, the best one is")
    for p in falling.parameters:
        p += 1  # the caller continues to train
    expect_close(kept[0], MAX_EPOCHS, "after one more epoch, what was kept is", {MAX_EPOCHS + 1.0: reference})


def number_of_epochs(train):
    """the training ends after `patience` epochs without improvement, or after max_epochs"""
    for patience in (3, 1):
        training = Training(3.0, 2.0, 4.0)
        _trained(train, training, patience)
        reasons = {
            float(MAX_EPOCHS): "the training did not stop early",
            3.0 + patience: "that is one epoch too many",
            1.0 + patience: "that is one epoch too few",
            3.0: f"that ends at the first epoch without improvement; the patience is {patience}",
        }
        what = f"the best epoch is 2, the patience {patience}; the number of epochs is"
        expect_close(training.done, 2 + patience, what, reasons)
    training = Training(3.0, 2.0, 4.0)
    _trained(train, training, 20)
    expect_close(training.done, MAX_EPOCHS, "if the patience is never exhausted, the number of epochs is")


def counted_anew(train):
    """after an improvement the epochs without one are counted from 0"""
    training = Training(5.0, 6.0, 4.0, 6.0, 3.0, 6.0)
    best, _ = _trained(train, training, 2)
    reasons = {4.0: "that is two in all, not two in a row; an improvement sets the count to 0"}
    what = "with the losses 5, 6, 4, 6, 3, 6, 6 and a patience of 2, the number of epochs is"
    expect_close(training.done, 7, what, reasons)
    expect_close(best, 5, "with the losses 5, 6, 4, 6, 3, 6, 6 the best epoch is")


def against_the_best(train):
    """a loss is compared with the best so far, not with that of the epoch before"""
    training = Training(2.0, 5.0, 4.0, 3.0, 6.0)
    best, _ = _trained(train, training, 3)
    previous = "3 is less than the epoch before, but not less than 2, the best so far"
    expect_close(best, 1, "with the losses 2, 5, 4, 3 the best epoch is", {4.0: previous})
    what = "with the losses 2, 5, 4, 3 and a patience of 3, the number of epochs is"
    expect_close(training.done, 4, what, {7.0: previous})


def equal(train):
    """an equal loss is no improvement"""
    training = Training(2.0)
    best, _ = _trained(train, training, 2)
    reasons = {float(MAX_EPOCHS): "an equal loss is no improvement: <, not <="}
    expect_close(best, 1, "with the losses 2, 2, 2, … the best epoch is", reasons)
    expect_close(training.done, 3, "with the losses 2, 2, 2, … and a patience of 2, the number of epochs is")


def not_a_number(train):
    """a loss of NaN is no improvement"""
    training = Training(math.nan, 3.0, math.nan)
    best, _ = _trained(train, training, 2)
    reasons = {
        1.0: "NaN was taken for the best loss, and no number is less than NaN; begin with infinity",
        float(MAX_EPOCHS): "no comparison with NaN is true, so not (loss >= best) is true for it",
        4.0: "no comparison with NaN is true, so not (loss >= best) is true for it",
    }
    expect_close(best, 2, "with the losses NaN, 3, NaN, NaN the best epoch is", reasons)
    expect_close(training.done, 4, "with a patience of 2, the number of epochs is")
    best, kept = _trained(train, Training(math.nan), 2)
    expect_close(best, 0, "if all losses are NaN, the best epoch is", {1.0: "NaN is no improvement"})
    expect_close(
        kept[1], 0, "if all losses are NaN, the parameters are those before the training, 0; kept is"
    )


def changed(text: str, other: str) -> str:
    """The solution with another line."""
    assert SOLUTION.count(text) == 1
    return SOLUTION.replace(text, other)


COPY = "            kept = [p.copy() for p in parameters]\n        elif"
IN_ALL = """\
best, best_epoch, without = math.inf, 0, 0
kept = [p.copy() for p in parameters]
for epoch in range(1, max_epochs + 1):
    train_one_epoch()
    loss = validation_loss()
    if loss < best:
        best, best_epoch = loss, epoch
        kept = [p.copy() for p in parameters]
    else:
        without += 1
        if without >= patience:
            break
return best_epoch, kept
"""
PREVIOUS = """\
before, best_epoch = math.inf, 0
kept = [p.copy() for p in parameters]
for epoch in range(1, max_epochs + 1):
    train_one_epoch()
    loss = validation_loss()
    if loss < before:
        best_epoch = epoch
        kept = [p.copy() for p in parameters]
    elif epoch - best_epoch >= patience:
        break
    before = loss
return best_epoch, kept
"""
BEFORE_TRAINING = """\
best, best_epoch = math.inf, 0
kept = [p.copy() for p in parameters]
for epoch in range(1, max_epochs + 1):
    loss = validation_loss()
    train_one_epoch()
    if loss < best:
        best, best_epoch = loss, epoch
        kept = [p.copy() for p in parameters]
    elif epoch - best_epoch >= patience:
        break
return best_epoch, kept
"""

EXERCISE = Exercise(
    name="early-stopping",
    title="Stop in time, and keep the best epoch",
    page="1.3",
    kind="fill-in",
    ledger=("optim.sgd",),
    stub=STUB,
    solution=SOLUTION,
    properties=(
        best_epoch,
        untrained,
        its_parameters,
        number_of_epochs,
        counted_anew,
        against_the_best,
        equal,
        not_a_number,
    ),
    hints=(
        "Three things must be remembered: the least loss so far, its epoch, and its parameters. Which loss should the "
        "first epoch be compared with?",
        "In each epoch: train, measure, and compare with the best loss. If it is less, remember the three things; the "
        "parameters as copies, p.copy().",
        "Otherwise epoch - best_epoch epochs have passed without improvement; break when these are as many as the "
        "patience.",
    ),
    explanation=(
        "Why: the validation loss estimates the loss on new points, and its least value marks the end of learning and "
        "the beginning of overfitting. The parameters continue to change after it, in place, so only a copy is still "
        "that of the best epoch.\n\n"
        "In practice: the patience must be longer than a plateau. On page 1.3 a patience of 10 would end on the flat "
        "part of the curve, long before epoch 162. And the least of many validation losses is too good: report the "
        "loss on a third set."
    ),
    wrong_answers=(
        WrongAnswer(changed(COPY, "            kept = parameters\n        elif"), its_parameters),
        WrongAnswer(changed(COPY, "            kept = list(parameters)\n        elif"), its_parameters),
        WrongAnswer(changed("return best_epoch, kept", "return best_epoch, parameters"), its_parameters),
        WrongAnswer(filled_in(HEAD, BEFORE_TRAINING), best_epoch),
        WrongAnswer(changed("range(1, max_epochs + 1)", "range(max_epochs)"), best_epoch),
        WrongAnswer(
            changed("best, best_epoch = math.inf, 0", "best, best_epoch = validation_loss(), 0"), untrained
        ),
        WrongAnswer(changed("        break", "        pass"), number_of_epochs),
        WrongAnswer(changed("elif epoch - best_epoch >= patience", "else"), number_of_epochs),
        WrongAnswer(changed(">= patience", "> patience"), number_of_epochs),
        WrongAnswer(filled_in(HEAD, IN_ALL), counted_anew),
        WrongAnswer(filled_in(HEAD, PREVIOUS), against_the_best),
        WrongAnswer(changed("loss < best", "loss <= best"), equal),
        WrongAnswer(changed("loss < best", "not loss >= best"), not_a_number),
    ),
)
