#!/usr/bin/python3 -B
"""Goal: on 1 July the mid-year review is there, once, with the same bytes whether the daemon
ran over 30 June or was down; results open warnings, are explained, and stay in the history.
Method: the example year is loaded before 30 June into two ledgers. One daemon runs with each
business date in turn, the other is stopped and comes back in July. Then corrections,
explanations and a restart must not change the frozen review. Wrong published scores get
their right points on a small plan computed by hand.

usage: review_lifecycle.py BIN_DIR PLAN_YAML PAYMENTS_CSV OBSERVATIONS_CSV
"""
import csv
import json
import pathlib
import shutil

from daemon import Daemon, check, check_equal, main, wait_for

DEPARTMENT = ("--department", "122002", "--year", "2020")
REVIEW = "2020/122002/2020-06-30/1"
REPAIRS = "122-0501-JBN-0ZTI"


def succeed(daemon, *arguments):
    done = daemon.run(*arguments)
    check_equal(done.returncode, 0, f"exit code of {arguments}: {done.stderr.decode()}")


def load(daemon, plan, payments, observations):
    succeed(daemon, "plan", "apply", plan)
    daemon.load(payments)
    result = daemon.run("--output", "json", "observation", "import", str(observations))
    check_equal(result.returncode, 3, "exit code of an import with rows in the future")
    return json.loads(result.stdout)


def reviews(daemon):
    return daemon.ask("review", "list")["reviews"]


def wait_for_review(daemon):
    wait_for(lambda: reviews(daemon), "the scheduled review")
    found = reviews(daemon)
    check_equal([item["reviewId"] for item in found], [REVIEW], "reviews")
    return found[0]


def check_same_on_both_ways(bin_dir, folder, files):
    """The frozen review of a daemon that was there, and of one that was not; the data of the
    first."""
    loaded = folder / "loaded"
    with Daemon(bin_dir, loaded, "2020-06-29") as daemon:
        summary = load(daemon, *files)
        check_equal({item["reason"] for item in summary["rejections"]}, {"DATE_IN_FUTURE"},
                    "rejections")
        check_equal(reviews(daemon), [], "reviews before the day")
        daemon.stop()
    hashes = []
    for name, dates in (("there", ("2020-06-29", "2020-06-30", "2020-07-01")),
                        ("down", ("2020-07-05",))):
        data = folder / name
        shutil.copytree(loaded, data)
        for date in dates:
            with Daemon(bin_dir, data, date) as daemon:
                if date < "2020-07-01":
                    daemon.ask("warning", "list")
                    check_equal(reviews(daemon), [], f"reviews on {date}")
                else:
                    hashes.append(wait_for_review(daemon)["contentHash"])
                daemon.stop()
    check_equal(hashes[0], hashes[1], "hashes of the review of both ledgers")
    return folder / "there"


def check_frozen(bin_dir, data):
    """Nothing that happens later changes the review; explanations stand beside it."""
    with Daemon(bin_dir, data, "2020-07-02") as daemon:
        wait_for_review(daemon)
        before = daemon.ask("review", "show", REVIEW)
        check(before["warnings"], "the review opened no warning")
        missed = [item for item in before["warnings"] if item["rule"] == "target_missed"]
        check(missed, "no target was missed")
        succeed(daemon, "warning", "explain", missed[0]["warningId"], "--cause", "personnel", "--text",
                   "人员不足", "--measure", "补充人员", "--due-date", "2020-09-30")
        succeed(daemon, "review", "run", *DEPARTMENT, "--as-of", "2020-05-31")
        daemon.stop()
    with Daemon(bin_dir, data, "2020-07-02") as daemon:
        check_equal(len(reviews(daemon)), 2, "reviews after one by hand")
        after = daemon.ask("review", "show", REVIEW)
        check_equal(after["review"], before["review"], "the frozen review")
        check_equal(after["summary"], before["summary"], "its summary")
        explained = [item for item in after["warnings"]
                     if item["warningId"] == missed[0]["warningId"]]
        check_equal(explained[0]["explanation"]["text"], "人员不足", "the explanation")
        succeed(daemon, "warning", "explain", missed[0]["warningId"], "--cause", "personnel", "--text",
                   "人员不足", "--measure", "补充人员", "--measure-done", "--measure-result", "已到岗")
        again = daemon.ask("review", "show", REVIEW)
        done = [item for item in again["warnings"]
                if item["warningId"] == missed[0]["warningId"]][0]["explanation"]
        check_equal((done["measureDone"], done["measureResult"]), (True, "已到岗"),
                    "the rectification")
        report = daemon.ask("report", "performance", *DEPARTMENT, "--as-of", "2020-06-30")
        check_equal(report["totals"]["indicatorCount"], "62", "indicators of the example year")
        metrics = daemon.metrics()
        for name in ("last", "due"):
            check_equal(metrics.get(f'budgetwatch_review_{name}_timestamp_seconds{{'
                                    'department_code="122002",fiscal_year="2020"}'),
                        1_593_475_200, f"day of the review, {name}")
        daemon.verify()
        daemon.stop()


