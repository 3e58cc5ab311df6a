"""Take from the champion what the stages that are about to run depend on.

The registry changes with every promotion, and DVC knows nothing of it. So before a run's first stage that
looks at the champion, what it and the others take is written to files, and they depend on those. Files whose
stage is up to date stay as they are: a promotion or a rollback alone retrains nothing. A run with nothing to
do comes by here as well, so what is heavy is imported where it is needed.
"""

import shutil
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Final

from fairtune.config.params import DatasetParams
from fairtune.config.paths import Paths
from fairtune.errors import RegistryFailed
from fairtune.pipeline.dvc import Pipeline, Step

STAGE: Final = "champion"
"""The stage before which they are written; by itself it only sees that there are such files."""
READERS: Final[Mapping[str, tuple[str, ...]]] = {
    "validate": ("validate",),
    "tune": ("matrix", "tune"),
    "train": ("matrix", "tune", "train"),
}
"""Stage that reads a file of the champion's -> the stages of which one has to run before it does."""

Say = Callable[[str], None]


@dataclass(frozen=True)
class Refresh:
    """The step of one run that takes files from the champion.

    Attributes
    ----------
    pipeline
        Whose stages read them.
    params
        Of the data set.
    paths
        Of the data set.
    keep
        Stage `tune` is to keep the champion's settings where it runs; else it searches.
    search
        Stage `tune` is to search, also where settings were kept and it is up to date.
    force
        All stages are about to run.

    """

    pipeline: Pipeline
    params: DatasetParams
    paths: Paths
    keep: bool = False
    search: bool = False
    force: bool = False

    def before(self, step: Step, *, say: Say) -> None:
        """Write the files of the champion's that stages are about to read, if `step` is that of `STAGE`.

        `RegistryFailed` if the registry can't be asked, or what it keeps is damaged. Fits that can't be had
        are no error: they only save time.

        Parameters
        ----------
        step
            The one that is next.
        say
            Called with a line for each file that is taken, or with why there is none.
        """
        if step.name != STAGE:
            return
        steps = {each.name: each for each in self.pipeline.steps(step.dataset)}
        readers = {
            reader
            for reader, chain in READERS.items()
            if self.force or any(self.pipeline.is_stale(steps[name]) for name in chain)
        }
        if self.search:
            readers |= {"tune", "train"}
        if "validate" in readers:
            self._take_profile(say)
        if "tune" in readers:
            self._take_settings(say)
        if "train" in readers:
            self._take_fits(say)
        if readers:
            self.pipeline.look_again()

    def _take_profile(self, say: Say) -> None:
        from fairtune.pipeline.champion import data_profile
        from fairtune.registry.champion import data_profile as registered_profile

        profile = registered_profile.read(self.params.register.model, root=self.paths.root)
        if isinstance(profile, str):
            say(f"champion: no profile of its data: {profile}")
            data_profile.write(self.paths, None)
        else:
            say(f"champion: profile of the data of version {profile[1]}")
            data_profile.write(self.paths, profile)

    def _take_settings(self, say: Say) -> None:
        from fairtune.pipeline.champion import settings
        from fairtune.registry.champion import settings as registered_settings

        model, keep = self.params.register.model, self.keep and not self.search
        kept = registered_settings.read(model, root=self.paths.root) if keep else None
        if kept is not None:
            say(f"champion: settings of version {kept[1]}")
        settings.write(self.paths, settings.Kept(*kept) if kept else None)

    def _take_fits(self, say: Say) -> None:
        from fairtune.pipeline.champion import fits
        from fairtune.registry.champion import fits as registered_fits

        paths = self.paths
        shutil.rmtree(paths.champion_fits, ignore_errors=True)
        if self.params.train.warm_start is None:
            fits.write(paths)
            return
        with TemporaryDirectory(prefix="fairtune-") as folder:
            try:
                champion = registered_fits.fetch(self.params.register.model, Path(folder), root=paths.root)
            except RegistryFailed as error:
                champion = str(error)
            if isinstance(champion, str):
                say(f"champion: no fits: {champion}")
                fits.write(paths, reason=champion)
                return
            shutil.copytree(folder, paths.champion_fits)
        say(f"champion: fits of version {champion['version']}")
        fits.write(paths, champion)
