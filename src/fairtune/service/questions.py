"""What-if questions, answered in a process of their own: lists that are asked for meanwhile don't wait."""

import multiprocessing
from collections.abc import Callable, Mapping
from concurrent.futures import Future, ProcessPoolExecutor
from concurrent.futures.process import BrokenProcessPool
from http import HTTPStatus
from pathlib import Path
from threading import Lock
from typing import Any, Final

from fairtune.errors import BadRequest, FairtuneError, NotThere
from fairtune.experiments.whatif import run
from fairtune.experiments.whatif.run import Question
from fairtune.service.problems import Problem

PATIENCE: Final = 120.0
"""Seconds that an answer may take; the first one of a process reads the matrix."""


class Questions:
    """Asks what re-ranked lists of a project's trained model would keep and cost.

    The process is started by the first question, keeps what it read for the next, and ends with the service.

    Parameters
    ----------
    root
        Folder of the project.
    dataset
        Of params.yaml.
    answer
        Answers a question; it runs in that process.
    prepare
        Reads what answers need; likewise.
    """

    def __init__(
        self,
        root: Path,
        dataset: str,
        *,
        answer: Callable[..., dict[str, Any]] = run.answer,
        prepare: Callable[[Path, str], object] = run.prepare,
    ) -> None:
        self._root, self._dataset = root, dataset
        self._answer, self._prepare = answer, prepare
        self._pool: ProcessPoolExecutor | None = None
        self._warming: Future[Any] | None = None
        self._asking, self._starting = Lock(), Lock()

    def warm_up(self) -> None:
        """Have the process read what answers need, without waiting for it; once at a time."""
        if self._warming is None or self._warming.done():
            self._warming = self._submit(_warm, self._prepare, self._root, self._dataset)

    def ask(self, question: Question, *, patience: float = PATIENCE) -> Mapping[str, Any]:
        """Answer a question.

        Parameters
        ----------
        question
            What lists should keep.
        patience
            Seconds that it may take.

        Returns
        -------
        Mapping
            As `run.answer` does.

        Raises
        ------
        Problem
            It makes no sense, nothing is trained, another one is being answered, or it takes too long.
        """
        if not self._asking.acquire(blocking=False):
            detail = "another question is being answered: ask again in a few seconds"
            raise Problem(HTTPStatus.TOO_MANY_REQUESTS, "busy", detail, headers={"Retry-After": "5"})
        try:
            asked = self._submit(self._answer, self._root, self._dataset, question, keep=True)
            answer: Mapping[str, Any] = asked.result(patience)
        except NotThere as error:
            raise Problem(HTTPStatus.NOT_FOUND, "not-trained", str(error)) from error
        except BadRequest as error:
            raise Problem(HTTPStatus.UNPROCESSABLE_ENTITY, "not-possible", str(error)) from error
        except FairtuneError as error:
            raise Problem(HTTPStatus.SERVICE_UNAVAILABLE, "no-answer", str(error)) from error
        except (TimeoutError, BrokenProcessPool) as error:
            self.stop()
            late = isinstance(error, TimeoutError)
            said = f"took longer than {patience:g} seconds" if late else "lost its process"
            detail = f"the question {said}: ask again, or use `fairtune whatif --dataset {self._dataset}`"
            raise Problem(HTTPStatus.SERVICE_UNAVAILABLE, "no-answer", detail) from error
        else:
            return answer
        finally:
            self._asking.release()

    def stop(self) -> None:
        """End the process, whatever it is at."""
        with self._starting:
            pool, self._pool = self._pool, None
        if pool is not None:
            for process in list((pool._processes or {}).values()):  # noqa: SLF001 - `kill_workers` comes with Python 3.14
                process.kill()
            pool.shutdown(wait=True, cancel_futures=True)

    def _submit(self, call: Callable[..., Any], *values: Any, **named: Any) -> "Future[Any]":
        with self._starting:
            if self._pool is not None:
                try:
                    return self._pool.submit(call, *values, **named)
                except BrokenProcessPool:  # it was killed while nobody asked
                    self._pool.shutdown(wait=False)
            spawned = multiprocessing.get_context("spawn")
            self._pool = ProcessPoolExecutor(1, mp_context=spawned, initializer=_quiet)
            return self._pool.submit(call, *values, **named)


def _warm(prepare: Callable[[Path, str], object], root: Path, dataset: str) -> None:
    try:
        prepare(root, dataset)
    except FairtuneError:
        return  # who asks is told


def _quiet() -> None:
    """Leave stopping to the service: Ctrl-C reaches all processes of a terminal."""
    import signal

    signal.signal(signal.SIGINT, signal.SIG_IGN)
