"""YAML 1.2, in which DVC writes: `NO` is a string, and a key stands once in its section."""

import re
from typing import TYPE_CHECKING

from fairtune.errors import BadParams

if TYPE_CHECKING:
    from ruamel.yaml.error import StringMark, YAMLError


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
