#!/usr/bin/python3 -B
"""Goal: overspending reaches the finance officers once, and so does its end.
Method: the real daemon, Prometheus with the rules of deploy/ and Alertmanager with its
routes, whose intervals and addresses alone are those of the test. A payment makes a
project overspent and, by that, ahead of its plan; a receiver in the test counts what it
is told, and a refund ends it.

usage: alert_delivery.py BIN_DIR DEPLOY_DIR
"""
import contextlib
import http.server
import json
import pathlib
import threading

import yaml

from daemon import (COMMAND_SECONDS, Daemon, check, check_equal, main, wait_for, write_payments,
                    write_plan)
from monitoring import Alertmanager, Prometheus, require_programs

DEPARTMENT = "905"
SCHEDULE = {"06-30": "50.00", "10-31": "80.00", "12-31": "100.00"}
# In fen. The second project is so large that the department as a whole stays on its plan.
PROJECTS = {"A-1": (100_000, SCHEDULE), "A-2": (100_000_000, SCHEDULE)}
ON_PLAN = [("a-1", "A-1", "2020-06-01", "500.00", "Payee", "half"),
           ("a-2", "A-2", "2020-06-01", "500000.00", "Payee", "half")]
TOO_MUCH = [("a-3", "A-1", "2020-06-30", "600.00", "Payee", "too much")]
REFUND = [("a-4", "A-1", "2020-07-01", "400.00", "Payee", "back", "refund", "a-3")]
# Rounds of Alertmanager in which it might tell of the same thing again.
QUIET_ROUNDS = 5


class Receiver:
    """A web hook on a free port; keeps the receiver and the message of each call."""

    def __init__(self):
        self.calls = []
        calls = self.calls

        class Handler(http.server.BaseHTTPRequestHandler):
            def do_POST(self):
                body = self.rfile.read(int(self.headers["Content-Length"]))
                calls.append((self.path.strip("/"), json.loads(body)))
                self.send_response(200)
                self.end_headers()

            def log_message(self, *arguments):
                pass

        self.server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.url = f"http://127.0.0.1:{self.server.server_address[1]}"

    def __enter__(self):
        threading.Thread(target=self.server.serve_forever, daemon=True).start()
        return self

    def __exit__(self, kind, error, trace):
        self.server.shutdown()
        self.server.server_close()

    def told(self):
        """Per call: who was told of which alerts in which state."""
        return [(who, message["status"],
                 sorted(alert["labels"]["alertname"] for alert in message["alerts"]))
                for who, message in self.calls]


def shorten(route):
    """Waits of seconds instead of minutes. What is inhibited waits longer than what
    inhibits it, as in the configuration."""
    critical = 'severity="critical"' in str(route.get("matchers"))
    route["group_wait"] = "1s" if critical else "3s"
    route["group_interval"] = "1s"
    for child in route.get("routes", []):
        shorten(child)


def test_config(deploy, url):
    """The example configuration with the test's addresses and intervals."""
    path = deploy / "alertmanager/alertmanager.yml"
    config = yaml.safe_load(path.read_text(encoding="utf-8"))
    config["receivers"] = [
        {"name": receiver["name"],
         "webhook_configs": [{"url": f"{url}/{receiver['name']}", "send_resolved": True}]}
        for receiver in config["receivers"]]
    shorten(config["route"])
    return config


def wait_for_quiet_rounds(alertmanager):
    """Until it has asked its log several times whether there is something new to tell."""
    first = alertmanager.metric("alertmanager_nflog_queries_total")
    wait_for(lambda: alertmanager.metric("alertmanager_nflog_queries_total")
             >= first + QUIET_ROUNDS, "further rounds of Alertmanager", COMMAND_SECONDS)


def check_overspent(message):
    check_equal(message["groupLabels"]["department_code"], DEPARTMENT, "department of the group")
    alert = message["alerts"][0]
    check_equal({name: alert["labels"][name]
                 for name in ("severity", "team", "rule", "project_code", "fiscal_year")},
                {"severity": "critical", "team": "finance", "rule": "overspent",
                 "project_code": "A-1", "fiscal_year": "2020"}, "labels of the alert")
    text = alert["annotations"]["description"]
    for part in ("Project A-1", "预算 0.10 万元", "累计支出 0.11 万元", "执行率 110.00%"):
        check(part in text, f"the description has no {part!r}: {text}")


def test(bin_dir, folder, arguments):
    require_programs("prometheus", "prometheus-alertmanager")
    deploy = pathlib.Path(arguments[0])
    with contextlib.ExitStack() as stack:
        receiver = stack.enter_context(Receiver())
        daemon = stack.enter_context(Daemon(bin_dir, folder / "data", "2020-07-01"))
        daemon.ask("plan", "apply", write_plan(folder / "plan.yaml", DEPARTMENT, 2020, PROJECTS))
        daemon.load(write_payments(folder / "on_plan.csv", ON_PLAN))
        alertmanager = stack.enter_context(
            Alertmanager(folder, test_config(deploy, receiver.url)))
        rules = [deploy / "prometheus" / name
                 for name in ("recording.yml", "execution.yml", "results.yml", "daemon.yml")]
        prometheus = stack.enter_context(
            Prometheus(folder, [daemon.metrics_address], rules, alertmanager.address,
                       ["--rules.alert.resend-delay=1s"]))
        # Pending from the start, as the business date is a fixed one.
        wait_for(lambda: prometheus.query('ALERTS{alertname="BudgetwatchBusinessDateFixed"}'),
                 "the alerting rules", COMMAND_SECONDS)
        check_equal(prometheus.query('ALERTS{alertstate="firing"}'), [], "alerts before it all")

        daemon.load(write_payments(folder / "too_much.csv", TOO_MUCH))
        wait_for(receiver.calls.__len__, "a notification", COMMAND_SECONDS)
        first = ("finance", "firing", ["BudgetwatchOverspent"])
        check_equal(receiver.told()[:1], [first], "the first notification")
        check_overspent(receiver.calls[0][1])
        wait_for_quiet_rounds(alertmanager)
        ahead = alertmanager.alerts()["BudgetwatchAheadOfPlan"]
        check_equal(ahead["status"]["state"], "suppressed", "state of BudgetwatchAheadOfPlan")
        check_equal(receiver.told(), [first], "notifications while nothing changes")

        daemon.load(write_payments(folder / "refund.csv", REFUND))
        wait_for(lambda: len(receiver.calls) > 1, "the second notification", COMMAND_SECONDS)
        wait_for(lambda: not alertmanager.alerts(), "Alertmanager holds nothing",
                 COMMAND_SECONDS)
        check_equal(receiver.told(), [first, ("finance", "resolved", ["BudgetwatchOverspent"])],
                    "all notifications")
        daemon.stop()


if __name__ == "__main__":
    main(test, __doc__, argument_counts=(1,))
