"""Figures as frames, with their intervals, and as HTML for notebooks."""

from collections.abc import Mapping
from typing import Any, Final

import pandas as pd

Json = Mapping[str, Any]
ENDS: Final = ("value", "low", "high")
SPREADS: Final = ("difference", "ratio", "disparity")


def row(number: Json, **about: Any) -> dict[str, Any]:
    """Return a figure and its interval as a row: what it is about, value, low, high."""
    return {**about, **{end: number[end] for end in ENDS}}


def floats(table: pd.DataFrame, *columns: str) -> pd.DataFrame:
    """Make columns that may hold None floating point numbers: NaN."""
    return table.astype({name: "float64" for name in (columns or ENDS) if name in table})


def spreads(parities: Json, **about: Any) -> list[dict[str, Any]]:
    """Return how far groups lie apart, a row a measure and kind of spread."""
    return [
        row(parity[kind], **about, measure=measure, spread=kind)
        for measure, parity in parities.items()
        if isinstance(parity, Mapping)
        for kind in SPREADS
        if kind in parity
    ]


def groups(parities: Json, **about: Any) -> list[dict[str, Any]]:
    """Return the rates of groups, a row a measure and group."""
    rows = []
    for measure, parity in parities.items():
        for name, facts in (parity.get("groups", {}) if isinstance(parity, Mapping) else {}).items():
            shares = {key: each["value"] for key, each in facts.items() if key.startswith("share_")}
            own = {**about, "measure": measure, "group": name}
            rows.append(row(facts["rate"], **own) | {"n": facts["n"]} | shares)
    return rows


def html(title: str, tables: Mapping[str, pd.DataFrame]) -> str:
    """Return tables as HTML, names escaped, numbers with four digits."""
    from markupsafe import escape

    parts = [f"<h4>{escape(title)}</h4>"]
    for caption, table in tables.items():
        parts.append(f"<p>{escape(caption)}</p>")
        parts.append(table.to_html(index=False, float_format="{:.4f}".format, na_rep="", border=0))
    return "\n".join(parts)
