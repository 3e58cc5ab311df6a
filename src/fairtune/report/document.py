"""From a template to one self-contained HTML document."""

from importlib import resources


def fill(template: str, **values: object) -> str:
    """Fill a template of this folder, with our style sheet as `css`; the same values give the same text."""
    from jinja2 import Environment, PackageLoader, StrictUndefined
    from markupsafe import Markup

    environment = Environment(
        loader=PackageLoader("fairtune.report", "."),
        autoescape=True,
        undefined=StrictUndefined,
        keep_trailing_newline=True,
    )
    css = resources.files("fairtune.report").joinpath("page.css").read_text(encoding="utf-8")
    return environment.get_template(template).render(css=Markup(css), **values)  # noqa: S704 - our own style sheet
