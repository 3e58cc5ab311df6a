"""What the routes of all pages need: the version that answers, who asks, and texts of a bearable length."""

from typing import Annotated

from fastapi import Depends, Request
from pydantic import StringConstraints

from fairtune.service import problems
from fairtune.service.console.access import Session
from fairtune.service.settings import MAX_TEXT
from fairtune.service.snapshot import Snapshot


def _asking(request: Request) -> Session:
    session: Session = request.app.state.console.access.session(request)
    return session


def _current(request: Request) -> Snapshot:
    snapshot: Snapshot | None = request.state.snapshot
    if snapshot is None:
        raise problems.not_ready()
    return snapshot


SignedIn = Depends(_asking)
Asking = Annotated[Session, SignedIn]
Current = Annotated[Snapshot, Depends(_current)]
Text = Annotated[str, StringConstraints(max_length=MAX_TEXT)]
