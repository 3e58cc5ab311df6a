"""Section: what the model is, what it was made from, what it is for and where it ends: a model card.

References
----------
Mitchell et al., "Model cards for model reporting", FAT* 2019.
"""

from collections.abc import Mapping, Sequence
from typing import Any, Final

from fairtune.columns import DEMOGRAPHIC, UNKNOWN, BlockName
from fairtune.config.gate_limits import Place
from fairtune.config.params import DatasetParams
from fairtune.config.reranking_bounds import Constraints
from fairtune.evaluation.gate.metrics_file import branch
from fairtune.reporting.elements import labels, numbers
from fairtune.reporting.elements.estimates import estimate
from fairtune.reporting.elements.section import Section, Table

_SPLITS: Final = {
    "random": "a random part of what each listener played ({})",
    "leave_last": "the last thing each listener played",
    "temporal": "everything played after one moment in time",
    "given": "the part that the data set itself marks as held out",
}
_ASKED: Final = {"gender": "gender", "age_band": "age", "region": "country"}


def section(
    metrics: Mapping[str, Any], about: Mapping[str, Any], params: DatasetParams, *, dataset: str
) -> Section:
    """Describe the model in words and small tables; facts that `about.json` doesn't hold are left out."""
    items = labels.noun(str(params.matrix.target))
    return Section(
        name="card",
        title="What it is for, and where it ends",
        short="Model card",
        lead=(
            f"This model ranks {items} that a listener has not played yet. Its figures hold for listeners "
            "and music like those of the data it learned from, and for nothing else."
        ),
        tables=(("Model card", Table((), _facts(metrics, about, params, dataset), prose=True)),),
        notes=limits(metrics, params),
        notes_title="What to know before relying on it",
    )


def _facts(
    metrics: Mapping[str, Any], about: Mapping[str, Any], params: DatasetParams, dataset: str
) -> tuple[tuple[str, str], ...]:
    target = str(params.matrix.target)
    items = labels.noun(target)
    influencers = [
        labels.BLOCKS.get(name, name) for name in params.matrix.blocks if name != params.matrix.target
    ]
    size = [
        f"{numbers.count(metrics[key])} {what}"
        for key, what in (("n_listeners", "listeners"), ("n_items", items))
        if key in metrics
    ]
    facts = {
        "meant for": (
            "helping people discover music in a service like the one the data comes from; comparing ways to "
            "recommend by accuracy and fairness"
        ),
        "meant to be used by": "people who know what the limits at the top ask for",
        "not meant for": (
            "judging artists or listeners, setting pay, guessing anything about a person but their taste, or "
            "other kinds of media"
        ),
        "data set": dataset,
        "size": numbers.listed(size) if size else "",
        "source": str(about.get("source") or ""),
        "citation": str(about.get("citation") or ""),
        "licence": str(about.get("licence") or ""),
        "play counts": "counted" if metrics.get("counts") else "not counted: played or not is all there is",
        "method": "weighted alternating least squares (ALS) on one matrix of listeners and what they play"
        + (", beside item neighbours" if "neighbours" in metrics.get("ablation", {}) else ""),
        "recommends": f"{items}, learned from {labels.BLOCKS.get(target, target)}",
        "influencers beside them": numbers.listed(influencers) if influencers else "none",
        "re-ranked to keep": numbers.listed(kept(params.train.rerank, target)) if params.train.rerank else "",
        "held out to judge it": _SPLITS[params.matrix.split].format(
            numbers.percent(params.matrix.test_share)
        ),
        "judged by": (
            f"the lists of {numbers.count(metrics['n_judged'])} of the listeners, drawn so that groups have "
            "their share; intervals include what that costs"
            if "n_judged" in metrics and metrics["n_judged"] < metrics["n_listeners"]
            else ""
        ),
        "intervals": f"95 %, from {numbers.count(params.evaluate.resamples)} resamples of listeners",
        "seed": str(metrics["seed"]) if "seed" in metrics else "",
    }
    return tuple((name, value) for name, value in facts.items() if value)


