"""Tables of those who fight for the engine: groups, positions, formations, guns, works, operations, conditions."""

from __future__ import annotations

import numpy as np

from xetho.network.battle import CONDITIONS, Test
from xetho.simulate import layout as at_
from xetho.simulate import streams
from xetho.simulate.contents import RATION, draws
from xetho.simulate.draft import Draft, Ragged


def draws_on_stores(draft: Draft) -> None:
    """Who draws rations and small arms from which bin; a camp is one mess on its formations' mean ration."""
    b, t = draft.net.battle, draft.ints
    rows, slots = draws(draft.net, draft.bin_of)
    for name, column in (
        (at_.T_DRAW_KIND, 0), (at_.T_DRAW_GROUP, 1), (at_.T_DRAW_FORCE, 2), (at_.T_DRAW_GOOD, 3), (at_.T_DRAW_BIN, 4),
    ):  # fmt: skip
        t[name] = np.array([row[column] for row in rows])
    t[at_.T_DRAW_PLACE] = np.array([b.camp_place[r[1]] if r[2] < 0 else b.force_place[r[2]] for r in rows])
    eaters = Ragged([[force for force, _ in x] for x in slots])
    t[at_.T_DRAW_SLOT], t[at_.T_SLOT_FORCE] = eaters.start, eaters.flat
    t[at_.T_SLOT_KG] = np.array([slot for x in slots for _, slot in x], dtype=np.int64)
    messes = [row[:3] for row in rows]
    t[at_.T_DRAW_MESS] = np.array([messes.index(m) for m in messes])
    draft.sizes[at_.N_DRAWS] = len(rows)
    eaten_from = sorted({row[4] for row in rows if row[0] == RATION})
    t[at_.T_BIN_MESS] = np.full(len(draft.bins), len(eaten_from))
    t[at_.T_BIN_MESS][eaten_from] = np.arange(len(eaten_from))
    draft.sizes[at_.N_MESSES] = len(eaten_from)


def groups(draft: Draft) -> None:
    """Camps and field forces, and where their hospitals draw stores."""
    net, b, t, bin_of = draft.net, draft.net.battle, draft.ints, draft.bin_of
    t[at_.T_CAMP_SIDE], t[at_.T_CAMP_ATTACKER] = np.array(b.camp_side), np.array(b.camp_attacker)
    t[at_.T_CAMP_PLACE] = np.array(b.camp_place)
    side = [*b.camp_side, *range(b.sides)]
    t[at_.T_GROUP_SIDE] = np.array(side)
    medical = [g for g, c in enumerate(net.good_class) if c == "medical"]
    bins: list[list[int]] = []
    for group in range(b.groups):
        if group < len(b.camp_ids):
            options = [b.camp_place[group]]
        else:
            options = [
                p for p in range(len(net.place_ids))
                if net.place_front[p] and net.place_side[p] == side[group] and p not in b.camp_place
            ]  # fmt: skip
        bins.append([bin_of[p, g] for p in options for g in medical if (p, g) in bin_of])
    stores = Ragged(bins)
    t[at_.T_GROUP_MEDICAL], t[at_.T_MEDICAL_BINS] = stores.start, stores.flat


