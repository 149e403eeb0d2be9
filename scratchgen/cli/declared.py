"""Commands whose options are declared elsewhere, in settings with a schema."""

from __future__ import annotations

import inspect
from collections.abc import Callable, Iterable
from typing import Any

from scratchgen.runs.schema import Field


def with_parameters(function: Callable[..., None], parameters: Iterable[tuple[str, Any, Any]]) -> Any:
    """The function with a signature that typer reads: the name, the annotation and the default of each parameter.

    A parameter without a default has `inspect.Parameter.empty`.
    """
    positional = inspect.Parameter.POSITIONAL_OR_KEYWORD
    found = [
        inspect.Parameter(name, positional, annotation=annotation, default=default)
        for name, annotation, default in parameters
    ]
    function.__signature__ = inspect.Signature(found)  # type: ignore[attr-defined]  # typer reads it
    function.__annotations__ = {parameter.name: parameter.annotation for parameter in found}
    return function


def sentence(field: Field) -> str:
    """The help of a declared option as a sentence."""
    return f"{field.help[0].upper()}{field.help[1:]}."
