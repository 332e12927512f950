"""A second reader of target strings (指标值), slow and plain, written from the reading rules and not
from the program, so that the two can be compared on any string.

It collects every reading that the rules reach; a string is certain when there is exactly one.
The functions stand in the order of the rules and name the number of theirs; what strings
consist of is in target_words.py, dates are in target_dates.py.
"""
import re
from collections import namedtuple
from decimal import Decimal

from target_dates import deadlines, is_year, month_ranges
from target_words import (APPROXIMATE, LETTER, MORE_NUMERALS, PREFIX_WORDS, QUALITATIVE, SEPARATOR,
                          SUFFIX_WORDS, Reading, canonical, is_decorated, is_measured,
                          leading_comparators, normalised, numbers, trailing_comparator)


def read(raw):
    if any(is_decorated(character) for character in raw):
        return QUALITATIVE
    text = normalised(raw)
    readings = {*booleans(text), *zero_words(text), *quantities(text), *number_ranges(text),
                *joined_bounds(text), *plus_minus(text), *deadlines(text), *month_ranges(text)}
    return readings.pop() if len(readings) == 1 else QUALITATIVE


# Rule 4
def booleans(text):
    if text in ("是", "否"):
        yield Reading("BOOLEAN", "", text, "", "", False)


# Rule 5
RANKS = "级等类档名星"


def is_rank(unit):
    return re.match(f"A*[{RANKS}]", unit) is not None


# Rules 7 and 10
def quantities(text):
    if re.match(r"(?:每年)?\d{1,2}月", text, re.ASCII):
        return  # Rule 16: a month, and 13月 is one that does not exist
    for front, rest in fronts(text):
        for number, han, rest_of_number in numbers(rest):
            for number, unit, suffix, notation in backs(number, rest_of_number):
                written = front.comparators + suffix
                meanings = set(written)
                if len(meanings) > 1 or not is_unit(number, unit, front.periods, meanings):
                    continue
                if han and not (written and is_measured(unit)):
                    continue
                if not is_notation(notation, number, unit):
                    continue
                if front.change and number < 0:
                    continue
                comparator = meanings.pop() if meanings else "GE" if front.change else ""
                for whole in with_periods(unit, front.periods):
                    yield Reading("QUANTITATIVE", comparator, canonical(number), "", whole,
                                  bool(written))


Front = namedtuple("Front", "periods change verb comparators")


def fronts(text):
    """[period prefix] [change word] [完成|实现] [comparators], each there or not."""
    for periods, after_periods in period_prefixes(text):
        for change, after_change in change_words(after_periods):
            for verb in ("", "完成", "实现"):
                if after_change.startswith(verb):
                    comparators, rest = leading_comparators(after_change[len(verb):])
                    yield Front(periods, change, verb, comparators), rest


TAIL_VERBS = ("完成", "到位", "覆盖", "达标", "合格", "落实", "发放")


def backs(number, rest):
    """[unit] [tail verb] [suffix comparator]: the number with a multiplier applied, the unit,
    the meaning of the suffix, and a second notation of the number."""
    found = []
    rest = without_parentheses(rest, found)
    suffix, rest = trailing_comparator(rest)
    rest = without_parentheses(rest, found)
    for verb in TAIL_VERBS:
        if rest.startswith("%") and rest.endswith(verb):
            rest = without_parentheses(rest[:-len(verb)], found)
            if rest != "%":
                return
            break
    notations = [Decimal(text) for text in found if text != "含"]
    if len(notations) > 1:
        return
    for multiplied, unit in multipliers(number, rest):
        yield multiplied, unit, suffix, notations[0] if notations else None


# Rules 9 and 12
def without_parentheses(text, found):
    """Takes a second notation or 含 from the end, which is added to `found`."""
    match = re.search(r"\((含|\d+(?:\.\d+)?)\)$", text, re.ASCII)
    if not match:
        return text
    found.append(match.group(1))
    return without_parentheses(text[:match.start()], found)


# Rule 12
def is_notation(decimal, number, unit):
    """Whether a decimal in parentheses, if there is one, says the percentage once more."""
    return decimal is None or unit == "%" and decimal * 100 == number


