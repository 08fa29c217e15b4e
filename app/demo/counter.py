"""Behind the counter: what the provider told this shop, whom it knows, and the requests to erase it must answer."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, date, datetime
from typing import Any

from flask import Blueprint, abort, current_app, redirect, render_template, request, url_for
from werkzeug.wrappers import Response

from app.demo.bookkeeping import Books
from app.demo.front_door import reception
from app.demo.texts import Texts, language

counter = Blueprint("counter", __name__)

# GDPR 17(3): the grounds on which a request to erase may be refused.
GROUNDS = (
    "legal_duty",
    "legal_claims",
    "public_interest",
    "public_health",
    "archiving_or_research",
    "freedom_of_expression",
)
_CLOSED = frozenset({"completed", "partially_refused", "refused"})


@dataclass(frozen=True)
class Form:
    """What somebody filled in, or finds filled in."""

    keep: Sequence[str]
    ground: str
    law: str = field(repr=False)
    until: str
    message: str = field(default="", repr=False)

    def answer(self, items: Sequence[str]) -> dict[str, Any]:
        """The form as the provider takes it: refusing every item is refusing, refusing some is partly."""
        refusals = [{"item": item, "ground": self.ground, "law": self.law, "until": self.until} for item in self.keep]
        state = "refused" if set(self.keep) == set(items) else "partially_refused"
        return {"state": state, "refusals": refusals, "message": self.message}


@counter.get("/achter-de-toonbank")
def show() -> str:
    """Everything there is."""
    at = reception()
    return render_template(
        "_sluis/counter.html",
        messages=at.mailroom.latest(),
        connected=at.mailroom.connected,
        cases=at.office.cases(),
        customers=at.customers.all(),
    )


@counter.get("/behind-the-counter")
def in_english() -> Response:
    """The same place by its English name."""
    return redirect(url_for("counter.show"), 303)


@counter.get("/achter-de-toonbank/verzoek/<case_id>")
def case(case_id: str) -> str:
    """One request to erase, and the form that answers it."""
    found = _case(case_id)
    return _page(found, _blank(found))


@counter.post("/achter-de-toonbank/verzoek/<case_id>")
def answer(case_id: str) -> str | Response | tuple[str, int]:
    """Answer it; what the answer says is gone, goes here once it is taken."""
    found, at = _case(case_id), reception()
    items = [str(item) for item in found["items"]]
    form = Form(
        [item for item in request.form.getlist("keep") if item in items],
        request.form.get("ground", ""),
        request.form.get("law", "").strip(),
        request.form.get("until", "").strip(),
        request.form.get("message", "").replace("\r\n", "\n").strip(),
    )
    said: dict[str, Any] = {"state": "completed", "message": form.message}
    if request.form.get("answer") != "completed":
        if problem := _problem(form):
            return _page(found, form, problem), 422
        said = form.answer(items)
    taken = at.office.answer_case(case_id, said)
    if not taken:
        return _page(found, form, "unreachable" if taken is None else "not_taken"), 503 if taken is None else 422
    _clear_out(str(found["sub"]), () if said["state"] == "completed" else form.keep)
    return redirect(url_for("counter.case", case_id=case_id), 303)


def _problem(form: Form) -> str:
    if not form.keep:
        return "nothing_ticked"
    if form.ground not in GROUNDS or not form.law:
        return "no_law"
    try:
        day = date.fromisoformat(form.until)
    except ValueError:
        return "no_day"
    return "" if day > _today() else "no_day"


def _clear_out(sub: str, keep: Sequence[str]) -> None:
    """Drop what is not kept: details, and with the last of them the papers they stood on."""
    at, books = reception(), _books()
    at.customers.change(sub, lambda known: known.only(keep))
    if not set(keep) & set(books.on_them):
        books.burn(at.memory, sub)


def _blank(found: Mapping[str, Any]) -> Form:
    """The form as it is found: ticked is what the shop still has because a law makes it."""
    books = _books()
    kept = books.must_keep(reception().memory, str(found["sub"]))
    words: Texts = current_app.extensions["demo_texts"]
    if not kept:
        return Form((), GROUNDS[0], "", "")
    until = date(_today().year + books.years, 12, 31).isoformat()
    return Form([item for item in found["items"] if item in kept], GROUNDS[0], words.say(books.law, language()), until)


def _page(found: Mapping[str, Any], form: Form, problem: str = "") -> str:
    answers = [each for each in found.get("answers", []) if each["state"] in _CLOSED]
    return render_template(
        "_sluis/case.html",
        case=found,
        customer=reception().customers.find(str(found["sub"])),
        final=answers[-1] if answers else None,
        form=form,
        grounds=GROUNDS,
        problem=problem,
    )


def _case(case_id: str) -> Mapping[str, Any]:
    return reception().office.case(case_id) or abort(404)


def _books() -> Books:
    found: Books = current_app.extensions["demo_books"]
    return found


def _today() -> date:
    return datetime.fromtimestamp(reception().party.now(), UTC).date()