PLAN = """\
budgetwatch_plan: 1
department_code: '907'
department_name: 局
fiscal_year: 2020
unit: 元
projects:
  - code: S-1
    name: 项目
    kind: 项目
    budget: 1000.00
    checkpoints: {12-31: 100.00}
    indicators:
      - {level1: 产出指标, level2: 数量指标, level3: 数量, target: '≥4754个', weight: '5'}
      - {level1: 产出指标, level2: 成本指标, level3: 成本, target: '≤5300元', weight: '10'}
      - {level1: 满意度指标, level2: 满意度, level3: 满意, target: '≥90%'}
"""
ROWS = (
    # id, indicator, value, unit, satisfied, asked -> reason or None
    ("ok1", "1", "4604", "", "", "", None),
    ("ok2", "2", "5830", "元", "", "", None),
    ("ok3", "3", "", "", "19", "20", None),
    ("u", "1", "4604", "次", "", "", "UNIT_MISMATCH"),
    ("t", "1", "完成了", "", "", "", "INVALID_VALUE"),
    ("s", "3", "", "", "21", "20", "INVALID_SURVEY"),
    ("z", "3", "", "", "0", "0", "INVALID_SURVEY"),
)


def check_scores_and_bad_input(bin_dir, folder):
    plan = folder / "score.yaml"
    plan.write_text(PLAN, encoding="utf-8")
    table = folder / "score.csv"
    with open(table, "w", encoding="utf-8", newline="") as file:
        writer = csv.writer(file)
        writer.writerow(("observation_id", "project_code", "indicator_id", "observed_date", "value",
                         "unit", "satisfied", "asked"))
        for name, indicator, value, unit, satisfied, asked, _ in ROWS:
            writer.writerow((name, "S-1", indicator, "2020-12-30", value, unit, satisfied, asked))
        writer.writerow(("x", "S-1", "99", "2020-12-30", "1", "", "", ""))
    with Daemon(bin_dir, folder / "score", "2020-12-31") as daemon:
        succeed(daemon, "plan", "apply", plan)
        result = daemon.run("--output", "json", "observation", "import", str(table))
        summary = json.loads(result.stdout)
        check_equal(result.returncode, 3, "exit code of the import")
        check_equal((summary["recordedCount"], summary["suspendedCount"]), ("3", "1"), "counts")
        check_equal([item["reason"] for item in summary["rejections"]],
                    [row[6] for row in ROWS if row[6]], "reasons of the rejections")
        card = daemon.ask("report", "score", "--department", "907", "--year", "2020", "--as-of",
                          "2020-12-31")
        items = {item["indicatorId"]: item for item in card["projects"][0]["items"]}
        # Weights 5 and 10 are the plan's, scaled to the 90 points that there are indicators
        # for; 4604/4754 and 5300/5830 of them are earned.
        for indicator, share in (("1", 4604 / 4754), ("2", 5300 / 5830)):
            item = items[indicator]
            full, points = float(item["fullScore"]), float(item["score"])
            check(abs(points - full * share) <= 0.005, f"{points} of {full} for {share}")
            check(item["lostReasonZh"] and item["lostReasonEn"], f"no reason for {indicator}")
        check_equal(items["3"]["score"], items["3"]["fullScore"], "points of a met target")
        survey = daemon.ask("report", "performance", "--department", "907", "--year", "2020",
                            "--as-of", "2020-12-31")["projects"][0]["indicators"][2]["survey"]
        check_equal(survey["certain"], False, "19 of 20 against 90 %")
        daemon.stop()


def test(bin_dir, folder, arguments):
    files = [pathlib.Path(path) for path in arguments]
    data = check_same_on_both_ways(bin_dir, folder, files)
    check_frozen(bin_dir, data)
    check_scores_and_bad_input(bin_dir, folder)


if __name__ == "__main__":
    main(test, __doc__, (3,))
