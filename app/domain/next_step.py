"""The order of a login: which one screen the browser must see now. Every screen returns here, none knows another."""

from dataclasses import dataclass
from enum import StrEnum


class Step(StrEnum):
    """What happens next to an authorization request."""

    SIGN_IN = "sign_in"
    CHOOSE_ACCOUNT = "choose_account"
    CHOOSE_LEVEL = "choose_level"
    RESUME = "resume"
    FINISH = "finish"
    REFUSE = "refuse"


@dataclass(frozen=True)
class Facts:
    """What the dispatcher knows about the request, the browser and the grant."""

    signed_in: bool
    fresh_enough: bool
    """The session is as recent as ``max_age`` and ``prompt=login`` demand, and of the person a hint names."""
    covered: bool
    """A live grant covers everything the request asks."""
    silent: bool = False
    """``prompt=none``."""
    ask_again: bool = False
    """``prompt=consent`` and no decision was made for this very request yet."""
    refused: bool = False
    """The person chose to share nothing."""
    somebody_else: bool = False
    """A hint names somebody else than who signed in for this very request, or a persona that they removed."""
    unknown_grant: bool = False
    """The request names a grant this person does not have at this client."""
    which_account: bool = False
    """``prompt=select_account``, and nobody said for this very request that it is the account signed in with."""
    paused: bool = False
    """Nothing covers the request, and what the person shares with this client is paused."""


@dataclass(frozen=True)
class NextStep:
    """The step and, for a refusal, the error the client gets (OpenID Connect Core §3.1.2.6)."""

    step: Step
    error: str | None = None


def next_step(facts: Facts) -> NextStep:
    """Pick the one thing to do now."""
    if facts.refused:
        return NextStep(Step.REFUSE, "access_denied")
    if facts.somebody_else:
        # Asking again would only turn in a circle.
        return NextStep(Step.REFUSE, "login_required")
    if not (facts.signed_in and facts.fresh_enough):
        return NextStep(Step.REFUSE, "login_required") if facts.silent else NextStep(Step.SIGN_IN)
    if facts.which_account:
        return NextStep(Step.REFUSE, "account_selection_required") if facts.silent else NextStep(Step.CHOOSE_ACCOUNT)
    if facts.unknown_grant:
        return NextStep(Step.REFUSE, "invalid_grant_id")
    if facts.covered and not facts.ask_again:
        return NextStep(Step.FINISH)
    if facts.silent:
        return NextStep(Step.REFUSE, "consent_required")
    return NextStep(Step.RESUME if facts.paused else Step.CHOOSE_LEVEL)
