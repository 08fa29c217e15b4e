"""The blueprint of the pages about pausing, and what they all say."""

from flask import Blueprint
from flask_babel import gettext

from app.services.receipts import Notice
from app.services.sharing import Shared
from app.web import current
from app.web.grant_cards import PermissionWords, about_words, more_goes_on_words, permission_words
from app.web.wording import claim_labels, date_words

blueprint = Blueprint("pause", __name__)


def terms(shared: Shared) -> dict[str, str | list[str] | PermissionWords | None]:
    """What goes on when a grant is resumed, for a template."""
    return {
        "names": claim_labels(shared.given),
        "until": date_words(shared.grant.ends_at),
        "permission": _permission_words(shared),
    }


def pause_notice(shared: Shared, shop: str) -> Notice:
    """The words a pause was decided on, names only."""
    return _notice(
        gettext("Pause what %(shop)s gets", shop=shop),
        about_words(shared),
        *_paused(shared, shop),
        gettext("It ends on %(date)s all the same.", date=date_words(shared.grant.ends_at)),
        more_goes_on_words(shared, shop),
    )


def resume_notice(shared: Shared, shop: str) -> Notice:
    """The words a pause was ended on, names only."""
    names = ", ".join(claim_labels(shared.given))
    return _notice(
        gettext("Resume what %(shop)s gets", shop=shop),
        about_words(shared),
        _again(shared, shop, names) if names else gettext("Only a number by which this business recognises you."),
        _permission(shared),
        closed_words(shared, shop),
        gettext("Until %(date)s at the latest.", date=date_words(shared.grant.ends_at)),
    )


def _paused(shared: Shared, shop: str) -> list[str]:
    """What is paused; of what may go to the business for something else still it is not said that it does not."""
    names = ", ".join(claim_labels(shared.given))
    if shared.more_goes_on:
        return [
            gettext("This is paused until you resume: %(names)s", names=names) if names else "",
            gettext("The permission to keep track of what you do is paused too.") if shared.collecting else "",
        ]
    return [
        gettext("Until you resume, %(shop)s gets none of this: %(names)s", shop=shop, names=names) if names else "",
        gettext("It may not keep track of what you do in the meantime.") if shared.collecting else "",
    ]


def _again(shared: Shared, shop: str, names: str) -> str:
    if shared.more_goes_on or shared.closed:
        return str(gettext("This goes on again: %(names)s", names=names))
    return str(gettext("%(shop)s gets again: %(names)s", shop=shop, names=names))


def closed_words(shared: Shared, shop: str) -> str:
    """Why what is resumed still goes nowhere; empty where it does go out."""
    if not shared.closed:
        return ""
    return str(gettext("This connection with Sluis is closed, so for now %(shop)s gets nothing of it.", shop=shop))


def _notice(*lines: str) -> Notice:
    return Notice(current.language(), "\n".join(line for line in lines if line))


def _permission(shared: Shared) -> str:
    words = _permission_words(shared)
    if words is None:
        return ""
    what, where = ", ".join(words.datatypes), ", ".join(words.channels)
    return str(gettext("And the permission to keep track of what you do: %(what)s, %(where)s.", what=what, where=where))


def _permission_words(shared: Shared) -> PermissionWords | None:
    return permission_words(shared.collecting, shared.grant)
