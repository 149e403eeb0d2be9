"""Sound generation: chorales by an RNN-NADE, drums by a VAE of spectrograms."""

from __future__ import annotations

from scratchgen.applications.application import Application, Job, Outcome
from scratchgen.applications.drums import drums
from scratchgen.applications.music import music
from scratchgen.data.load import kind_of_data
from scratchgen.errors import BadInput

PARTS_BY_KIND = {"sequences": music, "sound": drums}


def carry_out(job: Job) -> Outcome:
    """Train a model of each data set, by what it holds, and judge its samples."""
    outcomes = []
    for source in job.data:
        kind = kind_of_data(source)
        if kind not in PARTS_BY_KIND:
            raise BadInput(
                f"{source} holds {kind}; sound-generation takes a folder of MIDI files, or of recordings with a "
                "subfolder for each drum"
            )
        outcomes.append(PARTS_BY_KIND[kind](job, source))
    return Outcome(
        results=[result for outcome in outcomes for result in outcome.results],
        shown=[item for outcome in outcomes for item in outcome.shown],
    )


SOUND_GENERATION = Application(
    name="sound-generation",
    title="A GRU with a NADE composes chorales, and a VAE makes drums",
    about=(
        "A recurrent network with a NADE over the notes of a step learns Bach's chorales: as the published rolls of "
        "quarter notes, and as rolls of sixteenth notes with onsets. It is judged on the published test part, by "
        "nats per step, and its samples by their pitch classes, intervals and moves of the top voice; the baselines "
        "draw every note by itself. A conditional VAE learns the mel spectrograms of four drums, synthesised by "
        "formula; phases are found by Griffin-Lim. The sounds of its samples are judged by a recogniser of the drum, "
        "trained on the training sounds; the baseline is a Gaussian per drum of principal components."
    ),
    data=("jsb-chorales", "jsb-chorales-onsets", "synthetic-drums"),
    quick_data=("cadences", "synthetic-drums"),
    on="a folder of MIDI files, or of recordings with a subfolder for each drum",
    carry_out=carry_out,
    seeds=3,
)
