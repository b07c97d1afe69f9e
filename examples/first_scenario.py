"""Make a scenario, plan it, and play it: the whole round on a small one."""

import tempfile

import xetho as xt

with tempfile.TemporaryDirectory() as folder:
    campaign = xt.load(xt.new("first", folder))
    print(campaign.reasons()[0])

    runs = campaign.simulate(200, seed=1)
    work = runs.summary["labour_days"].quantile([0.05, 0.5, 0.95], dim="run")
    for side in work["side"].values:
        low, middle, high = (float(x) for x in work.sel(side=side))
        print(f"days of work, {side}: {middle:,.0f} (5-95 %: {low:,.0f} to {high:,.0f})")
