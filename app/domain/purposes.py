"""The closed vocabulary of purposes: what a business may say it needs data for."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

LANGUAGES = ("nl", "en")
"""Every text shown to people exists in all of these."""


@dataclass(frozen=True)
class Purpose:
    """One purpose: its id, version (raised when its meaning changes), texts per language and DPV IRI."""

    id: str
    version: int
    text: Mapping[str, str]
    dpv: str

    @property
    def reference(self) -> str:
        """Id and version, as a grant pins it: a raised version is a new purpose to agree to."""
        return f"{self.id}@{self.version}"


def purpose_id(reference: str) -> str:
    """The id in a reference, whatever the version; an id by itself is its own."""
    return reference.partition("@")[0]


def purpose_ids(references: Iterable[str]) -> frozenset[str]:
    """The ids in these references."""
    return frozenset(purpose_id(reference) for reference in references)


def in_version_agreed(purposes: Iterable[str], agreed: Iterable[str]) -> frozenset[str]:
    """These ids as the references a decision agreed to, each in its newest version; any other one as it is."""
    newest: dict[str, str] = {}
    for reference in sorted(agreed, key=purpose_version):
        newest[purpose_id(reference)] = reference
    return frozenset(newest.get(purpose, purpose) for purpose in purposes)


def purpose_version(reference: str) -> int:
    """The version in a reference; 0 for an id by itself."""
    return int(reference.partition("@")[2] or 0)
