#!/usr/bin/env python3
"""Turns the Berka bank data (PKDD'99) into files that Teller imports.

Usage: convert.py INPUT_FOLDER OUTPUT_FOLDER

Reads account.asc and trans.asc; writes accounts.csv, transfers.csv and balances.csv. Amounts are decimals throughout, never floats.
"""

import csv
import itertools
import sys
from collections import defaultdict
from dataclasses import dataclass
from decimal import Decimal
from pathlib import Path

CURRENCY = "CZK"
CENT = Decimal("0.01")
# The bank rounded interest, so a day's balances chain within less than this.
ROUNDING_MAX = Decimal("1.00")
# A day of more transactions than this is chained step by step instead of by trying every order.
DAY_LENGTH_MAX = 7

CASH = "cash:czk"
INTEREST = "expenses:interest"
FEES = "revenue:fees"
PENALTY_INTEREST = "revenue:penalty-interest"

BANK_ACCOUNTS = {
    CASH: ("asset", "Cash in hand"),
    INTEREST: ("expense", "Interest paid to customers"),
    FEES: ("revenue", "Statement fees"),
    PENALTY_INTEREST: ("revenue", "Interest on overdrafts"),
}
OPERATIONS = {
    "VKLAD": "Cash deposit",
    "VYBER": "Cash withdrawal",
    "VYBER KARTOU": "Card withdrawal",
    "PREVOD Z UCTU": "From another bank",
    "PREVOD NA UCET": "To another bank",
}
SYMBOLS = {
    "UROK": "Interest",
    "SANKC. UROK": "Penalty interest",
    "SLUZBY": "Statement fee",
    "SIPO": "Household payment",
    "DUCHOD": "Pension",
    "POJISTNE": "Insurance payment",
    "UVER": "Loan payment",
}


@dataclass(frozen=True)
class Transaction:
    """One line of trans.asc."""

    id: str
    account: str
    date: str
    is_deposit: bool
    operation: str
    amount: Decimal
    balance_after: Decimal
    k_symbol: str
    bank: str
    bank_account: str

    @property
    def customer(self) -> str:
        return f"customers:{self.account}"

    @property
    def change(self) -> Decimal:
        return self.amount if self.is_deposit else -self.amount

    @property
    def counterparty(self) -> str:
        """The bank's own account on the other side."""
        by_symbol = {"UROK": INTEREST, "SLUZBY": FEES, "SANKC. UROK": PENALTY_INTEREST}
        if self.k_symbol in by_symbol:
            return by_symbol[self.k_symbol]
        if self.operation in ("PREVOD Z UCTU", "PREVOD NA UCET"):
            return f"banks:{self.bank or 'unknown'}"
        if self.operation in ("VKLAD", "VYBER", "VYBER KARTOU"):
            return CASH
        sys.exit(f"trans.asc: transaction {self.id} has operation {self.operation!r}, which is not known")

    @property
    def description(self) -> str:
        return SYMBOLS.get(self.k_symbol) or OPERATIONS.get(self.operation) or "Transaction"


def read(path: Path):
    with path.open(encoding="latin-1", newline="") as file:
        yield from csv.DictReader(file, delimiter=";")


def read_transactions(path: Path) -> list[Transaction]:
    return [
        Transaction(
            id=row["trans_id"],
            account=row["account_id"],
            date=row["date"],
            # VYBER, cash, is a kind of VYDAJ, out.
            is_deposit={"PRIJEM": True, "VYDAJ": False, "VYBER": False}[row["type"]],
            operation=row["operation"].strip(),
            amount=Decimal(row["amount"]),
            balance_after=Decimal(row["balance"]),
            k_symbol=row["k_symbol"].strip(),
            bank=row["bank"].strip(),
            # 0 stands for none.
            bank_account=row["account"].strip().removeprefix("0"),
        )
        for row in read(path)
    ]


def gap(before: Decimal, transaction: Transaction) -> Decimal:
    """How far the printed balance is from the one before it and the amount."""
    return abs(before + transaction.change - transaction.balance_after)


def chain(day: list[Transaction], before: Decimal) -> list[Transaction]:
    """One account's transactions of one day, in the order in which their balances follow from each other."""
    if len(day) <= DAY_LENGTH_MAX:

        def gaps(order):
            befores = [before, *(transaction.balance_after for transaction in order)]
            return sum(map(gap, befores, order))

        return list(min(itertools.permutations(day), key=gaps))
    chained, rest = [], list(day)
    while rest:
        best = min(rest, key=lambda transaction: gap(before, transaction))
        rest.remove(best)
        chained.append(best)
        before = best.balance_after
    return chained


def in_order(transactions: list[Transaction]) -> list[Transaction]:
    """By date, as in the file, but each account's transactions of a day change places so that their balances chain."""
    places = defaultdict(list)
    for place, transaction in sorted(enumerate(transactions), key=lambda pair: pair[1].date):
        places[transaction.date, transaction.account].append(place)
    ordered = list(transactions)
    balance = defaultdict(Decimal)
    for (_, account), day_places in places.items():
        day = chain([transactions[place] for place in day_places], balance[account])
        for place, transaction in zip(day_places, day):
            ordered[place] = transaction
        balance[account] = day[-1].balance_after
    return sorted(ordered, key=lambda transaction: transaction.date)


