#!/usr/bin/python3 -B
"""Goal: the requests that deploy/integration.md shows are answered as it says.
Method: its grpcurl commands are taken out of the text, and their JSON is sent by the client
that works by reflection; the example plan has the projects that they name.

usage: integration_guide.py BIN_DIR DEPLOY_DIR
"""
import json
import pathlib
import re

from daemon import Daemon, check, check_equal, main
from generic_client import GenericClient, outcomes

TODAY = "2020-07-01"
CALL = re.compile(r"^grpcurl -plaintext -d '([^']*)'[ \\\n]+127\.0\.0\.1:7470 "
                  r"budgetwatch\.v1\.(\S+)$", re.MULTILINE)


def read_calls(path):
    text = path.read_text(encoding="utf-8")
    calls = [(rpc, json.loads(request)) for request, rpc in CALL.findall(text)]
    check_equal(len(calls), text.count("grpcurl -plaintext"), "commands that could be read")
    return calls


def test(bin_dir, folder, arguments):
    deploy = pathlib.Path(arguments[0])
    calls = read_calls(deploy / "integration.md")
    check_equal([rpc for rpc, _ in calls], [
        "PaymentService/RecordPayments", "PaymentService/GetPayment",
        "PaymentService/ListPayments"], "calls of the guide")
    with Daemon(bin_dir, folder / "data", TODAY) as daemon:
        daemon.ask("plan", "apply", deploy / "examples" / "plan-2020.yaml")
        client = GenericClient(daemon.address)
        client.load("budgetwatch.v1.PaymentService")
        recorded, got, listed = (client.ask(rpc, **request) for rpc, request in calls)
        check_equal(outcomes(recorded), ["OUTCOME_RECORDED"] * 3, "outcomes of the batch")
        check_equal(got["payment"]["remainingFen"], "1000000", "left after refund and correction")
        check(listed["payments"] == [], f"nothing of it should be in suspense: {listed}")
        again = client.ask(calls[0][0], **calls[0][1])
        check_equal(outcomes(again), ["OUTCOME_DUPLICATE"] * 3, "the same batch again")
        client.close()
        daemon.stop()


if __name__ == "__main__":
    main(test, __doc__, argument_counts=(1,))
