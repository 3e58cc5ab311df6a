"""Progress in a log: a line now and then, with what is left."""

from fairtune import console


def test_a_log_gets_a_line_a_while_with_how_far_it_is_and_how_long_it_takes(capsys):
    times = iter([0.0, 5.0, 20.0, 25.0, 100.0, 130.0])
    advance = console._told("tune", 5, clock=lambda: next(times))
    for _ in range(5):
        advance()
    assert capsys.readouterr().err.splitlines() == [
        "tune: 2 of 5 after 20 s, about 30 s left",
        "tune: 4 of 5 after 1 min 40 s, about 25 s left",
        "tune: 5 of 5 after 2 min 10 s",
    ]


def test_quick_steps_say_nothing_where_no_terminal_is(capsys):
    with console.steps("train", total=3) as advance:
        for _ in range(3):
            advance()
    assert capsys.readouterr() == ("", "")
