"""Matplotlib behind one door: paint on a figure, get inline SVG that takes its colours from the page.

Marks are painted in sentinel colours, which become CSS variables: one picture serves light, dark and print.
The same painting gives the same bytes: no dates, no versions, ids hashed from the picture's name.
"""

import io
import re
import warnings
from typing import TYPE_CHECKING, Any, Final

from markupsafe import Markup, escape

if TYPE_CHECKING:
    from collections.abc import Callable

    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

WIDTH: Final = 7.6  # inches
TEXT: Final = 9.5  # points
LETTER: Final = 0.078  # inches a letter of such text takes, on the safe side

INK, MUTED, LINE, PAPER = "#010a01", "#010a02", "#010a03", "#010a04"
MODEL, OTHER, LIMIT, SOFT, WARM, SHADE, PLAYED = (f"#010a{code:02x}" for code in range(5, 12))
_VARIABLES: Final = {
    INK: "ink", MUTED: "muted", LINE: "line", PAPER: "paper", MODEL: "model", OTHER: "other",
    LIMIT: "limit", SOFT: "soft", WARM: "warm", SHADE: "shade", PLAYED: "played",
}  # fmt: skip

_RC: Final = {
    "svg.fonttype": "none", "path.simplify": False, "font.size": TEXT, "font.family": "sans-serif",
    "axes.edgecolor": LINE, "axes.labelcolor": MUTED, "axes.labelsize": TEXT - 0.5,
    "axes.spines.top": False, "axes.spines.right": False, "axes.facecolor": "none", "text.color": INK,
    "xtick.color": LINE, "ytick.color": LINE, "xtick.labelcolor": MUTED, "ytick.labelcolor": MUTED,
    "xtick.labelsize": TEXT - 1, "ytick.labelsize": TEXT - 1, "xtick.major.size": 3, "ytick.major.size": 3,
    "grid.color": LINE, "grid.linewidth": 0.6, "lines.solid_capstyle": "round",
}  # fmt: skip


def draw(paint: "Callable[[Figure], None]", *, name: str, alt: str, height: float) -> Markup:
    """Return an `<svg>` element of `WIDTH` x `height` inches, read aloud as `alt`; ids start with `name`."""
    import matplotlib as mpl
    from matplotlib.figure import Figure

    settings: Any = {key: value for key, value in mpl.rcParamsDefault.items() if key != "backend"}
    settings |= {**_RC, "svg.hashsalt": name}
    with mpl.rc_context(settings), warnings.catch_warnings():
        # Names come in every script; the letters are those of whoever reads the page.
        warnings.filterwarnings("ignore", message="Glyph .* missing from font")
        figure = Figure(figsize=(WIDTH, height), facecolor="none")
        paint(figure)
        text = io.StringIO()
        figure.savefig(text, format="svg", metadata={"Date": None})
    return _inline(text.getvalue(), name=name, alt=alt)


def axes(figure: "Figure", left: float, bottom: float, width: float, height: float) -> "Axes":
    """Add axes by inches from the lower left corner."""
    tall = figure.get_size_inches()[1]
    return figure.add_axes((left / WIDTH, bottom / tall, width / WIDTH, height / tall))


def _inline(text: str, *, name: str, alt: str) -> Markup:
    body = text[text.index("<svg") :]
    body = re.sub(r"<(metadata|style)\b.*?</\1>", "", body, flags=re.DOTALL)
    body = re.sub(r'<g id="[^"]*">', "<g>", body)  # the same names in every picture
    body = re.sub(r"font-family: [^;\"]*;? ?", "", body)
    body = re.sub(r' transform="rotate\(-?0 [^"]*\)"', "", body)
    for sentinel, variable in _VARIABLES.items():
        body = body.replace(sentinel, f"var(--{variable})")
    for used in sorted(set(re.findall(r'(?:href="|url\()#(\w+)', body))):
        body = body.replace(f'"{used}"', f'"{name}-{used}"').replace(f"#{used}", f"#{name}-{used}")
    size = re.search(r'viewBox="[^"]*"', body)
    opening = (
        f'<svg class="picture" role="img" aria-label="{escape(alt)}" xmlns="http://www.w3.org/2000/svg" '
    )
    opening += f'xmlns:xlink="http://www.w3.org/1999/xlink" {size.group() if size else ""}>'
    body = re.sub(r"\A<svg[^>]*>", lambda _: opening, body)
    return Markup(re.sub(r"\n\s*", "\n", body).strip())  # noqa: S704 - our own drawing; labels were escaped by matplotlib
