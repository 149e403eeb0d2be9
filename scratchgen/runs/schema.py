"""Settings with a schema: each one is declared once, with its type, range, default, unit and help.

    class Settings(Schema):
        latent_dim: Annotated[int, Ge(1), Help("dimensions of the latent z")] = 20
        free_bits: Annotated[float, Ge(0), Help("rate that is not penalised", unit="nats per dimension")] = 0.0

That declaration gives the option of the command and its help, the checks of TOML files, of `--set` and of
`config.json`, and "did you mean". A message is one line: what is wrong, and what would be right.
"""

from __future__ import annotations

import difflib
import math
import operator
import typing
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any, Literal, TypeVar, get_args, get_origin

import msgspec
from msgspec import Meta

from scratchgen.errors import BadInput

TYPE_NAMES = {int: "a whole number", float: "a number", str: "a text", bool: "true or false"}
SYNONYMS = {"alpha": "learning_rate", "lr": "learning_rate"}  # the symbol of the papers; PyTorch's name
SPELLINGS = {"binarise": "binarize", "colour": "color"}  # British and American: both are accepted as options


class Schema(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """The base class of declared settings: immutable, with a default for every field."""


S = TypeVar("S", bound=Schema)


def Ge(least: float) -> Meta:
    """Range: at least this number."""
    return Meta(ge=least)


def Gt(bound: float) -> Meta:
    """Range: above this number."""
    return Meta(gt=bound)


def Le(most: float) -> Meta:
    """Range: at most this number."""
    return Meta(le=most)


def Lt(bound: float) -> Meta:
    """Range: below this number."""
    return Meta(lt=bound)


def Cap(most: int, why: str) -> Meta:
    """A largest whole number, and why: it keeps a slip of the keyboard from asking for all memory there is."""
    return Meta(extra={"cap": (most, why)})


WIDTH = Cap(2**16, "a square matrix of weights of that width takes 17 GB")
DEPTH = Cap(1000, "each adds its own weights, and a step computes one after another")
LARGEST_COUNT = (10**9, "no training would reach its end")  # of every other whole number
MOST_SEEDS = 1000  # of one result: the standard error of their mean is a thirtieth of the spread of the seeds


def Help(text: str, unit: str = "") -> Meta:
    """One sentence about a setting, without a full stop, and the unit of its number."""
    return Meta(description=text, extra={"unit": unit})


@dataclass(frozen=True)
class Field:
    """One declared setting.

    kind       int, float, str or bool
    choices    the texts that it may be; empty for any
    limits     of its number, by their names in the declaration: {"ge": 0, "lt": 1}
    cap        the largest whole number that makes sense, and why
    """

    name: str
    kind: type
    default: Any
    help: str
    unit: str
    choices: tuple[str, ...]
    limits: dict[str, float]
    cap: tuple[int, str] = LARGEST_COUNT

    @property
    def options(self) -> tuple[str, ...]:
        """Its options on the command line, `--latent-dim`, in every accepted spelling."""
        names = [self.name, *(self.name.replace(a, b) for a, b in SPELLINGS.items() if a in self.name)]
        return tuple(f"--{name.replace('_', '-')}" for name in names)

    def parse(self, text: str) -> Any:
        """A text from a command line as a value of its type, or as it is; `check` then refuses it."""
        if self.kind is bool:
            return {"true": True, "false": False}.get(text.lower(), text)
        try:
            return self.kind(text)
        except ValueError:
            return text

    def check(self, value: Any) -> Any:
        """The value in its type. Raises ValueError, whose message continues the setting's name."""
        if self.choices:
            if value not in self.choices:
                raise ValueError(f"is one of {', '.join(self.choices)}, not {value!r}")
            return value
        fits = isinstance(value, (int, float) if self.kind is float else self.kind)
        if not fits or isinstance(value, bool) is not (self.kind is bool):
            raise ValueError(f"is {TYPE_NAMES[self.kind]}, not {value!r}")
        if self.kind in (int, float):
            self._check_range(value)
        return self.kind(value)

    def _check_range(self, value: float) -> None:
        try:
            finite = math.isfinite(value)
        except OverflowError:  # a whole number that no float can hold
            finite = False
        if self.kind is float and not finite:
            raise ValueError(f"is {self.range}, not {value}")
        within = {"ge": operator.ge, "gt": operator.gt, "le": operator.le, "lt": operator.lt}
        if not all(within[name](value, limit) for name, limit in self.limits.items()):
            raise ValueError(f"is {self.range}, not {value}")
        most, why = self.cap
        if self.kind is int and value > most:
            raise ValueError(f"is at most {most:,}, not {value}: {why}")

    @property
    def range(self) -> str:
        """The range in words: "at least 0 and below 1"."""
        words = {"ge": "at least", "gt": "above", "le": "at most", "lt": "below"}
        said = [
            f"{words[name]} {limit if isinstance(limit, int) else f'{limit:g}'}"
            for name, limit in self.limits.items()
        ]
        if self.kind is float and not {"le", "lt"} & self.limits.keys():
            said.append("finite")
        return " and ".join(said)


_fields_of: dict[type[Schema], dict[str, Field]] = {}


def fields(schema: type[Schema]) -> dict[str, Field]:
    """The declared settings of a schema, by name."""
    if schema not in _fields_of:  # reading the annotations takes milliseconds
        hints = typing.get_type_hints(schema, include_extras=True)
        found = {f.name: _field(f.name, hints[f.name], _default(f)) for f in msgspec.structs.fields(schema)}
        _fields_of[schema] = found
    return dict(_fields_of[schema])


def _default(field: msgspec.structs.FieldInfo) -> Any:
    """The default of a field; of an empty list, msgspec keeps how it is made."""
    return field.default_factory() if field.default is msgspec.NODEFAULT else field.default


def _field(name: str, hint: Any, default: Any) -> Field:
    kind, metas = getattr(hint, "__origin__", hint), getattr(hint, "__metadata__", ())
    kind = hint if get_origin(hint) is Literal else kind
    choices = tuple(get_args(kind)) if get_origin(kind) is Literal else ()
    described = [meta for meta in metas if meta.description]
    limits = {
        key: getattr(meta, key)
        for meta in metas
        for key in ("ge", "gt", "le", "lt")
        if getattr(meta, key) is not None
    }
    text, unit = (described[0].description, described[0].extra["unit"]) if described else ("", "")
    caps = [meta.extra["cap"] for meta in metas if meta.extra and "cap" in meta.extra]
    cap = caps[0] if caps else LARGEST_COUNT
    return Field(name, str if choices else kind, default, text, unit, choices, limits, cap)


def check(schema: type[Schema], given: Mapping[str, Any], where: str) -> dict[str, Any]:
    """The given settings in their types, if all are declared and in range.

    where    names their place in a message: "--set", or a file
    Raises BadInput with one line that names the setting, what is wrong, and what would be right.
    """
    declared, found = fields(schema), {}
    for name, value in given.items():
        if name not in declared:
            raise BadInput(f"{where}: {unknown(name, declared)}")
        try:
            found[name] = declared[name].check(value)
        except ValueError as problem:
            raise BadInput(f"{where}: {name} {problem}") from None
    return found


def unknown(name: str, known: Iterable[str]) -> str:
    """The message for a name that is no setting, with the most similar one."""
    known = list(known)
    close = SYNONYMS.get(name) or difflib.get_close_matches(name, known, 1, cutoff=0)[0]
    return f"no setting is named {name!r}; did you mean {close}? There are {', '.join(known)}"


def as_dict(settings: Schema) -> dict[str, Any]:
    """The settings as a dictionary, for config.json."""
    return msgspec.structs.asdict(settings)


def replace(settings: S, **changed: Any) -> S:
    """A copy with some settings changed."""
    return msgspec.structs.replace(settings, **changed)
