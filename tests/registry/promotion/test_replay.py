"""The history without a registry: which events count, and where things stand."""

from dataclasses import replace

from fairtune.registry.promotion.event import Action, Event
from fairtune.registry.promotion.replay import Standing, replay

PROMOTED, BACK, NOTICED, REFUSED = Action.PROMOTED, Action.ROLLED_BACK, Action.NOTICED, Action.REFUSED


def story(*told, without=()):
    """Replay events (action, from, to, after), numbered from 1 and sealed as they come."""
    events, seals = [], {0: ""}
    for number, (action, before, to, after) in enumerate(told, start=1):
        event = Event(action=action, before=before, to=to, who="Ada", why="why", after=after, number=number)
        events.append(event.sealed(seals[after]))
        seals[number] = events[-1].seal
    left = [event for event in events if event.number not in without]
    return replay(left, [event.number for event in left])


def test_an_event_survives_its_tags():
    event = Event(
        action=BACK, before=3, to=None, who="Åsa <a@b>", why="a,\nb", after=7, when="2026-01-02T03:04:05Z",
        forced=True, checks={"verdict": "failed: x", "model": ""}, number=8,
    ).sealed("seal of 7")  # fmt: skip
    assert Event.from_tags(8, event.tags()) == event
    assert Event.from_tags(8, {"action": "danced"}) is None


def test_of_two_events_after_the_same_one_the_first_counts():
    history = story((PROMOTED, None, 1, 0), (PROMOTED, 1, 2, 1), (PROMOTED, 1, 3, 1), (PROMOTED, 2, 4, 2))
    assert history.counted == {1, 2, 4}
    assert history.standing == Standing(4, (1, 2), {})
    assert history.overtook(history.events[2]).number == 2
    assert history.overtook(history.events[3]) is None


def test_a_refusal_moves_nothing_and_overtakes_nothing():
    history = story((PROMOTED, None, 1, 0), (REFUSED, 1, 2, 1), (PROMOTED, 1, 3, 1))
    assert history.counted == {1, 3}
    assert history.standing.champion == 3


def test_rollbacks_go_back_one_champion_at_a_time_and_withdraw_what_they_leave():
    promoted = [(PROMOTED, None, 1, 0), (PROMOTED, 1, 2, 1), (PROMOTED, 2, 3, 2)]
    first = story(*promoted, (BACK, 3, 2, 3)).standing
    assert (first.champion, first.before, set(first.withdrawn)) == (2, (1,), {3})
    second = story(*promoted, (BACK, 3, 2, 3), (BACK, 2, 1, 4)).standing
    assert (second.champion, second.previous, set(second.withdrawn)) == (1, None, {2, 3})
    at_once = story(*promoted, (BACK, 3, 1, 3)).standing
    assert (at_once.champion, at_once.previous, set(at_once.withdrawn)) == (1, None, {2, 3})


def test_a_version_promoted_again_is_no_longer_withdrawn_and_is_gone_back_to_once():
    told = [(PROMOTED, None, 1, 0), (PROMOTED, 1, 2, 1), (BACK, 2, 1, 2), (PROMOTED, 1, 2, 3)]
    again = story(*told).standing
    assert (again.champion, again.before, again.withdrawn) == (2, (1,), {})
    older = story(*told, (PROMOTED, 2, 1, 4)).standing
    assert (older.champion, older.before) == (1, (2,))


def test_what_was_moved_by_hand_counts():
    told = [(PROMOTED, None, 1, 0), (PROMOTED, 1, 2, 1)]
    elsewhere = story(*told, (NOTICED, 2, 5, 2)).standing
    assert (elsewhere.champion, elsewhere.before) == (5, (1, 2))
    back = story(*told, (NOTICED, 2, 1, 2)).standing
    assert (back.champion, back.before, set(back.withdrawn)) == (1, (), {2})
    none = story(*told, (NOTICED, 2, None, 2)).standing
    assert (none.champion, none.before, set(none.withdrawn)) == (None, (1,), {2})


def test_a_deleted_event_is_missed_and_those_after_it_still_count():
    told = [(PROMOTED, None, 1, 0), (PROMOTED, 1, 2, 1), (PROMOTED, 2, 3, 2), (PROMOTED, 3, 4, 3)]
    history = story(*told, without={2})
    assert history.missing == (2,)
    assert history.counted == {1, 3, 4}
    assert (history.standing.champion, history.standing.before) == (4, (1, 3))


def test_an_edited_event_is_not_as_it_was_written():
    history = story((PROMOTED, None, 1, 0), (PROMOTED, 1, 2, 1), (PROMOTED, 2, 3, 2))
    edited = [history.events[0], replace(history.events[1], why="another"), history.events[2]]
    assert history.changed == ()
    assert replay(edited, [1, 2, 3]).changed == (2,)
    resealed = [edited[0], edited[1].sealed(edited[0].seal), edited[2]]
    assert replay(resealed, [1, 2, 3]).changed == (3,)  # who edits one has to edit all that follow
