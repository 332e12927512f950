// Goal: damage to a published document costs the damaged table only, is reported
// with its place, and never crashes the reader.
// Method: a table of single changes with the finding each must give; lines deleted,
// doubled and swapped and bytes changed at random, with seeds that replay.

#include <gtest/gtest.h>

#include <random>
#include <sstream>
#include <string>
#include <vector>

#include "base/text.h"
#include "disclosure_document.h"
#include "import/disclosure.h"

namespace budgetwatch {
namespace {

TEST(DisclosureDamageTest, BrokenTableCostsNoOther) {
  const TableText good;
  const struct {
    const char* name;
    std::string from;
    std::string to;
    const char* id;
    const char* place;
  } kCases[] = {
      {"no code", "\t990-0001-EX\n", "\t\n", "missing_project_code",
       "table 1 (示例甲), row 项目编码, line 8"},
      {"no code cell", "\t990-0001-EX\n", "", "missing_project_code", "row 项目编码"},
      {"no code label", "\t项目编码\n\t990-0001-EX\n", "", "missing_project_code",
       "table 1 (示例甲)"},
      {"bad budget", "预算数\n\t18.67", "预算数\n\t18.67.1", "bad_amount",
       "table 1 (示例甲), row 预算规模及资金用途, cell 预算数, line 15"},
      {"exponent", "预算数\n\t18.67", "预算数\n\t1e3", "bad_amount", "cell 预算数"},
      {"below a fen", "预算数\n\t18.67", "预算数\n\t18.1234567", "bad_amount", "cell 预算数"},
      {"no budget", "预算数\n\t18.67", "预算数\n\t", "bad_amount", "cell 预算数"},
      {"no budget row", good.budget, "", "bad_amount", "cell 预算数"},
      {"bad source", "财政资金\n\t18.67", "财政资金\n\t约18", "bad_amount", "财政资金"},
      {"no schedule", good.schedule, "", "missing_schedule", "row 资金支出计划"},
      {"bad share", "\t50.00\n", "\t五成\n", "bad_percent",
       "table 1 (示例甲), row 资金支出计划, cell 6月底, line 32"},
      {"share above 100", "\t50.00\n", "\t150\n", "bad_percent", "cell 6月底"},
      {"bad date", "6月底", "13月底", "bad_date", "cell 13月底"},
      {"day that is none", "6月底", "2月30日", "bad_date", "cell 2月30日"},
      {"date of another year", "6月底", "2019年6月底", "bad_date", "cell 2019年6月底"},
      {"date twice", "6月底", "3月底", "bad_date", "cell 3月底"},
      {"share missing", "\t80.00\n", "", "bad_schedule", "row 资金支出计划"},
      {"share too many", "\t80.00\n", "\t80.00\n\t90.00\n", "bad_schedule", "row 资金支出计划"},
      {"indicator cell missing", "\t253个\n", "", "bad_indicator_row",
       "row of indicators, line 49"},
      {"indicator header", "\t指标值\n", "\t数值\n", "bad_indicator_header", "row of indicators"},
      {"not UTF-8", "示例用途", "示例\xff用途", "bad_encoding", "line 22"},
      {"other department", "990001", "990002", "department_mismatch", "table 2 (示例乙)"},
  };
  for (const auto& test_case : kCases) {
    SCOPED_TRACE(test_case.name);
    const std::string first = Replaced(good.Text(), test_case.from, test_case.to);
    ASSERT_NE(first, good.Text());
    const PlanReading reading = ReadDisclosure(kProse + first + SecondTable().Text());
    ASSERT_EQ(reading.plan.projects.size(), 1u) << Describe(reading);
    ASSERT_EQ(reading.findings.size(), 1u) << Describe(reading);
    const Finding& finding = reading.findings[0];
    EXPECT_EQ(finding.id, test_case.id);
    EXPECT_EQ(finding.severity, Severity::kError);
    EXPECT_NE(finding.place.find(test_case.place), std::string::npos) << finding.place;
    EXPECT_FALSE(finding.message_zh.empty());
    EXPECT_FALSE(finding.message_en.empty());
  }
}

TEST(DisclosureDamageTest, RowBrokenByABlankLineIsJoinedAndReported) {
  TableText table;
  table.indicators = Replaced(table.indicators, "\t示例数量\n", "\t示例数量\n\n");
  const PlanReading reading = ReadDisclosure(Document({table, SecondTable()}));
  EXPECT_EQ(Ids(reading), StringList{"row_joined"});
  ASSERT_EQ(reading.plan.projects.size(), 2u);
  EXPECT_EQ(reading.plan.projects[0].indicators, reading.plan.projects[1].indicators);
}

TEST(DisclosureDamageTest, BlankLineInsideACellLosesNoIndicator) {
  for (const char* cell : {"\t示例描述\n", "\t示例依据\n"}) {
    TableText table;
    table.indicators = Replaced(table.indicators, cell, std::string(cell) + "\n之续\n");
    const PlanReading reading = ReadDisclosure(Document({table}));
    EXPECT_FALSE(HasErrors(reading)) << Describe(reading);
    ASSERT_EQ(reading.plan.projects.size(), 1u);
    EXPECT_EQ(reading.plan.projects[0].indicators.size(), 4u);
  }
}

TEST(DisclosureDamageTest, TableWithoutItsHeadDoesNotRunIntoTheOneAbove) {
  TableText second = SecondTable();
  second.heading.clear();
  second.head.clear();
  second.code.clear();
  const PlanReading reading = ReadDisclosure(Document({TableText(), second}));
  ASSERT_EQ(reading.plan.projects.size(), 1u) << Describe(reading);
  EXPECT_EQ(reading.plan.projects[0].indicators.size(), 4u);
  EXPECT_TRUE(HasErrors(reading));
}

TEST(DisclosureDamageTest, TellsWhatTheDocumentLacks) {
  TableText table;
  table.head.clear();
  const struct {
    std::string text;
    StringList ids;
  } kCases[] = {
      {"", {"no_plan_table"}},
      {"示例正文\n", {"no_plan_table"}},
      {"\t\n\t\n\n", {"no_plan_table"}},
      {TableText().Text(), {"missing_fiscal_year"}},
      {kProse + table.Text(), {"missing_department_code", "missing_unit"}},
  };
  for (const auto& test_case : kCases) {
    const PlanReading reading = ReadDisclosure(test_case.text);
    EXPECT_EQ(Ids(reading), test_case.ids) << test_case.text;
    EXPECT_TRUE(HasErrors(reading));
  }
}

TEST(DisclosureDamageTest, FindingsAreBounded) {
  std::string text = kProse;
  for (int i = 0; i < 3000; ++i) text += "\xff\n";
  text += TableText().Text();
  const PlanReading reading = ReadDisclosure(text);
  ASSERT_EQ(reading.findings.size(), 1001u);
  EXPECT_EQ(reading.findings.back().id, "more_findings");
  EXPECT_EQ(reading.plan.projects.size(), 1u);
}

TEST(DisclosureDamageTest, HugeLinesAreHarmless) {
  const std::string huge(8 << 20, 'x');
  EXPECT_FALSE(ReadDisclosure(huge).findings.empty());
  EXPECT_FALSE(ReadDisclosure("\t" + huge).findings.empty());
  TableText table;
  table.code = Replaced(table.code, "\t990-0001-EX", "\t" + huge);
  const PlanReading reading = ReadDisclosure(Document({table, SecondTable()}));
  EXPECT_EQ(reading.plan.projects.size(), 1u);
}

// Lines with their ends.
std::vector<std::string> Lines(const std::string& text) {
  std::vector<std::string> lines;
  std::istringstream stream(text);
  for (std::string line; std::getline(stream, line);) lines.push_back(line + "\n");
  return lines;
}

// Lines deleted, doubled or swapped, and bytes changed: whatever comes out, no
// finding and no text is malformed, and untouched tables do not change unnoticed.
TEST(DisclosureDamageTest, SurvivesMutations) {
  const std::vector<std::string> lines = Lines(Document({TableText(), SecondTable(), TableText()}));
  for (unsigned seed = 1; seed <= 1500; ++seed) {
    SCOPED_TRACE(seed);
    std::mt19937 random(seed);
    std::vector<std::string> mutated = lines;
    for (unsigned i = 0; i <= random() % 4; ++i) {
      const size_t at = random() % mutated.size();
      switch (random() % 4) {
        case 0: mutated.erase(mutated.begin() + static_cast<std::ptrdiff_t>(at)); break;
        case 1: {
          const std::string line = mutated[at];
          mutated.insert(mutated.begin() + static_cast<std::ptrdiff_t>(at), line);
          break;
        }
        case 2: std::swap(mutated[at], mutated[random() % mutated.size()]); break;
        default: {
          std::string& line = mutated[at];
          line[random() % line.size()] = static_cast<char>(random() % 256);
        }
      }
    }
    std::string text;
    for (const std::string& line : mutated) text += line;
    const PlanReading reading = ReadDisclosure(text);
    EXPECT_LE(reading.plan.projects.size(), 4u);
    for (const Finding& finding : reading.findings) {
      EXPECT_TRUE(IsValidUtf8(finding.place + finding.message_zh + finding.message_en));
      EXPECT_FALSE(finding.message_zh.empty() || finding.message_en.empty());
    }
  }
}

TEST(DisclosureDamageTest, SurvivesRandomBytes) {
  const char* kPieces[] = {"\t",       "\n",    "项目编码",   "资金支出计划", "一级指标",
                           "单位：元", "6月底", "100",        "预算数",       "绩效目标",
                           "\xff",     "\xe9",  "绩效目标表", "指标值",       "三级指标",
                           "\n\n",     "\r",    "\0x"};
  for (unsigned seed = 1; seed <= 1500; ++seed) {
    std::mt19937 random(seed);
    std::string text;
    for (unsigned i = 0; i < random() % 200; ++i) text += kPieces[random() % std::size(kPieces)];
    (void)ReadDisclosure(text);
  }
}

}  // namespace
}  // namespace budgetwatch
