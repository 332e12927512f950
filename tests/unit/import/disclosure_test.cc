// Goal: a published document is read exactly, whatever variants of layout it has,
// and damage costs the damaged table only.
// Method: documents built from small invented tables with one thing changed at a
// time; random mutations that must never crash; and, where the shared examples are
// at hand, a real document compared field by field with its right reading.

#include "import/disclosure.h"

#include <gtest/gtest.h>

#include <filesystem>
#include <fstream>
#include <random>
#include <sstream>
#include <string>
#include <vector>

#ifdef BW_SHARED_DIR
#include <google/protobuf/struct.pb.h>
#include <google/protobuf/util/json_util.h>
#endif

#include "base/text.h"

namespace budgetwatch {
namespace {

// The text of one project's table, with parts that tests replace.
struct TableText {
  std::string heading = "1、示例甲绩效目标表";
  std::string head = "\t990001示例局\n\t单位：万元\n\n";
  std::string code = "\t项目编码\n\t990-0001-EX\n\t项目名称\n\t示例甲\n\n";
  std::string budget =
      "\t预算规模及资金用途\n\t预算数\n\t18.67\n\t其中：财政资金\n\t18.67\n\t其他资金\n\t\n\n"
      "\t\n\t示例用途说明。\n\n";
  std::string schedule =
      "\t资金支出计划（%）\n\t3月底\n\t6月底\n\t10月底\n\t12月底\n\n"
      "\t\n\t\n\t50.00\n\t80.00\n\t100.00\n\n";
  std::string goal = "\t绩效目标\n\t1、示例目标一\n2、示例目标二\n\n\n \n";
  std::string indicators =
      "\t一级指标\n\t二级指标\n\t三级指标\n\t绩效指标描述\n\t指标值\n\t指标值确定依据\n\n"
      "\t产出指标\n\t数量指标\n\t示例数量\n\t示例描述\n\t253个\n\t示例依据\n\n"
      "\t\n\t质量指标\n\t示例质量\n\t示例描述\n\t是\n\t示例依据\n\n"
      "\t\n\t\n\t示例质量二\n\t示例描述\n\t≥95\n\t示例依据\n\n"
      "\t满意度指标\n\t服务对象满意度指标\n\t示例满意度\n\t示例描述\n\t≥90%\n\t示例依据\n\n\n";

