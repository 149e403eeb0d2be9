"""The equation is the code that runs: training enters the functions that the ledger names for the RNNs.

Each case runs a real training loop under `sys.setprofile` and looks at its first step. For an objective, the
loss that the step minimises is the value that the ledger's function returned. For a part of a model, the value
that its function returned is in the graph of that loss.
"""

import sys
from collections.abc import Callable

import numpy as np
import pytest

from scratchgen import Tensor, no_grad
from scratchgen.data import CharacterTokenizer
from scratchgen.data.speech import Utterance
from scratchgen.equations import BY_ID
from scratchgen.equations.frames import FRAMES
from scratchgen.equations.locate import function_of
from scratchgen.equations.music import MUSIC
from scratchgen.equations.rnn import RNN
from scratchgen.equations.sequences import SEQUENCES
from scratchgen.equations.speech import SPEECH
from scratchgen.equations.summarisation import SUMMARISATION
from scratchgen.functional import softmax_cross_entropy
from scratchgen.optim import Adam
from scratchgen.random import Generator
from scratchgen.reproductions import adding
from scratchgen.rnn import (
    AcousticModel,
    FrameModel,
    LanguageModel,
    Translator,
    train,
    train_acoustic,
    train_frames,
    train_translator,
)
from scratchgen.runs import History

pytestmark = pytest.mark.fast

LETTERS, N, STEPS = "abcd", 4, 6
RNG = np.random.default_rng(0)
TEXT = RNG.integers(0, len(LETTERS), 60)
NOTES = [(RNG.random((STEPS, 5)) < 0.4).astype(np.float32) for _ in range(N)]
SOUND = [RNG.standard_normal((STEPS, 3)).astype(np.float32) for _ in range(N)]
PAIRS = [(RNG.integers(0, 4, STEPS), RNG.integers(0, 4, STEPS)) for _ in range(N)]


def text(kind=LanguageModel, **options):
    model = kind(CharacterTokenizer(LETTERS), 6, 5, Generator(0), **options)
    sizes = {"epochs": 1, "batch_size": 2, "bptt_steps": STEPS}
    train(model, TEXT, TEXT[:9], History(), optimizer=Adam(model.parameters()), **sizes)


def frames(sequences, weight_noise=0.0, **options):
    model = FrameModel(sequences[0].shape[1], 6, Generator(0), **options)
    sizes = {
        "epochs": 1,
        "batch_size": N,
        "optimizer": Adam(model.parameters()),
        "weight_noise": weight_noise,
    }
    train_frames(model, sequences, sequences, History(), rng=Generator(1), **sizes)


def pairs(coverage_weight=0.0, **options):
    tokenizer = CharacterTokenizer(LETTERS)
    model = Translator(tokenizer, tokenizer, 6, 5, Generator(0), **options)
    sizes = {"epochs": 1, "batch_size": N, "optimizer": Adam(model.parameters())}
    train_translator(
        model, PAIRS, PAIRS, History(), rng=Generator(1), coverage_weight=coverage_weight, **sizes
    )


def speech():
    model = AcousticModel(3, 4, 5, 2, Generator(0))
    spoken = [Utterance(np.arange(3), np.array([2, 1, 3]), RNG.random((6, 4)).astype(np.float32))] * N
    sizes = {"epochs": 1, "batch_size": N, "optimizer": Adam(model.parameters())}
    train_acoustic(model, spoken, spoken, History(), rng=Generator(1), **sizes)


def regression():
    with pytest.MonkeyPatch.context() as small:
        for name in ("T", "BATCH", "STEPS", "EPOCHS", "TEST"):
            small.setattr(adding, name, min(getattr(adding, name), 4))
        adding.measure(0, lambda configuration: History(), "gru")


# id: a training, and the reduction of the result of the ledger's function to the loss
OBJECTIVES: dict[str, tuple[Callable, Callable]] = {
    "rnn.language_model": (text, lambda losses_and_state: losses_and_state[0].numpy().mean()),
    "rnn.frames": (lambda: frames(NOTES), lambda log_p: -log_p.numpy().sum() / (N * STEPS)),
    "rnn.seq2seq": (pairs, lambda losses: losses.numpy().sum() / (N * (STEPS + 1))),
    "rnn.regression": (regression, lambda losses: losses.numpy().mean()),
    "rnn.speech_loss": (speech, lambda loss: loss.numpy()),
}
# id: a training whose loss is computed from the result of the ledger's function
PARTS: dict[str, Callable] = {
    "rnn.hidden": text,
    "rnn.output": text,
    "rnn.lstm": lambda: text(cell="lstm"),
    "rnn.gru": lambda: text(cell="gru"),
    "rnn.independent_notes": lambda: frames(NOTES),
    "rnn.nade": lambda: frames(NOTES, nade=3),
    "rnn.mixture_density": lambda: frames(SOUND, mixture_components=2),
    "rnn.weight_noise": lambda: frames(NOTES, weight_noise=0.1),
    "rnn.attention": pairs,
    "rnn.generation_probability": lambda: pairs(copying=True),
    "rnn.pointer": lambda: pairs(copying=True),
    "rnn.coverage_attention": lambda: pairs(coverage=True),
    "rnn.coverage_loss": lambda: pairs(coverage_weight=0.5),
    "rnn.upsample": speech,
}
# id: a training whose step enters the ledger's function before the loss (the input) or after it (the gradient)
AROUND_THE_LOSS: dict[str, Callable] = {
    "rnn.loudness": lambda: frames(SOUND, mixture_components=2),
    "rnn.bptt": text,
    "rnn.clipping": text,
}
NOT_IN_A_STEP = {
    "rnn.truncation": "measures a gradient",
    "rnn.influence": "measures a trained network",
    "rnn.cross_entropy": "scores held-out text",
    "rnn.perplexity": "scores held-out text",
    "rnn.per_step": "scores held-out music",
    "rnn.sampling": "generates",
    "rnn.beam": "generates",
    "rnn.ngram": "a baseline",
    "rnn.marginals": "a baseline",
    "rnn.markov_notes": "a baseline",
    "rnn.linear_prediction": "a baseline",
}


