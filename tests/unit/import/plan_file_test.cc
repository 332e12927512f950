// Goal: the two formats of a plan are told apart by content, and a file that is
// neither is refused with the reason and the cure.
// Method: bytes of each kind, and real files in a temporary directory.

#include "import/plan_file.h"

#include <gtest/gtest.h>

#include <filesystem>
#include <fstream>
#include <string>

#include "import/plan_yaml.h"

namespace budgetwatch {
namespace {

const char kYaml[] =
    "budgetwatch_plan: 1\ndepartment_code: \"990001\"\nfiscal_year: 2020\n"
    "projects:\n  - {code: a, budget: 1, indicators: [{target: x}, {id: z}, {target: y}]}\n";

const char kDocument[] =
    "2020年部门预算公开\n1、示例绩效目标表\n\t990001示例局\n\t单位：万元\n\n"
    "\t项目编码\n\t990-0001\n\t项目名称\n\t示例\n\n"
    "\t预算规模及资金用途\n\t预算数\n\t1.00\n\t其中：财政资金\n\t1.00\n\t其他资金\n\t\n\n"
    "\t资金支出计划（%）\n\t12月底\n\n\t\n\t100\n\n"
    "\t一级指标\n\t二级指标\n\t三级指标\n\t指标值\n\n\t产出指标\n\t数量指标\n\t示例\n\t3个\n";

std::string ErrorOf(const std::string& bytes) {
  const Result<PlanReading> reading = ReadPlanBytes(bytes, "file");
  return reading.ok() ? "" : reading.error().reason + " " + reading.error().message;
}

TEST(PlanFileTest, TellsTheFormatsApart) {
  const std::string yaml = kYaml;
  const std::string cases[] = {
      yaml,
      "\xef\xbb\xbf" + yaml,
      "# 绩效目标 资金支出计划\n---\n" + yaml,
      "{\"budgetwatch_plan\": 1, \"department_code\": \"990001\", \"fiscal_year\": 2020,\n"
      " \"projects\": [{\"code\": \"a\", \"budget\": 1}]}\n",
      kDocument,
      "\xef\xbb\xbf" + std::string(kDocument),
  };
  for (const std::string& text : cases) {
    const Result<PlanReading> reading = ReadPlanBytes(text, "file");
    ASSERT_TRUE(reading.ok()) << reading.error().message;
    EXPECT_TRUE(reading.value().findings.empty()) << text << reading.value().findings[0].message_en;
    EXPECT_EQ(reading.value().plan.department_code, "990001");
    EXPECT_EQ(reading.value().plan.projects.size(), 1u);
  }
}

TEST(PlanFileTest, IndicatorsAreNumberedAndRead) {
  const Result<PlanReading> reading = ReadPlanBytes(kYaml, "file");
  const auto& indicators = reading.value().plan.projects.at(0).indicators;
  EXPECT_EQ(indicators.at(0).indicator_id, "1");
  EXPECT_EQ(indicators.at(1).indicator_id, "z");
  EXPECT_EQ(indicators.at(2).indicator_id, "3");
}

TEST(PlanFileTest, DocumentSurvivesConversion) {
  const Plan plan = ReadPlanBytes(kDocument, "file").value().plan;
  const Result<PlanReading> again = ReadPlanBytes(WritePlanYaml(plan), "file");
  ASSERT_TRUE(again.ok());
  EXPECT_TRUE(again.value().findings.empty());
  EXPECT_EQ(again.value().plan, plan);
}

TEST(PlanFileTest, RefusesWhatIsNoPlan) {
  const struct {
    std::string bytes;
    const char* expected;
  } kCases[] = {
      {"", "FILE_EMPTY"},
      {std::string("PK\x03\x04\x14\x00\x00", 7),
       "FILE_FORMAT_UNKNOWN file: this is a Word or Excel"},
      {"%PDF-1.7 ...", "FILE_FORMAT_UNKNOWN file: this is a PDF"},
      {"\xd0\xcf\x11\xe0....", "FILE_FORMAT_UNKNOWN file: this is an old Word or Excel"},
      {"{\\rtf1 x}", "FILE_FORMAT_UNKNOWN file: this is an RTF"},
      {"\xff\xfe"
       "b\x01",
       "FILE_FORMAT_UNKNOWN file: this is a text in UTF-16"},
      {"\xcf\xee\xc4\xbf\xb1\xe0\xc2\xeb", "FILE_NOT_UTF8"},
      {"hello\n", "FILE_FORMAT_UNKNOWN file: this is neither"},
      {"fiscal_year: 2020\nprojects: []\n",
       "FILE_FORMAT_UNKNOWN file: this looks like a plan in YAML"},
      {"note: budgetwatch_plan\n", "FILE_FORMAT_UNKNOWN file: this is neither"},
      {std::string(kMaxPlanFileBytes + 1, 'x'), "FILE_TOO_LARGE"},
  };
  for (const auto& test_case : kCases) {
    EXPECT_EQ(ErrorOf(test_case.bytes).find(test_case.expected), 0u)
        << test_case.expected << " | " << ErrorOf(test_case.bytes);
  }
}

TEST(PlanFileTest, ADocumentInAnotherLayoutIsAFinding) {
  const Result<PlanReading> reading = ReadPlanBytes("项目编码 990-0001 绩效目标\n", "file");
  ASSERT_TRUE(reading.ok());
  EXPECT_EQ(reading.value().findings.at(0).id, "no_plan_table");
}

TEST(PlanFileTest, ReadsFiles) {
  const std::filesystem::path folder =
      std::filesystem::path(testing::TempDir()) / "budgetwatch_plan_file_test";
  std::filesystem::create_directories(folder);
  const std::string path = (folder / "plan.yaml").string();
  std::ofstream(path) << kYaml;
  const Result<PlanReading> reading = ReadPlanFile(path);
  ASSERT_TRUE(reading.ok()) << reading.error().message;
  EXPECT_EQ(reading.value().plan.projects.size(), 1u);

  const std::string empty = (folder / "empty.yaml").string();
  std::ofstream(empty).flush();
  EXPECT_EQ(ReadPlanFile(empty).error().reason, "FILE_EMPTY");
  EXPECT_EQ(ReadPlanFile(folder.string()).error().reason, "FILE_UNREADABLE");
  const Result<PlanReading> missing = ReadPlanFile((folder / "missing").string());
  EXPECT_EQ(missing.error().reason, "FILE_NOT_FOUND");
  EXPECT_EQ(missing.error().code, ErrorCode::kNotFound);
  std::filesystem::remove_all(folder);
}

}  // namespace
}  // namespace budgetwatch
