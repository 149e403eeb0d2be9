"""Modules of the tests: planted faults and their signs."""

from __future__ import annotations

import sys
from importlib import import_module
from typing import Any

from library import ROOT


def from_tests(name: str) -> Any:
    """A module of the folder of the tests, such as mutants.faults."""
    sys.path.insert(0, str(ROOT / "tests"))
    try:
        return import_module(name)
    finally:
        sys.path.pop(0)