def first_step(training, function):
    """The values that the function returned before the first `backward()`, the loss there, and the values of its graph.

    And whether the function was entered at all, before or after.
    """
    code, backward = function.__code__, Tensor.backward.__code__
    returned, steps, entered = [], [], []

    def follow(frame, event, value):
        if event == "return" and frame.f_code is code:
            entered.append(True)
            if not steps:
                returned.append(value)
        elif event == "call" and frame.f_code is backward and not steps:
            loss = frame.f_locals["self"]
            steps.append((loss.item(), values_of_graph(loss)))

    before = sys.getprofile()
    sys.setprofile(follow)
    try:
        training()
    finally:
        sys.setprofile(before)
    loss, values = steps[0]
    return returned, loss, values, bool(entered)


def values_of_graph(loss):
    """The arrays from which a loss was computed, by id: the value of each node, and the values it was given."""
    found, waiting, seen = {}, [loss], set()
    while waiting:
        node = waiting.pop()
        if id(node) not in seen:
            seen.add(id(node))
            found |= {id(value): value for value in (node.data, *node.arrays)}
            waiting += [t for t in node.inputs if isinstance(t, Tensor)]
    return found


def is_in(values, returned):
    """Whether a value is in a graph: a tensor or its array, alone or as the first of a tuple."""
    first = returned[0] if isinstance(returned, tuple) else returned
    return id(first.data if isinstance(first, Tensor) else first) in values


def assert_part(training, id):
    returned, _, values, _ = first_step(training, function_of(BY_ID[id]))
    assert returned, f"the step never entered the function of {id}"
    assert any(is_in(values, r) for r in returned), f"the loss is not computed from what {id} returned"


def assert_objective(training, id, reduction):
    returned, loss, values, _ = first_step(training, function_of(BY_ID[id]))
    assert returned, f"the step never entered the function of {id}"
    assert is_in(values, returned[-1]), f"the loss is not computed from what {id} returned"
    assert loss == reduction(returned[-1]), f"the loss is not the value that {id} returned"


@pytest.mark.parametrize("id", OBJECTIVES)
def test_the_loss_that_training_minimises_is_what_the_ledgers_function_returned(id):
    assert_objective(OBJECTIVES[id][0], id, OBJECTIVES[id][1])


@pytest.mark.parametrize("id", PARTS)
def test_the_loss_that_training_minimises_is_computed_from_what_the_ledgers_function_returned(id):
    assert_part(PARTS[id], id)


@pytest.mark.parametrize("id", AROUND_THE_LOSS)
def test_a_training_step_enters_the_ledgers_function_around_the_loss(id):
    *_, entered = first_step(AROUND_THE_LOSS[id], function_of(BY_ID[id]))
    assert entered


def test_every_equation_of_the_recurrent_networks_is_traced_or_is_not_in_a_step():
    ids = {
        e.id for e in (*RNN, *SEQUENCES, *SUMMARISATION, *FRAMES, *SPEECH, *MUSIC) if e.id.startswith("rnn.")
    }
    traced = [*OBJECTIVES, *PARTS, *AROUND_THE_LOSS, *NOT_IN_A_STEP]
    assert ids == set(traced) and len(traced) == len(ids)


# --- planted: the same loss, and the ledger's function is passed by or called for show --------------------


class PassesBy(LanguageModel):
    """Computes the same loss in its own lines."""

    def loss(self, ids, targets, state=None, mask=None):
        y, last = self.forward(ids, state, mask)
        return softmax_cross_entropy(y, targets), last.numpy()


class CallsForShow(PassesBy):
    """Enters the ledger's function, whose value is the same, and minimises another."""

    def loss(self, ids, targets, state=None, mask=None):
        with no_grad():
            LanguageModel.loss(self, ids, targets, state, mask)
        return super().loss(ids, targets, state, mask)


class MinimisesTwice(LanguageModel):
    """Minimises another number than the function returned."""

    def loss(self, ids, targets, state=None, mask=None):
        losses, last = super().loss(ids, targets, state, mask)
        return 2 * losses, last


@pytest.mark.parametrize(
    ("model", "says"),
    [
        (PassesBy, "never entered"),
        (CallsForShow, "not computed from"),
        (MinimisesTwice, "not the value"),
    ],
)
def test_the_claims_above_reject_a_planted_step_that(model, says):
    with pytest.raises(AssertionError, match=says):
        assert_objective(lambda: text(model), "rnn.language_model", OBJECTIVES["rnn.language_model"][1])


def test_the_claims_above_reject_a_planted_ledger_that_names_the_twin(monkeypatch):
    from scratchgen.rnn import cells

    monkeypatch.setattr(sys.modules[__name__], "function_of", lambda equation: cells.tanh_recurrence)
    with pytest.raises(AssertionError, match="never entered"):
        assert_part(text, "rnn.hidden")
