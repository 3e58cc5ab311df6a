"""Page "What if" and `/v1/whatif`: the answers of the command, and what happens where there is none."""

import json
import os
import signal
import time
from pathlib import Path

import psutil
import pytest
from tests.service.console.conftest import HTML, Seen

from fairtune.cli import main as cli
from fairtune.config import params
from fairtune.errors import RegistryFailed
from fairtune.experiments.whatif.run import Question
from fairtune.service.problems import Problem
from fairtune.service.questions import Questions


@pytest.fixture
def answered(project, monkeypatch, capsys):
    """What the command answers."""
    monkeypatch.chdir(project)
    assert cli.main(["whatif", "--dataset", "demo", "--min-share", "tail=0.2", "--json"]) == 0
    answer = json.loads(capsys.readouterr().out)
    answer.pop("picture")
    return answer


def test_it_answers_as_the_command_does(service, see, answered):
    told = service.post("/v1/whatif", json={"min_share": {"tail": 0.2}})
    assert told.json()["whatif"] == answered

    page = see("/what-if?tail=20")
    assert "If tracks of the long tail get at least 20 % of the places" in page.text
    bound = answered["bounds"][0]
    assert f"{bound['validation']['before']:.3f} {bound['validation']['after']:.3f}" in page.text
    ndcg = answered["figures"]["ndcg@10"]
    assert f"nDCG@10 {ndcg['before']['value']:.3f} {ndcg['after']['value']:.3f}" in page.text


def test_the_lines_that_it_gives_are_parameters(see, project, tmp_path):
    page = see("/what-if?tail=10&dp=0.9&eo=0.95").answer.text
    lines = page[page.index("<code>") + 6 : page.index("</code>")]

    from ruamel.yaml import YAML

    yaml = YAML()
    everything = yaml.load((project / "params.yaml").read_text("utf-8"))
    added = yaml.load(lines)["datasets"]["demo"]["train"]["rerank"]
    everything["datasets"]["demo"]["train"]["rerank"] = added
    with (tmp_path / "params.yaml").open("w") as file:
        yaml.dump(everything, file)
    rerank = params.load(tmp_path).dataset("demo").train.rerank
    assert rerank.min_share == {"tier.tail": 0.1}
    assert rerank.max_dp_disparity == {"region": 0.9}
    assert rerank.max_eo_disparity == {"region": 0.95}


def test_nothing_is_computed_before_something_is_asked(see):
    page = see("/what-if")

    assert "not asked for" in page.text
    assert "To make it so" not in page.text


def test_a_bound_that_no_list_keeps_is_told(see):
    assert "no re-ranking found on the validation part keeps it" in see("/what-if?dp=0.00001", 422).text


@pytest.mark.parametrize(
    ("body", "said"),
    [
        ({}, "give one of min_share, max_dp_disparity, max_eo_disparity"),
        ({"min_share": {"tail": 1.5}}, "body min_share tail: Input should be less than or equal to 1"),
        ({"min_share": {"tial": 0.1}}, "no group of items is called 'tial'"),
        ({"max_dp_disparity": 0.1, "by": "shoe size"}, "shoe size"),
        ({"max_dp_disparity": -1}, "body max_dp_disparity: Input should be greater than 0"),
    ],
)
def test_a_question_without_sense_is_refused(service, body, said):
    answer = service.post("/v1/whatif", json=body)

    assert answer.status_code == 422
    assert said in answer.json()["detail"]


def test_a_project_without_a_model_says_what_to_run(start, console, tmp_path, project):
    (tmp_path / "params.yaml").write_bytes((project / "params.yaml").read_bytes())
    asked = Questions(tmp_path, "demo")
    try:
        service = start(console=console(questions=asked))
        assert service.get("/what-if", headers=HTML).status_code == 200  # warming up fails quietly
        page = Seen(service.get("/what-if?tail=20", headers=HTML))
    finally:
        asked.stop()
    assert page.answer.status_code == 404
    assert "demo: no trained model yet: run `dvc repro train@demo`" in page.text


def test_a_service_without_a_project_says_where_to_ask(start):
    answer = start().post("/v1/whatif", json={"max_dp_disparity": 0.1})

    assert answer.status_code == 404
    assert answer.json()["detail"] == (
        "this service has no project beside it: use `fairtune whatif` where the model was trained"
    )


def slow(root: Path, _: str, question: Question, **__: bool) -> dict[str, object]:
    (root / "asked").write_text(str(os.getpid()))
    if question.by == "forever":
        time.sleep(3600)
    if question.by == "registry":
        raise RegistryFailed("registry: no answer")
    return {"by": question.by}


def test_who_asks_meanwhile_is_refused_and_a_process_that_dies_is_replaced(tmp_path):
    from threading import Thread

    from tests.processes import until

    asked, told = Questions(tmp_path, "demo", answer=slow, prepare=print), []

    def ask():
        try:
            asked.ask(Question(by="forever"))
        except Problem as problem:
            told.append(problem)

    asking = Thread(target=ask)
    asking.start()
    try:
        pid = int(
            until(lambda: ((tmp_path / "asked").is_file() and (tmp_path / "asked").read_text()) or told)
        )
        with pytest.raises(Problem) as busy:
            asked.ask(Question())
        assert (busy.value.status, busy.value.detail) == (
            429,
            "another question is being answered: ask again in a few seconds",
        )
        os.kill(pid, signal.SIGKILL)
        asking.join()
        assert [problem.status for problem in told] == [503]
        assert told[0].detail == (
            "the question lost its process: ask again, or use `fairtune whatif --dataset demo`"
        )
        assert asked.ask(Question(by="tier")) == {"by": "tier"}
        with pytest.raises(Problem, match="registry: no answer"):
            asked.ask(Question(by="registry"))
        with pytest.raises(Problem, match=r"took longer than 0.2 seconds"):
            asked.ask(Question(by="forever"), patience=0.2)
        assert asked.ask(Question(by="tier")) == {"by": "tier"}
        idle = int((tmp_path / "asked").read_text())
        os.kill(idle, signal.SIGKILL)
        until(lambda: not psutil.pid_exists(idle) or psutil.Process(idle).status() == psutil.STATUS_ZOMBIE)
        until(lambda: asked._pool is None or asked._pool._broken)
        asked.warm_up()
        assert asked.ask(Question(by="tier")) == {"by": "tier"}
    finally:
        asked.stop()
