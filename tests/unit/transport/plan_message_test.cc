// Goal: a plan passes through its message unchanged, and every field without a meaning
// in the domain gives its own finding at its own place.
// Method: one full plan; a table of single faults in its message.

#include "transport/plan_message.h"

#include <gtest/gtest.h>

#include <functional>

#include "support/builders.h"

namespace budgetwatch {
namespace {

Plan FullPlan() {
  Project project = MakeProject("P1", 1000, {"", "33.3333", "50", "100"});
  project.kind = ProjectKind::kThreePublic;
  project.fundings = {{FundingSource::kGeneral, 400},
                      {FundingSource::kGovernmentFund, 1},
                      {FundingSource::kOther, 599}};
  Indicator indicator{"1",    "产出指标",         "数量指标", "人数", "说明",
                      "≥90%", ReadTarget("≥90%"), "依据",     "10.5"};
  project.indicators.push_back(indicator);
  for (const TargetKind kind : {TargetKind::kQuantitative, TargetKind::kBoolean,
                                TargetKind::kQualitative, TargetKind::kDate}) {
    for (const Comparator comparator : {Comparator::kGe, Comparator::kGt, Comparator::kLe,
                                        Comparator::kLt, Comparator::kEq, Comparator::kRange}) {
      indicator.indicator_id = std::to_string(project.indicators.size() + 1);
      indicator.target = {kind, comparator, "1", "2", "个", true, {"a", "b"}};
      project.indicators.push_back(indicator);
    }
  }
  Plan plan = MakePlan("122002", {project, MakeProject("P2", 0)});
  for (const ProjectKind kind :
       {ProjectKind::kProject, ProjectKind::kPersonnel, ProjectKind::kPublic}) {
    plan.projects.push_back(MakeProject("K" + std::to_string(static_cast<int>(kind)), 5));
    plan.projects.back().kind = kind;
  }
  plan.parent_department_code = "122";
  plan.stated_totals = {{std::nullopt, std::nullopt, 1000},
                        {ProjectKind::kPublic, std::nullopt, 0},
                        {std::nullopt, FundingSource::kOther, 599}};
  return plan;
}

TEST(PlanMessage, AFullPlanRoundTrips) {
  const Plan plan = FullPlan();
  const v1::Plan message = ToMessage(plan);
  v1::Plan sent;
  ASSERT_TRUE(sent.ParseFromString(message.SerializeAsString()));
  const PlanFromMessage read = FromMessage(sent);
  EXPECT_TRUE(read.findings.empty());
  EXPECT_TRUE(read.plan == plan);
}

TEST(PlanMessage, SpellsSharesAsDecimalsAndLeavesBlanksOut) {
  const v1::Plan message = ToMessage(FullPlan());
  const auto& checkpoints = message.projects(0).checkpoints();
  ASSERT_EQ(checkpoints.size(), 4);
  EXPECT_EQ(checkpoints[0].date(), "2020-03-31");
  EXPECT_FALSE(checkpoints[0].has_cumulative_percent());
  EXPECT_EQ(checkpoints[1].cumulative_percent(), "33.3333");
  EXPECT_EQ(checkpoints[2].cumulative_percent(), "50.00");
}

TEST(PlanMessage, AnEmptyMessageIsAnEmptyPlan) {
  const PlanFromMessage read = FromMessage(v1::Plan());
  EXPECT_TRUE(read.findings.empty());
  EXPECT_TRUE(read.plan == Plan());
}

TEST(PlanMessage, AnUnspecifiedKindIsAProject) {
  v1::Plan message;
  message.add_projects();
  const PlanFromMessage read = FromMessage(message);
  EXPECT_TRUE(read.findings.empty());
  EXPECT_EQ(read.plan.projects.at(0).kind, ProjectKind::kProject);
}

struct Fault {
  std::function<void(v1::Plan*)> make;
  const char* id;
  const char* project_code;
  const char* place;
};

void Kind(v1::Plan* plan) { plan->mutable_projects(1)->set_kind(static_cast<v1::ProjectKind>(5)); }
void KindBelow0(v1::Plan* plan) {
  plan->mutable_projects(1)->set_kind(static_cast<v1::ProjectKind>(-1));
}
v1::Funding* FundingOf(v1::Plan* plan) { return plan->mutable_projects(0)->mutable_fundings(2); }
v1::Checkpoint* CheckpointOf(v1::Plan* plan) {
  return plan->mutable_projects(0)->mutable_checkpoints(3);
}
v1::Target* TargetOf(v1::Plan* plan) {
  return plan->mutable_projects(0)->mutable_indicators(1)->mutable_target();
}
v1::StatedTotal* TotalOf(v1::Plan* plan) { return plan->mutable_stated_totals(1); }

const Fault kFaults[] = {
    {Kind, "bad_kind", "P2", "projects[1].kind"},
    {KindBelow0, "bad_kind", "P2", "projects[1].kind"},
    {[](v1::Plan* plan) { FundingOf(plan)->set_source(v1::FUNDING_SOURCE_UNSPECIFIED); },
     "bad_source", "P1", "projects[0].fundings"},
    {[](v1::Plan* plan) { FundingOf(plan)->set_source(static_cast<v1::FundingSource>(4)); },
     "bad_source", "P1", "projects[0].fundings"},
    {[](v1::Plan* plan) { CheckpointOf(plan)->set_date("2020-02-30"); }, "bad_date", "P1",
     "projects[0].checkpoints[3].date"},
    {[](v1::Plan* plan) { CheckpointOf(plan)->clear_date(); }, "bad_date", "P1",
     "projects[0].checkpoints[3].date"},
    {[](v1::Plan* plan) { CheckpointOf(plan)->set_cumulative_percent("100.5"); }, "bad_percent",
     "P1", "projects[0].checkpoints[3].cumulative_percent"},
    {[](v1::Plan* plan) { CheckpointOf(plan)->set_cumulative_percent(""); }, "bad_percent", "P1",
     "projects[0].checkpoints[3].cumulative_percent"},
    {[](v1::Plan* plan) { CheckpointOf(plan)->set_cumulative_percent("1.00001"); }, "bad_percent",
     "P1", "projects[0].checkpoints[3].cumulative_percent"},
    {[](v1::Plan* plan) { TargetOf(plan)->clear_kind(); }, "bad_target", "P1",
     "projects[0].indicators[1].target.kind"},
    {[](v1::Plan* plan) { TargetOf(plan)->set_kind(static_cast<v1::TargetKind>(5)); }, "bad_target",
     "P1", "projects[0].indicators[1].target.kind"},
    {[](v1::Plan* plan) { TargetOf(plan)->set_comparator(v1::COMPARATOR_UNSPECIFIED); },
     "bad_target", "P1", "projects[0].indicators[1].target.comparator"},
    {[](v1::Plan* plan) { TargetOf(plan)->set_comparator(static_cast<v1::Comparator>(7)); },
     "bad_target", "P1", "projects[0].indicators[1].target.comparator"},
    {[](v1::Plan* plan) { TotalOf(plan)->set_kind(static_cast<v1::ProjectKind>(9)); }, "bad_kind",
     "", "stated_totals[1].kind"},
    {[](v1::Plan* plan) { TotalOf(plan)->set_source(static_cast<v1::FundingSource>(9)); },
     "bad_source", "", "stated_totals[1].source"},
    {[](v1::Plan* plan) { TotalOf(plan)->set_source(v1::FUNDING_SOURCE_OTHER); },
     "bad_stated_total", "", "stated_totals[1]"},
};

TEST(PlanMessage, EachFaultGivesItsFinding) {
  for (const Fault& fault : kFaults) {
    v1::Plan message = ToMessage(FullPlan());
    fault.make(&message);
    const PlanFromMessage read = FromMessage(message);
    ASSERT_EQ(read.findings.size(), 1u) << fault.place;
    const Finding& finding = read.findings[0];
    EXPECT_EQ(finding.id, fault.id) << fault.place;
    EXPECT_EQ(finding.place, fault.place);
    EXPECT_EQ(finding.project_code, fault.project_code) << fault.place;
    EXPECT_EQ(finding.severity, Severity::kError) << fault.place;
    EXPECT_FALSE(finding.message_zh.empty()) << fault.place;
    EXPECT_FALSE(finding.message_en.empty()) << fault.place;
  }
}

// A client may want a person to judge what could be compared.
TEST(PlanMessage, AReadingAsQualitativeIsKept) {
  v1::Plan message = ToMessage(FullPlan());
  v1::Indicator* indicator = message.mutable_projects(0)->mutable_indicators(1);
  for (const char* text : {"≥90%", "有所提高"}) {
    indicator->set_target_text(text);
    indicator->clear_target();
    indicator->mutable_target()->set_kind(v1::TARGET_KIND_QUALITATIVE);
    Plan plan = FromMessage(message).plan;
    FillIndicators(&plan);
    EXPECT_EQ(plan.projects[0].indicators[1].target.kind, TargetKind::kQualitative) << text;
    // Sent as it was answered, it is the same plan.
    EXPECT_EQ(FromMessage(ToMessage(plan)).plan, plan) << text;
  }
}

TEST(PlanMessage, FindingsKeepTheirFields) {
  const v1::Finding message =
      ToMessage(Finding{"falling_share", Severity::kError, "P1", "line 3", "下降", "falls"});
  EXPECT_EQ(message.id(), "falling_share");
  EXPECT_EQ(message.severity(), v1::SEVERITY_ERROR);
  EXPECT_EQ(message.project_code(), "P1");
  EXPECT_EQ(message.place(), "line 3");
  EXPECT_EQ(message.message(), "下降");
  EXPECT_EQ(message.message_en(), "falls");
}

}  // namespace
}  // namespace budgetwatch
