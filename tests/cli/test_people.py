"""`sluis people`: confirmed accounts with facts, for operators and load tests."""

import json
from typing import Any

import pytest

from tests.cli.conftest import Installation

ADDRESS = {"street_address": "Oudegracht 158", "postal_code": "3511 AZ", "locality": "Utrecht", "country": "NL"}


def test_a_person_is_made_with_facts_and_a_password_shown_once(ready: Installation) -> None:
    made = ready.within(
        "people", "create", "--email", "kim@example.org", "--fact", "birthdate=1990", "--fact",
        f"address={json.dumps(ADDRESS)}",
    )  # fmt: skip
    sign, email, person_id, password = made.out[0].split()
    assert (made.status, sign, email, len(person_id)) == (0, "+", "kim@example.org", 32)
    assert len(password) >= 40
    assert made.out[1] == "1 made, 0 there already."
    assert ready.within("people", "create", "--email", "kim@example.org").out == [
        "= kim@example.org",
        "0 made, 1 there already.",
    ]


def test_what_is_wrong_with_one_person_is_told_without_a_number(ready: Installation) -> None:
    said = ready.within("people", "create", "--email", "kim", "--fact", "shoe=42")
    assert (said.status, said.err) == (1, ["shoe: is not known", "email: must be an e-mail address, with one @"])


@pytest.mark.parametrize(
    ("option", "line"),
    [
        (("--language", "fr"), "language: must be one of nl, en"),
        (("--password", ""), "password: must be a text of 1 to 1024 characters"),
    ],
)
def test_what_an_option_cannot_be_is_told(ready: Installation, option: tuple[str, str], line: str) -> None:
    """An empty password is a variable that was not set: another one is not made for it."""
    said = ready.within("people", "create", "--email", "kim@example.org", *option)
    assert (said.status, said.err) == (1, [line])


def test_a_given_password_is_not_printed_and_told_of_when_it_is_easy_to_guess(ready: Installation) -> None:
    made = ready.within("people", "create", "--email", "kim@example.org", "--password", "boot kade zeil 12")
    assert (len(made.out[0].split()), "boot" in "".join(made.out), made.err) == (3, False, [])
    easy = ready.within("people", "create", "--email", "lou@example.org", "--password", "welkom01")
    assert (easy.status, "easy to guess" in easy.err[0]) == (0, True)


def test_an_import_tells_of_each_new_password_that_is_easy_to_guess_and_shows_none(ready: Installation) -> None:
    lines = "email,password\na@example.org,boot kade zeil 12\nb@example.org,x\nc@example.org,\nd@example.org,welkom01\n"
    path = ready.file("people.csv", lines)
    said = ready.within("people", "import", path)
    assert (said.status, said.out[-1]) == (0, "4 made, 0 there already.")
    assert said.err == [
        "line 3, password: is easy to guess",
        "line 5, password: is easy to guess",
        "people.csv: 2 made so; if they are for real people, let them change it",
    ]
    assert ready.within("people", "import", path).err == []
    named = ready.within("people", "import", ready.file("more.json", '[{"email": "e@example.org", "password": "x"}]'))
    assert named.err[0] == "record 1, password: is easy to guess"


PEOPLE = [{"email": "a@example.org", "given_name": "A", "address": ADDRESS}, {"email": "b@example.org"}]
FILES = {
    "people.json": json.dumps(PEOPLE),
    "people.toml": '[[people]]\nemail = "a@example.org"\n[[people]]\nemail = "b@example.org"\nlanguage = "en"\n',
    "people.csv": "email,given_name,address.street_address,address.postal_code,address.locality,address.country\n"
    "a@example.org,A,Oudegracht 158,3511 AZ,Utrecht,NL\nb@example.org,,,,,\n",
}


@pytest.mark.parametrize("name", FILES)
def test_people_are_imported_from_three_kinds_of_file(ready: Installation, name: str) -> None:
    path = ready.file(name, FILES[name])
    assert ready.within("people", "import", path).out[-1] == "2 made, 0 there already."
    assert ready.within("people", "import", path).out[-1] == "0 made, 2 there already."


