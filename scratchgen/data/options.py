"""The options for loading a user's own data, declared once."""

from __future__ import annotations

import codecs
import difflib
from dataclasses import dataclass, fields
from encodings.aliases import aliases
from typing import Any, Literal

from scratchgen.errors import BadInput, check_counts

Channels = Literal["as stored", "grey", "colour"]
CHANNELS = ("as stored", "grey", "colour")
ArrayKind = Literal["as found", "images", "table"]
ARRAY_KINDS = ("as found", "images", "table")
UTF8, BYTES = "utf-8", "bytes"  # encodings: the usual one; none, every byte by itself

OPTIONS_OF = {  # data of one's own in words ↦ the options that have a meaning for them
    "pictures": ("size", "channels", "background", "skip_bad"),
    "an array of images": ("channels", "background", "image_shape", "kind"),
    "texts": ("encoding", "skip_bad"),
    "pairs of texts": ("encoding", "skip_bad"),
    "tables": ("encoding", "skip_bad", "columns", "kind"),
    "recordings": ("skip_bad",),
    "a recording": (),
    "MIDI files": ("skip_bad",),
}


@dataclass(frozen=True)
class LoadOptions:
    """Options for loading the user's own data; the defaults change nothing that need not be changed.

    size           of pictures: the shorter side is scaled to this many pixels and the middle is cut out; 0 keeps it
    channels       "as stored", "grey" or "colour"
    background     the colour on which transparent pictures are laid: a name or #rrggbb
    image_shape    of arrays whose rows are flat: "height,width" or "height,width,channels"; "" finds it
    skip_bad       whether to continue without the files that cannot be read
    encoding       of texts: the name of a codec, "latin-1" for instance; "bytes" decodes nothing, for the tokenizer of
                   bytes
    columns        of tables, the kinds of columns: "age:count, income:positive", or the path of a TOML file
    kind           of rows of numbers in an array or a CSV file: "images" or "table"; "as found" tells by the numbers
    """

    size: int = 0
    channels: Channels = "as stored"
    background: str = "white"
    image_shape: str = ""
    skip_bad: bool = False
    encoding: str = UTF8
    columns: str = ""
    kind: ArrayKind = "as found"

    def __post_init__(self) -> None:
        check_counts(0, size=self.size)
        if self.channels not in CHANNELS:
            raise BadInput(f"channels are {', '.join(CHANNELS)}, not {self.channels!r}")
        if self.kind not in ARRAY_KINDS:
            raise BadInput(f"kinds of rows are {', '.join(ARRAY_KINDS)}, not {self.kind!r}")
        self.shape  # noqa: B018  # raises for a text that is no shape
        object.__setattr__(self, "encoding", known_encoding(self.encoding))

    @property
    def shape(self) -> tuple[int, ...] | None:
        """`image_shape` as numbers; None if it must be detected."""
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

    def check_for(self, what: str) -> None:
        """Raise BadInput for an option that has no meaning for these data.

        what    the data in words, as in `OPTIONS_OF`, or other words of data without options
        """
        for name in self.changed():
            if name not in OPTIONS_OF.get(what, ()):
                raise BadInput(f"--{name.replace('_', '-')} has no meaning for {what}; leave it out")

    def only_for(self, what: str) -> LoadOptions:
        """The options that have a meaning for these data; the others get their defaults.   what: as `check_for`"""
        return LoadOptions(
            **{name: v for name, v in self.changed().items() if name in OPTIONS_OF.get(what, ())}
        )


def known_encoding(name: str) -> str:
    """The name of an encoding of texts, in lower case.   Raises BadInput, which suggests one, for an unknown name."""
    name = name.strip().lower()
    if name == BYTES:
        return name
    try:
        found = codecs.lookup(name)
    except (LookupError, ValueError):  # a name with a zero byte is no name
        found = None
    if found is None or not found._is_text_encoding:  # base64 and others are no encodings of text
        spelt = ("latin-1", "utf-8", "utf-16", *(alias.replace("_", "-") for alias in aliases))
        known = [
            alias
            for alias in spelt
            if not alias.endswith(("codec", "64", "13", "uu", "bz2", "zip", "zlib", "hex"))
        ]
        close = difflib.get_close_matches(name, known, 1)
        hint = (
            f"did you mean {close[0]}?"
            if close
            else "utf-8, latin-1, cp1252, utf-16 and gb18030 are frequent"
        )
        raise BadInput(f"no encoding of texts is named {name!r}; {hint}")
    return found.name if found.name in (UTF8, "utf-16", "utf-32") else name


DEFAULT = LoadOptions()
