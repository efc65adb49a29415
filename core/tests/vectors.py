#!/usr/bin/env python3
"""Computes vectors.txt from what core/src/proof and core/src/facts/ids.rs document, with Python's hashlib and uuid alone.

It shares no code with the library. Run it as `python3 core/tests/vectors.py > core/tests/vectors.txt`.
"""

import hashlib
import uuid

KEY_NAMESPACE = uuid.UUID("7f1d0b3e-5c64-4d2a-9a57-1e6bc02f8d91")
LINE_NAMESPACE = uuid.UUID("a47e51d0-93c8-4b6f-8e12-d9f037a56cb4")
WORDED_LINE_NAMESPACE = uuid.UUID("3c0e92d5-71aa-4f06-b8e4-60d725b9c1f3")
MALFORMED_LINE_NAMESPACE = uuid.UUID("58d30c6e-f1b7-4925-a3d8-2e947b601fca")

MOMENT = 1_700_000_000_000_001


def integer(value):
    return value.to_bytes(8, "big", signed=True)


def text(value):
    encoded = value.encode()
    return len(encoded).to_bytes(8, "big") + encoded


def optional(value, write):
    return b"\0" if value is None else b"\1" + write(value)


def metadata(entries):
    pairs = sorted(entries.items(), key=lambda entry: entry[0].encode())
    return len(pairs).to_bytes(8, "big") + b"".join(text(key) + text(value) for key, value in pairs)


def identifier(value):
    return value.bytes


def digest(*parts):
    return hashlib.sha256(b"".join(parts)).hexdigest()


def named(namespace, name):
    hashed = hashlib.sha1(namespace.bytes + name).digest()
    return uuid.UUID(bytes=hashed[:16], version=5)


def version_8(hexadecimal):
    value = bytearray.fromhex(hexadecimal[:32])
    value[6] = value[6] & 0x0F | 0x80
    value[8] = value[8] & 0x3F | 0x80
    return uuid.UUID(bytes=bytes(value))


def key(name):
    return named(KEY_NAMESPACE, name.encode())


def account(opening):
    return digest(
        b"teller.account.1\n", text("customers:zoë"), text("liability"), text("EUR"), integer(2),
        optional(opening["min"], integer), optional(opening["max"], integer), integer(7), integer(MOMENT), text("ops"),
        optional(opening["description"], text), metadata(opening["metadata"]),
    )


def terms(state, limits):
    return text(state) + b"".join(optional(limit, integer) for limit in limits)


def event(reason, journal, annotation):
    return digest(
        b"teller.event.1\n", bytes([7] * 32), integer(3), integer(9), integer(MOMENT),
        terms("open", [-500, None, None, 77, None]), terms("debits_frozen", [None, 900, 1, None, 33]),
        text("carol"), optional(reason, text), optional(journal, identifier), optional(annotation, lambda change: (
            optional(change[0], identifier) + metadata(change[1]) + metadata(change[2]))),
    )


def transfer(fields):
    return digest(
        b"teller.transfer.1\n", bytes([1] * 32), bytes([2] * 32), key("t").bytes, text("capture"), integer(1234),
        integer(5), integer(-60), integer(6), integer(70), integer(MOMENT), integer(-MOMENT),
        optional(fields.get("journal"), identifier), optional(fields.get("hold"), identifier),
        optional(fields.get("reversed"), identifier), optional(fields.get("description"), text),
        metadata(fields.get("metadata", {})), optional(fields.get("expires"), integer),
        optional(fields.get("up_to"), integer), optional(fields.get("key"), text),
        optional(fields.get("digest"), identifier), text("ops"), optional(fields.get("clock"), integer),
    )


def due(state, transfer_id, refusal):
    return digest(
        b"teller.due.1\n", bytes([9] * 32), integer(MOMENT), text(state), integer(3), integer(MOMENT + 1),
        integer(MOMENT + 2), optional(transfer_id, identifier),
        optional(refusal, lambda refused: text(refused[0]) + text(refused[1])),
    )


def request(*parts):
    return version_8(digest(b"teller.request.1\n", *parts))


def annotated(number, target, set_entries, remove, reason):
    return b"".join([
        integer(number), target, metadata(set_entries), integer(len(remove)), *(text(one) for one in sorted(remove)),
        optional(reason, text),
    ])


def limits(number, account_name, changes):
    words = b"".join(text(word) if amount is None else text(word) + integer(amount) for word, amount in changes)
    return integer(number) + text("limit") + words + text(account_name) + b"\0"


def seal():
    numbers = [MOMENT, 17, 5, 11, 4]
    return b"teller.seal.1\n" + key("book").bytes + b"".join(integer(number) for number in numbers) + bytes([3] * 32)


def line(namespace):
    return named(namespace, bytes(range(16)) + (258).to_bytes(4, "big"))


FULL = {
    "journal": key("j"), "hold": key("h"), "reversed": key("r"), "description": "rent", "metadata": {"é": "2", "a": ""},
    "expires": MOMENT + 5, "up_to": 2000, "key": "t", "digest": version_8(key("d").hex), "clock": MOMENT - 9,
}
NO_OPENING = {"min": None, "max": None, "description": None, "metadata": {}}
KEEP = ("keep", None)

VECTORS = {
    "account": account(NO_OPENING),
    "account with all": account({"min": -500, "max": 900, "description": "hers", "metadata": {"b": "1", "a": "2"}}),
    "event": event(None, None, None),
    "event with all": event("fraud", key("j"), (key("t"), {"a": "1"}, {"b": "2"})),
    "event of an account's metadata": event(None, None, (None, {}, {"b": "2"})),
    "transfer": transfer({}),
    "transfer with all": transfer(FULL),
    **{f"transfer with {name}": transfer({name: value}) for name, value in FULL.items()},
    "due posted": due("posted", key("t"), None),
    "due refused": due("refused", None, ("insufficient_funds", "not enough")),
    "metadata": digest(b"teller.metadata.1\n", metadata({"a": "1", "b": ""})),
    "request final": request(integer(0), text("final")),
    "request journal reversal": request(integer(0), text("reverse journal"), key("j1").bytes),
    "request changes": request(
        integer(1), text("freeze"), text("debits"), text("alice"), optional("why", text),
        integer(2), text("freeze"), text("credits"), text("alice"), b"\0",
        integer(3), text("unfreeze"), text("both"), text("alice"), b"\0",
        limits(4, "bob", [("set", -500), ("remove", None), KEEP, ("set", 100), KEEP]),
        integer(5), text("close"), text("carol"), b"\0",
        annotated(6, text("annotate account") + text("bob"), {"k": "v"}, ["x", "a"], None),
        annotated(7, text("annotate transfer") + key("d1").bytes, {}, ["x"], None),
    ),
    "seal": seal().hex(),
    "seal leaf": (text("customers:zoë") + integer(3) + bytes([4] * 32)).hex(),
    "seal book leaf": (bytes(8) + integer(3) + bytes([4] * 32)).hex(),
    "line": line(LINE_NAMESPACE),
    "worded line": line(WORDED_LINE_NAMESPACE),
    "malformed line": line(MALFORMED_LINE_NAMESPACE),
}

for vector, value in VECTORS.items():
    print(f"{vector}: {value}")
