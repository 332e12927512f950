#!/usr/bin/python3
"""Pushes a CSV of payments to budgetwatchd, as a finance system would.

Needs Debian's python3-grpcio and python3-protobuf, and the stubs made from proto/:

    mkdir -p stubs
    protoc -I proto -I deploy/examples/clients --python_out=stubs --grpc_python_out=stubs \\
      --plugin=protoc-gen-grpc_python=/usr/bin/grpc_python_plugin \\
      proto/budgetwatch/v1/payment.proto proto/budgetwatch/v1/payment_service.proto \\
      deploy/examples/clients/rpc_error.proto
    PYTHONPATH=stubs deploy/examples/clients/push_payments.py --source treasury payments.csv

Safe to run again with the same file: what is recorded already is a duplicate. Exit codes:
0 done, 1 failed (run it again), 2 wrong usage, 3 done but some lines were rejected.
"""
import argparse
import collections
import csv
import itertools
import json
import random
import re
import sys
import time

import grpc
from google.protobuf.message import DecodeError

import rpc_error_pb2
from budgetwatch.v1 import payment_pb2, payment_service_pb2, payment_service_pb2_grpc

CALL_SECONDS = 30
FIRST_WAIT_SECONDS = 0.1
LONGEST_WAIT_SECONDS = 5.0

# The request may succeed later, and repeating it is safe: an event that was recorded
# before the answer got lost comes back as a duplicate. CANCELLED is what a server that
# stops answers; this side cancels nothing.
RETRIABLE = {grpc.StatusCode.UNAVAILABLE, grpc.StatusCode.RESOURCE_EXHAUSTED,
             grpc.StatusCode.DEADLINE_EXCEEDED, grpc.StatusCode.CANCELLED}

REQUIRED = ("payment_id", "project_code", "pay_date", "amount")
OPTIONAL = ("payee", "memo", "kind", "original_payment_id")
KINDS = {"": payment_pb2.PAYMENT_KIND_PAYMENT, "payment": payment_pb2.PAYMENT_KIND_PAYMENT,
         "refund": payment_pb2.PAYMENT_KIND_REFUND,
         "correction": payment_pb2.PAYMENT_KIND_CORRECTION}
AMOUNT = re.compile(r"([+-]?)([0-9]{1,14})(?:\.([0-9]{1,2}))?")

Outcome = payment_pb2.PaymentOutcome


class BadRow(Exception):
    """A row that cannot be made an event: reason, field and a sentence."""


def read_fen(text):
    """Fen of a decimal of yuan, by digits: a float cannot hold 0.1."""
    match = AMOUNT.fullmatch(text)
    if not match:
        raise BadRow("INVALID_AMOUNT", "amount", f"{text!r} is no plain decimal of yuan")
    sign, yuan, cents = match.groups()
    fen = int(yuan) * 100 + int((cents or "").ljust(2, "0"))
    return -fen if sign == "-" else fen


def event_of(row):
    if None in row or None in row.values():
        raise BadRow("INVALID_FIELD", "", "the row has more or fewer cells than the header")
    if row["kind"] not in KINDS:
        raise BadRow("INVALID_KIND", "kind", "the kind is none of payment, refund, correction")
    return payment_pb2.PaymentEvent(
        payment_id=row["payment_id"], kind=KINDS[row["kind"]], project_code=row["project_code"],
        pay_date=row["pay_date"], amount_fen=read_fen(row["amount"]), payee=row["payee"],
        memo=row["memo"], original_payment_id=row["original_payment_id"])


def read_events(file, tally):
    """(row number, event) of each row that is one; the others are counted as rejected."""
    reader = csv.DictReader(file, strict=True)
    columns = reader.fieldnames or []
    missing = [name for name in REQUIRED if name not in columns]
    if missing:
        raise ValueError(f"columns are missing: {', '.join(missing)}")
    absent = {name: "" for name in OPTIONAL if name not in columns}
    for number, row in enumerate(reader, 2):
        try:
            yield number, event_of({**absent, **row})
        except BadRow as bad:
            tally.reject(number, row["payment_id"] or "", *bad.args)


