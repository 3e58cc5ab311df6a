"""Page "What if": bounds as sliders, what they cost, who loses, and the lines for params.yaml."""

import io
from collections.abc import Iterator, Mapping, Sequence
from typing import Annotated, Any, Final

from fastapi import APIRouter, Query, Request
from fastapi.responses import Response

from fairtune.columns import REGION
from fairtune.experiments.whatif import losers, rows
from fairtune.experiments.whatif.run import Question
from fairtune.matrix.provider_groups import TIER
from fairtune.reporting.elements import labels, numbers
from fairtune.reporting.elements.section import Table
from fairtune.service.console import pages
from fairtune.service.console.dependencies import Asking, Current

router = APIRouter()
TAIL: Final = f"{TIER}.tail"
OFF: Final = 0.0
"""Where a slider asks for nothing."""


@router.get("/what-if", summary="Page: what re-ranking would cost", include_in_schema=False)
def what_if(
    request: Request,
    session: Asking,
    snapshot: Current,
    tail: Annotated[float, Query(ge=0, le=50, allow_inf_nan=False)] = OFF,
    dp: Annotated[float, Query(ge=0, le=1, allow_inf_nan=False)] = OFF,
    eo: Annotated[float, Query(ge=0, le=1, allow_inf_nan=False)] = OFF,
) -> Response:
    questions = request.app.state.console.questions
    question = _question(tail, dp, eo)
    answer: Mapping[str, Any] | None = None
    items = labels.noun(str(snapshot.release.target))
    if question is None:
        questions.warm_up()
    else:
        answer = questions.ask(question)
    return pages.page(
        request,
        "what_if",
        at="what_if",
        session=session,
        items=items,
        now=_now(snapshot.metrics or {}),
        tail=tail,
        dp=dp,
        eo=eo,
        answer=answer,
        asked=_asked(tail, dp, eo, items),
        tables=[] if answer is None else list(_tables(answer, _asked(tail, dp, eo, items))),
        losing=[] if answer is None else losers.sentences(answer, answer["target"], named=None),
        lines="" if question is None else _lines(request.app.state.console.dataset, question),
    )


def _question(tail: float, dp: float, eo: float) -> Question | None:
    if not (tail or dp or eo):
        return None
    return Question(
        min_share=(f"{TAIL}={tail / 100:g}",) if tail else (),
        max_dp_disparity=dp or None,
        max_eo_disparity=eo or None,
        by=REGION,
    )


def _now(metrics: Mapping[str, Any]) -> dict[str, float | None]:
    """Return the figures that the sliders bound, for the version that answers."""
    by = metrics.get("fairness", {}).get("providers", {})
    return {
        "dp": _value(by, REGION, "dp@10", "disparity"),
        "eo": _value(by, REGION, "eo@10", "disparity"),
        "tail": _value(by, TIER, "dp@10", "groups", "tail", "share_recommended"),
    }


def _value(tree: Any, *path: str) -> float | None:
    for step in path:
        tree = tree.get(step, {}) if isinstance(tree, Mapping) else {}
    value = tree.get("value") if isinstance(tree, Mapping) else tree
    return None if value is None else float(value)


def _asked(tail: float, dp: float, eo: float, items: str) -> list[str]:
    """Return what is asked for in words, in the order of the bounds."""
    between = "disparity between the regions of artists is at most"
    return [
        *([f"{items} of the long tail get at least {tail:g}{numbers.THIN}% of the places"] if tail else ()),
        *([f"demographic parity {between} {dp:g}"] if dp else ()),
        *([f"equal opportunity {between} {eo:g}"] if eo else ()),
    ]


def _tables(answer: Mapping[str, Any], asked: Sequence[str]) -> Iterator[tuple[str, Table]]:
    in_words = [
        {**bound, "asked": numbers.sentence(words)}
        for words, bound in zip(asked, answer["bounds"], strict=True)
    ]
    yield "Asked for", Table(("bound", *rows.BOUNDS), tuple(rows.bounds(in_words)))
    yield "What it costs", Table(("figure", *rows.FIGURES), tuple(rows.figures(answer["figures"])))
    groups = ((numbers.sentence(name), *values) for name, *values in rows.groups(answer["providers"]))
    yield "Whose music is listed", Table(("group", *rows.GROUPS), tuple(groups))


def _lines(dataset: str, question: Question) -> str:
    """Return what params.yaml has to say for lists to keep this from the next training on."""
    from ruamel.yaml import YAML

    rerank: dict[str, dict[str, float]] = {}
    if question.min_share:
        rerank["min_share"] = {
            group: float(share) for group, _, share in (one.partition("=") for one in question.min_share)
        }
    if question.max_dp_disparity is not None:
        rerank["max_dp_disparity"] = {question.by: question.max_dp_disparity}
    if question.max_eo_disparity is not None:
        rerank["max_eo_disparity"] = {question.by: question.max_eo_disparity}
    text = io.StringIO()
    YAML().dump({"datasets": {dataset: {"train": {"rerank": rerank}}}}, text)
    return text.getvalue()
