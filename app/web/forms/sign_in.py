"""The form to sign in."""

from flask_babel import lazy_gettext as _
from wtforms import StringField
from wtforms.validators import InputRequired

from app.web.forms import Form, password, trimmed


class SignInForm(Form):
    """E-mail address and password."""

    email = StringField(
        _("E-mail address"),
        validators=[InputRequired(_("Fill in your e-mail address."))],
        filters=[trimmed],
        id="login-email",
    )
    password = password(_("Password"), _("Fill in your password."), "login-password")
