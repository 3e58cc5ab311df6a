"""Page "Fairness": the sections of the report without styles of their own, and versions side by side."""

import json
from copy import deepcopy
from dataclasses import replace

import pytest
from tests.reporting import sample
from tests.service.console.conftest import HTML, Seen

from fairtune.reporting.sections import providers

METRICS = sample.evidence().metrics


@pytest.fixture
def judged(start, console, snapshot):
    service = start(console=console(), first=replace(snapshot, metrics=METRICS))
    earlier = deepcopy(METRICS)
    earlier["ranking"]["als"]["ndcg@10"] = {"value": 0.1234, "low": 0.12, "high": 0.13}
    service.shelf.files = {
        (1, "metrics.json"): json.dumps(METRICS).encode(),
        (2, "metrics.json"): json.dumps(earlier).encode(),
    }
    return service


def test_it_reads_the_pictures_of_the_report(judged):
    page = Seen(judged.get("/fairness", headers=HTML))

    section = providers.section(METRICS, target="track", min_group=30)
    assert section.lead in page.text
    for exhibit in section.exhibits:
        assert " ".join(exhibit.reading.split()) in page.text
    assert 'class="picture"' in page.answer.text
    assert "style=" not in page.answer.text


def test_versions_stand_side_by_side(judged):
    page = Seen(judged.get("/fairness", headers=HTML))

    over = page.text[page.text.index("Over versions Disparity") :]
    assert "1 (answers)" in over
    assert "0.123 (0.120 to 0.130)" in over
    region = METRICS["fairness"]["providers"]["region"]["dp@10"]["disparity"]
    assert f"{region['value']:.3f} ({region['low']:.3f} to {region['high']:.3f})" in over


def test_a_version_without_figures_says_so(see):
    said = "version 1 was registered without its metrics.json, which this page shows"
    assert said in see("/fairness", 404).text
