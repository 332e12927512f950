#!/usr/bin/python3 -B
"""Goal: every panel and variable of the dashboards shows something of a ledger in use,
and rules and dashboards name no metric and no label that is not there.
Method: the real daemon with the example year and floors, scraped by the real Prometheus
with the recording rules; all queries are asked as Grafana would ask them, with the
variables' own answers put in.

usage: dashboards.py BIN_DIR DEPLOY_DIR
"""
import contextlib
import json
import pathlib
import re
import time

import yaml

from daemon import COMMAND_SECONDS, Daemon, check, check_equal, main, wait_for
from dashboard_schema import check_boards
from monitoring import Prometheus, require_programs

BUSINESS_DATE = "2020-07-01"
DEPARTMENT = "122002"
PROJECT = "122-0601-JBN-GGD9"  # overspent on that day, so that it has a warning to show
METRIC = re.compile(r"\bbudgetwatch[_:][a-z_:]+")
SELECTOR = re.compile(r"\b(budgetwatch[_:][a-z_:]+|up)\{([^}]*)\}")
GROUPING = re.compile(r"\b(?:by|on|group_left|group_right|without)\s*\(([^)]*)\)")
LEGEND = re.compile(r"\{\{\s*(\w+)\s*\}\}")
# Added by Prometheus, or by the query itself.
OTHER_LABELS = {"instance", "job", "le", "subject_name"}
FLOORS = "floors: [{date: 06-30, percent: 50}]\n"


def start_daemon(bin_dir, deploy, folder):
    text = (deploy / "profiles/mof-2020.yaml").read_text(encoding="utf-8")
    check("\nfloors: []\n" in text, "the default profile is expected to have no floors")
    profile = folder / "profile.yaml"
    profile.write_text(text.replace("floors: []\n", FLOORS), encoding="utf-8")
    return Daemon(bin_dir, folder / "data", BUSINESS_DATE, "--profile", profile)


def load(daemon, deploy):
    daemon.ask("plan", "apply", deploy / "examples/plan-2020.yaml")
    daemon.load(deploy / "examples/payments-2020.csv")
    # Those of later days are refused.
    check_equal(daemon.run("observation", "import",
                           deploy / "examples/observations-2020.csv").returncode, 3, "observations")
    daemon.ask("review", "run", "--department", DEPARTMENT, "--year", "2020", "--as-of",
               "2020-06-30")
    daemon.ask("admin", "backup")
    daemon.ask("warning", "list")
    # A refusal and an error: more than one code to tell apart.
    check(daemon.run("payment", "show", "nobody", "nothing").returncode != 0, "an unknown payment")


def labels_by_metric(prometheus):
    """Names of the labels that each metric has."""
    labels = {}
    for selector in ('{__name__=~"budgetwatch.*"}', "up"):
        for series in prometheus.api("series", **{"match[]": selector}):
            labels.setdefault(series["__name__"], set()).update(series.keys() - {"__name__"})
    # Texts speak of a histogram by its name.
    histograms = [name for name in labels if name.endswith("_bucket")]
    return labels | {name.removesuffix("_bucket"): labels[name] for name in histograms}


def check_names(where, expression, labels):
    """Metrics and labels of an expression are there."""
    names = {name for name in METRIC.findall(expression)}
    missing = names - labels.keys()
    check(not missing, f"{where}: unknown metrics {sorted(missing)}")
    for name, matchers in SELECTOR.findall(expression):
        for label in re.findall(r"(\w+)\s*(?:=~|!~|!=|=)\s*\"", matchers):
            check(label in labels[name], f"{where}: {name} has no label {label}")
    known = set().union(OTHER_LABELS, *(labels[name] for name in names))
    for group in GROUPING.findall(expression):
        used = {label.strip() for label in group.split(",") if label.strip()}
        check(used <= known, f"{where}: unknown labels {sorted(used - known)}")


def put_in(text, values):
    for name, value in {**values, "__rate_interval": "15s"}.items():
        text = re.sub(rf"\$(?:{name}\b|\{{{name}\}})", value, text)
    check("$" not in text, f"a variable is left in {text}")
    return text


