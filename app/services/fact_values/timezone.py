"""Time zones by their IANA names, as typed with or without the continent."""

from collections import Counter
from collections.abc import Mapping
from functools import cache
from types import MappingProxyType
from zoneinfo import available_timezones

from app.services.fact_values.fields import FieldSpec, one_field
from app.services.fact_values.outcome import Accepted, Outcome, Reason, refused
from app.services.fact_values.typed_text import without_accents

TIMEZONE_FIELD = FieldSpec("zoneinfo", maxlength=60)

_NOT_A_PLACE = ("Factory", "localtime", "posixrules")


@cache
def zones() -> tuple[str, ...]:
    """Every zone that the time zone database names, sorted."""
    return tuple(sorted(zone for zone in available_timezones() if zone not in _NOT_A_PLACE))


@cache
def _by_typed_name() -> Mapping[str, str]:
    by_name = {_comparable(zone): zone for zone in zones()}
    cities = Counter(_comparable(zone).rpartition("/")[2] for zone in zones())
    for zone in zones():
        city = _comparable(zone).rpartition("/")[2]
        if cities[city] == 1:
            by_name.setdefault(city, zone)
    return MappingProxyType(by_name)


def _comparable(text: str) -> str:
    return without_accents(text).replace(" ", "_")


def _judged(text: str) -> Outcome:
    """The zone's exact name (OpenID Connect Core §5.1): "amsterdam" is Europe/Amsterdam."""
    zone = _by_typed_name().get(_comparable(text))
    return Accepted(zone) if zone else refused("zoneinfo", Reason.TIMEZONE)


read = one_field(TIMEZONE_FIELD, _judged)
