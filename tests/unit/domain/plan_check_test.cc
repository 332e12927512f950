// Goal: each finding is told exactly where its cause is, errors refuse a plan and
// nothing else does.
// Method: a sound plan, and for each finding one change that brings it and the
// nearest change that does not.

#include "domain/plan_check.h"

#include <gtest/gtest.h>

#include <functional>

#include "base/text.h"
#include "domain/money.h"
#include "support/builders.h"

namespace budgetwatch {
namespace {

Plan Sound() {
  Plan plan = MakePlan("100", {MakeProject("P1", 1'000'000, {"25", "50", "75", "100"}),
                               MakeProject("P2", 500'000, {"", "50", "80", "100"})});
  plan.projects[0].fundings = {{FundingSource::kGeneral, 400'000},
                               {FundingSource::kOther, 600'000}};
  return plan;
}

std::vector<Finding> Check(Plan plan, const Profile& profile = {}) {
  FillIndicators(&plan);
  return CheckPlan(plan, profile);
}

const Finding* Find(const std::vector<Finding>& findings, const std::string& id) {
  for (const Finding& finding : findings) {
    if (finding.id == id) return &finding;
  }
  return nullptr;
}

void AddTarget(Plan* plan, const std::string& text, const std::string& name = "金额") {
  Indicator indicator;
  indicator.level1 = "产出指标";
  indicator.level3 = name;
  indicator.target_text = text;
  plan->projects[0].indicators.push_back(indicator);
}

struct Row {
  const char* id;
  Severity severity;
  const char* place;
  std::function<void(Plan*)> breaks;
  std::function<void(Plan*)> keeps;
};

void CheckRow(const Row& row) {
  Plan broken = Sound();
  row.breaks(&broken);
  const auto findings = Check(broken);
  const Finding* finding = Find(findings, row.id);
  ASSERT_NE(finding, nullptr) << row.id;
  EXPECT_EQ(finding->severity, row.severity) << row.id;
  EXPECT_EQ(finding->place, row.place) << row.id;
  EXPECT_TRUE(IsValidUtf8(finding->message_zh)) << row.id;
  EXPECT_TRUE(IsValidUtf8(finding->message_en)) << row.id;
  EXPECT_FALSE(finding->message_zh.empty() || finding->message_en.empty()) << row.id;
  EXPECT_EQ(HasError(findings), row.severity == Severity::kError) << row.id;
  Plan kept = Sound();
  row.keeps(&kept);
  EXPECT_EQ(Find(Check(kept), row.id), nullptr) << row.id;
}

TEST(CheckPlan, ASoundPlanHasNoFindings) {
  const auto findings = Check(Sound());
  EXPECT_TRUE(findings.empty()) << findings[0].id;
}

TEST(CheckPlan, FindsWhatIsWrongWithTheHead) {
  const Row rows[] = {{"missing_department_code", Severity::kError, "department_code",
                       [](Plan* plan) { plan->department_code.clear(); },
                       [](Plan* plan) { plan->department_code.assign(64, 'x'); }},
                      {"missing_department_code", Severity::kError, "department_code",
                       [](Plan* plan) { plan->department_code.assign(65, 'x'); },
                       [](Plan* plan) { plan->department_code = "公安"; }},
                      {"bad_text", Severity::kError, "parent_department_code",
                       [](Plan* plan) { plan->parent_department_code.assign(65, 'x'); },
                       [](Plan* plan) { plan->parent_department_code.assign(64, 'x'); }},
                      {"department_above_itself", Severity::kError, "parent_department_code",
                       [](Plan* plan) { plan->parent_department_code = "100"; },
                       [](Plan* plan) { plan->parent_department_code = "10"; }},
                      {"bad_text", Severity::kError, "department_name",
                       [](Plan* plan) { plan->department_name.assign(257, 'x'); },
                       [](Plan* plan) { plan->department_name.assign(256, 'x'); }},
                      {"bad_fiscal_year", Severity::kError, "fiscal_year",
                       [](Plan* plan) { plan->fiscal_year = 1949; }, [](Plan*) {}},
                      {"bad_fiscal_year", Severity::kError, "fiscal_year",
                       [](Plan* plan) { plan->fiscal_year = 2200; }, [](Plan*) {}}};
  for (const Row& row : rows) CheckRow(row);
}

TEST(CheckPlan, FindsWhatIsWrongWithCodesAndAmounts) {
  const Row rows[] = {
      {"missing_project_code", Severity::kError, "projects[1].project_code",
       [](Plan* plan) { plan->projects[1].project_code.clear(); },
       [](Plan* plan) { plan->projects[1].project_code = "P3"; }},
      {"duplicate_project_code", Severity::kError, "projects[1].project_code",
       [](Plan* plan) { plan->projects[1].project_code = "P1"; },
       [](Plan* plan) { plan->projects[1].project_code = "p1"; }},
      {"bad_text", Severity::kError, "projects[0].project_code",
       [](Plan* plan) { plan->projects[0].project_code = "P\n"; },
       [](Plan* plan) { plan->projects[0].project_code.assign(64, 'x'); }},
      {"bad_text", Severity::kError, "projects[0].project_name",
       [](Plan* plan) { plan->projects[0].project_name = "\xff"; },
       [](Plan* plan) { plan->projects[0].project_name.clear(); }},
      {"bad_amount", Severity::kError, "projects[1].budget_fen",
       [](Plan* plan) { plan->projects[1].budget_fen = -1; },
       [](Plan* plan) { plan->projects[1].budget_fen = 0; }},
      {"bad_amount", Severity::kError, "projects[1].budget_fen",
       [](Plan* plan) { plan->projects[1].budget_fen = kMaxAmountFen + 1; },
       [](Plan* plan) { plan->projects[1].budget_fen = kMaxAmountFen - 1'000'000; }},
      {"bad_amount", Severity::kError, "projects",
       [](Plan* plan) { plan->projects[1].budget_fen = kMaxAmountFen - 999'999; },
       [](Plan* plan) { plan->projects[1].budget_fen = kMaxAmountFen - 1'000'000; }},
      {"bad_amount", Severity::kError, "projects[0].fundings",
       [](Plan* plan) { plan->projects[0].fundings[0].amount_fen = -1; }, [](Plan*) {}},
      {"sources_mismatch", Severity::kError, "projects[0].fundings",
       [](Plan* plan) { plan->projects[0].fundings[0].amount_fen = 399'999; },
       [](Plan* plan) { plan->projects[0].fundings.clear(); }},
      {"duplicate_source", Severity::kError, "projects[0].fundings",
       [](Plan* plan) { plan->projects[0].fundings[1].source = FundingSource::kGeneral; },
       [](Plan* plan) { plan->projects[0].fundings[1].source = FundingSource::kGovernmentFund; }}};
  for (const Row& row : rows) CheckRow(row);
}

TEST(CheckPlan, FindsWhatIsWrongWithSchedules) {
  const Row rows[] = {
      {"falling_share", Severity::kError, "projects[0].checkpoints[2]",
       [](Plan* plan) { plan->projects[0].checkpoints[2].cumulative_ppm = 499'999; },
       [](Plan* plan) { plan->projects[0].checkpoints[2].cumulative_ppm = 500'000; }},
      // A blank cell between them does not hide the fall.
      {"falling_share", Severity::kError, "projects[0].checkpoints[2]",
       [](Plan* plan) {
         plan->projects[0].checkpoints[1].cumulative_ppm.reset();
         plan->projects[0].checkpoints[2].cumulative_ppm = 249'999;
       },
       [](Plan* plan) { plan->projects[0].checkpoints[1].cumulative_ppm.reset(); }},
      {"last_share_not_100", Severity::kError, "projects[0].checkpoints",
       [](Plan* plan) { plan->projects[0].checkpoints[3].cumulative_ppm = 999'999; },
       [](Plan* plan) {
         plan->projects[0].checkpoints[2].cumulative_ppm = 1'000'000;
         plan->projects[0].checkpoints[3].cumulative_ppm.reset();
       }},
      {"checkpoint_outside_year", Severity::kError, "projects[0].checkpoints[3]",
       [](Plan* plan) { plan->projects[0].checkpoints[3].date = Day("2021-01-01"); },
       [](Plan* plan) { plan->projects[0].checkpoints[0].date = Day("2020-01-01"); }},
      {"checkpoints_out_of_order", Severity::kError, "projects[0].checkpoints[1]",
       [](Plan* plan) { plan->projects[0].checkpoints[1].date = Day("2020-03-31"); },
       [](Plan* plan) { plan->projects[0].checkpoints[1].date = Day("2020-04-01"); }},
      {"missing_schedule", Severity::kWarning, "projects[0].checkpoints",
       [](Plan* plan) { plan->projects[0].checkpoints.clear(); },
       [](Plan* plan) {
         plan->projects[0].checkpoints.clear();
         plan->projects[0].kind = ProjectKind::kPersonnel;
       }},
      {"too_many_checkpoints", Severity::kError, "projects[0].checkpoints",
       [](Plan* plan) { plan->projects[0].checkpoints.resize(367); }, [](Plan*) {}}};
  for (const Row& row : rows) CheckRow(row);
}

TEST(CheckPlan, FindsWhatIsDoubtfulAboutIndicators) {
  const Row rows[] = {
      {"ambiguous_target", Severity::kWarning, "projects[0].indicators[0].target_text",
       [](Plan* plan) { AddTarget(plan, "100"); }, [](Plan* plan) { AddTarget(plan, "≥90%"); }},
      {"bad_target", Severity::kError, "projects[0].indicators[0].target.value",
       [](Plan* plan) {
         AddTarget(plan, "≥90%");
         plan->projects[0].indicators[0].target.kind = TargetKind::kDate;
         plan->projects[0].indicators[0].target.value = "soon";
       },
       [](Plan* plan) {
         AddTarget(plan, "≥90%");
         plan->projects[0].indicators[0].target = ReadTarget("10月31日");
       }},
      // 0.97万元 on 9.70万元: a tenth. The limits are a fifth and the whole.
      {"money_target_out_of_proportion", Severity::kWarning,
       "projects[0].indicators[0].target_text",
       [](Plan* plan) {
         plan->projects[0].budget_fen = 9'700'000;
         plan->projects[0].fundings.clear();
         AddTarget(plan, "≤0.97万元");
       },
       [](Plan* plan) {
         plan->projects[0].budget_fen = 9'700'000;
         plan->projects[0].fundings.clear();
         AddTarget(plan, "≤9.7万元");
       }},
      {"money_target_out_of_proportion", Severity::kWarning,
       "projects[0].indicators[0].target_text", [](Plan* plan) { AddTarget(plan, "≤2000元"); },
       [](Plan* plan) { AddTarget(plan, "≤2001元"); }},
      {"money_target_out_of_proportion", Severity::kWarning,
       "projects[0].indicators[0].target_text", [](Plan* plan) { AddTarget(plan, "≤1.01万元"); },
       [](Plan* plan) { AddTarget(plan, "≤1万元"); }},
      {"money_target_out_of_proportion", Severity::kWarning,
       "projects[0].indicators[0].target_text", [](Plan* plan) { AddTarget(plan, "≤100元"); },
       [](Plan* plan) { AddTarget(plan, "≤100元", "人均标准"); }},
      {"bad_text", Severity::kError, "projects[0].indicators[0]",
       [](Plan* plan) { AddTarget(plan, "≥90%", std::string(8193, 'x')); },
       [](Plan* plan) { AddTarget(plan, "≥90%", std::string(8192, 'x')); }},
      {"duplicate_indicator_id", Severity::kError, "projects[0].indicators[1].indicator_id",
       [](Plan* plan) {
         AddTarget(plan, "≥90%");
         AddTarget(plan, "≥90%");
         plan->projects[0].indicators[0].indicator_id = "2";
       },
       [](Plan* plan) {
         AddTarget(plan, "≥90%");
         AddTarget(plan, "≥90%");
       }},
      {"too_many_indicators", Severity::kError, "projects[0].indicators",
       [](Plan* plan) { plan->projects[0].indicators.resize(1001); },
       [](Plan* plan) { plan->projects[0].indicators.resize(1000); }}};
  for (const Row& row : rows) CheckRow(row);
}

TEST(CheckPlan, FindsWhatIsDoubtfulAboutTheWhole) {
  const Row rows[] = {
      {"total_mismatch", Severity::kWarning, "stated_totals[1]",
       [](Plan* plan) {
         plan->stated_totals = {{std::nullopt, std::nullopt, 1'500'000},
                                {std::nullopt, FundingSource::kGeneral, 900'001}};
       },
       [](Plan* plan) {
         plan->stated_totals = {{ProjectKind::kProject, std::nullopt, 1'500'000},
                                {ProjectKind::kPublic, std::nullopt, 0},
                                {std::nullopt, FundingSource::kGeneral, 900'000},
                                {std::nullopt, FundingSource::kOther, 600'000}};
       }},
      // 45 % by the end of June is within the tolerance of time progress.
      {"plan_below_time_progress", Severity::kWarning, "projects",
       [](Plan* plan) { plan->projects[0].checkpoints[1].cumulative_ppm = 424'999; },
       [](Plan* plan) { plan->projects[0].checkpoints[1].cumulative_ppm = 425'000; }},
      {"plan_backloaded", Severity::kWarning, "projects[1].checkpoints",
       [](Plan* plan) {
         plan->projects[1].checkpoints[1].cumulative_ppm.reset();
         plan->projects[1].checkpoints[2].cumulative_ppm = 499'998;
       },
       [](Plan* plan) {
         plan->projects[1].checkpoints[1].cumulative_ppm.reset();
         plan->projects[1].checkpoints[2].cumulative_ppm = 500'000;
       }}};
  for (const Row& row : rows) CheckRow(row);
}

TEST(CheckPlan, ComparesThePlanWithTheFloorsOfTheProfile) {
  Profile profile;
  profile.floors = {{6, 30, 500'000}};
  EXPECT_EQ(Find(Check(Sound(), profile), "plan_below_floor"), nullptr);
  profile.floors = {{6, 30, 500'001}};
  const auto findings = Check(Sound(), profile);
  ASSERT_NE(Find(findings, "plan_below_floor"), nullptr);
  EXPECT_FALSE(HasError(findings));
}

TEST(CheckPlan, TooManyLinesAreRefused) {
  Plan plan = MakePlan("100", {});
  plan.projects.resize(100'001);
  const auto findings = Check(plan);
  ASSERT_EQ(findings.size(), 1u);
  EXPECT_EQ(findings[0].id, "too_many_projects");
  EXPECT_TRUE(HasError(findings));
}

TEST(CheckPlan, MessagesStayUtf8WhereTargetsAreLong) {
  for (size_t length = 30; length < 60; ++length) {
    Plan plan = Sound();
    std::string text(length % 3, 'a');
    for (size_t i = 0; i < length; ++i) text += "约";
    AddTarget(&plan, text + "100");
    for (const Finding& finding : Check(plan)) {
      EXPECT_TRUE(IsValidUtf8(finding.message_zh)) << finding.id;
      EXPECT_TRUE(IsValidUtf8(finding.message_en)) << finding.id;
    }
  }
}

}  // namespace
}  // namespace budgetwatch