def battle(draft: Draft) -> None:
    """Positions, formations, batteries, weapons, works and operations."""
    net, b, t, bin_of = draft.net, draft.net.battle, draft.ints, draft.bin_of
    t[at_.T_POS_CAMP], t[at_.T_POS_CORE] = np.array(b.position_camp), np.array(b.position_core)
    t[at_.T_POS_DAY], t[at_.T_POS_STRIP] = np.array(b.position_day), np.array(b.airstrip_slot)
    support = Ragged(b.supports)
    t[at_.T_POS_SUPPORT], t[at_.T_SUPPORTS] = support.start, support.flat
    t[at_.T_FORCE_SIDE], t[at_.T_FORCE_GROUP] = np.array(b.force_side), np.array(b.force_group)
    t[at_.T_FORCE_POS], t[at_.T_FORCE_PLACE] = np.array(b.force_position), np.array(b.force_place)
    t[at_.T_FORCE_KIND] = np.array(b.force_kind)
    t[at_.T_FORCE_FROM], t[at_.T_FORCE_UNTIL] = np.array(b.force_from), np.array(b.force_until)
    camps = len(b.camp_ids)

    def place(f: int) -> int:
        return b.camp_place[b.force_group[f]] if b.force_group[f] < camps else b.force_place[f]

    t[at_.T_BAT_FORCE] = np.array([x.force for x in b.batteries])
    t[at_.T_BAT_GROUP] = np.array([b.force_group[x.force] for x in b.batteries])
    t[at_.T_BAT_WEAPON] = np.array([x.weapon for x in b.batteries])
    t[at_.T_BAT_BIN] = np.array([bin_of[place(x.force), b.weapon_good[x.weapon]] for x in b.batteries])
    t[at_.T_BAT_SLOT] = np.array([x.slot for x in b.batteries])
    t[at_.T_WEAPON_GOOD], t[at_.T_WEAPON_ROLE] = np.array(b.weapon_good), np.array(b.weapon_role)
    t[at_.T_WORK_SIDE], t[at_.T_WORK_KIND] = np.array(b.work_side), np.array(b.work_kind)
    t[at_.T_WORK_FROM], t[at_.T_WORK_UNTIL] = np.array(b.work_from), np.array(b.work_until)
    at_positions = [b.position_place[ps[0]] if ps else -1 for ps in b.work_positions]
    where = [p if p >= 0 else q for p, q in zip(b.work_place, at_positions, strict=True)]
    t[at_.T_WORK_ZONE] = np.array([int(net.place_zone[p]) if p >= 0 else 0 for p in where])
    works = Ragged(
        [[k for k, ps in enumerate(b.work_positions) if p in ps] for p in range(len(b.position_ids))]
    )
    t[at_.T_POS_WORK], t[at_.T_POS_WORKS] = works.start, works.flat
    t[at_.T_OP_SIDE], t[at_.T_OP_KIND] = np.array(b.operation_side), np.array(b.operation_kind)
    t[at_.T_OP_TARGET], t[at_.T_OP_FROM] = np.array(b.operation_target), np.array(b.operation_from)
    t[at_.T_OP_UNTIL], t[at_.T_OP_ATTEMPTS] = np.array(b.operation_until), np.array(b.operation_attempts)
    forces = Ragged(b.operation_forces)
    t[at_.T_OP_FORCE], t[at_.T_OP_FORCES] = forces.start, forces.flat
    fires = sorted(b.fires, key=lambda x: x.operation)
    t[at_.T_OP_FIRE] = np.searchsorted(
        np.array([x.operation for x in fires], dtype=np.int64), np.arange(len(b.operation_ids) + 1)
    )
    t[at_.T_FIRE_WEAPON] = np.array([x.weapon for x in fires])
    t[at_.T_FIRE_SLOT] = np.array([x.slot for x in fires])
    batteries = Ragged([
        [i for i, y in enumerate(b.batteries)
         if y.weapon == x.weapon and b.force_group[y.force] == camps + b.operation_side[x.operation]]
        for x in fires
    ])  # fmt: skip
    t[at_.T_FIRE_BATTERY], t[at_.T_FIRE_BATTERIES] = batteries.start, batteries.flat
    t[at_.T_OP_ENTITY] = np.array([streams.entity(f"operation:{x}") for x in b.operation_ids])
    draft.floats[at_.U_OP_HOUR] = np.array(b.operation_hour)


def conditions(draft: Draft) -> None:
    """What routes, works and operations wait for."""
    b, t = draft.net.battle, draft.ints
    flat: list[Test] = []
    for name, groups in (
        (at_.T_ROUTE_TEST, b.route_tests), (at_.T_WORK_TEST, b.work_tests), (at_.T_OP_TEST, b.operation_tests),
    ):  # fmt: skip
        start = [len(flat)]
        for tests in groups:
            flat += tests
            start.append(len(flat))
        t[name] = np.array(start)
    t[at_.T_TEST_KIND] = np.array([x.kind for x in flat])
    t[at_.T_TEST_SUBJECT] = np.array([x.subject for x in flat])
    t[at_.T_TEST_PLACE] = np.array([_place_of(x, draft) for x in flat])
    t[at_.T_TEST_BELOW] = np.array([x.below for x in flat])
    draft.floats[at_.U_TEST_VALUE] = np.array([x.value for x in flat])


def _place_of(test: Test, draft: Draft) -> int:
    """Where a condition looks: a stock's bin, an airstrip's camp, else what the network says (-1: nowhere)."""
    kind, camps = CONDITIONS[test.kind], draft.net.battle.camp_place
    if kind == "stock":
        return draft.bin_of.get((test.place, test.subject), -1)
    if kind == "airstrip":
        return camps.index(test.place) if test.place in camps else -1
    return test.place


def front(draft: Draft) -> None:
    """Bins at the front places of each side, by good."""
    net, t, bins = draft.net, draft.ints, draft.bins
    front = Ragged(
        [
            [i for i, (p, gg) in enumerate(bins) if gg == g and net.place_front[p] and net.place_side[p] == s]
            for s in range(len(net.side_ids)) for g in range(len(net.good_ids))
        ]
    )  # fmt: skip
    t[at_.T_FRONT_BIN], t[at_.T_FRONT_BINS] = front.start, front.flat
