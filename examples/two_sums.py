"""The staff calculation that the siege could not be supplied, beside the one that explains why it was."""

import xetho as xt

for variant in ("porters-only", None):
    campaign = xt.load("dien-bien-phu", variant=variant)
    asked = campaign.headline  # the side that attacks the camp
    answer = "closes" if asked.closes else f"leaves {asked.short_share:.0%} of the need unmet"
    print(f"{variant or 'as it was'}: the plan of {asked.name} {answer}")
