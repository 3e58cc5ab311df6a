"""What a run takes from the champion before its stages: for tests that call stages one by one."""

from types import SimpleNamespace

from fairtune.pipeline.champion.refresh import READERS, STAGE, Refresh


class Stages:
    """Stands in for a pipeline of which some stages are about to run."""

    def __init__(self, *stale):
        self.stale = set(stale)
        self.looked_again = False

    def steps(self, dataset):
        names = [STAGE, *dict.fromkeys(name for chain in READERS.values() for name in chain)]
        return tuple(SimpleNamespace(name=name, dataset=dataset) for name in names)

    def is_stale(self, step):
        return step.name in self.stale

    def look_again(self):
        self.looked_again = True


def take(params, paths, *stale, say=print, **how):
    """Take what the stages in `stale`, which are about to run, read of the champion's."""
    stages = Stages(*stale)
    (step, *_) = stages.steps(paths.dataset)
    Refresh(stages, params, paths, **how).before(step, say=say)
    return stages
