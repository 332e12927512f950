"""A second reader of target strings (指标值), slow and plain, written from the reading rules and not
from the program, so that the two can be compared on any string.

It collects every reading that the rules reach; a string is certain when there is exactly one.
The functions stand in the order of the rules and name the number of theirs.
"""
import calendar
import re
import unicodedata
from collections import namedtuple
from decimal import Decimal

Reading = namedtuple("Reading", "kind comparator value upper unit written")
QUALITATIVE = Reading("QUALITATIVE", "", "", "", "", False)

HAN = "\u3007\u4e00-\u9fff\u3400-\u4dbf"
LETTER = f"[{HAN}A-Za-z]"


def read(raw):
    text = normalised(raw)
    readings = {*booleans(text), *zero_words(text), *quantities(text), *number_ranges(text),
                *joined_bounds(text), *plus_minus(text), *deadlines(text), *month_ranges(text)}
    return readings.pop() if len(readings) == 1 else QUALITATIVE


# Rule 1
OUTER = "。;,\"'“”‘’「」『』"


def normalised(raw):
    return "".join(unicodedata.normalize("NFKC", raw).split()).strip(OUTER)


# Rule 2
PLAIN = r"-?(?:\d{1,3}(?:,\d{3})+|\d+)(?:\.\d+)?(?![\d.,])"


def canonical(number):
    """Without separators, leading zeros, trailing zeros and the sign of zero."""
    text = format(number, "f")
    if "." in text:
        text = text.rstrip("0").rstrip(".")
    return "0" if text in ("-0", "") else text


def plain_numbers(text):
    """A number in digits at the start, and what follows it."""
    match = re.match(PLAIN, text, re.ASCII)
    if match:
        yield Decimal(match.group().replace(",", "")), text[match.end():]


# Rule 4
def booleans(text):
    if text in ("是", "否"):
        yield Reading("BOOLEAN", "", text, "", "", False)


# Rule 5
RANKS = "级等类档名星"


def is_rank(unit):
    return re.match(f"[A-Za-z]*[{RANKS}]", unit) is not None


# Rule 6
APPROXIMATE = ("左右", "上下", "前后")


# Rules 7 and 10
def quantities(text):
    for front, rest in fronts(text):
        for number, han, rest_of_number in [*((n, False, r) for n, r in plain_numbers(rest)),
                                            *han_numbers(rest)]:
            for number, unit, suffix, notation in backs(number, rest_of_number):
                written = front.comparators + suffix
                meanings = set(written)
                if len(meanings) > 1 or not is_unit(number, unit, front.periods):
                    continue
                if han and not (written and is_measured(unit)):
                    continue
                if notation is not None and (unit != "%" or notation * 100 != number):
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
                # Rule 7 allows a verb behind a change word, rule 13 does not: unsure.
                if after_change.startswith(verb) and not (change and verb):
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
    if len(found) > len(set(found)) or len(notations) > 1:
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
    return text[:match.start()]


# Rule 9
COMPARATORS = {
    "GE": "≥ ≧ ⩾ ≮ >= => 大于等于 大于或等于 不低于 不少于 不小于 不得低于 不得少于 至少 最少 最低 达到 达",
    "LE": "≤ ≦ ⩽ ≯ <= =< 小于等于 小于或等于 不超过 不高于 不多于 不大于 不得超过 不得高于 至多 最多 最高 "
          "控制在",
    "GT": "> 大于 高于 多于 超过 超",
    "LT": "< 小于 低于 少于 不足 不满 不到",
    "EQ": "= ═ 等于",
}
SUFFIXES = {"GE": "以上 及以上", "LE": "以下 及以下 以内 之内 内"}


def by_length(table):
    """Words with their meaning, the longest first."""
    pairs = [(word, meaning) for meaning, words in table.items() for word in words.split()]
    return sorted(pairs, key=lambda pair: -len(pair[0]))


PREFIX_WORDS = by_length(COMPARATORS)
SUFFIX_WORDS = by_length(SUFFIXES)


def leading_comparators(text):
    """The meanings of all comparators at the start, each the longest there, and the rest."""
    meanings = []
    while True:
        for word, meaning in PREFIX_WORDS:
            if text.startswith(word):
                meanings.append(meaning)
                text = text[len(word):]
                break
        else:
            return meanings, text


