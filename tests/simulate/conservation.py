"""What must balance at the end of every campaign: goods, carriers and men, from the engine's end states."""

from __future__ import annotations

import numpy as np

from xetho.simulate import Record
from xetho.simulate import layout as at_

F = np.ndarray


def by_good(record: Record, block: int) -> F:
    """A block of side x good rows summed over sides: goods x runs."""
    goods = len(record.network.good_ids)
    return record.kept[block].astype(np.float64).reshape(-1, goods, record.runs).sum(axis=0)


def by_lot_good(record: Record, block: int) -> F:
    """A block of lot rows summed over lots: goods x runs."""
    out = np.zeros((len(record.network.good_ids), record.runs))
    np.add.at(out, record.network.lot_good, record.kept[block].astype(np.float64))
    return out


def by_cell_good(record: Record, block: int) -> F:
    """A block of cells (place and lot) summed over places: goods x runs."""
    out = np.zeros((len(record.network.good_ids), record.runs))
    good = record.network.lot_good[[lot for _, lot in record.program.cells]]
    np.add.at(out, good, record.kept[block].astype(np.float64))
    return out


def gone_from_balance(record: Record) -> F:
    """Supplied less all that still lies, travels, was used up or destroyed: what left with a fallen camp's stocks."""
    left = by_cell_good(record, at_.S_STOCK) + by_cell_good(record, at_.S_RING)
    used = by_good(record, at_.A_EATEN) + by_good(record, at_.A_FIRED) + by_good(record, at_.A_BURNT)
    return by_lot_good(record, at_.A_SUPPLIED) - left - used - by_good(record, at_.A_LOST)


def check_goods(record: Record) -> None:
    """Mass balance of every good over both sides, to 1e-4 of what was supplied.

    `taken` holds two things. Loads that fell outside a perimeter and were brought in by the other side went into its
    stock and are still in the balance; stocks found in a fallen camp have left it.
    """
    supplied = by_lot_good(record, at_.A_SUPPLIED)
    tolerance = 1e-4 * np.maximum(supplied, 0.01)
    gone = gone_from_balance(record)
    taken = by_good(record, at_.A_TAKEN)
    fallen = (record.kept[at_.S_CAMP_FELL] >= 0).any(axis=0)
    assert (np.abs(gone) <= tolerance)[:, ~fallen].all(), "goods vanish or appear while every camp stands"
    assert (gone >= -tolerance).all() and (gone <= taken + tolerance).all()
    # used by origin is the same use
    used = by_good(record, at_.A_EATEN) + by_good(record, at_.A_FIRED) + by_good(record, at_.A_BURNT)
    assert (np.abs(by_lot_good(record, at_.A_USED_LOT) - used) <= tolerance).all()


def check_air(record: Record) -> None:
    """What was sent by air was gathered, lost or brought in by the other side (for sides that use nothing but air)."""
    net = record.network
    goods = len(net.good_ids)
    sent, got = (record.kept[k].astype(np.float64) for k in (at_.A_AIR_SENT, at_.A_AIR_GOT))
    lost = record.kept[at_.A_LOST].astype(np.float64).reshape(-1, goods, record.runs).sum(axis=1)
    taken = record.kept[at_.A_TAKEN].astype(np.float64).reshape(-1, goods, record.runs).sum(axis=1)
    assert (got <= sent * (1 + 1e-4) + 1e-4).all()
    for side in range(len(net.side_ids)):
        ways = [w for w in range(len(net.way_arc)) if net.pool_side[net.way_pool[w]] == side]
        if not ways or not all(net.arc_air[net.way_arc[w]] for w in ways):
            continue
        brought_in = sent[side] - got[side] - lost[side]  # what fell outside and was not destroyed
        at_the_fall = gone_from_balance(record).sum(axis=0)
        np.testing.assert_allclose(brought_in + at_the_fall, taken[side], atol=1e-3 + 1e-4 * sent[side].max(initial=0))


def check_carriers(record: Record) -> None:
    """Carriers that joined (less those that went home) are there or were lost."""
    joined, there, lost = (record.kept[k] for k in (at_.S_POOL_JOINED, at_.S_POOL, at_.S_POOL_LOST))
    np.testing.assert_allclose(joined, there + lost, rtol=1e-4, atol=1e-3)


def check_men(record: Record) -> None:
    """Men who arrived are there, in care, sick, dead, captured, carried to the rear, deserted or marched off.

    Those captured include the wounded and sick of a fallen camp; labour formations are not counted among the men.
    """
    net, b = record.network, record.network.battle
    camps = len(b.camp_ids)
    k = {name: record.kept[name].astype(np.float64) for name in KEPT_MEN}
    labour = np.array([kind == 2 for kind in b.force_kind])
    for side in range(len(net.side_ids)):
        groups = [*(c for c in range(camps) if b.camp_side[c] == side), camps + side]
        forces = [f for f in range(len(b.force_ids)) if b.force_side[f] == side and not labour[f]]
        there = k[at_.S_FORCE_MEN][forces].sum(axis=0)
        there += k[at_.S_CAMP_MEN][[c for c in range(camps) if b.camp_side[c] == side]].sum(axis=0)
        there += k[at_.S_WOUNDED][groups].sum(axis=0) + k[at_.S_SICK_NOW][groups].sum(axis=0)
        gone = sum(k[name][side] for name in GONE)
        arrived = k[at_.A_ARRIVED][side]
        np.testing.assert_allclose(there + gone, arrived, rtol=1e-4, atol=0.05, err_msg=net.side_ids[side])


GONE = (at_.A_DEAD, at_.A_CAPTURED, at_.S_REAR, at_.A_DESERTED, at_.A_LEFT)
KEPT_MEN = (*GONE, at_.S_FORCE_MEN, at_.S_CAMP_MEN, at_.S_WOUNDED, at_.S_SICK_NOW, at_.A_ARRIVED)
# Days that say "never" by -1.
DATES = (at_.S_POS_FELL, at_.S_CAMP_FELL, at_.S_OP_DAY)


def check_signs(record: Record) -> None:
    """No number that is not one, nothing negative beyond rounding."""
    for name, rows in record.kept.items():
        assert np.isfinite(rows).all(), f"block {name} holds numbers that are none"
        if name not in DATES:
            assert rows.min(initial=0) >= -1e-3, f"block {name} goes down to {rows.min()}"
        else:
            assert ((rows >= 0) | (rows == -1)).all()
    assert np.isfinite(record.series).all()
    assert record.series.min(initial=0) >= -1e-3
