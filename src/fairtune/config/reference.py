"""What `params.yaml` may hold, as tables of Markdown made from the typed sections."""

from collections.abc import Iterable, Mapping
from dataclasses import MISSING, fields, is_dataclass
from typing import Any, Final, Literal, get_args, get_origin, get_type_hints

from fairtune.config.alternatives import CLASS, SETTINGS
from fairtune.config.hyperparameters import Hyperparameters
from fairtune.config.params import DatasetParams, Params

SECTIONS: Final[Mapping[str, type]] = {
    "params.yaml": Params,
    "tune.start": Hyperparameters,
    **{field.name: get_type_hints(DatasetParams)[field.name] for field in fields(DatasetParams)},
}
"""Section -> its typed values."""
BOUNDS: Final = ("ge", "gt", "le", "lt")


def table(section: str) -> str:
    """Describe the keys of a section: what each means, what is allowed, and what it is where it isn't named.

    Parameters
    ----------
    section
        One of `SECTIONS`.

    Returns
    -------
    str
        A table of Markdown, a row a key.
    """
    typed: Any = SECTIONS[section]
    rows = [
        (f"`{field.name}`", _described(typed, field.name).description or "", _allowed(typed, field))
        for field in fields(typed)
    ]
    return _markdown((("key", "what", "allowed"), *rows))


def alternatives() -> str:
    """Describe the models of `train.alternatives` and their settings, as a table of Markdown."""
    rows = [
        (
            f"`{model}`",
            "; ".join(
                f"`{name}`: {_numbers(get_args(of)[0], get_args(of)[1].metadata)}"
                for name, of in settings.items()
            ),
        )
        for model, settings in SETTINGS.items()
    ]
    own = (
        "any other name",
        f"`{CLASS}`: a model of your own, `<file>.<class>` of `src/own`; its own settings",
    )
    return _markdown((("model", "settings"), *rows, own))


def _described(typed: Any, name: str) -> Any:
    return typed.__pydantic_fields__[name]


def _allowed(typed: Any, field: Any) -> str:
    kind, described = get_type_hints(typed)[field.name], _described(typed, field.name)
    if get_origin(kind) is Literal:
        *others, last = (f"`{choice}`" for choice in get_args(kind))
        said = f"{', '.join(others)} or {last}"
    elif kind in (int, float, float | None):
        said = _numbers(int if kind is int else float, described.metadata)
    else:
        said = ""
    default = "" if field.default is MISSING or is_dataclass(field.default) else _default(described.default)
    return "; ".join(part for part in (said, default) if part)


def _default(value: object) -> str:
    if isinstance(value, bool) or value is None:
        return f"`{str(value).lower() if value is not None else 'null'}` unless named"
    plain = isinstance(value, int | float | str)
    return f"`{value}` unless named" if plain else ""


def _numbers(kind: type, constraints: Iterable[object]) -> str:
    """Put bounds into words: "1 to 1,000, whole", "above 0"."""
    bounds = {name: getattr(each, name) for each in constraints for name in BOUNDS if hasattr(each, name)}
    low = f"{bounds['ge']:,}" if "ge" in bounds else f"above {bounds['gt']:,}" if "gt" in bounds else ""
    high = f"{bounds['le']:,}" if "le" in bounds else f"below {bounds['lt']:,}" if "lt" in bounds else ""
    said = f"{low} to {high}" if low and high else f"{low} and above" if "ge" in bounds else low or high
    return f"{said}, whole" if kind is int else said.replace(".0", "")


def _markdown(rows: Iterable[tuple[str, ...]]) -> str:
    head, *body = rows
    lines = [head, ("---",) * len(head), *body]
    return "".join("| " + " | ".join(cell.replace("|", r"\|") for cell in line) + " |\n" for line in lines)
