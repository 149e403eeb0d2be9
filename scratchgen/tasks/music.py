"""The task "music": a recurrent network of piano rolls, step by step."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Annotated, Any

import numpy as np

from scratchgen import plots, rnn
from scratchgen.data import SequenceData, load_sequences
from scratchgen.data.files.midi import read_piece
from scratchgen.data.files.performance import perform, write_midi, write_wav
from scratchgen.data.report import LoadingReport
from scratchgen.data.rolls import PLAIN, RollFormat
from scratchgen.errors import BadInput
from scratchgen.evaluation.per_step import marginal_nats, per_step
from scratchgen.plots.music import piano_rolls
from scratchgen.random import HELD_OUT_SEED, Generator
from scratchgen.runs.files import writable_file, write_array
from scratchgen.runs.run import Run
from scratchgen.runs.schema import WIDTH, Ge, Help
from scratchgen.runs.score import Score, Show, mean_score, no_progress
from scratchgen.tasks.frames import FrameSettings, frame_model
from scratchgen.tasks.frames import train as train_frames
from scratchgen.tasks.prompts import prompt_file, with_changes
from scratchgen.tasks.recurrent import Dropout, Hidden, draw_dynamics
from scratchgen.tasks.rows import output_file
from scratchgen.tasks.sample_request import SampleRequest
from scratchgen.tasks.task import (
    BatchSize,
    Epochs,
    LearningRate,
    MinSteps,
    PatienceEpochs,
    Task,
    TaskInfo,
    batches_per_epoch,
    load_options,
)

if TYPE_CHECKING:
    from scratchgen.tasks.load import LoadedRun

MARGINALS = "each note by its frequency"
STEPS = 64  # of the piece at the end of a training, and of `scratchgen sample`


class Settings(FrameSettings, frozen=True):
    """Settings of a model of music. Pieces are few, so that training takes more epochs than on a text."""

    hidden: Hidden = 42
    dropout: Dropout = 0.2
    nade: Annotated[
        int,
        Ge(0),
        WIDTH,
        Help("hidden units of the NADE over the notes of a step; 0: the notes are independent"),
    ] = 50
    epochs: Epochs = 60
    min_steps: MinSteps = 1500
    batch_size: BatchSize = 8
    learning_rate: LearningRate = 1e-2
    patience: PatienceEpochs = 15


class DataInfo(TaskInfo, frozen=True, kw_only=True, omit_defaults=True):
    """The facts about piano rolls that playing a sample needs.

    unit     the duration of a step, "quarter note" for instance
    first    MIDI pitch of the first note of a roll
    form     what the columns of a roll mean, and the tempo and velocity of samples
    """

    unit: str
    first: int
    form: RollFormat = PLAIN

    def check_model(self, arguments: Mapping[str, Any]) -> None:
        """Raises ValueError for a model of rolls of another form."""
        pitches, odd = divmod(arguments["data_dim"], 2 if self.form.onsets else 1)
        if odd or not 0 <= self.first <= 128 - pitches:
            raise ValueError(f"pitches from {self.first} for rolls of {arguments['data_dim']} columns")


def load(source: str, settings: Settings) -> SequenceData:
    """Load piano rolls: a known set, or a folder of MIDI files."""
    return load_sequences(source, **load_options(settings))


def describe(rolls: SequenceData, settings: Settings) -> DataInfo:
    """The duration of a step, the pitch of the first note, and the form of the rolls."""
    return DataInfo(unit=rolls.unit, first=rolls.first, form=rolls.form)


def build(settings: Settings, rolls: SequenceData, info: DataInfo, rng: Generator) -> rnn.FrameModel:
    """A model of frames whose notes are a NADE, or independent."""
    return frame_model(settings, rolls.D, rng, nade=settings.nade)


def train(
    model: rnn.FrameModel, rolls: SequenceData, settings: Settings, run: Run, rng: Generator
) -> rnn.EigenvalueHistory:
    """Maximise the likelihood of whole pieces (`rnn.train_frames`); returns the eigenvalues of W_hh by epoch."""
    history = rnn.EigenvalueHistory(model.recurrent)
    run.observe(eigenvalues=history)
    train_frames(model, rolls, settings, run, rng)
    return history


def score(
    model: rnn.FrameModel,
    rolls: SequenceData,
    settings: Settings,
    part: str,
    history: rnn.EigenvalueHistory | None = None,
) -> list[Score]:
    """Held-out nats per step, −Σ log p / Σ T over all pieces, compared with independent notes.

    Ledger: rnn.per_step
    """
    pieces = getattr(rolls, part)
    nats = rnn.nats_by_sequence(model, pieces)
    baseline = marginal_nats(rolls.train, pieces)
    mean = mean_score("held-out nats per step", per_step(nats, [len(x) for x in pieces]))
    return [mean.below(baseline, f"{baseline:.2f} ({MARGINALS})")]


def evaluate(
    model: rnn.FrameModel,
    rolls: SequenceData,
    settings: Settings,
    part: str,
    rng: Generator,
    k: int | None,
    show: Show = no_progress,
) -> list[Score]:
    """The score at the end of a training, which is exact."""
    return score(model, rolls, settings, part)


def adapt(run: LoadedRun[rnn.FrameModel, DataInfo], rolls: SequenceData) -> tuple[SequenceData, list[str]]:
    """Other piano rolls for the model of a run. Raises BadInput for another range of notes or duration of a step."""
    theirs, ours = (rolls.first, rolls.D, rolls.unit), (run.info.first, run.model.data_dim, run.info.unit)
    if theirs != ours:
        his, own = (
            f"notes {first} … {first + D - 1} in steps of a {unit}" for first, D, unit in (theirs, ours)
        )
        raise BadInput(f"{rolls.name} has the {his}, and {run.directory} was trained on the {own}")
    return rolls, []


def draw(
    model: rnn.FrameModel,
    rolls: SequenceData,
    settings: Settings,
    run: Run,
    scores: list[Score],
    history: rnn.EigenvalueHistory,
) -> None:
    """Draw curves, a sampled piece, gradient norms through time and eigenvalues, and write the piece as sound."""
    series = {"training": run.history["nats"], "validation": run.history["validation_nats"]}
    plots.curves(
        series, run.picture("curves"), "nats per step", {MARGINALS: scores[0].number("baseline_value")}
    )
    roll = model.sample(STEPS, 1, Generator(HELD_OUT_SEED))[:, 0]
    title = f"sample of the RNN, {rolls.name}"
    piano_rolls([roll], rolls.first, rolls.unit, run.picture("roll"), title, rolls.form)
    draw_dynamics(model, lambda _: rolls.test[0], run, history, settings.cell)
    write_wav(perform(roll, rolls.first, rolls.unit, rolls.form), run.directory / "samples" / "roll.wav")


def sample(run: LoadedRun[rnn.FrameModel, DataInfo], request: SampleRequest) -> str:
    """Write one sampled piece as MIDI, as sound (WAV) and as a picture (PNG), or as an array of its roll alone.

    With a prompt, a MIDI file, the piece begins with it and continues it in its tempo, with its velocity. Returns the
    line to print.
    """
    midi, n = (
        output_file(request.out, "music is written as MIDI or as an array", ".mid", ".npy"),
        request.n or STEPS,
    )
    if midi.suffix == ".npy":
        if request.prompt is not None:
            raise BadInput("a piece that is continued is written as MIDI: give --out FILE.mid")
        roll = run.model.sample(n, 1, request.rng)[:, 0]
        write_array(midi, roll)
        return f"{n} steps of a {run.info.unit}: {midi}, {roll.dtype} of shape {roll.shape}"
    sound, picture = (writable_file(midi.with_suffix(suffix)) for suffix in (".wav", ".png"))
    first, unit, form = run.info.first, run.info.unit, run.info.form
    report, title = LoadingReport(), f"sample of the RNN, {run.config.data}"
    if request.prompt is None:
        roll = run.model.sample(n, 1, request.rng)[:, 0]
        what = f"{n} steps of a {unit}"
    else:
        path = prompt_file(request.prompt, "sequences", "a MIDI file")
        before, form = read_piece(path, form, unit, report)
        roll = np.concatenate((before, run.model.sample(n, 1, request.rng, before)[:, 0]))
        what = (
            f"{len(before)} steps of a {unit} from {path}, and {n} steps that continue it, at {form.tempo:g} beats "
            "per minute"
        )
        title = f"{path.name}, continued from step {len(before)} by the RNN"
    write_midi(roll, first, unit, midi, form)
    write_wav(perform(roll, first, unit, form), sound)
    piano_rolls([roll], first, unit, picture, title, form)
    return with_changes(f"{what}: {midi}, {sound}, {picture}", report)


TASK = Task(
    name="music",
    family="rnn",
    title="model of music as piano rolls",
    settings=Settings,
    data_info=DataInfo,
    monitored=("nats", "validation_nats", "best_epoch"),
    load=load,
    describe=describe,
    build=build,
    epoch_steps=batches_per_epoch,
    train=train,
    score=score,
    evaluate=evaluate,
    adapt=adapt,
    draw=draw,
    sample=sample,
    sample_options=("prompt",),
    example="-n 64 --out sample.mid",
    higher_is_better=False,
    early_stopping=("validation_nats", False),
)
