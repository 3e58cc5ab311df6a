"""What README and the other pages say is true: links, commands, figures, dependencies, layout."""

import ast
import importlib.metadata
import importlib.util
import json
import re
import shlex
import sys
import textwrap
import tomllib
import typing
from pathlib import Path

import click
import pydantic
import pytest
import yaml
from tests import processes

from fairtune.cli import main as cli
from fairtune.config import params
from fairtune.data.sources import catalogue

ROOT = Path(__file__).parents[1]
PAGES = sorted([*ROOT.glob("*.md"), *ROOT.glob("docs/**/*.md")])
README = (ROOT / "README.md").read_text(encoding="utf-8")
CONTRIBUTING = (ROOT / "CONTRIBUTING.md").read_text(encoding="utf-8")
PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
METRICS = sorted(ROOT.glob("reports/*/metrics.json"))
NAME = re.compile(r"dp_region\.<region>|\w+")

specification = importlib.util.spec_from_file_location("readme", ROOT / "scripts/readme.py")
readme = importlib.util.module_from_spec(specification)
specification.loader.exec_module(readme)


def fences(text):
    """Give the content of every code block."""
    return re.findall(r"^```\w*\n(.*?)^```", text, re.MULTILINE | re.DOTALL)


def lines_of_code(text):
    """Give the lines of all code blocks, without prompts and comments, and what stands between backticks."""
    blocks = [
        line.removeprefix("$ ").partition("  #")[0] for block in fences(text) for line in block.splitlines()
    ]
    return blocks, re.findall(
        r"`([^`\n]+)`", re.sub(r"^```.*?^```", "", text, flags=re.MULTILINE | re.DOTALL)
    )


def everywhere():
    """Give every line of code of every page."""
    return [
        line.strip() for page in PAGES for lines in lines_of_code(page.read_text("utf-8")) for line in lines
    ]


def anchors(page):
    headings = re.findall(r"^#+ (.*)$", page.read_text("utf-8"), re.MULTILINE)
    return {re.sub(r"[^\w\- ]", "", heading.lower()).strip().replace(" ", "-") for heading in headings}


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.relative_to(ROOT).as_posix())
def test_links_and_pictures_lead_somewhere(page):
    links = re.findall(r"\]\(([^)\s]+)\)", page.read_text("utf-8"))
    inside = [link.partition("#") for link in links if not link.startswith(("http:", "https:"))]

    missing = [path for path, _, _ in inside if path and not (page.parent / path).exists()]
    targets = [(page.parent / path if path else page, anchor) for path, _, anchor in inside if anchor]

    assert missing == []
    assert [anchor for target, anchor in targets if anchor not in anchors(target)] == []


def test_readme_is_a_first_page():
    assert len(README.splitlines()) <= 180


def test_make_targets_exist():
    named = {target for line in everywhere() for target in re.findall(r"^(?:\w+=\S+ )*make ([a-z-]+)", line)}

    assert named >= {"demo", "run", "test"}
    for target in sorted(named):
        done = processes.run(["make", "-n", target], cwd=ROOT, capture_output=True, text=True, check=False)
        assert done.returncode == 0, done.stderr


def test_fairtune_commands_parse():
    named = [shlex.split(line)[1:] for line in everywhere() if line.startswith("fairtune ")]

    assert {words[0] for words in named} >= {"run", "recommend", "compare"}
    group = click.Context(cli.fairtune, **cli.fairtune.context_settings)
    for name, *rest in named:
        command = cli.fairtune.get_command(group, name)
        assert command is not None, name
        try:
            command.make_context(name, rest, parent=group)
        except click.MissingParameter:
            assert rest == []  # prose may name a command without its arguments


def test_dvc_targets_and_scripts_exist():
    stages = yaml.safe_load((ROOT / "dvc.yaml").read_text("utf-8"))["stages"]
    known = {f"{stage}@{name}" for stage in stages for name in catalogue.names()}
    lines = everywhere()

    targets = {word for line in lines if line.startswith("dvc repro") for word in line.split()[2:]}
    scripts = {line.split()[1] for line in lines if line.startswith("python ") and ".py" in line}

    assert targets <= known
    assert [script for script in scripts if not (ROOT / script).is_file()] == []