  std::string Text() const {
    return heading + "\n" + head + code + budget + schedule + goal + indicators;
  }
};

TableText SecondTable() {
  TableText table;
  table.heading = "2、示例乙绩效目标表";
  table.code = "\t项目编码\n\t990-0002-EX\n\t项目名称\n\t示例乙\n\n";
  return table;
}

const char kProse[] =
    "示例局部门预算说明\n现将我局2020年部门预算公开如下：\n"
    "2020年预算支出60万元，其中:人员经费20万元，较2019年增加1万元；项目支出37.34万元，"
    "较2019年增加3万元。\n";

std::string Document(const std::vector<TableText>& tables) {
  std::string text = kProse;
  for (const TableText& table : tables) text += table.Text();
  return text;
}

std::vector<std::string> Ids(const PlanReading& reading) {
  std::vector<std::string> ids;
  for (const Finding& finding : reading.findings) ids.push_back(finding.id);
  return ids;
}

std::string Describe(const PlanReading& reading) {
  std::string text;
  for (const Finding& finding : reading.findings) {
    text += finding.id + " [" + finding.place + "] " + finding.message_en + "\n";
  }
  return text;
}

bool HasErrors(const PlanReading& reading) {
  for (const Finding& finding : reading.findings) {
    if (finding.severity == Severity::kError) return true;
  }
  return false;
}

using StringList = std::vector<std::string>;

TEST(DisclosureTest, ReadsEveryFieldOfATable) {
  const PlanReading reading = ReadDisclosure(Document({TableText(), SecondTable()}));
  EXPECT_EQ(Describe(reading), "");
  const Plan& plan = reading.plan;
  EXPECT_EQ(plan.department_code, "990001");
  EXPECT_EQ(plan.department_name, "示例局");
  EXPECT_EQ(plan.fiscal_year, 2020);
  ASSERT_EQ(plan.projects.size(), 2u);
  const Project& project = plan.projects[0];
  EXPECT_EQ(project.project_code, "990-0001-EX");
  EXPECT_EQ(project.project_name, "示例甲");
  EXPECT_EQ(project.kind, ProjectKind::kProject);
  EXPECT_EQ(project.budget_fen, 18'670'000);
  EXPECT_EQ(project.fundings, (std::vector<Funding>{{FundingSource::kGeneral, 18'670'000}}));
  const auto day = [](int month, int number) { return *Date::FromCivil(2020, month, number); };
  EXPECT_EQ(project.checkpoints, (std::vector<Checkpoint>{{day(3, 31), std::nullopt},
                                                          {day(6, 30), 500'000},
                                                          {day(10, 31), 800'000},
                                                          {day(12, 31), 1'000'000}}));
  ASSERT_EQ(project.indicators.size(), 4u);
  EXPECT_EQ(project.indicators[0].target_text, "253个");
  EXPECT_EQ(project.indicators[0].description, "示例描述");
  EXPECT_EQ(project.indicators[0].basis, "示例依据");
  // Blank levels repeat those above.
  EXPECT_EQ(project.indicators[1].level1, "产出指标");
  EXPECT_EQ(project.indicators[1].level2, "质量指标");
  EXPECT_EQ(project.indicators[2].level1, "产出指标");
  EXPECT_EQ(project.indicators[2].level2, "质量指标");
  EXPECT_EQ(project.indicators[3].level3, "示例满意度");
  ASSERT_EQ(plan.stated_totals.size(), 1u);
  EXPECT_EQ(plan.stated_totals[0].kind, ProjectKind::kProject);
  EXPECT_EQ(plan.stated_totals[0].amount_fen, 37'340'000);
}

// Replaces every `from` in `text`.
std::string Replaced(std::string text, const std::string& from, const std::string& to) {
  for (size_t at = text.find(from); at != std::string::npos; at = text.find(from, at + to.size())) {
    text.replace(at, from.size(), to);
  }
  return text;
}

TEST(DisclosureTest, LayoutDoesNotMatter) {
  const std::string plain = Document({TableText(), SecondTable()});
  const Plan expected = ReadDisclosure(plain).plan;
  const std::string page_break = "\n- 12 -\n\n\t\n\t质量指标";
  const struct {
    const char* name;
    std::string text;
  } kCases[] = {
      {"CRLF", Replaced(plain, "\n", "\r\n")},
      {"byte order mark", "\xef\xbb\xbf" + plain},
      {"no newline at the end", plain.substr(0, plain.find_last_not_of('\n') + 1)},
      {"more blank lines", Replaced(plain, "\n\n", "\n\n \n\n")},
      {"bookmarks", Replaced(plain, "1、示例甲", "[bookmark: _Toc1]1、示例甲")},
      {"no blank line before a heading", Replaced(plain, "\n\n\n2、示例乙", "\n2、示例乙")},
      {"no headings",
       Replaced(Replaced(plain, "1、示例甲绩效目标表\n", ""), "2、示例乙绩效目标表\n", "")},
      {"full-width digits", Replaced(plain, "18.67", "１８．６７")},
      {"full-width code", Replaced(plain, "990-0001-EX", "９９０－０００１－ＥＸ")},
      {"percent signs", Replaced(plain, "\t80.00", "\t80％")},
      {"ideographic spaces", Replaced(plain, "\t示例甲", "\t　示例甲　")},
      {"plain colon", Replaced(plain, "单位：万元", "单位:万元")},
      {"other label", Replaced(plain, "项目名称", "专项资金名称")},
      {"space inside a label", Replaced(plain, "项目编码", "项目 编码")},
      {"days", Replaced(Replaced(plain, "6月底", "6月30日"), "12月底", "2020年12月末")},
      {"months", Replaced(plain, "\t10月底", "\t10月")},
      {"blank goal lines", Replaced(plain, "2、示例目标二", "\n2、示例目标二\n\n3、示例目标三")},
      {"page break", Replaced(plain, "\n\t\n\t质量指标", page_break)},
      {"unknown row", Replaced(plain, "\t绩效目标\n", "\t备注\n\t示例备注\n\n\t绩效目标\n")},
      {"full-width percent in the label", Replaced(plain, "（%）", "（％）")},
      {"filler dash", Replaced(plain, "其他资金\n\t\n", "其他资金\n\t-\n")},
      {"zero", Replaced(plain, "其他资金\n\t\n", "其他资金\n\t0.00\n")},
  };
  for (const auto& test_case : kCases) {
    SCOPED_TRACE(test_case.name);
    ASSERT_NE(test_case.text, plain);
    const PlanReading reading = ReadDisclosure(test_case.text);
    EXPECT_EQ(Describe(reading), "");
    EXPECT_EQ(reading.plan, expected);
  }
}

TEST(DisclosureTest, ColumnsMayStandInAnyOrderAmongOthers) {
  TableText table;
  table.indicators =
      "\t一级指标\n\t指标值\n\t序号\n\t三级指标\n\t二级指标\n\t权重\n\n"
      "\t产出指标\n\t≥90%\n\t1\n\t示例\n\t数量指标\n\t12.5\n\n";
  const PlanReading reading = ReadDisclosure(Document({table}));
  ASSERT_EQ(reading.plan.projects.size(), 1u) << Describe(reading);
  const Indicator& indicator = reading.plan.projects[0].indicators.at(0);
  EXPECT_EQ(indicator.target_text, "≥90%");
  EXPECT_EQ(indicator.level2, "数量指标");
  EXPECT_EQ(indicator.level3, "示例");
  EXPECT_EQ(indicator.weight, "12.5");
}

TEST(DisclosureTest, MoneyIsReadInTheTablesUnit) {
  const struct {
    const char* unit;
    const char* amount;
    int64_t budget_fen;
  } kCases[] = {
      {"万元", "1,004.60", 1'004'600'000},
      {"万元", "1，004.60", 1'004'600'000},
      {"元", "186700", 18'670'000},
      {"元", "186,700.05", 18'670'005},
      {"人民币元", "0.01", 1},
      {"万元", "0.000001", 1},
      {"元", "18.67万元", 18'670'000},
      {"万元", "0", 0},
  };
  for (const auto& test_case : kCases) {
    SCOPED_TRACE(test_case.amount);
    TableText table;
    table.head = "\t990001示例局\n\t单位：" + std::string(test_case.unit) + "\n\n";
    table.budget = Replaced(table.budget, "18.67", test_case.amount);
    const PlanReading reading = ReadDisclosure(Document({table}));
    ASSERT_EQ(reading.plan.projects.size(), 1u) << Describe(reading);
    EXPECT_EQ(reading.plan.projects[0].budget_fen, test_case.budget_fen);
    EXPECT_EQ(reading.plan.projects[0].fundings.at(0).amount_fen, test_case.budget_fen);
  }
}

TEST(DisclosureTest, SourcesAreKeptApart) {
  TableText table;
  table.budget =
      "\t预算规模及资金用途\n\t预算数\n\t30\n\t其中：财政资金\n\t\n\t政府性基金\n\t20\n\t其他资金\n"
      "\t10\n\n";
  const PlanReading reading = ReadDisclosure(Document({table}));
  ASSERT_EQ(reading.plan.projects.size(), 1u) << Describe(reading);
  EXPECT_EQ(reading.plan.projects[0].fundings,
            (std::vector<Funding>{{FundingSource::kGovernmentFund, 20'000'000},
                                  {FundingSource::kOther, 10'000'000}}));
}

TEST(DisclosureTest, ZeroSourcesAreKeptForTheCheckAndBlankOnesSayNothing) {
  TableText zero;
  zero.budget = "\t预算规模及资金用途\n\t预算数\n\t30\n\t其中：财政资金\n\t0\n\t其他资金\n\t0\n\n";
  TableText blank = SecondTable();
  blank.budget = "\t预算规模及资金用途\n\t预算数\n\t30\n\t其中：财政资金\n\t\n\t其他资金\n\t\n\n";
  const PlanReading reading = ReadDisclosure(Document({zero, blank}));
  EXPECT_EQ(Ids(reading), StringList{"missing_sources"});
  ASSERT_EQ(reading.plan.projects.size(), 2u);
  EXPECT_EQ(reading.plan.projects[0].fundings,
            (std::vector<Funding>{{FundingSource::kGeneral, 0}}));
  EXPECT_TRUE(reading.plan.projects[1].fundings.empty());
}

TEST(DisclosureTest, AnyNumberOfCheckpoints) {
  TableText table;
  table.schedule = "\t资金支出计划（%）\n\t9月30日\n\t2月底\n\n\t\n\t100\n\t33.3333%\n\n";
  const PlanReading reading = ReadDisclosure(Document({table}));
  ASSERT_EQ(reading.plan.projects.size(), 1u) << Describe(reading);
  EXPECT_EQ(reading.plan.projects[0].checkpoints,
            (std::vector<Checkpoint>{{*Date::FromCivil(2020, 2, 29), 333'333},
                                     {*Date::FromCivil(2020, 9, 30), 1'000'000}}));
}

TEST(DisclosureTest, MissingHeadIsTakenFromTheOthers) {
  TableText first;
  first.head = "\t\n\t\n\n";
  const PlanReading reading = ReadDisclosure(Document({first, SecondTable()}));
  EXPECT_EQ(Ids(reading), StringList{"unit_assumed"});
  EXPECT_EQ(reading.findings[0].severity, Severity::kInfo);
  EXPECT_EQ(reading.findings[0].project_code, "990-0001-EX");
  EXPECT_EQ(reading.plan.projects.size(), 2u);
  EXPECT_EQ(reading.plan.department_code, "990001");
}

TEST(DisclosureTest, BrokenTableCostsNoOther) {
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

TEST(DisclosureTest, WholeTableIsFoundWhereverItStands) {
  std::vector<TableText> tables = {SecondTable(), TableText()};
  EXPECT_EQ(ReadDisclosure(Document(tables)).plan.projects.size(), 2u);
  // Without its first lines the document still names its year elsewhere.
  const std::string text = TableText().Text() + "六、示例\n2020年我部门没有列入采购预算的项目。\n";
  const PlanReading reading = ReadDisclosure(text);
  EXPECT_EQ(Describe(reading), "");
  EXPECT_EQ(reading.plan.fiscal_year, 2020);
  EXPECT_EQ(reading.plan.projects.size(), 1u);
}

TEST(DisclosureTest, RowBrokenByABlankLineIsJoinedAndReported) {
  TableText table;
  table.indicators = Replaced(table.indicators, "\t示例数量\n", "\t示例数量\n\n");
  const PlanReading reading = ReadDisclosure(Document({table, SecondTable()}));
  EXPECT_EQ(Ids(reading), StringList{"row_joined"});
  ASSERT_EQ(reading.plan.projects.size(), 2u);
  EXPECT_EQ(reading.plan.projects[0].indicators, reading.plan.projects[1].indicators);
}

TEST(DisclosureTest, CellsMayRunOverLines) {
  TableText table;
  table.code = Replaced(table.code, "\t示例甲\n", "\t示例甲\n之续\n");
  table.indicators = Replaced(table.indicators, "\t253个\n", "\t253\n个\n");
  const PlanReading reading = ReadDisclosure(Document({table}));
  ASSERT_EQ(reading.plan.projects.size(), 1u) << Describe(reading);
  EXPECT_EQ(reading.plan.projects[0].project_name, "示例甲之续");
  EXPECT_EQ(reading.plan.projects[0].indicators[0].target_text, "253个");
}

TEST(DisclosureTest, BlankLineInsideACellLosesNoIndicator) {
  for (const char* cell : {"\t示例描述\n", "\t示例依据\n"}) {
    TableText table;
    table.indicators = Replaced(table.indicators, cell, std::string(cell) + "\n之续\n");
    const PlanReading reading = ReadDisclosure(Document({table}));
    EXPECT_FALSE(HasErrors(reading)) << Describe(reading);
    ASSERT_EQ(reading.plan.projects.size(), 1u);
    EXPECT_EQ(reading.plan.projects[0].indicators.size(), 4u);
  }
}

TEST(DisclosureTest, TableWithoutUnitAndHeadingBeginsAtItsDepartment) {
  TableText second = SecondTable();
  second.heading.clear();
  second.head = "\t990001示例局\n\t\n\n";
  const PlanReading reading = ReadDisclosure(Document({TableText(), second}));
  EXPECT_EQ(Ids(reading), StringList{"unit_assumed"});
  EXPECT_EQ(reading.plan.projects.size(), 2u);
}

TEST(DisclosureTest, OtherTablesAreNotProjects) {
  const std::string text =
      Document({TableText(), SecondTable()}) +
      "六、采购\n部门采购预算\n\t990示例局\n\t单位：万元\n\n\t采购项目来源\n\t采购物品名称\n\n"
      "\t项目名称\n\t预算资金\n\t\n\t总计\n\n\t示例甲\n\t400\n\t工程\n\t400\n\n"
      "\t项目编码\n\t项目名称\n\t预算数\n\n\t990-0009\n\t示例丙\n\t12\n\n"
      "七、资产\n\t编制部门：示例局\n\t截止时间：2019年12月31日\n\n\t项目\n\t数量\n\n\t合计\n\t3\n"
      "\n";
  const PlanReading reading = ReadDisclosure(text);
  EXPECT_EQ(Describe(reading), "");
  EXPECT_EQ(reading.plan, ReadDisclosure(Document({TableText(), SecondTable()})).plan);
}

TEST(DisclosureTest, RepeatedHeaderOfANewPageIsNoIndicator) {
  TableText table;
  const std::string header = table.indicators.substr(0, table.indicators.find("\n\n") + 2);
  table.indicators += header + "\t效果指标\n\t社会效益指标\n\t示例\n\t示例\n\t是\n\t示例\n\n";
  const PlanReading reading = ReadDisclosure(Document({table}));
  EXPECT_EQ(Describe(reading), "");
  ASSERT_EQ(reading.plan.projects.size(), 1u);
  EXPECT_EQ(reading.plan.projects[0].indicators.size(), 5u);
}

TEST(DisclosureTest, TableWithoutItsHeadDoesNotRunIntoTheOneAbove) {
  TableText second = SecondTable();
  second.heading.clear();
  second.head.clear();
  second.code.clear();
  const PlanReading reading = ReadDisclosure(Document({TableText(), second}));
  ASSERT_EQ(reading.plan.projects.size(), 1u) << Describe(reading);
  EXPECT_EQ(reading.plan.projects[0].indicators.size(), 4u);
  EXPECT_TRUE(HasErrors(reading));
}

TEST(DisclosureTest, TellsWhatTheDocumentLacks) {
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

TEST(DisclosureTest, FiscalYearIsTheOneOfTheBudget) {
  const struct {
    const char* prose;
    int year;
  } kCases[] = {
      {"现将2021年部门预算公开如下：", 2021},
      {"2020年度预算收入60万元，较2019年减少3万元。", 2020},
      {"２０２０年部门预算公开", 2020},
      {"根据2019年预算执行，现将2020年度部门预算公开如下", 2020},
      {"较2019年预算增加，2020年预算支出60万元", 2020},
      {"2020 年 部门预算", 2020},
      {"2020年我部门有3个项目列入采购预算", 2020},
      {"2020年10月建成。", 0},
      {"3000年部门预算公开", 0},
      {"12020年部门预算公开", 0},
  };
  for (const auto& test_case : kCases) {
    const std::string text = std::string(test_case.prose) + "\n" + TableText().Text();
    EXPECT_EQ(ReadDisclosure(text).plan.fiscal_year, test_case.year) << test_case.prose;
  }
}

TEST(DisclosureTest, StatedTotalIsTheOneOfAllProjectsInTheYear) {
  const struct {
    const char* prose;
    std::vector<int64_t> totals_fen;
  } kCases[] = {
      {"2020年预算支出60万元，其中：项目支出1，004.60万元。", {1'004'600'000}},
      {"项目支出预算 1,004.60 万元", {1'004'600'000}},
      {"项目支出：186700元", {18'670'000}},
      {"2019年项目支出40万元。", {}},
      {"上年项目支出40万元。", {}},
      {"一般公共预算项目支出40万元。", {}},
      {"基本支出和项目支出40万元。", {}},
      {"2．项目支出：指为完成任务的支出。", {}},
      {"项目支出较2019年增加40万元。", {}},
      {"项目支出40亿元。", {}},
  };
  for (const auto& test_case : kCases) {
    const std::string text =
        "2020年部门预算公开\n" + std::string(test_case.prose) + "\n" + TableText().Text();
    std::vector<int64_t> totals_fen;
    for (const StatedTotal& total : ReadDisclosure(text).plan.stated_totals) {
      totals_fen.push_back(total.amount_fen);
    }
    EXPECT_EQ(totals_fen, test_case.totals_fen) << test_case.prose;
  }
}

TEST(DisclosureTest, ThousandTables) {
  std::string text = kProse;
  for (int i = 0; i < 1000; ++i) {
    text += Replaced(TableText().Text(), "990-0001-EX", "990-" + std::to_string(10'000 + i));
  }
  const PlanReading reading = ReadDisclosure(text);
  EXPECT_EQ(Describe(reading), "");
  ASSERT_EQ(reading.plan.projects.size(), 1000u);
  EXPECT_EQ(reading.plan.projects[999].project_code, "990-10999");
}

TEST(DisclosureTest, FindingsAreBounded) {
  std::string text = kProse;
  for (int i = 0; i < 3000; ++i) text += "\xff\n";
  text += TableText().Text();
  const PlanReading reading = ReadDisclosure(text);
  ASSERT_EQ(reading.findings.size(), 1001u);
  EXPECT_EQ(reading.findings.back().id, "more_findings");
  EXPECT_EQ(reading.plan.projects.size(), 1u);
}

TEST(DisclosureTest, HugeLinesAreHarmless) {
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
TEST(DisclosureTest, SurvivesMutations) {
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

TEST(DisclosureTest, SurvivesRandomBytes) {
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

#ifdef BW_SHARED_DIR

using google::protobuf::Struct;
using google::protobuf::Value;

std::string ReadAll(const std::filesystem::path& path) {
  std::ifstream stream(path, std::ios::binary);
  std::ostringstream text;
  text << stream.rdbuf();
  return text.str();
}

const Value& Field(const Value& object, const std::string& name) {
  return object.struct_value().fields().at(name);
}

std::string TextField(const Value& object, const std::string& name) {
  return Field(object, name).string_value();
}

int64_t NumberField(const Value& object, const std::string& name) {
  return static_cast<int64_t>(Field(object, name).number_value());
}

void ExpectProject(const Project& project, const Value& expected) {
  SCOPED_TRACE(TextField(expected, "code"));
  EXPECT_EQ(project.project_code, TextField(expected, "code"));
  EXPECT_EQ(project.project_name, TextField(expected, "name"));
  EXPECT_EQ(project.budget_fen, NumberField(expected, "budget_fen"));
  std::vector<Funding> fundings;
  if (const int64_t fiscal_fen = NumberField(expected, "fiscal_fen"); fiscal_fen != 0) {
    fundings.push_back({FundingSource::kGeneral, fiscal_fen});
  }
  if (const int64_t other_fen = NumberField(expected, "other_fen"); other_fen != 0) {
    fundings.push_back({FundingSource::kOther, other_fen});
  }
  EXPECT_EQ(project.fundings, fundings);
  std::vector<Checkpoint> checkpoints;
  for (const Value& pair : Field(expected, "checkpoints").list_value().values()) {
    const Value& share = pair.list_value().values(1);
    Checkpoint checkpoint;
    checkpoint.date = *Date::Parse("2020-" + pair.list_value().values(0).string_value());
    if (share.has_string_value()) checkpoint.cumulative_ppm = ParsePercent(share.string_value());
    checkpoints.push_back(checkpoint);
  }
  EXPECT_EQ(project.checkpoints, checkpoints);
  const auto& indicators = Field(expected, "indicators").list_value().values();
  ASSERT_EQ(project.indicators.size(), static_cast<size_t>(indicators.size()));
  for (int i = 0; i < indicators.size(); ++i) {
    const Indicator& indicator = project.indicators[static_cast<size_t>(i)];
    EXPECT_EQ(indicator.level1, TextField(indicators[i], "level1"));
    EXPECT_EQ(indicator.level2, TextField(indicators[i], "level2"));
    EXPECT_EQ(indicator.level3, TextField(indicators[i], "level3"));
    EXPECT_EQ(indicator.target_text, TextField(indicators[i], "target_raw"));
    EXPECT_EQ(indicator.basis, TextField(indicators[i], "basis"));
  }
}

TEST(DisclosureTest, ReadsTheRealDocument) {
  const std::filesystem::path folder =
      std::filesystem::path(BW_SHARED_DIR) / "data" / "tangshan-2020";
  // The example is no part of the project; without it there is nothing to compare.
  if (!std::filesystem::exists(folder)) return;
  Struct json;
  ASSERT_TRUE(
      google::protobuf::util::JsonStringToMessage(ReadAll(folder / "expected.json"), &json).ok());
  Value expected;
  *expected.mutable_struct_value() = json;
  const PlanReading reading = ReadDisclosure(ReadAll(folder / "disclosure.txt"));
  EXPECT_EQ(Describe(reading), "");
  EXPECT_EQ(reading.plan.department_code, TextField(expected, "department_code"));
  EXPECT_EQ(reading.plan.department_name, TextField(expected, "department_name"));
  EXPECT_EQ(reading.plan.fiscal_year, NumberField(expected, "fiscal_year"));
  const auto& projects = Field(expected, "projects").list_value().values();
  ASSERT_EQ(reading.plan.projects.size(), static_cast<size_t>(projects.size()));
  int64_t indicator_count = 0;
  for (int i = 0; i < projects.size(); ++i) {
    ExpectProject(reading.plan.projects[static_cast<size_t>(i)], projects[i]);
    indicator_count +=
        static_cast<int64_t>(reading.plan.projects[static_cast<size_t>(i)].indicators.size());
  }
  const Value& totals = Field(expected, "totals");
  EXPECT_EQ(indicator_count, NumberField(totals, "indicators"));
  EXPECT_EQ(TotalBudgetFen(reading.plan), NumberField(totals, "budget_fen"));
  ASSERT_EQ(reading.plan.stated_totals.size(), 1u);
  EXPECT_EQ(reading.plan.stated_totals[0].amount_fen, NumberField(totals, "budget_fen"));
}

#endif  // BW_SHARED_DIR

}  // namespace
}  // namespace budgetwatch
