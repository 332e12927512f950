// Goal: a published document is read exactly, whatever variants of layout it has.
// Method: documents built from small invented tables with one thing changed at a
// time; and, where the shared examples are at hand, a real document compared field
// by field with its right reading. Damage is in disclosure_damage_test.cc.

#include "import/disclosure.h"

#include <gtest/gtest.h>

#include <filesystem>
#include <fstream>
#include <sstream>
#include <string>
#include <vector>

#ifdef BW_SHARED_DIR
#include <google/protobuf/struct.pb.h>
#include <google/protobuf/util/json_util.h>
#endif

#include "disclosure_document.h"

namespace budgetwatch {
namespace {

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

TEST(DisclosureTest, WholeTableIsFoundWhereverItStands) {
  std::vector<TableText> tables = {SecondTable(), TableText()};
  EXPECT_EQ(ReadDisclosure(Document(tables)).plan.projects.size(), 2u);
  // Without its first lines the document still names its year elsewhere.
  const std::string text = TableText().Text() + "六、示例\n2020年示例局没有采购预算。\n";
  const PlanReading reading = ReadDisclosure(text);
  EXPECT_EQ(Describe(reading), "");
  EXPECT_EQ(reading.plan.fiscal_year, 2020);
  EXPECT_EQ(reading.plan.projects.size(), 1u);
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
      "七、资产\n\t部门：示例局\n\t时间：2019年末\n\n\t项目\n\t数量\n\n\t合计\n\t3\n"
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

TEST(DisclosureTest, FiscalYearIsTheOneOfTheBudget) {
  const struct {
    const char* prose;
    int year;
  } kCases[] = {
      {"示例局2021年部门预算公开", 2021},
      {"2020年度预算收入60万元，比2019年少3万元。", 2020},
      {"２０２０年部门预算公开", 2020},
      {"根据2019年预算执行，今公布2020年度部门预算", 2020},
      {"较2019年预算增加，2020年预算支出60万元", 2020},
      {"2020 年 部门预算", 2020},
      {"2020年示例局的采购预算", 2020},
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
