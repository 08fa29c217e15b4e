"""The person's own terms: what each level may hold, what for, and how long, per persona."""

from flask import Blueprint, flash, make_response, redirect, render_template, request, url_for
from flask_babel import gettext as _
from werkzeug.exceptions import NotFound
from werkzeug.wrappers import Response

from app.domain.derived import FLAGS
from app.domain.errors import Refusal
from app.domain.levels import Level
from app.domain.profiles import with_changes
from app.services import audience, profiles
from app.services.personas import Persona
from app.services.receipts import Notice
from app.services.sessions import Session
from app.web import current
from app.web.facts.blueprint import whose
from app.web.forms.profiles import ProfileForm
from app.web.handover import requesting_shop
from app.web.language import as_read, looks_again
from app.web.persona_links import named, switch
from app.web.way_back import local_path
from app.web.wording import claim_labels, level_word, period_words, persona_name, purpose_words

blueprint = Blueprint("profiles", __name__, url_prefix="/profiles")


@blueprint.get("")
def overview() -> str:
    """The levels of one persona, low to high, equal in size."""
    session = current.require_session()
    persona, have = whose(session)
    own = profiles.of_persona(current.services(), session.person_id, persona.id)
    return render_template(
        "profiles/overview.html",
        levels=[
            {
                "level": level.word,
                "claims": claim_labels(profile.claims - FLAGS.keys()),
                "left_out": claim_labels(current.services().policy.rules[level].claims - profile.claims - FLAGS.keys()),
                "purposes": purpose_words(profile.purposes),
                "longest": period_words(profile.longest),
                "url": url_for("profiles.edit", level=level.word, persona=named(persona)),
            }
            for level, profile in sorted(own.items())
        ],
        personas=switch(have, persona.id, lambda each: url_for("profiles.overview", persona=named(each))),
    )


@blueprint.get("/<level>")
def edit(level: str) -> Response:
    """The form of one level."""
    session = current.require_session()
    persona, rung, form = _opened(session, level, posted=False)
    return _page(session, form, persona, rung)


@blueprint.post("/<level>")
@as_read
def change(level: str) -> Response:
    """Keep it; what is narrower acts at once on everything shared at this level."""
    session = current.require_session()
    persona, rung, form = _opened(session, level, posted=True)
    if looks_again():
        return _page(session, form, persona, rung)
    if not form.validate():
        return _page(session, form, persona, rung, status=422)
    services = current.services()
    chosen = form.profile(services.policy.rules[rung])
    words = _("Your own profile for level %(level)s allows no more than this.", level=level_word(rung))
    notice = Notice(current.language(), words)
    person_id, now = session.person_id, current.now()
    before = profiles.of_persona(services, person_id, persona.id)[rung]
    try:
        profiles.change(services, person_id, persona.id, chosen, notice, now, form.shown_profile(rung))
    except Refusal as refusal:
        if refusal.code != "overtaken":
            raise
        return _both(session, form, persona, rung)
    flash(_("Saved. It holds from now on, for what you share already too."), "success")
    if chosen.longest != before.longest and audience.of_level(services, person_id, persona.id, rung, now):
        flash(_("What you share already still ends on the day you agreed to. You can stop it sooner in your overview."))
    return redirect(_way_back(persona), 303)


def _both(session: Session, form: ProfileForm, persona: Persona, level: Level) -> Response:
    """What another window made of the level, with what this one wants beside it; not kept before it was looked at."""
    rule = current.services().policy.rules[level]
    kept = profiles.of_persona(current.services(), session.person_id, persona.id)[level]
    form.show(with_changes(kept, form.shown_profile(level) or kept, form.profile(rule)), kept)
    return _page(session, form, persona, level, status=409, overtaken=True)


def _opened(session: Session, word: str, *, posted: bool) -> tuple[Persona, Level, ProfileForm]:
    persona, _have = whose(session)
    try:
        level = Level.from_word(word)
    except ValueError:
        raise NotFound from None
    services = current.services()
    profile = profiles.of_persona(services, session.person_id, persona.id)[level]
    form = ProfileForm() if posted else ProfileForm(formdata=None)
    texts = {name: purpose.text[current.language()] for name, purpose in services.policy.purposes.items()}
    form.offer(services.policy.rules[level], profile, texts)
    if not posted:
        form.show(profile, profile)
    return persona, level, form


def _page(
    session: Session,
    form: ProfileForm,
    persona: Persona,
    level: Level,
    *,
    status: int = 200,
    overtaken: bool = False,
) -> Response:
    reached = audience.of_level(current.services(), session.person_id, persona.id, level, current.now())
    back_url = _way_back(persona)
    page = render_template(
        "profiles/edit.html",
        form=form,
        level_word=level_word(level),
        persona=persona,
        persona_name=persona_name(persona),
        reached=audience.names(reached),
        back_url=back_url,
        shop=requesting_shop(back_url),
        overtaken=overtaken,
    )
    return make_response(page, status)


def _way_back(persona: Persona) -> str:
    return local_path(request.args.get("next")) or url_for("profiles.overview", persona=named(persona))
