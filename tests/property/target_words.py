"""What target strings (指标值) consist of, for the second reader: the normal form, numbers in digits
and in Han numerals, comparators. Numbered as the reading rules are.
"""
import re
import unicodedata
from collections import namedtuple
from decimal import Decimal

Reading = namedtuple("Reading", "kind comparator value upper unit written")
QUALITATIVE = Reading("QUALITATIVE", "", "", "", "", False)

HAN = "\u3007\u4e00-\u9fff\u3400-\u4dbf"
LETTER = f"[{HAN}A-Za-z]"


# Rule 1
OUTER = "。;,\"'“”‘’「」『』"


def normalised(raw):
    return "".join(unicodedata.normalize("NFKC", raw).split()).strip(OUTER)


def is_decorated(character):
    """Whether digits would come out of a character that is no digit: 10² is not 102."""
    form, *_ = unicodedata.decomposition(character).split(" ")
    plain = unicodedata.normalize("NFKC", character)
    return form not in ("", "<wide>", "<font>") and re.search("[0-9]", plain) is not None


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


# Rule 6
APPROXIMATE = ("左右", "上下", "前后")


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
# Rule 11: what joins two ends.
SEPARATOR = "[-–—~至到]"


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
        return ["十" + rest, "一十" + rest]  # also behind 百
    for size, name in ((1000, "千"), (100, "百"), (10, "十")):
        if number >= size:
            break
    heads = [DIGITS[number // size]] + (["两"] if number // size == 2 and size > 10 else [])
    rest = number % size
    if rest == 0:
        tails = [""]
    elif rest < size // 10:
        tails = ["零" + tail for tail in spellings(rest) if tail[0] != "两"]
    elif size > 10:
        tails = spellings(rest)
    else:
        tails = [DIGITS[rest]]
    return [head + name + tail for head in heads for tail in tails]


SPELT = {text: number for number in range(1, 10000) for text in spellings(number)}


def whole_value(text):
    """Sections of four digits; one that is not full follows 零."""
    for mark, size in (("亿", 10**8), ("万", 10**4)):
        above, written, below = text.partition(mark)
        if written:
            padded = below.startswith("零")
            value = SPELT.get(above)
            rest = whole_value(below.removeprefix("零")) if below else 0
            if value is None or rest is None or below and not (
                    rest < size and padded == (rest < size // 10)):
                return None
            return value * size + rest
    return SPELT.get(text)


def han_value(text):
    """None where it is no numeral that is written out in full."""
    whole, point, decimals = text.partition("点")
    if point and not (decimals and all(digit in DIGITS for digit in decimals)):
        return None
    value = 0 if whole == "零" and point else whole_value(whole)
    if value is None:
        return None
    return Decimal(f"{value}.{''.join(str(DIGITS.index(digit)) for digit in decimals) or '0'}")


def han_numbers(text):
    """Value, whether a written comparator is needed, and the rest."""
    text = text.replace("〇", "零")
    share = text.startswith("百分之")
    text = text.removeprefix("百分之")
    digits = re.match(f"[{HAN_NUMERALS}]*", text).group()
    # A closing 万 or 亿 multiplies as it does behind digits, unless there is another one.
    bare = digits.rstrip("万亿")
    if not re.search("[万亿]", bare):
        digits = bare
    digits += re.match(f"(?:点[{DIGITS}]+)?", text[len(digits):]).group()
    rest = text[len(digits):]
    if share and digits in ("百", "零"):
        value = Decimal(100 if digits == "百" else 0)
    else:
        value = han_value(digits)
    if value is None or "点" in digits and re.match(f"[{HAN_NUMERALS[:-2]}]", rest):
        return
    if not share:
        yield value, True, rest
    elif not rest.startswith(("%", "‰", "万", "亿")):
        yield value, False, "%" + rest


# Without one of these behind it, 一 is rather part of a word, as in 一流, 一定 or 一半.
MEASURES = ("个次场人厘毫天日年周户项条件份篇期台套家座处米亩元吨辆部本张种批例起宗分株棵头只间所村班轮位组支队块"
            "盏栋幢门节课小公千方克里册升平立工季美欧港万亿%‰/每")


def is_measured(unit):
    return unit[:1] in MEASURES


def numbers(text):
    """Every number at the start, whether it is a Han numeral that needs a written comparator,
    and the rest."""
    yield from ((number, False, rest) for number, rest in plain_numbers(text))
    yield from han_numbers(text)
