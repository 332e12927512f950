#!/usr/bin/python3 -B
"""Goal: the targets of a plan are read, doubts are told, and where a person gives the reading
in the plan, that one holds to the end: in the check, in the ledger, after a restart.
Method: the example plan as it is and with readings put into it, checked, applied, shown again
by another process of the daemon, converted and applied once more.

usage: target_override.py BIN_DIR EXAMPLE_PLAN
"""
import collections
import json
import pathlib

from daemon import Daemon, check, check_equal, main, run_program

TODAY = "2020-07-01"
PLAN = ("--department", "122002", "--year", "2020")

# A target's text, the reading that a person gives it, and how it is shown.
OVERRIDES = {
    "100": ("{kind: quantitative, comparator: ge, value: 100, unit: '%'}",
            ("QUANTITATIVE", "GE", "100", "", "%")),
    "≥95": ("{kind: quantitative, comparator: range, value: 95, upper_value: 100.0, unit: '%'}",
            ("QUANTITATIVE", "RANGE", "95", "100", "%")),
    "辖区街面见警大幅提高，甚至24小时": (
        "{kind: quantitative, comparator: ge, value: 24, unit: 小时}",
        ("QUANTITATIVE", "GE", "24", "", "小时")),
    "及时拨付": ("{kind: date, comparator: le, value: 2020-12-31}",
                 ("DATE", "LE", "2020-12-31", "", "")),
    "253个": ("{kind: qualitative}", ("QUALITATIVE", "", "", "", "")),
}


def indicators(plan):
    return [indicator for project in plan["projects"] for indicator in project["indicators"]]


def reading(indicator):
    target = indicator["target"]
    return (target["kind"].removeprefix("TARGET_KIND_"),
            target.get("comparator", "").removeprefix("COMPARATOR_"), target["value"],
            target["upperValue"], target["unit"])


def check_file(bin_dir, path):
    done = run_program([bin_dir / "budgetctl", "plan", "check", path, "--output", "json"])
    check_equal(done.returncode, 0, f"exit code of the check: {done.stdout.decode()}")
    return json.loads(done.stdout)


def doubtful(answer):
    return {finding["place"] for finding in answer["findings"]
            if finding["id"] == "ambiguous_target"}


def check_shown(bin_dir, path, plan):
    """Every target and its reading stand in the table for people."""
    done = run_program([bin_dir / "budgetctl", "plan", "check", path, "--lang", "en"])
    lines = collections.Counter(
        tuple(line.split()) for line in done.stdout.decode().splitlines())
    for project in plan["projects"]:
        for indicator in project["indicators"]:
            target = indicator["target"]
            start = (project["projectCode"], indicator["indicatorId"], indicator["targetText"])
            end = tuple(word for word in (target["value"], target["upperValue"], target["unit"],
                                          ";".join(target["notes"])) if word)
            check(any(line[:3] == start and line[len(line) - len(end):] == end for line in lines),
                  f"the table has no line {start} with {end}")


def overridden(text):
    """The plan with each of the readings behind its target."""
    for target, (given, _) in OVERRIDES.items():
        line = f"        target: '{target}'\n"
        check(line in text, f"the example plan has no target {target}")
        text = text.replace(line, f"{line}        reading: {given}\n")
    return text


def check_readings(plan, expected, what):
    check_equal([(indicator["targetText"], reading(indicator)) for indicator in indicators(plan)],
                expected, what)


def test(bin_dir, folder, arguments):
    example = pathlib.Path(arguments[0])
    answer = check_file(bin_dir, example)
    check_equal(len(indicators(answer["plan"])), 62, "indicators of the example plan")
    check_equal(doubtful(answer),
                {f"projects[{project}].indicators[{number}].target_text"
                 for project, items in enumerate(answer["plan"]["projects"])
                 for number, item in enumerate(items["indicators"]) if item["target"]["notes"]},
                "targets that are told to be doubtful")
    check(doubtful(answer), "the example plan has doubtful targets")
    check_shown(bin_dir, example, answer["plan"])

    path = folder / "plan.yaml"
    path.write_text(overridden(example.read_text(encoding="utf-8")), encoding="utf-8")
    given = check_file(bin_dir, path)
    check_equal(doubtful(given), set(), "doubts where a person gave the reading")
    expected = [(item["targetText"],
                 OVERRIDES.get(item["targetText"], (None, reading(item)))[1])
                for item in indicators(answer["plan"])]
    check_readings(given["plan"], expected, "readings of the file")
    check_shown(bin_dir, path, given["plan"])

    data = folder / "data"
    with Daemon(bin_dir, data, TODAY) as daemon:
        check(daemon.ask("plan", "apply", path)["applied"], "the plan is not applied")
        daemon.stop()
    with Daemon(bin_dir, data, TODAY) as daemon:
        check_readings(daemon.ask("plan", "show", *PLAN)["plan"], expected,
                       "readings after a restart")
        copy = folder / "copy.yaml"
        daemon.ask("plan", "convert", path, "-o", copy)
        check(daemon.ask("plan", "apply", copy)["unchanged"], "the converted plan is another one")
        changed = daemon.ask("plan", "apply", example)
        check(changed["applied"] and not changed["unchanged"], "the readings were no change")
        check_readings(daemon.ask("plan", "show", *PLAN)["plan"],
                       [(item["targetText"], reading(item)) for item in
                        indicators(answer["plan"])], "readings without those of a person")
        daemon.verify()
        daemon.stop()


if __name__ == "__main__":
    main(test, __doc__, argument_counts=(1,))
