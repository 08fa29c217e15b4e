"""The blueprint of the pages about pausing, and what they all say."""

from flask import Blueprint
from flask_babel import gettext

from app.domain.grants import Grant
from app.services.receipts import Notice
from app.web import current
from app.web.grant_cards import PermissionWords, permission_words
from app.web.wording import claim_labels, date_words

blueprint = Blueprint("pause", __name__)


def terms(grant: Grant) -> dict[str, str | list[str] | PermissionWords | None]:
    """What goes on when a grant is resumed, for a template."""
    return {
        "names": claim_labels(grant.claims),
        "until": date_words(grant.ends_at),
        "permission": permission_words(grant.collecting, grant.given_at, grant.ends_at),
    }


def pause_notice(grant: Grant, shop: str) -> Notice:
    """The words a pause was decided on, names only."""
    names = _names(grant)
    return _notice(
        gettext("Pause what %(shop)s gets", shop=shop),
        gettext("Until you resume, %(shop)s gets none of this: %(names)s", shop=shop, names=names) if names else "",
        gettext("It may not keep track of what you do in the meantime.") if grant.collecting else "",
        gettext("It ends on %(date)s all the same.", date=date_words(grant.ends_at)),
    )


def resume_notice(grant: Grant, shop: str) -> Notice:
    """The words a pause was ended on, names only."""
    names = _names(grant)
    return _notice(
        gettext("Resume what %(shop)s gets", shop=shop),
        gettext("%(shop)s gets again: %(names)s", shop=shop, names=names)
        if names
        else gettext("Only a number by which this business recognises you."),
        _permission(grant),
        gettext("Until %(date)s at the latest.", date=date_words(grant.ends_at)),
    )


def _notice(*lines: str) -> Notice:
    return Notice(current.language(), "\n".join(line for line in lines if line))


def _permission(grant: Grant) -> str:
    words = permission_words(grant.collecting, grant.given_at, grant.ends_at)
    if words is None:
        return ""
    what, where = ", ".join(words.datatypes), ", ".join(words.channels)
    return str(gettext("And the permission to keep track of what you do: %(what)s, %(where)s.", what=what, where=where))


def _names(grant: Grant) -> str:
    return ", ".join(claim_labels(grant.claims))
