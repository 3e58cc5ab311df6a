"""From a template to one self-contained HTML document."""

from importlib import resources


def style_sheet() -> str:
    """Return the style sheet of all pages."""
    return resources.files("fairtune.reporting").joinpath("templates", "page.css").read_text(encoding="utf-8")


def fill(template: str, **values: object) -> str:
    """Fill a template of `templates`, with our style sheet as `css`; the same values give the same text."""
    from jinja2 import Environment, PackageLoader, StrictUndefined
    from markupsafe import Markup

    environment = Environment(
        loader=PackageLoader("fairtune.reporting", "templates"),
        autoescape=True,
        undefined=StrictUndefined,
        keep_trailing_newline=True,
    )
    return environment.get_template(template).render(css=Markup(style_sheet()), **values)  # noqa: S704 - our own style sheet