# Rule 11
def ordered(lower, upper, unit, periods):
    if lower <= upper and is_unit(lower, unit, periods) and is_unit(upper, unit, periods):
        for whole in with_periods(unit, periods):
            yield Reading("QUANTITATIVE", "RANGE", canonical(lower), canonical(upper), whole, True)


def number_ranges(text):
    """a-b, with the unit after the second or after both."""
    for front, rest in fronts(text):
        for lower, lower_han, after_lower in numbers(rest):
            for separator in re.finditer(SEPARATOR, after_lower):
                first_unit = after_lower[:separator.start()]
                for upper, upper_han, after_upper in numbers(after_lower[separator.end():]):
                    if not (front.comparators or lower_han or upper_han or
                            front.change and lower < 0):
                        yield from same_unit(lower, first_unit, upper, after_upper, front.periods)


def is_multiplied(rest, unit):
    return rest.startswith(("万", "亿")) and not unit.startswith(("万", "亿"))


def same_unit(lower, lower_rest, upper, upper_rest, periods, lower_bound=frozenset(),
              upper_bound=frozenset()):
    """a-b, whose ends carry no other comparators than these."""
    # What stands behind the second number alone is meant for both.
    for_lower = lower_rest or trailing_comparator(re.sub(r"\([^()]*\)", "", upper_rest))[1]
    for big_lower, lower_unit, lower_suffix, lower_notation in backs(lower, for_lower):
        for big_upper, unit, upper_suffix, upper_notation in backs(upper, upper_rest):
            if set(lower_suffix) - lower_bound or set(upper_suffix) - upper_bound:
                continue
            alike = is_multiplied(for_lower, lower_unit) == is_multiplied(upper_rest, unit)
            if unit in ("月", "季度") or not alike and not lower_unit:
                continue
            if lower_unit and spelt_unit(lower_unit) != spelt_unit(unit):
                continue
            if is_notation(lower_notation, lower, lower_unit) and is_notation(
                    upper_notation, upper, unit):
                yield from ordered(big_lower, big_upper, unit, periods)


def joined_bounds(text):
    """At least a and at most b, with one unit."""
    for front, rest in fronts(text):
        for joint in re.finditer("[且,、]", rest):
            first, second = rest[:joint.start()], rest[joint.end():]
            comparators, second = leading_comparators(second)
            if {*front.comparators, *trailing_comparator(first)[0]} != {"GE"} or {
                    *comparators, *trailing_comparator(second)[0]} != {"LE"}:
                continue
            for lower, _, lower_rest in numbers(first):
                for upper, _, upper_rest in numbers(second):
                    # Two numbers that stand alone share their unit, but no multiplier.
                    multiplied = not lower_rest and is_multiplied(
                        upper_rest, "".join(unit for _, unit in multipliers(upper, upper_rest)))
                    if not multiplied and not (front.change and lower < 0):
                        yield from same_unit(lower, lower_rest, upper, upper_rest, front.periods,
                                             {"GE"}, {"LE"})


def plus_minus(text):
    for front, rest in fronts(text):
        if rest.startswith("±") and not (front.change or front.comparators):
            for number, _, after in numbers(rest[1:]):
                for big, unit, suffix, notation in backs(number, after):
                    if number >= 0 and not suffix and is_notation(notation, number, unit):
                        yield from ordered(-big, big, unit, front.periods)


# Rule 13
CHANGES = ("增长", "增加", "提高", "提升", "上升", "下降", "降低", "减少", "压减")


def change_words(text):
    yield "", text
    for base in ("", "同比", "环比", "比上年", "较上年"):
        for word in CHANGES:
            if text.startswith(base + word):
                yield word, text[len(base + word):]


# Rule 14
def zero_words(text):
    if re.fullmatch("零(?:投诉|事故|差错|上访|违规|伤亡|案件|复发)", text):
        yield Reading("QUANTITATIVE", "EQ", "0", "", "", True)


# Rules 19 and 20
DENOMINATOR = rf"\d*(?:(?!每){LETTER}){{1,4}}"
LATER = "(?:[*×.·•/]每?|每)"


