import pytest

from app.services.fact_values import choices
from tests.services.fact_values.asking import accepted, reasons


@pytest.mark.parametrize(
    ("typed", "kept"),
    [
        ("Europe/Amsterdam", "Europe/Amsterdam"),
        ("europe/amsterdam", "Europe/Amsterdam"),
        ("Amsterdam", "Europe/Amsterdam"),
        ("new york", "America/New_York"),
        ("São Paulo", "America/Sao_Paulo"),
        ("America/Argentina/Buenos_Aires", "America/Argentina/Buenos_Aires"),
        ("UTC", "UTC"),
    ],
)
def test_a_zone_is_found_by_its_name_or_its_city(typed: str, kept: str) -> None:
    assert accepted("zoneinfo", zoneinfo=typed) == kept


@pytest.mark.parametrize("typed", ["Mars/Phobos", "Factory", "../../etc/passwd", "+01:00", "buenos aires"])
def test_what_is_no_zone_or_more_than_one_is_refused(typed: str) -> None:
    assert reasons("zoneinfo", zoneinfo=typed) == {"zoneinfo": "timezone"}


def test_every_zone_offered_is_accepted_as_it_stands() -> None:
    offered = [zone for zone, _label in choices("zoneinfo", "zoneinfo", "nl")]
    assert "Europe/Amsterdam" in offered
    assert [accepted("zoneinfo", zoneinfo=zone) for zone in offered] == offered
