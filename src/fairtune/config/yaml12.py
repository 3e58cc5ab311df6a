"""YAML 1.2, in which DVC writes: `NO` is a string, and a key stands once in its section."""

import re
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Final

from fairtune.errors import BadParams

if TYPE_CHECKING:
    from ruamel.yaml.error import StringMark, YAMLError
    from ruamel.yaml.nodes import Node


def read(path: Path, *, file: str) -> str:
    """Return the text of a document; `BadParams`, with its name `file`, if it is no UTF-8."""
    raw = path.read_bytes()
    try:
        return raw.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line = raw[: error.start].count(b"\n") + 1
        raise BadParams(
            f"{file}: not valid YAML: line {line}: is not UTF-8: save the file as UTF-8"
        ) from None


def parse(text: str, *, file: str) -> object:
    """Return what a document says, anchors and merge keys resolved.

    Parameters
    ----------
    text
        The document.
    file
        Its name, for messages.

    Returns
    -------
    object
        Mappings, lists and plain values.

    Raises
    ------
    BadParams
        The text is no YAML, or a section has a key twice. The line names file, line and column.

    """
    from ruamel.yaml import YAML
    from ruamel.yaml.error import YAMLError

    try:
        return YAML(typ="safe", pure=True).load(text)
    except YAMLError as error:
        raise BadParams(f"{file}: {_told(error, text)}") from error
    except RecursionError:
        raise BadParams(f"{file}: not valid YAML: sections within sections, too many of them") from None


def place(text: str, path: Sequence[str | int], more: str = "") -> tuple[int, tuple[str, ...]]:
    """Find where a key of a document stands.

    Parameters
    ----------
    text
        The document, which `parse` accepts.
    path
        Keys and positions in lists, from the top. Steps that the document doesn't have are passed over (a
        checker may name the type that it expected there), but the last: a key that is missing.
    more
        Keys below `path` joined by points, as far as they are there: what a message about a section begins
        with.

    Returns
    -------
    int
        Line of the innermost key that is there, from 1; also where a merge key brings it.
    tuple[str, ...]
        `path` without the steps passed over.
    """
    from ruamel.yaml import YAML

    node, line, steps = YAML(typ="safe", pure=True).compose(text), 1, []
    for depth, step in enumerate(path):
        found = _below(node, step)
        if found is not None:
            line, node = found
        if found is not None or depth == len(path) - 1:
            steps.append(str(step))
    rest = more
    while rest:
        key = max(
            (key for key, *_ in _entries(node) if f"{rest}.".startswith(f"{key}.")), key=len, default=""
        )
        found = _below(node, key) if key else None
        if found is None:
            break
        line, node = found
        rest = rest[len(key) + 1 :]
    return line, tuple(steps)


_MERGE: Final = "tag:yaml.org,2002:merge"


def _below(node: "Node | None", step: str | int) -> "tuple[int, Node] | None":
    """Return line and node of a key, or of a position in a list."""
    from ruamel.yaml.nodes import SequenceNode

    if isinstance(node, SequenceNode) and isinstance(step, int) and step < len(node.value):
        return node.value[step].start_mark.line + 1, node.value[step]
    return next(((line, value) for key, line, value in _entries(node) if key == str(step)), None)


def _entries(node: "Node | None") -> "Iterator[tuple[str, int, Node]]":
    """Yield keys of a mapping with line and value; those that it has itself before those merged into it."""
    from ruamel.yaml.nodes import MappingNode, SequenceNode

    waiting, seen = [node], set[int]()
    while waiting:
        section = waiting.pop(0)
        if not isinstance(section, MappingNode) or id(section) in seen:
            continue
        seen.add(id(section))
        merged: list[Node] = []
        for key, value in section.value:
            if key.tag == _MERGE:
                merged += value.value if isinstance(value, SequenceNode) else [value]
            else:
                yield str(key.value), key.start_mark.line + 1, value
        waiting[:0] = merged


def _told(error: "YAMLError", text: str) -> str:
    """Return in one line what is wrong, and where."""
    from ruamel.yaml.constructor import DuplicateKeyError
    from ruamel.yaml.error import MarkedYAMLError
    from ruamel.yaml.reader import ReaderError

    if isinstance(error, ReaderError):
        before = text[: error.position]
        column = len(before) - (before.rfind("\n") + 1) + 1
        return f"not valid YAML: line {before.count(chr(10)) + 1}, column {column}: {error.reason}"
    if not isinstance(error, MarkedYAMLError) or error.problem_mark is None:
        return f"not valid YAML: {' '.join(str(error).split())}"
    where, problem = _place(error.problem_mark), " ".join(str(error.problem).split())
    begun = "" if error.context_mark is None else _place(error.context_mark)
    twice = re.match(r'found duplicate (?:merge )?key "(.*?)"', problem)
    if isinstance(error, DuplicateKeyError) and twice:
        return f"{where}: '{twice[1]}' stands twice in the section that begins at {begun}: keep one of them"
    context = f" ({error.context} that begins at {begun})" if error.context and begun else ""
    return f"not valid YAML: {where}: {problem}{context}"


def _place(mark: "StringMark") -> str:
    return f"line {mark.line + 1}, column {mark.column + 1}"
