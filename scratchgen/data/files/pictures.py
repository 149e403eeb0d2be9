"""Reader of one picture: PNG, JPEG, WebP, GIF, BMP, TIFF, AVIF and what else Pillow reads."""

from __future__ import annotations

import warnings
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from scratchgen.data.files.folders import BadFile
from scratchgen.data.options import LoadOptions
from scratchgen.errors import BadInput, NotInstalled

if TYPE_CHECKING:
    from PIL.Image import Image

DEEP = ("I;16", "I;16B", "I;16L", "I")  # Pillow's modes of grey pixels with more than 8 bits
PNG_BIT_DEPTH = 24  # the byte of a PNG that holds the bits of a number
TURNED = 0x0112  # the tag of EXIF that says how a camera was held


@dataclass
class Picture:
    """One picture: its numbers (H, W, C), uint8 or uint16, with C of 1 or 3, and what was done to it."""

    values: np.ndarray
    changes: list[str] = field(default_factory=list)

    @property
    def is_grey(self) -> bool:
        """Whether all pixels are grey."""
        x = self.values
        return x.shape[2] == 1 or bool((x == x[:, :, :1]).all())


def read_picture(path: Path, options: LoadOptions) -> Picture:
    """Read a picture upright, laid over a background where it is transparent, and scaled if it is asked for.

    16 bits of grey are kept. Of several frames the first is taken.   Raises BadFile for a damaged file.
    """
    Image = pillow()
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # of a damaged tag; what Pillow cannot read is an error
            with Image.open(path) as stored:
                return _upright(stored, path, options)
    except (MemoryError, BadInput):
        raise
    except Exception as error:  # for a damaged file, Pillow raises many kinds of errors
        reason = " ".join(str(error).split()).replace(f" {str(path)!r}", "") or type(error).__name__
        raise BadFile(reason) from None


def pillow():  # type: ignore[no-untyped-def]  # a module
    """The module PIL.Image. Raises NotInstalled."""
    try:
        from PIL import Image
    except ImportError:
        raise NotInstalled("reading pictures needs Pillow, which is not installed; `pip install pillow`") from None
    return Image


def _upright(stored: Image, path: Path, options: LoadOptions) -> Picture:
    from PIL import ImageOps

    changes = []
    if getattr(stored, "n_frames", 1) > 1:
        changes.append("with several frames, of which the first is taken")
    if stored.getexif().get(TURNED, 1) not in (0, 1):
        changes.append("turned upright, as the camera noted")
    image: Image = ImageOps.exif_transpose(stored)
    if image.mode == "CMYK":
        changes.append("converted from the colours of print (CMYK)")
    if _has_deep_colours(stored, path):
        changes.append("of 16 bits a colour read with 8")
    image = _opaque(image, options.background, changes)
    if options.size and image.size != (options.size, options.size):
        changes.append(f"scaled to {options.size} × {options.size}, the middle of the longer side")
        image = _scaled(image, options.size)
    return Picture(_values(image), changes)


def _has_deep_colours(stored: Image, path: Path) -> bool:
    """Whether a PNG has 16 bits for each colour, which Pillow reads with 8."""
    if stored.format != "PNG" or stored.mode not in ("RGB", "RGBA", "LA"):
        return False
    with open(path, "rb") as file:
        return file.read(PNG_BIT_DEPTH + 1)[PNG_BIT_DEPTH] == 16


def _opaque(image: Image, background: str, changes: list[str]) -> Image:
    """The picture in mode L, RGB, I or F, without transparency."""
    Image = pillow()
    if image.mode in DEEP or image.mode == "F":
        return image
    if image.has_transparency_data:
        layers = image.convert("RGBA")
        if layers.getchannel("A").getextrema()[0] < 255:
            changes.append(f"transparent, laid on {background}")
        paper = Image.new("RGBA", image.size, colour_of(background))
        return Image.alpha_composite(paper, layers).convert("RGB")
    return image.convert("L" if image.mode in ("1", "L") else "RGB")


def colour_of(name: str) -> tuple[int, int, int]:
    """The colour of a name or of #rrggbb as (red, green, blue). Raises BadInput for any other text."""
    pillow()
    from PIL import ImageColor

    try:
        red, green, blue = ImageColor.getrgb(name)[:3]
    except ValueError:
        raise BadInput(f"{name!r} is no colour; give a name such as white, or #rrggbb") from None
    return red, green, blue


def _scaled(image: Image, size: int) -> Image:
    """The shorter side scaled to `size` pixels, without stripes and steps, and the middle cut out."""
    from PIL import Image, ImageOps

    if image.mode in DEEP:
        image = image.convert("I").convert("F")  # Pillow scales numbers of 16 bits as floats
    return ImageOps.fit(image, (size, size), method=Image.Resampling.BICUBIC)


def _values(image: Image) -> np.ndarray:
    """The numbers (H, W, C): uint8, or uint16 of a picture with 16 bits."""
    x = np.asarray(image)
    if x.dtype not in (np.uint8, np.uint16):
        low, high = float(x.min(initial=0)), float(x.max(initial=0))
        if not (0 <= low and high < 2**16):
            raise BadFile(f"its values are {low:.6g} … {high:.6g}; pictures have 8 or 16 bits")
        x = np.rint(x).astype(np.uint16)
    return x[:, :, None] if x.ndim == 2 else x
