"""Reader of one picture: PNG, JPEG, WebP, GIF, BMP, TIFF, AVIF and other formats that Pillow reads."""

from __future__ import annotations

import warnings
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from scratchgen.data.files.folders import BadFile
from scratchgen.data.options import LoadOptions
from scratchgen.errors import BadInput, NotInstalled, printable

if TYPE_CHECKING:
    from PIL.Image import Image

DEEP = ("I;16", "I;16B", "I;16L", "I")  # Pillow's modes of grey pixels with more than 8 bits
DEEP_COLOURS = ";16"  # in Pillow's mode of the numbers in a file, where a colour has 16 bits
COLOURS, WHITE_IS_ZERO = 0x0106, 0  # a tag of TIFF that says what numbers mean
TURNED = 0x0112  # the tag of EXIF that says how a camera was held


@dataclass
class Picture:
    """One picture: its numbers (H, W, C), with C of 1 or 3, and the changes that were made to it.

    values    uint8, uint16 of a picture of 16 bits, or float32 in [0, 1]
    """

    values: np.ndarray
    changes: list[str] = field(default_factory=list)

    @property
    def is_grey(self) -> bool:
        """Whether all pixels are grey."""
        x = self.values
        return x.shape[2] == 1 or bool((x == x[:, :, :1]).all())


def full_of(dtype: np.dtype) -> int:
    """The value of a white pixel: 255 or 65535, and 1 among floats."""
    return {"uint8": 255, "uint16": 65535}.get(dtype.name, 1)


def read_picture(path: Path, options: LoadOptions) -> Picture:
    """Read a picture upright, composited over a background where it is transparent, and scaled on request.

    16 bits of grey are kept, and floats in [0, 1]. Of several frames the first is taken.
    Raises BadFile for a damaged file, and for numbers of another range.
    """
    Image = pillow()
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # of a damaged tag; what Pillow cannot read is an error
            with Image.open(path) as stored:
                return _upright(stored, options)
    except (MemoryError, BadInput, BadFile):
        raise
    except Exception as error:  # for a damaged file, Pillow raises many kinds of errors
        said = (error.strerror if isinstance(error, OSError) else None) or str(error)
        reason = " ".join(said.split()).replace(f" {str(path)!r}", "") or type(error).__name__
        raise BadFile(printable(reason)) from None


def pillow():  # type: ignore[no-untyped-def]  # a module
    """The module PIL.Image. Raises NotInstalled."""
    try:
        from PIL import Image
    except ImportError:
        raise NotInstalled(
            "reading pictures needs Pillow, which is not installed; `pip install pillow`"
        ) from None
    return Image


def _upright(stored: Image, options: LoadOptions) -> Picture:
    from PIL import Image, ImageOps

    changes = []
    if _has_deep_colours(stored):
        changes.append("of 16 bits per colour, read with 8")
    if getattr(stored, "n_frames", 1) > 1:
        changes.append("with several frames, of which the first is taken")
    if stored.getexif().get(TURNED, 1) not in (0, 1):
        changes.append("turned upright, as the camera noted")
    image = ImageOps.exif_transpose(stored)
    if image.mode == "CMYK":
        changes.append("converted from the colours of print (CMYK)")
    image = _opaque(image, options.background, changes)
    x = _values(image)
    if x.dtype == np.uint16 and getattr(stored, "tag_v2", {}).get(COLOURS) == WHITE_IS_ZERO:
        x = 65535 - x  # Pillow does so with 8 bits alone
    if x.dtype == np.uint16 and isinstance(level := image.info.get("transparency"), int):
        changes.append(f"transparent, laid on {options.background}")
        grey = np.asarray(Image.new("RGB", (1, 1), colour_of(options.background)).convert("L")).item()
        x = np.where(x == level, np.uint16(257 * grey), x)
    if options.size and image.size != (options.size, options.size):
        changes.append(f"scaled to {options.size} × {options.size}, the middle of the longer side")
        x = _scaled(x, options.size)
    return Picture(x, changes)


def _has_deep_colours(stored: Image) -> bool:
    """Whether a picture in colour has 16 bits for each, which Pillow reads with 8."""
    if stored.mode in (*DEEP, "F"):
        return False
    tiles: Any = getattr(stored, "tile", ())
    if stored.format == "PPM":  # its mode comes with the largest value
        return any(args[-1] > 255 for *_, args in tiles if isinstance(args, tuple))
    return DEEP_COLOURS in str(tiles)


def _opaque(image: Image, background: str, changes: list[str]) -> Image:
    """The picture in mode L, RGB, I or F, without transparency."""
    Image = pillow()
    if image.mode in DEEP or image.mode == "F":
        return image
    is_grey = image.mode in ("1", "L", "LA", "La")
    if image.has_transparency_data:
        layers = image.convert("RGBA")
        if np.asarray(layers)[..., 3].min() < 255:
            changes.append(f"transparent, laid on {background}")
        paper = colour_of(background)
        is_grey = is_grey and len(set(paper)) == 1
        image = Image.alpha_composite(Image.new("RGBA", image.size, paper), layers)
    return image.convert("L" if is_grey else "RGB")


def colour_of(name: str) -> tuple[int, int, int]:
    """The colour of a name or of #rrggbb as (red, green, blue). Raises BadInput for any other text."""
    pillow()
    from PIL import ImageColor

    try:
        red, green, blue = ImageColor.getrgb(name)[:3]
    except ValueError:
        raise BadInput(f"{name!r} is no colour; give a name such as white, or #rrggbb") from None
    return red, green, blue


def _values(image: Image) -> np.ndarray:
    """The numbers (H, W, C): uint8, uint16 of a picture with 16 bits, or float32. Raises BadFile for another range."""
    x = np.asarray(image)
    if x.dtype not in (np.uint8, np.uint16):
        low, high = float(x.min(initial=0)), float(x.max(initial=0))
        if not (low >= 0 and high <= (1 if image.mode == "F" else 65535)):
            raise BadFile(
                f"its values are {low:.6g} … {high:.6g}; whole numbers have 8 or 16 bits, floats are 0 … 1"
            )
        x = x.astype(np.float32 if image.mode == "F" else np.uint16)
    return x[:, :, None] if x.ndim == 2 else x


def _scaled(x: np.ndarray, size: int) -> np.ndarray:
    """The shorter side scaled to `size` pixels, without stripes and steps, and the middle cut out."""
    from PIL import Image, ImageOps

    fitted = lambda image: np.asarray(ImageOps.fit(image, (size, size), method=Image.Resampling.BICUBIC))
    if x.dtype == np.uint8:
        y = fitted(Image.fromarray(x if x.shape[2] == 3 else x[:, :, 0]))
    else:  # Pillow scales numbers of more than 8 bits as floats, beyond the largest next to an edge
        full = 65535 if x.dtype == np.uint16 else 1
        y = np.clip(fitted(Image.fromarray(x[:, :, 0].astype(np.float32))), 0, full)
        y = np.rint(y).astype(np.uint16) if x.dtype == np.uint16 else y
    return y[:, :, None] if y.ndim == 2 else y
