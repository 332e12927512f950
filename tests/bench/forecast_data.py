"""Years of spending by line for forecast.py: made up from a seed, or real payments."""
import collections
import csv
import random

YEAR = 2020
LATE_MONTHS = 2  # behind the profile's late day, 31 October
QUARTERS = (0.25, 0.5, 10 / 12, 1.0)

# How a year's money leaves by month, in any unit.
SHAPES = {
    "even": (1,) * 12,
    "backloaded": (.2, .2, .4, .5, .5, .8, .8, 1, 1.2, 1.4, 2, 4),
    "front-loaded": (3, 2.5, 2, 1.5, 1, .8, .6, .5, .4, .3, .2, .2),
    "half-yearly": (.3, .2, 1.5, .6, .6, 3, .6, .6, 1.5, .6, .6, 2),
}


class SpendingYear:
    """A line's budget and monthly payments in one year, in fen."""

    def __init__(self, budget_fen, months_fen):
        self.budget_fen = budget_fen
        self.months_fen = months_fen

    def until(self, month):
        return sum(self.months_fen[:month])

    def late_until(self, month):
        return sum(self.months_fen[12 - LATE_MONTHS:month])

    @property
    def total_fen(self):
        return sum(self.months_fen)


class Line:
    """A line: its shape's name, shares planned by the ends of March, June, October and
    December (None: time progress), earlier years oldest first, and the year to forecast."""

    def __init__(self, shape, shares, earlier, year):
        self.shape = shape
        self.shares = shares
        self.earlier = earlier
        self.year = year


def _one_off(chance, usual_month):
    """Nearly all in one month, which moves by up to two."""
    weights = [0.02 * chance.random() for _ in range(12)]
    month = usual_month + chance.choice((-2, -1, 0, 0, 1, 2))
    weights[min(11, max(0, month))] += 1
    return weights


def _spend(chance, weights, total):
    """The total by weights in whole fen; one year in ten pays back some of a month."""
    months = [round(total * weight / sum(weights)) for weight in weights]
    if chance.random() < 0.1:
        month = chance.randrange(1, 12)
        months[month] -= round(0.03 * total)
        months[month - 1] += round(0.03 * total)
    return months


def made_up(count, seed):
    """Lines of every shape in turn, with none to four earlier years, noise of three strengths,
    and a plan that tells the shape, quarters of the year, or nothing. "policy change" was
    backloaded and is even now."""
    chance = random.Random(seed)
    names = (*SHAPES, "one-off", "policy change")
    lines = []
    for number in range(count):
        shape = names[number % len(names)]
        size = chance.lognormvariate(0, 1) * 1e8
        noise = chance.choice((0.2, 0.5, 1.0))
        rate = chance.choice((0.98, 0.95, 0.85, 0.7))
        one_off_month = chance.randrange(2, 12)
        year_count = chance.randrange(5)
        years = []
        for index in range(year_count + 1):
            if shape == "one-off":
                usual = [month == one_off_month for month in range(12)]
                weights = _one_off(chance, one_off_month)
            else:
                usual = SHAPES.get(shape) or SHAPES["even" if index == year_count
                                                    else "backloaded"]
                weights = [weight * chance.lognormvariate(0, noise) for weight in usual]
            budget = round(size * chance.lognormvariate(0, 0.15))
            total = budget * min(1, max(0.2, chance.gauss(rate, 0.07)))
            years.append(SpendingYear(budget, _spend(chance, weights, total)))
        truth = tuple(sum(usual[:month]) / sum(usual) for month in (3, 6, 10, 12))
        plan = chance.choice((None, truth, QUARTERS))
        lines.append(Line(shape, plan, years[:-1], years[-1]))
    return lines


def read_payments(path):
    """Sums by line and month since year 0 in fen, of a payment file."""
    sums = collections.defaultdict(lambda: collections.defaultdict(int))
    with open(path, newline="", encoding="utf-8") as file:
        for row in csv.DictReader(file):
            year, month, _ = map(int, row["pay_date"].split("-"))
            sums[row["project_code"]][year * 12 + month - 1] += _fen(row["amount"])
    return sums


def read_totals(path):
    with open(path, newline="", encoding="utf-8") as file:
        return {row["project_code"]: _fen(row["total"]) for row in csv.DictReader(file)}


def _fen(text):
    whole, _, fraction = text.lstrip("-").partition(".")
    value = int(whole) * 100 + int(fraction.ljust(2, "0"))
    return -value if text.startswith("-") else value


def real(sums, first, last, budgets, seed):
    """Lines of real payments with months `first` to `last`. For more years than the file
    has, a year begins in January, April, July and October in turn, and is read as
    a calendar year; each with an earlier one is forecast. The file has no budgets:
    "drawn" draws the year's execution between 70 and 100 percent, "last total" takes what
    the line came to the year before and leaves out lines without one. Nothing is planned."""
    chance = random.Random(seed)
    lines = []
    for start in (0, 3, 6, 9):
        begins = [month for month in range(first, last - 10) if month % 12 == start]
        for code in sorted(sums):
            years = []
            for begin in begins:
                months = [sums[code].get(begin + index, 0) for index in range(12)]
                if any(months):
                    years.append((begin, SpendingYear(0, months)))
            for index, (begin, year) in enumerate(years):
                # A line of less than 10,000 a year has no pace worth a percentage.
                if begin == begins[0] or year.total_fen < 1_000_000:
                    continue
                earlier = [old for _, old in years[:index]]
                line = _with_budgets(budgets, chance, earlier, year)
                if line:
                    lines.append(line)
    return lines


def _with_budgets(budgets, chance, earlier, year):
    if budgets == "drawn":
        with_budgets = [SpendingYear(max(0, round(each.total_fen / chance.uniform(0.7, 1.0))),
                                     each.months_fen) for each in (*earlier, year)]
    else:
        totals = [0, *(max(0, each.total_fen) for each in earlier)]
        if totals[-1] == 0:
            return None
        with_budgets = [SpendingYear(total, each.months_fen)
                        for total, each in zip(totals, (*earlier, year))]
    return Line("real", None, with_budgets[:-1], with_budgets[-1])
