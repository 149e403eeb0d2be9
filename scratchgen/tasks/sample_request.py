"""The options of `scratchgen sample`, declared once: the command takes its options and their help from here."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

from scratchgen.random import HELD_OUT_SEED, Generator
from scratchgen.runs.schema import Ge, Help, Le, Schema, as_dict
from scratchgen.vae.interpolate import PATHS


class SampleRequest(Schema, frozen=True):
    """The options of `scratchgen sample`; an option that was not given is None or empty."""

    n: Annotated[
        int | None,
        Ge(1),
        Le(10**6),  # they are held in memory together, or drawn into one picture
        Help(
            "number of images, tokens, steps of music, frames of sound (default: 64) or interpolations (10)"
        ),
    ] = None
    out: Annotated[
        Path | None,
        Help(
            "file: .png for images and attention, .txt for text, .mid for music, .wav for sound, .npy for arrays, "
            ".gif for interpolations; or a folder for single images"
        ),
    ] = None
    seed: Annotated[int | None, Ge(0), Le(HELD_OUT_SEED - 1), Help("seed of the noise (default: 0)")] = None
    prompt: Annotated[
        str | None,
        Help(
            "text to continue, to translate or to speak; of music and sound, the file to continue (MIDI; WAV, FLAC, …)"
        ),
    ] = None
    temperature: Annotated[
        float | None,
        Help("text: 1 samples as learned, lower is more cautious, 0 takes the most likely token"),
    ] = None
    top_k: Annotated[int | None, Help("text: sample only from the k most likely tokens")] = None
    top_p: Annotated[
        float | None, Help("text: sample only from the fewest tokens whose probabilities add up to p")
    ] = None
    beam: Annotated[
        int | None,
        Le(1000),  # the network reads this many texts at once
        Help("text: beam search with this width instead of sampling (default for translation: 4)"),
    ] = None
    classes: Annotated[
        list[str],
        Help(
            "conditional model: sample this class only, by name or number; may be repeated. Of attributes, hat=crown "
            "or a description such as 'human, red vest, axe'"
        ),
    ] = []  # noqa: RUF012  # msgspec copies it
    complete: Annotated[
        str | None, Help("VAE of a table: fill in the missing cells of this table, written as .csv")
    ] = None
    interpolate: Annotated[
        str | None, Help(f"VAE: interpolations between test images, {' or '.join(PATHS)}; one per row")
    ] = None
    data: Annotated[
        str | None, Help("interpolations: name or path of the images (default: the training's data)")
    ] = None

    @property
    def rng(self) -> Generator:
        """The noise of the samples: that of seed 0 if none was given."""
        return Generator(self.seed or 0)

    def given(self) -> list[str]:
        """The names of the given options, without those that every task has."""
        everywhere = {"out", "n", "seed"}
        return [
            name
            for name, value in as_dict(self).items()
            if name not in everywhere and value not in (None, [])
        ]