def test_a_part_of_a_value_is_kept_wherever_it_is_given_by_the_name_the_help_has(ready: Installation) -> None:
    """Not only in CSV: --fact takes those names too, and so does JSON that was made of a table."""
    parts = {f"address.{member}": text for member, text in ADDRESS.items()}
    facts = [word for part in parts.items() for word in ("--fact", "=".join(part))]
    assert ready.within("people", "create", "--email", "kim@example.org", *facts).status == 0
    path = ready.file("people.json", json.dumps([{"email": "lou@example.org", **parts}]))
    assert ready.within("people", "import", path).status == 0
    without = {"address.locality": "Utrecht"}
    said = ready.within("people", "import", ready.file("less.json", json.dumps([{"email": "a@example.org"} | without])))
    assert "record 1, address.postal_code: is missing" in said.err


@pytest.mark.parametrize(
    ("columns", "line"),
    [
        ("name,name.first", "line 2, name.first: is not known"),
        ("address,address.locality", "line 2, address.locality: stands beside address, which it is a part of"),
    ],
)
def test_a_column_that_is_no_part_of_the_one_beside_it_is_told(ready: Installation, columns: str, line: str) -> None:
    said = ready.within("people", "import", ready.file("people.csv", f"email,{columns}\na@example.org,A,B\n"))
    assert (said.status, line in said.err) == (1, True)


def test_every_problem_is_told_with_its_place_and_nobody_is_made(ready: Installation) -> None:
    wrong = [*PEOPLE, {"email": "c", "birthdate": "geheim"}, 3, {"email": "d@example.org", "shoe": "geheim"}]
    said = ready.within("people", "import", ready.file("people.json", json.dumps(wrong)))
    assert (said.status, said.out) == (1, [])
    assert [line.partition(":")[0] for line in said.err] == [
        "record 3, birthdate",
        "record 3, email",
        "record 4",
        "record 5, shoe",
        "people.json",
    ]
    assert said.err[-1].endswith("nobody was made: mend what is said above (4 in all), and import it again")
    assert "geheim" not in "".join(said.err)
    assert ready.within("people", "create", "--email", "a@example.org").out[-1] == "1 made, 0 there already."


def test_a_fault_in_csv_is_told_with_the_line_its_record_begins_at(ready: Installation) -> None:
    lines = 'email,name,address.street_address\nc,,\n\na@example.org,A,"Rue 1\nBox 2"\nd,,\na@example.org,,,geheim\n'
    said = ready.within("people", "import", ready.file("people.csv", lines))
    places = [line.partition(": ")[0] for line in said.err[:-1]]
    assert {place.partition(",")[0] for place in places} == {"line 2", "line 4", "line 6", "line 7"}
    assert {"line 2, email", "line 6, email", "line 7, (beyond the last column)"} < set(places)
    assert said.err[-2] == "line 7, email: stands at line 4 too"
    assert "geheim" not in "".join(said.err)


@pytest.mark.parametrize(
    ("name", "text", "line"),
    [
        ("people.json", "[\n{", "is not readable as .json: line 2, column 2 is not as JSON is written."),
        (
            "people.json",
            '[{"email": "a@example.org", "email": "b@example.org"}]',
            "is not readable as .json: an object has the same member twice.",
        ),
        ("people.toml", "[[people]]\nemail=", "is not readable as .toml (end of document)."),
        ("people", "[\n{", "is not readable as JSON: line 2, column 2 is not as JSON is written."),
        ("people.toml", "a = " + "[" * 5000, "is not readable as .toml."),
        ("people.toml", "\na = geheim", "is not readable as .toml (line 2, column 5)."),
        ("people.txt", "a@example.org", "must be named .csv, .toml or .json, after what is in it."),
        ("people.json", "{}", "must hold a list of people."),
        ("people.toml", "a = 1", "must hold a list of people."),
    ],
)
def test_a_file_of_another_form_is_told(ready: Installation, name: str, text: str, line: str) -> None:
    path = ready.file(name, text)
    assert ready.within("people", "import", path).err == [f"{path} {line}"]


@pytest.mark.parametrize("text", ["", "\na@example.org\n"])
def test_a_file_whose_first_line_names_no_columns_is_told_what_belongs_there(ready: Installation, text: str) -> None:
    said = ready.within("people", "import", ready.file("people.csv", text))
    line = "line 1: must name the columns, email among them: see `sluis people import --help`."
    assert (said.status, said.err) == (1, [line])


