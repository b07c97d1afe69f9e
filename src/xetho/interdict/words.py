"""Cuts and guards in sentences: what to cut or guard, when, what it does, and how sure that is."""

from __future__ import annotations

import math

from xetho.interdict.answer import Closed, CutPlan, Cuts, Guards
from xetho.plan.words import number, percent, span


def cuts_in_words(found: Cuts) -> list[str]:
    """The answer of `worst_cuts` in sentences; routes, goods and sides by their ids."""
    worst = "worst disruption" if found.neutral else "worst cuts"
    if not found.best.cuts:
        what = "disruption was" if found.neutral else "cuts were"
        first = f"No {what} found that would harm {found.side}: {_left(found.form, found.base)}."
    else:
        first = f"The {worst} for {found.side}: {_list(found.best.cuts, found.form)}."
    lines = [first]
    if found.best.cuts:
        change = _change(found.form, found.base, found.best)
        lines.append(f"{change[0].upper()}{change[1:]}.")
    lines += [
        f"Nearly as bad: {_list(one.cuts, found.form)} ({_left(found.form, one.value)})." for one in found.others
    ]
    if found.others and not found.complete:
        lines.append("There may be more plans nearly as bad.")
    lines.append(_proof(found))
    return lines


def guards_in_words(found: Guards) -> list[str]:
    """The answer of `best_guards` in sentences; routes, goods and sides by their ids."""
    worst = "worst disruption" if found.neutral else "worst cuts"
    if not found.unguarded.cuts:
        what = "disruption was" if found.neutral else "cuts were"
        lines = [f"Even unprotected, no {what} found that would harm {found.side}: {_left(found.form, found.base)}."]
    else:
        lines = [
            f"Unprotected, the {worst} would be {_list(found.unguarded.cuts, found.form)}: "
            f"{_change(found.form, found.base, found.unguarded)}."
        ]
    if not found.guards and found.unguarded.cuts:
        lines.append(f"No choice of so many guards makes the {worst} less.")
    elif found.guards:
        lines.append(f"Guard {_and([one.route for one in found.guards])}.")
        for guard, worth in zip(found.guards, found.worth, strict=True):
            if math.isnan(worth):
                lines.append(f"What the guard of {guard.route} is worth was not found in time.")
            else:
                more = _amount(found.form, worth)
                lines.append(f"Without the guard of {guard.route} the {worst} would do {more} more.")
        if found.attack.cuts:
            lines.append(
                f"Then the {worst} would be {_list(found.attack.cuts, found.form)}: "
                f"{_change(found.form, found.base, found.attack)}."
            )
        else:
            lines.append("Then no cuts found do any harm.")
    if found.proven:
        lines.append("Proof: no other guards leave less to lose.")
    elif found.form == "campaign":
        lines.append(
            f"Proof: no cuts against these guards leave more than {_left(found.form, found.most)}. "
            f"Not proven: other guards might save up to {_of_need(found.gap)}."
        )
    else:
        lines.append(f"Not proven: other guards might still save up to {percent(found.gap)} of what those cuts do.")
    return lines


def _proof(found: Cuts) -> str:
    what = "disruption" if found.neutral else "cuts"
    if found.proven:
        return f"Proof: no {what} within the budget do more."
    if math.isinf(found.bound):
        return f"Not proven: nothing is known of how much more other {what} could do."
    left = _left(found.form, found.bound)
    if found.form == "campaign":
        verb = "leaves" if found.neutral else "leave"
        return f"Proof: no {what} within the budget {verb} more than {left}, a gap of {_of_need(found.gap)}."
    return f"Not proven: other {what} might leave {left}, a gap of {percent(found.gap)}."


def _of_need(share: float) -> str:
    return f"{percent(share)} of all that is wanted"


def _list(cuts: tuple[Closed, ...], form: str) -> str:
    if not cuts:
        return "none"
    if form != "campaign":
        return _and([one.route for one in cuts])
    return _and([f"{one.route} {span(one.first, one.until)}" for one in cuts])


def _and(parts: list[str]) -> str:
    return parts[0] if len(parts) == 1 else f"{', '.join(parts[:-1])} and {parts[-1]}"


def _left(form: str, value: float) -> str:
    if form == "flow":
        return f"{number(value)} t a day can get through"
    if form == "path":
        return "no way is left" if math.isinf(value) else f"the quickest way takes {number(value)} days"
    return f"{number(value)} t short by priority"


def _amount(form: str, amount: float) -> str:
    if math.isinf(amount):
        return "without limit"
    unit = {"flow": "t a day", "path": "days"}.get(form, "t by priority")
    return f"{number(amount)} {unit} of harm"


def _change(form: str, base: float, plan: CutPlan) -> str:
    if form == "flow":
        return f"{number(plan.value)} t a day can still get through instead of {number(base)}"
    if form == "path":
        if math.isinf(plan.value):
            return f"no way is left; it took {number(base)} days"
        return f"the quickest way takes {number(plan.value)} days instead of {number(base)}"
    goods = [f"{number(t)} t of {good}" for good, t in list(plan.short_t.items())[:3]]
    missing = f", with {_and(goods)} short in all" if goods else ""
    return f"even with the best plan against them {number(plan.effect)} t more are short by priority{missing}"
