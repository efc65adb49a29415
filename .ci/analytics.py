"""Runs the Python of docs/analytics.md and compares: analytics.py TELLER PAGE FOLDER, with DATABASE_URL of an empty database."""

import collections
import csv
import decimal
import os
import random
import re
import subprocess
import sys
from decimal import Decimal

import duckdb
import duckdb_extensions

decimal.getcontext().prec = 100

CURRENCIES = {"EUR": 2, "JPY": 0, "BHD": 3, "TOK": 18, "SIX": 6}
TRANSFERS = 2_000
SEED = 9_007_199_254_740_993


def imported():
    """Transfers as (debit, credit, currency, amount), some of which no float can hold."""
    dice = random.Random(SEED)
    transfers = []
    for currency, exponent in CURRENCIES.items():
        unit = Decimal(1).scaleb(-exponent)
        parties = [f"cash:{currency.lower()}", f"customers:alice:{currency.lower()}", f"customers:bob:{currency.lower()}"]
        minors = [1, 999_999_999_999_999_999] if exponent == 18 else [SEED, 1]
        minors += [dice.randrange(1, 10 ** dice.randrange(1, 14)) for _ in range(TRANSFERS // len(CURRENCIES))]
        for number, minor in enumerate(minors):
            debit, credit = parties[:2] if number < 2 else dice.sample(parties, 2)
            transfers.append((debit, credit, currency, minor * unit))
    return transfers


def expected(transfers):
    """The changes of each account on its normal side, by currency and account."""
    changes = collections.defaultdict(list)
    for debit, credit, currency, amount in transfers:
        for account, sign in ((debit, 1), (credit, -1)):
            rises = sign if account.startswith("cash:") else -sign
            changes[currency, account].append(rises * amount)
    return changes


def make_book(teller, url, transfers):
    def run(*arguments):
        subprocess.run([teller, "--database-url", url, *arguments], check=True, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)

    run("migrate", "run", "--create")
    for code in ("TOK", "SIX"):
        run("currency", "add", code, "--exponent", str(CURRENCIES[code]), "--name", code)
    with open("accounts.csv", "w", newline="") as file:
        rows = csv.writer(file)
        rows.writerow(["name", "currency", "type", "min_balance"])
        for currency in CURRENCIES:
            rows.writerow([f"cash:{currency.lower()}", currency, "asset", "none"])
            rows.writerows([f"customers:{name}:{currency.lower()}", currency, "liability", "none"] for name in ("alice", "bob"))
    run("import", "accounts", "accounts.csv")
    with open("transfers.csv", "w", newline="") as file:
        rows = csv.writer(file)
        rows.writerow(["debit", "credit", "amount", "key"])
        rows.writerows([debit, credit, f"{amount:f}", str(number)] for number, (debit, credit, _, amount) in enumerate(transfers))
    run("import", "transfers", "transfers.csv")
    run("verify")
    for target in ("csv", "ndjson"):
        raw = ["--raw"] if target == "csv" else []
        run("export", "--to", target, *raw, "--what", "entries", "--out", f"entries.{target}", "--force")


def rows_of(found):
    """The rows of a table of any of the libraries, as tuples."""
    if isinstance(found, duckdb.DuckDBPyRelation):
        return found.fetchall()
    if type(found).__module__.startswith("polars"):
        return found.rows()
    if type(found).__name__ == "Series":
        return [(*key, value) for key, value in found.items()]
    return list(found.itertuples(index=False, name=None))


def check_exact(value):
    assert isinstance(value, Decimal), f"{value!r} is a {type(value).__name__}, which rounds"
    return value


def check(name, block, changes):
    names = {}
    exec(compile(block, name, "exec"), names)
    entries = names["entries"]
    columns = ["currency", "account", "change"]
    entries = entries[columns] if type(entries).__module__.startswith(("pandas", "polars")) else entries
    found = collections.defaultdict(list)
    for currency, account, change in rows_of(entries):
        found[currency, account].append(check_exact(change))
    assert found.keys() == changes.keys(), f"{name}: {found.keys() ^ changes.keys()}"
    sums = {(currency, account): check_exact(total) for currency, account, total in rows_of(names["sums"])}
    for key, values in changes.items():
        assert sorted(found[key]) == sorted(values), f"{name}: the values of {key}"
        assert sums[key] == sum(values), f"{name}: the sum of {key} is {sums[key]}, not {sum(values)}"
    print(f"{name}: {sum(map(len, found.values()))} values and {len(sums)} sums are exact")


def main(teller, page, folder):
    with open(page) as file:
        blocks = re.findall(r"^```python\n# ([^\n]+)\n(.*?)^```$", file.read(), re.M | re.S)
    assert len(blocks) >= 12, f"{page} shows {len(blocks)} blocks"
    for extension in ("postgres_scanner", "sqlite_scanner"):
        duckdb_extensions.import_extension(extension)
    os.chdir(folder)
    transfers = imported()
    changes = expected(transfers)
    make_book(teller, "sqlite://bank.db", transfers)
    for name, block in blocks:
        if "PostgreSQL" not in name:
            check(name, block, changes)
    # The files are those of the other database from here on.
    make_book(teller, os.environ["DATABASE_URL"], transfers)
    for name, block in blocks:
        if "SQLite" not in name:
            check(name if "PostgreSQL" in name else f"{name} of PostgreSQL", block, changes)


main(*sys.argv[1:])
