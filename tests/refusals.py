"""What refusals of `params.yaml` say apart from the line, which depends on how a test wrote its file."""

import re


def without_line(refused: BaseException) -> str:
    """Return the message without the number of its line, which must be there."""
    message, lines = re.subn(r"^params\.yaml: line \d+: ", "params.yaml: ", str(refused))
    assert lines == 1, message
    return message
