"""config.json of a run: which task it is, with which settings, on which data, and how to build its model."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Annotated, Any

import msgspec
from msgspec import Meta

from scratchgen.errors import BadInput, described
from scratchgen.runs.files import decode_json, read_bytes
from scratchgen.runs.provenance import collect_provenance

FORMAT = 2  # of config.json; files of another format are refused
LARGEST_CONFIG = 2**24  # bytes
REQUIRED = (
    "task",
    "settings",
    "backend",
)  # in every file; their defaults are for configurations made in Python
OWN_TASK = "own"  # a run of a user's own model and loop


class RunConfig(msgspec.Struct, kw_only=True, frozen=True):
    """The content of config.json.

    task          the name of the task (`scratchgen.tasks`), or "own" for a user's own loop
    data, source  the name of the data, and what to load them from: a name of the catalogue or a path
    data_sha256   fingerprint of all three parts
    loading       what loading a user's own data found and changed (`data.report.LoadingReport`)
    seed          of all noise
    model         the class and the arguments of the model, as `nn.saving.describe` gives them
    settings      the task's settings, each declared in its file
    data_info     what building the model, sampling and pictures need to know of the data
    family, monitored, example    of the task: its command, the logged numbers that say how a training goes, and
                  options of a first `scratchgen sample`
    former_settings    the settings before each time that the run was trained further; absent if it never was
    init_from     the run whose weights this one was begun with; absent if there is none
    reproduction  the name of the published result that the run belongs to, if it does
    command, backend, versions, git    where the run comes from
    """

    format: int = FORMAT
    task: str = OWN_TASK
    data: str = ""
    source: str | None = None
    data_sha256: str | None = None
    loading: dict[str, Any] = {}
    seed: Annotated[int, Meta(ge=0)] = 0
    model: dict[str, Any] = {}
    settings: dict[str, Any] = {}
    data_info: dict[str, Any] = {}
    family: str = ""
    monitored: list[str] = []
    example: str = ""
    former_settings: list[dict[str, Any]] | msgspec.UnsetType = msgspec.UNSET
    init_from: str | msgspec.UnsetType = msgspec.UNSET
    reproduction: str | None = None
    command: str | None = None
    backend: str = "auto"
    versions: dict[str, str] = {}
    git: dict[str, Any] | None = None

    def further(self, settings: dict[str, Any]) -> RunConfig:
        """The configuration of the same run, trained further with other settings."""
        return msgspec.structs.replace(
            self, settings=settings, former_settings=[*(self.former_settings or []), self.settings]
        )

    def former(self) -> Iterator[RunConfig]:
        """The configurations before each time that the run was trained further, the newest first."""
        former = self.former_settings or []
        for i in reversed(range(len(former))):
            yield msgspec.structs.replace(
                self, settings=former[i], former_settings=former[:i] or msgspec.UNSET
            )


def as_config(config: RunConfig | dict[str, Any]) -> RunConfig:
    """The configuration of a run; a plain dictionary holds the settings of a user's own run.

    Raises BadInput for anything else, and for settings that JSON cannot hold.
    """
    if not isinstance(config, RunConfig | dict):
        raise BadInput(f"the configuration of a run is a dictionary of its settings, not {described(config)}")
    try:
        settings = msgspec.to_builtins(config)
        json.dumps(settings, allow_nan=False, ensure_ascii=False).encode()
        if isinstance(config, RunConfig):
            msgspec.convert(settings, RunConfig)  # the types of all fields
    except UnicodeEncodeError as error:
        raise BadInput(
            f"{error.object[error.start : error.end]!r} in the name of a file, of a folder or of a class is not valid "
            "UTF-8, and config.json cannot hold it; rename it"
        ) from None
    except (msgspec.MsgspecError, TypeError, ValueError, RecursionError) as error:
        raise BadInput(
            f"the configuration of a run holds JSON values: finite numbers, texts, lists, dictionaries ({error})"
        ) from None
    return config if isinstance(config, RunConfig) else RunConfig(settings=settings, **collect_provenance())


def read_config(directory: Path) -> RunConfig:
    """The configuration of a run. Raises BadInput that names the file and the fault."""
    path = directory / "config.json"
    if not directory.is_dir():
        raise BadInput(f"{directory} is not a run directory; name one that `scratchgen train` has made")
    if not path.is_file():
        raise BadInput(f"{directory} has no config.json, so it is no run; name a directory made by `train`")
    try:
        content = decode_json(read_bytes(path, LARGEST_CONFIG))
    except ValueError as error:
        raise BadInput(f"{path} cannot be read or is damaged ({error}); train again") from None
    found = content.get("format", 1) if isinstance(content, dict) else None
    if found != FORMAT:
        raise BadInput(
            f"{path} has format {found}, and this version reads format {FORMAT}; train again, or use the "
            "version that made it"
        )
    if missing := [name for name in REQUIRED if name not in content]:
        raise BadInput(f"{path} is damaged (it has no {missing[0]}); train again")
    try:
        return msgspec.convert(content, RunConfig)
    except msgspec.ValidationError as error:
        raise BadInput(f"{path} is damaged ({error}); train again") from None
