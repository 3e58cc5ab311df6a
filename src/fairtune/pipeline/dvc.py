"""The pipeline that dvc.yaml describes: which stages there are, and running them.

The only module that imports dvc. The graph is read from DVC, never written down a second time.
"""

import logging
import os
import re
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any, Self

from fairtune import processes
from fairtune.config import params
from fairtune.config.paths import Paths
from fairtune.data.download import custom_files
from fairtune.data.events import store as event_store
from fairtune.errors import BadRequest, FairtuneError, LimitBroken, NotThere, PushFailed, StageFailed
from fairtune.pipeline import dvc_locks, lock_file

_INTERRUPTED = (-2, 130)
_KILLED = (-9, 137)


@dataclass(frozen=True)
class Step:
    """One stage of one data set, as dvc.yaml describes it.

    Attributes
    ----------
    name
        Name of the stage.
    dataset
        Name of the data set.
    description
        One line for people; may be empty.
    retries
        How often a flow tries again after a failure, 0 and above.
    source
        Nothing comes before it: a refresh starts here.
    """

    name: str
    dataset: str
    description: str
    retries: int
    source: bool

    @property
    def address(self) -> str:
        """Its name in DVC: `train@demo`."""
        return f"{self.name}@{self.dataset}"


class Pipeline:
    """The stages of the working folder's dvc.yaml; DVC resolves every path there and nowhere else.

    As a context manager it closes what DVC opened.
    """

    def __init__(self) -> None:
        self._changed: dict[str, bool] = {}  # as DVC last said, each until it is used

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        if "_repo" in self.__dict__:
            self._repo.close()

    @cached_property
    def _repo(self) -> Any:
        from dvc.repo import Repo

        logging.getLogger("dvc").setLevel(logging.WARNING)  # whoever runs the steps reports progress
        with _one_line("dvc.yaml"):
            return Repo()

    def steps(self, dataset: str) -> tuple[Step, ...]:
        """Return the stages of a data set in the order they run; `BadRequest` if it has none.

        The edges of DVC's graph point from a stage to what it depends on, hence the reversal. Stages that
        don't depend on each other stand as in dvc.yaml.
        """
        import networkx as nx

        with _one_line("dvc.yaml"):
            graph = self._repo.index.graph
        position = {stage: number for number, stage in enumerate(self._repo.index.stages)}
        ordered = list(
            nx.lexicographical_topological_sort(graph.reverse(copy=False), key=position.__getitem__)
        )
        steps = tuple(_step(stage, source=not graph.out_degree(stage)) for stage in ordered)
        chosen = tuple(step for step in steps if step.dataset == dataset)
        if not chosen:
            existing = ", ".join(sorted({step.dataset for step in steps}))
            raise BadRequest(
                f"dvc.yaml: no stages for the data set '{dataset}'; there are some for: {existing}"
            )
        return chosen

    def is_current(self, step: Step) -> bool:
        """Whether the step's outputs exist and were made from what its dependencies are now.

        DVC doesn't look at files of the user's own, nor at new listening: a source step isn't current when
        the former differ from what it copied, or when some of the latter isn't among it.
        """
        if self._moved(step):
            return False
        current = not self.is_stale(step)
        del self._changed[step.address]  # asked again, DVC looks again
        return current

    def is_stale(self, step: Step) -> bool:
        """Whether DVC finds the step changed, by what it saw when it last looked: cheap for several steps."""
        if step.address not in self._changed:
            self._changed = self._look(step)
        return self._changed[step.address]

    def look_again(self) -> None:
        """Forget what DVC saw: files changed that steps depend on."""
        self._changed = {}

    def _look(self, step: Step) -> dict[str, bool]:
        """Whether this step and the others of its data set changed, by one reading of dvc.yaml and dvc.lock.

        `Repo.status` would read them once a stage, which takes seconds.
        """
        from dvc.repo import lock_repo

        with _one_line(step.address), lock_repo(self._repo):
            stages = [stage for stage in self._repo.index.stages if _dataset(stage) == step.dataset]
            return {stage.name: bool(stage.status()) for stage in stages}

    def run(self, step: Step, *, force: bool = False) -> None:
        """Run one step, not those before it; with the interpreter that runs this.

        `LimitBroken` if its command exits with 1, which stages do for a broken limit only; `StageFailed`
        if it ends in any other way.
        """
        folder = str(Path(sys.executable).parent)
        path = os.pathsep.join((folder, os.environ.get("PATH", os.defpath)))
        os.environ["SHELL"] = "/bin/sh"  # DVC would take the user's own, which a service may lack
        self._changed = {}
        with _one_line(step.address):
            forced = force or self._moved(step)
            with lock_file.kept(self._copy_of_lock(step.dataset)):
                self._repo.reproduce(step.address, single_item=True, force=forced, run_env={"PATH": path})

    @staticmethod
    def _moved(step: Step) -> bool:
        paths = Paths(step.dataset)
        return step.source and (
            bool(custom_files.moved(paths.raw))
            or event_store.waiting(paths, params.watched(step.dataset, paths.root))
        )

    def stored(self, md5: str) -> bytes:
        """Return the file of this hash from DVC's cache or its default remote, without checking it out.

        `NotThere` if it can't be had, for whatever reason: every remote fails in its own way.
        """
        with _one_line("dvc"):
            cache, cloud = self._repo.cache.local, self._repo.cloud
        try:
            if cache.exists(md5):
                return Path(cache.oid_to_path(md5)).read_bytes()
            remote = cloud.get_remote_odb()
            with remote.fs.open(remote.oid_to_path(md5), "rb") as file:
                content: bytes = file.read()
        except Exception as error:
            raise NotThere(
                f"{md5} is in neither DVC's cache nor its default remote: {_flat(error)}"
            ) from error
        return content

    def push(self, dataset: str) -> str:
        """Push a data set's outputs to DVC's default remote; return how many files that took, as a message.

        Without a default remote nothing is pushed. `PushFailed` if the remote can't take them.
        """
        from dvc.config import NoRemoteError
        from dvc.repo import lock_repo

        try:
            with lock_repo(self._repo):  # `Repo.push` reads dvc.lock twice a stage: seconds, for nothing
                self._repo.cloud.get_remote_odb()
                stages = [each for each in self._repo.index.stages if _dataset(each) == dataset]
                used = (objects for each in stages for objects in each.get_used_objs().values())
                done = self._repo.cloud.push(set().union(*used))
            if done.failed:
                raise OSError(f"{len(done.failed)} files are not there")  # noqa: TRY301 - one message for all
        except NoRemoteError:
            return "no default remote of DVC: nothing is pushed"
        except Exception as error:  # every remote fails in its own way
            raise PushFailed(
                f"push: DVC's default remote doesn't take the outputs: {_flat(error)}; what is registered "
                "stays: mend the remote, then `dvc push`, or let the next run do it"
            ) from error
        return f"{len(done.transferred)} files pushed to DVC's default remote"

    def _copy_of_lock(self, dataset: str) -> Path:
        return Path(self._repo.tmp_dir) / f"fairtune-{dataset}.lock"

    @contextmanager
    def alone(self, dataset: str, *, say: Callable[[str], None] = print) -> Iterator[None]:
        """Refuse a second run of a data set while the block runs (`Busy`); mend what killed runs left.

        Parameters
        ----------
        dataset
            Its name.
        say
            Called with what was mended.
        """
        copy = self._copy_of_lock(dataset)
        if not copy.exists():  # with one, dvc.lock may be unreadable, and so may be all stages
            self.steps(dataset)  # what dvc.yaml doesn't know gets no folder
        lock = Paths(dataset).run_lock
        with processes.exclusive(lock, doing=f"a run of {dataset}"):
            with _one_line("dvc"):
                dvc_locks.sweep(self._repo)
                mended = lock_file.repair(copy)
            if mended is not None:
                say(mended)
            yield