class Tally:
    """Counts outcomes, and names the lines that somebody has to look at."""

    def __init__(self):
        self.counts = collections.Counter()

    def add(self, number, event, outcome):
        if outcome.outcome == Outcome.OUTCOME_REJECTED:
            self.reject(number, event.payment_id, outcome.reason, outcome.field, outcome.message)
        elif outcome.outcome == Outcome.OUTCOME_SUSPENDED:
            self.counts["suspended"] += 1
            self._say(number, event.payment_id, f"suspended: no plan has {event.project_code} yet")
        elif outcome.outcome == Outcome.OUTCOME_DUPLICATE:
            self.counts["duplicate"] += 1
        else:
            self.counts["recorded"] += 1

    def reject(self, number, payment_id, reason, field, message):
        # The same id with other content needs a person: one of the two is wrong.
        word = "conflict" if reason == "PAYMENT_ID_CONFLICT" else "rejected"
        self.counts["rejected"] += 1
        self.counts["conflict"] += word == "conflict"
        self._say(number, payment_id, f"{word}: {reason} {field}: {message}")

    @staticmethod
    def _say(number, payment_id, text):
        print(f"row {number} {payment_id}: {text}", file=sys.stderr)

    def summary(self):
        return json.dumps({name: self.counts[name] for name in (
            "recorded", "duplicate", "suspended", "rejected", "conflict")})


def retry_hint_seconds(error):
    """How long the server asks to wait; 0 when it does not say."""
    status = rpc_error_pb2.Status()
    retry = rpc_error_pb2.RetryInfo()
    try:
        for key, value in error.trailing_metadata() or ():
            if key == "grpc-status-details-bin":
                status.ParseFromString(value)
        for detail in status.details:
            if detail.Unpack(retry):
                return retry.retry_delay.ToTimedelta().total_seconds()
    except DecodeError:
        pass
    return 0.0


def send(stub, request, give_up_seconds):
    """The answer to one batch. Tries the same bytes again until the bound is over."""
    wait = FIRST_WAIT_SECONDS
    deadline = time.monotonic() + give_up_seconds
    told = False
    while True:
        try:
            return stub.RecordPayments(request, timeout=CALL_SECONDS)
        except grpc.RpcError as error:
            # Shortened at random, so that many senders do not return at the same moment.
            pause = max(wait * random.uniform(0.5, 1.0), retry_hint_seconds(error))
            if error.code() not in RETRIABLE or time.monotonic() + pause > deadline:
                raise
            if not told:
                print(f"{error.code().name}: {error.details()}; trying again", file=sys.stderr)
                told = True
        time.sleep(pause)
        wait = min(wait * 2, LONGEST_WAIT_SECONDS)


def push(options, tally):
    # The channel reconnects by itself; its own pauses should not be longer than ours.
    channel_options = [("grpc.initial_reconnect_backoff_ms", 100),
                       ("grpc.max_reconnect_backoff_ms", int(LONGEST_WAIT_SECONDS * 1000))]
    with grpc.insecure_channel(options.server, channel_options) as channel, \
            open(options.file, newline="", encoding="utf-8-sig") as file:
        stub = payment_service_pb2_grpc.PaymentServiceStub(channel)
        events = read_events(file, tally)
        while batch := list(itertools.islice(events, options.batch)):
            request = payment_service_pb2.RecordPaymentsRequest(
                source=options.source, payments=[event for _, event in batch])
            answer = send(stub, request, options.give_up_after)
            for (number, event), outcome in zip(batch, answer.outcomes, strict=True):
                tally.add(number, event, outcome)


def parse_arguments():
    parser = argparse.ArgumentParser(
        description="Pushes a CSV of payments to budgetwatchd; safe to repeat.")
    parser.add_argument("file", metavar="FILE", help="payments as in payments-2020.csv")
    parser.add_argument("--server", default="127.0.0.1:7470", metavar="HOST:PORT")
    parser.add_argument("--source", required=True, metavar="NAME",
                        help="name of the sending system; ids are unique within it")
    parser.add_argument("--batch", type=int, default=500, metavar="N",
                        help="events in a request, 1 to 10000")
    parser.add_argument("--give-up-after", type=float, default=60.0, metavar="SECONDS",
                        help="how long one batch is tried")
    options = parser.parse_args()
    if not 1 <= options.batch <= 10_000:
        parser.error("--batch must be from 1 to 10000")
    return options


def main():
    options = parse_arguments()
    tally = Tally()
    try:
        push(options, tally)
    except grpc.RpcError as error:
        print(f"{error.code().name}: {error.details()}", file=sys.stderr)
        failed = True
    except (OSError, ValueError, csv.Error) as error:
        print(f"{options.file}: {error}", file=sys.stderr)
        failed = True
    else:
        failed = False
    print(tally.summary())
    if failed:
        return 1
    return 3 if tally.counts["rejected"] else 0


if __name__ == "__main__":
    sys.exit(main())
