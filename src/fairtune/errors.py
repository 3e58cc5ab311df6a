"""Every error a user can meet.

FairtuneError                 one line: what, where, what to do next; exit code 2
├── BadParams                 params.yaml says something it must not
├── BadRequest                a command was given something it can't use
├── DownloadFailed            a source could not be fetched or has the wrong checksum
├── BadTable                  data breaks a rule: table, column, rule, count, example rows
├── BadFile                   a file of the user's own can't be read, or isn't what it is said to be
├── BadSplit                  the data can't support the split that was asked for
├── TooLarge                  a model that needs more memory than there is
├── BadRanking                a model's scores hold NaN, or its lists name an item twice
├── NotThere                  a file that an earlier stage writes is missing
├── StudyFailed               the database that a search shares can't be used
├── RegistryFailed            the model registry refused, or a registered model doesn't work
├── Overtaken                 somebody else moved the champion at the same time, and was first
├── ServerFailed              the Prefect server doesn't answer, or plans no runs
├── PushFailed                what a good run made could not be pushed to DVC's remote
├── Busy                      another run works on the same data set
├── StageFailed               a stage of the pipeline stopped the run
└── LimitBroken               a gate failed or a metric regressed; exit code 1
    ├── DataDrifted           new data is too far from the champion's
    └── Refused               a version may not become champion, by the checks or because it was withdrawn
"""

import errno
from collections.abc import Sequence


def percent(share: float) -> str:
    """Return a share as messages and verdicts write it: 12.3 %."""
    return f"{100 * share:.1f} %"


class FairtuneError(Exception):
    """An error that the user can act on: shown as one line, with `exit_code`."""

    exit_code = 2


class BadParams(FairtuneError):
    """`params.yaml` has an unknown key, a missing one, or a value out of range."""


class BadRequest(FairtuneError):
    """A command's argument names something that doesn't exist or is out of range."""


class DownloadFailed(FairtuneError):
    """A source file can't be had, or isn't what its publisher recorded."""


class BadTable(FairtuneError):
    """A table breaks a rule.

    Parameters
    ----------
    table
        File or canonical table, as the user knows it ("user_artists.dat", "interactions").
    column
        Column (or columns) that the rule is about.
    rule
        The rule, as a sentence without a full stop ("plays are at least 1").
    count
        Rows that break it.
    examples
        Up to five offending rows or values, readable.
    more
        What else is worth knowing, without a full stop ("see reports/demo/data-docs").
    """

    def __init__(
        self, *, table: str, column: str, rule: str, count: int, examples: Sequence[object], more: str = ""
    ) -> None:
        self.table, self.column, self.rule, self.count = table, column, rule, count
        self.examples = tuple(str(example) for example in examples)[:5]
        rows = "row breaks" if count == 1 else "rows break"
        shown = "; ".join(self.examples) or "none to show"
        message = f"{table}: {column}: {count:,} {rows} the rule: {rule}. Examples: {shown}"
        super().__init__(f"{message}. {more}" if more else message)


class BadFile(FairtuneError):
    """A file of the user's own isn't there, isn't readable, lacks a column, or has wrong rows."""


class BadSplit(FairtuneError):
    """The chosen split needs something that the data doesn't have."""


class BadRanking(FairtuneError):
    """What a model returned can't be judged: scores that are no numbers, an item twice in one list."""


class TooLarge(FairtuneError):
    """A model can't be fitted to so many columns with the memory that is free."""


class NotThere(FairtuneError):
    """A file of an earlier stage is missing."""


class StudyFailed(FairtuneError):
    """The storage of a shared search can't be reached, or its URL makes no sense."""


class RegistryFailed(FairtuneError):
    """The registry can't be reached, or what it returned doesn't predict."""


class Overtaken(FairtuneError):
    """Of two moves of the champion at once, this one came second: it did nothing."""


class ServerFailed(FairtuneError):
    """The Prefect server that a schedule needs can't be started, reached, or relied on."""


class PushFailed(FairtuneError):
    """Outputs didn't reach DVC's remote; everything else of the run was done."""


class Busy(FairtuneError):
    """Another run works on the same data set: overlapping runs are refused."""


class StageFailed(FairtuneError):
    """A stage ended with an error; its own message was printed before."""


class LimitBroken(FairtuneError):
    """A gate failed or a metric regressed: the run worked, the model isn't good enough."""

    exit_code = 1


class DataDrifted(LimitBroken):
    """New data is further from the champion's than the owners allow: nothing is trained on it."""


class Refused(LimitBroken):
    """A version didn't become champion: it failed a check, or was withdrawn before."""


def of_the_machine(error: BaseException) -> str | None:
    """Say what the machine refused, and what helps: a full disk, a file that may not be touched, no memory.

    Parameters
    ----------
    error
        What a command or a stage ended with; what it was raised from counts as well.

    Returns
    -------
    str | None
        A line for the user; None if the machine isn't to blame.
    """
    seen: BaseException | None = error
    while seen is not None:
        said = _of_one(seen)
        if said is not None:
            return said
        seen = seen.__cause__ or seen.__context__
    return None


_FULL = (errno.ENOSPC, errno.EDQUOT, errno.EFBIG)
_FORBIDDEN = (errno.EACCES, errno.EPERM, errno.EROFS)
_DATABASES = {
    "disk I/O error": "a database can't be written: is the disk full? Make room and run again",
    "database or disk is full": "the disk is full: make room and run again",
    "attempt to write a readonly database": "a database may not be written: mend its permissions, run again",
    "unable to open database file": "a database can't be opened: mend the permissions of its folder",
    "database disk image is malformed": "a database is damaged: put back a copy of it, or move it away",
    "file is not a database": "a database is damaged: put back a copy of it, or move it away",
}
"""What SQLite says -> what the user reads."""


def _of_one(error: BaseException) -> str | None:
    if isinstance(error, MemoryError):
        return "the memory of this machine is used up: close other programs, or take less data, and run again"
    if isinstance(error, OSError) and error.errno in (*_FULL, *_FORBIDDEN):
        file = f"{error.filename}: " if error.filename else ""
        if error.errno in _FULL:
            return f"{file}no room left on the disk ({error.strerror}): make room and run again"
        return f"{file}may not be touched ({error.strerror}): mend its permissions and run again"
    if type(error).__name__ in {"OperationalError", "DatabaseError"}:
        found = (told for said, told in _DATABASES.items() if said in str(error))
        return next(found, None)
    return None
