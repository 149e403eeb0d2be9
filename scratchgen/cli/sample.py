"""scratchgen sample RUN: draw from a trained model."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path
from typing import Annotated

import numpy as np
import typer

from scratchgen.data.files.performance import perform, write_midi, write_wav
from scratchgen.data.sound_frames import as_sound
from scratchgen.errors import BadInput
from scratchgen.nn import Module
from scratchgen.plots import sample_grid
from scratchgen.plots.music import piano_rolls, sounds
from scratchgen.random import HELD_OUT_SEED, Generator
from scratchgen.rnn import FrameModel, LanguageModel, Translator, beam_search
from scratchgen.rnn.translation.translator import BEAM_WIDTH
from scratchgen.runs.files import writable_file, write_text
from scratchgen.tasks.evaluate import Finished, finished_run
from scratchgen.tasks.load import load_run
from scratchgen.tasks.pairs import draw_attention
from scratchgen.tasks.rnn import beginning
from scratchgen.tasks.scores.vae import labels_of
from scratchgen.tasks.vae_pictures import STEPS, in_turns, interpolations, samples
from scratchgen.vae.interpolate import WAYS
from scratchgen.vae.latent_model import LatentModel

DRAWN = 64
OTHER_THAN_TEXT = (".png", ".mid", ".wav")


def sample(
    run: Annotated[Path, typer.Argument(help="A run directory that `train` has made.")],
    n: Annotated[
        int | None,
        typer.Option(
            "-n",
            min=1,
            help=f"How many images, characters, steps of music or frames of sound ({DRAWN}); or ways "
            "between images (10).",
        ),
    ] = None,
    out: Annotated[
        Path | None,
        typer.Option(
            help="A .png file for images and for where a translator looks, a text file for text, .mid for "
            "music, .wav for sound."
        ),
    ] = None,
    seed: Annotated[int, typer.Option(min=0, max=HELD_OUT_SEED - 1, help="The seed of the noise.")] = 0,
    prompt: Annotated[
        str | None, typer.Option(help="Text: what to continue; pairs: what to translate.")
    ] = None,
    temperature: Annotated[
        float | None, typer.Option(help="Text: 1 as learned, lower is more cautious; 0 takes the likeliest.")
    ] = None,
    top_k: Annotated[int | None, typer.Option(help="Text: draw from the k likeliest symbols alone.")] = None,
    top_p: Annotated[
        float | None,
        typer.Option(help="Text: draw from the fewest symbols that together have probability p."),
    ] = None,
    beam: Annotated[
        int | None,
        typer.Option(help="Text: draw nothing, but find the likeliest with a beam so wide (pairs: 4)."),
    ] = None,
    class_: Annotated[
        list[int] | None,
        typer.Option("--class", help="Conditional model: draw this class alone; can be given several times."),
    ] = None,
    interpolate: Annotated[
        str | None,
        typer.Option(help=f"VAE: ways between images of the test part, {' or '.join(WAYS)}; a row is a way."),
    ] = None,
):
    """Draw images, text, music or sound from a trained model, or translate. Text without --out is printed.

    Music is written as MIDI, and beside it as sound (.wav) and as a picture (.png). Sound is written as .wav,
    and beside it as a picture.
    """
    model, config = load_run(run)
    if isinstance(model, Translator):
        other = _given(
            temperature=temperature, top_k=top_k, top_p=top_p, interpolate=interpolate, class_=class_ or None
        )
        if other:
            raise BadInput(
                f"{run} translates, and finds the likeliest with --beam; leave out {_options(other)}"
            )
        _translation(model, prompt, beam, n, out)
        return
    is_text = isinstance(model, LanguageModel)
    of_text = _given(prompt=prompt, beam=beam, temperature=temperature, top_k=top_k, top_p=top_p)
    if of_text and not is_text:
        raise BadInput(f"{run} draws no text; leave out {_options(of_text)}, for text alone")
    if not isinstance(model, LanguageModel) and not hasattr(model, "sample"):
        raise BadInput(f"{run} tells a number of each sequence and draws nothing; name another run")
    classes = _classes(run, model, class_)
    if interpolate is not None:
        _check_way(run, config, model, interpolate)
    if is_text:
        if out is not None and out.suffix in OTHER_THAN_TEXT:
            raise BadInput(f"{run} writes text: give --out FILE.txt, not {out}")
        file = None if out is None else writable_file(out)
        text = _text(model, n or DRAWN, seed, **of_text)
        if file is None:
            print(text)
        else:
            write_text(file, text)
            print(f"{len(text)} characters: {out}")
        return
    if isinstance(model, FrameModel):
        (_sound if model.is_real else _music)(model, config, n or DRAWN, out, seed)
        return
    _expect(out, ".png", "images are written as PNG")
    if interpolate is not None:
        _ways(finished_run(run), interpolate, n, out, seed, classes)
    else:
        _images(model, config, n or DRAWN, out, seed, classes)


def _expect(out: Path | None, suffix: str, written: str) -> None:
    if out is None or out.suffix != suffix:
        raise BadInput(f"{written}: give --out FILE{suffix}" + (f", not {out}" if out else ""))


def _text(
    model: LanguageModel, n: int, seed: int, prompt: str | None = None, beam: int | None = None, **drawing
) -> str:
    """The prompt and n symbols more. Raises BadInput for ways of choosing them that exclude one another."""
    prompt = beginning(model.tokenizer) if prompt is None else prompt
    if beam is not None:
        if drawing:
            raise BadInput(
                f"--beam draws nothing, it finds the likeliest text; leave out {_options(drawing)}"
            )
        return beam_search(model, prompt, n, beam)[0].text
    temperature = drawing.pop("temperature", 1.0)
    if temperature == 0 and drawing:
        raise BadInput(f"--temperature 0 takes the likeliest symbol each time; leave out {_options(drawing)}")
    return model.generate(prompt, n, temperature, Generator(seed), **drawing)


def _translation(
    model: Translator, text: str | None, beam: int | None, n: int | None, out: Path | None
) -> None:
    """The likeliest translation, and where the model looks as it writes it."""
    if text is None:
        raise BadInput("nothing is asked for; say what to translate: --prompt TEXT")
    if unknown := [c for c in text if c not in getattr(model.tokenizers[0], "characters", text)]:
        raise BadInput(f"--prompt: the character {unknown[0]!r} is in no text of the training; leave it out")
    if out is not None:
        _expect(out, ".png", "where the model looks is drawn as PNG")
    found = model.translations(text, BEAM_WIDTH if beam is None else beam, n)[0]
    if out is not None:
        if not len(found.ids):
            raise BadInput("the translation is empty, so there is nothing to draw; leave out --out")
        draw_attention(model, text, found.ids, writable_file(out))
    print(found.text)


def _images(model: Module, config: dict, n: int, out: Path, seed: int, classes: list[int]) -> None:
    writable_file(out)
    title, noise = f"drawn by the {config['kind'].upper()} from {config['data']}", Generator(seed)
    if classes:
        x = model.sample(n, noise, np.resize(classes, n))
        title, columns = f"{title}: {_named(classes)}", in_turns(n, len(classes))
    else:
        x, columns = model.sample(n, noise), in_turns(n, getattr(model, "classes", 1))
    samples(x, config["image_shape"], out, title, columns)
    print(f"{n} images: {out}")


def _music(model: FrameModel, config: dict, n: int, out: Path | None, seed: int) -> None:
    """One piece of n steps, for a sequencer, for the ear and for the eye."""
    _expect(out, ".mid", "music is written as MIDI")
    sound, picture = (writable_file(out.with_suffix(suffix)) for suffix in (".wav", ".png"))
    roll, first, unit = model.sample(n, 1, Generator(seed))[:, 0], config["first"], config["unit"]
    write_midi(roll, first, unit, writable_file(out))
    write_wav(perform(roll, first, unit), sound)
    piano_rolls([roll], first, unit, picture, f"drawn by the RNN from {config['data']}")
    print(f"{n} steps of a {unit}: {out}, {sound}, {picture}")


def _sound(model: FrameModel, config: dict, n: int, out: Path | None, seed: int) -> None:
    """One sound of n frames, for the ear and for the eye."""
    _expect(out, ".wav", "sound is written as WAV")
    picture, rate = writable_file(out.with_suffix(".png")), config["rate"]
    sound = as_sound(model.sample(n, 1, Generator(seed))[:, 0], config["scale"])
    write_wav(sound, writable_file(out), rate)
    sounds([sound], ["drawn"], rate, picture, f"drawn by the RNN from {config['data']}")
    print(f"{n} frames, {len(sound) / rate:.2f} s: {out}, {picture}")


def _ways(run: Finished, way: str, n: int | None, out: Path, seed: int, classes: list[int]) -> None:
    """n ways between images of the test part that the seed chooses, those of some classes where asked."""
    x, labels = run.data.test, labels_of(run.data, "test")
    if classes:
        x, labels = x[np.isin(labels, classes)], labels[np.isin(labels, classes)]
    n = n or max(1, min(STEPS, len(x) // 2))
    if len(x) < 2 * n:
        raise BadInput(
            f"{n} ways join {2 * n} images, and there are {len(x)} to choose from; give a smaller -n"
        )
    ends = Generator(seed).permutation(len(x))[: 2 * n]
    writable_file(out)
    between = interpolations(run.model, x[ends], labels[ends], STEPS, WAYS[way])
    title = f"ways between images of {run.data.name}, {way}" + (f": {_named(classes)}" if classes else "")
    sample_grid(between, run.data.image_shape, out, title, STEPS)
    print(f"{n} ways of {STEPS} images: {out}")


def _classes(run: Path, model: Module, asked: list[int] | None) -> list[int]:
    """The classes to draw, each once; none stands for what the model does by itself."""
    if not asked:
        return []
    if not getattr(model, "classes", 0):
        raise BadInput(f"{run} is told no classes, so it cannot draw one; --class is for a conditional model")
    if wrong := [k for k in asked if not 0 <= k < model.classes]:
        raise BadInput(f"--class {wrong[0]}: the classes of {run} are 0 … {model.classes - 1}")
    return list(dict.fromkeys(asked))


def _check_way(run: Path, config: dict, model: Module, way: str) -> None:
    """Raises BadInput for an unknown way, and where a model or its data know none."""
    if way not in WAYS:
        raise BadInput(f"--interpolate {way}: no way is named so; there are {', '.join(WAYS)}")
    if not isinstance(model, LatentModel):
        raise BadInput(f"{run} has no latent space that images are encoded in; --interpolate is for a VAE")
    if min(config["image_shape"]) == 1:
        raise BadInput(f"{run} draws no images, between which --interpolate could lead; leave it out")


def _named(classes: list[int]) -> str:
    return ("class " if len(classes) == 1 else "classes ") + ", ".join(map(str, classes))


def _given(**options) -> dict:
    return {name: value for name, value in options.items() if value is not None}


def _options(names: Iterable[str]) -> str:
    return " and ".join("--" + name.replace("_", "-") for name in names)
