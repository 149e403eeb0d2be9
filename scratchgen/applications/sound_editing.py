"""Sound editing: a VAE of mel spectrograms morphs, denoises and repairs sounds, and exchanges the speaker."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import Any

from scratchgen.applications.application import Application, Job, Outcome, Result, Shown
from scratchgen.applications.labelled_sounds import labelled_sounds
from scratchgen.applications.measured_edits import GAP_SECONDS, MeasuredEdits
from scratchgen.applications.sound_judge import SoundJudge
from scratchgen.applications.spectrogram_edits import SpectrogramEditor
from scratchgen.data import RowData
from scratchgen.data.mel_rows import MelRows, mel_rows
from scratchgen.data.rows import PARTS
from scratchgen.data.types import SoundData
from scratchgen.errors import BadInput

SHORTEST = 2 * GAP_SECONDS  # a gap, and the sound around it
FULL: dict[str, Any] = {
    "likelihood": "gaussian",
    "objective": "beta",
    "beta": 5.0,
    "latent_dim": 32,
    "hidden": 512,
    "layers": 2,
    "epochs": 20,
    "batch_size": 64,
    "learning_rate": 2e-3,
    "schedule": "half_cosine",
}
EXCHANGE: dict[str, Any] = {
    "beta": 100.0,
    "latent_dim": 16,
}  # z tells neither digit nor speaker: the conditions do
QUICK: dict[str, Any] = {**FULL, "hidden": 64, "epochs": 5}


def carry_out(job: Job) -> Outcome:
    """Edit the sounds of each data set of the job; the results and the examples of all."""
    prepared = [(data, *mel_rows(data)) for data in map(labelled_sounds, job.data)]
    for data, _, mel in prepared:
        seconds = mel.pictures.N / data.rate
        if seconds < SHORTEST:
            raise BadInput(
                f"the sounds of {data.name} last {seconds:.2f} s, too short for a gap of "
                f"{GAP_SECONDS} s; give sounds of at least {SHORTEST} s"
            )
    outcomes = [edit(job, *of) for of in prepared]
    return Outcome(
        results=[result for outcome in outcomes for result in outcome.results],
        shown=[shown for outcome in outcomes for shown in outcome.shown],
    )


def edit(job: Job, data: SoundData, rows: RowData, mel: MelRows) -> Outcome:
    """Train on the training sounds, and measure all edits on held-out ones.

    Sounds with two attributes, the digit and the speaker, get a model that is conditioned on the speaker, and a second
    one that is conditioned on both, in which the speaker is exchanged.
    """
    name, exchanges = Path(data.name).resolve().name, len(rows.attributes) > 1
    settings = {**(QUICK if job.quick else FULL), "model": "conditional" if exchanges else "mlp"}
    given = _with_last_attribute(rows) if exchanges else rows
    model, _, _ = job.train("vae", given, run=f"vae-{name}", **settings)
    edits = MeasuredEdits(
        job, name, data, rows, SpectrogramEditor(model, mel), SoundJudge.fit(rows, mel, job.quick)
    )
    right = edits.judge.classifier.predict(rows.test) == edits.labels
    results = [
        Result(
            measure=f"{name}: {attribute.name} recognised in held-out recordings, by the judge", ours=share
        )
        for attribute, share in zip(rows.attributes, right.mean(axis=0).tolist(), strict=True)
    ]
    shown: list[Shown] = []
    outcomes = [edits.morph(), edits.denoise(), edits.fill_gaps()]
    if exchanges:
        both, _, _ = job.train("vae", rows, run=f"vae-{name}-exchange", **{**settings, **EXCHANGE})
        outcomes.append(edits.exchange(SpectrogramEditor(both, mel)))
    for outcome in outcomes:
        results += outcome.results
        shown += outcome.shown
    return Outcome(results=results, shown=shown)


def _with_last_attribute(rows: RowData) -> RowData:
    """The same rows with the last attribute as their only label."""
    labels = {f"{part}_labels": getattr(rows, f"{part}_labels")[:, -1:] for part in PARTS}
    return replace(rows, attributes=rows.attributes[-1:], **labels)


SOUND_EDITING = Application(
    name="sound-editing",
    title="A VAE of spectrograms morphs, denoises and repairs sounds",
    about=(
        "A VAE learns the mel spectrograms of recordings: of digits spoken by six speakers, conditioned on the "
        "speaker, and of drums. It morphs one recording into another through the latent space, removes noise by "
        "imputing the bands that are hidden in it, fills gaps, and exchanges the speaker. Each edit is measured on "
        "held-out recordings, next to cross-fading, spectral subtraction and linear interpolation. A classifier that "
        "was trained on real recordings listens to the sounds that come out."
    ),
    data=("fsdd", "synthetic-drums"),
    quick_data=("tones",),
    on="a folder of recordings with a subfolder for each class",
    carry_out=carry_out,
    seeds=3,
)
