#!/usr/bin/env python3
"""Measures the pages of the dashboard: how long each takes to its first byte, and how many bytes it has.

    KEY=tlr_... benches/pages.py http://127.0.0.1:7878 [TIMES]

It logs in with the key, which needs the scope admin, finds an account, a transfer and what else a page is about by the API, asks for each page once,
and then TIMES (50) times, one behind the other over one connection. Times are in milliseconds. Only the standard library is needed.
"""

import http.client
import json
import os
import sys
import time
from urllib.parse import quote, urlencode, urlsplit


class Server:
    def __init__(self, address, key):
        parts = urlsplit(address)
        of = {"http": http.client.HTTPConnection, "https": http.client.HTTPSConnection}[parts.scheme]
        self.connection = of(parts.hostname, parts.port, timeout=120)
        self.key = key
        self.cookie = ""

    def ask(self, method, target, headers, body=None):
        """The status, the headers, the body, and the milliseconds to the first byte of the answer."""
        begin = time.perf_counter()
        self.connection.request(method, target, body, headers)
        answer = self.connection.getresponse()
        first = (time.perf_counter() - begin) * 1000
        return answer.status, answer.headers, answer.read(), first

    def log_in(self):
        headers = {"content-type": "application/x-www-form-urlencoded", "sec-fetch-site": "same-origin"}
        status, headers, body, _ = self.ask("POST", "/login", headers, urlencode({"key": self.key}))
        if status != 303:
            sys.exit(f"the login was answered {status}: {body.decode()[:500]}")
        self.cookie = headers["set-cookie"].split(";")[0]

    def first(self, target, field):
        """A field of the first item of a list of the API, or none."""
        status, _, body, _ = self.ask("GET", target, {"authorization": f"Bearer {self.key}"})
        items = json.loads(body).get("items", []) if status == 200 else []
        return str(items[0][field]) if items else None

    def page(self, target):
        headers = {"cookie": self.cookie, "accept": "text/html"}
        status, _, body, first = self.ask("GET", target, headers)
        return first, len(body), status


def targets(server):
    yield from [
        "/", "/accounts", "/transfers", "/transfers?kind=hold", "/journals", "/holds", "/schedules", "/periods",
        "/reports", "/reports/trial-balance?depth=1", "/reports/trial-balance", "/reports/balance-sheet?depth=1",
        "/reports/income-statement?depth=1", "/proof", "/proof/seals", "/webhooks", "/webhooks/new", "/keys", "/keys/new",
        "/doctor", "/time-zone", "/help", "/post",
    ]
    for path, (listed, field) in {
        "/accounts/": ("/v1/transfers?limit=1", "debit_account"),
        "/transfers/@": ("/v1/transfers?limit=1", "sequence"),
        "/journals/": ("/v1/journals?limit=1", "journal_id"),
        "/holds/": ("/v1/holds?limit=1", "hold"),
        "/schedules/": ("/v1/schedules?limit=1", "schedule"),
        "/webhooks/": ("/v1/webhooks", "id"),
    }.items():
        name = server.first(listed, field)
        if name:
            yield path + quote(name, safe="")
            if path == "/accounts/":
                yield path + quote(name, safe="") + "?order=effective"
                yield path + quote(name, safe="") + "?at=yesterday"


def main():
    if len(sys.argv) not in (2, 3) or "KEY" not in os.environ:
        sys.exit(__doc__)
    server = Server(sys.argv[1], os.environ["KEY"])
    times = int(sys.argv[2]) if len(sys.argv) == 3 else 50
    server.log_in()
    rows = []
    for target in targets(server):
        cold, _, status = server.page(target)
        if status != 200:
            print(f"{target} was answered {status} after {cold:.0f} ms", file=sys.stderr)
            continue
        asked = [server.page(target) for _ in range(times)]
        first = sorted(milliseconds for milliseconds, _, _ in asked)
        p99 = first[min(len(first) - 1, len(first) * 99 // 100)]
        rows.append((first[len(first) // 2], p99, cold, max(size for _, size, _ in asked), target))
    print(f"{'MEDIAN':>8}  {'P99':>8}  {'COLD':>8}  {'BYTES':>8}  PAGE")
    for median, p99, cold, size, target in sorted(rows, reverse=True):
        print(f"{median:8.2f}  {p99:8.2f}  {cold:8.2f}  {size:8}  {target}")


main()
