"""Routes for those who run the service: is it alive, is it ready, what does it count."""

from http import HTTPStatus

from fastapi import APIRouter, Request
from fastapi.responses import Response

from fairtune.service import problems
from fairtune.service.edge import Json

router = APIRouter()
TEXT = "text/plain; version=0.0.4; charset=utf-8"


@router.get("/healthz", summary="Whether the process is alive")
async def healthz() -> Json:
    return Json({"status": "alive"})


@router.get("/readyz", summary="Whether a version of the model is loaded")
async def readyz(request: Request) -> Json:
    snapshot = request.state.snapshot
    if snapshot is None:
        raise problems.not_ready()
    return Json({"status": "ready", "model": snapshot.as_dict()}, HTTPStatus.OK)


@router.get("/metrics", summary="Metrics for Prometheus", response_class=Response)
def metrics(request: Request) -> Response:
    text = request.app.state.telemetry.text(request.state.snapshot)
    return Response(text, media_type=TEXT)
