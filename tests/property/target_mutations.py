"""Strings near those that plans hold: examples with some characters or words changed."""

COMPARATORS = ("≥ ≧ ⩾ ≮ >= => ≤ ≦ ⩽ ≯ <= =< > < = ═ ﹦ ﹥ ﹤ 大于 小于 高于 低于 等于 大于等于 小于或等于 不低于 不少于 "
               "不小于 不得低于 不超过 不高于 不大于 不得超过 至少 最少 最低 至多 最多 最高 控制在 达到 达 超过 超 不足 不满 "
               "不到 以上 以下 以内 之内 内 及以上 及以下").split()
UNITS = ("% ‰ 个 人 次 人次 场 元 万元 亿元 美元 年 月 日 天 小时 个月 个工作日 季度 周 户 亩 公里 平方米 km 分 项 件 份 篇 "
         "级 名 类 档 等 星 百分点 个百分点 比例 百分比 万 亿 千 百 元/人 元/人·月 人/10万人 %/年 次/半年").split()
SEPARATORS = "- – — ~ ～ 至 到 / . , ， 、 ; ； 且 或 × * · • + : 每".split()
DATES = ("5月 11月底 3月15日 2021年 2021年6月 2021-11-30 2021/9/5 2021.6.30 年底 年末 3季度末 每年 6月份 9月末 2月底 "
         "2月30日 2月29日 上旬 中旬 初 底 末 前 之前 以前 后 起 每月 每季度 半年 每人").split()
WORDS = ("约 近 大约 左右 上下 前后 余 多 几 半 完成 实现 到位 达标 覆盖 增长 下降 提高 减少 同比 较上年 零 投诉 事故 是 否 "
         "优 良好 第 前 (含) ( ) （ ） ± (0.9) (1.0) 百分之 分之 不 未 的 一 三 十 百 千 万 点 两 〇 ² ① ½ % % 0 1 2 5 9 "
         "10 95 100 0.5 1,000 月 年 日 期 中 为 率 共 。 “ ” 要求 全部 合格 标准 以 之 最 于").split()
# Alternatives for each part of a target, in order.
PERIOD = "每年|每季度|每月|每半年|半年|每周|每人|每户|每人每月|每年每人|每天|每日|每次"
CHANGE = "增长|增加|同比增长|环比下降|较上年提高|比上年减少|压减|降低|上升"
COMPARATOR = "|".join(COMPARATORS[:42])
NUMBER = "0|1|3|12|90|95|100|150|0.5|98.50|1,200|12,34|-0|-2|007|2020|2021|1.2.3|20"
HAN_NUMBER = "三|十|两|十五|二十|一百二十|三千五百|九十九点五|两百|一万二|三五|百|一百零五|四百十|零"
UNIT = "|".join(UNITS) + "|百万元|千万元|万亿元|万美元|万人次|千克|万千瓦时|个百分点|人次/年|元/亩|起|册|年期|个半月"
ENDING = "以上|以下|以内|之内|内|及以上|(含)|到位|完成|达标|左右|/人|/年|每人|*月|(0.95)|(1.0)|前|后"
TO = "-|–|—|~|至|到|且≤|，≤|、不超过|且"
DATE = ("5月|11月底|3月15日|2021年|2021年6月|2021-11-30|2021/9/5|2021.6.30|年底|年末|3季度末|6月份|9月末|2月底|"
        "2021年2月|2月29日|2021年2月29日|12月31日|2021年底|2021年年底|2021年4季度末|0月|13月|31日|2021")
REMARK = "前|之前|以前|完成|到位|全部完成|统一发放|完成两个|完成验收并交付使用到位|初|中旬|起|后|内|开始|过半|基本完成"
ORDERS = (
    (PERIOD, CHANGE, "完成|实现", COMPARATOR, NUMBER, UNIT, ENDING, ENDING),
    (PERIOD, COMPARATOR, HAN_NUMBER, UNIT, ENDING),
    (PERIOD, CHANGE, COMPARATOR, NUMBER, UNIT, TO, NUMBER, UNIT, ENDING),
    ("百分之", HAN_NUMBER, ENDING, TO, "百分之", HAN_NUMBER, ENDING),
    ("每年", DATE, REMARK, REMARK),
    ("每年", DATE, "-|至|到|~", DATE, REMARK),
)
NEVER_LEFT_OUT = (NUMBER, HAN_NUMBER, DATE)
WIDE = {chr(code): chr(code + 0xFEE0) for code in range(0x21, 0x7F)}
HAN_DIGITS = "零一二三四五六七八九"


