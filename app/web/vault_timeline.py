"""The vault's part of a timeline: what the business asked at its till, put into the vault and read back. No content."""

from collections.abc import Iterable

from flask import url_for
from flask_babel import gettext

from app.services.vault import reading
from app.web import current
from app.web.look_ups import look_up_words
from app.web.timeline import Entry, entry
from app.web.wording import begun, channel_word, datatype_word, side_by_side


def vault_entries(person_id: str, business_id: str, shop: str) -> Iterable[Entry]:
    """The latest questions of one business about the person, and every deposit that is still there."""
    services = current.services()
    for look_up in reading.looked_up(services, person_id, business_id):
        words = look_up_words(look_up, shop)
        kind = "checked" if words.allowed else "refused"
        yield entry(words.moment, kind, words.title, detail=words.detail)
    for deposit in reading.of_person(services, person_id, current.now(), business_id):
        title = gettext("%(shop)s put something in your vault", shop=shop)
        about = side_by_side(datatype_word(deposit.type), channel_word(deposit.document.channel))
        yield entry(
            deposit.deposited_at,
            "deposited",
            str(title),
            detail=begun(about),
            vault_url=url_for("vault.show", deposit_id=deposit.id),
        )
