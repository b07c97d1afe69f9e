"""Transport and cuts in JAX: one campaign as a `lax.scan` over days, `vmap` over runs, `jit`, float32 on the CPU.

Ways go in rounds in which none share a depot, as arrays cannot be changed one after another cheaply. The Poisson count
is the inverse of one uniform over a table of each road's distribution, without the loop of `jax.random.poisson`.
"""

from __future__ import annotations

from collections.abc import Mapping
from functools import partial
from typing import Any

import jax
import jax.numpy as jnp
import numpy as np
from jax import lax, random
from scipy import stats

from benchmarks.models.transport import FOOD, LEAST_T, PERIOD_DAYS, F, Net, make
from benchmarks.rivals.job import TRACE, TransportJob

CHUNK = 1024  # runs in one call: bounds memory
MOST_CUTS = 12  # a road's cuts in a day beyond which the table ends


class Job(TransportJob):
    """A prepared model, compiled at the first call."""

    def __init__(self, net: Net, threads: int) -> None:
        super().__init__(net, threads)  # XLA takes its threads from the environment
        self.below = jnp.array(stats.poisson.cdf(np.arange(MOST_CUTS), net.cuts[:, None]), jnp.float32)
        self.many = jax.jit(jax.vmap(lambda key: self._campaign(key, None)[0]))
        self.one = jax.jit(lambda cuts: self._campaign(random.key(0), cuts)[1])

    def _campaign(self, key: Any, cuts: Any) -> Any:
        net = self.net
        ring = int(net.way_travel.max()) + 1
        stock = jnp.array(net.stock, jnp.float32)
        state = (
            stock, jnp.zeros((ring, *stock.shape), jnp.float32), jnp.zeros(len(net.cuts), jnp.float32),
            jnp.ones(net.places, jnp.float32), jnp.zeros((len(net.way_road), stock.shape[1]), jnp.float32),
            jnp.zeros(6, jnp.float32),
        )  # fmt: skip
        days = jnp.arange(net.days)
        plan = jnp.array(net.orders, jnp.float32)
        by_day = plan[days // PERIOD_DAYS]
        step = partial(self._day, trace=cuts is not None)
        if cuts is None:
            state, _ = lax.scan(step, state, (days, by_day, random.split(key, net.days)))
            return state[-1], None
        state, daily = lax.scan(step, state, (days, by_day, cuts))
        return state[-1], daily

    def _day(self, state: Any, today: Any, trace: bool) -> Any:
        net, f32 = self.net, partial(jnp.asarray, dtype=jnp.float32)
        stock, under_way, left, fed, due, totals = state
        day, plan, chance = today
        ring = under_way.shape[0]
        stock = stock + under_way[day % ring] + f32(net.inflow)
        under_way = under_way.at[day % ring].set(0.0)
        if trace:
            cuts = chance
        else:
            uniform = random.uniform(chance, (len(net.cuts), 1))
            cuts = (uniform > self.below).sum(axis=1).astype(jnp.float32)
        crew = f32(net.road_crew)
        left = left + cuts * net.mend
        shut = jnp.minimum(1.0, left / crew)
        rate = f32(net.way_rate) * (1.0 - shut[net.way_road] * (1.0 - f32(net.way_passes)))
        rate = rate * (1.0 - (1.0 - fed[net.way_from]) * (1.0 - net.unfed_work))

        due = due + plan
        want = jnp.where(due > LEAST_T, due, 0.0)
        depot_want = jnp.zeros_like(stock).at[net.way_from].add(want)
        cover = jnp.minimum(1.0, stock / jnp.maximum(depot_want, 1e-12))
        want = want * cover[net.way_from]
        way_want = want.sum(axis=1)
        pool_want = jnp.zeros(len(net.pool_count)).at[net.way_pool].add(way_want / rate)
        road_want = jnp.zeros(len(net.cuts)).at[net.way_road].add(way_want)
        pool_share = jnp.minimum(1.0, f32(net.pool_count) / jnp.maximum(pool_want, 1e-12))
        road_share = jnp.minimum(1.0, f32(net.road_limit) / jnp.maximum(road_want, 1e-12))
        share = jnp.minimum(pool_share[net.way_pool], road_share[net.way_road])
        part = want * share[:, None]
        at_work = way_want * share / rate
        food = at_work * f32(net.way_food)

        fed = jnp.ones_like(fed)
        moved = jnp.zeros(len(net.cuts))
        eaten_all, missed_all = jnp.float32(0.0), jnp.float32(0.0)
        for ways in net.ranks():
            here, there, travel = net.way_from[ways], net.way_to[ways], net.way_travel[ways]
            held, asked = stock[here], food[ways]
            sent = jnp.where((part[ways] > LEAST_T) & (held > LEAST_T), jnp.minimum(part[ways], held), 0.0)
            held = held - sent
            eaten = jnp.minimum(asked, held[:, FOOD])
            stock = stock.at[here].set(held.at[:, FOOD].add(-eaten))
            due = due.at[ways].set(jnp.maximum(0.0, due[ways] - sent))
            under_way = under_way.at[(day + travel) % ring, there].add(sent)
            fed = fed.at[here].min(jnp.where(asked > 0.0, eaten / jnp.maximum(asked, 1e-12), 1.0))
            moved = moved.at[net.way_road[ways]].add(sent.sum(axis=1))
            eaten_all, missed_all = eaten_all + eaten.sum(), missed_all + (asked - eaten).sum()
        daily = (moved, stock, 1.0 - shut) if trace else None

        left = jnp.maximum(0.0, left - crew)
        got = jnp.minimum(f32(net.use), stock)
        stock = stock - got
        used, short = got.sum(axis=0), (f32(net.use) - got).sum(axis=0)
        totals = totals + jnp.stack(
            [cuts.sum(), eaten_all + used[0], used[1], missed_all + short[0], short[1], at_work.sum()]
        )
        return (stock, under_way, left, fed, due, totals), daily

    def run(self, units: int, seed: int) -> F:
        batch = min(CHUNK, 1 << (units - 1).bit_length())  # few sizes, so that few are compiled
        keys = random.split(random.key(seed), -(-units // batch) * batch)
        parts = [np.asarray(self.many(keys[i : i + batch])) for i in range(0, len(keys), batch)]
        return np.concatenate(parts)[:units].T.astype(np.float64)

    def trace(self, cuts: F) -> dict[str, F]:
        daily = self.one(jnp.array(cuts, jnp.float32))
        return {name: np.asarray(values, np.float64) for name, values in zip(TRACE, daily, strict=True)}


def prepare(size: Mapping[str, Any], threads: int) -> Job:
    """The model at a size."""
    return Job(make(size), threads)
