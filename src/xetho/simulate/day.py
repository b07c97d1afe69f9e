"""A day of the campaign, in order:

1. **Weather**: fair or foul in each zone.
2. **Mobilisation**: cargo arrives, levies come in, carriers and formations join and leave.
3. **Threats**: effort is shared over the routes; cuts; carriers and cargo struck.
4. **Mending and works**: how long routes are shut today is read before the crews mend; trenches and roads grow.
5. **Transport**: loads by the plan, on land, river and in the air; flak and the perimeter decide what is gathered.
6. **Feeding**: rations and quiet-day ammunition.
7. **Contact**: the day's operations are ordered, guns fire, assaults and counter-attacks are fought hour by hour.
8. **Medical**: deaths, returns, evacuation, rest.
9. **Cohesion and decisions**: morale; who gives up.
10. **Record.**

A block of campaigns runs side by side, one a lane; within a process the loop over lanes is inside.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from xetho.simulate.jit import whole_day
from xetho.simulate.layout import N_DAYS
from xetho.simulate.process.air import air_bridge, perimeter
from xetho.simulate.process.assault import assaults
from xetho.simulate.process.cohesion import cohesion
from xetho.simulate.process.command import command
from xetho.simulate.process.feeding import camp_men, feeding, needs
from xetho.simulate.process.guns import guns
from xetho.simulate.process.medical import medical
from xetho.simulate.process.mobilise import arrivals, count_men, fleets, formations, levies
from xetho.simulate.process.record import finish, record, sums
from xetho.simulate.process.start import start
from xetho.simulate.process.threats import threats
from xetho.simulate.process.transport import transport
from xetho.simulate.process.weather import weather
from xetho.simulate.process.works import mend, works
from xetho.simulate.steps import load_steps

A = NDArray[np.float32]
LONG = NDArray[np.int64]
RUNS = NDArray[np.uint32]


@whole_day(load_steps)
def run_block(
    n: NDArray[np.int32], u: A, x: A, s: A, at: LONG, key: int, runs: RUNS, first: int, until: int, lanes: int,
    series: A, trace: int, flow: LONG, stock: LONG, condition: LONG,
) -> None:  # fmt: skip
    """Play a block of campaigns on the days first..until-1: from the start (0), or on from where they stood.

    `runs` are the numbers of the lanes' runs, by which their luck is drawn.
    `lanes` of the block count (the last block may be part empty); the first `trace` of them write daily series.
    flow[day, arc], stock[day, bin] (kg) and condition[day, route] add up over lanes.
    """
    if first == 0:
        start(n, x, s, at)
    for day in range(first, until):
        weather(day, n, x, s, at, key, runs)
        arrivals(day, n, s, at)
        levies(day, n, u, x, s, at)
        fleets(day, n, u, x, s, at)
        formations(day, n, x, s, at)
        count_men(day, n, s, at)
        camp_men(n, s, at)
        threats(day, n, u, x, s, at, key, runs)
        mend(day, n, u, x, s, at)
        needs(day, n, s, at)
        perimeter(n, x, s, at)
        transport(day, n, u, x, s, at, key, runs, lanes, flow[day])
        air_bridge(day, n, u, x, s, at, key, runs)
        sums(n, s, at, lanes, stock[day], condition[day])
        works(day, n, u, x, s, at)
        feeding(day, n, u, x, s, at)
        command(day, n, u, x, s, at)
        guns(day, n, x, s, at)
        assaults(day, n, u, x, s, at, key, runs)
        medical(day, n, x, s, at)
        cohesion(day, n, x, s, at)
        finish(day, s, at)
        record(day, n, x, s, at, series, trace)
    if until < at[N_DAYS]:
        camp_men(n, s, at)  # the last that a new morning changes in a campaign that is over
