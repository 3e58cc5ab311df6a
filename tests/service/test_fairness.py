"""What the service says of fairness, of whom an item reaches, and of answers that a client has already."""

from dataclasses import replace

from tests.reporting import sample

METRICS = sample.evidence().metrics


def test_fairness_is_that_of_the_version_as_it_was_judged(start, snapshot):
    service = start(first=replace(snapshot, metrics=METRICS))

    answer = service.get("/v1/fairness")

    assert answer.status_code == 200
    told = answer.json()["fairness"]
    region = METRICS["fairness"]["providers"]["region"]["dp@10"]
    assert {name: told["items"]["region"]["dp@10"][name] for name in region} == region
    rates = {name: facts["rate"]["value"] for name, facts in region["groups"].items() if name != "unknown"}
    assert rates[told["items"]["region"]["dp@10"]["highest"]] == max(rates.values())
    assert rates[told["items"]["region"]["dp@10"]["lowest"]] == min(rates.values())
    assert set(told["listeners"]) == set(METRICS["fairness"]["listeners"])
    assert answer.json()["model"]["version"] == 1


def test_a_version_without_figures_says_so(service):
    answer = service.get("/v1/fairness")

    assert answer.status_code == 404
    assert answer.json()["detail"] == (
        "version 1 was registered without its metrics.json: its report has them"
    )


def test_an_audience_is_counted_in_the_lists_that_everybody_gets(service, snapshot):
    lists = [
        [item.item_id for item in snapshot.recommender.for_listener(user, n=10, strict=False).items]
        for user in snapshot.release.listener_ids
    ]

    for item in (1, 6, 146):
        told = service.get(f"/v1/items/{item}/audience").json()
        at = [listed.index(item) for listed in lists if item in listed]
        assert told["lists"] == len(at)
        assert told["ranks"] == [at.count(rank) for rank in range(10)]
        assert told["share_of_lists"] == round(len(at) / 60, 6)
        assert told["plays"] == told["item"]["listeners"]
    assert service.get("/v1/items/0/audience").status_code == 404


def test_an_answer_that_a_client_has_is_not_given_again(start):
    service = start()
    first = service.get("/v1/listeners/2/recommendations")
    tag = first.headers["etag"]

    again = service.get("/v1/listeners/2/recommendations", headers={"If-None-Match": f'"other", {tag}'})
    assert (again.status_code, again.content, again.headers["etag"]) == (304, b"", tag)
    other = service.get("/v1/listeners/2/recommendations", headers={"If-None-Match": '"other"'})
    assert other.json() == first.json()

    service.shelf.alias = 2
    service.follower.look()
    after = service.get("/v1/listeners/2/recommendations", headers={"If-None-Match": tag})
    assert after.status_code == 200
    assert after.headers["etag"] != tag


def test_problems_versions_and_health_have_no_tag(service):
    for path in ("/v1/items/0", "/v1/versions", "/readyz", "/metrics"):
        assert "etag" not in service.get(path).headers


def test_a_token_is_asked_for_before_a_tag_counts(start, snapshot):
    service = start(token="a-long-enough-token")  # noqa: S106 - of a test
    answer = service.get("/v1/listeners/2/recommendations", headers={"If-None-Match": snapshot.tag})
    assert answer.status_code == 401
