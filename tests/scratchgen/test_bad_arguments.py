"""A number or a generator that has no sense is refused by its name, by every public function that takes one.

NaN, infinity, a negative size, half an epoch, a seed in place of a generator: none is replaced by a default, none
is taken for something else, and nothing is computed with it. The cases are in `argument_cases`.
"""

import inspect
import re
from importlib import import_module

import numpy as np
import pytest

from scratchgen import Generator, nn, rnn, vae
from scratchgen.distributions import Normal
from scratchgen.errors import BadInput, check_counts, check_numbers

from .argument_cases import CALLS, CHARACTERS


def described(value):
    return f"{type(value).__name__} {value}"[:40]


def accepted(call, arguments):
    """The values of no sense that a call accepts, or refuses without the name of the argument in one line."""
    valid = {name: value for name, (value, _) in arguments.items()}
    call(**valid)
    for name, (_, others) in arguments.items():
        for other in others:
            try:
                call(**{**valid, name: other})
            except (ValueError, TypeError) as refusal:
                message = str(refusal)
                if re.search(rf"\b{name}\b", message) and "\n" not in message:
                    continue
                yield f"{name} = {described(other)}: {type(refusal).__name__}: {message}"
            else:
                yield f"{name} = {described(other)} is accepted"


@pytest.mark.parametrize("name", CALLS)
def test_a_number_or_a_generator_of_no_sense_is_refused_by_name(name):
    assert not [*accepted(*CALLS[name])]


def test_the_claim_above_rejects_a_function_that_accepts_nan_and_one_that_does_not_say_what_it_refuses():
    def clip(g, maximum):
        return min(g, maximum)

    def half(n):
        return [0.0] * n

    arguments = {"g": (3.0, []), "maximum": (1.0, [float("nan")])}
    assert [*accepted(clip, arguments)] == ["maximum = float nan is accepted"]
    (line,) = accepted(half, {"n": (2, [1.5])})
    assert line.startswith("n = float 1.5: TypeError: can't multiply")


# --- the table is complete ----------------------------------------------------------------------------------

PACKAGES = (
    "vae",
    "gan",
    "rnn",
    "nn",
    "nn.init",
    "optim",
    "distributions",
    "functional",
    "evaluation",
    "data",
)
NO_CHECK = {
    "vae.VAE.x_width": "sizes that the constructor has checked",
    "vae.VAE.z_width": "sizes that the constructor has checked",
    "vae.ConditionalVAE.x_width": "sizes that the constructor has checked",
    "vae.ConditionalVAE.z_width": "sizes that the constructor has checked",
    "gan.GAN.widths": "sizes that the constructor has checked",
    "gan.ConditionalGAN.widths": "sizes that the constructor has checked",
    "gan.ConditionalGAN.generate": "is refused with any arguments",
    "gan.TrainingTrace.look": "a step that is no moment is left out",
    "optim.SGD.update": "called by `step`, which checks the options",
    "optim.Adagrad.update": "called by `step`, which checks the options",
    "optim.RMSProp.update": "called by `step`, which checks the options",
    "optim.Adam.update": "called by `step`, which checks the options",
    "optim.AdamW.update": "called by `step`, which checks the options",
    **dict.fromkeys(
        [f"optim.Shards.{name}" for name in ("cut", "joined", "own", "sum")],
        "called by the training loops, which check their numbers",
    ),
    "vae.BetaLoss.end_step": "called by the training step with finite numbers",
    "vae.ConstrainedLoss.end_step": "called by the training step with finite numbers",
    "rnn.speech_loss": "its number of phones is counted by the training loop",
    "optim.Schedule.scale": "called by the training loops, which check their numbers",
    "vae.ColumnLikelihood.dimensions": "has a sigma for each column, and does not read D",
    "data.MappedRows": "made by `map_images`",
    "data.MappedRows.mean": "NumPy's axis",
    "nn.Recurrent": "the base of RNN, LSTM and GRU",
}
PROTOCOLS_AND_RESULTS = {
    *("vae.Loss.__call__", "rnn.FrameOutput.sample", "optim.TrainingRun.epochs", "optim.TrainingRun.log"),
    *("optim.Ranks.start_exchange", "optim.Ranks.receive", "optim.Ranks.send"),
    *("gan.Snapshot", "rnn.Hypothesis", "rnn.Translation", "rnn.Unit"),
    *(f"evaluation.{name}" for name in ("ActiveUnits", "ClassHistogram", "Mean", "Modes", "Parzen")),
    *("evaluation.Rouge", "evaluation.RougeScores"),
    *(
        f"data.{name}"
        for name in ("Column", "DataSet", "RowData", "SequenceData", "SoundData", "SoundFrames")
    ),
}


