"""A run of the whole pipeline for one data set, told as it goes."""

import time
from collections.abc import Callable, Sequence

from fairtune.pipeline.dvc import Pipeline, Step

Say = Callable[[str], None]


def run(
    pipeline: Pipeline,
    dataset: str,
    *,
    force: bool,
    say: Say,
    timed: bool,
    before: Callable[[Step], None] = lambda step: None,  # noqa: ARG005
) -> tuple[Step, ...]:
    """Run what is not up to date (all of it if `force`), in order.

    `LimitBroken` and `StageFailed` end it at the stage that they name.

    Parameters
    ----------
    pipeline
        What runs the steps.
    dataset
        Whose steps.
    force
        Run every step, also those that are up to date.
    say
        Called with a line for each step that runs.
    timed
        Say how many seconds each took.
    before
        Called with each step before it is asked whether it is up to date.

    Returns
    -------
    tuple of Step
        The steps that ran.
    """
    with pipeline.alone(dataset, say=say):
        steps = pipeline.steps(dataset)
        ran: list[Step] = []
        skipped: list[int] = []
        for number, step in enumerate(steps, start=1):
            before(step)
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
