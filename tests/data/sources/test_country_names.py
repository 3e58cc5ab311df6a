import pandas as pd
import pytest

from fairtune.config.country_codes import COUNTRIES
from fairtune.data.sources import country_names


@pytest.mark.parametrize(
    ("name", "code"),
    [
        ("Germany", "DE"),
        ("Korea, Republic of", "KR"),
        ("Cote D'Ivoire", "CI"),
        ("Turkey", "TR"),
        ("Virgin Islands, U.s.", "VI"),
        ("Reunion", "RE"),
        (" russian federation ", "RU"),
        ("Macedonia, the Former Yugoslav Republic of", "MK"),
    ],
)
def test_names_as_profiles_have_them(name, code):
    assert country_names.codes(pd.Series([name])).tolist() == [code]


@pytest.mark.parametrize("name", ["Atlantis", "Netherlands Antilles", "", None])
def test_what_no_country_is_called_is_unknown(name):
    assert country_names.codes(pd.Series([name, "Japan"], dtype="str")).isna().tolist() == [True, False]


def test_every_code_is_one_of_the_tables():
    assert set(country_names.EARLIER.values()) <= COUNTRIES
