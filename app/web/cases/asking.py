"""Stop and ask to erase, or ask it afterwards: one page to confirm, one act."""

from flask import abort, flash, redirect, render_template, url_for
from flask_babel import gettext as _
from werkzeug.wrappers import Response

from app.domain.cases import answer_before, may_ask_again
from app.domain.errors import Refusal
from app.services import cases, erasure
from app.services.receipts import Notice
from app.services.sharing import Shared
from app.web import current
from app.web.cases.blueprint import blueprint, own_case
from app.web.cases.words import item_labels
from app.web.grant_cards import (
    about_words,
    grant_card,
    kept_by_law_words,
    kept_rows,
    more_goes_on_words,
    stop_notice,
    stopped_words,
)
from app.web.language import as_read
from app.web.own_grant import own
from app.web.shop import shop_of
from app.web.wording import date_words


@blueprint.get("/ask/<grant_id>")
def confirm(grant_id: str) -> Response | str:
    """What it means, before it is done. Looking at this page asks nothing."""
    shared = own(grant_id)
    asked = cases.of_grant(current.services(), shared.grant.person_id, grant_id)
    if asked is not None:
        return redirect(url_for("cases.show", case_id=asked.case.id), 303)
    return _page(shared, _items(shared))


@blueprint.post("/ask/<grant_id>")
@as_read
def ask(grant_id: str) -> Response:
    """Do it. A second click finds the case of the first."""
    shared = own(grant_id)
    shop = shop_of(shared.client).name
    notice = _notice(shared, shop, _items(shared))
    try:
        case = erasure.stop_and_erase(current.services(), grant_id, shared.grant.person_id, notice, current.now())
    except Refusal:
        flash(_("This has changed since you opened the page. This is how it stands now."), "info")
        return redirect(url_for("sharing.show", grant_id=grant_id), 303)
    if shared.running:  # that the request was sent, the page itself tells
        flash(stopped_words(shared, shop), "success")
    return redirect(url_for("cases.show", case_id=case.id), 303)


@blueprint.get("/<case_id>/again")
def confirm_again(case_id: str) -> Response | str:
    """The same, for what was refused."""
    shared, items = _refused(case_id)
    return _page(shared, items)


@blueprint.post("/<case_id>/again")
@as_read
def ask_again(case_id: str) -> Response:
    """Do it. A second click finds the case of the first."""
    shared, items = _refused(case_id)
    shop = shop_of(shared.client).name
    notice = _notice(shared, shop, items)
    try:
        case = erasure.ask_again(current.services(), case_id, shared.grant.person_id, notice, current.now())
    except Refusal:
        flash(_("This has changed since you opened the page. This is how it stands now."), "info")
        return redirect(url_for("cases.show", case_id=case_id), 303)
    return redirect(url_for("cases.show", case_id=case.id), 303)


def _refused(case_id: str) -> tuple[Shared, list[str]]:
    """The grant of a case in which something was refused, and what; a case without is no page."""
    followed = own_case(case_id)
    if not may_ask_again(followed.case):
        abort(404)
    return own(followed.case.grant_id), item_labels(each.item for each in followed.answers[-1].content.refusals)


def _page(shared: Shared, items: list[str]) -> str:
    return render_template(
        "cases/ask.html",
        grant=grant_card(shared),
        items=items,
        may_keep=_may_keep(shared, shop_of(shared.client).name),
        kept=kept_rows(shared, current.now()),
        answer_before=date_words(answer_before(current.now())),
    )


def _items(shared: Shared) -> list[str]:
    return item_labels(erasure.items(current.services(), shared.grant.id))


def _notice(shared: Shared, shop: str, items: list[str]) -> Notice:
    """The words asking was decided on, names only."""
    stops = [stop_notice(shared, shop)] if shared.running else [about_words(shared)]
    lines = [
        *stops,
        _("Ask %(shop)s to erase: %(names)s", shop=shop, names=", ".join(items)),
        *([] if shared.running else [more_goes_on_words(shared, shop), kept_by_law_words(shared, current.now())]),
        _may_keep(shared, shop),
        _("%(shop)s has one month to answer.", shop=shop),
    ]
    return Notice(current.language(), "\n".join(line for line in lines if line))


def _may_keep(shared: Shared, shop: str) -> str:
    """What erasing cannot mean while the business knows the same person by the same ``sub`` under another grant."""
    if all(each.grant.sub != shared.grant.sub for each in shared.beside):
        return ""
    return str(
        _(
            "For what else you share with %(shop)s it may keep what it needs, such as your account records.",
            shop=shop,
        )
    )
