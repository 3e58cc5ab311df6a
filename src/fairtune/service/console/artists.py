"""Page "Artists": how often an artist or track is recommended, to whom, through what, and who is upcoming."""

from itertools import chain

from fastapi import APIRouter, Request
from fastapi.responses import Response

from fairtune.columns import BlockName
from fairtune.service import audience, items
from fairtune.service.answers import kind_of
from fairtune.service.console import pages
from fairtune.service.console.dependencies import Asking, Current, Text
from fairtune.service.console.listen import Taste, key
from fairtune.service.snapshot import Snapshot

router = APIRouter()
FOUND = 12
SIMILAR = 6
UPCOMING = 20


@router.get("/artists", summary="Page: look an artist up", include_in_schema=False)
def search(request: Request, session: Asking, snapshot: Current, query: Text = "") -> Response:
    kinds = _kinds(snapshot)
    found = chain.from_iterable(
        items.search(snapshot, query, n=FOUND, kind=block) for block in kinds if query.strip()
    )
    return pages.page(
        request,
        "artists",
        at="artists",
        session=session,
        query=query,
        found=list(found),
        tracks=BlockName.TRACK in kinds,
    )


@router.get("/artists/upcoming", summary="Page: emerging artists", include_in_schema=False)
def upcoming(request: Request, session: Asking, snapshot: Current, kind: Text | None = None) -> Response:
    kinds = _kinds(snapshot)
    block = kind_of(snapshot, kind) if kind else kinds[0]
    return pages.page(
        request,
        "upcoming",
        at="artists",
        session=session,
        kind=block,
        kinds=kinds,
        below=snapshot.recommender.emerging_below(block),
        items=audience.emerging(snapshot, block, UPCOMING),
        share=audience.share_emerging(snapshot, block),
        everybody=len(snapshot.release.listener_ids),
    )


@router.get("/artists/{kind}/{item_id:path}", summary="Page: an item", include_in_schema=False)
def item(request: Request, session: Asking, snapshot: Current, kind: Text, item_id: Text) -> Response:
    block = kind_of(snapshot, kind)
    column = items.column(snapshot, block, item_id)
    counted = audience.audience(snapshot, block, column)
    most = max(counted["ranks"])
    return pages.page(
        request,
        "item",
        at="artists",
        session=session,
        kind=block,
        about=items.describe(snapshot, block, column),
        below=snapshot.recommender.emerging_below(block),
        counted=counted,
        bars=[
            (rank, lists, round(240 * lists / most) if most else 0)
            for rank, lists in enumerate(counted["ranks"], 1)
        ],
        reached=audience.reached(snapshot, block, column),
        everybody=len(snapshot.release.listener_ids),
        similar=items.similar(snapshot, block, column, SIMILAR),
        listen=None if block is BlockName.MUSIC_TYPE else Taste((key(block, item_id),)).address(),
    )


def _kinds(snapshot: Snapshot) -> list[BlockName]:
    return [block for block in (BlockName.ARTIST, BlockName.TRACK) if block in snapshot.release.kinds]
