"""Tells what happened between a person and a business: decisions and hand-overs, newest first. Names, never values."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from flask import url_for
from flask_babel import gettext, ngettext

from app.domain.collection import TYPE
from app.domain.grants import Act, EndReason, Grant
from app.domain.purposes import purpose_id, purpose_ids
from app.domain.release import Channel
from app.services import agreed_terms
from app.services.local_time import rfc3339
from app.services.sharing import Relation, Shared
from app.storage.disclosures import Handed
from app.storage.grant_versions import Version
from app.web.wording import claim_labels, purpose_words, time_words

_SAY_THE_LEVEL = frozenset({"given", "raised", "lowered", "extras"})
"""Kinds of entry whose news is the level."""


@dataclass(frozen=True)
class Entry:
    """What the timeline macro shows."""

    moment: datetime
    at: str
    iso: str
    kind: str
    title: str
    detail: str = ""
    about: str = ""
    """What the claims are to the business, right above them; empty when the title says it."""
    claims: Sequence[str] = ()
    level: str = ""
    client: str = ""
    """Which client of the business it was; empty while there is one."""
    receipt_url: str = ""
    vault_url: str = ""
    case_url: str = ""


def entries(relation: Relation, shop_name: str, named: Mapping[str, str], beside: Iterable[Entry]) -> list[Entry]:
    """Every decision about the business and every hand-over to it, whichever grant it was under.

    ``named`` tells its clients apart; ``beside`` is what others have to tell of the same business.
    """
    clients = {each.grant.id: named[each.client.id] for each in (relation.shared, *relation.others)}
    told = [
        *_decisions(relation, shop_name, clients),
        *_silent_ends(relation, clients),
        *_hand_overs(relation.handed, shop_name, clients),
        *beside,
    ]
    # At the very same moment the decision came before the hand-over, and an earlier decision before a later one.
    return sorted(told, key=lambda entry: (entry.moment, entry.kind == "disclosed"))[::-1]


def _decisions(relation: Relation, shop_name: str, clients: Mapping[str, str]) -> Iterable[Entry]:
    grants = {shared.grant.id: shared for shared in (relation.shared, *relation.others)}
    before: dict[str, Version] = {}
    for version in relation.decisions:
        shared, client = grants[version.grant_id], clients[version.grant_id]
        if version.asked:
            title = gettext("%(shop)s asked for:", shop=shop_name)
            yield entry(version.decided_at, "asked", title, claims=claim_labels(version.asked), client=client)
        kind, title, claims = _told(version, before.get(version.grant_id), shared.grant, shop_name)
        yield entry(
            version.decided_at,
            kind,
            title,
            detail=_detail(version, before.get(version.grant_id), shared, kind),
            about=_about(kind, shop_name),
            claims=claim_labels(claims),
            level=version.level.word if kind in _SAY_THE_LEVEL else "",
            client=client,
            receipt_url=url_for("receipts.show", grant_id=version.grant_id, version=version.version),
        )
        before[version.grant_id] = version


def _told(version: Version, before: Version | None, grant: Grant, shop: str) -> tuple[str, str, frozenset[str]]:
    """The kind of a decision, what to call it, and the claims it was about."""
    if version.act is Act.EXPIRE:
        return "ended", gettext("The term was over, so it ended"), frozenset()
    if version.act is Act.ERASE:
        return "stopped", gettext("%(shop)s was asked to erase what it got", shop=shop), frozenset()
    if version.act is Act.WITHDRAW:
        return ("stopped", *_stopped(grant, shop))
    if before is None:
        return "given", gettext("You shared with %(shop)s", shop=shop), version.claims
    return _changed(version, before)


def _changed(version: Version, before: Version) -> tuple[str, str, frozenset[str]]:
    """The level stands behind these words."""
    if version.paused != before.paused:
        return (
            ("paused", gettext("You paused"), frozenset())
            if version.paused
            else ("resumed", gettext("You resumed"), frozenset())
        )
    if version.objected != before.objected:
        return (*_objected(version, before), frozenset())
    added = version.claims - before.claims
    if version.level > before.level:
        return "raised", gettext("You raised the level to"), added | _for_more(version, before)
    if version.level < before.level:
        return "lowered", gettext("You lowered the level to"), before.claims - version.claims
    if more := added | _for_more(version, before):
        return "extras", gettext("You shared more, at level"), more
    if gone := before.claims - version.claims:
        return "lowered", gettext("You shared less, at level"), gone
    if _new_meanings(version, before):
        return "given", gettext("You agreed to a purpose with a new meaning"), frozenset()
    if _purposes_gone(version, before):
        return "given", gettext("You shared the same for fewer purposes, with a new end date"), frozenset()
    return "given", gettext("You shared the same again, with a new end date"), frozenset()


def _for_more(version: Version, before: Version) -> frozenset[str]:
    """The claims that were given before, and since this decision for another purpose or on a stronger ground too."""
    has, had = agreed_terms.read(version.terms), agreed_terms.read(before.terms)
    return frozenset(
        name
        for name in has.keys() & had
        if not has[name].purposes <= had[name].purposes or has[name].ground.outweighs(had[name].ground)
    )


def _new_meanings(version: Version, before: Version) -> frozenset[str]:
    """References of purposes that were agreed to before in another version."""
    known = purpose_ids(before.purposes)
    return frozenset(each for each in version.purposes - before.purposes if purpose_id(each) in known)


def _purposes_gone(version: Version, before: Version) -> list[str]:
    """The words of purposes that were agreed to before and are no more."""
    return purpose_words(purpose_ids(before.purposes) - purpose_ids(version.purposes), before.purposes)


def _objected(version: Version, before: Version) -> tuple[str, str]:
    if off := version.objected - before.objected:
        what = ", ".join(purpose_words(off, before.purposes))
        return "objected", gettext("You objected: %(purposes)s", purposes=what)
    on = before.objected - version.objected
    what = ", ".join(purpose_words(on, version.purposes))
    return "allowed", gettext("You allowed again: %(purposes)s", purposes=what)


def _stopped(grant: Grant, shop: str) -> tuple[str, frozenset[str]]:
    words = {
        EndReason.REPLACED: gettext("A new choice took its place"),
        EndReason.REVOKED_BY_CLIENT: gettext("%(shop)s ended it", shop=shop),
        EndReason.ACCOUNT_ERASED: gettext("It ended with your account"),
        EndReason.LOST: gettext("It ended: we put back a backup, and your last choice about it was lost"),
    }
    return words.get(grant.end_reason or EndReason.WITHDRAWN, gettext("You stopped sharing")), frozenset()


def _about(kind: str, shop: str) -> str:
    if kind == "lowered":
        return str(gettext("No longer for %(shop)s:", shop=shop))
    return str(gettext("New for %(shop)s:", shop=shop)) if kind in {"raised", "extras"} else ""


def _detail(version: Version, before: Version | None, shared: Shared, kind: str) -> str:
    parts = []
    if shared.persona is not None and kind == "given":
        label = shared.persona.label
        parts.append(gettext("As %(persona)s.", persona=label) if label else gettext("As yourself."))
    if before is not None and kind in _SAY_THE_LEVEL and (meanings := _new_meanings(version, before)):
        parts.append(gettext("New meaning: %(purposes)s.", purposes=", ".join(purpose_words(meanings))))
    if before is not None and kind == "given" and (gone := _purposes_gone(version, before)):
        parts.append(gettext("No longer for: %(purposes)s", purposes=", ".join(gone)) + ".")
    has, had = _collects(version), before is not None and _collects(before)
    if has and not had:
        parts.append(gettext("With the permission to keep track of what you do."))
    if had and not has:
        parts.append(gettext("Without the permission to keep track of what you do."))
    return " ".join(parts)


def _collects(version: Version) -> bool:
    return isinstance(version.collection, dict) and version.collection.get("type") == TYPE


def _silent_ends(relation: Relation, clients: Mapping[str, str]) -> Iterable[Entry]:
    """Ends that no decision records yet: the term is over, and nobody has come by to write it down."""
    for shared in (relation.shared, *relation.others):
        if not shared.running and shared.grant.ended_at is None:
            title = gettext("The term was over, so it ended")
            yield entry(shared.grant.ends_at, "ended", title, client=clients[shared.grant.id])


def _hand_overs(handed: Sequence[Handed], shop: str, clients: Mapping[str, str]) -> Iterable[Entry]:
    words = {
        Channel.USERINFO.value: gettext("%(shop)s read your details", shop=shop),
        Channel.ID_TOKEN.value: gettext("%(shop)s got details when you logged in", shop=shop),
    }
    for each in handed:
        often = ""
        if each.count > 1:
            often = ngettext(
                "%(num)s time, first on %(moment)s.",
                "%(num)s times, first on %(moment)s.",
                each.count,
                moment=time_words(each.first_at),
            )
        title = words.get(each.door, gettext("%(shop)s got your details", shop=shop))
        client = clients.get(each.grant_id, "")  # one given at this very moment comes with the next look
        yield entry(each.last_at, "disclosed", title, detail=often, claims=claim_labels(each.claims), client=client)


def entry(moment: datetime, kind: str, title: str, **more: object) -> Entry:
    """One entry; ``more`` are its other fields."""
    return Entry(moment, time_words(moment), rfc3339(moment), kind, title, **more)  # type: ignore[arg-type]
