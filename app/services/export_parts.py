"""What an export holds, part by part, as JSON (docs/export.schema.json): everything about one person (GDPR 15, 20)."""

from collections.abc import Callable, Mapping
from datetime import datetime, timedelta
from typing import Any

from app.domain.cases import in_item_order
from app.domain.claims import in_catalogue_order
from app.domain.grants import Grant
from app.services import account, addresses, cases, collection_checks, facts, personas, profiles
from app.services.local_time import rfc3339
from app.services.vault.reading import as_document, of_person
from app.services.wiring import Services
from app.storage import (
    deliveries,
    disclosures,
    grant_versions,
    lookups,
    loyalty_numbers,
    parties,
    people,
    refused_requests,
    sessions,
    shared_grants,
)

_ALL = 1_000_000
Part = Callable[[Services, str, datetime], Any]


def _account(services: Services, person_id: str, _now: datetime) -> Any:
    with services.database.read() as db:
        person = people.find(db, person_id)
    if person is None:
        raise LookupError("the person is gone")
    return {
        "language": person.language,
        "created_at": rfc3339(person.created_at),
        "confirmed_at": _maybe(person.confirmed_at),
        "password_changed_at": _maybe(person.password_changed_at),
    }


def _addresses(services: Services, person_id: str, _now: datetime) -> Any:
    return [
        {"address": own.address, "signs_in": own.signs_in, "confirmed": own.confirmed}
        for own in account.own_addresses(services, person_id)
    ]


def _personas(services: Services, person_id: str, _now: datetime) -> Any:
    return [
        {
            "id": each.id,
            "label": each.label,
            "first": each.first,
            "facts": _facts(services, person_id, each.id),
            "not_used": sorted(facts.hidden(services, person_id, each.id)),
            "profiles": _profiles(services, person_id, each.id),
        }
        for each in personas.of_person(services, person_id)
    ]


def _facts(services: Services, person_id: str, persona_id: str) -> list[dict[str, Any]]:
    return [
        {
            "claim": name,
            "value": fact.value,
            "inherited": fact.inherited,
            "updated_at": rfc3339(fact.updated_at),
            "verified_at": _maybe(fact.verified_at),
            "verified_by": fact.verified_by,
        }
        for name, fact in sorted(facts.read(services, person_id, persona_id).items())
    ]


def _profiles(services: Services, person_id: str, persona_id: str) -> list[dict[str, Any]]:
    return [
        {
            "level": level.word,
            "claims": list(in_catalogue_order(own.claims)),
            "purposes": sorted(own.purposes),
            "longest": str(own.longest),
        }
        for level, own in sorted(profiles.of_persona(services, person_id, persona_id).items())
    ]


def _grants(services: Services, person_id: str, _now: datetime) -> Any:
    with services.database.read() as db:
        given = shared_grants.of_person(db, services.policy, person_id)
        versions = grant_versions.of_person(db, person_id)
    return [
        {
            "business": client.business.name,
            **_grant(grant),
            "versions": [
                {
                    "version": each.version,
                    "act": each.act.value,
                    "decided_at": rfc3339(each.decided_at),
                    "level": each.level.word,
                    "asked": list(in_catalogue_order(each.asked)),
                    "claims": list(in_catalogue_order(each.claims)),
                    "purposes": sorted(each.purposes),
                    "objected": sorted(each.objected),
                    "collection": each.collection,
                    "paused": each.paused,
                    "ends_at": rfc3339(each.ends_at),
                    "words_shown": {"language": each.notice["language"], "text": each.notice["text"]},
                    "receipt": each.receipt,
                }
                for each in reversed(versions)
                if each.grant_id == grant.id
            ],
        }
        for grant, client in given
    ]


def _grant(grant: Grant) -> dict[str, Any]:
    return {
        "id": grant.id,
        "business_id": grant.business_id,
        "persona_id": grant.persona_id,
        "level": grant.level.word,
        "claims": list(in_catalogue_order(grant.claims)),
        "purposes": sorted(grant.purposes),
        "objected": sorted(grant.objected),
        "retention": str(grant.retention),
        "collection": None if grant.collection is None else grant.collection.as_detail(),
        "given_at": rfc3339(grant.given_at),
        "ends_at": rfc3339(grant.ends_at),
        "paused_at": _maybe(grant.paused_at),
        "ended_at": _maybe(grant.ended_at),
        "end_reason": None if grant.end_reason is None else grant.end_reason.value,
        "sub": grant.sub,
    }


def _disclosures(services: Services, person_id: str, _now: datetime) -> Any:
    with services.database.read() as db:
        given = shared_grants.of_person(db, services.policy, person_id)
        found = disclosures.of_person(db, person_id)
    whose = {grant.id: grant.business_id for grant, _ in given}
    return _named(
        services,
        [
            {
                "business_id": whose[each.grant_id],
                "grant_id": each.grant_id,
                "at": rfc3339(each.at),
                "door": each.door,
                "claims": sorted(each.claims),
            }
            for each in found
            if each.grant_id in whose  # one given while this is read is in the next export
        ],
    )