def is_unit(number, unit, periods, meanings=()):
    """Whether this is the unit of this number, and no phrase, date, rank or further number.
    At least 6月 is a length, which 6月 and at most 6月 need not be."""
    bounded, at_least = bool(meanings), meanings in ({"GE"}, {"GT"})
    counted, *_ = re.split("[/每]", unit, maxsplit=1)
    if not re.fullmatch(rf"(?:[%‰]|{LETTER}{{1,4}})?", counted) or is_rank(counted):
        return False
    whole = number == number.to_integral_value()
    if counted == "月" and whole and 1 <= number <= 12 and not at_least:
        return False
    if counted.startswith("季度") and (counted != "季度" or whole and 1 <= number <= 4):
        return False
    if counted.startswith(("月", "年")) and (counted[1:] or is_year(number)):
        return False
    if counted in ("日", "号") and "月" in periods and not bounded:
        return False
    if len(counted) > 1 and counted.endswith(("前", "后", "起", "余", "多", "几") + APPROXIMATE):
        return False
    if counted.startswith(("余", "多", "来", "几")) or "半" in counted or "分之" in counted:
        return False
    amounts = "[千百]?(?:万亿|万|亿)"
    if re.match(f"(?!{amounts}(?:{'|'.join(CURRENCIES)}))[千百]?[{MORE_NUMERALS}]", counted):
        return False
    words = [word for word, _ in PREFIX_WORDS + SUFFIX_WORDS if len(word) > 1]
    return not any(word in counted for word in words) and not trailing_comparator(counted)[0]


def spelt_unit(unit):
    """With the separators that the rules give it; None where it is no unit."""
    match = re.fullmatch(rf"([%‰]|(?:(?!每){LETTER}){{1,4}})?(?:(?:/每?|每)({DENOMINATOR})"
                         rf"((?:{LATER}{DENOMINATOR})*))?", unit, re.ASCII)
    if not match:
        return None
    counted, first, later = match.groups()
    return (counted or "") + (f"/{first}" if first else "") + re.sub(LATER, "·", later or "")


# Rule 21
CURRENCIES = ("元", "美元", "欧元", "港元", "日元")


def multipliers(number, rest):
    """The number and its unit, with 万 and 亿 where they belong."""
    for word, factor in (("万亿", 10**12), ("万", 10**4), ("亿", 10**8)):
        if rest.startswith(word):
            unit = rest[len(word):]
            if unit.startswith(CURRENCIES):
                yield number, rest
            elif unit[:1] not in tuple(MORE_NUMERALS):
                yield number * factor, unit
            return
    yield number, rest


# Rule 22
TIMES = ("年", "半年", "季度", "季", "个月", "月", "周", "天", "日", "小时", "学期", "学年", "年度")
PERIODS = ("年", "半年", "季度", "季", "个月", "月", "周", "天", "日", "人", "户", "次", "个", "村", "县",
           "镇", "乡", "校", "班", "家", "件", "亩", "台", "套", "人次", "学期", "学年", "小时", "期",
           "场", "项", "旬", "工作日", "个工作日", "年度", "社区", "单位", "公里", "平方米", "吨", "辆", "例", "乡镇")


def period_prefixes(text):
    yield (), text
    if text.startswith("半年"):
        yield ("半年",), text[2:]
    for first in PERIODS:
        if text.startswith("每" + first):
            rest = text[1 + len(first):]
            yield (first,), rest
            for second in PERIODS:
                if rest.startswith("每" + second):
                    both = (first,) if second == first else (first, second)
                    yield both, rest[1 + len(second):]


def with_periods(unit, periods):
    """The unit with the periods as its last denominators, where they do not stand there yet.
    Two different lengths of time on the two sides of the number contradict each other."""
    spelt = spelt_unit(unit)
    if spelt is None:
        return
    counted, _, below = spelt.partition("/")
    below = below.split("·") if below else []
    more = [period for period in periods if period not in below]
    if not (set(below) & set(TIMES) and set(more) & set(TIMES)):
        below += more
        yield counted + ("/" + "·".join(below) if below else "")
