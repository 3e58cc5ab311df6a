"""Page "Fairness": parity between groups for the version that answers, in words, and over versions."""

import json
from collections.abc import Iterator, Mapping
from dataclasses import replace
from http import HTTPStatus
from threading import Lock
from typing import Any, Final

from fastapi import APIRouter, Request
from fastapi.responses import Response

from fairtune.config.sections import Evaluate
from fairtune.evaluation.gate.metrics_file import branch
from fairtune.reporting.elements import labels, numbers
from fairtune.reporting.elements.estimates import estimate
from fairtune.reporting.elements.section import Section, Table
from fairtune.reporting.sections import listeners, providers
from fairtune.service.console import pages
from fairtune.service.console.dependencies import Asking, Current
from fairtune.service.problems import Problem
from fairtune.service.snapshot import Snapshot
from fairtune.service.source import METRICS, Source

router = APIRouter()
COMPARED: Final = 8
"""Versions that stand beside one another, the latest."""
_DRAWING: Final = Lock()
"""Settings of the library that draws are those of the whole process."""


@router.get("/fairness", summary="Page: how fair the lists are", include_in_schema=False)
def fairness(request: Request, session: Asking, snapshot: Current) -> Response:
    if snapshot.metrics is None:
        detail = f"version {snapshot.version} was registered without its metrics.json, which this page shows"
        raise Problem(HTTPStatus.NOT_FOUND, "no-metrics", detail)
    console = request.app.state.console
    sections = snapshot.release.once("fairness page", lambda: _drawn(snapshot, console.evaluate))
    over = _over_versions(request.app.state.follower.source, snapshot)
    return pages.page(
        request,
        "fairness",
        at="fairness",
        session=session,
        sections=sections,
        over=over,
        n_listeners=snapshot.metrics.get("n_listeners"),
        items=labels.noun(str(snapshot.release.target)),
    )


def _drawn(snapshot: Snapshot, evaluate: Evaluate) -> list[Section]:
    metrics, target = snapshot.metrics or {}, str(snapshot.release.target)
    with _DRAWING:
        sections = (
            providers.section(metrics, target=target, min_group=evaluate.min_provider_group),
            listeners.section(metrics, items=labels.noun(target), min_group=evaluate.min_group),
        )
    return [
        replace(
            section,
            exhibits=tuple(replace(each, picture=pages.picture(each.picture)) for each in section.exhibits),
        )
        for section in sections
        if section is not None
    ]


def _over_versions(source: Source, snapshot: Snapshot) -> Table:
    """Return a row for each of the latest versions and the one that answers: accuracy and spreads."""
    numbered = [each["version"] for each in source.versions()]
    latest = sorted({*numbered[:COMPARED], snapshot.version}, reverse=True)
    kept = {number: source.kept(number, METRICS) for number in latest}
    read = {number: json.loads(content) for number, content in kept.items() if content is not None}
    paths = _paths(snapshot.metrics or {})
    return Table(
        ("version", *(label for label, _ in paths)),
        tuple(
            (
                f"{number}{' (answers)' if number == snapshot.version else ''}",
                *(numbers.interval(estimate(metrics, *path)) for _, path in paths),
            )
            for number, metrics in read.items()
        ),
    )


def _paths(metrics: Mapping[str, Any]) -> list[tuple[str, tuple[str, ...]]]:
    return [("nDCG@10", ("ranking", "als", "ndcg@10")), *_spreads(metrics)]


def _spreads(metrics: Mapping[str, Any]) -> Iterator[tuple[str, tuple[str, ...]]]:
    for grouping in branch(metrics, "fairness", "providers"):
        if grouping in {"region", "tier"}:
            for measure in ("dp", "eo"):
                path = ("fairness", "providers", grouping, f"{measure}@10", "disparity")
                yield f"{measure.upper()} disparity by {labels.grouping(grouping)}", path
    for grouping in branch(metrics, "fairness", "listeners"):
        if grouping in {"gender", "age_band"}:
            path = ("fairness", "listeners", grouping, "eo@10", "ratio")
            yield f"EO ratio of listeners by {labels.grouping(grouping)}", path
