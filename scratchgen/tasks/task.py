"""A task: everything that one kind of training is. Each task is one file of this folder, and ends with its Task.

    settings → load the data → describe them → build the model → train → score → draw → sample, evaluate

The steps that all tasks share are here: the settings of the optimiser, and a training from the name of a data
set to scores, pictures and a report.
"""

from __future__ import annotations

import math
import os
from collections.abc import Callable, Collection, Iterable, Mapping, Sequence, Sized
from dataclasses import asdict, dataclass, field, fields
from typing import TYPE_CHECKING, Annotated, Any, Generic, Literal, Protocol, TypeVar

import msgspec
import numpy as np

from scratchgen import optim
from scratchgen.data import CATALOGUE
from scratchgen.data.options import LoadOptions
from scratchgen.data.report import LoadingReport
from scratchgen.errors import BadInput
from scratchgen.nn import Module
from scratchgen.nn.saving import describe as describe_model
from scratchgen.random import Generator
from scratchgen.runs.config import RunConfig, as_config
from scratchgen.runs.early_stopping import EarlyStopping
from scratchgen.runs.files import INITIAL_WEIGHTS, write_json
from scratchgen.runs.follower import Follower
from scratchgen.runs.provenance import collect_provenance, fingerprint_of_data
from scratchgen.runs.record import Record
from scratchgen.runs.run import Run
from scratchgen.runs.schema import Ge, Gt, Help, Lt, Schema, as_dict
from scratchgen.runs.score import Score, Show, no_progress
from scratchgen.runs.weights import write_weights
from scratchgen.tasks.length import length_in_words, with_advice, with_min_steps
from scratchgen.tasks.sample_request import SampleRequest

if TYPE_CHECKING:
    from scratchgen.tasks.initialise import InitialWeights, Vocabulary
    from scratchgen.tasks.load import LoadedRun

OpenRun = Callable[[RunConfig], Run]  # opens the run once everything else is known to fit


# A task that overrides a default repeats the name of the declaration, not its range and help.
Epochs = Annotated[int, Ge(1), Help("number of passes over the training data")]
BatchSize = Annotated[int, Ge(1), Help("examples per step; of a text, streams that are read in parallel")]
LearningRate = Annotated[float, Gt(0), Help("step size α of the optimiser")]
OPTIMIZER_WITH = {"momentum": "sgd", "weight_decay": "adamw"}  # setting → the optimiser that has it
OptimizerName = Literal["adam", "adamw", "sgd", "rmsprop", "adagrad"]
ScheduleName = Annotated[
    Literal["constant", "half_cosine", "steps"],
    Help("how the learning rate falls; steps: by a factor of 10 after 50 % and 75 % of the epochs"),
]
MinSteps = Annotated[
    int,
    Ge(0),
    Help(
        "least number of steps: on small data there are more epochs than the default; 0 if epochs are given"
    ),
]
PatienceEpochs = Annotated[
    int,
    Ge(0),
    Help("stop after this many epochs without improvement on the validation set; 0 never stops early"),
]


SkipBad = Annotated[bool, Help("continue without the files of your data that cannot be read")]


class TaskSettings(Schema, frozen=True):
    """The settings that every task has; a task overrides their defaults and adds its own."""

    epochs: Epochs = 10
    min_steps: MinSteps = 1000
    batch_size: BatchSize = 128
    learning_rate: LearningRate = 1e-3
    optimizer: Annotated[OptimizerName, Help("how gradients move the weights")] = "adam"
    momentum: Annotated[
        float, Ge(0), Lt(1), Help("share of the last step that the next one keeps (optimizer sgd)")
    ] = 0.0
    weight_decay: Annotated[float, Ge(0), Help("decay λ of the weight matrices (optimizer adamw)")] = 0.0
    schedule: ScheduleName = "constant"
    warmup_steps: Annotated[
        int, Ge(0), Help("steps over which the learning rate rises to its full value")
    ] = 0
    patience: PatienceEpochs = 0
    micro_shards: Annotated[
        int,
        Ge(1),
        Help("parts into which each batch is cut; several processes share them (mpiexec)"),
    ] = 1


class TaskInfo(msgspec.Struct, frozen=True, kw_only=True):
    """The base class of a task's `data_info`."""

    @property
    def example(self) -> str:
        """Options of a first `scratchgen sample` for these data, where they differ from the task's."""
        return ""

    def check_model(self, arguments: Mapping[str, Any]) -> None:
        """Raises ValueError if the model that these arguments build is for other data; config.json holds both."""


