"""Section: the terms of the page in plain words."""

from fairtune.reporting.elements.section import Section, Table

_TERMS = (
    (
        "nDCG@10",
        "How well a list of ten brings back what was hidden, first places counting most. 0: nothing; 1: all.",
    ),
    ("recall@10", "Share of a listener's hidden plays that the list of ten holds."),
    ("precision@10", "Share of the ten places that hit something hidden."),
    ("hit rate", "Share of listeners whose list holds at least one thing they went on to play."),
    ("MRR, MAP", "Two more measures of how near to the top the hits are. 0: no hit; 1: all first."),
    (
        "RMSE",
        "Typical size of the error when a number is predicted. Lower is better; the unit is named with it.",
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
        "limit",
        "What the owners of the model demand of it, written down before the figures are known.",
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
    ("diversity", "How little two things of the same list have in common. 0: alike; 1: nothing."),
    ("novelty", "How few listeners know what is recommended. 0: all know it; each bit halves their number."),
    ("emerging artist", "One that few listeners have played so far, or that was first heard of late."),
    ("mainstream", "Listeners are near to it if what they play is played by many."),
    ("long tail", "The least played part of the catalogue, which together makes a small share of plays."),
)


def section() -> Section:
    """List all terms."""
    return Section(
        name="words",
        title="Words used here",
        short="Words",
        lead="",
        tables=(("", Table(("term", "meaning"), _TERMS, prose=True)),),
    )
