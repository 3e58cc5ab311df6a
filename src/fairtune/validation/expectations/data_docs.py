"""Data Docs: what Great Expectations renders of its results, as pages that need no network and never change.

The library's own site loads scripts, styles and pictures from half a dozen hosts and puts times and
random ids into every page. Its renderers are used here; the page around them is ours.
"""

import html
from collections.abc import Mapping
from copy import deepcopy
from itertools import count
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

from fairtune.validation.expectations.runner import Checked

if TYPE_CHECKING:
    from great_expectations.render.view.view import DefaultJinjaPageView

TEMPLATES: Final = Path(__file__).parent / "templates"
INDEX: Final = "index.html"


def render(checked: Checked, *, dataset: str) -> dict[str, str]:
    """Render an index and a page for each table.

    Parameters
    ----------
    checked
        The results.
    dataset
        Name of the data set, for the headings.

    Returns
    -------
    dict
        File name -> HTML.
    """
    view = _view()
    judgement = checked.judgement
    pages = {
        f"{table}.html": view.env.get_template("table.html").render(
            dataset=dataset,
            table=table,
            result=judgement.tables[table],
            # The first section is the library's overview: versions, times and ids.
            sections=_document(result)["sections"][1:],
        )
        for table, result in checked.results.items()
    }
    pages[INDEX] = view.env.get_template("index.html").render(dataset=dataset, judgement=judgement)
    return pages


def _view() -> "DefaultJinjaPageView":
    """Make the library's view, with our templates beside its own and ids that count."""
    from great_expectations.render.view.view import DefaultJinjaPageView

    view = DefaultJinjaPageView(custom_views_directory=str(TEMPLATES))
    numbers = count(1)
    view.env.filters["generate_html_element_uuid"] = lambda prefix="": f"{prefix}{next(numbers)}"
    return view


def _document(result: Any) -> Mapping[str, Any]:
    """Render one table's results; the library shows values as HTML, and they come from anybody's files."""
    from great_expectations.render.renderer.page_renderer import ValidationResultsPageRenderer

    shown = deepcopy(result)
    for answer in shown.results:
        answer.result = _escaped(answer.result)
    return ValidationResultsPageRenderer().render(shown).to_json_dict()  # type: ignore[no-any-return]


def _escaped(value: Any) -> Any:
    """Escape every text in nested lists and mappings."""
    if isinstance(value, str):
        return html.escape(value)
    if isinstance(value, Mapping):
        return {key: _escaped(inner) for key, inner in value.items()}
    return [_escaped(inner) for inner in value] if isinstance(value, list | tuple) else value
