"""Evidence as the stages leave it, written by hand: the layout of metrics.json, figures like real ones."""

from dataclasses import replace
from typing import Any

import pandas as pd

from fairtune.config import params
from fairtune.config.params import DatasetParams, Gate
from fairtune.evaluation.gate import verdict
from fairtune.reporting.report import Evidence


def figure(value: float, spread: float = 0.02) -> dict[str, float]:
    return {"value": value, "low": round(value - spread, 6), "high": round(value + spread, 6)}


def provider(rate: float, catalogue: float, listening: float, recommended: float, n: float) -> dict[str, Any]:
    return {
        "rate": figure(rate, rate / 20),
        "share_catalogue": figure(catalogue, 0.0),
        "share_listening": figure(listening, 0.01),
        "share_recommended": figure(recommended, 0.01),
        "n": n,
    }


def measure(groups: dict[str, Any], disparity: float = 0.2) -> dict[str, Any]:
    rates = [group["rate"]["value"] for name, group in groups.items() if name != "unknown"]
    ratio = min(rates) / max(rates)
    spread = {
        "difference": figure(max(rates) - min(rates), 0.0),
        "ratio": figure(ratio, ratio / 20),
        "disparity": figure(disparity),
    }
    return {**spread, "groups": groups}


SHARES = {
    "United States": (0.3, 0.45, 0.48, 900),
    "United Kingdom": (0.2, 0.25, 0.29, 600),
    "other Europe": (0.2, 0.12, 0.1, 600),
    "rest of the world": (0.2, 0.08, 0.05, 600),
    "unknown": (0.1, 0.1, 0.08, 300),
}
EXPOSURE = {
    "United States": 0.0042,
    "United Kingdom": 0.0056,
    "other Europe": 0.003,
    "rest of the world": 0.002,
    "unknown": 0.001,
}
CHANCE = {
    "United States": 0.2,
    "United Kingdom": 0.24,
    "other Europe": 0.16,
    "rest of the world": 0.1,
    "unknown": 0.1,
}
COUNTRIES = {
    "US": (0.3, 0.45, 0.48, 900),
    "NL": (0.2, 0.12, 0.1, 600),
    "other": (0.4, 0.33, 0.34, 1200),
    "unknown": (0.1, 0.1, 0.08, 300),
}
EMERGING = {"emerging": (0.4, 0.05, 0.02, 1200), "established": (0.6, 0.95, 0.98, 1800)}
TIERS = {"head": (0.02, 0.2, 0.35, 60), "middle": (0.28, 0.6, 0.6, 840), "tail": (0.7, 0.2, 0.05, 2100)}


def groupings() -> dict[str, Any]:
    tiers = {
        name: provider(rate, *TIERS[name])
        for name, rate in (("head", 0.05), ("middle", 0.01), ("tail", 0.001))
    }
    countries = {name: provider(0.004, *shares) for name, shares in COUNTRIES.items()}
    countries["US"] = provider(0.006, *COUNTRIES["US"])
    new = {name: provider(shares[2] / 50, *shares) for name, shares in EMERGING.items()}
    return {
        "region": {
            "dp@10": measure({name: provider(rate, *SHARES[name]) for name, rate in EXPOSURE.items()}, 0.39),
            "eo@10": measure({name: provider(rate, *SHARES[name]) for name, rate in CHANCE.items()}, 0.29),
            "share_unknown": 0.1,
        },
        "country": {"dp@10": measure(countries), "eo@10": measure(countries), "share_unknown": 0.1},
        "tier": {"dp@10": measure(tiers, 1.2), "eo@10": measure(tiers, 1.1), "share_unknown": 0.0},
        "emerging": {"dp@10": measure(new), "eo@10": measure(new), "share_unknown": 0.0},
    }


def leaning(name: str, share: float = 0.2) -> dict[str, Any]:
    return {"name": name, "share": share, "elsewhere": share / 5, "z": 9.1, "sure": name != "chance"}


def taste_group(name: str, types: list[str], artists: list[str]) -> dict[str, Any]:
    return {
        "name": name,
        "n": 500,
        "share": 0.25,
        "types": [leaning(music_type) for music_type in types],
        "artists": [leaning(artist) for artist in artists],
    }


