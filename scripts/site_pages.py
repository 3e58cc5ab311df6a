"""Pages of the documentation site that no file in docs/ holds: the API, CONTRIBUTING.md and CHANGELOG.md.

A hook of mkdocs.yml. API pages follow the folders of src/fairtune, a page for each, so that no module is
named by hand; mkdocstrings fills them from the docstrings.
"""

from collections.abc import Iterator
from pathlib import Path

from markdown import Extension, Markdown
from mkdocs.config.defaults import MkDocsConfig
from mkdocs.structure.files import File, Files

ROOT = Path(__file__).resolve().parents[1]
SRC = ROOT / "src"
API = "reference/api"
PROJECT = {"CONTRIBUTING.md": "contributing.md", "CHANGELOG.md": "changelog.md"}
"""Files beside docs/ -> their pages. Links to them are those that work in the repository."""


class PlainBrackets(Extension):
    """Leave `plays[, timestamp][, split]` of a docstring as it is: it refers to no object of that name."""

    def extendMarkdown(self, md: Markdown) -> None:  # noqa: N802 - Markdown's name
        """Take out what mkdocs-autorefs put in."""
        md.inlinePatterns.deregister("mkdocs-autorefs", strict=False)


def on_config(config: MkDocsConfig) -> MkDocsConfig:
    """Put the API at the end of the reference."""
    config.markdown_extensions.append(PlainBrackets())
    (reference,) = [section["Reference"] for section in config.nav if "Reference" in section]
    reference.append({"API": [{dotted(folder): page(folder)} for folder in folders()]})
    return config


def on_files(files: Files, config: MkDocsConfig) -> Files:
    """Add the pages."""
    for folder in folders():
        files.append(File.generated(config, page(folder), content=api(folder)))
    for name, target in PROJECT.items():
        text = (ROOT / name).read_text(encoding="utf-8")
        text = text.replace("](docs/", "](")
        files.append(File.generated(config, target, content=text))
    return files


def on_page_markdown(markdown: str, **_: object) -> str:
    """Lead links from a page in a folder of docs/ to files beside docs/ to their pages on the site."""
    for name, target in PROJECT.items():
        markdown = markdown.replace(f"](../../{name}", f"](../{target}")
    return markdown


def folders() -> Iterator[Path]:
    """Return the folders of the package that hold modules, in the order of their names."""
    there = {module.parent for module in SRC.glob("fairtune/**/*.py")}
    yield from sorted(folder for folder in there if modules(folder))


def modules(folder: Path) -> list[Path]:
    """Return the modules of a folder, without `__init__` and `__main__`."""
    return sorted(module for module in folder.glob("*.py") if not module.name.startswith("__"))


def api(folder: Path) -> str:
    """Return the page of a folder, in Markdown: what its docstring says, then each module."""
    lines = [f"# {dotted(folder)}"]
    if (folder / "__init__.py").read_text(encoding="utf-8").startswith('"""'):
        lines.append(f"::: {dotted(folder)}\n    options: {{members: false, show_root_heading: false}}")
    lines += [f"::: {dotted(module.with_suffix(''))}" for module in modules(folder)]
    return "\n\n".join(lines) + "\n"


def dotted(path: Path) -> str:
    """Return the name by which Python imports a folder or module."""
    return ".".join(path.relative_to(SRC).parts)


def page(folder: Path) -> str:
    """Return where the page of a folder is, below docs/."""
    return f"{API}/{dotted(folder)}.md"