def trailing_comparator(text):
    for word, meaning in SUFFIX_WORDS:
        if text.endswith(word):
            return [meaning], text[:-len(word)]
    return [], text


# Rule 11
SEPARATOR = "[-–—~至到]"


def ordered(lower, upper, unit, periods):
    if lower <= upper and is_unit(lower, unit, periods) and is_unit(upper, unit, periods):
        for whole in with_periods(unit, periods):
            yield Reading("QUANTITATIVE", "RANGE", canonical(lower), canonical(upper), whole, True)


def number_ranges(text):
    """a-b, with the unit after the second or after both."""
    for front, rest in fronts(text):
        for lower, after_lower in plain_numbers(rest):
            for separator in re.finditer(SEPARATOR, after_lower):
                first_unit = after_lower[:separator.start()]
                for upper, after_upper in plain_numbers(after_lower[separator.end():]):
                    if not front.comparators and not (front.change and lower < 0):
                        yield from same_unit(lower, first_unit, upper, after_upper, front.periods)


def same_unit(lower, first_unit, upper, rest, periods):
    for big_upper, unit, suffix, notation in backs(upper, rest):
        if suffix or notation is not None:
            continue
        # A multiplier after the second number alone leaves open whether it is the first's too.
        lowers = multipliers(lower, first_unit) if first_unit or big_upper != upper else [
            (lower, unit)]
        for big_lower, unit_of_lower in lowers:
            if (big_lower != lower) == (big_upper != upper) and unit_of_lower in ("", unit) and (
                    first_unit == "" or unit_of_lower == unit):
                yield from ordered(big_lower, big_upper, unit, periods)


def joined_bounds(text):
    """At least a and at most b, with one unit."""
    for periods, rest in period_prefixes(text):
        for joint in re.finditer("[且,、]", rest):
            bounds = []
            for part in (rest[:joint.start()], rest[joint.end():]):
                comparators, part = leading_comparators(part)
                for number, unit in plain_numbers(part):
                    bounds.append((set(comparators), number, unit))
            if [bound[0] for bound in bounds] == [{"GE"}, {"LE"}]:
                yield from same_unit(bounds[0][1], bounds[0][2], bounds[1][1], bounds[1][2],
                                     periods)


def plus_minus(text):
    for front, rest in fronts(text):
        if rest.startswith("±") and not (front.change or front.comparators):
            for number, after in plain_numbers(rest[1:]):
                for big, unit, suffix, notation in backs(number, after):
                    if number >= 0 and not suffix and notation is None:
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


# Rule 15
DIGITS = "零一二三四五六七八九"
HAN_NUMERALS = "零〇一二两三四五六七八九十百千万亿"
MORE_NUMERALS = HAN_NUMERALS.replace("百", "").replace("千", "")


