"""What friends and music types say of pairs, counted again with dense arrays."""

import numpy as np
import pytest
from tests.models.play_prediction.test_pair_features import BUILT, FITTED, OBSERVED, PAIRS, PLAYS, cosines

from fairtune.columns import BlockName
from fairtune.models.play_prediction.influencers import influencers


def test_friends_count_if_they_play_the_item_and_weigh_what_they_are_alike():
    known = influencers(OBSERVED, BUILT, FITTED, PAIRS)
    friends = BUILT.sides[BlockName.FRIEND].toarray()
    playing = friends @ (PLAYS > 0)
    weighed = (friends * np.maximum(cosines(), 0) ** 3) @ (PLAYS > 0)
    assert known["influencer_friend_count"] == pytest.approx(np.log1p(playing).ravel())
    assert known["influencer_friend_alike"] == pytest.approx(np.log1p(weighed).ravel(), abs=1e-5)
    assert playing.any()


def test_affinity_is_the_share_of_the_listeners_items_in_the_items_columns():
    known = influencers(OBSERVED, BUILT, FITTED, PAIRS)
    heard = (PLAYS > 0) / np.maximum((PLAYS > 0).sum(axis=1, keepdims=True), 1)
    shares = BUILT.shares[BlockName.MUSIC_TYPE].toarray()
    assert known["influencer_music_type_affinity"] == pytest.approx((heard @ shares @ shares.T).ravel())
    assert known["influencer_music_type_width"] == pytest.approx(np.tile((shares > 0).sum(axis=1), 5))
