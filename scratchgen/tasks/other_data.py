"""Other data for a run: the load options of its training, where they have a meaning for these data."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import fields, replace
from typing import Any

from scratchgen.data.load import options_for
from scratchgen.data.options import Channels, LoadOptions
from scratchgen.tasks.rows import RowInfo

NAMES = tuple(field.name for field in fields(LoadOptions))


def settings_for(source: str, settings: Mapping[str, Any], info: Any = None) -> dict[str, Any]:
    """The settings of a run for other data: a load option that has no meaning for them gets its default.

    source    the name or path of the data
    settings  by name
    info      the run's `data_info`, where its model must read the data: pictures are then scaled to the model's size,
              pictures and arrays get its channels, and flat rows are what its own rows are
    """
    options = LoadOptions(**{name: settings[name] for name in NAMES if name in settings})
    if isinstance(info, RowInfo) and info.kind == "images":
        H, W, C = (*info.image_shape, 1)[:3]
        channels: Channels = "grey" if C == 1 else "colour"
        options = replace(options, size=H if H == W else options.size, channels=channels, kind="images")
    if isinstance(info, RowInfo) and info.kind == "table":
        options = replace(options, kind="table")
    found = options_for(source, options)
    return {name: getattr(found, name) if name in NAMES else value for name, value in settings.items()}
