"""Candidates against champions of the same data, of fewer data, and of another split."""

import numpy as np
import pandas as pd
import pytest
from tests.registry.comparison.crowd import SEED, listening, memoriser, split

from fairtune import files
from fairtune.columns import Part
from fairtune.evaluation.measure import evaluate
from fairtune.matrix import storage as matrix_storage
from fairtune.models import alignment
from fairtune.models import storage as model_storage

WEAK = {"factors": 1, "iterations": 1, "regularization": 200.0}


def grown(pairs):
    """The same pairs with their parts, more of the same listeners, and new listeners and artists."""
    more = listening(360, 132)
    new = more.merge(pairs[["user_id", "item_id"]], how="left", indicator=True)
    return pd.concat([pairs, split(new[new["_merge"] == "left_only"].drop(columns="_merge"), seed=3)])


def ndcg(judged):
    (change,) = (each for each in judged.comparison.changes if each.figure == "ranking.als.ndcg@10")
    return change.base, change.now


def test_without_a_champion_or_against_itself_there_is_nothing_to_compare(project, tmp_path):
    project.made(split(listening()))
    first = project.version(tmp_path)
    assert project.judged(first) is None
    champion = project.version(tmp_path, champion=True)
    assert project.judged(champion) is None


def test_of_the_same_data_the_logged_figures_are_compared(project, tmp_path):
    project.made(split(listening()))
    project.version(tmp_path, champion=True, fits=False)
    metrics = files.read_json(project.paths.metrics)
    judged = project.judged(project.version(tmp_path, fits=False))
    assert judged.passed
    assert judged.reasons == ()
    assert judged.how == "Compared: what was logged with each, of the same held-out listening."
    assert ndcg(judged) == pytest.approx([metrics["ranking"]["als"]["ndcg@10"]["value"]] * 2)
    assert judged.comparison.note.startswith("Intervals: paired, from the same 300 listeners;")


def test_a_worse_candidate_is_refused_and_the_figures_that_got_worse_are_named(project, tmp_path):
    project.made(split(listening())).version(tmp_path, champion=True)
    project.made(split(listening()), **WEAK)
    judged = project.judged(project.version(tmp_path))
    assert not judged.passed
    base, now = ndcg(judged)
    assert judged.reasons[0].startswith(
        f"ranking.als.ndcg@10 fell from {base:.4f} to {now:.4f}, by more than"
    )
    assert judged.summary.startswith("worse than the champion in ranking.als.ndcg@10, ")
    assert judged.summary.endswith(f"(nDCG@10 {base:.4f} to {now:.4f} since version 1)")


def test_on_grown_data_both_are_judged_by_the_present_test_part(project, tmp_path):
    before = split(listening())
    project.made(before).version(tmp_path, champion=True)
    project.made(grown(before))
    logged = files.read_json(project.paths.metrics)
    judged = project.judged(project.version(tmp_path))
    assert judged.passed, judged.reasons
    assert judged.how == "Compared: the fits of both, judged anew by the present test part."
    assert judged.left_out == 0
    base, now = ndcg(judged)
    assert now == logged["ranking"]["als"]["ndcg@10"]["value"]
    assert now > base > 0.5 * now  # the champion folds in who is new, and knows no new artist


def test_on_grown_data_a_worse_candidate_is_refused(project, tmp_path):
    before = split(listening())
    project.made(before).version(tmp_path, champion=True)
    project.made(grown(before), **WEAK)
    judged = project.judged(project.version(tmp_path))
    assert not judged.passed
    assert "ranking.als.ndcg@10 fell from" in judged.reasons[0]


def test_who_has_seen_the_answers_does_not_win_by_them(project, tmp_path):
    """The champion memorises, and the split is drawn anew: most of the test part was in its training."""
    project.made(split(listening()), model=memoriser).version(tmp_path, champion=True)
    project.made(split(listening(), seed=1))
    judged = project.judged(project.version(tmp_path))
    matrix = matrix_storage.read_matrix(project.paths.matrix)
    assert judged.passed, judged.reasons
    assert 0.7 * matrix.test.nnz < judged.left_out < matrix.test.nnz
    assert judged.how == (
        "Compared: the fits of both, judged anew by the present test part. "
        f"{judged.left_out:,} of its {matrix.test.nnz:,} pairs, "
        "which one of them had learned, count as known."
    )
    base, now = ndcg(judged)
    assert base < 0.5 * now

    champion = tmp_path.glob("mlartifacts/**/train_valid")
    by_answers = sorted(ndcg_on(matrix, model_storage.read_fitted(folder), project) for folder in champion)
    assert by_answers[1] > 1.2 * now  # without the rule it would win by far


def ndcg_on(matrix, fitted, project):
    model = alignment.align(fitted, matrix, Part.TRAIN_VALID, age_bands=(30,), threads=1)
    found = evaluate.evaluate(
        matrix, model, None, {}, project.params.evaluate, refits={}, seed=SEED, threads=1, taste=False
    )
    return found.metrics["ranking"]["als"]["ndcg@10"]["value"]


