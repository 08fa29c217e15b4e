"""The forms of one's own account. Each asks the password that is in force."""

from flask_babel import lazy_gettext as _
from wtforms import StringField
from wtforms.validators import InputRequired

from app.web.forms import Form, password, trimmed

_CURRENT = (_("Your current password"), _("Fill in your password, so that we know it is you."), "account-current")


class PasswordForm(Form):
    """The password in force and the one to come."""

    current = password(*_CURRENT)
    new = password(_("New password"), _("Choose a password."), "account-new")


class AddressForm(Form):
    """Another e-mail address."""

    email = StringField(
        _("New e-mail address"),
        validators=[InputRequired(_("Fill in an e-mail address."))],
        filters=[trimmed],
        id="account-email",
    )
    current = password(*_CURRENT)


class ProofForm(Form):
    """Only the password."""

    current = password(*_CURRENT)