TASTE_GROUPS = [
    taste_group("indie & shoegaze", ["indie", "shoegaze", "chance"], ["Slowdive", "Ride"]),
    taste_group("hip hop & a type with a name of some length", ["hip hop"], ["A$AP Rocky & Ke$ha", "Nas"]),
    taste_group("Ke$ha, A$AP Rocky, Перемен", [], ["Ke$ha"]),
    taste_group("mixed tastes", [], ["初音ミク"]),
]
TASTES = {"min_group": 100, "stability": {"4": 0.61, "5": 0.5}, "groups": TASTE_GROUPS}


def listeners(**rates: float) -> dict[str, Any]:
    groups = {name.replace("_", " "): {"rate": figure(rate), "n": 500} for name, rate in rates.items()}
    return {"eo@10": measure(groups), "dp_ndcg@10": measure(groups)}


def metrics() -> dict[str, Any]:
    models = {"als": 0.281, "item_knn": 0.251, "popularity": 0.19, "tutorial_als": 0.21}
    ladder = {
        "global_mean": 1.3, "item_mean": 1.1, "user_mean": 0.9, "bias": 0.822,
        "bias_als": 0.778, "bias_als_influencers": 0.756,
    }  # fmt: skip
    return {
        "target": "track",
        "counts": True,
        "n_listeners": 1500,
        "n_items": 3000,
        "seed": 1,
        "rmse": {
            "log_plays": {name: figure(value) for name, value in ladder.items()},
            "skill": figure(0.08),
        },
        "ranking": {
            name: {
                "ndcg@10": figure(value, 0.008),
                "recall@10": figure(value - 0.1),
                "precision@10": figure(value - 0.12),
                "hit@10": figure(0.83),
                "map@10": figure(value - 0.15),
                "mrr@10": figure(value + 0.1),
                "ndcg@20": figure(value + 0.02, 0.008),
                "ndcg@40": figure(value + 0.04, 0.008),
                "coverage@10": figure(0.41, 0.0),
                "diversity@10": figure(value + 0.3),
                "novelty@10": figure(6.5),
                "tail_share@10": figure(0.05, 0.01),
                "emerging_share@10": figure(0.03, 0.01),
            }
            for name, value in models.items()
        },
        "items": {
            kind: {
                "recall@10": figure(recall),
                "ndcg@10": figure(recall + 0.05),
                "n_items": n,
                "n_truth": 5 * n,
            }
            for kind, recall, n in (("cold", 0.04, 1200), ("warm", 0.21, 1800))
        }
        | {
            "unplayed": {
                "recall@10": figure(0.06, 0.01),
                "ndcg@10": figure(0.03, 0.005),
                "chance": {"recall@10": figure(0.05, 0.0), "ndcg@10": figure(0.02, 0.001)},
                "n_items": 200,
                "n_described": 150,
                "n_truth": 900,
            }
        },
        "ranking_of_listeners": {
            "gender": {name: {"hit@10": figure(0.7), "mrr@10": figure(0.4)} for name in ("f", "m")}
        },
        "ablation": {
            "artist": {
                "ndcg@10": figure(0.251),
                "ndcg@10_change": figure(-0.03, 0.004),
                "rmse": figure(0.776),
                "rmse_change": figure(0.02, 0.002),
            },
            "friend": {
                "ndcg@10": figure(0.28),
                "ndcg@10_change": figure(-0.001, 0.004),
                "rmse": figure(0.757),
                "rmse_change": figure(0.001, 0.002),
            },
        },
        "fairness_of_alternatives": {
            name: {
                "region": {
                    "dp@10": {"disparity": figure(0.5 + at / 10)},
                    "eo@10": {"disparity": figure(0.3 + at / 10)},
                }
            }
            for at, name in enumerate(("item_knn", "popularity", "tutorial_als"))
        },
        "fairness": {
            "providers": groupings(),
            "listeners": {
                "region": listeners(United_States=0.2, United_Kingdom=0.22, unknown=0.15),
                "country": listeners(US=0.2, NL=0.24, other=0.19, unknown=0.15),
                "gender": listeners(f=0.19, m=0.21),
                "age_band": listeners(**{"18-24": 0.21, "under_18": 0.2, "50+": 0.12}),
                "activity": listeners(active=0.2, less_active=0.15, most_active=0.26),
                "mainstreamness": listeners(niche=0.14, mixed=0.2, mainstream=0.25),
                "taste": listeners(**{group["name"]: 0.2 - at / 50 for at, group in enumerate(TASTE_GROUPS)}),
            },
            "own_region": {
                f"{region}@10": {
                    "share_recommended": figure(recommended),
                    "share_listening": figure(listening),
                    "ratio": figure(recommended / listening),
                    "n": 500,
                }
                for region, listening, recommended in (
                    ("United States", 0.5, 0.52),
                    ("rest of the world", 0.3, 0.12),
                )
            },
        },
        "also": {},
    }


