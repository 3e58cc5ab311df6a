"""Section: the terms of the page in plain words."""

from fairtune.report.exhibit import Section, Table

_TERMS = (
    (
        "nDCG@10",
        "How well a list of ten brings back what was hidden, first places counting most. 0: nothing; 1: all.",
    ),
    ("recall@10", "Share of a listener's hidden plays that the list of ten holds."),
    ("precision@10", "Share of the ten places that hit something hidden."),
    (
        "RMSE",
        "Typical size of the error when a number is guessed. Lower is better; the unit is named with it.",
    ),
    (
        "equal exposure",
        "Demographic parity: how often something not yet heard is recommended, group by group.",
    ),
    (
        "equal chance",
        "Equal opportunity: how often something a listener will play is recommended, group by group.",
    ),
    (
        "disparity",
        "Standard deviation of the groups' rates, divided by their mean. 0: all groups alike.",
    ),
    (
        "95 % interval",
        "The range in which the figure would lie 19 times out of 20 had other listeners been asked.",
    ),
    (
        "influencer",
        "What informs the recommendation beside the thing recommended: friends, artists, music types.",
    ),
    ("catalogue", "Everything that could be recommended."),
    ("coverage", "Share of the catalogue that is in at least one listener's list of ten."),
    ("long tail", "The least played part of the catalogue, which together makes a small share of plays."),
)


def section() -> Section:
    """Give all terms."""
    return Section(
        name="words",
        title="Words used here",
        short="Words",
        lead="",
        tables=(("", Table(("term", "meaning"), _TERMS, prose=True)),),
    )
