"""What a client says about itself in a registration document, checked: metadata, intended use, sector."""

from collections.abc import Mapping, Sequence
from typing import Any

from app.crypto.public_keys import check_public_jwks
from app.domain.client_addresses import origin
from app.domain.client_metadata import MetadataRules, read_client_metadata
from app.domain.errors import Fault, Problems, Refusal
from app.domain.intended_use import IntendedUse, named_levels, plain_intended_use
from app.domain.intended_use_file import read_intended_use
from app.domain.signing_algorithms import SIGNING_ALGORITHMS
from app.services.outbound import Unfetchable
from app.services.wiring import Services


def metadata_rules(services: Services, *, trusted: bool = False) -> MetadataRules:
    """What this installation accepts in a client's metadata; ``trusted`` when the operator wrote it."""
    return MetadataRules(
        signing_algorithms=services.settings.keys.algorithms,
        assertion_algorithms=SIGNING_ALGORITHMS,
        check_jwks=check_public_jwks,
        exempt_hosts=services.settings.outbound.private_hosts,
        trusted=trusted,
    )


def checked(services: Services, document: Mapping[str, Any]) -> tuple[dict[str, Any], Mapping[str, Any] | None]:
    """The metadata and the intended use as declared; Refusal with the faults of both."""
    if document.get("software_statement") is not None:
        raise Refusal("unapproved_software_statement", "This provider approves no software statements.")
    declared = document.get("intended_use")
    found: list[Fault] = []
    use: IntendedUse = plain_intended_use(services.policy)
    if isinstance(declared, Mapping):
        try:
            use = read_intended_use(declared, services.policy)
        except Problems as problems:
            found += problems.found
            use = named_levels(declared, services.policy)
    elif declared is not None:
        found.append(("intended_use", "must be an object"))
    try:
        metadata = read_client_metadata(document, use, metadata_rules(services))
    except Problems as problems:
        raise refused([*problems.found, *found]) from None
    found += _at_our_own_address(services, metadata)
    if found:
        raise refused(found)
    return metadata, declared


def _at_our_own_address(services: Services, metadata: Mapping[str, Any]) -> list[Fault]:
    """Nobody is sent back to this very site by a stranger: what arrives there would come from a page of ours."""
    own, members = origin(services.settings.issuer), ("redirect_uris", "post_logout_redirect_uris")
    wrong = (member for member in members if own in {origin(uri) for uri in metadata.get(member, ())})
    return [(member, "must not be an address of this provider") for member in wrong]


def refused(found: Sequence[Fault]) -> Refusal:
    """All faults in one answer (RFC 7591 §3.2.2); a bad redirect URI names the error."""
    redirects = any(place.startswith("redirect_uris") for place, _ in found)
    code = "invalid_redirect_uri" if redirects else "invalid_client_metadata"
    told = "; ".join(f"{place}: {sentence}" for place, sentence in found)
    return Refusal(code, told, logged=f"registration: {len(found)} problems")


def proved_sector(services: Services, metadata: Mapping[str, Any]) -> str | None:
    """The proved sector_identifier_uri (OpenID Connect Registration §5), or None: then the business is the sector."""
    uri = metadata.get("sector_identifier_uri")
    if uri is None:
        return None
    try:
        listed = services.outbound.fetch_json(uri)
    except Unfetchable as reason:
        problem = ("sector_identifier_uri", "could not be fetched")
        raise refused([problem]) from reason
    if not isinstance(listed, list) or not all(isinstance(each, str) for each in listed):
        raise refused([("sector_identifier_uri", "must hold a list of addresses")])
    if not set(metadata["redirect_uris"]) <= set(listed):
        raise refused([("sector_identifier_uri", "does not list every redirect URI")])
    return str(uri)
