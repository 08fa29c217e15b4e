"""Values of facts: what is usable, what is wrong with it, and how it is shown. No storage, no clock."""

from collections.abc import Mapping
from types import MappingProxyType

from app.services.fact_values.address import country_alone
from app.services.fact_values.address import fitted as fitted_address
from app.services.fact_values.address_form import address_fields
from app.services.fact_values.catalogue import CLAIMS
from app.services.fact_values.choices import choices
from app.services.fact_values.fields import FieldSpec
from app.services.fact_values.names import joined_name
from app.services.fact_values.outcome import (
    Accepted,
    JSONValue,
    NothingTyped,
    Outcome,
    Problem,
    Reason,
    Refused,
)
from app.services.fact_values.reading import read_claim, read_value
from app.services.fact_values.showing import SENSITIVE, display, mask, typed_from

FIELDS: Mapping[str, tuple[FieldSpec, ...]] = MappingProxyType({name: claim.fields for name, claim in CLAIMS.items()})
"""The form fields of every claim a person can type, in the order of the form."""

__all__ = [
    "FIELDS",
    "SENSITIVE",
    "Accepted",
    "FieldSpec",
    "JSONValue",
    "NothingTyped",
    "Outcome",
    "Problem",
    "Reason",
    "Refused",
    "address_fields",
    "choices",
    "country_alone",
    "display",
    "fitted_address",
    "joined_name",
    "mask",
    "read_claim",
    "read_value",
    "typed_from",
]