def _events(services: Services, person_id: str, _now: datetime) -> Any:
    with services.database.read() as db:
        found = deliveries.told_of_person(db, person_id)
    return _named(
        services,
        [
            {
                "id": event.id,
                "type": event.type.value,
                "txn": event.txn,
                "business_id": event.business_id,
                "grant_id": event.grant_id,
                "occurred_at": rfc3339(event.occurred_at),
                "taken_at": _maybe(taken_at),
                "content": dict(event.content),
            }
            for event, taken_at in found
        ],
    )


def _loyalty_numbers(services: Services, person_id: str, _now: datetime) -> Any:
    with services.database.read() as db:
        found = loyalty_numbers.of_person(db, person_id)
    known = [
        {"business_id": business_id, "known_since": rfc3339(since)} for business_id, since in sorted(found.items())
    ]
    return _named(services, known)


def _cases(services: Services, person_id: str, now: datetime) -> Any:
    return [
        {
            "id": followed.case.id,
            "grant_id": followed.case.grant_id,
            "business": followed.client.business.name,
            "reason": followed.case.reason.value,
            "items": list(in_item_order(followed.case.items)),
            "opened_at": rfc3339(followed.case.opened_at),
            "answer_before": rfc3339(followed.case.answer_before),
            "state": followed.case.state.value,
            "overdue": followed.case.overdue(now),
            "answers": [
                {
                    "state": each.content.state.value,
                    "answered_at": rfc3339(each.answered_at),
                    "message": each.content.message,
                    "refusals": [
                        {
                            "item": refused.item,
                            "ground": refused.ground.value,
                            "law": refused.law,
                            "until": refused.until.isoformat(),
                        }
                        for refused in each.content.refusals
                    ],
                }
                for each in followed.answers
            ],
        }
        for followed in cases.of_person(services, person_id)
    ]


def _lookups(services: Services, person_id: str, _now: datetime) -> Any:
    with services.database.read() as db:
        found = lookups.of_person(db, person_id, None, _ALL)
        cipher = addresses.cipher(services, db, person_id)
    asked = [
        {
            "business_id": each.business_id,
            "grant_id": each.grant_id,
            "at": rfc3339(each.at),
            "kind": each.kind,
            "channel": each.channel,
            "datatype": each.datatype,
            "purpose": each.purpose,
            "allowed": each.allowed,
            "why": each.why,
            "place": collection_checks.place_of(cipher, each),
        }
        for each in found
    ]
    return _named(services, asked)


def _refused_requests(services: Services, person_id: str, _now: datetime) -> Any:
    with services.database.read() as db:
        found = refused_requests.of_person(db, services.policy, person_id, limit=_ALL)
    return [
        {
            "business": client.business.name,
            "business_id": refused.business_id,
            "at": rfc3339(refused.at),
            "asked": in_catalogue_order(refused.asked),
        }
        for refused, client in found
    ]


def _deposits(services: Services, person_id: str, now: datetime) -> Any:
    kept = of_person(services, person_id, now)
    return _named(
        services, [{**as_document(each), "business_id": each.business_id, "grant_id": each.grant_id} for each in kept]
    )


def _sessions(services: Services, person_id: str, now: datetime) -> Any:
    idle_since = now - timedelta(seconds=services.settings.login.session_idle_s)
    with services.database.read() as db:
        found = sessions.of_person(db, person_id, now, idle_since)
    return [
        {
            "signed_in_at": rfc3339(each.auth_time_at),
            "last_seen_at": rfc3339(each.last_seen_at),
            "how": sorted(each.amr),
        }
        for each in found
    ]


def _named(services: Services, rows: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """The rows, each with the name of its business first: an id tells a person nothing."""
    names: dict[str, str] = {}
    with services.database.read() as db:
        for business_id in {row["business_id"] for row in rows}:
            found = parties.find_business(db, business_id)
            names[business_id] = "" if found is None else found.name
    return [{"business": names[row["business_id"]], **row} for row in rows]


def _maybe(at: datetime | None) -> str | None:
    return None if at is None else rfc3339(at)


PARTS: Mapping[str, Part] = {
    "account": _account,
    "addresses": _addresses,
    "personas": _personas,
    "grants": _grants,
    "disclosures": _disclosures,
    "events": _events,
    "cases": _cases,
    "refused_requests": _refused_requests,
    "lookups": _lookups,
    "loyalty_numbers": _loyalty_numbers,
    "deposits": _deposits,
    "sessions": _sessions,
}
"""Every part by its name in the file, in the order they are gathered."""
