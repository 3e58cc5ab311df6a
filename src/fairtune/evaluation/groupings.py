"""The provider groupings that are judged, and that re-ranking may be asked to even out."""

from fairtune import groups
from fairtune.columns import ARTIST_GENDER, COUNTRY, REGION, BlockName, Part
from fairtune.config.params import Evaluate
from fairtune.groups import TIER, ProviderGroups
from fairtune.matrix import Matrix

EMERGENCE = "emerging"


def provider_groupings(
    matrix: Matrix, block: BlockName, part: Part, params: Evaluate
) -> dict[str, ProviderGroups]:
    """Group the columns of `block`, by name of the grouping, from what is played in `part`.

    Artists' genders are left out where none is known.
    """
    groupings = {
        name: groups.grouping(
            matrix,
            block,
            part,
            name,
            largest=params.countries,
            head_share=params.head_share,
            tail_share=params.tail_share,
        )
        for name in (REGION, COUNTRY, TIER)
    } | {
        EMERGENCE: groups.emerging(
            matrix, block, part, listeners=params.emerging_listeners, period=params.emerging_period
        )
    }
    genders = groups.genders(matrix, block, part)
    return groupings if genders.unknown == 1 else groupings | {ARTIST_GENDER: genders}
