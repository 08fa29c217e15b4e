"""The person's cases: the list, and how one of them stands."""

from flask import render_template, url_for

from app.domain.cases import may_ask_again
from app.services import cases, personas
from app.web import current
from app.web.cases.blueprint import blueprint, own_case
from app.web.cases.cards import case_card


@blueprint.get("")
def overview() -> str:
    """Open ones first."""
    services, person_id = current.services(), current.require_session().person_id
    whose = personas.of_grants(services, person_id)
    followed = cases.of_person(services, person_id)
    return render_template(
        "cases/overview.html",
        waiting=[case_card(each, whose) for each in followed if not each.case.state.closed],
        closed=[case_card(each, whose) for each in followed if each.case.state.closed],
    )


@blueprint.get("/<case_id>")
def show(case_id: str) -> str:
    """One: what was asked, what happened, what the business keeps and why."""
    followed = own_case(case_id)
    case = followed.case
    services, person_id = current.services(), current.require_session().person_id
    last = cases.of_grant(services, person_id, case.grant_id)
    newer = last is not None and last.case.round > case.round
    return render_template(
        "cases/show.html",
        case=case_card(followed, personas.of_grants(services, person_id)),
        again_url=url_for("cases.confirm_again", case_id=case_id) if may_ask_again(case) and not newer else "",
        newer_url=url_for("cases.show", case_id=last.case.id) if last is not None and newer else "",
    )
