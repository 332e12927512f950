"""How near the forecast comes at the ends of March, June and September, beside two naive
ones, on made-up lines and on real payments. Nothing is timed."""
import os
import pathlib
import subprocess

import forecast_data
from harness import HERE, check, table

MONTHS = {3: ("March", "03-31"), 6: ("June", "06-30"), 9: ("September", "09-30"),
          12: ("December", "12-31")}
CHECKPOINT_DAYS = ("03-31", "06-30", "10-31", "12-31")
CERTAIN, IMPOSSIBLE = 1, 3
SHORTFALL = 0.1  # of the default profile
# The real file misses April to June 2014, and ends in January 2018.
REAL_FIRST, REAL_LAST = 2014 * 12 + 6, 2018 * 12
SEED = 1


def encode(line, month):
    """The input line of forecast_lines."""
    year = forecast_data.YEAR
    words = [line.year.budget_fen, year, f"{year}-{MONTHS[month][1]}", line.year.until(month),
             line.year.late_until(month)]
    shares = line.shares or ()
    words.append(len(shares))
    for day, share in zip(CHECKPOINT_DAYS, shares):
        words += [f"{year}-{day}", round(share * 1_000_000)]
    words.append(len(line.earlier))
    for age, old in zip(range(len(line.earlier), 0, -1), line.earlier):
        words += [year - age, old.budget_fen, old.until(month), old.late_until(12),
                  old.total_fen]
    return " ".join(map(str, words))


def forecast(bench, lines, month):
    """(point, low, high, late, likelihood) in fen for each line, or None."""
    text = "".join(encode(line, month) + "\n" for line in lines)
    outputs = [subprocess.run([bench.programs / "forecast_lines"], input=text, text=True,
                              capture_output=True, check=True, timeout=600).stdout
               for _ in range(2)]
    check(outputs[0] == outputs[1], "the same lines had two different forecasts")
    answers = [None if row == "-" else tuple(map(int, row.split()))
               for row in outputs[0].splitlines()]
    check(len(answers) == len(lines), f"{len(answers)} forecasts of {len(lines)} lines")
    for line, answer in zip(lines, answers):
        if answer:
            point, low, high = answer[:3]
            check(low <= point <= high, f"{low} <= {point} <= {high} does not hold")
            check(month < 12 or low == high == line.year.total_fen,
                  f"the year came to {line.year.total_fen} and its forecast is {answer}")
    return answers


def errors(lines, points):
    """The weighted and the mean absolute error, as shares."""
    gaps = [abs(point - line.year.total_fen) for line, point in zip(lines, points)]
    wape = sum(gaps) / sum(line.year.total_fen for line in lines)
    return wape, sum(gap / line.year.total_fen for gap, line in zip(gaps, lines)) / len(lines)


def late_error(lines, lates):
    """Of what is paid late, as a share of all that is paid."""
    gap = sum(abs(late - line.year.late_until(12)) for line, late in zip(lines, lates))
    return gap / sum(line.year.total_fen for line in lines)


def judged(lines, answers, likelihood):
    """How many lines had a likelihood, and how many of them came so."""
    count = right = 0
    for line, answer in zip(lines, answers):
        if answer[4] == likelihood:
            count += 1
            spent = line.year.total_fen >= line.year.budget_fen * (1 - SHORTFALL)
            right += spent == (likelihood == CERTAIN)
    return count, right


def measure(bench, lines, month):
    answers = forecast(bench, lines, month)
    silent = answers.count(None)
    lines = [line for line, answer in zip(lines, answers) if answer]
    answers = [answer for answer in answers if answer]
    planned_late = [line.year.budget_fen * (1 - (line.shares or forecast_data.QUARTERS)[2])
                    for line in lines]
    inside = sum(answer[1] <= line.year.total_fen <= answer[2]
                 for line, answer in zip(lines, answers))
    return {
        "lines": len(lines), "silent": silent,
        "forecast": errors(lines, [answer[0] for answer in answers]),
        "by_time": errors(lines, [line.year.until(month) * 12 / month for line in lines]),
        "plan": errors(lines, [line.year.budget_fen for line in lines]),
        "late": late_error(lines, [answer[3] for answer in answers]),
        "late_by_plan": late_error(lines, planned_late),
        "coverage": inside / len(lines),
        "width": sum(answer[2] - answer[1] for answer in answers)
                 / sum(line.year.budget_fen for line in lines),
        "certain": judged(lines, answers, CERTAIN),
        "impossible": judged(lines, answers, IMPOSSIBLE),
    }


def percents(*shares):
    return " / ".join(f"{100 * share:.1f}" for share in shares)


def show(bench, name, lines):
    rows = []
    results = {}
    for month in (3, 6, 9):
        figures = results[MONTHS[month][0]] = measure(bench, lines, month)
        rows.append([f"{name}, {MONTHS[month][0]}", figures["lines"], figures["silent"],
                     percents(*figures["forecast"]), percents(*figures["by_time"]),
                     percents(*figures["plan"]),
                     percents(figures["late"], figures["late_by_plan"]),
                     percents(figures["coverage"]), percents(figures["width"]),
                     *("{1} of {0}".format(*figures[kind]) for kind in ("certain",
                                                                         "impossible"))])
    forecast(bench, lines, 12)
    bench.say(table(["lines, end of", "lines", "silent", "forecast", "by time", "budget",
                     "late / by plan", "within", "width", "certain", "impossible"], rows))
    bench.say()
    return results


def real_folder():
    """The real payments, where they are."""
    name = os.environ.get("BUDGETWATCH_SHARED_DIR") or HERE.parents[2] / "shared"
    folder = pathlib.Path(name) / "data" / "oxford"
    return folder if folder.is_dir() else None


def run(bench):
    count = bench.sized(6_000, 3_000, 600)
    bench.say("\nforecast: absolute error in % of all money / mean of the lines' errors in %; "
              "late: error in what is paid after 31 October in % of all money; within: years "
              "that ended in the range, %; width of it in % of the budget; likelihoods that "
              "came true\n")
    lines = forecast_data.made_up(count, SEED)
    results = {"made up": show(bench, "made up", lines)}
    for title, chosen in (("with", [line for line in lines if line.earlier]),
                          ("without", [line for line in lines if not line.earlier])):
        results[f"{title} years"] = show(bench, f"{title} years", chosen)
    for shape in dict.fromkeys(line.shape for line in lines):
        results[shape] = show(bench, shape, [line for line in lines if line.shape == shape])

    must_win = ["made up", "with years", "without years"]
    folder = real_folder()
    if folder:
        sums = forecast_data.read_payments(folder / "payments.csv")
        totals = forecast_data.read_totals(folder / "project_totals.csv")
        check({code: sum(months.values()) for code, months in sums.items()} == totals,
              "the payments do not add up to their stated totals")
        for budgets in ("drawn", "last total"):
            name = f"real, budget {budgets}"
            results[name] = show(bench, name, forecast_data.real(sums, REAL_FIRST, REAL_LAST,
                                                                 budgets, SEED))
        must_win.append("real, budget drawn")
    else:
        bench.say("without ../shared: real payments are left out")
    for name in must_win:
        for month, figures in results[name].items():
            for naive in ("by_time", "plan"):
                check(figures["forecast"][0] < figures[naive][0],
                      f"{name}, {month}: {naive} came nearer than the forecast")
    return results
