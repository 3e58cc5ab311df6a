"""A run of the whole pipeline for one data set, told as it goes."""

import time
from collections.abc import Callable, Sequence

from fairtune.pipeline.dvc import Pipeline, Step

Say = Callable[[str], None]


def run(pipeline: Pipeline, dataset: str, *, force: bool, say: Say, timed: bool) -> tuple[Step, ...]:
    """Run what is not up to date (all of it if `force`), in order; give the steps that ran.

    `timed`: say how many seconds each took. `LimitBroken` and `StageFailed` end it at the stage they name.
    """
    steps = pipeline.steps(dataset)
    with pipeline.alone(dataset):
        ran: list[Step] = []
        skipped: list[int] = []
        for number, step in enumerate(steps, start=1):
            if not force and pipeline.is_current(step):
                skipped.append(number)
                continue
            if skipped:
                say(_up_to_date(skipped, steps))
                skipped = []
            say(f"[{number}/{len(steps)}] {step.name}: {step.description}")
            start = time.monotonic()
            pipeline.run(step, force=force)
            if timed:
                say(f"      {time.monotonic() - start:.1f} s")
            ran.append(step)
        if not ran:
            say(f"Nothing to do: all {len(steps)} stages of {dataset} are up to date.")
        elif skipped:
            say(_up_to_date(skipped, steps))
        return tuple(ran)


def _up_to_date(numbers: Sequence[int], steps: Sequence[Step]) -> str:
    first, last = numbers[0], numbers[-1]
    which = f"{first}" if first == last else f"{first}-{last}"
    names = ", ".join(steps[number - 1].name for number in numbers)
    return f"[{which}/{len(steps)}] {names}: up to date"