def kept(wanted: Constraints, target: str) -> tuple[str, ...]:
    """List what lists are re-ranked to keep."""
    bounds = []
    for written, share in wanted.min_share.items():
        place = Place.parse(written)
        whose = labels.provider(place.grouping, place.group or "", target)
        has = labels.verb(whose, "have", "has")
        bounds.append(f"{whose} {has} at least {numbers.percent(share)} of the places")
    for what, limits_ in (("DP", wanted.max_dp_disparity), ("EO", wanted.max_eo_disparity)):
        bounds += [
            f"{what} disparity by {labels.grouping(by)} of at most {most:g}" for by, most in limits_.items()
        ]
    return tuple(bounds)


def limits(metrics: Mapping[str, Any], params: DatasetParams) -> tuple[str, ...]:
    """List what a reader must know before relying on the figures; only what is true of this run."""
    used = numbers.listed(labels.BLOCKS.get(name, name) for name in params.matrix.blocks)
    pooled = params.evaluate.min_group, params.evaluate.min_provider_group
    history = (
        "What was held out is what people played under the recommendations and the radio of their time. A "
        "listener may like something new and yet not have played it, and that counts as a miss here."
    )
    sentences = [history, f"Of a listener, the model knows {used}, and nothing else."]
    sentences += _demographic([block for block in params.matrix.blocks if block in DEMOGRAPHIC])
    if params.train.rerank:
        sentences.append(
            "Lists are re-ranked: groups of items gain or lose a bonus, chosen on the part held out for "
            "tuning. Reasons tell what the taste of a listener contributes, and not the bonus."
        )
    sentences += _cold(metrics, labels.noun(str(params.matrix.target)))
    unknown = estimate(_unknown_region(metrics), "share_listening")
    if unknown and unknown.value:
        sentences.append(
            f"{numbers.percent(unknown.value)} of listening goes to artists whose region is not known. "
            "They are shown as a group of their own and left out of comparisons."
        )
    if params.matrix.target == BlockName.MUSIC_TYPE:
        sentences.append(
            "A music type belongs to a region as far as its artists do: its exposure is shared between "
            "regions."
        )
    missing = [name for kind, name in _ASKED.items() if kind not in branch(metrics, "fairness", "listeners")]
    if missing:
        sentences.append(
            f"Nothing is known of listeners' {numbers.listed(missing)}: whether such groups are served alike "
            "cannot be told from this data."
        )
    sentences.append(
        f"Groups of fewer than {pooled[0]} listeners, or {pooled[1]} items, are pooled: what happens inside "
        "of them is not shown."
    )
    sentences.append(
        "An interval tells what other listeners would change. Another split of the data or another seed "
        "would change figures as well. What people do with real recommendations is only seen by trying."
    )
    sentences.append(
        "Equal exposure and equal chance are two of several notions of fairness, and can't always be had "
        "together. Which gap is acceptable is for people to decide; the limits at the top write it down."
    )
    return tuple(sentences)


def _demographic(blocks: Sequence[BlockName]) -> list[str]:
    """Warn of a model that is told who listeners are."""
    if not blocks:
        return []
    known = numbers.listed(labels.INFLUENCERS[name] for name in blocks)
    sentence = (
        f"It learns from {known}: people may get what others of their group play instead of what suits "
        "them, and that comes back as data. Be careful with it: have a reason that listeners would accept, "
        "and their consent where the law asks for it, and look whether every group gains. Somebody of whom "
        "it is not known, or who only names what they like, is ranked by listening alone."
    )
    return [sentence]


def _cold(metrics: Mapping[str, Any], items: str) -> list[str]:
    """Warn of items that few have played, if they are found less than half as often as the others."""
    warm, cold = (estimate(metrics, "items", kind, "recall@10") for kind in ("warm", "cold"))
    if warm is None or cold is None or 2 * cold.value >= warm.value:
        return []
    found, others = numbers.percent(cold.value), numbers.percent(warm.value)
    sentence = (
        f"It learns from who else plays something: of {items} that very few have played, lists find "
        f"{found} of what is played later, of the others {others}. New music needs another way to listeners."
    )
    return [sentence]


def _unknown_region(metrics: Mapping[str, Any]) -> Mapping[str, Any]:
    return branch(metrics, "fairness", "providers", "region", "dp@10", "groups", UNKNOWN)
