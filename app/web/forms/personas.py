"""The form for other details of one's own: their name and colour."""

from flask_babel import lazy_gettext as _
from wtforms import RadioField, StringField
from wtforms.validators import InputRequired, Length

from app.services.personas import COLOURS, LONGEST_LABEL
from app.web.forms import Form, offered, trimmed

_COLOUR_WORDS = {"water": _("Blue"), "clay": _("Orange"), "moss": _("Green"), "heather": _("Purple")}


class PersonaForm(Form):
    """A name that only the person sees, and a colour to tell it by."""

    label = StringField(
        _("What you call it"),
        validators=[
            InputRequired(_("Give it a name, like work or parcel point.")),
            Length(max=LONGEST_LABEL, message=_("Use at most %(max)d characters.")),
        ],
        filters=[trimmed],
        id="persona-label",
    )
    colour = RadioField(
        _("Colour"),
        choices=lambda: offered((colour, str(_COLOUR_WORDS[colour])) for colour in COLOURS),
        validators=[InputRequired(_("Choose a colour."))],
        id="persona-colour",
    )
