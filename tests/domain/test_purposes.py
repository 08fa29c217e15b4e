from app.domain.purposes import in_version_agreed


def test_a_purpose_is_spoken_of_in_the_newest_version_that_was_agreed_to() -> None:
    agreed = {"account@10", "account@9", "delivery@1"}
    assert in_version_agreed({"account", "delivery"}, agreed) == {"account@10", "delivery@1"}


def test_what_names_its_version_and_what_was_not_agreed_to_stay_as_they_are() -> None:
    assert in_version_agreed({"account@9", "payment"}, {"account@10"}) == {"account@9", "payment"}
