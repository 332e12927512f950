// Goal: a plan in YAML is read exactly or refused with line, key and cure; what is
// written reads back equal, whatever the texts hold.
// Method: one good document; a table of single changes with the finding each must
// give; random plans with hostile texts written and read back; random mutations.

#include "import/plan_yaml.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <cstdint>
#include <random>
#include <string>
#include <vector>

#include "base/text.h"

namespace budgetwatch {
namespace {

const char kPlan[] =
    "budgetwatch_plan: 1\n"
    "department_code: 990001\n"
    "department_name: 示例局\n"
    "parent_department_code: \"990\"\n"
    "fiscal_year: 2020\n"
    "unit: 万元\n"
    "projects:\n"
    "  - code: 990-0001\n"
    "    name: 示例甲\n"
    "    budget: 12.50\n"
    "    fundings: {general: 10.00, government_fund: , 其他资金: 2.50}\n"
    "    checkpoints:\n"
    "      03-31: null\n"
    "      06-30:\n"
    "      2020-10-31: 70.5%\n"
    "      12-31: 100.00\n"
    "    indicators:\n"
    "      - id: a1\n"
    "        level1: 产出指标\n"
    "        level2: 数量指标\n"
    "        level3: 示例数量\n"
    "        description: 示例描述\n"
    "        target: ≥90%\n"
    "        basis: 示例依据\n"
    "        weight: 12.5\n"
    "        reading: {kind: quantitative, comparator: range, value: 090.50, upper_value: 95,"
    " unit: '%'}\n"
    "      - target: 是\n"
    "  - code: 990-0002\n"
    "    kind: 人员经费\n"
    "    budget: 1,004.60\n"
    "stated_totals:\n"
    "  - {kind: project, amount: 12.50}\n"
    "  - {source: other, amount: 2.5}\n"
    "  - {amount: 1017.10}\n";

std::string Describe(const PlanReading& reading) {
  std::string text;
  for (const Finding& finding : reading.findings) {
    text += finding.id + " [" + finding.place + "] " + finding.message_en + "\n";
  }
  return text;
}

std::string Replaced(std::string text, const std::string& from, const std::string& to) {
  const size_t at = text.find(from);
  EXPECT_NE(at, std::string::npos) << from;
  return at == std::string::npos ? text : text.replace(at, from.size(), to);
}

TEST(PlanYamlTest, ReadsEveryField) {
  const PlanReading reading = ReadPlanYaml(kPlan);
  EXPECT_EQ(Describe(reading), "");
  const Plan& plan = reading.plan;
  EXPECT_EQ(plan.department_code, "990001");
  EXPECT_EQ(plan.department_name, "示例局");
  EXPECT_EQ(plan.parent_department_code, "990");
  EXPECT_EQ(plan.fiscal_year, 2020);
  ASSERT_EQ(plan.projects.size(), 2u);
  const Project& project = plan.projects[0];
  EXPECT_EQ(project.project_code, "990-0001");
  EXPECT_EQ(project.project_name, "示例甲");
  EXPECT_EQ(project.kind, ProjectKind::kProject);
  EXPECT_EQ(project.budget_fen, 12'500'000);
  EXPECT_EQ(project.fundings, (std::vector<Funding>{{FundingSource::kGeneral, 10'000'000},
                                                    {FundingSource::kOther, 2'500'000}}));
  EXPECT_EQ(project.checkpoints,
            (std::vector<Checkpoint>{{*Date::Parse("2020-03-31"), {}},
                                     {*Date::Parse("2020-06-30"), {}},
                                     {*Date::Parse("2020-10-31"), 705'000},
                                     {*Date::Parse("2020-12-31"), 1'000'000}}));
  ASSERT_EQ(project.indicators.size(), 2u);
  const Indicator& indicator = project.indicators[0];
  EXPECT_EQ(indicator.indicator_id, "a1");
  EXPECT_EQ(indicator.level1, "产出指标");
  EXPECT_EQ(indicator.level2, "数量指标");
  EXPECT_EQ(indicator.level3, "示例数量");
  EXPECT_EQ(indicator.description, "示例描述");
  EXPECT_EQ(indicator.target_text, "≥90%");
  EXPECT_EQ(indicator.basis, "示例依据");
  EXPECT_EQ(indicator.weight, "12.5");
  EXPECT_EQ(indicator.target,
            (Target{TargetKind::kQuantitative, Comparator::kRange, "90.5", "95", "%", true, {}}));
  EXPECT_EQ(project.indicators[1].target, Target());
  EXPECT_EQ(plan.projects[1].kind, ProjectKind::kPersonnel);
  EXPECT_EQ(plan.projects[1].budget_fen, 1'004'600'000);
  EXPECT_EQ(plan.stated_totals, (std::vector<StatedTotal>{{ProjectKind::kProject, {}, 12'500'000},
                                                          {{}, FundingSource::kOther, 2'500'000},
                                                          {{}, {}, 1'017'100'000}}));
}

TEST(PlanYamlTest, AmountsAreYuanWithoutAUnit) {
  const PlanReading reading = ReadPlanYaml(Replaced(kPlan, "unit: 万元\n", ""));
  EXPECT_EQ(Describe(reading), "");
  EXPECT_EQ(reading.plan.projects.at(0).budget_fen, 1250);
}

TEST(PlanYamlTest, KindsHaveEnglishAndChineseNames) {
  const struct {
    const char* name;
    ProjectKind kind;
  } kCases[] = {
      {"project", ProjectKind::kProject},
      {"项目", ProjectKind::kProject},
      {"personnel", ProjectKind::kPersonnel},
      {"人员经费", ProjectKind::kPersonnel},
      {"public", ProjectKind::kPublic},
      {"公用经费", ProjectKind::kPublic},
      {"three_public", ProjectKind::kThreePublic},
      {"三公经费", ProjectKind::kThreePublic},
  };
  for (const auto& test_case : kCases) {
    const PlanReading reading =
        ReadPlanYaml(Replaced(kPlan, "kind: 人员经费", std::string("kind: ") + test_case.name));
    ASSERT_EQ(reading.plan.projects.size(), 2u) << Describe(reading);
    EXPECT_EQ(reading.plan.projects[1].kind, test_case.kind);
  }
}

TEST(PlanYamlTest, BrokenProjectCostsNoOther) {
  const struct {
    const char* from;
    const char* to;
    const char* id;
    const char* place;
  } kCases[] = {
      {"budget: 12.50", "budget: abc", "bad_amount", "line 10, projects[0].budget"},
      {"budget: 12.50", "budget: 1e3", "bad_amount", "line 10, projects[0].budget"},
      {"budget: 12.50", "budget: 0.0000001", "bad_amount", "line 10, projects[0].budget"},
      {"budget: 12.50", "budget: 99999999999999", "bad_amount", "line 10, projects[0].budget"},
      {"budget: 12.50", "budget: [1]", "wrong_type", "line 10, projects[0].budget"},
      {"    budget: 12.50\n", "", "missing_key", "line 8, projects[0].budget"},
      {"  - code: 990-0001\n    name", "  - name", "missing_project_code",
       "line 8, projects[0].code"},
      {"name: 示例甲", "nane: 示例甲", "unknown_key", "line 9, projects[0].nane"},
      {"name: 示例甲", "code: 示例甲", "duplicate_key", "line 9, projects[0].code"},
      {"name: 示例甲", "kind: 其他", "bad_kind", "line 9, projects[0].kind"},
      {"general: 10.00", "general: x", "bad_amount", "line 11, projects[0].fundings.general"},
      {"general: 10.00", "市级: 10.00", "unknown_key", "line 11, projects[0].fundings.市级"},
      {"general: 10.00", "other: 1", "duplicate_key", "line 11, projects[0].fundings.其他资金"},
      {"2020-10-31", "2020-10-32", "bad_date", "line 15, projects[0].checkpoints.2020-10-32"},
      {"2020-10-31", "10月底", "bad_date", "line 15, projects[0].checkpoints.10月底"},
      {"2020-10-31", "12-31", "duplicate_key", "line 16, projects[0].checkpoints.12-31"},
      {"2020-10-31", "2020-12-31", "duplicate_key", "line 16, projects[0].checkpoints.12-31"},
      {"70.5%", "half", "bad_percent", "line 15, projects[0].checkpoints.2020-10-31"},
      {"70.5%", "100.1", "bad_percent", "line 15, projects[0].checkpoints.2020-10-31"},
      {"weight: 12.5", "weight: -1", "bad_weight", "line 25, projects[0].indicators[0].weight"},
      {"value: 090.50", "value: many", "bad_reading",
       "line 26, projects[0].indicators[0].reading.value"},
      {"comparator: range", "comparator: about", "bad_reading", "reading.comparator"},
      {", upper_value: 95", "", "bad_reading", "reading.upper_value"},
      {"comparator: range", "comparator: ge", "bad_reading", "reading.upper_value"},
      {"kind: quantitative, comparator: range", "kind: boolean", "bad_reading", "reading.value"},
      {"value: 090.50", "value: 95.01", "bad_reading", "reading.upper_value"},
      {"kind: quantitative, comparator: range, value: 090.50, upper_value: 95, unit: '%'",
       "kind: date, value: 2020-02-30", "bad_reading", "reading.value"},
      {"kind: quantitative, comparator: range, value: 090.50, upper_value: 95", "kind: qualitative",
       "bad_reading", "reading.unit"},
      {"      - target: 是", "      - 是", "wrong_type", "line 27, projects[0].indicators[1]"},
  };
  for (const auto& test_case : kCases) {
    SCOPED_TRACE(std::string(test_case.from) + " → " + test_case.to);
    const PlanReading reading = ReadPlanYaml(Replaced(kPlan, test_case.from, test_case.to));
    ASSERT_FALSE(reading.findings.empty());
    const Finding& finding = reading.findings[0];
    EXPECT_EQ(finding.id, test_case.id) << Describe(reading);
    EXPECT_EQ(finding.severity, Severity::kError);
    EXPECT_NE(finding.place.find(test_case.place), std::string::npos) << finding.place;
    EXPECT_FALSE(finding.message_zh.empty() || finding.message_en.empty());
    ASSERT_EQ(reading.plan.projects.size(), 1u) << Describe(reading);
    EXPECT_EQ(reading.plan.projects[0].project_code, "990-0002");
    EXPECT_EQ(reading.plan.stated_totals.size(), 3u);
  }
}

TEST(PlanYamlTest, FaultsOfTheWholeAreReported) {
  const struct {
    const char* from;
    const char* to;
    const char* id;
    const char* place;
  } kCases[] = {
      {"budgetwatch_plan: 1", "budgetwatch_plan: 2", "unsupported_version",
       "line 1, budgetwatch_plan"},
      {"budgetwatch_plan: 1\n", "", "missing_key", "budgetwatch_plan"},
      {"department_code: 990001\n", "", "missing_key", "department_code"},
      {"fiscal_year: 2020\n", "", "missing_key", "fiscal_year"},
      {"fiscal_year: 2020", "fiscal_year: 20200", "bad_integer", "line 5, fiscal_year"},
      {"fiscal_year: 2020", "fiscal_year: 2020.5", "bad_integer", "line 5, fiscal_year"},
      {"unit: 万元", "unit: 亿元", "bad_unit", "line 6, unit"},
      {"unit: 万元", "units: 万元", "unknown_key", "line 6, units"},
      {"{kind: project, amount: 12.50}", "{kind: project}", "missing_key",
       "stated_totals[0].amount"},
      {"{kind: project, amount", "{kind: project, source: other, amount", "bad_source",
       "stated_totals[0].source"},
      {"department_name: 示例局", "department_name: [", "bad_yaml", "line"},
      {"示例局", "\xff", "bad_yaml", "line 3"},
      {"示例局", "\x04", "bad_yaml", "line 3"},
  };
  for (const auto& test_case : kCases) {
    SCOPED_TRACE(std::string(test_case.from) + " → " + test_case.to);
    const PlanReading reading = ReadPlanYaml(Replaced(kPlan, test_case.from, test_case.to));
    ASSERT_FALSE(reading.findings.empty());
    EXPECT_EQ(reading.findings[0].id, test_case.id) << Describe(reading);
    EXPECT_EQ(reading.findings[0].severity, Severity::kError);
    EXPECT_NE(reading.findings[0].place.find(test_case.place), std::string::npos)
        << reading.findings[0].place;
  }
  EXPECT_EQ(ReadPlanYaml("").findings.at(0).id, "bad_yaml");
  EXPECT_EQ(ReadPlanYaml("- a\n").findings.at(0).id, "wrong_type");
}

TEST(PlanYamlTest, WithoutAUnitNoAmountIsTaken) {
  const PlanReading reading = ReadPlanYaml(Replaced(kPlan, "unit: 万元", "unit: 亿元"));
  EXPECT_TRUE(reading.plan.projects.empty());
  EXPECT_TRUE(reading.plan.stated_totals.empty());
}

TEST(PlanYamlTest, WithoutAYearTheScheduleIsStillWhole) {
  const PlanReading reading = ReadPlanYaml(Replaced(kPlan, "fiscal_year: 2020\n", ""));
  EXPECT_EQ(reading.findings.size(), 1u) << Describe(reading);
  EXPECT_NE(WritePlanYaml(reading.plan).find("\n      12-31: 100.00\n"), std::string::npos);
}

// What the file says of a target holds, whatever its text reads as.
TEST(PlanYamlTest, AReadingOverridesTheText) {
  const std::string other = Replaced(
      kPlan, "target: 是", "target: 2月底前\n        reading: {kind: date, value: --02-29}");
  Plan plan = ReadPlanYaml(other).plan;
  FillIndicators(&plan);
  const std::vector<Indicator>& indicators = plan.projects.at(0).indicators;
  EXPECT_EQ(indicators.at(0).target_text, "≥90%");
  EXPECT_EQ(indicators[0].target.comparator, Comparator::kRange);
  EXPECT_EQ(indicators[0].target.value, "90.5");
  EXPECT_EQ(indicators[0].target.upper_value, "95");
  EXPECT_EQ(indicators.at(1).target.kind, TargetKind::kDate);
  EXPECT_EQ(indicators[1].target.value, "--02-29");
  EXPECT_TRUE(indicators[1].target.notes.empty());
}

TEST(PlanYamlTest, ReadingAsQualitativeIsNotReplaced) {
  const PlanReading reading = ReadPlanYaml(
      Replaced(kPlan, "target: 是", "target: \"100\"\n        reading: {kind: qualitative}"));
  EXPECT_EQ(Describe(reading), "");
  Plan plan = reading.plan;
  FillIndicators(&plan);
  EXPECT_EQ(plan.projects.at(0).indicators.at(1).target.kind, TargetKind::kQualitative);
  EXPECT_TRUE(plan.projects[0].indicators[1].target.notes.empty());
}

Plan Filled(Plan plan) {
  FillIndicators(&plan);
  return plan;
}

TEST(PlanYamlTest, WritesWhatItReads) {
  const Plan plan = Filled(ReadPlanYaml(kPlan).plan);
  const std::string text = WritePlanYaml(plan);
  const PlanReading again = ReadPlanYaml(text);
  EXPECT_EQ(Describe(again), "");
  EXPECT_EQ(Filled(again.plan), plan);
  EXPECT_EQ(WritePlanYaml(Filled(again.plan)), text);
  // The automatic reading of the second indicator is not written.
  EXPECT_EQ(text.find("reading:"), text.rfind("reading:"));
}

TEST(PlanYamlTest, WritesAStableText) {
  Plan plan;
  plan.department_code = "990001";
  plan.fiscal_year = 2020;
  Project project;
  project.project_code = "990-0001";
  project.project_name = "示例 \"甲\"";
  project.budget_fen = 18'670'000;
  project.fundings = {{FundingSource::kGeneral, 18'670'000}};
  project.checkpoints = {{*Date::Parse("2020-06-30"), std::nullopt},
                         {*Date::Parse("2020-12-31"), 1'000'000}};
  Indicator indicator;
  indicator.level3 = "示例";
  indicator.target_text = "≥90%";
  project.indicators = {indicator};
  plan.projects = {project};
  plan.stated_totals = {{ProjectKind::kProject, std::nullopt, 18'670'000}, {{}, {}, 1}};
  EXPECT_EQ(WritePlanYaml(plan),
            "budgetwatch_plan: 1\n"
            "department_code: \"990001\"\n"
            "fiscal_year: 2020\n"
            "unit: 元\n"
            "projects:\n"
            "  - code: \"990-0001\"\n"
            "    name: \"示例 \\\"甲\\\"\"\n"
            "    kind: project\n"
            "    budget: 186700.00\n"
            "    fundings:\n"
            "      general: 186700.00\n"
            "    checkpoints:\n"
            "      06-30: null\n"
            "      12-31: 100.00\n"
            "    indicators:\n"
            "        - level3: \"示例\"\n"
            "          target: \"≥90%\"\n"
            "stated_totals:\n"
            "  - kind: project\n"
            "    amount: 186700.00\n"
            "  - amount: 0.01\n");
}

// Texts that break careless quoting.
std::string RandomText(std::mt19937* random) {
  static const std::vector<std::string> kPieces = {
      "示例",  "≥90%", "\"",     "'",      "\\",     "\n",     "\r\n",   "\t",   ": ",
      " #",    "- ",   "{",      "}",      "[",      "]",      "&a",     "*a",   "!b",
      "%",     "@",    "`",      "null",   "~",      "yes",    "0x1f",   "1e3",  "2020-06-30",
      "<<",    "|",    ">",      "\u0085", "\u2028", "\u2029", "\ufeff", "\x01", "\x04",
      "\x1b",  "\x7f", "\u00a0", "\u3000", "😀",      "---",    "...",    " ",    "\\x41",
      "%YAML", "?",    ",",      "=",      "𠮷",     "\ufffd", "\uffff", "…",    "a"};
  std::string text;
  for (uint_fast32_t i = 0, count = (*random)() % 6; i < count; ++i) {
    text += kPieces[(*random)() % kPieces.size()];
  }
  return text;
}

Target RandomTarget(std::mt19937* random) {
  switch ((*random)() % 5) {
    case 0: return {TargetKind::kQuantitative, Comparator::kLe, "0.97", "", "万元", true, {}};
    case 1: return {TargetKind::kQuantitative, {}, "-3", "", RandomText(random), false, {"x", ""}};
    case 2: return {TargetKind::kBoolean, {}, "是", "", "", false, {RandomText(random)}};
    case 3: return {TargetKind::kDate, Comparator::kLe, "--10-31", "", "", false, {}};
    default: return {};
  }
}

Plan RandomPlan(std::mt19937* random) {
  Plan plan;
  plan.department_code = "9" + RandomText(random);
  plan.department_name = RandomText(random);
  plan.parent_department_code = RandomText(random);
  plan.fiscal_year = 2020;
  for (uint_fast32_t i = 0, count = (*random)() % 4; i < count; ++i) {
    Project project;
    project.project_code = "c" + RandomText(random);
    project.project_name = RandomText(random);
    project.kind = static_cast<ProjectKind>(1 + (*random)() % 4);
    project.budget_fen = static_cast<int64_t>((*random)()) - 1000;
    for (int source = 1; source <= 3; ++source) {
      if ((*random)() % 2 == 0) continue;
      project.fundings.push_back(
          {static_cast<FundingSource>(source), static_cast<int64_t>((*random)())});
    }
    for (int month = 1; month <= 12; ++month) {
      if ((*random)() % 3 != 0) continue;
      Checkpoint checkpoint{Date::LastOfMonth(month == 7 ? 2021 : 2020, month), std::nullopt};
      if ((*random)() % 3 != 0) {
        checkpoint.cumulative_ppm = static_cast<int32_t>((*random)() % 1'000'001);
      }
      project.checkpoints.push_back(checkpoint);
    }
    std::sort(project.checkpoints.begin(), project.checkpoints.end(),
              [](const Checkpoint& a, const Checkpoint& b) { return a.date < b.date; });
    for (uint_fast32_t j = 0, indicators = (*random)() % 4; j < indicators; ++j) {
      project.indicators.push_back({RandomText(random), RandomText(random), RandomText(random),
                                    RandomText(random), RandomText(random), RandomText(random),
                                    RandomTarget(random), RandomText(random),
                                    (*random)() % 2 ? "7.5" : ""});
    }
    plan.projects.push_back(std::move(project));
  }
  if ((*random)() % 2) plan.stated_totals = {{ProjectKind::kPublic, {}, 5}, {{}, {}, -5}};
  return plan;
}

TEST(PlanYamlTest, AnyPlanReadsBackEqual) {
  for (unsigned seed = 1; seed <= 1500; ++seed) {
    SCOPED_TRACE(seed);
    std::mt19937 random(seed);
    const Plan plan = RandomPlan(&random);
    const std::string text = WritePlanYaml(plan);
    const PlanReading reading = ReadPlanYaml(text);
    ASSERT_EQ(Describe(reading), "") << text;
    ASSERT_EQ(Filled(reading.plan), Filled(plan)) << text;
  }
}

TEST(PlanYamlTest, SurvivesMutations) {
  const std::string plan = kPlan;
  for (unsigned seed = 1; seed <= 3000; ++seed) {
    SCOPED_TRACE(seed);
    std::mt19937 random(seed);
    std::string text = plan;
    for (unsigned i = 0; i <= random() % 3; ++i) {
      const size_t at = random() % text.size();
      switch (random() % 3) {
        case 0: text.erase(at, random() % 20); break;
        case 1: text.insert(at, text.substr(random() % text.size(), random() % 40)); break;
        default: text[at] = static_cast<char>(random() % 256);
      }
    }
    const PlanReading reading = ReadPlanYaml(text);
    for (const Finding& finding : reading.findings) {
      EXPECT_TRUE(IsValidUtf8(finding.place + finding.message_zh + finding.message_en));
    }
  }
}

}  // namespace
}  // namespace budgetwatch
