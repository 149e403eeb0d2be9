"""The task "sound": a recurrent network of sound, frame by frame, as mixtures of Gaussians."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Annotated, Any

import numpy as np

from scratchgen import plots, rnn
from scratchgen.data.files.performance import write_wav
from scratchgen.data.files.sound import read_sound
from scratchgen.data.report import LoadingReport
from scratchgen.data.sound_frames import SoundFrames, as_prompt, as_sound, continued, load_sound_frames
from scratchgen.distributions import Normal
from scratchgen.errors import BadInput
from scratchgen.evaluation import LinearPrediction
from scratchgen.evaluation.per_step import per_step
from scratchgen.plots.music import sounds
from scratchgen.random import HELD_OUT_SEED, Generator
from scratchgen.runs.files import writable_file, write_array
from scratchgen.runs.run import Run
from scratchgen.runs.schema import WIDTH, Ge, Help
from scratchgen.runs.score import Score, Show, mean_score, no_progress
from scratchgen.tasks.frames import FrameSettings, frame_model, train
from scratchgen.tasks.prompts import prompt_file, with_changes
from scratchgen.tasks.recurrent import Hidden
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

ORDER = 32  # past samples that the linear prediction uses
LINEAR = f"linear prediction from {ORDER} samples"
MARGINAL = "independent Gaussian numbers"
SECONDS, SAMPLES = 1.5, 2  # length and number of the sounds at the end of a training
DEFAULT_COUNT = 64  # frames of `scratchgen sample`


class Settings(FrameSettings, frozen=True):
    """Settings of a model of sound."""

    hidden: Hidden = 128
    mixture_components: Annotated[
        int, Ge(1), WIDTH, Help("Gaussians of the mixture that a frame is drawn from")
    ] = 8
    epochs: Epochs = 25
    min_steps: MinSteps = 500
    batch_size: BatchSize = 32
    learning_rate: LearningRate = 4e-3
    patience: PatienceEpochs = 5


class DataInfo(TaskInfo, frozen=True, kw_only=True):
    """The facts about sounds that playing a sample needs.

    rate     samples per second, Hz
    scale    (D,), the factor of each number of a frame
    """

    rate: int
    scale: list[float]

    def check_model(self, arguments: Mapping[str, Any]) -> None:
        """Raises ValueError for a model of frames of another length."""
        if len(self.scale) != arguments["data_dim"]:
            raise ValueError(f"{len(self.scale)} scales for frames of {arguments['data_dim']} numbers")


def load(source: str, settings: Settings) -> SoundFrames:
    """Load sounds as frames: a known set, a folder of recordings, or one long recording."""
    return load_sound_frames(source, **load_options(settings))


def describe(frames: SoundFrames, settings: Settings) -> DataInfo:
    """The sampling rate, and the scale of the frames."""
    return DataInfo(rate=frames.rate, scale=frames.scale.tolist())


def build(settings: Settings, frames: SoundFrames, info: DataInfo, rng: Generator) -> rnn.FrameModel:
    """A model of real-valued frames: mixtures of Gaussians given the state."""
    return frame_model(settings, frames.D, rng, mixture_components=settings.mixture_components)


def score(
    model: rnn.FrameModel, frames: SoundFrames, settings: Settings, part: str, trained: None = None
) -> list[Score]:
    """Held-out nats per frame, −Σ log p / Σ T over all sounds, compared with two baselines.

    Ledger: rnn.per_step
    """
    held_out = getattr(frames, part)
    nats = rnn.nats_by_sequence(model, held_out)
    linear, marginal = linear_nats(frames, part), marginal_nats(held_out)
    mean = mean_score("held-out nats per frame", per_step(nats, [len(z) for z in held_out]))
    return [
        mean.below(linear, f"{linear:.2f} ({LINEAR})"),
        Score("without a past", "", f"{marginal:.2f} ({MARGINAL})", baseline_value=marginal),
    ]


def evaluate(
    model: rnn.FrameModel,
    frames: SoundFrames,
    settings: Settings,
    part: str,
    rng: Generator,
    k: int | None,
    show: Show = no_progress,
) -> list[Score]:
    """The scores at the end of a training, which are exact."""
    return score(model, frames, settings, part)


def marginal_nats(frames: list[np.ndarray]) -> float:
    """Nats per frame of N(0, I): scaled frames have about this mean and variance in training."""
    z = np.concatenate(frames).astype(np.float64)
    return -float(np.mean(Normal(np.zeros_like(z), np.zeros_like(z)).log_prob(z)))


def linear_nats(frames: SoundFrames, part: str) -> float:
    """Nats per frame of the samples by linear prediction, fitted to the training part.

    The samples are those of the frames, with the zeros that fill the last frame. A frame of them
    has density Π_d 1/s_d times that of its numbers.   Ledger: rnn.linear_prediction
    """
    train, held_out = (
        [as_sound(z, frames.scale) for z in sequences] for sequences in (frames.train, getattr(frames, part))
    )
    prediction = LinearPrediction(ORDER).fit(train)
    total = sum(float(prediction.log_prob(x).sum()) for x in held_out)
    return -total * frames.D / sum(map(len, held_out)) - float(np.log(frames.scale).sum())


def adapt(run: LoadedRun[rnn.FrameModel, DataInfo], frames: SoundFrames) -> tuple[SoundFrames, list[str]]:
    """Other sounds for the model of a run, in the scale of its training. Raises BadInput for another rate."""
    if frames.rate != run.info.rate:
        raise BadInput(
            f"{frames.name} has {frames.rate} samples per second, and {run.directory} was trained on {run.info.rate}; "
            "convert the recordings"
        )
    scale = np.array(run.info.scale)
    train, validation, test = (
        [(z * (frames.scale / scale)).astype(np.float32) for z in part]
        for part in (frames.train, frames.validation, frames.test)
    )
    return SoundFrames(frames.name, frames.rate, scale, train, validation, test), []


def draw(
    model: rnn.FrameModel,
    frames: SoundFrames,
    settings: Settings,
    run: Run,
    scores: list[Score],
    trained: None,
) -> None:
    """Draw curves, and samples next to a real sound; write the samples as WAV."""
    series = {"training": run.history["nats"], "validation": run.history["validation_nats"]}
    baselines = {name: s.number("baseline_value") for name, s in zip((LINEAR, MARGINAL), scores, strict=True)}
    plots.curves(series, run.picture("curves"), "nats per frame", baselines)
    T = round(SECONDS * frames.rate / frames.D)
    z = model.sample(T, SAMPLES, Generator(HELD_OUT_SEED))
    generated = [as_sound(z[:, i], frames.scale) for i in range(SAMPLES)]
    real = as_sound(np.concatenate(frames.train)[:T], frames.scale)
    names = ["real", *(f"sample {i + 1}" for i in range(SAMPLES))]
    title = f"samples of the RNN, {frames.name}"
    sounds([real, *generated], names, frames.rate, run.picture("sound"), title)
    for i, x in enumerate(generated):
        write_wav(x, run.directory / "samples" / f"sound-{i + 1}.wav", frames.rate)


def sample(run: LoadedRun[rnn.FrameModel, DataInfo], request: SampleRequest) -> str:
    """Write one sampled sound as WAV and as a picture (PNG), or as an array alone; returns the line to print.

    With a prompt, a sound file, the sound begins with it and continues it.
    """
    wav = output_file(request.out, "sound is written as WAV or as an array", ".wav", ".npy")
    n, rate = request.n or DEFAULT_COUNT, run.info.rate
    if wav.suffix == ".npy":
        if request.prompt is not None:
            raise BadInput("a sound that is continued is written as WAV: give --out FILE.wav")
        sound = as_sound(run.model.sample(n, 1, request.rng)[:, 0], run.info.scale)
        write_array(wav, sound)
        return (
            f"{n} frames, {len(sound) / rate:.2f} s: {wav}, {sound.dtype} of shape {sound.shape}, {rate} Hz"
        )
    picture = writable_file(wav.with_suffix(".png"))
    report, name, title = LoadingReport(), "sample", f"sample of the RNN, {run.config.data}"
    if request.prompt is None:
        sound = as_sound(run.model.sample(n, 1, request.rng)[:, 0], run.info.scale)
        what = f"{n} frames, {len(sound) / rate:.2f} s"
    else:
        path = prompt_file(request.prompt, "sound", "a sound file")
        before = read_sound(path, rate, report)
        z = as_prompt(before, run.info.scale)
        sound = continued(before, z, run.model.sample(n, 1, request.rng, z)[:, 0], run.info.scale)
        seconds = len(z) * len(run.info.scale) / rate
        what = f"{seconds:.2f} s of {path}, and {n} frames, {len(sound) / rate - seconds:.2f} s, that continue it"
        name, title = f"continued from {seconds:.2f} s", f"{path.name}, continued by the RNN"
    write_wav(sound, wav, rate)
    sounds([sound], [name], rate, picture, title)
    return with_changes(f"{what}: {wav}, {picture}", report)


TASK = Task(
    name="sound",
    family="rnn",
    title="model of sound as frames",
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
    example="-n 200 --out sample.wav",
    higher_is_better=False,
    early_stopping=("validation_nats", False),
)