class Loaded(Protocol):
    """The attributes of every kind of data: a name, and the report of its loading."""

    @property
    def name(self) -> str: ...

    @property
    def report(self) -> LoadingReport: ...


class Examples(Protocol):
    """Data whose training part is a number of examples, each of which an epoch reads once."""

    @property
    def train(self) -> Sized: ...


S = TypeVar("S", bound=TaskSettings)
D = TypeVar("D", bound="Loaded")  # the data
I = TypeVar("I", bound=TaskInfo)  # the data_info
M = TypeVar("M", bound=Module)
T = TypeVar("T")  # the result of the training loop


@dataclass(frozen=True)
class Task(Generic[S, D, I, M, T]):
    """One kind of training. A type checker finds a step that does not fit the others.

    name, family    "music", and the command that trains it: "rnn"
    title           a description in a few words
    settings        the declared settings
    data_info       the declared facts about the data that building, sampling and drawing need
    monitored       the logged numbers that the progress bar shows and `scratchgen compare` draws
    defaults        (data, given settings) ↦ the defaults that depend on the data and on these settings
    load            (source, settings) ↦ the data, as the model is trained on them
    describe        (data, settings) ↦ their data_info. Raises BadInput where data and settings do not fit
    build           (settings, data, data_info, rng) ↦ the model
    prepare         (model, data, settings) ↦ None: checks and initialisation that need the data
    epoch_steps     (model, data, settings) ↦ the number of training steps per epoch
    settle          (data, settings, names of the given ones) ↦ the settings, with those defaults that follow from the
                    data as they were loaded; not called for a run that is resumed
    train           (model, data, settings, run, rng) ↦ results of the training loop for `score` and `draw`, or None
    score           (model, data, settings, part, trained) ↦ the scores at the end of a training
    evaluate        (model, data, settings, part, rng, k, show) ↦ the scores of `scratchgen evaluate`
    adapt           (run, other data) ↦ these data as the run's model reads them, and lines to print about them.
                    Raises BadInput where they do not fit the model
    per_example     (model, data, settings, part, rng) ↦ named numbers of every example, (N,) each, for
                    `scratchgen evaluate --per-example`; None where a task has none
    draw            (model, data, settings, run, scores, trained) ↦ None: pictures, text and sound into the run
    sample          (run, request) ↦ the line to print
    unread          settings ↦ the settings that these choices leave without effect, and what each is for
    compare         records of runs ↦ additional figures for `scratchgen compare`, as HTML
    sample_options  of `scratchgen sample`, beyond those of every task
    example         options of a first `scratchgen sample`
    higher_is_better    whether a higher first score is better: a bound on log p(x), not a code length
    takes_k         whether `scratchgen evaluate -k` has a meaning
    takes_seed      whether the scores of `scratchgen evaluate` are drawn; otherwise they are exact
    early_stopping  the validation number, and whether higher is better; None where there is none
    further_epochs  settings that count epochs after those of `epochs`
    vocabularies    model ↦ the tokens along an axis of its arrays, by the names of the arrays (`tasks.initialise`)
    encode          (run, data, part) ↦ named arrays, "z" first, of every example; None without an encoder
    by_epochs       settings ↦ why training further is not the same as more epochs from the start; empty if it is
    what_to_try     (settings, run) ↦ advice where a score is missed; "" leaves it to `tasks.length`
    """

    name: str
    family: Literal["vae", "gan", "rnn"]
    title: str
    settings: type[S]
    data_info: type[I]
    monitored: tuple[str, ...]
    load: Callable[[str, S], D]
    describe: Callable[[D, S], I]
    build: Callable[[S, D, I, Generator], M]
    epoch_steps: Callable[[M, D, S], int]
    train: Callable[[M, D, S, Run, Generator], T]
    score: Callable[[M, D, S, str, T], list[Score]]
    evaluate: Callable[[M, D, S, str, Generator, int | None, Show], list[Score]]
    adapt: Callable[[LoadedRun[M, I], D], tuple[D, list[str]]]
    draw: Callable[[M, D, S, Run, list[Score], T], None]
    sample: Callable[[LoadedRun[M, I], SampleRequest], str]
    example: str
    higher_is_better: bool
    defaults: Callable[[str, Mapping[str, Any]], dict[str, Any]] = lambda data, given: {}
    prepare: Callable[[M, D, S], None] = lambda model, data, settings: None
    unread: Callable[[S], dict[str, str]] = lambda settings: unread_of_optimizer(settings)
    settle: Callable[[D, S, Collection[str]], S] = lambda data, settings, given: settings
    compare: Callable[[Sequence[Record]], list[str]] = lambda records: []
    sample_options: tuple[str, ...] = ()
    per_example: Callable[[M, D, S, str, Generator], dict[str, np.ndarray]] | None = None
    takes_k: bool = False
    takes_seed: bool = False
    early_stopping: tuple[str, bool] | None = field(default=None)
    further_epochs: tuple[str, ...] = ()
    vocabularies: Callable[[M], dict[str, Vocabulary]] = lambda model: {}
    encode: Callable[[LoadedRun[M, I], D, str], dict[str, np.ndarray]] | None = None
    by_epochs: Callable[[S], list[str]] = lambda settings: schedule_by_epochs(settings)
    what_to_try: Callable[[S, Run], str] = lambda settings, run: ""

    def complete(self, data: str, given: Mapping[str, Any]) -> S:
        """The settings: first the given ones, then `defaults`, then the declared defaults.

        Given epochs are obeyed, however few steps they are.
        """
        obeyed = {"min_steps": 0} if "epochs" in given else {}
        return self.settings(**{**self.defaults(data, given), **obeyed, **given})


