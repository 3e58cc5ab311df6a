"""The picture of `fairtune whatif`: whom a re-ranking serves differently, and whose music it lists."""

import re
from collections.abc import Mapping
from typing import Any, Final

from markupsafe import Markup

from fairtune.config.sections import HEADLINE
from fairtune.reporting.charts import plots
from fairtune.reporting.charts.plots import Bar, Mark, Panel
from fairtune.reporting.charts.svg import MODEL, SOFT
from fairtune.reporting.elements import labels as elements_labels
from fairtune.reporting.elements import numbers, template
from fairtune.reporting.elements.estimates import Estimate, estimate

NDCG = f"ndcg@{HEADLINE}"
GAP: Final = 14.0  # points


def svg(result: Mapping[str, Any]) -> str:
    """Return the picture as a file for any viewer: light colours written out, text in any sans-serif."""
    return _standalone([_listeners(result), _places(result)])


def _listeners(result: Mapping[str, Any]) -> Markup:
    """Draw what nDCG@10 of everybody, and of each listener group, gains or loses."""
    marks = [Mark("everybody", _estimate(result["figures"][NDCG]["change"]), strong=True)]
    for kind, groups in result["listeners"].items():
        if kind != "country":
            for name, group in groups.items():
                label = f"{elements_labels.grouping(kind)}: {elements_labels.group(kind, name)}"
                marks.append(Mark(label, _estimate(group[NDCG]["change"])))
    panel = Panel(
        f"Change of nDCG@{HEADLINE}",
        tuple(marks),
        show=lambda value: f"{value:+.4f}".replace("-", "\N{MINUS SIGN}"),
        reference=(0.0, "no change"),
        from_zero=False,
    )
    return plots.intervals([panel], name="served", alt="Change of nDCG@10 by group of listeners")


def _places(result: Mapping[str, Any]) -> Markup:
    """Draw each group's share of the places, before and after."""
    groups = [(kind, name) for kind, by_name in result["providers"].items() for name in by_name]
    bars = [
        Bar(
            f"share of the places {when}",
            colour,
            tuple(
                estimate(result["providers"], kind, name, "places", when) or Estimate(0.0)
                for kind, name in groups
            ),
        )
        for when, colour in (("before", SOFT), ("after", MODEL))
    ]
    labels = [elements_labels.group(kind, name) for kind, name in groups]
    return plots.bars(labels, bars, show=numbers.tenths, name="places", alt="Share of the places by group")


def _estimate(figure: Mapping[str, float | None]) -> Estimate | None:
    value = figure["value"]
    return None if value is None else Estimate(value, figure["low"], figure["high"])


def _standalone(drawn: list[Markup]) -> str:
    """Put pictures under one another."""
    light = dict(re.findall(r"--([a-z]+): (#[0-9a-f]{6})", template.style_sheet().split("}", 1)[0]))
    parts, width, top = [], 0.0, 0.0
    for picture in drawn:
        size = re.search(r'viewBox="0 0 ([\d.]+) ([\d.]+)"', picture)
        if size is None:
            raise ValueError("a picture without a viewBox")
        wide, tall = map(float, size.groups())
        placed = f'<svg y="{top:g}" width="{wide:g}" height="{tall:g}" '
        parts.append(str(picture).replace("<svg ", placed, 1))
        width, top = max(width, wide), top + tall + GAP
    body = re.sub(r"var\(--([a-z]+)\)", lambda variable: light[variable[1]], "\n".join(parts))
    return (
        '<svg xmlns="http://www.w3.org/2000/svg" xmlns:xlink="http://www.w3.org/1999/xlink" '
        f'viewBox="0 0 {width:g} {top:g}" font-family="sans-serif">\n'
        f'<rect width="{width:g}" height="{top:g}" fill="{light["paper"]}"/>\n{body}\n</svg>\n'
    )