class Mutator:
    """Draws strings from `examples`, which are lists of characters or strings."""

    def __init__(self, random, examples):
        self.random = random
        self.examples = examples
        self.changes = (self.insert, self.insert, self.delete, self.swap, self.replace_word,
                        self.replace_word, self.widen, self.spell, self.graft, self.graft,
                        self.repeat, self.enclose, self.put_around, self.redraw_number)

    def draw(self):
        if self.random.random() < 0.2:
            return self.compose()
        text = self.compose() if self.random.random() < 0.1 else self.random.choice(self.examples)
        for _ in range(self.random.choice((1, 1, 1, 2, 2, 3, 4))):
            text = self.random.choice(self.changes)(text)
        return text

    def compose(self):
        """Parts in the order of a quantity, of a range or of a date, each there or not."""
        parts = self.random.choice(ORDERS)
        return "".join(self.random.choice(words.split("|")) for words in parts
                       if words in NEVER_LEFT_OUT or self.random.random() < 0.45)

    def word(self):
        return self.random.choice(self.random.choice((COMPARATORS, UNITS, SEPARATORS, DATES, WORDS)))

    def cut(self, text):
        """Two places in the text, in order."""
        return sorted((self.random.randint(0, len(text)), self.random.randint(0, len(text))))

    def insert(self, text):
        at = self.random.randint(0, len(text))
        return text[:at] + self.word() + text[at:]

    def delete(self, text):
        at = self.random.randint(0, len(text))
        return text[:at] + text[at + self.random.randint(1, 2):]

    def swap(self, text):
        if len(text) < 2:
            return text
        at = self.random.randrange(len(text) - 1)
        return text[:at] + text[at + 1] + text[at] + text[at + 2:]

    def replace_word(self, text):
        """A word of a list gives way to another of the same list."""
        words = self.random.choice((COMPARATORS, UNITS, SEPARATORS, DATES, WORDS))
        present = [word for word in words if word in text]
        if not present:
            return self.insert(text)
        return text.replace(self.random.choice(present), self.random.choice(words), 1)

    def widen(self, text):
        """Full-width forms, and white space."""
        wide = "".join(WIDE.get(c, c) if self.random.random() < 0.5 else c for c in text)
        at = self.random.randint(0, len(text))
        return wide[:at] + self.random.choice(("", " ", "\u3000", "\u00a0")) + wide[at:]

    def spell(self, text):
        """Digits become Han numerals."""
        if self.random.random() < 0.5:
            return "".join(HAN_DIGITS[int(c)] if c in "0123456789" else c for c in text)
        number = "".join(self.random.choice("一二两三四五六七八九十百千万零点")
                         for _ in range(self.random.randint(1, 5)))
        return self.redraw_number(text, number)

    def graft(self, text):
        other = self.random.choice(self.examples)
        return text[:self.random.randint(0, len(text))] + other[self.random.randint(0, len(other)):]

    def repeat(self, text):
        first, last = self.cut(text)
        return text[:last] + text[first:last][:6] + text[last:]

    def enclose(self, text):
        first, last = self.cut(text)
        left, right = self.random.choice(("()", "（）", "“”", "[]", "《》"))
        return text[:first] + left + text[first:last] + right + text[last:]

    def put_around(self, text):
        return self.random.choice((self.word() + text, text + self.word()))

    def redraw_number(self, text, number=None):
        """The first run of digits becomes another number."""
        digits = [at for at, c in enumerate(text) if c in "0123456789"]
        if not digits:
            return self.insert(text)
        first = last = digits[0]
        while last + 1 in digits:
            last += 1
        drawn = number or str(self.random.choice((
            0, 1, 2, 12, 13, 29, 30, 31, 100, 2020, 2021, self.random.randrange(10**6))))
        return text[:first] + drawn + text[last + 1:]
