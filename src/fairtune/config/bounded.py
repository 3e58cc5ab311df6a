"""Numbers of `params.yaml`: finite, of their own type (no `true` for 1, no "5"), within bounds."""

from typing import Any, Final

from pydantic import ConfigDict, Field

STRICT: Final = ConfigDict(extra="forbid", allow_inf_nan=False)
"""Of every section: unknown keys are refused, and so are `.inf` and `.nan`."""


def number(what: str, **bounds: Any) -> Any:
    """Describe a number.

    Parameters
    ----------
    what
        What it means, in Markdown, for docs/reference/params.md.
    **bounds
        `ge`, `gt`, `le`, `lt`, and `default` where the key may be left out.

    Returns
    -------
    FieldInfo
        For a dataclass of pydantic.
    """
    return Field(strict=True, description=what, **bounds)


def text(what: str, **more: Any) -> Any:
    """Describe what isn't a number: a choice, a list, a section; `more` as for `pydantic.Field`."""
    return Field(description=what, **more)