def _dataset(stage: Any) -> str:
    name: str = stage.name
    return name.partition("@")[2]


def _step(stage: Any, *, source: bool) -> Step:
    name, _, dataset = stage.name.partition("@")
    retries = int((stage.meta or {}).get("retries", 0))
    source = bool((stage.meta or {}).get("source", source))
    return Step(name=name, dataset=dataset, description=stage.desc or "", retries=retries, source=source)


@contextmanager
def _one_line(where: str) -> Iterator[None]:
    """Turn DVC's errors into one line that names the stage and where to look."""
    from dvc.exceptions import DvcException, NotDvcRepoError, ReproductionError
    from dvc.lock import LockError
    from dvc.scm import SCMError

    try:
        yield
    except FairtuneError:
        raise
    except (NotDvcRepoError, SCMError) as error:
        missing = "`git init`" if Path(".dvc").is_dir() else "`git init` and `dvc init`"
        raise NotThere(f"{_flat(error)}: run {missing} in the project's folder") from error
    except DvcException as error:
        cause = error.__cause__ if isinstance(error, ReproductionError) and error.__cause__ else error
        if isinstance(cause, LockError):
            raise StageFailed(f"{where}: another process works on its files: {_flat(cause)}") from error
        if isinstance(cause, FileNotFoundError):
            lost = os.path.relpath(cause.filename)
            raise StageFailed(f"{where}: {lost} is missing: run the stage that writes it first") from error
        exited = re.search(r"exited with (-?\d+)$", str(cause))
        if exited:
            _raise_for(int(exited.group(1)), where, error)
        hint = "; `git checkout dvc.lock` brings back the last good one" if "dvc.lock" in str(cause) else ""
        raise StageFailed(f"{where}: {_flat(cause)}{hint}") from error


def _raise_for(status: int, where: str, error: Exception) -> None:
    if status in _INTERRUPTED:
        raise KeyboardInterrupt from error
    if status == 1:
        raise LimitBroken(f"{where}: a limit is broken; nothing after it ran") from error
    if status in _KILLED:
        raise StageFailed(f"{where}: killed (out of memory?); run again to go on where it stopped") from error
    raise StageFailed(f"{where}: stopped with exit code {status}; its own message is above") from error


def _flat(error: BaseException) -> str:
    return " ".join(str(error).split())