def ask_variable(prometheus, variable, values):
    """The values that Grafana would offer."""
    query = put_in(variable["definition"], values)
    if found := re.fullmatch(r"label_values\((.+), (\w+)\)", query):
        series = prometheus.api("series", **{"match[]": found.group(1)})
        return {item[found.group(2)] for item in series if found.group(2) in item}
    found = re.fullmatch(r"query_result\((.+)\)", query)
    check(found, f"the variable {variable['name']} asks in an unknown way: {query}")
    pattern = re.compile(variable["regex"].strip("/").replace("(?<", "(?P<"))
    offered = set()
    for labels, value in prometheus.query(found.group(1)):
        name = labels.pop("__name__", "")
        pairs = ",".join(f'{key}="{labels[key]}"' for key in sorted(labels))
        match = pattern.search(f"{name}{{{pairs}}} {value} 0")
        check(match and match["text"], f"{variable['name']}: the pattern does not fit {labels}")
        offered.add(match["value"])
    return offered


def ask_panel(prometheus, target, expression):
    """Labels of what the panel shows."""
    if target["instant"]:
        return [labels for labels, _ in prometheus.query(expression)]
    now = time.time()
    data = prometheus.api("query_range", query=expression, start=now - 5, end=now, step=1)
    return [series["metric"] for series in data["result"] if series["values"]]


def check_board(prometheus, name, board, labels, wanted):
    """Asks all of a dashboard; the number of queries that were answered."""
    values = {}
    for variable in board["templating"]["list"][1:]:
        check_names(f"{name}: variable {variable['name']}", variable["definition"], labels)
        offered = ask_variable(prometheus, variable, values)
        choice = wanted.get(variable["name"], next(iter(offered), None))
        check(choice in offered, f"{name}: {variable['name']} offers {sorted(offered)}")
        values[variable["name"]] = choice
    answered = 0
    for panel in board["panels"]:
        for target in panel.get("targets", []):
            where = f"{name}: panel {panel['title']}, query {target['refId']}"
            check_names(where, target["expr"], labels)
            shown = ask_panel(prometheus, target, put_in(target["expr"], values))
            check(shown, f"{where}: nothing to show for {target['expr']}")
            for label in LEGEND.findall(target.get("legendFormat", "")):
                check(all(label in item for item in shown), f"{where}: no label {label}")
            answered += 1
    return answered


def check_rules(deploy, labels):
    for path in sorted((deploy / "prometheus").glob("*.yml")):
        for group in yaml.safe_load(path.read_text(encoding="utf-8")).get("groups", []):
            for rule in group["rules"]:
                name = rule.get("alert") or rule["record"]
                check_names(f"{path.name}: {name}", rule["expr"], labels)
                for text in rule.get("annotations", {}).values():
                    check_names(f"{path.name}: text of {name}", text, labels)


def check_sums(prometheus):
    """What one scrape says of projects, departments and the headline adds up."""
    projects = prometheus.query("sum(budgetwatch_project_disbursed_yuan)")[0][1]
    months = prometheus.query("sum(budgetwatch_project_month_disbursed_yuan)")[0][1]
    department = prometheus.query("sum(budgetwatch_department_disbursed_yuan)")[0][1]
    check_equal((round(projects, 2), round(months, 2)), (round(department, 2),) * 2,
                "disbursed by projects, by months and by the department")


def test(bin_dir, folder, arguments):
    require_programs("prometheus")
    deploy = pathlib.Path(arguments[0])
    paths = sorted((deploy / "grafana/dashboards").glob("*.json"))
    boards = {path.name: json.loads(path.read_text(encoding="utf-8")) for path in paths}
    check(boards, "no dashboard was found")
    check_boards(boards)
    for path in sorted((deploy / "grafana/provisioning").rglob("*.yml")):
        check_equal(yaml.safe_load(path.read_text(encoding="utf-8"))["apiVersion"], 1, path.name)
    with contextlib.ExitStack() as stack:
        daemon = stack.enter_context(start_daemon(bin_dir, deploy, folder))
        load(daemon, deploy)
        prometheus = stack.enter_context(Prometheus(
            folder, [daemon.metrics_address], [deploy / "prometheus/recording.yml"]))
        # Rates need some scrapes, of which the rules know the last one.
        wait_for(lambda: (prometheus.query("count_over_time(up[1m])") or [({}, 0)])[0][1] >= 4
                 and prometheus.query("budgetwatch:warning_figure"), "some scrapes",
                 COMMAND_SECONDS)
        labels = labels_by_metric(prometheus)
        check_rules(deploy, labels)
        wanted = {"year": "2020", "department": DEPARTMENT, "project": PROJECT}
        answered = sum(check_board(prometheus, name, board, labels, wanted)
                       for name, board in boards.items())
        check_sums(prometheus)
        daemon.stop()
    print(f"dashboards: {answered} queries of {len(boards)} dashboards have an answer")


if __name__ == "__main__":
    main(test, __doc__, argument_counts=(1,))
