"""The form of one profile: claims, purposes and the longest retention, from the operator's level."""

from flask_babel import lazy_gettext as _
from wtforms import HiddenField, RadioField, SelectMultipleField
from wtforms.validators import InputRequired

from app.domain.claims import CATALOGUE, in_catalogue_order
from app.domain.derived import FLAGS
from app.domain.levels import Level, LevelRule
from app.domain.profiles import Profile
from app.domain.retention import Period
from app.web.forms import Form, offered
from app.web.wording import claim_label, period_words

_PERIODS = tuple(Period.parse(text) for text in ("P14D", "P1M", "P3M", "P6M", "P1Y", "P2Y"))


class ProfileForm(Form):
    """What one persona gives at one level."""

    claims = SelectMultipleField(_("What a business may ask for"), id="profile-claims")
    purposes = SelectMultipleField(_("What a business may ask to use it for"), id="profile-purposes")
    longest = RadioField(
        _("How long a business may keep it at most"),
        validators=[InputRequired(_("Choose how long."))],
        id="profile-longest",
    )

    shown = HiddenField(id="profile-shown")
    """What was in force when the form was opened."""

    def offer(self, rule: LevelRule, profile: Profile, purposes: dict[str, str]) -> None:
        """Offer everything the level allows; ``purposes`` are their texts by id."""
        names = in_catalogue_order(rule.claims - FLAGS.keys())
        self.claims.choices = offered((name, claim_label(name)) for name in names)
        self.purposes.choices = offered((name, text) for name, text in purposes.items() if name in rule.purposes)
        periods = sorted({*(each for each in _PERIODS if each < rule.longest), rule.longest, profile.longest})
        self.longest.choices = offered((str(each), period_words(each)) for each in periods if each <= rule.longest)

    def show(self, profile: Profile, kept: Profile) -> None:
        """Begin with a profile; ``kept`` is the one in force."""
        self.shown.data = "|".join([" ".join(sorted(kept.claims)), " ".join(sorted(kept.purposes)), str(kept.longest)])
        self.claims.data = [name for name in CATALOGUE if name in profile.claims]
        self.purposes.data = sorted(profile.purposes)
        self.longest.data = str(profile.longest)

    def shown_profile(self, level: Level) -> Profile | None:
        """What was in force when the form was opened, None when it does not say."""
        try:
            claims, purposes, longest = str(self.shown.data or "").split("|")
            return Profile(level, frozenset(claims.split()), frozenset(purposes.split()), Period.parse(longest))
        except ValueError:
            return None

    def profile(self, rule: LevelRule) -> Profile:
        """What was chosen."""
        claims = frozenset(self.claims.data or ())
        flags = frozenset(flag for flag, base in FLAGS.items() if base in claims)
        return Profile(
            rule.level,
            claims | flags,
            frozenset(self.purposes.data or ()),
            Period.parse(str(self.longest.data)),
        )
