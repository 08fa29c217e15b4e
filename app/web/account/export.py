"""A copy of everything about oneself: asked here, followed here, fetched here, by the same browser."""

from flask import abort, make_response, redirect, render_template, url_for
from werkzeug.wrappers import Response

from app.services import exports
from app.services.credentials import Wrong
from app.web import current
from app.web.account.blueprint import answer_wrong, blueprint
from app.web.forms.account import ProofForm
from app.web.wording import time_words


@blueprint.get("/export")
def export() -> str:
    """How far it is, or the question."""
    return _page(ProofForm(formdata=None))


@blueprint.post("/export")
def ask_export() -> Response:
    """Have it prepared."""
    session, form = current.require_session(), ProofForm()
    if not form.validate():
        return make_response(_page(form), 422)
    try:
        exports.ask(
            current.services(),
            session,
            form.current.data or "",
            current.language(),
            source=current.source(),
            now=current.now(),
        )
    except Wrong as wrong:
        return answer_wrong(wrong, form.current, lambda: _page(form))
    return redirect(url_for("account.export"), 303)


@blueprint.get("/export/<export_id>.zip")
def fetch_export(export_id: str) -> Response:
    """The file, for the session that asked for it and as long as it is kept."""
    session = current.require_session()
    content = exports.fetch(current.services(), session, export_id, current.now())
    if content is None:
        abort(404)
    response = Response(content, mimetype="application/zip")
    response.headers["Content-Disposition"] = 'attachment; filename="sluis.zip"'
    response.headers["Cache-Control"] = "no-store"
    return response


def _page(form: ProofForm) -> str:
    found = exports.progress(current.services(), current.require_session(), current.now())
    until = None if found is None else time_words(found.expires_at)
    return render_template("account/export.html", form=form, export=found, until=until)