def trials() -> pd.DataFrame:
    ndcg = [0.2, 0.262, 0.25, 0.279, 0.284, 0.27]
    return pd.DataFrame(
        {
            "number": range(6),
            "ndcg": ndcg,
            "dp": [0.6, 0.5, 0.2, 0.33, 1.1, 0.3],
            "eo": [0.5, 0.4, 0.15, 0.3, 0.9, 0.35],
            "served": [0.9, 0.8, 0.85, 0.9, 0.95, 0.7],
            "cut": [False, False, False, False, False, True],
            "chosen": [number == 3 for number in range(6)],
            "factors": [100, 64, 64, 96, 128, 64],
        }
    )


def learning() -> pd.DataFrame:
    return pd.DataFrame(
        {
            "iteration": [1, 2, 5, 10, 15],
            "ndcg": [0.1, 0.2, 0.26, 0.278, 0.279],
            "dp": [0.3] * 5,
            "eo": [0.2] * 5,
            "chosen": [False] * 4 + [True],
        }
    )


ALTERNATIVES: dict[str, Any] = {
    name: {"settings": {}, "ndcg@10": ndcg, "dp": dp, "eo": eo, "tried": 1}
    for name, ndcg, dp, eo in (
        ("autoencoder", 0.271, 0.45, 0.4),
        ("item_knn", 0.251, 0.5, 0.4),
        ("linear", 0.25, 0.52, 0.42),
        ("plain_als", 0.262, 0.48, 0.39),
        ("popularity", 0.19, 2.4, 1.2),
        ("tutorial_als", 0.21, 0.6, None),
    )
}
BEST = {
    "hyperparameters": {
        "factors": 96, "regularization": 12.345678, "iterations": 15, "alpha": 6.5, "beta": 0.3, "gamma": 0.0,
        "scaling": "log",
        "block_weights": {"artist": 0.71},
    },
    "number": 3,
    "flagged": False,
    "reason": "highest nDCG@10 of the 2 of 6 trials within DP disparity 0.35, EO disparity 0.35",
}  # fmt: skip
ABOUT = {
    "dataset": "demo",
    "item_kind": "track",
    "counts": True,
    "source": "https://example.org/listening",
    "licence": "non-commercial use",
    "citation": "Somebody, 2011",
    "rows": {"interactions": 92834, "items": 3000, "users": 1500},
    "rejected": 2,
    "notes": {"tag rows of unknown artists": 1538, "names repaired": 0},
    "coverage": {"artist_region": {"items": 0.9, "interactions": 0.9, "plays": 0.92}},
}
VALIDATION: dict[str, Any] = {
    "dataset": "demo",
    "success": True,
    "evaluated": 20,
    "failed": 1,
    "tables": {
        "interactions": {"rows": 92834, "evaluated": 12, "failed": 0, "failures": []},
        "users": {
            "rows": 1500,
            "evaluated": 8,
            "failed": 1,
            "failures": [
                {"column": "age", "rule": "ages are known", "critical": False, "count": 7, "examples": []}
            ],
        },
    },
}


LIMITS = Gate(
    min_rmse_skill=0.0,
    beats=("popularity", "item_knn"),
    max_dp_disparity={"region": 0.5},
    max_eo_disparity={"region": 0.5},
    min_eo_ratio={"gender": 0.6},
    tolerance_absolute=0.005,
    tolerance_relative=0.03,
)


def parameters(limits: Gate = LIMITS) -> DatasetParams:
    """Parameters of `demo` in the repository's own params.yaml, with these limits."""
    return replace(params.load().dataset("demo"), gate=limits)


def evidence(**changes: Any) -> Evidence:
    """Evidence of data set `demo`; `changes` replace parts."""
    chosen = parameters()
    figures = changes.get("metrics", metrics())
    given = {
        "dataset": "demo",
        "params": chosen,
        "metrics": figures,
        "verdict": verdict.verdict(figures, chosen.gate),
        "trials": trials(),
        "learning": learning(),
        "best": BEST,
        "validation": VALIDATION,
        "about": ABOUT,
        "alternatives": ALTERNATIVES,
        "tastes": TASTES,
    }
    return Evidence(**{**given, **changes})