def timestamp(date: str) -> str:
    """19930101 and 930101 are 1993-01-01T00:00:00Z."""
    year, month, day = date[:-4], date[-4:-2], date[-2:]
    return f"{year if len(year) == 4 else '19' + year}-{month}-{day}T00:00:00Z"


def number(amount: Decimal) -> str:
    rounded = amount.quantize(CENT)
    if rounded != amount:
        sys.exit(f"amount {amount} has more than 2 decimals")
    return str(rounded)


def write(path: Path, header: list[str], rows) -> None:
    with path.open("w", encoding="utf-8", newline="") as file:
        writer = csv.writer(file, lineterminator="\n")
        writer.writerow(header)
        writer.writerows(rows)


def account_rows(accounts: list[dict], transactions: list[Transaction], lowest: dict[str, Decimal]):
    banks = {transaction.counterparty for transaction in transactions} - BANK_ACCOUNTS.keys()
    for name, (account_type, description) in BANK_ACCOUNTS.items():
        yield name, account_type, CURRENCY, "", "", description, "", "", ""
    for name in sorted(banks):
        yield name, "asset", CURRENCY, "", "", "Balance with another bank", "", "", ""
    for account in accounts:
        name = f"customers:{account['account_id']}"
        # The bank let some customers overdraw.
        min_balance = "none" if lowest[name] < 0 else "0"
        opened = timestamp(account["date"])[:10]
        yield name, "liability", CURRENCY, min_balance, "", "", account["district_id"], account["frequency"], opened


def transfer_row(transaction: Transaction):
    debit, credit = transaction.counterparty, transaction.customer
    if not transaction.is_deposit:
        debit, credit = credit, debit
    return (
        f"berka:{transaction.id}",
        debit,
        credit,
        number(transaction.amount),
        CURRENCY,
        timestamp(transaction.date),
        transaction.description,
        transaction.operation,
        transaction.k_symbol,
        transaction.bank_account,
    )


def main() -> None:
    if len(sys.argv) != 3:
        sys.exit(__doc__)
    source, target = map(Path, sys.argv[1:])
    accounts = list(read(source / "account.asc"))
    transactions = read_transactions(source / "trans.asc")
    # A ledger records movements; a transaction of nothing is none.
    moving = in_order([transaction for transaction in transactions if transaction.amount > 0])

    names = [f"customers:{account['account_id']}" for account in accounts]
    balances = dict.fromkeys(names, Decimal(0))
    lowest = dict.fromkeys(names, Decimal(0))
    printed = defaultdict(Decimal)
    unchained = 0
    for transaction in moving:
        name = transaction.customer
        balances[name] += transaction.change
        lowest[name] = min(lowest[name], balances[name])
        unchained += gap(printed[name], transaction) > ROUNDING_MAX
        printed[name] = transaction.balance_after

    target.mkdir(parents=True, exist_ok=True)
    rows = [transfer_row(transaction) for transaction in moving]
    check(rows, balances)
    account_header = ["name", "type", "currency", "min_balance", "max_balance", "description"]
    account_header += ["metadata.district", "metadata.frequency", "metadata.opened"]
    write(target / "accounts.csv", account_header, account_rows(accounts, moving, lowest))
    transfer_header = ["key", "debit", "credit", "amount", "currency", "effective_at", "description"]
    transfer_header += ["metadata.operation", "metadata.k_symbol", "metadata.bank_account"]
    write(target / "transfers.csv", transfer_header, rows)
    write(target / "balances.csv", ["name", "balance"], ((name, number(balances[name])) for name in sorted(names)))

    overdrawn = sum(balance < 0 for balance in lowest.values())
    print(f"{len(accounts)} customers, {overdrawn} of them overdrawn at some time; {len(rows)} transfers")
    print(f"{len(transactions) - len(moving)} transactions of nothing left out; {unchained} do not chain with the balance before")


def check(rows: list[tuple], balances: dict[str, Decimal]) -> None:
    """Adds up what is about to be written: debits equal credits, and customers end with the sums of their transactions."""
    debits, credits = defaultdict(Decimal), defaultdict(Decimal)
    for _, debit, credit, amount, *_ in rows:
        debits[debit] += Decimal(amount)
        credits[credit] += Decimal(amount)
    if sum(debits.values()) != sum(credits.values()):
        sys.exit("debits do not equal credits")
    for name, balance in balances.items():
        if credits[name] - debits[name] != balance:
            sys.exit(f"{name} ends with {credits[name] - debits[name]}, but its transactions add up to {balance}")
    print(f"debits {sum(debits.values())} = credits {sum(credits.values())} {CURRENCY}")


if __name__ == "__main__":
    main()
