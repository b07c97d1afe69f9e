"""What is wrong with a store of runs or a question put to it; and the packages that stores need."""

from __future__ import annotations

import importlib
from typing import Any

# A leaf without imports of its own: the command line tells these errors like any other mistake in a request.
from xetho.pages import CampaignError


class StoreError(CampaignError):
    """A store cannot be written, read or asked as wanted; one clear message for each thing wrong in `problems`."""


def needed(module: str, what: str) -> Any:
    """The module, imported now: `xetho` without its extra `store` is lighter. Raises StoreError when missing."""
    try:
        return importlib.import_module(module)
    except ImportError:
        package = module.partition(".")[0]
        raise StoreError(f"{what} needs {package}: pip install 'xetho[store]'") from None
