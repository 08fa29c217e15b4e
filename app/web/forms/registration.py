"""The form to make an account."""

from flask_babel import lazy_gettext as _
from wtforms import StringField
from wtforms.validators import InputRequired

from app.web.forms import Form, password, trimmed


class RegisterForm(Form):
    """E-mail address, password, and a name for whoever wants to give it now."""

    email = StringField(
        _("E-mail address"),
        validators=[InputRequired(_("Fill in your e-mail address."))],
        filters=[trimmed],
        id="register-email",
    )
    name = StringField(_("Your name"), filters=[trimmed], id="register-name")
    password = password(_("Password"), _("Choose a password."), "register-password")