def batches_per_epoch(model: Module, data: Examples, settings: TaskSettings) -> int:
    """The training steps per epoch of a task whose batches are examples; the last batch may be smaller."""
    return math.ceil(len(data.train) / settings.batch_size)


def load_options(settings: TaskSettings) -> dict[str, Any]:
    """The settings that say how the data are loaded, as options of `data.load_any`."""
    names = {field.name for field in fields(LoadOptions)}
    return {name: value for name, value in as_dict(settings).items() if name in names}


def train_task(
    task: Task[S, D, I, M, T],
    source: str,
    settings: S,
    seed: int,
    open_run: OpenRun,
    given: Iterable[str] = (),
    settled: Collection[str] | None = (),
    init: InitialWeights | None = None,
    reload: Callable[[M], list[str]] | None = None,
) -> tuple[M, list[Score]]:
    """Train from the name or the path of a data set to scores, pictures and a report.

    given      names of settings that the user gave; one that is not read is refused even where it equals the default
    settled    names of settings that the data do not change: those that were given, in any way; None for all
    init       weights of another run to begin with
    reload     loads the weights that a resumed run was begun with

    Everything that can be refused is refused before the run is opened, so that a refusal leaves no directory.
    """
    refuse_unread(task, source, settings, given)
    data = task.load(source, settings)
    data, mapped = init.adapted(data) if init else (data, [])
    if settled is not None:
        settings = task.settle(data, settings, settled)
    info = task.describe(data, settings)
    rng = Generator(seed)
    model = task.build(settings, data, info, rng)
    task.prepare(model, data, settings)
    lines = init.load(model) if init else reload(model) if reload else []
    steps = task.epoch_steps(model, data, settings)
    chosen, settings = settings, with_min_steps(task, settings, steps)
    more = {"init_from": init.name} if init else {}
    run: Run | Follower = open_run(
        configuration(task, source, data, as_dict(settings), seed, model, info, **more)
    )
    with run.resumable():
        if isinstance(run, Follower):  # rank 0 writes, scores and draws
            train_model(task, model, data, settings, run, rng)
            return model, []
        if (init or reload) and not (initial := run.directory / INITIAL_WEIGHTS).exists():
            with run.saving():
                write_weights(initial, model.state_dict())
        for line in [*(f"{label}: {text}" for label, text in data.report.lines()), *mapped, *lines]:
            run.message(line)
        if settings.min_steps:  # nobody chose the number of epochs
            run.message(length_in_words(task, settings, steps, longer=settings != chosen))
        trained = train_model(task, model, data, settings, run, rng)
        scores = with_advice(task, settings, run, task.score(model, data, settings, "test", trained))
        with run.saving():
            task.draw(model, data, settings, run, scores, trained)
        return finished(run, model, scores)


def train_model(task: Task[S, D, I, M, T], model: M, data: D, settings: S, run: Any, rng: Generator) -> T:
    """The training loop of a task, which stops early if the settings say so.   run: a Run or a Follower"""
    if settings.patience and task.early_stopping:
        name, higher_is_better = task.early_stopping
        run.stop_early(EarlyStopping(name, settings.patience, higher_is_better=higher_is_better))
    return task.train(model, data, settings, run, rng)


def shards_of(settings: TaskSettings, run: Run | Follower) -> optim.Shards:
    """The micro-shards of every batch, and the ranks that share them."""
    return optim.Shards(settings.micro_shards, run.ranks)


