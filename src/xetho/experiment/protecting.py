"""What to protect: best guards and worst cuts, and what campaigns played under them show."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from xetho.experiment.whatif import WhatIf

if TYPE_CHECKING:
    from xetho.interdict import Guards


@dataclass(frozen=True)
class Protecting:
    """Best guards of a side and the paired campaigns that tell what they are worth.

    Attributes:
        guards: the guards, the worst cuts without them (`unguarded`) and with them (`attack`).
        lines: the same in sentences, with places named.
        cut: the base against campaigns under the worst cuts; None when no cuts do harm.
        guarded: the base against campaigns with the guards, under the worst cuts that are then left; None when no
            guards help.
        saved: campaigns under the worst cuts against those with the guards; None when either is missing.
        without: for each guard what it alone is worth: campaigns with all guards (those of `guarded`) against campaigns
            with all but this one, under the worst cuts then left (`guards.replies`); the outcome's difference is
            negative where the guard makes the outcome likelier. None where those cuts were not found in time.
    """

    guards: Guards
    lines: tuple[str, ...]
    cut: WhatIf | None
    guarded: WhatIf | None
    saved: WhatIf | None
    without: tuple[WhatIf | None, ...]
