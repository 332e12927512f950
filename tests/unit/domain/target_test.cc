// Goal: a target text is read as what it certainly says, and as qualitative otherwise.
//
// Method: tables with one line per text, grouped by what they show. The reading is
// written on one line (see Describe), so that a table can be checked by eye. Where the
// labelled examples are at hand, every one of them joins the table of whole texts. Last
// come bytes that are no text; tests/property has the mangled ones.
#include "domain/target.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <random>
#include <sstream>
#include <string>
#include <utility>
#include <vector>

namespace budgetwatch {
namespace {

const char* Name(Comparator comparator) {
  switch (comparator) {
    case Comparator::kGe: return "GE";
    case Comparator::kGt: return "GT";
    case Comparator::kLe: return "LE";
    case Comparator::kLt: return "LT";
    case Comparator::kEq: return "EQ";
    case Comparator::kRange: return "RANGE";
  }
  return "";
}

// "GE 90 %" when the comparator is written, "(GE) 5 %" when it is filled in, "? 90 %" when
// it is open; "RANGE 1..3 次"; "date LE --12-31"; "word 是"; "-" when qualitative.
std::string Describe(const Target& target) {
  if (target.kind == TargetKind::kQualitative) return target == Target() ? "-" : "- and more";
  if (target.kind == TargetKind::kBoolean) return "word " + target.value;
  std::string comparator = target.comparator ? Name(*target.comparator) : "?";
  if (target.comparator && !target.comparator_written) comparator = "(" + comparator + ")";
  if (!target.comparator && target.comparator_written) comparator = "written nothing";
  std::string text = target.kind == TargetKind::kDate ? "date " : "";
  text += comparator + " " + target.value;
  if (target.comparator == Comparator::kRange) text += ".." + target.upper_value;
  if (!target.unit.empty()) text += " " + target.unit;
  return text;
}

std::string Read(const std::string& text) {
  Target target = ReadTarget(text);
  target.notes.clear();
  return Describe(target);
}

struct Case {
  std::string text;
  std::string reading;
};

void Check(const std::vector<Case>& cases) {
  for (const Case& one : cases) EXPECT_EQ(Read(one.text), one.reading) << one.text;
}

// Several ways to write the same.
void CheckSame(const std::string& reading, const std::vector<std::string>& texts) {
  for (const std::string& text : texts) EXPECT_EQ(Read(text), reading) << text;
}

void CheckQualitative(const std::vector<std::string>& texts) { CheckSame("-", texts); }

bool HasNote(const Target& target, const std::string& note) {
  return std::find(target.notes.begin(), target.notes.end(), note) != target.notes.end();
}

std::vector<std::string> SplitColumns(const std::string& line) {
  std::vector<std::string> columns(1);
  for (const char c : line) {
    if (c == '\t') {
      columns.emplace_back();
    } else if (c != '\r') {
      columns.back().push_back(c);
    }
  }
  return columns;
}

std::string DescribeColumns(const std::vector<std::string>& columns) {
  if (columns[1] == "QUALITATIVE") return "-";
  if (columns[1] == "BOOLEAN") return "word " + columns[3];
  std::string text = columns[1] == "DATE" ? "date " : "";
  const std::string comparator = columns[2].empty() ? "?" : columns[2];
  text += columns[6] == "1" || columns[2].empty() ? comparator : "(" + comparator + ")";
  text += " " + columns[3];
  if (columns[2] == "RANGE") text += ".." + columns[4];
  if (!columns[5].empty()) text += " " + columns[5];
  return text;
}

// The labelled examples next to the project; none where they are not installed.
std::vector<Case> SharedCases() {
  std::filesystem::path directory;
#ifdef BW_SHARED_DIR
  directory = BW_SHARED_DIR;
#endif
  if (const char* variable = std::getenv("BUDGETWATCH_SHARED_DIR")) directory = variable;
  std::vector<Case> cases;
  if (directory.empty()) return cases;
  std::ifstream file(directory / "data" / "targets" / "dev.tsv");
  for (std::string line; std::getline(file, line);) {
    if (line.empty() || line.front() == '#') continue;
    const std::vector<std::string> columns = SplitColumns(line);
    EXPECT_GE(columns.size(), 7u) << line;
    if (columns.size() >= 7) cases.push_back({columns[0], DescribeColumns(columns)});
  }
  return cases;
}

// Texts as plans have them.
std::vector<Case> WholeTexts() {
  return {{"≥92%", "GE 92 %"},
          {"45人次", "? 45 人次"},
          {"不超过80万元", "LE 80 万元"},
          {"每季度不少于2次", "GE 2 次/季度"},
          {"11月底前", "date LE --11-30"},
          {"群众比较满意", "-"},
          {"否", "word 否"}};
}

TEST(TargetTest, WholeTextsAndLabelledExamples) {
  std::vector<Case> cases = WholeTexts();
  for (Case& one : SharedCases()) cases.push_back(std::move(one));
  Check(cases);
}

TEST(TargetTest, NormalFormAndOuterMarks) {
  Check({{"≥　８５％", "GE 85 %"},
         {" 12 个 ", "? 12 个"},
         {"１，５００元", "? 1500 元"},
         {"“90%”；", "? 90 %"},
         {"\"≥3次\"。", "GE 3 次"},
         {"﹤15天", "LT 15 天"},
         {"350%", "? 350 %"},
         {"是。", "word 是"}});
  CheckQualitative({"95%.", "[95%]", "\xEF\xBB\xBF≥95%"});
}

TEST(TargetTest, CanonicalDecimals) {
  Check({{"88.00%", "? 88 %"},
         {"007", "? 7"},
         {"0.50元", "? 0.5 元"},
         {"12,345,678.90元", "? 12345678.9 元"},
         {"-0.00%", "? 0 %"},
         {"-3.5%", "? -3.5 %"},
         {"123456789012345678901234567890元", "? 123456789012345678901234567890 元"}});
  CheckQualitative({"12,34元", "1200,300元", "0,123元", "1.2.3", "1.234,567", ".5%", "5.%", "-5人",
                    "+5%", "1e5"});
}

// Superscripts and circled digits become plain digits in normal form.
TEST(TargetTest, DecoratedDigitsDoNotJoinTheirNeighbours) {
  CheckQualitative({"10²", "①3次", "3½天", "30㎡", "5m²", "1㋀", "2㏡以内", "3㍙"});
}

TEST(TargetTest, Words) {
  CheckQualitative({"", "   ", "/", "——", "-", "是/否", "是否", "是否按期≥90%", "实现", "完成",
                    "达标", "无", "是的"});
}

TEST(TargetTest, GradesAndRanks) {
  CheckQualitative({"优",       "良好以上", "优秀及以上", "合格",       "3级",        "≥2级",
                    "2级以上",  "三级以上", "1等奖",      "2类",        "A档",        "30名",
                    "5星级",    "第2",      "第一名",     "前3名",      "前10%",      "4A级",
                    "3A级景区", "每年3名",  "1-2级",      "不低于二级", "六年级以上", "5AAAAA星"});
}

TEST(TargetTest, ApproximateNumbers) {
  CheckQualitative({"约30人", "近5年", "大约20%", "大概3次", "基本达到90%", "预计12月底",
                    "30人左右", "10%上下", "12月前后", "6月底左右", "100余人", "30多个", "3万余人",
                    "不少于十余次", "2个多月", "100+"});
}

TEST(TargetTest, QuantityGrammar) {
  Check({{"每年增长3%", "(GE) 3 %/年"},
         {"完成≥60户", "GE 60 户"},
         {"实现85%", "? 85 %"},
         {"100%到位", "? 100 %"},
         {"≥98%达标", "GE 98 %"},
         {"100%覆盖以上", "GE 100 %"}});
  CheckQualitative({"满意度≥90%", "完成率90%", "50户完成", "3天内完成", "100%发放到位", "90%满意",
                    "实现增长5%", "≥增长5%", "经费预算30万元", "超额完成5%"});
}

TEST(TargetTest, SeveralStatements) {
  CheckQualitative({"3次,5人", "完成2个;培训30人", "5次，每次2天", "≥3次≥20人", "6月底前100%",
                    "6月完成3次", "3月1日至5月30日", "6月底、12月底", "2千5百元", "1年6个月"});
}

TEST(TargetTest, LeadingComparators) {
  const std::vector<std::pair<std::string, std::vector<std::string>>> groups = {
      {"GE 3",
       {"≥", "≧", "⩾", "≮", ">=", "=>", "大于等于", "大于或等于", "不低于", "不少于", "不小于",
        "不得低于", "不得少于", "至少", "最少", "最低", "达到", "达"}},
      {"LE 3",
       {"≤", "≦", "⩽", "≯", "<=", "=<", "小于等于", "小于或等于", "不超过", "不高于", "不多于",
        "不大于", "不得超过", "不得高于", "至多", "最多", "最高", "控制在"}},
      {"GT 3", {">", "＞", "大于", "高于", "多于", "超过", "超"}},
      {"LT 3", {"<", "﹤", "小于", "低于", "少于", "不足", "不满", "不到"}},
      {"EQ 3", {"=", "═", "﹦", "等于"}}};
  for (const auto& [reading, words] : groups) {
    for (const std::string& word : words) EXPECT_EQ(Read(word + "3"), reading);
  }
}

TEST(TargetTest, TrailingComparators) {
  Check({{"90%以上", "GE 90 %"},
         {"5次及以上", "GE 5 次"},
         {"30以下", "LE 30"},
         {"5‰及以下", "LE 5 ‰"},
         {"15天以内", "LE 15 天"},
         {"20公里之内", "LE 20 公里"},
         {"10日内", "LE 10 日"},
         {"90%（含）以上", "GE 90 %"},
         {"90%以上（含）", "GE 90 %"},
         {"＞80分(含)", "GT 80 分"}});
  CheckQualitative({"90%≥", "90%以上以上", "90%以上(含90%)", "3个室内", "5篇国内"});
}

TEST(TargetTest, SeveralComparators) {
  Check({{"≥≥90%", "GE 90 %"},
         {"≥90%以上", "GE 90 %"},
         {"控制在3%以内", "LE 3 %"},
         {"至少达到60%", "GE 60 %"}});
  CheckQualitative({"≥60%以下", "超过60%以上", "≥=60", "<>5", "最低≤5", "不大于等于5",
                    "控制在5%以上", "不超概算", "超过", "≤", "≥%", "不满意"});
}

TEST(TargetTest, Ranges) {
  CheckSame("RANGE 2..4 次", {"2-4次", "2–4次", "2—4次", "2~4次", "2～4次", "2至4次", "2到4次"});
  Check({{"85%到90%", "RANGE 85..90 %"},
         {"-5%-5%", "RANGE -5..5 %"},
         {"每年2-4次", "RANGE 2..4 次/年"},
         {"增长5%-8%", "RANGE 5..8 %"},
         {"2-3万元", "RANGE 2..3 万元"},
         {"2-3万人", "RANGE 20000..30000 人"},
         {"≥80%且≤90%", "RANGE 80..90 %"},
         {"≥80%，≤90%", "RANGE 80..90 %"},
         {"不低于80%且不高于90%", "RANGE 80..90 %"},
         {"±3%", "RANGE -3..3 %"}});
  CheckQualitative({"9-3次", "3%-5次", "95%-98", "不超过2-4次", "2-4天内", "±3%以内", "±-3%",
                    "≥80%≤90%", "≥80%且≥90%", "≥90%且≤80%", "≤90%且≥80%", ">2且<6", "1万-3万元",
                    "2/3", "≥1/2", "2--4", "1-2-3", "2020-2022年", "2020-2022"});
}

TEST(TargetTest, SecondNotation) {
  Check({{"85%(0.85)", "? 85 %"},
         {"≥98.5%（0.985）", "GE 98.5 %"},
         {"100%(1)以上", "GE 100 %"},
         {"百分之五（0.05）", "? 5 %"}});
  CheckQualitative(
      {"85%(0.58)", "85%(85)", "0.85(85%)", "5‰(0.005)", "3次(每季一次)", "(≥90%)", "85%(合格)"});
}

TEST(TargetTest, Changes) {
  Check({{"同比增加20人", "(GE) 20 人"},
         {"比上年降低3个百分点", "(GE) 3 个百分点"},
         {"较上年减少≥2起", "GE 2 起"},
         {"压减5%以内", "LE 5 %"},
         {"环比下降0.5%", "(GE) 0.5 %"}});
  CheckQualitative({"增加±0人", "减少2人较上年", "下降至3%", "提高到95%", "增长率5%", "增长-5%",
                    "同比5%", "明显提升"});
}

TEST(TargetTest, Zero) {
  Check({{"零事故", "EQ 0"},
         {"零上访", "EQ 0"},
         {"0次", "? 0 次"},
         {"≥0", "GE 0"},
         {"≤0起", "LE 0 起"}});
  CheckQualitative({"零", "零距离", "零重大事故", "零投诉率", "零增长", "≤零起投诉"});
  EXPECT_TRUE(HasNote(ReadTarget("≥0"), "zero_target"));
  EXPECT_FALSE(HasNote(ReadTarget("≤0"), "zero_target"));
  EXPECT_TRUE(HasNote(ReadTarget("-0%"), "signed_zero"));
}

TEST(TargetTest, HanNumerals) {
  Check({{"百分之百", "? 100 %"},
         {"百分之一百零五以上", "GE 105 %"},
         {"达到百分之九十九点五", "GE 99.5 %"},
         {"百分之九十到位", "? 90 %"},
         {"不少于两次", "GE 2 次"},
         {"二十人以上", "GE 20 人"},
         {"≥一百二十个", "GE 120 个"},
         {"不低于一百零五分", "GE 105 分"},
         {"每月至少十次", "GE 10 次/月"},
         {"不超过三万元", "LE 3 万元"},
         {"不超过三万五千元", "LE 35000 元"},
         {"不少于三万人", "GE 30000 人"},
         {"不超过一亿两千万元", "LE 120000000 元"}});
  CheckQualitative({"三次", "每年两次", "一至三次", "不少于一百二人", "不少于三五次",
                    "不少于两三次", "不少于百人", "不少于十几次", "一般以上", "达到一流水平",
                    "二甲以上", "一半以上", "三分之二以上", "千分之五", "不少于一万五人",
                    "百分之九五", "不低于十三五水平", "达到五月", "百分之百二十"});
}

TEST(TargetTest, Deadlines) {
  CheckSame("date (LE) --09-30", {"9月", "9月份", "9月底", "09月末", "9月30日", "3季度末"});
  Check({{"2021年9月15日前", "date LE 2021-09-15"},
         {"2021-9-5之前", "date LE 2021-09-05"},
         {"2021/09/05", "date (LE) 2021-09-05"},
         {"2021.9.5以前", "date LE 2021-09-05"},
         {"09月末前", "date LE --09-30"},
         {"2季度末", "date (LE) --06-30"},
         {"2021年4季度末前", "date LE 2021-12-31"},
         {"年底", "date (LE) --12-31"},
         {"年末之前", "date LE --12-31"},
         {"2021年", "date (LE) 2021-12-31"},
         {"2021年底前", "date LE 2021-12-31"},
         {"2021年2月底", "date (LE) 2021-02-28"},
         {"2020年2月", "date (LE) 2020-02-29"},
         {"2月29日", "date (LE) --02-29"},
         {"每年6月底前", "date LE --06-30"},
         {"每年年底", "date (LE) --12-31"}});
  CheckQualitative({"每年2021年", "每月15日前", "15日前", "12月31号", "十二月底前", "年中",
                    "≤2021年", "≥2021年9月", "不超过12月", "3季度", "20210915", "2021.09"});
}

TEST(TargetTest, WordsBehindADate) {
  Check({{"年底完成验收", "date (LE) --12-31"},
         {"2021年6月完成主体工程建设", "date (LE) 2021-06-30"},
         {"10月前全部到位", "date LE --10-31"},
         {"年底前统一发放", "date LE --12-31"},
         {"6月底一次性到位", "date (LE) --06-30"},
         {"2021年内", "date (LE) 2021-12-31"}});
  CheckQualitative({"10月底前完成全部工程建设任务",
                    "年底前完成2个",
                    "年底前完成两个",
                    "10月上旬",
                    "10月中旬前",
                    "10月初",
                    "10月中完成",
                    "2021年上半年",
                    "2021年一季度",
                    "2021年春季",
                    "10月后",
                    "年底以后",
                    "6月起",
                    "2021年至今",
                    "2月30日",
                    "13月",
                    "5季度末",
                    "2021年2月29日",
                    "0月",
                    "2021-13-01",
                    "年底前，全部完成"});
  // A start, a half, and words for a bound are no remarks; 3月个内 has two characters swapped.
  CheckQualitative(
      {"6月开始", "6月底支出过半", "2021年良好以上", "年底及以下", "3月个内", "6月底预算内"});
}

// Words of the calendar stand where a unit would.
TEST(TargetTest, CalendarWordsAreNoUnits) {
  Check({{"≥5季度", "GE 5 季度"}, {"≥6月", "GE 6 月"}});
  CheckQualitative({"2021.6月", "2021月", "不低于2021月", "3季度验收", "2季度开工", "4-18月",
                    "2-110月", "2-5季度", "2021-30000年", "≤6月"});
}

// The last day of February is not known without the year.
TEST(TargetTest, EndOfFebruaryNeedsTheYear) {
  CheckQualitative({"2月底前", "2月", "1月至2月"});
  EXPECT_EQ(Read("2024年2月底前"), "date LE 2024-02-29");
  EXPECT_EQ(Read("2月至3月"), "date RANGE --02-01..--03-31");
}

TEST(TargetTest, PeriodsOfMonths) {
  Check({{"2022年3月至10月", "date RANGE 2022-03-01..2022-10-31"},
         {"2022年3-10月", "date RANGE 2022-03-01..2022-10-31"},
         {"2021年11月-2022年2月", "date RANGE 2021-11-01..2022-02-28"},
         {"3月～10月", "date RANGE --03-01..--10-31"},
         {"每年5月至9月", "date RANGE --05-01..--09-30"}});
  CheckQualitative({"11月至3月", "2022年10月至3月", "3月至13月", "3月至10月15日", "3月至10月前",
                    "3月-2022年10月"});
}

TEST(TargetTest, Units) {
  CheckSame("? 35 元/人·天", {"35元/人.每天", "35元/人*天", "35元/人×天", "35元/人·天",
                              "35元/人•天", "35元/人/天", "35元每人每天"});
  Check({{"80分", "? 80 分"},
         {"≥60比例", "GE 60 比例"},
         {"12km", "? 12 km"},
         {"3‰", "? 3 ‰"},
         {"35元每人", "? 35 元/人"},
         {"2例/10万人", "? 2 例/10万人"},
         {"300元/名", "? 300 元/名"},
         {"1次/半年", "? 1 次/半年"},
         {"≥8", "GE 8"},
         {"8/年", "? 8 /年"}});
  CheckQualitative({"30$", "30€", "20℃", "¥30", "5个先进典型单位", "8/10万人", "30元*人", "4A",
                    "5G基站", "3D打印", "2个半月", "100元起", "3年底", "5%%", "90后"});
}

TEST(TargetTest, Multipliers) {
  Check({{"2.5万人次", "? 25000 人次"},
         {"1.2亿斤", "? 120000000 斤"},
         {"3万", "? 30000"},
         {"0.00001万株", "? 0.1 株"},
         {"6.5万元", "? 6.5 万元"},
         {"5万美元", "? 5 万美元"},
         {"2万元/户", "? 2 万元/户"},
         {"6千人", "? 6 千人"},
         {"3百元", "? 3 百元"}});
  CheckQualitative({"3万%", "3万万元", "3万5千人", "2千万人", "7百万", "不少于3百亿斤"});
}

TEST(TargetTest, PeriodPrefixes) {
  Check({{"每半年1次", "? 1 次/半年"},
         {"半年≥1次", "GE 1 次/半年"},
         {"每周不少于5天", "GE 5 天/周"},
         {"每人每年≥24学时", "GE 24 学时/人·年"},
         {"每月≥2", "GE 2 /月"},
         {"每年2次/年", "? 2 次/年"},
         {"每年≥300元/人", "GE 300 元/人·年"}});
  CheckQualitative({"每人每户每年3次", "每2年1次", "每年人均3次", "每月5日", "每年-5次", "年均3次",
                    "每月3次/年", "每周5‰每季度", "每年半年3次", "半年每月≥60元"});
}

// A text and a note, with a bar between them.
TEST(TargetTest, NotesSayWhy) {
  std::istringstream pairs(
      "300|unit_missing 3/年|unit_incomplete 2万人|multiplier "
      "每年2次|period_prefix 增长3%|change_up 下降3%|change_down "
      "增长3%|assumed_at_least 90%(含)以上|inclusive_written "
      "90%(0.9)|duplicate_notation 10月|assumed_deadline 每年10月|recurring "
      "3月至5月|period 1,2人|bad_number 是/否|placeholder 是否完成|question_as_target "
      "良好|grade 3级|rank 约3次|approximate ≥3次以下|contradictory "
      "不超预算|comparator_without_number 1/2|fraction 三次|han_numeral "
      "10月上旬|vague_date 2月31日|impossible_date 3次,2人|multi_part "
      "预算3万元|number_in_phrase 30$|unknown_unit_symbol");
  for (std::string pair; pairs >> pair;) {
    const size_t bar = pair.find('|');
    EXPECT_TRUE(HasNote(ReadTarget(pair.substr(0, bar)), pair.substr(bar + 1))) << pair;
  }
  const std::string implausible = "implausible for a satisfaction or share indicator";
  EXPECT_TRUE(HasNote(ReadTarget("130%"), implausible));
  EXPECT_FALSE(HasNote(ReadTarget("≤130%"), implausible));
  EXPECT_TRUE(ReadTarget("群众满意").notes.empty());
}

TEST(TargetTest, AnyBytesAreSurvived) {
  EXPECT_TRUE(HasNote(ReadTarget("\xFF\xFE"), "invalid_text"));
  EXPECT_TRUE(HasNote(ReadTarget("90%\xE4\xBB"), "invalid_text"));
  EXPECT_EQ(Read(std::string("9\0%", 3)), "-");
  EXPECT_EQ(Read(std::string(1024, '9')), "? " + std::string(1024, '9'));
  EXPECT_TRUE(HasNote(ReadTarget(std::string(1025, '9')), "text_too_long"));
  EXPECT_TRUE(HasNote(ReadTarget(std::string(1 << 20, '9')), "text_too_long"));
  EXPECT_TRUE(HasNote(ReadTarget(std::string(1 << 20, '\xFF')), "text_too_long"));
  std::mt19937_64 random(20240229);
  for (int round = 0; round < 2000; ++round) {
    std::string bytes(random() % 40, '\0');
    for (char& byte : bytes) byte = static_cast<char>(random() % 256);
    ReadTarget(bytes);
  }
}

}  // namespace
}  // namespace budgetwatch
