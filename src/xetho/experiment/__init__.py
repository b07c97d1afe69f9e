"""Experiment: what-ifs over paired runs, and which assumption an answer hangs on."""

from xetho.experiment.closing import Closing, closings, headline, headline_side, verdict_words
from xetho.experiment.precision import Precision, read_wanted
from xetho.experiment.protecting import Protecting
from xetho.experiment.sensitivity import Influence, hangs_on, influence
from xetho.experiment.whatif import PairingError, WhatIf, whatif

__all__ = [
    "Closing",
    "Influence",
    "PairingError",
    "Precision",
    "Protecting",
    "WhatIf",
    "closings",
    "hangs_on",
    "headline",
    "headline_side",
    "influence",
    "read_wanted",
    "verdict_words",
    "whatif",
]