def configuration(
    task: Task, source: str, data: Any, settings: dict, seed: int, model: Module, info: Any, **more: Any
) -> RunConfig:
    """The content of config.json for a training on a data set. Raises BadInput for names that it cannot hold."""
    config = RunConfig(
        task=task.name,
        family=task.family,
        monitored=list(task.monitored),
        example=info.example or task.example,
        data=data.name,
        source=source if source in CATALOGUE else os.path.abspath(source),
        data_sha256=fingerprint_of_data(data),
        loading=_as_json(data.report.as_dict()),
        seed=seed,
        model=_as_json(describe_model(model)),
        settings=_as_json(settings),
        data_info=_as_json(info),
        **more,
        **collect_provenance(),
    )
    return as_config(config)


def _as_json(value: Any) -> Any:
    """The value as config.json returns it, so that the configuration of a resumed run compares equal."""
    return msgspec.json.decode(msgspec.json.encode(value))


def finished(run: Run, model: M, scores: list[Score]) -> tuple[M, list[Score]]:
    """Write the scores, and let the run write its timing, its report and the weights."""
    with run.saving():
        write_json(run.directory / "scores.json", [asdict(score) for score in scores])
    run.save(model)
    return model, scores


def optimizer_for(settings: TaskSettings, *modules: Module, **options: Any) -> optim.Optimizer:
    """The optimiser that the settings name, over the parameters of some modules.

    options    of its class, such as beta1 of Adam
    Raises BadInput for a setting of another optimiser.
    """
    name = settings.optimizer
    options |= _options_of(settings)
    parameters: list[Any]  # parameters, or groups of them
    if settings.weight_decay:
        parameters = [group for module in modules for group in optim.no_decay(module)]
    else:
        parameters = [p for module in modules for p in module.parameters()]
    return optim.OPTIMIZERS[name](parameters, learning_rate=settings.learning_rate, **options)


def _options_of(settings: TaskSettings) -> dict[str, float]:
    options = {}
    for setting, user in OPTIMIZER_WITH.items():
        value = getattr(settings, setting)
        if settings.optimizer == user:
            options[setting] = value  # 0 too: AdamW has another default
        elif value:
            raise BadInput(f"{setting} is for optimizer {user}, not for {settings.optimizer}; leave it out")
    return options


def schedule_for(settings: TaskSettings) -> optim.Schedule:
    """The schedule of the learning rate that the settings name. Raises BadInput for a warm-up before steps."""
    if settings.schedule == "steps":
        if settings.warmup_steps:
            raise BadInput(
                "warmup_steps is for schedule constant or half_cosine, not for steps; leave it out"
            )
        return optim.schedules.step_decay({max(1, settings.epochs // 2), max(1, 3 * settings.epochs // 4)})
    rest = optim.SCHEDULES[settings.schedule]()
    return optim.schedules.warmup(settings.warmup_steps, then=rest) if settings.warmup_steps else rest


def schedule_by_epochs(settings: TaskSettings) -> list[str]:
    """The reasons for which more epochs would change the learning rate of every epoch; empty if they do not."""
    if settings.schedule == "constant":
        return []
    return [
        f"schedule {settings.schedule} stretches over all epochs, so that the learning rate rises here again"
    ]


def unread_of_optimizer(settings: TaskSettings, *optimizers: str) -> dict[str, str]:
    """The settings that the optimiser and the schedule do not read, and what each is for.

    optimizers    the names of all of them, where there are several; by default that of the settings
    """
    names = optimizers or (settings.optimizer,)
    unread = {
        name: f"is for optimizer {user}, not for {' and '.join(dict.fromkeys(names))}"
        for name, user in OPTIMIZER_WITH.items()
        if user not in names
    }
    if settings.schedule == "steps":
        unread["warmup_steps"] = "is for schedule constant or half_cosine, not for steps"
    return unread


def refuse_unread(task: Task, source: str, settings: TaskSettings, given: Iterable[str] = ()) -> None:
    """Raises BadInput for a setting that is not read, if it was given or differs from its default."""
    unread, values = task.unread(settings), as_dict(settings)
    left_out = as_dict(task.complete(source, {name: v for name, v in values.items() if name not in unread}))
    for name, what_for in unread.items():
        if name in given or values[name] != left_out[name]:
            raise BadInput(f"{name} {what_for}; leave it out")


__all__ = [
    "OPTIMIZER_WITH",
    "OpenRun",
    "Score",
    "Show",
    "Task",
    "TaskInfo",
    "TaskSettings",
    "batches_per_epoch",
    "configuration",
    "finished",
    "no_progress",
    "optimizer_for",
    "refuse_unread",
    "schedule_by_epochs",
    "schedule_for",
    "train_task",
    "unread_of_optimizer",
]
