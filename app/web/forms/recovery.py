"""The forms for a forgotten password."""

from flask_babel import lazy_gettext as _
from wtforms import StringField
from wtforms.validators import InputRequired

from app.web.forms import Form, password, trimmed


class AskForm(Form):
    """The address the link goes to."""

    email = StringField(
        _("E-mail address"),
        validators=[InputRequired(_("Fill in your e-mail address."))],
        filters=[trimmed],
        id="recover-email",
    )


class ResetForm(Form):
    """The new password."""

    password = password(_("New password"), _("Choose a password."), "recover-password")
