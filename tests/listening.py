"""Evaluations of 400 made-up listeners, as a pipeline leaves them behind: figures, and a row a listener."""

import numpy as np
import pandas as pd

from fairtune.evaluation.comparison.compare import Evaluated
from fairtune.metrics.bootstrap import Bootstrap, figure

LISTENERS = 400
MIN_GROUP = 20


def evaluated(*, worse=0.0, seed=0):
    """Evaluate with split and model of `seed`; `worse` is taken from each list, and added to each error."""
    people, drawn = np.random.default_rng(99), np.random.default_rng(seed)
    easy = people.beta(2, 6, LISTENERS)  # the same people, whatever the seed
    quality = np.clip(easy + drawn.normal(0, 0.1, LISTENERS) - worse, 0, 1)
    quality[drawn.random(LISTENERS) < 0.05] = np.nan  # nothing held out
    pairs = drawn.integers(1, 9, LISTENERS).astype(float)
    bias = pairs * drawn.uniform(0.4, 0.9, LISTENERS)
    frame = pd.DataFrame(
        {
            "user_id": range(1, LISTENERS + 1),
            "gender": np.where(np.arange(LISTENERS) % 5 < 2, "f", "m"),
            "predicted_pairs": pairs,
            "squared_error_bias": bias,
            "squared_error_bias_als_influencers": 0.9 * bias + worse * pairs,
            **{f"als_{name}@10": quality for name in ("ndcg", "recall", "precision")},
        }
    )
    return Evaluated(figures(frame, seed), frame)


def figures(frame, seed):
    """Compute metrics.json from the frame the way the evaluation does, resampling listeners."""
    bootstrap = Bootstrap(n_listeners=LISTENERS, resamples=200, seed=seed)

    def root(error):
        value, resampled = bootstrap.ratios(
            frame[[f"squared_error_{error}"]].to_numpy(), frame[["predicted_pairs"]].to_numpy()
        )
        return np.sqrt(np.append(value, resampled))

    full, bias = root("bias_als_influencers"), root("bias")
    recall = [
        bootstrap.mean(frame["als_recall@10"].where(frame["gender"] == gender).to_numpy()) for gender in "fm"
    ]
    low, high = sorted(mean.value for mean in recall)
    apart = 0.3 + 0.02 * np.random.default_rng(seed).standard_normal()
    return {
        "target": "track",
        "counts": True,
        "n_listeners": LISTENERS,
        "n_items": 50,
        "seed": seed,
        "ranking": {
            "als": {
                f"{name}@10": bootstrap.mean(frame[f"als_{name}@10"].to_numpy()).to_json()
                for name in ("ndcg", "recall", "precision")
            }
        },
        "rmse": {
            "skill": figure(1 - full[0] / bias[0], 1 - full[1:] / bias[1:]).to_json(),
            "log_plays": {"bias_als_influencers": figure(full[0], full[1:]).to_json()},
        },
        "fairness": {
            "providers": {
                "region": {
                    "dp@10": {"disparity": {"value": apart, "low": apart - 0.04, "high": apart + 0.04}}
                }
            },
            "listeners": {
                "gender": {"eo@10": {"ratio": {"value": low / high, "low": low / high - 0.1, "high": 1.0}}}
            },
        },
    }
