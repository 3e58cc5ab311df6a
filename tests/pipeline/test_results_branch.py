"""Commits of results on a real Git repository."""

import os
from pathlib import Path

import pytest
from tests import processes

from fairtune.errors import BadRequest
from fairtune.pipeline import results_branch

FILES = [Path("dvc.lock"), Path("reports/demo/metrics.json"), Path("models/demo/best.json")]


@pytest.fixture
def repository(tmp_path, monkeypatch):
    """Give a repository with code and results; the results then change, and more is going on."""
    for name, value in {"GIT_CONFIG_GLOBAL": os.devnull, "GIT_CONFIG_SYSTEM": os.devnull}.items():
        monkeypatch.setenv(name, value)
    monkeypatch.chdir(tmp_path)
    git("init", "-q", "-b", "main")
    git("config", "user.name", "Night")
    git("config", "user.email", "night@example.org")
    write("code.py", "one")
    write("dvc.lock", "old")
    write("reports/demo/metrics.json", "old")
    git("add", ".")
    git("commit", "-qm", "Start")
    write("dvc.lock", "new")
    write("models/demo/best.json", "chosen")
    return tmp_path


def git(*arguments):
    return processes.run(["git", *arguments], capture_output=True, text=True, check=True).stdout.strip()


def write(path, text):
    Path(path).parent.mkdir(parents=True, exist_ok=True)
    Path(path).write_text(text, encoding="utf-8")


def state():
    """Give everything that a commit of results must not touch."""
    index = Path(git("rev-parse", "--git-path", "index")).read_bytes()
    return git("status", "--porcelain"), git("symbolic-ref", "HEAD"), git("rev-parse", "HEAD"), index


@pytest.mark.usefixtures("repository")
def test_results_are_committed_while_index_working_tree_and_branch_stay():
    write("code.py", "two")
    git("add", "code.py")
    write("notes", "not tracked")
    before = state()

    made = results_branch.commit("nightly", FILES, "Retrain demo\n\nversion 1")

    assert state() == before
    assert git("rev-parse", "nightly") == made
    assert git("diff", "--name-only", "main", "nightly").split() == ["dvc.lock", "models/demo/best.json"]
    assert git("show", "nightly:dvc.lock") == "new"
    assert git("show", "nightly:code.py") == "one"
    assert git("log", "-1", "--format=%an %s%n%b", "nightly") == "Night Retrain demo\nversion 1"


@pytest.mark.usefixtures("repository")
def test_a_second_commit_of_the_same_results_is_none():
    first = results_branch.commit("nightly", FILES, "Retrain demo")

    assert results_branch.commit("nightly", FILES, "Retrain demo") is None
    assert git("rev-parse", "nightly") == first


@pytest.mark.usefixtures("repository")
def test_results_that_are_checked_in_already_make_no_branch():
    git("checkout", "-q", "--", "dvc.lock")

    assert results_branch.commit("nightly", FILES[:2], "Retrain demo") is None
    assert git("branch", "--list", "nightly") == ""


@pytest.mark.usefixtures("repository")
def test_the_branch_follows_the_code_and_keeps_results_of_other_data_sets():
    other = Path("reports/other/metrics.json")
    write(other, "of the other")
    results_branch.commit("nightly", [FILES[0], other], "Retrain other")
    other.unlink()
    write("code.py", "two")
    git("commit", "-qam", "Change code and results")
    write("dvc.lock", "newer")

    results_branch.commit("nightly", FILES, "Retrain demo")

    assert git("show", "nightly:code.py") == "two"
    assert git("show", "nightly:dvc.lock") == "newer"
    assert git("show", f"nightly:{other}") == "of the other"
    assert git("log", "--format=%s", "--first-parent", "nightly").splitlines() == [
        "Retrain demo",
        "Retrain other",
        "Start",
    ]
    assert git("merge-base", "--is-ancestor", "main", "nightly") == ""


@pytest.mark.usefixtures("repository")
def test_a_project_in_a_folder_of_the_repository_commits_below_it(monkeypatch):
    write("inner/dvc.lock", "inside")
    monkeypatch.chdir("inner")

    results_branch.commit("nightly", [Path("dvc.lock")], "Retrain demo")

    assert git("show", "nightly:inner/dvc.lock") == "inside"
    assert git("show", "nightly:dvc.lock") == "old"


@pytest.mark.parametrize(
    ("branch", "message"),
    [
        ("a b", "'a b' is no name for a Git branch"),
        ("-d", "'-d' is no name for a Git branch"),
        ("main", "branch 'main' is checked out in {root}: name another for the results of runs"),
        (
            "work",
            (
                "branch 'work' changes code.py, and a branch of results holds nothing else: merge it into "
                "what is checked out, or name another"
            ),
        ),
        ("orphan", "branch 'orphan' has no commit in common with HEAD: name another"),
    ],
)
def test_a_branch_that_will_not_do_is_refused(repository, branch, message):
    git("stash", "-q")
    git("checkout", "-qb", "work")
    write("code.py", "two")
    git("commit", "-qam", "Work")
    git("checkout", "-q", "main")
    git("update-ref", "refs/heads/orphan", git("commit-tree", "HEAD^{tree}", "-m", "alone"))

    with pytest.raises(BadRequest) as refused:
        results_branch.commit(branch, FILES, "Retrain demo")

    assert str(refused.value) == message.format(root=repository.resolve())


@pytest.mark.usefixtures("repository")
def test_without_a_name_for_commits_the_message_says_how_to_give_one():
    git("config", "--unset", "user.email")
    git("config", "user.useConfigOnly", "true")

    with pytest.raises(BadRequest) as refused:
        results_branch.check("nightly")

    assert str(refused.value) == (
        "Git doesn't know who commits: `git config user.name NAME` and `git config user.email ADDRESS`"
    )


def test_without_a_commit_there_is_nothing_to_build_on(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    git("init", "-q")

    with pytest.raises(BadRequest) as refused:
        results_branch.check("nightly")

    assert str(refused.value) == "this folder has no Git commit yet: commit the project first"
