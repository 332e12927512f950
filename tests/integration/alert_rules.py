#!/usr/bin/python3 -B
"""Goal: every alert is tested, explained and fit to be read, and every rule of the
daemon has one.
Method: promtool checks the rules and runs their unit tests, amtool and promtool check
the configurations; the rest is read from the YAML: an alert needs a unit test in which
it does not fire, fires and ends, a section of the runbook, and texts with figures.

usage: alert_rules.py SOURCE_DIR
"""
import pathlib
import re
import sys

import yaml

from daemon import Failure, check, check_equal, run_program

# What DESIGN calls the rules of warnings; each has an alert of its own.
WARNING_RULES = frozenset("""
    behind_plan severely_behind_plan behind_time_progress below_floor no_spending overspent
    ahead_of_plan year_end_rush forecast_shortfall suspense_pending target_missed
    target_unobserved money_outpaces_results results_outpace_money plan_backloaded
    refund_unmatched""".split())
CHINESE = re.compile(r"[\u4e00-\u9fff]")
# A figure in a text: the value, or a query for one.
FIGURE = re.compile(r"\$value|\.Value|\|\s*value")


def run(*arguments):
    done = run_program(arguments)
    check(done.returncode == 0, f"{' '.join(map(str, arguments))} ended with exit code "
                                f"{done.returncode}:\n{(done.stdout + done.stderr).decode()}")


def load(path):
    return yaml.safe_load(path.read_text(encoding="utf-8"))


def read_alerts(rule_files):
    """Alerting rules by name."""
    alerts = {}
    for path in rule_files:
        for group in load(path)["groups"]:
            for rule in group["rules"]:
                if "alert" in rule:
                    check(rule["alert"] not in alerts, f"{rule['alert']} is there twice")
                    alerts[rule["alert"]] = rule
    check(alerts, "no alerting rule was found")
    return alerts


def is_whole(steps):
    """Whether an alert is seen not to fire, to fire, and to have ended, in this order."""
    fired = [bool(step["exp_alerts"]) for step in steps]
    return True in fired and not fired[0] and not fired[-1]


def minutes(text):
    units = {"d": 1440, "h": 60, "m": 1}
    return sum(int(number) * units[unit] for number, unit in re.findall(r"(\d+)([dhm])", text))


def tested_alerts(test_files):
    """Names of the alerts that some unit test sees through from before to after."""
    names = set()
    for path in test_files:
        for test in load(path)["tests"]:
            steps = sorted(test["alert_rule_test"], key=lambda step: minutes(step["eval_time"]))
            for name in {step["alertname"] for step in steps}:
                if is_whole([step for step in steps if step["alertname"] == name]):
                    names.add(name)
    return names


def check_texts(name, rule):
    for label in ("severity", "team"):
        check(rule["labels"].get(label), f"{name} has no label {label}")
    notes = rule["annotations"]
    for note in ("summary", "description", "action"):
        check(CHINESE.search(notes.get(note, "")), f"{name}: {note} is not in Chinese")
    check(FIGURE.search(notes["description"]), f"{name}: the description has no figure")
    check_equal(notes.get("runbook_url"), f"deploy/runbook.md#{name.lower()}",
                f"runbook_url of {name}")


def rules_of_daemon(source):
    """Names of the rules that the daemon has now."""
    text = (source / "daemon/domain/warning.cc").read_text(encoding="utf-8")
    body = re.search(r"std::string_view RuleName\(Rule rule\) \{(.*?)\n\}", text, re.DOTALL)
    check(body, "daemon/domain/warning.cc: RuleName was not found")
    return set(re.findall(r'return "(\w+)"', body.group(1)))


def main():
    source = pathlib.Path(sys.argv[1]).resolve()
    folder = source / "deploy/prometheus"
    rule_files = [folder / name for name in load(folder / "prometheus.yml")["rule_files"]]
    test_files = sorted((source / "tests/alerts").glob("*.yml"))
    check_equal({path.name for path in rule_files} | {"prometheus.yml"},
                {path.name for path in folder.glob("*.yml")}, "files that prometheus.yml names")
    run("promtool", "check", "config", folder / "prometheus.yml")
    run("promtool", "check", "rules", *rule_files)
    run("promtool", "test", "rules", *test_files)
    run("amtool", "check-config", source / "deploy/alertmanager/alertmanager.yml")

    alerts = read_alerts(rule_files)
    for name, rule in alerts.items():
        check_texts(name, rule)
    check_equal(sorted(tested_alerts(test_files)), sorted(alerts),
                "alerts that a unit test sees not firing, firing and over")
    runbook = (source / "deploy/runbook.md").read_text(encoding="utf-8")
    sections = re.findall(r"^## (\w+)$", runbook, re.MULTILINE)
    check_equal(sorted(sections), sorted(alerts), "sections of deploy/runbook.md")
    for section in re.split(r"^## ", runbook, flags=re.MULTILINE)[1:]:
        check(len(CHINESE.findall(section)) > 20, f"the section {section[:30]!r} says little")

    with_alert = set()
    for rule in alerts.values():
        with_alert |= set(re.findall(r'warning_active\{rule="(\w+)"\}', rule["expr"]))
    check_equal(sorted(with_alert), sorted(WARNING_RULES), "rules of warnings with an alert")
    unknown = rules_of_daemon(source) - with_alert
    check(not unknown, f"the daemon has rules without an alert: {sorted(unknown)}")
    print(f"alert_rules: {len(alerts)} alerts, each with a unit test and a section of the runbook")


if __name__ == "__main__":
    if len(sys.argv) != 2:
        print(__doc__, file=sys.stderr)
        sys.exit(2)
    try:
        main()
    except (Failure, OSError, KeyError) as failure:
        print(f"alert_rules: {type(failure).__name__}: {failure}", file=sys.stderr)
        sys.exit(1)
