"""The ready-made complaint about one case: as a page to read and print, and as a PDF to keep.

The one place where a case stands beside the person's own name and address, and only on its way to them.
"""

from contextlib import AbstractContextManager

from flask import flash, make_response, redirect, render_template, request, url_for
from flask_babel import force_locale
from flask_babel import gettext as _
from werkzeug.wrappers import Response

from app.domain.cases import may_complain
from app.domain.purposes import LANGUAGES
from app.services import fact_values, facts, personas, sharing
from app.services.cases import Followed
from app.web import current
from app.web.cases.blueprint import blueprint, own_case
from app.web.cases.letter import AUTHORITY, Letter, Sender, complaint


@blueprint.get("/<case_id>/letter")
def letter(case_id: str) -> Response | str:
    """Read it, print it, or take it along."""
    followed = own_case(case_id)
    if not may_complain(followed.case, current.now()):
        return _not_yet(followed)
    return render_template(
        "cases/letter.html", letter=_letter(followed), authority=AUTHORITY, case_id=case_id, languages=LANGUAGES
    )


@blueprint.get("/<case_id>/letter.pdf")
def download(case_id: str) -> Response:
    """The same letter as a file. Its name tells nothing of anybody."""
    followed = own_case(case_id)
    if not may_complain(followed.case, current.now()):
        return _not_yet(followed)
    from app.web.cases import letter_pdf  # noqa: PLC0415 - what draws it is dear to load, and seldom asked for

    written = _letter(followed)
    with _in(written.language):
        response = make_response(letter_pdf.document(written, current.now()))
    response.content_type = "application/pdf"
    response.headers.set("Content-Disposition", "attachment", filename=f"sluis-complaint-{written.language}.pdf")
    return response


def _letter(followed: Followed) -> Letter:
    chosen = request.args.get("lang", "")
    language = chosen if chosen in LANGUAGES else current.language()
    services, person_id, now = current.services(), str(followed.case.person_id), current.now()
    shared = sharing.one(services, person_id, followed.case.grant_id, now)
    with _in(language):
        return complaint(
            followed, None if shared is None else shared.grant, _sender(person_id, language), language, now
        )


def _in(language: str) -> AbstractContextManager[object]:
    found: AbstractContextManager[object] = force_locale(language)
    return found


def _sender(person_id: str, language: str) -> Sender:
    """The person as themselves, by their first persona: an authority cannot write back to a parcel point."""
    services = current.services()
    first = next(each for each in personas.of_person(services, person_id) if each.first)
    held = facts.read(services, person_id, first.id)
    values = {claim: fact.value for claim, fact in held.items()}
    address = fact_values.display("address", values["address"], language) if "address" in values else ""
    return Sender(values.get("name") or fact_values.joined_name(values) or "", tuple(address.splitlines()))


def _not_yet(followed: Followed) -> Response:
    flash(_("There is nothing to complain about yet: the business still has time to answer."), "info")
    return redirect(url_for("cases.show", case_id=followed.case.id), 303)
