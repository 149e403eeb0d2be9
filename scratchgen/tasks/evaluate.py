"""The scores of a finished run, measured again on a held-out part of its data."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from scratchgen import rnn, vae
from scratchgen.data import AnyData, PairData, load_pairs, load_sequences, load_text
from scratchgen.data.rows import load_rows
from scratchgen.data.short_pairs import short_pairs
from scratchgen.data.sound_frames import SoundFrames, load_sound_frames
from scratchgen.errors import BadInput
from scratchgen.nn import Module
from scratchgen.random import Generator
from scratchgen.runs.provenance import fingerprint_of_data
from scratchgen.runs.score import Score, Show, unseen
from scratchgen.tasks.load import RESULT, load_run
from scratchgen.tasks.recipes import Recipe
from scratchgen.tasks.scores.gan import gan_scores, judge_of
from scratchgen.tasks.scores.gan_and_real import two_sample_scores
from scratchgen.tasks.scores.music import music_scores
from scratchgen.tasks.scores.pairs import pair_scores
from scratchgen.tasks.scores.rnn import language_scores, rnn_scores
from scratchgen.tasks.scores.sound import sound_scores
from scratchgen.tasks.scores.vae import bound_scores, likelihood_scores, shown
from scratchgen.tasks.scores.vq import vq_scores
from scratchgen.tasks.settings import complete, of_run

LOAD = {  # what an RNN reads: by its task
    "text": load_text,
    "music": load_sequences,
    "sound": load_sound_frames,
    "pairs": load_pairs,
}
PARTS = ("validation", "test")
SAMPLES = 200  # importance samples: as in the published tables


@dataclass(frozen=True)
class Finished:
    """A run that was trained to its end: its model, its settings, and its data as the model sees them."""

    directory: Path
    model: Module
    config: dict
    settings: Recipe
    data: AnyData | SoundFrames

    @property
    def is_vae(self) -> bool:
        """Whether it has a continuous latent, from which p(x) can be estimated."""
        return self.config["kind"] == "vae" and not isinstance(self.model, vae.VQVAE)


def finished_run(directory: Path) -> Finished:
    """Load a run and its data. Raises BadInput where the run is damaged, or its data are others by now."""
    model, config = load_run(directory)
    try:
        return _with_data(directory, model, config)
    except BadInput:
        if not (directory / RESULT).exists():
            raise
    raise BadInput(
        f"{directory} was trained by `scratchgen reproduce`, with data and settings of its own; what it "
        f"reaches is in {directory / RESULT}"
    )


def _with_data(directory: Path, model: Module, config: dict) -> Finished:
    source, _, settings = complete(config["kind"], {}, of_run(config, directory))
    data = LOAD[settings.task](source) if config["kind"] == "rnn" else load_rows(source)
    if isinstance(data, PairData):
        data = short_pairs(data, settings.longest)
    if fingerprint_of_data(data) != config.get("data_sha256"):
        raise BadInput(
            f"the data of {directory}, {source}, are not those that it was trained on; put them back"
        )
    if config["kind"] == "vae":
        data = shown(data, settings.binarise)
    return Finished(directory, model, config, settings, data)


def check_asked(run: Finished, part: str, k: int | None) -> None:
    """Raises BadInput for an unknown part, and for k with a model that has no use for it."""
    if part not in PARTS:
        raise BadInput(f"no part is named {part!r} here; there are {', '.join(PARTS)}")
    if k is not None and not run.is_vae:
        raise BadInput(f"-k counts draws of a VAE's latent, and the model of {run.directory} has none")


def scores_of_run(
    run: Finished, part: str, rng: Generator, k: int | None = None, show: Show = unseen
) -> list[Score]:
    """What the training ended with, on one of PARTS; of a VAE its likelihood by k samples too, of a language
    model its perplexity and the n-grams beside it, of a GAN all scores of two samples.

    Raises BadInput as `check_asked`.
    """
    check_asked(run, part, k)
    if run.is_vae:
        asked = run.settings.distortion if run.settings.objective == "geco" else None
        scores = bound_scores(run.model, run.data, part, rng, asked)
        return scores + likelihood_scores(run.model, run.data, part, k or SAMPLES, rng, show)
    if run.config["kind"] == "vae":
        return vq_scores(run.model, run.data, part)
    if isinstance(run.model, rnn.FrameModel):
        of_frames = sound_scores if run.model.is_real else music_scores
        return of_frames(run.model, run.data, part)
    if isinstance(run.model, rnn.Translator):
        return pair_scores(run.model, run.data, part, show)
    if run.config["kind"] == "rnn":
        return rnn_scores(run.model, run.data, part) + language_scores(run.model, run.data, part, show)
    judge = judge_of(run.data)
    scores = gan_scores(run.model, run.data, part, rng, judge)
    return scores + two_sample_scores(run.model, run.data, part, rng, judge, show)