def from_git(path):
    """Read a JSON file as it is in Git's index: what the next commit, or the last one, holds."""
    shown = processes.run(["git", "show", f":{path}"], cwd=ROOT, capture_output=True, text=True, check=False)
    if shown.returncode:
        raise FileNotFoundError(path)
    return json.loads(shown.stdout)


def rendered(name):
    """Give what a block may hold: the figures of Git, or of a run that isn't committed yet."""
    for read in (from_git, readme.from_files):
        try:
            yield readme.FIGURES[name](read)
        except FileNotFoundError:
            continue


@pytest.mark.parametrize("name", readme.FIGURES)
def test_figures_on_the_pages_are_those_of_the_metric_files(name):
    texts = [page.read_text("utf-8") for page in readme.PAGES]
    blocks = [block for text in texts for block in readme.BLOCK.finditer(text)]
    quoted = {block["body"] for block in blocks if block["name"] == name}

    assert quoted
    assert quoted <= set(rendered(name)), "a page is behind the figures: run `make docs`"


def test_the_same_command_says_the_same_on_every_page():
    said = {}
    for page in readme.PAGES:
        for block in readme.BLOCK.finditer(page.read_text("utf-8")):
            assert said.setdefault(block["name"], block["body"]) == block["body"], block["name"]


def test_every_figure_is_explained():
    page = (ROOT / "docs/reference/metrics.md").read_text("utf-8")
    explained = {name for lines in lines_of_code(page) for line in lines for name in NAME.findall(line)}
    found = {name for path in METRICS for name in names_in(json.loads(path.read_text("utf-8")))}

    assert found
    assert found - explained == set()


def names_in(node, above=()):
    """Give the keys of nested metrics without k, names of groups and the numbers of a figure."""
    for key, value in node.items():
        if key in {"value", "low", "high"}:
            continue
        if not named_by_the_data(above):
            yield re.sub(r"^dp_region\..*", "dp_region.<region>", key.partition("@")[0])
        yield from names_in(value, (*above, key)) if isinstance(value, dict) else ()


def named_by_the_data(above):
    """Tell whether what stands below these keys are groups: of a grouping, or regions of listeners."""
    return above[-1:] in {("groups",), ("own_region",)} or above[-2:-1] == ("ranking_of_listeners",)


def sections(model):
    """Give every section and key that params.yaml can have, below `model`: dataclass, name."""
    for field in model.__dataclass_fields__.values():
        yield field.name
        for inner in dataclasses_in(field.type):
            yield from sections(inner)


def dataclasses_in(annotation):
    if pydantic.dataclasses.is_pydantic_dataclass(annotation):
        return [annotation]
    return [found for part in typing.get_args(annotation) for found in dataclasses_in(part)]


def test_every_parameter_is_explained():
    page = (ROOT / "docs/reference/params.md").read_text("utf-8")
    explained = {name for line in lines_of_code(page)[1] for name in NAME.findall(line)}

    assert set(sections(params.Params)) - explained == set()


def test_sections_of_params_yaml_on_the_pages_are_accepted(tmp_path):
    values = yaml.safe_load((ROOT / "params.yaml").read_text("utf-8"))
    for page, sections in (("set-limits", ("tune", "gate")), ("what-if", ("train",))):
        text = (ROOT / f"docs/how-to/{page}.md").read_text("utf-8")
        (shown,) = re.findall(r"^```yaml\n(.*?)^```", text, re.MULTILINE | re.DOTALL)
        shown = yaml.safe_load(textwrap.dedent(shown).replace("<<: *train\n", "\n"))
        assert set(shown) == set(sections)
        for section in sections:
            values["datasets"]["lastfm-2k"][section].update(shown[section])
    (tmp_path / "params.yaml").write_text(yaml.safe_dump(values), encoding="utf-8")

    chosen = params.load(tmp_path).dataset("lastfm-2k")

    assert chosen.tune.limits.min_eo_ratio == {"every": 0.7}
    assert chosen.gate.min_share == {"tier.tail": 0.01}
    assert chosen.train.rerank.min_share == {"tier.tail": 0.1}


