"""The dates among target strings (指标值), for the second reader. Numbered as the reading rules
are.
"""
import calendar
import re

from target_words import (APPROXIMATE, HAN_NUMERALS, LETTER, MEASURES, SEPARATOR, Reading,
                          trailing_comparator)


def is_year(number):
    return 1950 <= int(number) <= 2199


# Rules 16 and 18
MONTH_END = "份?(?:底|末)?"


def last_day(year, month):
    return calendar.monthrange(year or 2000, month)[1]


def date_text(year, month, day):
    return f"{year:04d}-{month:02d}-{day:02d}" if year else f"--{month:02d}-{day:02d}"


def whole_dates(text):
    """Every date at the start: year or 0, month, day, what was written of it, and the rest."""
    year = r"(?:(?P<year>\d{4})年)?"
    forms = (year + r"(?P<month>\d{1,2})月(?P<day>\d{1,2})日",
             r"(?P<year>\d{4})(?P<mark>[-/.])(?P<month>\d{1,2})(?P=mark)(?P<day>\d{1,2})(?!\d)",
             year + r"(?P<month>\d{1,2})月" + MONTH_END, year + r"(?P<quarter>\d)季度末",
             r"(?P<year>\d{4})年(?:年?底|年?末)?", "年底|年末")
    for form in forms:
        match = re.match(form, text, re.ASCII)
        if not match:
            continue
        parts = match.groupdict()
        year_found = int(parts.get("year") or 0)
        month = int(parts.get("quarter") or 4) * 3 if "month" not in parts else int(parts["month"])
        # Nobody wrote in which year, and so on which day, February ends.
        if not 1 <= month <= 12 or month == 2 and not year_found and not parts.get("day"):
            continue
        if parts.get("year") and not is_year(year_found):
            continue
        day = int(parts.get("day") or last_day(year_found, month))
        if 1 <= day <= last_day(year_found, month) and "0" != parts.get("quarter"):
            yield year_found, month, day, match.group(), text[match.end():]


def deadlines(text):
    recurring = text.startswith("每年")
    for year, month, day, date, rest in whole_dates(text[2:] if recurring else text):
        if recurring and year:
            continue
        for word in ("之前", "以前", "前"):
            if rest.startswith(word) and not rest.startswith(APPROXIMATE):
                written, rest = True, rest[len(word):]
                break
        else:
            written = False
        month_alone = date.endswith(("月", "份"))
        if month_alone and rest in ("内", "以内", "之内") and not (written or year):
            continue
        if is_dropped(rest, not written and (month_alone or date.endswith("年"))):
            yield Reading("DATE", "LE", date_text(year, month, day), "", "", written)


# What makes of a month a vague time, a beginning, or one of two times.
NOT_A_DEADLINE = ("后", "之后", "以后", "起", "以来", "开始", "至")
VAGUE = ("初", "中", "上半", "下半")


def is_dropped(tail, may_be_vague):
    if not re.fullmatch(f"{LETTER}{{0,8}}", tail) or tail.startswith(
            APPROXIMATE + NOT_A_DEADLINE) or may_be_vague and tail.startswith(VAGUE):
        return False
    if trailing_comparator(tail)[0] and tail not in ("内", "以内", "之内"):
        return False
    statement = (f"百分之|[{HAN_NUMERALS}](?:[{MEASURES}{HAN_NUMERALS}]|季度)|"
                 "年底|年末|季度末|旬|每|半")
    return not re.search(statement, re.sub("统一|一次性", "", tail))


# Rule 17
def month_ranges(text):
    recurring = text.startswith("每年")
    match = re.fullmatch(rf"(?:(\d{{4}})年)?(\d{{1,2}})(?:月份?)?{SEPARATOR}"
                         rf"(?:(\d{{4}})年)?(\d{{1,2}})月份?(底|末)?({LETTER}*)",
                         text[2:] if recurring else text, re.ASCII)
    if not match:
        return
    year, month, last_year, last_month, ended, tail = match.groups()
    if any(written and not is_year(int(written)) for written in (year, last_year)):
        return
    year, last_year = int(year or 0), int(last_year or year or 0)
    month, last_month = int(month), int(last_month)
    if recurring and (year or last_year) or bool(year) != bool(last_year):
        return
    if not (1 <= month <= 12 and 1 <= last_month <= 12 and is_dropped(tail, not ended)):
        return
    if last_month == 2 and not last_year:
        return
    if (year, month) <= (last_year, last_month) and not tail.startswith(("前", "之前", "以前")):
        yield Reading("DATE", "RANGE", date_text(year, month, 1),
                      date_text(last_year, last_month, last_day(last_year, last_month)), "", True)
