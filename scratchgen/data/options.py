"""The choices that a person has where data of their own are loaded."""

from __future__ import annotations

from dataclasses import dataclass, fields
from typing import Any, Literal

from scratchgen.errors import BadInput, check_counts

Channels = Literal["as stored", "grey", "colour"]
CHANNELS = ("as stored", "grey", "colour")


@dataclass(frozen=True)
class LoadOptions:
    """How a person's own data are to be loaded; the defaults change nothing that need not be changed.

    size           of pictures: the shorter side is scaled to so many pixels, and the middle cut out; 0 keeps the size
    channels       "as stored", "grey" or "colour"
    background     the colour on which transparent pictures are laid: a name or #rrggbb
    image_shape    of arrays whose rows are flat: "height,width" or "height,width,channels"; "" finds it
    skip_bad       whether to go on without the files that cannot be read
    encoding       of texts
    """

    size: int = 0
    channels: Channels = "as stored"
    background: str = "white"
    image_shape: str = ""
    skip_bad: bool = False
    encoding: str = "utf-8"

    def __post_init__(self) -> None:
        check_counts(0, size=self.size)
        if self.channels not in CHANNELS:
            raise BadInput(f"channels are {', '.join(CHANNELS)}, not {self.channels!r}")
        self.shape  # noqa: B018  # raises for a text that is no shape

    @property
    def shape(self) -> tuple[int, ...] | None:
        """`image_shape` as numbers; None if it is to be found."""
        if not self.image_shape:
            return None
        parts = self.image_shape.replace("x", ",").replace("×", ",").split(",")
        if len(parts) not in (2, 3) or not all(part.strip().isdecimal() and int(part) for part in parts):
            raise BadInput(
                f"the shape of an image is height,width or height,width,channels, such as 32,32,3, not "
                f"{self.image_shape!r}"
            )
        return tuple(int(part) for part in parts)

    def changed(self) -> dict[str, Any]:
        """The options that differ from their defaults."""
        return {f.name: getattr(self, f.name) for f in fields(self) if getattr(self, f.name) != f.default}

    def refuse_but(self, what: str, *names: str) -> None:
        """Raise BadInput for an option that has no meaning for these data.

        what    the data in words
        """
        for name in self.changed():
            if name not in names:
                raise BadInput(f"--{name.replace('_', '-')} has no meaning for {what}; leave it out")


DEFAULT = LoadOptions()
