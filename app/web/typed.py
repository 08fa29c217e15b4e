"""What was typed in a form whose person was signed out meanwhile: it waits in the page until they are signed in again.

It is stored nowhere. Which forms keep it their pages say (``forms.form(keeps=true)``): none with a password in it, and
none that decides anything.
"""

from dataclasses import dataclass, field

from flask import Flask, request

from app.crypto.digests import keyed, same
from app.web import current
from app.web.way_back import local_path, own_page

_MARK = "typed-by"
_WAITING = "typed:"
"""Before the names of what waits in the form to sign in."""
_OF_ITS_PAGE = frozenset({"csrf_token", "read-in", "lang", _MARK})


@dataclass(frozen=True)
class Typed:
    """What a form held, and the page it stands on."""

    page: str
    mark: str = field(repr=False)
    fields: tuple[tuple[str, str], ...] = field(repr=False)

    @property
    def waiting(self) -> list[tuple[str, str]]:
        """As the form to sign in carries it along."""
        return [(_MARK, self.mark), *((_WAITING + name, value) for name, value in self.fields)]

    def is_of(self, person_id: str) -> bool:
        """Whether it was this person who typed it."""
        return same(self.mark, _mark_of(person_id))


def install(app: Flask) -> None:
    """Let forms say who fills them in."""
    app.jinja_env.globals["typed_by"] = _mark


def sent() -> Typed | None:
    """What the form that was posted keeps for whoever fills it in; None for a form that keeps nothing."""
    posted = [(name, value) for name, value in request.form.items(multi=True) if name not in _OF_ITS_PAGE]
    return waiting() or _typed(own_page(), posted)


def waiting() -> Typed | None:
    """What waits in the form to sign in that was posted."""
    named = [
        (name.removeprefix(_WAITING), value)
        for name, value in request.form.items(multi=True)
        if name.startswith(_WAITING)
    ]
    return _typed(local_path(request.args.get("next")), named) if named else None


def _typed(page: str | None, fields: list[tuple[str, str]]) -> Typed | None:
    mark = request.form.get(_MARK)
    return Typed(page, mark, tuple(fields)) if page and mark else None


def _mark() -> str:
    session = current.session()
    return "" if session is None else _mark_of(session.person_id)


def _mark_of(person_id: str) -> str:
    """Says to nobody else who that is."""
    return keyed(current.services().secrets.form_signing, b"typed by\0" + person_id.encode()).hex()
