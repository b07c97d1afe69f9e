"""Ask "what if?" run by run: the same chances, one number changed."""

import tempfile

import xetho as xt

with tempfile.TemporaryDirectory() as folder:
    campaign = xt.load(xt.new("roads", folder))
    sides = [side.id for side in campaign.scenario.sides]
    metrics = [f"labour_days[{sides[0]}]"]
    answer = campaign.whatif(sets=["modes[*].payload_kg=15"], runs=200, metrics=metrics)
    for row in answer.table.itertuples():
        print(f"{row.label}: {row.base:,.0f} -> {row.variant:,.0f} {row.unit}")
        print(
            f"difference {row.difference:,.0f} (95 %: {row.low:,.0f} to {row.high:,.0f}), {answer.runs} pairs"
        )
    print(
        "its plan closes" if answer.plan_feasible else f"its plan is {answer.plan_shortage_share:.0%} short"
    )