def takes_numbers(function):
    """Whether an argument is annotated as a number, or is a generator."""
    parameters = inspect.signature(function).parameters.values()
    return any(p.name == "rng" or re.search(r"\b(int|float)\b", str(p.annotation)) for p in parameters)


def public():
    """Every public function, class and method that takes a number or a generator, by name."""
    seen = set()
    for package in PACKAGES:
        module = import_module(f"scratchgen.{package}")
        for name in module.__all__:
            thing = getattr(module, name)
            is_error = inspect.isclass(thing) and issubclass(thing, Exception)
            if not callable(thing) or is_error or id(thing) in seen:
                continue
            seen.add(id(thing))
            if takes_numbers(thing):
                yield f"{package}.{name}"
            if inspect.isclass(thing):
                methods = [(m, f) for m, f in vars(thing).items() if inspect.isfunction(f)]
                open_to_all = [(m, f) for m, f in methods if not m.startswith("_") or m == "__call__"]
                yield from (f"{package}.{name}.{m}" for m, f in open_to_all if takes_numbers(f))


def test_every_public_function_with_a_number_or_a_generator_is_in_the_table():
    missing = {*public()} - CALLS.keys() - NO_CHECK.keys() - PROTOCOLS_AND_RESULTS
    assert not missing, f"add to argument_cases: {sorted(missing)}"
    assert {"vae.BetaLoss", "optim.Adam", "nn.Dropout", "vae.LatentModel.sample"} <= {*public()}


# --- indices and noise --------------------------------------------------------------------------------------


@pytest.mark.parametrize("k", [-1, 3, 1.0, True, np.nan], ids=str)
def test_an_index_that_is_none_is_refused_wherever_rows_are_looked_up(k):
    """NumPy takes −1 for the last row, and an array of truth values for a mask."""
    for look_up in (nn.Embedding(3, 2), vae.quantise.Quantiser(3, 2).vectors):
        with pytest.raises(BadInput, match="are numbered 0 … 2, and these are"):
            look_up(np.array([0, k]) if k is not True else np.array([True, False, True]))
    assert nn.Embedding(3, 2)(np.array([], np.int64)).shape == (0, 2)


def test_a_decoder_does_not_take_a_negative_symbol_for_the_last_one():
    model = rnn.LanguageModel(CHARACTERS, 4, 3, Generator(0))
    with pytest.raises(BadInput, match="symbols are numbered 0 … 2, not -1"):
        model.incremental_decoder()(np.array([1, -1]), model.initial_state(2))


@pytest.mark.parametrize("eps", [3, 0.5, np.zeros(2), np.zeros((1, 2)), np.zeros((4, 3))], ids=np.shape)
def test_noise_of_another_shape_is_refused(eps):
    """A number would be the same noise for all examples: a seed, for instance."""
    q = Normal(np.zeros((4, 2)), np.zeros((4, 2)))
    with pytest.raises((ValueError, TypeError), match=r"the noise has the shape \(4, 2\)|rng is the"):
        q.rsample(eps)
    assert q.rsample(np.ones((5, 4, 2))).shape == (5, 4, 2)


# --- the two checks -----------------------------------------------------------------------------------------


def test_an_interval_is_read_as_in_mathematics():
    for interval, inside, outside in (
        ("[0, 1)", (0, 0.5), (1, -0.1)),
        ("(0, 1]", (1, 0.5), (0, 1.1)),
        ("(0, ∞)", (1e-300, 1e300), (0, float("inf"))),
        ("(-∞, ∞)", (-1e300, 0, np.float32(2)), (float("inf"), float("-inf"))),
    ):
        for x in inside:
            check_numbers(interval, x=x)
        for x in (*outside, float("nan"), "0.5", None, True, 1j):
            with pytest.raises(BadInput, match=r"^x must be a finite number"):
                check_numbers(interval, x=x)


def test_a_count_is_a_whole_number():
    check_counts(n=1, m=np.int64(3))
    check_counts(0, n=0)
    for n in (0, -1, 1.0, "1", None, True, np.float64(2)):
        with pytest.raises(BadInput, match=r"^n must be a whole number of at least 1, not"):
            check_counts(n=n)
