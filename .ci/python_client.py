"""Posts, holds, captures and reads with the client that was generated from the document of the API. Arguments: the address and a key."""

import sys
from http import HTTPStatus

from teller_client import AuthenticatedClient
from teller_client.api.accounts import get_accounts_by_account_balance, get_accounts_by_account_statement, post_accounts
from teller_client.api.deposits import post_deposits
from teller_client.api.holds import post_holds, post_holds_by_hold_captures
from teller_client.api.transfers import get_transfers, get_transfers_by_transfer, post_transfers
from teller_client.api.verifications import post_verifications
from teller_client.models import (
    CaptureRequest,
    CashRequest,
    HoldRequest,
    OpeningRequest,
    TransferRequest,
    VerificationRequest,
)

address, key = sys.argv[1:]
client = AuthenticatedClient(base_url=address, token=key)


def answered(response, status=HTTPStatus.CREATED):
    assert response.status_code == status, response.content
    return response.parsed


for name in ["customers:alice", "customers:bob"]:
    answered(post_accounts.sync_detailed(client=client, body=OpeningRequest(account=name, currency="EUR")))
answered(post_deposits.sync_detailed(
    client=client, body=CashRequest(account="customers:alice", amount="100.00"), idempotency_key="salary"))
rent = TransferRequest(from_="customers:alice", to="customers:bob", amount="30.00", description="Miete, März")
posted = answered(post_transfers.sync_detailed(client=client, body=rent, idempotency_key="rent"))
assert (posted.amount, posted.actor, posted.description) == ("30.00", "python", "Miete, März"), posted
again = post_transfers.sync_detailed(client=client, body=rent, idempotency_key="rent")
assert answered(again, HTTPStatus.OK).hash_ == posted.hash_ and again.headers["idempotent-replayed"] == "true"

hold = HoldRequest(from_="customers:bob", to="customers:alice", amount="20.00", expires_in="1d")
answered(post_holds.sync_detailed(client=client, body=hold, idempotency_key="order"))
answered(post_holds_by_hold_captures.sync_detailed(
    "order", client=client, body=CaptureRequest(amount="5.00"), idempotency_key="part"))
balance = answered(get_accounts_by_account_balance.sync_detailed("customers:bob", client=client), HTTPStatus.OK)
assert (balance.posted, balance.held, balance.available) == ("25.00", "15.00", "10.00"), balance

much = TransferRequest(from_="customers:bob", to="customers:alice", amount="10.01")
refused = answered(
    post_transfers.sync_detailed(client=client, body=much, idempotency_key="much"), HTTPStatus.UNPROCESSABLE_ENTITY)
assert (refused.code, refused["available"], refused.retry.value) == ("insufficient_funds", "10.00", "never"), refused

found = answered(get_transfers_by_transfer.sync_detailed("rent", client=client), HTTPStatus.OK)
assert found.id == posted.id, found
page = answered(get_transfers.sync_detailed(client=client, limit=2), HTTPStatus.OK)
assert len(page.items) == 2 and page.next_cursor, page
rest = answered(get_transfers.sync_detailed(client=client, limit=2, cursor=page.next_cursor), HTTPStatus.OK)
assert {item.id for item in page.items}.isdisjoint(item.id for item in rest.items)
statement = answered(get_accounts_by_account_statement.sync_detailed("customers:bob", client=client), HTTPStatus.OK)
assert statement.account == "customers:bob" and statement.items[-1].amount == "30.00", statement
verified = answered(post_verifications.sync_detailed(client=client, body=VerificationRequest()), HTTPStatus.OK)
assert verified.finding_count == 0, verified
print("the generated client posts, holds, captures and reads")
