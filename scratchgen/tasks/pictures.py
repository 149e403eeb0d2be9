"""The files that samples of rows are written to: a figure, an array, single pictures, or an animation.

FILE.png    a grid with a title
FILE.npy    the array as the model made it: (N, H, W) of images, (N, D) of frames and points
FOLDER      000.png, 001.png, …: each image in its own pixels, as light or dark as the data are
FILE.gif    an animation of interpolations
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from scratchgen.errors import BadInput
from scratchgen.files import replacing
from scratchgen.runs.files import writable_directory, writable_file, write_array

if TYPE_CHECKING:
    from scratchgen.tasks.rows import RowInfo

SIDE = 128  # pixels of the shorter side of an image in an animation, at least
GAP = 2  # pixels of the data between two images of an animation
MILLISECONDS = 60  # per step of an animation


def sample_output(out: Path | None, info: RowInfo, interpolates: bool = False) -> Path:
    """The path of a file or folder to write samples of rows to. Nothing is written, but for the folders above it.

    Raises BadInput for another ending, for a folder that is not empty, and for a format that these rows do not have.
    """
    what = "images are" if info.kind == "images" else f"{info.kind} are"
    forms = "--out FILE.png, FILE.npy" + (" or a folder for single pictures" if info.kind == "images" else "")
    if out is None or out.suffix not in (".png", ".npy", ".gif", ""):
        raise BadInput(
            f"{what} written as a picture or an array: give {forms}" + (f", not {out}" if out else "")
        )
    if out.suffix == ".gif" and not interpolates:
        raise BadInput(f"a GIF shows interpolations, --interpolate straight; {what} written as {forms}")
    if out.suffix:
        return writable_file(out)
    if info.kind != "images":
        raise BadInput(f"{info.kind} have no pixels to be written one by one; give {forms}")
    if out.is_file():
        raise BadInput(f"{out} is a file; name a folder for single pictures, or {forms}")
    if out.is_dir() and any(out.iterdir()):
        raise BadInput(f"the folder {out} is not empty; name a new one for single pictures, or {forms}")
    writable_directory(out.parent)
    return out


def pictures_of(x: np.ndarray, image_shape: Sequence[int]) -> np.ndarray:
    """Rows (N, D) as pictures (N, H, W), or (N, H, W, C) where they have several channels."""
    pictures = x.reshape(len(x), *image_shape)
    return pictures[..., 0] if pictures.ndim == 4 and pictures.shape[-1] == 1 else pictures


def as_bytes(pictures: np.ndarray) -> np.ndarray:
    """Pixels in [0, 1] as whole numbers from 0 (black) to 255 (white); values outside are clipped."""
    return np.rint(255 * np.clip(pictures, 0, 1)).astype(np.uint8)


def write_samples(x: np.ndarray, info: RowInfo, out: Path) -> str:
    """Write rows (N, D) as an array or as single pictures; returns where they are."""
    if out.suffix == ".npy":
        array = pictures_of(x, info.image_shape) if info.kind == "images" else x
        write_array(out, array)
        return f"{out}, {array.dtype} of shape {array.shape}"
    names = [f"{i:0{_digits(len(x))}}" for i in range(len(x))]
    write_single(pictures_of(x, info.image_shape), names, out)
    return f"{out}, {names[0]}.png to {names[-1]}.png"


def write_interpolations(x: np.ndarray, info: RowInfo, out: Path) -> str:
    """Write interpolations (n, steps, D) as an array (n, steps, H, W), single pictures, or an animation."""
    n, steps, D = x.shape
    pictures = pictures_of(x.reshape(n * steps, D), info.image_shape)
    pictures = pictures.reshape(n, steps, *pictures.shape[1:])
    if out.suffix == ".npy":
        write_array(out, pictures)
        return f"{out}, {pictures.dtype} of shape {pictures.shape}"
    if out.suffix == ".gif":
        write_animation(pictures, out)
        return str(out)
    names = [f"{i:0{_digits(n)}}-{t:0{_digits(steps)}}" for i in range(n) for t in range(steps)]
    write_single(pictures.reshape(n * steps, *pictures.shape[2:]), names, out)
    return f"{out}, {names[0]}.png to {names[-1]}.png"


def write_single(pictures: np.ndarray, names: Sequence[str], folder: Path) -> None:
    """Write each picture (H, W) or (H, W, 3) as a PNG of exactly its pixels."""
    from PIL import Image

    writable_directory(folder)
    for pixels, name in zip(as_bytes(pictures), names, strict=True):
        with replacing(folder / f"{name}.png") as temporary:
            Image.fromarray(pixels).save(temporary)


def write_animation(pictures: np.ndarray, path: Path) -> None:
    """Write interpolations (n, steps, H, W) or (n, steps, H, W, 3) next to each other as a GIF, there and back."""
    from PIL import Image

    frames = [Image.fromarray(frame) for frame in _frames(as_bytes(pictures))]
    with replacing(path) as temporary:
        frames[0].save(
            temporary, save_all=True, append_images=frames[1:], duration=MILLISECONDS, loop=0, optimize=False
        )


def _frames(pixels: np.ndarray) -> Iterator[np.ndarray]:
    """The frames of an animation: all interpolations at one step, side by side, in whole multiples of a pixel."""
    H, W = pixels.shape[2:4]
    times = -(-SIDE // min(H, W))
    gaps = [(0, 0), (0, 0), (0, 0), (0, GAP), *[(0, 0)] * (pixels.ndim - 4)]
    apart = np.pad(pixels, gaps)
    there = range(pixels.shape[1])
    for t in [*there, *reversed(there[1:-1])]:
        frame = np.concatenate(list(apart[:, t]), axis=1)[:, :-GAP]
        yield frame.repeat(times, axis=0).repeat(times, axis=1)


def _digits(n: int) -> int:
    return max(3, len(str(n - 1)))