def test_every_column_that_the_help_names_is_known(ready: Installation) -> None:
    facts = "".join(ready.within("people", "import", "--help").out).partition("Facts: ")[2].removesuffix(".")
    columns = ["email", "password", "language", *facts.replace(" ", "").split(",")]
    path = ready.file("people.csv", f"{','.join(columns)}\n{','.join('x' for _ in columns)}\n")
    said = ready.within("people", "import", path).err
    assert any("birthdate" in line for line in said)
    assert not [line for line in said if "is not known" in line]


def test_two_columns_of_one_name_are_told_and_those_without_are_not(ready: Installation) -> None:
    twice = ready.within("people", "import", ready.file("people.csv", "email,email\na@example.org,b@example.org\n"))
    assert (twice.status, twice.err) == (1, ["line 1: two columns have the same name."])
    nameless = ready.within("people", "import", ready.file("people.csv", "email,,\na@example.org,,\n"))
    assert nameless.out[-1] == "1 made, 0 there already."


@pytest.mark.parametrize("fact", ["email=b@example.org", "password=boot kade zeil 12", "name=B"])
def test_a_fact_takes_the_place_of_no_option_and_of_no_other(ready: Installation, fact: str) -> None:
    facts = ("--fact", "name=A", "--fact", fact)
    said = ready.within("people", "create", "--email", "a@example.org", *facts)
    claim = fact.partition("=")[0]
    assert (said.status, said.err) == (1, [f"{claim}: is given more than once, or has an option of its own."])


@pytest.mark.parametrize(
    ("text", "line"),
    [
        ('email,name\na@example.org,"Ann\nb@example.org,Bob\n', 2),
        ('email,name\na@example.org,"Ann\nMay"\nb@example.org,"B"ob\n', 4),
        ('"email,name\na@example.org,Ann\n', 1),
    ],
)
def test_a_value_that_would_swallow_the_people_after_it_is_told(ready: Installation, text: str, line: int) -> None:
    said = ready.within("people", "import", ready.file("people.csv", text))
    told = f"line {line}: a quotation mark closes nowhere, or not at the end of its value."
    assert (said.status, said.err) == (1, [told])


def test_a_file_in_another_encoding_is_told(ready: Installation) -> None:
    path = ready.folder / "people.csv"
    path.write_bytes("email,given_name\na@example.org,José".encode("cp1252"))
    said = ready.within("people", "import", str(path))
    assert said.err == [f"{path} is not a text in UTF-8: save it as that."]


@pytest.mark.parametrize("name", ["people.csv", "PEOPLE.CSV"])
def test_a_file_as_a_spreadsheet_saves_it_is_read(ready: Installation, name: str) -> None:
    """With a mark before it, and with semicolons where a comma is in numbers."""
    path = ready.file(name, "\ufeffemail;given_name;address.street_address\r\na@example.org;A;\r\n")
    said = ready.within("people", "import", path)
    assert (said.err, said.out[-1]) == ([], "1 made, 0 there already.")


def test_a_value_with_members_says_which_it_wants(ready: Installation) -> None:
    facts = ["address={", "payment_account=NL91ABNA0417164300"]
    said = ready.within(
        "people", "create", "--email", "kim@example.org", *(part for fact in facts for part in ("--fact", fact))
    )
    assert sorted(said.err) == [
        "address: must be given by its members street_address, postal_code, locality, region, country",
        "payment_account: must be given by its members method, iban, holder",
    ]


@pytest.mark.parametrize(
    ("fact", "said"),
    [
        (
            {"address": ADDRESS | {"street_address": "Oudegracht"}},
            "address.street_address: must end with a house number",
        ),
        ({"address": ADDRESS | {"house_number": "1"}}, "address.house_number: is not known"),
        ({"address": ADDRESS | {"street_address": ""}}, "address.street_address: is missing"),
        ({"birthdate": "1990-13-01"}, "birthdate: must be a date that exists"),
    ],
)
def test_a_fault_within_a_value_is_told_by_a_name_the_file_knows(
    ready: Installation, fact: dict[str, Any], said: str
) -> None:
    path = ready.file("people.json", json.dumps([{"email": "a@example.org", **fact}]))
    assert f"record 1, {said}" in "\n".join(ready.within("people", "import", path).err)


def test_a_fact_needs_a_claim(ready: Installation) -> None:
    said = ready.within("people", "create", "--email", "kim@example.org", "--fact", "Kim")
    assert said.err == ["A fact is given as CLAIM=VALUE, for example given_name=Sam."]
