"""Numbers as people read them."""

from collections.abc import Callable, Iterable

from fairtune.reporting.elements.estimates import Estimate

THIN = "\N{NARROW NO-BREAK SPACE}"
_SMALL = 0.01


def count(number: float) -> str:
    """Write a whole number: 12,345."""
    return f"{number:,.0f}"


def plain(number: float) -> str:
    """Write a score with three decimals, which is what it is worth: 0.281."""
    return f"{number:.3f}".replace("-", "\N{MINUS SIGN}")


def signed(number: float) -> str:
    """Write a change of a score: +0.012."""
    return f"{number:+.3f}".replace("-", "\N{MINUS SIGN}")


def percent(share: float) -> str:
    """Write a share between 0 and 1 as per cent; one decimal below 10 %."""
    value = 100 * share
    digits = 1 if abs(value) < 9.95 else 0  # noqa: PLR2004 - 9.95 rounds to 10
    return f"{value:.{digits}f}{THIN}%".replace("-", "\N{MINUS SIGN}")


def tick(share: float) -> str:
    """Write a share on an axis: 20 %, 2.5 %."""
    return f"{100 * share:.3g}{THIN}%"


def tenths(share: float) -> str:
    """Write a share as per cent with one decimal, for columns and for what stands beside its interval."""
    return f"{100 * share:.1f}{THIN}%".replace("-", "\N{MINUS SIGN}")


def times(ratio: float) -> str:
    """Write a ratio: 1.4 times; two decimals where one would say 'equal'."""
    digits = 2 if ratio < 1.2 else 1 if ratio < 9.95 else 0  # noqa: PLR2004 - what the size of the ratio is worth
    return f"{ratio:,.{digits}f} times"


def setting(value: object) -> str:
    """Write a hyperparameter: four significant digits if it is a fraction."""
    return f"{value:.4g}" if isinstance(value, float) else str(value)


def sentence(text: str) -> str:
    """Start with a capital, but for words that have their own (nDCG)."""
    return text if text[1:2].isupper() else text[:1].upper() + text[1:]


def to_digits(values: Iterable[float]) -> Callable[[float], str]:
    """Choose the decimals that suit the largest value, for all values of a column: 120, 38.5, 4.21."""
    top = max((abs(value) for value in values), default=0.0)
    digits = 0 if top >= 99.5 else 1 if top >= 9.95 else 2  # noqa: PLR2004 - where rounding adds a digit
    return lambda number: f"{number:,.{digits}f}"


def interval(figure: Estimate | None, show: Callable[[float], str] = plain) -> str:
    """Write figure and interval in one cell of a table: 0.281 (0.274 to 0.288)."""
    if figure is None:
        return "not computed"
    value, bounds = show(figure.value), interval_only(figure, show)
    return f"{value} ({bounds})" if bounds else value


def interval_only(figure: Estimate, show: Callable[[float], str] = plain) -> str:
    """Write the interval without its figure; empty if none was computed or the figure is exact."""
    if figure.low is None or figure.high is None or figure.low == figure.high:
        return ""
    return f"{show(figure.low).removesuffix(f'{THIN}%')} to {show(figure.high)}"


def rate_unit(rates: Iterable[float]) -> tuple[float, str]:
    """Choose the unit in which small rates read well: factor, and what it counts ("per 1,000")."""
    top = max(rates, default=0.0)
    if top >= 10 * _SMALL:
        return 100.0, "per 100"
    return (1_000.0, "per 1,000") if top >= _SMALL else (10_000.0, "per 10,000")


def listed(words: Iterable[str]) -> str:
    """Join words: a, b and c."""
    *rest, last = list(words)
    return f"{', '.join(rest)} and {last}" if rest else last