def test_the_sections_of_a_report_bear_the_names_that_a_page_explains():
    page = (ROOT / "docs/how-to/read-a-report.md").read_text("utf-8")
    named = re.findall(r"^\| \*([^*]+)\* \|", page, re.MULTILINE)
    package = "".join(path.read_text("utf-8") for path in (ROOT / "src/fairtune").rglob("*.[pj][y2]"))

    assert len(named) > 8
    assert [title for title in named if f'"{title}"' not in package and f">{title}<" not in package] == []


def defined(module):
    """Give the names of functions and classes at the top of a module."""
    tree = ast.parse((ROOT / "src/fairtune" / module).read_text("utf-8"))
    kinds = ast.FunctionDef, ast.ClassDef
    return {node.name for node in tree.body if isinstance(node, kinds)}


def test_every_question_has_a_module_that_answers_it():
    page = (ROOT / "docs/reference/where-is-what.md").read_text("utf-8")
    rows = re.findall(r"^\| (.+\?) \| `(\S+\.py)` \| `(\w+)` \|$", page, re.MULTILINE)

    assert len(rows) >= 12
    assert len(rows) == page.count("\n| ") - 1  # the header
    assert [(module, name) for _, module, name in rows if name not in defined(module)] == []


def test_the_terms_of_every_data_set_are_told():
    page = (ROOT / "docs/reference/data.md").read_text("utf-8")

    for dataset in map(catalogue.get, catalogue.names()):
        assert dataset.licence in page
        assert dataset.citation in page
        assert dataset.homepage in page or not dataset.homepage.startswith("http")
        for source in dataset.sources:
            assert source.file in page


def declared():
    """Give the dependencies of pyproject.toml: those of the project, and those for development."""
    kinds = PROJECT["dependencies"], PROJECT["optional-dependencies"]["dev"]
    return tuple({re.match(r"[\w.-]+", line)[0].lower() for line in lines} for lines in kinds)


def test_every_dependency_has_its_reason():
    section = CONTRIBUTING.partition("## Dependencies")[2].partition("\n## ")[0]
    project, development = section.split("For development:")

    found = tuple(
        set(re.findall(r"^\| `([\w.-]+)` \| \w", part, re.MULTILINE)) for part in (project, development)
    )

    assert tuple({name.lower() for name in part} for part in found) == declared()


@pytest.mark.parametrize(
    ("folders", "development"), [(["src", "flows"], False), (["scripts", "tests", "benchmarks"], True)]
)
def test_what_is_imported_is_declared(folders, development):
    beside = {path.stem for path in (ROOT / "benchmarks").glob("*.py")}  # a script finds them by itself
    ours = {"fairtune", "flows", "tests", *beside, *sys.stdlib_module_names}
    imported = {
        name for folder in folders for path in (ROOT / folder).rglob("*.py") for name in imports(path)
    }
    project, extra = declared()
    packages = importlib.metadata.packages_distributions()

    extras = [line for name in ("neural", "postgres") for line in PROJECT["optional-dependencies"][name]]
    project |= {re.match(r"[\w.-]+", line)[0] for line in extras}
    allowed = {re.sub(r"[-_.]+", "-", name) for name in (project | extra if development else project)}
    undeclared = [
        name
        for name in sorted(imported - ours)
        if not {re.sub(r"[-_.]+", "-", package.lower()) for package in packages.get(name, [name])} & allowed
    ]
    assert undeclared == []


def imports(path):
    for node in ast.walk(ast.parse(path.read_text("utf-8"))):
        if isinstance(node, ast.Import):
            yield from (alias.name.partition(".")[0] for alias in node.names)
        elif isinstance(node, ast.ImportFrom) and not node.level:
            yield node.module.partition(".")[0]


def test_the_layout_names_every_module():
    layout = next(block for block in fences(CONTRIBUTING) if "dvc.yaml" in block)
    top = re.findall(r"^(\S+)  ", layout, re.MULTILINE)
    inside = re.findall(r"^  (\S+)  ", layout, re.MULTILINE)

    modules = (ROOT / "src/fairtune").glob("[!_]*.py")
    packages = {path.parent for path in (ROOT / "src/fairtune").glob("*/__init__.py")}
    there = {path.name for path in modules} | {f"{path.name}/" for path in packages}
    assert [name for name in top if not (ROOT / name).exists()] == []
    assert sorted(inside) == sorted(there)
