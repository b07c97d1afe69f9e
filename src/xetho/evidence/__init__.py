"""Evidence: simulated bands beside sourced claims."""

from xetho.evidence.claims import Claim, ClaimError, as_date, read_claims
from xetho.evidence.compare import crps, score, validate, verdict
from xetho.evidence.metrics import MetricError, describe, evaluate, metric_kind, metric_unit
from xetho.evidence.naming import Names

__all__ = [
    "Claim",
    "ClaimError",
    "MetricError",
    "Names",
    "as_date",
    "crps",
    "describe",
    "evaluate",
    "metric_kind",
    "metric_unit",
    "read_claims",
    "score",
    "validate",
    "verdict",
]