def test_a_candidate_that_memorised_the_present_test_part_does_not_win_by_it(project, tmp_path):
    """`fairtune promote` of a version of another split, against the champion of the present one."""
    project.made(split(listening(), seed=1), model=memoriser)
    other = project.version(tmp_path)
    project.made(split(listening())).version(tmp_path, champion=True)
    judged = project.judged(other)
    assert not judged.passed
    assert judged.left_out > 0
    assert "ranking.als.ndcg@10 fell" in judged.reasons[0]


def test_a_candidate_as_good_is_rarely_refused(project, tmp_path):
    refused = 0
    for seed in range(4):
        project.made(split(listening(seed=seed), seed=seed)).version(tmp_path, champion=True)
        project.made(split(listening(seed=seed), seed=100 + seed))
        refused += not project.judged(project.version(tmp_path)).passed
    assert refused == 0


def test_where_too_little_of_the_test_part_is_left_there_is_no_comparison(project, tmp_path):
    pairs = split(listening())
    project.made(pairs).version(tmp_path, champion=True)
    swapped = {"train": "test", "test": "train"}
    few = pairs["user_id"] < 20
    project.made(pairs.assign(split=pairs["split"].where(few, pairs["split"].replace(swapped))))
    judged = project.judged(project.version(tmp_path))
    matrix = matrix_storage.read_matrix(project.paths.matrix)
    left = int((np.diff(matrix.test.indptr)[:10] > 0).sum())
    assert not judged.passed
    assert judged.comparison is None
    out = matrix.test.nnz - matrix.test[:10].nnz
    (reason,) = judged.reasons
    assert reason == (
        f"one of the two has learned {out:,} of the {matrix.test.nnz:,} pairs of the test part, and "
        f"what is left tells of {left} listeners, less than the 20 of evaluate.min_group"
    )


def test_a_champion_without_fits_is_compared_where_the_data_are_the_same(project, tmp_path):
    """It was registered before there were tags."""
    project.made(split(listening())).version(tmp_path, champion=True, fits=False, tags=False)
    judged = project.judged(project.version(tmp_path))
    assert judged.passed
    assert judged.how == "Compared: what was logged with each, of the same held-out listening."


def test_a_champion_without_fits_and_of_other_data_can_not_be_compared(project, tmp_path):
    before = split(listening())
    project.made(before).version(tmp_path, champion=True, fits=False, tags=False)
    project.made(grown(before))
    judged = project.judged(project.version(tmp_path))
    assert not judged.passed
    reason = (
        "version 1 was registered without its fits, and on other data, "
        "so it can't be judged by the present test part"
    )
    assert judged.reasons == (reason,)
    assert judged.summary == f"no comparison with version 1, the champion, is possible: {reason}"


def test_fits_that_are_broken_are_named(project, tmp_path):
    before = split(listening())
    project.made(before).version(tmp_path, champion=True)
    (broken,) = tmp_path.glob("mlartifacts/**/train_valid/factors_artist.npy")
    broken.write_bytes(b"")
    project.made(grown(before))
    judged = project.judged(project.version(tmp_path))
    assert judged.reasons == ("the fits kept with version 1 are broken (EOFError: No data left in file)",)


def test_without_the_present_data_there_is_no_comparison(project, tmp_path):
    project.made(split(listening())).version(tmp_path, champion=True)
    project.made(split(listening(), seed=1))
    number = project.version(tmp_path)
    (project.paths.matrix / "about.json").unlink()
    (reason,) = project.judged(number).reasons
    assert reason == (
        f"both have to be judged by the present data, and {project.paths.matrix}/about.json is missing: "
        "run the stage that writes it (`dvc repro`)"
    )


def test_a_champion_that_ranks_something_else_can_not_be_compared(project, tmp_path):
    project.made(split(listening())).version(tmp_path, champion=True)
    about = next(tmp_path.glob("mlartifacts/**/train_valid/about.json"))
    about.write_text(about.read_text().replace('"target": "artist"', '"target": "music_type"'))
    project.made(split(listening(), seed=1))
    judged = project.judged(project.version(tmp_path))
    assert judged.reasons == ("version 1 ranks music_type, and the data are for artist",)


def test_predicted_play_counts_are_left_out_where_one_of_both_knows_other_blocks(project, tmp_path):
    project.made(split(listening())).version(tmp_path, champion=True)
    about = next(tmp_path.glob("mlartifacts/**/train_valid/about.json"))
    about.write_text(about.read_text().replace('"counts": true', '"counts": false'))
    project.made(split(listening(), seed=1))
    judged = project.judged(project.version(tmp_path))
    assert judged.passed
    assert judged.how.endswith(
        "Predicted play counts are not compared: one of them knows other blocks, or predicts none."
    )
    assert not [change for change in judged.comparison.changes if change.figure.startswith("rmse")]