def spellings(number):
    """How a number below ten thousand may be written."""
    if number < 10:
        return ["二", "两"] if number == 2 else [DIGITS[number]]
    if number < 20:
        rest = DIGITS[number - 10] if number > 10 else ""
        return ["十" + rest, "一十" + rest]
    for size, name in ((1000, "千"), (100, "百"), (10, "十")):
        if number >= size:
            break
    heads = [DIGITS[number // size]] + (["两"] if number // size == 2 and size > 10 else [])
    rest = number % size
    if rest == 0:
        tails = [""]
    elif rest < size // 10:
        tails = ["零" + tail for tail in spellings(rest) if tail[0] not in "十两"]
    elif size > 10:
        tails = [tail for tail in spellings(rest) if tail[0] not in "十"]
    else:
        tails = [DIGITS[rest]]
    return [head + name + tail for head in heads for tail in tails]


SPELT = {text: number for number in range(1, 10000) for text in spellings(number)}


def han_value(text):
    """None where it is no numeral that is written out in full."""
    whole, point, decimals = text.partition("点")
    if point and not (decimals and all(digit in DIGITS for digit in decimals)):
        return None
    thousands, ten_thousand, rest = whole.rpartition("万")
    if whole == "零" and point:
        value = 0
    elif ten_thousand:
        padded = rest.startswith("零")
        value, rest_value = SPELT.get(thousands), SPELT.get(rest.removeprefix("零"))
        if value is None or rest_value is None or padded == (rest_value >= 1000):
            return None
        value = value * 10000 + rest_value
    else:
        value = SPELT.get(whole)
    if value is None:
        return None
    return Decimal(f"{value}.{''.join(str(DIGITS.index(digit)) for digit in decimals) or '0'}")


def han_numbers(text):
    """Value, whether a written comparator is needed, and the rest."""
    numeral = "[零一二两三四五六七八九十百千]+"
    match = re.match(f"(百分之)?(?:(百(?![{HAN_NUMERALS}点]))|"
                     f"({numeral}(?:万{numeral})?(?:点[{DIGITS}]+)?))", text)
    if not match:
        return
    share, hundred, digits = match.groups()
    value = Decimal(100) if share and hundred else han_value(digits) if digits else None
    if value is not None:
        rest = text[match.end():]
        if share and not rest.startswith(("%", "‰")):
            yield value, False, "%" + rest
        elif not share:
            yield value, True, rest


# Without one of these behind it, 一 is rather part of a word, as in 一流, 一定 or 一半.
MEASURES = ("个次场人天日年周户项条件份篇期台套家座处米亩元吨辆部本张种批例起宗分株棵头只间所村班轮位组支队块"
            "盏栋幢门节课小公千平立工美欧港万亿%‰")


def is_measured(unit):
    return unit == "%" or (unit and unit[0] in MEASURES)


# Rules 16 and 18
MONTH_END = "(?:份|底|末)?"


def last_day(year, month):
    # Without a year, February has as many days as it can have.
    return calendar.monthrange(year or 2000, month)[1]


def date_text(year, month, day):
    return f"{year:04d}-{month:02d}-{day:02d}" if year else f"--{month:02d}-{day:02d}"


def whole_dates(text):
    """Every date at the start: year or 0, month, day, and the rest."""
    year = r"(?:(\d{4})年)?"
    forms = (year + r"(\d{1,2})月(\d{1,2})日", r"(\d{4})([-/.])(\d{1,2})\2(\d{1,2})(?!\d)",
             year + r"(\d{1,2})月" + MONTH_END + "(?!底|末|份)", year + r"(\d)季度末",
             r"(\d{4})年(?:年?底|年?末)?(?![底末])", "年底|年末")
    for index, form in enumerate(forms):
        match = re.match(form, text, re.ASCII)
        if not match:
            continue
        parts = match.groups()
        number = int(parts[0]) if parts and parts[0] else 0
        if index == 0:
            found = (number, int(parts[1]), int(parts[2]))
        elif index == 1:
            found = (number, int(parts[2]), int(parts[3]))
        elif index == 2:
            found = (number, int(parts[1]), None)
        elif index == 3:
            found = (number, int(parts[1]) * 3, None)
        else:
            found = (number, 12, None)
        year_found, month, day = found
        if 1 <= month <= 12 and not (parts and parts[0] and number == 0):
            day = last_day(year_found, month) if day is None else day
            if 1 <= day <= last_day(year_found, month):
                yield year_found, month, day, text[match.end():]


def deadlines(text):
    recurring = text.startswith("每年")
    for year, month, day, rest in whole_dates(text[2:] if recurring else text):
        if recurring and year:
            continue
        for word in ("之前", "以前", "前"):
            if rest.startswith(word) and not rest.startswith(APPROXIMATE):
                written, rest = True, rest[len(word):]
                break
        else:
            written = False
        if is_dropped(rest):
            yield Reading("DATE", "LE", date_text(year, month, day), "", "", written)


# What makes of a month a vague time, a beginning, or one of two times.
NOT_A_DEADLINE = ("初", "中", "上旬", "下旬", "上半", "下半", "后", "之后", "以后", "起", "以来",
                  "开始", "至", "第")


def is_dropped(tail):
    if not re.fullmatch(f"{LETTER}{{0,8}}", tail):
        return False
    if tail.startswith(APPROXIMATE + NOT_A_DEADLINE) or trailing_comparator(tail)[0]:
        return False
    statement = f"百分之|[{HAN_NUMERALS}][{MEASURES}]|年底|年末|季度末|旬|每"
    return not re.search(statement, tail)


# Rule 17
def month_ranges(text):
    recurring = text.startswith("每年")
    match = re.fullmatch(rf"(?:(\d{{4}})年)?(\d{{1,2}})(月份?)?{SEPARATOR}"
                         rf"(?:(\d{{4}})年)?(\d{{1,2}})月份?({LETTER}*)",
                         text[2:] if recurring else text, re.ASCII)
    if not match:
        return
    year, month, _, last_year, last_month, tail = match.groups()
    year, last_year = int(year or 0), int(last_year or year or 0)
    month, last_month = int(month), int(last_month)
    if recurring and (year or last_year) or bool(year) != bool(last_year):
        return
    if not (1 <= month <= 12 and 1 <= last_month <= 12 and is_dropped(tail)):
        return
    if (year, month) <= (last_year, last_month) and not tail.startswith(("前", "之前", "以前")):
        yield Reading("DATE", "RANGE", date_text(year, month, 1),
                      date_text(last_year, last_month, last_day(last_year, last_month)), "", True)


# Rules 19 and 20
DENOMINATOR = rf"\d*(?!每){LETTER}{{1,4}}"


def is_unit(number, unit, periods):
    """Whether this is the unit of this number, and no phrase, date, rank or further number."""
    counted, *_ = re.split("[/每]", unit, maxsplit=1)
    if not re.fullmatch(rf"(?:[%‰]|{LETTER}{{1,4}})?", counted) or is_rank(counted):
        return False
    if counted.startswith(("月", "季度")) or counted.startswith("年") and 1000 <= number <= 9999:
        return False
    if counted.startswith(("年底", "年末")) or counted in ("日", "号") and "月" in periods:
        return False
    if len(counted) > 1 and counted.endswith(("前", "后", "起", "余", "多", "几") + APPROXIMATE):
        return False
    if counted.startswith(("余", "多", "来", "几")) or "半" in counted or "分之" in counted:
        return False
    if re.match(f"(?!(?:万|亿)(?:{'|'.join(CURRENCIES)}))[千百]?[{MORE_NUMERALS}]", counted):
        return False
    words = [word for word, _ in PREFIX_WORDS + SUFFIX_WORDS if len(word) > 1]
    return not any(word in counted for word in words) and not trailing_comparator(counted)[0]


def spelt_unit(unit):
    """With the separators that the rules give it; None where it is no unit."""
    match = re.fullmatch(rf"([%‰]|(?:(?!每){LETTER}){{1,4}})?(?:(?:/每?|每)({DENOMINATOR})"
                         rf"((?:[*×.·•/]每?{DENOMINATOR})*))?", unit, re.ASCII)
    if not match:
        return None
    counted, first, later = match.groups()
    return (counted or "") + (f"/{first}" if first else "") + re.sub(
        "[*×.·•/]每?", "·", later or "")


# Rule 21
CURRENCIES = ("元", "美元", "欧元", "港元", "日元")


def multipliers(number, rest):
    """The number and its unit, with 万 and 亿 where they belong."""
    if rest[:1] not in ("万", "亿") or rest[1:].startswith(CURRENCIES):
        yield number, rest
    elif rest[1:2] not in tuple(HAN_NUMERALS):
        yield number * (10**4 if rest[0] == "万" else 10**8), rest[1:]


# Rule 22
PERIODS = ("年", "半年", "季度", "季", "个月", "月", "周", "天", "日", "人", "户", "次", "个", "村", "县",
           "镇", "乡", "校", "班", "家", "件", "亩", "台", "套", "人次", "学期", "学年", "小时", "期",
           "场", "项", "旬", "工作日", "个工作日", "年度", "社区", "单位")


def period_prefixes(text):
    yield (), text
    if text.startswith("半年"):
        yield ("半年",), text[2:]
    for first in PERIODS:
        if text.startswith("每" + first):
            rest = text[1 + len(first):]
            yield (first,), rest
            for second in PERIODS:
                if rest.startswith("每" + second) and second != first:
                    yield (first, second), rest[1 + len(second):]


def with_periods(unit, periods):
    spelt = spelt_unit(unit)
    if spelt is None or periods and "/" in spelt:
        return
    yield spelt + ("/" + "·".join(periods) if periods else "")
