"""One client may ask so often; others, and what watches the service, aren't kept waiting by it."""

import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.service.conftest import TOLD
from tests.service.test_problems import problem

from fairtune.service import rate_limit
from fairtune.service.rate_limit import RateLimit


class Clock:
    def __init__(self):
        self.now = 0.0

    def __call__(self):
        return self.now


def test_a_bucket_holds_two_seconds_and_fills_at_the_rate():
    clock = Clock()
    limit = RateLimit(5.0, clock)

    assert [limit.wait("a") for _ in range(11)] == [0.0] * 10 + [pytest.approx(0.2)]
    assert limit.wait("b") == 0.0
    clock.now = 0.1
    assert limit.wait("a") == pytest.approx(0.1)
    clock.now = 0.2
    assert limit.wait("a") == 0.0
    clock.now = 1000.0
    assert [limit.wait("a") for _ in range(11)][9:] == [0.0, pytest.approx(0.2)]


@given(st.floats(0.1, 50), st.lists(st.floats(0, 3), min_size=1, max_size=200))
def test_nobody_gets_more_than_the_rate_and_one_burst(rate, pauses):
    clock = Clock()
    limit = RateLimit(rate, clock)
    answered = 0
    for pause in pauses:
        clock.now += pause
        answered += limit.wait("a") == 0.0

    assert answered <= max(2 * rate, 1) + rate * sum(pauses) + 1e-6


@given(st.floats(0.1, 50), st.integers(0, 200))
def test_who_waits_as_long_as_they_are_told_is_answered(rate, before):
    clock = Clock()
    limit = RateLimit(rate, clock)
    for _ in range(before):
        limit.wait("a")

    seconds = limit.wait("a")
    clock.now += seconds + 1e-6

    assert seconds == 0.0 or limit.wait("a") == 0.0


def test_addresses_that_were_silent_longest_are_forgotten(monkeypatch):
    monkeypatch.setattr(rate_limit, "MOST", 2)
    limit = RateLimit(0.5, Clock())

    assert [limit.wait(client) for client in "abcb"] == [0.0, 0.0, 0.0, 2.0]
    assert limit.wait("a") == 0.0  # forgotten
    assert len(limit._left) == 2


def test_too_many_requests_are_told_when_to_come_again(start):
    service = start(rate=0.5)

    assert service.get("/v1/fairness").status_code in {200, 404}
    answer = service.get("/v1/fairness")

    detail = "more than 0.5 requests a second come from this address: slow down"
    problem(answer, 429, "too-many-requests", detail, model=TOLD)
    assert answer.headers["retry-after"] == "2"
    assert service.get("/healthz").status_code == 200
    assert service.get("/metrics").status_code == 200


def test_without_a_rate_nobody_waits(service):
    assert {service.get("/v1/fairness").status_code for _ in range(50)} <= {200, 404}
