import pytest

from app.domain.errors import Faulty, Problems, Refusal, TooMany


@pytest.mark.parametrize(
    ("code", "status"),
    [
        ("invalid_request", 400),
        ("invalid_client", 401),
        ("invalid_token", 401),
        ("insufficient_scope", 403),
        ("access_denied", 403),
        ("not_found", 404),
        ("conflict", 409),
        ("gone", 410),
        ("server_error", 500),
        ("temporarily_unavailable", 503),
        ("a_code_nobody_knows", 400),
    ],
)
def test_a_refusal_has_the_status_of_its_code(code: str, status: int) -> None:
    assert Refusal(code, "No.").status == status


def test_a_refusal_tells_the_client_and_the_log_different_things() -> None:
    refusal = Refusal("invalid_grant", "The code is not valid.", logged="code replayed", status=418)
    assert (refusal.told_client, refusal.logged, refusal.status) == ("The code is not valid.", "code replayed", 418)
    assert str(refusal) == "invalid_grant"
    assert Refusal("invalid_grant", "No.").logged == "invalid_grant"


def test_too_many_says_how_long_to_wait() -> None:
    refusal = TooMany("Slower.", wait_s=30)
    assert (refusal.code, refusal.status, refusal.wait_s) == ("slow_down", 429, 30)


def test_a_faulty_document_names_its_faults_and_logs_their_number() -> None:
    refusal = Faulty((("name", "is missing"), ("country", "is not known")))
    assert (refusal.code, refusal.status, refusal.logged) == ("invalid_request", 400, "2 fault(s)")
    assert refusal.faults[1] == ("country", "is not known")


def test_problems_are_told_a_line_each_place_first() -> None:
    problems = Problems((("low", "is missing"), ("low.ground", "must be consent")))
    assert problems.lines() == ["low: is missing", "low.ground: must be consent"]
    assert str(problems) == "2 problem(s)"
