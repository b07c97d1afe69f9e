"""Map symbols after NATO APP-6: frame by identity, icon by kind of unit, marks of size above the frame.

Drawn here rather than by a library: the few kinds a scenario knows need a page of geometry, they take the
colours of the page (light, dark, print), and the one Python port on PyPI (milsymbol, MIT) calls itself frozen
and early. Frames and icons follow the proportions of APP-6(D): a friendly frame 1.5 wide by 1 high, hostile a
square on its corner, neutral a square, each with the icon in the middle octagon.
"""

from __future__ import annotations

from xetho.report.svg import tag

# Half width and half height of the frame, in units of the icon octagon's height
FRAMES: dict[str, tuple[float, float]] = {
    "friend": (15.0, 10.0),
    "hostile": (14.4, 14.4),
    "neutral": (11.0, 11.0),
}
# Formations of at least this many men carry this mark: a drawing convention, not a model input
SIZES: tuple[tuple[float, str], ...] = ((5000, "XX"), (1700, "III"), (350, "II"), (80, "I"), (25, "..."))


def frame(identity: str) -> str:
    """The outline for friend, hostile or neutral (anything else is drawn as neutral)."""
    w, h = FRAMES.get(identity, FRAMES["neutral"])
    if identity == "hostile":
        return tag("path", d=f"M0 {-h}L{w} 0L0 {h}L{-w} 0Z", class_="frame")
    return tag("rect", x=-w, y=-h, width=2 * w, height=2 * h, class_="frame")


def icon(kind: str, identity: str) -> str:
    """The sign inside the frame; unknown kinds have none."""
    w, h = FRAMES.get(identity, FRAMES["neutral"])
    if identity == "hostile":
        # the diamond's sides cross the octagon half way
        w, h = w / 2, h / 2
    cross = f"M{-w} {-h}L{w} {h}M{-w} {h}L{w} {-h}"
    signs = {
        "infantry": tag("path", d=cross),
        "airborne": tag("path", d=cross) + tag("path", d="M-5 7.5A2.5 2.5 0 0 1 0 7.5A2.5 2.5 0 0 1 5 7.5"),
        "artillery": tag("circle", r=3, class_="solid"),
        "armour": tag("ellipse", rx=8, ry=4.5),
        "air_defence": tag("path", d=f"M{-w} {h}A{w} {h * 1.3:.3g} 0 0 1 {w} {h}"),
        "engineers": tag("path", d="M-7 4V-4H7V4M0 -4V2"),
        "support": tag("path", d=f"M{-w} {h * 0.5:.3g}H{w}"),
        "medical": tag("path", d=f"M{-w} 0H{w}M0 {-h}V{h}"),
        "labour": tag("path", d=f"M{-w} {h * 0.5:.3g}H{w}M-4 -3H4M0 -3V2"),
        "staff": tag("path", d=f"M{-w} {-h * 0.4:.3g}H{w}"),
        "replacements": tag("path", d="M-5 0H5M2 -3L5 0L2 3"),
        "fort": tag("path", d="M-8 4V-4H-4V0H4V-4H8V4"),
        "airfield": tag("path", d="M-7 0H7M-7 -3V3M7 -3V3"),
    }
    return tag("g", signs[kind], class_="icon") if kind in signs else ""


def size_mark(men: float) -> str:
    """The mark of size for a formation of ``men``: XX division, III regiment, II battalion, I company.

    >>> size_mark(9000), size_mark(600), size_mark(3)
    ('XX', 'II', '')
    """
    return next((mark for least, mark in SIZES if men >= least), "")


def symbol(kind: str, identity: str, men: float = 0.0) -> str:
    """A whole symbol centred on the origin, about 30 units wide; colours come from the CSS around it."""
    mark = size_mark(men)
    above = ""
    if mark:
        top = -FRAMES.get(identity, FRAMES["neutral"])[1] - 3
        above = tag("text", mark, x=0, y=top, class_="size", text_anchor="middle")
    return frame(identity) + icon(kind, identity) + above
