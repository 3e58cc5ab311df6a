"""What operators see: metrics in the format of Prometheus, and logs of one JSON object a line."""

import json
import logging
import os
import sys
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, Final

import psutil
from prometheus_client import (
    CollectorRegistry,
    Counter,
    Gauge,
    Histogram,
    disable_created_metrics,
    generate_latest,
    multiprocess,
)

from fairtune.service.answers import Answer
from fairtune.service.snapshot import Snapshot

LOGGER: Final = "fairtune.service"
SHARED: Final = "PROMETHEUS_MULTIPROC_DIR"
"""Names the folder where the processes of one service add their figures up; must be set before the import."""
SECONDS: Final = (0.001, 0.0025, 0.005, 0.01, 0.02, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 10.0)
METHODS: Final = frozenset({"GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"})

log = logging.getLogger(LOGGER)


class Telemetry:
    """Metrics of one service; figures of all its workers where they share a folder."""

    def __init__(self) -> None:
        disable_created_metrics()  # type: ignore[no-untyped-call]  # a series more for each, which nobody reads
        self._registry = CollectorRegistry()
        by = ("method", "route", "status")
        self._seconds = Histogram(
            "fairtune_request_seconds",
            "Time to answer a request.",
            by,
            buckets=SECONDS,
            registry=self._registry,
        )
        self._requests = self._counter("fairtune_requests", "Requests answered.", *by)
        self._lists = self._counter("fairtune_lists", "Lists given.")
        self._fallbacks = self._counter(
            "fairtune_fallback_lists", "Lists given to listeners whom the model doesn't know.", "list"
        )
        self._places = self._counter(
            "fairtune_places", "Places of lists given, by the region of the artist.", "region"
        )
        self._swaps = self._counter("fairtune_model_loads", "Versions that began to answer.")
        self._refused = self._counter("fairtune_model_refused", "Times that a version did not load.")
        self._unreachable = self._counter("fairtune_registry_errors", "Looks at the registry that failed.")
        self._version = Gauge(
            "fairtune_model_version",
            "Version that answers.",
            ("model",),
            registry=self._registry,
            multiprocess_mode="liveall",
        )
        self._age = Gauge(
            "fairtune_model_age_seconds",
            "Time since the version that answers was registered.",
            ("model",),
            registry=self._registry,
            multiprocess_mode="livemax",
        )
        self._reached = True

    def serving(self, snapshot: Snapshot) -> None:
        self._swaps.inc()
        self._version.labels(snapshot.model).set(snapshot.version)
        event("a version answers from now on", model=snapshot.model, version=snapshot.version)

    def refused(self, number: int, reason: str) -> None:
        self._refused.inc()
        event("a version was refused, the one before goes on", logging.ERROR, version=number, reason=reason)

    def unreachable(self, reason: str) -> None:
        self._unreachable.inc()
        if self._reached:  # one line, not one every few seconds
            event("the registry doesn't answer, the present version goes on", logging.ERROR, reason=reason)
        self._reached = False

    def reached(self) -> None:
        if not self._reached:
            event("the registry answers again")
        self._reached = True

    def listed(self, answers: Sequence[Answer]) -> None:
        """Count lists, what stood in for unknown listeners, and the regions of the artists listed."""
        places: dict[str, int] = {}
        for answer in answers:
            for region in answer.regions:
                places[region] = places.get(region, 0) + 1
            if answer.fallback is not None:
                self._fallbacks.labels(answer.fallback).inc()
        self._lists.inc(len(answers))
        for region, count in places.items():
            self._places.labels(region).inc(count)

    def answered(
        self, *, method: str, route: str, status: int, seconds: float, snapshot: Snapshot | None
    ) -> None:
        """Count a request and log it; the route is the template, so that no id of a listener is kept."""
        known = method if method in METHODS else "other"
        self._requests.labels(known, route, str(status)).inc()
        self._seconds.labels(known, route, str(status)).observe(seconds)
        event(
            "request",
            method=known,
            route=route,
            status=status,
            milliseconds=round(1000 * seconds, 3),
            version=None if snapshot is None else snapshot.version,
        )

    def text(self, snapshot: Snapshot | None) -> bytes:
        """Return all metrics, in the text format of Prometheus."""
        age = None if snapshot is None else snapshot.age()
        if snapshot is not None and age is not None:
            self._age.labels(snapshot.model).set(age)
        if not os.environ.get(SHARED):
            return bytes(generate_latest(self._registry))
        _forget_the_dead(Path(os.environ[SHARED]))
        everybody = CollectorRegistry()
        multiprocess.MultiProcessCollector(everybody)  # type: ignore[no-untyped-call]
        return bytes(generate_latest(everybody))

    def end(self) -> None:
        """Take this process's own figures off, those that say what it serves now."""
        if os.environ.get(SHARED):
            multiprocess.mark_process_dead(os.getpid())  # type: ignore[no-untyped-call]

    def _counter(self, name: str, text: str, *labels: str) -> Counter:
        return Counter(name, text, labels, registry=self._registry)


def _forget_the_dead(folder: Path) -> None:
    """Take off what workers serve that were killed; what they counted stays."""
    for pid in {int(file.stem.rpartition("_")[2]) for file in folder.glob("gauge_live*_*.db")}:
        if not psutil.pid_exists(pid):
            multiprocess.mark_process_dead(pid)  # type: ignore[no-untyped-call]


def event(message: str, level: int = logging.INFO, **fields: Any) -> None:
    """Log a line with fields."""
    log.log(level, message, extra={"fields": fields})


class JsonLines(logging.Formatter):
    """One JSON object a line: time, level, event, and the fields of `event`."""

    def format(self, record: logging.LogRecord) -> str:
        fields: Mapping[str, Any] = getattr(record, "fields", {})
        line = {
            "time": datetime.fromtimestamp(record.created, UTC).isoformat(timespec="milliseconds"),
            "level": record.levelname.lower(),
            "event": record.getMessage(),
            "process": record.process,
            **fields,
        }
        if record.exc_info:
            line["traceback"] = self.formatException(record.exc_info)
        return json.dumps(line)  # ASCII: control characters of hostile names stay escaped


def configure_logs() -> None:
    """Have the service and its server write JSON lines to stdout."""
    handler = logging.StreamHandler(sys.stdout)
    handler.setFormatter(JsonLines())
    for name in (LOGGER, "uvicorn", "uvicorn.error"):
        logger = logging.getLogger(name)
        logger.handlers = [handler] if name != "uvicorn.error" else []
        logger.propagate = name == "uvicorn.error"
        logger.setLevel(logging.INFO)
