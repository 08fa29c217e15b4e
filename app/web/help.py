"""The help page, for everybody: what this is, what to do when, and whom to ask."""

from flask import Blueprint, render_template

from app.web import current

blueprint = Blueprint("help", __name__, url_prefix="/help")


@blueprint.get("")
def overview() -> str:
    """One page; needs nobody to be signed in."""
    return render_template("help/overview.html", contact=_contact(current.services().settings.help_contact))


def _contact(told: str) -> dict[str, str] | None:
    """The operator's address as a link, as the settings have it."""
    if not told:
        return None
    return {"href": told if told.startswith("https://") else f"mailto:{told}", "text": told.removeprefix("https://")}
