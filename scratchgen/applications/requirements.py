"""Optional packages that an application needs: their absence is reported before the training."""

from __future__ import annotations

from importlib.util import find_spec

from scratchgen.errors import NotInstalled


def require(extra: str, *modules: str) -> None:
    """Raise NotInstalled if one of these modules, which an extra of this package installs, is absent."""
    if absent := [module for module in modules if find_spec(module) is None]:
        raise NotInstalled(
            f"this application needs {' and '.join(absent)}, which is not installed; "
            f'`pip install "scratchgen-numpy[{extra}]"`'
        )
