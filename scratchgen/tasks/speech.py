"""The task "speech": a recurrent network that speaks phones, as durations and log-mel frames."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Annotated, Any

import numpy as np

from scratchgen import plots, rnn
from scratchgen.data.files.performance import write_wav
from scratchgen.data.phones import PHONES
from scratchgen.data.preprocessing.mel_inversion import sound_of_log_mel
from scratchgen.data.speech import (
    BANDS,
    HOP,
    LENGTH,
    RATE,
    SpeechData,
    Utterance,
    filters,
    ids_of,
    load_speech,
    samples_of,
)
from scratchgen.errors import BadInput
from scratchgen.evaluation import ConcatenatedPhones, mel_cepstral_distortion, warped_distortion
from scratchgen.evaluation.examples import mean_over_examples
from scratchgen.random import HELD_OUT_SEED, Generator
from scratchgen.runs.files import writable_file
from scratchgen.runs.run import Run
from scratchgen.runs.schema import Help
from scratchgen.runs.score import Score, Show, mean_score, no_progress
from scratchgen.tasks.prompts import check_length
from scratchgen.tasks.pronunciation import load_pronunciation, phones_of_prompt
from scratchgen.tasks.recurrent import Cell, Embedding, Hidden, RecurrentSettings
from scratchgen.tasks.rows import output_file
from scratchgen.tasks.sample_request import SampleRequest
from scratchgen.tasks.task import (
    BatchSize,
    Epochs,
    LearningRate,
    MinSteps,
    Task,
    TaskInfo,
    batches_per_epoch,
    load_options,
    optimizer_for,
    schedule_for,
    shards_of,
)

if TYPE_CHECKING:
    from scratchgen.tasks.load import LoadedRun

CONCATENATED = "phones of the training utterances with the most similar neighbours, concatenated"
MILLISECONDS = 1000 * HOP / RATE  # per frame
SHOWN = 3  # utterances


class Settings(RecurrentSettings, frozen=True):
    """Settings of a model that speaks."""

    cell: Cell = "gru"
    hidden: Hidden = 128
    embedding: Embedding = 64
    pronunciation: Annotated[
        str,
        Help(
            "run of a model from letters to phones, relative to the run; empty: prompts are phones in [brackets]"
        ),
    ] = ""
    epochs: Epochs = 30
    min_steps: MinSteps = 1500
    batch_size: BatchSize = 8
    learning_rate: LearningRate = 3e-3


class DataInfo(TaskInfo, frozen=True, kw_only=True):
    """The names of the phones, in the order of their numbers."""

    phones: tuple[str, ...]

    def check_model(self, arguments: Mapping[str, Any]) -> None:
        """Raises ValueError for a model of other phones or bands."""
        if len(self.phones) != arguments["phones"] or arguments["bands"] != BANDS:
            raise ValueError(f"{len(self.phones)} phones and {BANDS} bands for a model of {arguments}")


def load(source: str, settings: Settings) -> SpeechData:
    """Load speech whose phones are known."""
    return load_speech(source, **load_options(settings))


def describe(speech: SpeechData, settings: Settings) -> DataInfo:
    """The phones, as `DataInfo`."""
    return DataInfo(phones=PHONES)


def build(settings: Settings, speech: SpeechData, info: DataInfo, rng: Generator) -> rnn.AcousticModel:
    """A model from phones to durations and frames."""
    return rnn.AcousticModel(
        len(info.phones),
        BANDS,
        settings.hidden,
        settings.embedding,
        rng,
        cell=settings.cell,
        layers=settings.layers,
        dropout=settings.dropout,
    )


def prepare(model: rnn.AcousticModel, speech: SpeechData, settings: Settings) -> None:
    """Let the model compute in the units of the frames and durations of the training part."""
    frames = np.concatenate([u.log_mel for u in speech.train])
    model.init_output_bias(frames, np.concatenate([u.durations for u in speech.train]))


def train(model: rnn.AcousticModel, speech: SpeechData, settings: Settings, run: Run, rng: Generator) -> None:
    """Minimise the errors of durations and frames (`rnn.train_acoustic`)."""
    rnn.train_acoustic(
        model,
        speech.train,
        speech.validation,
        run,
        epochs=settings.epochs,
        batch_size=settings.batch_size,
        optimizer=optimizer_for(settings, model),
        schedule=schedule_for(settings),
        shards=shards_of(settings, run),
        rng=rng,
    )


@dataclass(frozen=True)
class Distortions:
    """The distances of a voice from held-out utterances, one number per utterance.

    given        mel-cepstral distortion in dB, with the true durations
    predicted    the same with the voice's own durations, warped in time
    durations    mean absolute error of the durations of the phones, in ms
    """

    given: np.ndarray
    predicted: np.ndarray
    durations: np.ndarray


def distortions(
    model: Any, durations: Any, utterances: list[Utterance], show: Show = no_progress
) -> Distortions:
    """Compare a voice with utterances: speak (phones, durations) ↦ frames, durations phones ↦ (P,)."""
    given, predicted, errors = [], [], []
    for u in show(utterances, "speaking"):
        d = durations(u.phones)
        given.append(mel_cepstral_distortion(model.speak(u.phones, u.durations), u.log_mel))
        predicted.append(warped_distortion(model.speak(u.phones, d), u.log_mel))
        errors.append(MILLISECONDS * np.mean(np.abs(d - u.durations)))
    return Distortions(np.array(given), np.array(predicted), np.array(errors))


def both_voices(
    model: rnn.AcousticModel, speech: SpeechData, part: str, show: Show = no_progress
) -> tuple[Distortions, Distortions]:
    """The distortions of the model, and of concatenated phones."""
    held_out, baseline = getattr(speech, part), ConcatenatedPhones(speech.train)
    return (
        distortions(model, model.predicted_durations, held_out, show),
        distortions(baseline, baseline.durations, held_out),
    )


def score(
    model: rnn.AcousticModel, speech: SpeechData, settings: Settings, part: str, trained: None = None
) -> list[Score]:
    """Mel-cepstral distortion of held-out utterances and errors of durations, compared with concatenated phones.

    Ledger: evaluation.cepstral_distortion, evaluation.time_warping
    """
    return _scores(model, speech, part, no_progress)


def evaluate(
    model: rnn.AcousticModel,
    speech: SpeechData,
    settings: Settings,
    part: str,
    rng: Generator,
    k: int | None,
    show: Show = no_progress,
) -> list[Score]:
    """The scores at the end of a training, which are exact."""
    return _scores(model, speech, part, show)


def _scores(model: rnn.AcousticModel, speech: SpeechData, part: str, show: Show) -> list[Score]:
    ours, theirs = both_voices(model, speech, part, show)
    measures = {
        "mel-cepstral distortion, dB, true durations": (ours.given, theirs.given),
        "mel-cepstral distortion, dB, warped in time": (ours.predicted, theirs.predicted),
        "error of durations, ms per phone": (ours.durations, theirs.durations),
    }
    return [
        mean_score(measure, mean_over_examples(values)).below(
            float(others.mean()), f"{others.mean():.2f} ({CONCATENATED})"
        )
        for measure, (values, others) in measures.items()
    ]


def adapt(run: LoadedRun[rnn.AcousticModel, DataInfo], speech: SpeechData) -> tuple[SpeechData, list[str]]:
    """Other speech for the model of a run: any, as all speech has the same phones and frames."""
    return speech, []


def draw(
    model: rnn.AcousticModel,
    speech: SpeechData,
    settings: Settings,
    run: Run,
    scores: list[Score],
    trained: None,
) -> None:
    """Draw curves, and held-out utterances as recorded and as spoken by the model; write the latter as WAV."""
    series = {"training": run.history["loss"], "validation": run.history["validation_loss"]}
    plots.curves(series, run.picture("curves"), "loss", {})
    chosen = speech.test[:SHOWN]
    spoken = [model.speak(u.phones) for u in chosen]
    plots.mel_spectrograms(
        [*(u.log_mel for u in chosen), *spoken],
        [*(f"held out {i + 1}" for i in range(len(chosen))), *(f"model {i + 1}" for i in range(len(chosen)))],
        HOP / RATE,
        RATE / 2,
        run.picture("speech"),
        f"held-out utterances and the model's, {speech.name}",
    )
    for i, frames in enumerate(spoken):
        path = run.directory / "samples" / f"speech-{i + 1}.wav"
        write_wav(sound_of_frames(frames, Generator(HELD_OUT_SEED)), path, RATE)


def sound_of_frames(frames: np.ndarray, rng: Generator) -> np.ndarray:
    """The sound (N,) at `RATE` Hz of log-mel frames (T, BANDS) by Griffin-Lim.   rng: the phases at the beginning"""
    least = LENGTH // HOP  # frames of a sound of one sample
    if len(frames) < least:
        frames = np.concatenate([frames, np.repeat(frames[-1:], least - len(frames), axis=0)])
    return sound_of_log_mel(frames, filters(), samples_of(len(frames)), LENGTH, HOP, rng=rng)


def sample(run: LoadedRun[rnn.AcousticModel, DataInfo], request: SampleRequest) -> str:
    """Speak the prompt: a WAV file and its spectrogram (PNG); returns the line to print."""
    if request.prompt is None:
        raise BadInput("there is nothing to speak; give a sentence as --prompt")
    check_length(request.prompt)
    if request.n is not None:
        raise BadInput("a sentence is spoken to its end; leave out -n")
    wav = output_file(request.out, "speech is written as WAV", ".wav")
    picture = writable_file(wav.with_suffix(".png"))
    runs = run.settings.pronunciation
    phones = phones_of_prompt(request.prompt, load_pronunciation(run.directory / runs) if runs else None)
    frames = run.model.speak(ids_of(phones))
    sound = sound_of_frames(frames, request.rng)
    write_wav(sound, wav, RATE)
    plots.mel_spectrograms([frames], [""], HOP / RATE, RATE / 2, picture, request.prompt)
    return f"[{' '.join(phones)}], {len(sound) / RATE:.2f} s: {wav}, {picture}"


TASK = Task(
    name="speech",
    family="rnn",
    title="speech from phones, by durations and log-mel frames",
    settings=Settings,
    data_info=DataInfo,
    monitored=("loss", "validation_loss"),
    load=load,
    describe=describe,
    build=build,
    prepare=prepare,
    epoch_steps=batches_per_epoch,
    train=train,
    score=score,
    evaluate=evaluate,
    adapt=adapt,
    draw=draw,
    sample=sample,
    sample_options=("prompt",),
    example="--prompt '[HH AH0 L OW1]' --out speech.wav",
    higher_is_better=False,
    early_stopping=("validation_loss", False),
)
