"""Loyalty numbers on the wire: a business says whose card a number is, and takes it back."""

from http import HTTPStatus

from app.domain.clients import Client
from app.protocol.answers import Answer, answered
from app.protocol.business_access import Call, client_and_document, client_and_query
from app.protocol.members import Members
from app.services import loyalty_numbers


def add(call: Call) -> Answer:
    """POST: this number in the document is this customer's card."""
    client, document = client_and_document(call)
    members = Members(document, ("sub", "loyalty_number"))
    sub, number = members.sub(), members.loyalty_number()
    members.check()
    return _registered(call, client, number, sub)


def register(call: Call, number: str) -> Answer:
    """PUT: this number in the address is this customer's card."""
    client, document = client_and_document(call)
    members = Members(document, ("sub",))
    sub = members.sub()
    members.check()
    return _registered(call, client, number, sub)


def remove(call: Call, number: str) -> Answer:
    """DELETE: it is nobody's any more."""
    client, _ = client_and_query(call, ())
    loyalty_numbers.remove(call.services, client, number)
    return Answer(HTTPStatus.NO_CONTENT)


def _registered(call: Call, client: Client, number: str, sub: str) -> Answer:
    new = loyalty_numbers.register(call.services, client, number, sub, call.now)
    return answered({"registered": True}, HTTPStatus.CREATED if new else HTTPStatus.OK)
