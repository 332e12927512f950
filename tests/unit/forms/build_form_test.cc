// Goal: the official forms say what the review says: money rounded once, causes and
// likelihoods ticked, blanks where nothing is known; and every sheet is whole.
// Method: a review of three lines, built here, with texts as bad as they come.

#include "forms/build_form.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "budgetwatch/v1/monitor_service.pb.h"
#include "form_cells.h"
#include "forms/csv_writer.h"
#include "forms/html_writer.h"
#include "forms/xlsx_writer.h"

namespace budgetwatch::forms {
namespace {

using testing::HasSubstr;
using testing::Not;

constexpr char kRoad[] = "990-01-ROAD";
constexpr char kHostile[] = "990-01-BAD";
constexpr char kHostileName[] = "道路[养护]/?*: <script>alert('1')</script>\n=cmd()\"𠮷\"";
// Columns of the monitoring form.
constexpr int kCause = 7;
constexpr int kReason = 12;
constexpr int kLikelihood = 13;
constexpr int kRemark = 16;

v1::IndicatorPerformance* AddIndicator(v1::ProjectPerformance* project, const std::string& id,
                                       v1::TargetState state, v1::Likelihood likelihood) {
  v1::IndicatorPerformance* indicator = project->add_indicators();
  indicator->set_indicator_id(id);
  indicator->set_level1("产出指标");
  indicator->set_level2(id == "1" ? "质量指标" : "数量指标");
  indicator->set_level3("指标" + id);
  indicator->set_target_text("≥95%");
  indicator->set_state(state);
  indicator->set_likelihood(likelihood);
  indicator->set_reason_zh("理由" + id);
  return indicator;
}

v1::Explanation* Explain(v1::GetReviewResponse* response, v1::SubjectKind kind,
                         const std::string& code, v1::CauseClass cause, const std::string& text) {
  v1::Warning* warning = response->add_warnings();
  warning->mutable_subject()->set_kind(kind);
  warning->mutable_subject()->set_code(code);
  warning->set_message_zh("预警" + code);
  warning->mutable_explanation()->set_cause(cause);
  warning->mutable_explanation()->set_text(text);
  return warning->mutable_explanation();
}

void AddRoad(v1::GetReviewResponse* response) {
  v1::Review* review = response->mutable_review();
  v1::ReviewProject* money = review->add_projects();
  money->set_project_code(kRoad);
  money->set_initial_budget_fen(100'905'000);  // 100.905 万元: half a cent of 万元
  v1::ReviewFunding* funding = money->add_fundings();
  funding->set_source(v1::FUNDING_SOURCE_GENERAL);
  funding->set_initial_budget_fen(90'000'000);
  funding->set_budget_fen(90'000'000);
  funding->set_disbursed_fen(30'000'000);
  funding->set_expected_disbursed_fen(80'000'000);
  funding = money->add_fundings();
  funding->set_source(v1::FUNDING_SOURCE_OTHER);
  funding->set_initial_budget_fen(10'905'000);
  funding->set_budget_fen(10'905'000);
  v1::ProjectExecution* line = review->mutable_execution()->add_projects();
  line->set_project_code(kRoad);
  line->set_project_name("道路养护");
  line->set_kind(v1::PROJECT_KIND_PROJECT);
  line->set_budget_fen(100'905'000);
  line->set_disbursed_fen(30'000'000);
  v1::ProjectPerformance* project = review->mutable_performance()->add_projects();
  project->set_project_code(kRoad);
  project->set_project_name("道路养护");
  project->mutable_forecast()->set_disbursed_fen(80'004'999);
  AddIndicator(project, "1", v1::TARGET_STATE_MET, v1::LIKELIHOOD_CERTAIN)
      ->set_observed_text("97 %");
  AddIndicator(project, "2", v1::TARGET_STATE_NOT_MET, v1::LIKELIHOOD_POSSIBLE)
      ->set_observed_text("40 %");
  AddIndicator(project, "3", v1::TARGET_STATE_UNKNOWN, v1::LIKELIHOOD_IMPOSSIBLE);
}

void AddHostile(v1::GetReviewResponse* response) {
  v1::Review* review = response->mutable_review();
  v1::ProjectPerformance* project = review->mutable_performance()->add_projects();
  project->set_project_code(kHostile);
  project->set_project_name(kHostileName);
  v1::IndicatorPerformance* indicator =
      AddIndicator(project, "1", v1::TARGET_STATE_NOT_MET, v1::LIKELIHOOD_POSSIBLE);
  indicator->set_level3("=HYPERLINK(\"http://example.org\",\"点\")");
  indicator->set_target_text("@SUM(A1)");
  indicator->set_observed_text("+1,\r\n\"2\"");
  indicator->set_description("<img src=x onerror=alert(1)>");
}

v1::GetReviewResponse Review() {
  v1::GetReviewResponse response;
  response.mutable_summary()->set_review_id("2020/990002/2020-06-30/1");
  response.mutable_summary()->set_recorded_time("2020-07-01T01:00:00Z");
  v1::Review* review = response.mutable_review();
  review->set_department_code("990002");
  review->set_department_name("示例局");
  review->set_fiscal_year(2020);
  review->set_as_of_date("2020-06-30");
  review->mutable_wording()->set_period("1-6月");
  AddRoad(&response);
  AddHostile(&response);
  return response;
}

TEST(BuildFormTest, SheetsOfBothFormsAreWhole) {
  for (const FormKind kind : {FormKind::kMonitoring, FormKind::kEvaluation}) {
    const Form form = BuildForm(Review(), kind);
    ASSERT_EQ(form.sheets.size(), 3U);
    EXPECT_EQ(form.sheets[0].name, "部门汇总");
    EXPECT_EQ(form.sheets[1].name, "道路养护");
    EXPECT_EQ(form.sheets[2].name.find_first_of("[]:*?/\\\n"), std::string::npos);
    EXPECT_EQ(form.created_second, 1'593'565'200);
    for (const Sheet& sheet : form.sheets) EXPECT_EQ(WrongIn(sheet), "");
  }
}

TEST(BuildFormTest, MoneyIsRoundedOnceAndBlankWhenUnknown) {
  const Sheet sheet = BuildForm(Review(), FormKind::kMonitoring).sheets[1];
  const int total = RowOf(sheet, "年度资金总额");
  EXPECT_EQ(At(sheet, total - 1, 6), "1-6月执行数");
  EXPECT_EQ(At(sheet, total, 4), "100.91");  // 100.905
  EXPECT_EQ(At(sheet, total, 6), "30.00");
  EXPECT_EQ(At(sheet, total, 10), "29.73%");  // 30 / 100.905 = 0.297309…
  EXPECT_EQ(At(sheet, total, 13), "80.00");   // 80.004999
  const int general = RowOf(sheet, "其中：本年一般公共预算拨款");
  EXPECT_EQ(At(sheet, general, 4), "90.00");
  EXPECT_EQ(At(sheet, general, 13), "80.00");
  const int other = RowOf(sheet, "其他资金");
  EXPECT_EQ(At(sheet, other, 4), "10.91");
  EXPECT_EQ(At(sheet, other, 10), "0.00%");
  EXPECT_EQ(At(sheet, other, 13), "");  // nothing is expected of this source
}

TEST(BuildFormTest, WithoutAForecastNothingIsExpected) {
  v1::GetReviewResponse response = Review();
  response.mutable_review()->mutable_performance()->mutable_projects(0)->clear_forecast();
  const Form form = BuildForm(response, FormKind::kMonitoring);
  const Sheet& sheet = form.sheets[1];
  EXPECT_EQ(At(sheet, RowOf(sheet, "年度资金总额"), 13), "");
  EXPECT_EQ(At(sheet, RowOf(sheet, "其他资金"), 13), "");
  EXPECT_EQ(At(form.sheets[0], RowOf(form.sheets[0], "项目支出合计"), 7), "");
}

TEST(BuildFormTest, LikelihoodsAreTicked) {
  const Sheet sheet = BuildForm(Review(), FormKind::kMonitoring).sheets[1];
  const int first = RowOf(sheet, "指标1");
  ASSERT_GT(first, 0);
  EXPECT_EQ(At(sheet, first - 1, kLikelihood), "确定能");
  EXPECT_EQ(At(sheet, first - 1, kLikelihood + 2), "完全不可能");
  for (int row = 0; row < 3; ++row) {
    for (int i = 0; i < 3; ++i) {
      EXPECT_EQ(At(sheet, first + row, kLikelihood + i), row == i ? "√" : "") << row << i;
    }
  }
  EXPECT_EQ(At(sheet, first + 2, 5), "尚未填报");
}

TEST(BuildFormTest, CausesComeFromExplanations) {
  v1::GetReviewResponse response = Review();
  v1::Explanation* own = Explain(&response, v1::SUBJECT_KIND_INDICATOR, std::string(kRoad) + "#2",
                                 v1::CAUSE_CLASS_FACILITY, "设备未到货");
  own->set_measure("催促供货");
  own->set_due_date("2020-09-30");
  Explain(&response, v1::SUBJECT_KIND_PROJECT, kRoad, v1::CAUSE_CLASS_FUNDING, "资金未到位");
  const Sheet sheet = BuildForm(response, FormKind::kMonitoring).sheets[1];
  EXPECT_EQ(WrongIn(sheet), "");
  const int first = RowOf(sheet, "指标1");
  const auto ticks = [&](int row) {
    std::string text;
    for (int i = 0; i < 5; ++i) text += At(sheet, row, kCause + i).empty() ? '.' : 'x';
    return text;
  };
  EXPECT_EQ(At(sheet, first - 1, kCause), "经费保障");
  EXPECT_EQ(At(sheet, first - 1, kCause + 3), "硬件条件保障");
  // Met: no cause. Its own explanation goes before that of the project.
  EXPECT_EQ(ticks(first), ".....");
  EXPECT_EQ(ticks(first + 1), "...x.");
  EXPECT_EQ(ticks(first + 2), "x....");
  EXPECT_EQ(At(sheet, first, kReason), "");
  EXPECT_EQ(At(sheet, first + 1, kReason), "设备未到货");
  EXPECT_EQ(At(sheet, first + 2, kReason), "资金未到位");
  EXPECT_EQ(At(sheet, first, kRemark), "");
  EXPECT_EQ(At(sheet, first + 1, kRemark), "催促供货（完成时限：2020年9月30日）");
  EXPECT_EQ(At(sheet, first + 2, kRemark), "理由3");
}

TEST(BuildFormTest, ExplanationsFindIndicatorsWithAMarkInTheirId) {
  v1::GetReviewResponse response = Review();
  AddIndicator(response.mutable_review()->mutable_performance()->mutable_projects(0), "%23#4",
               v1::TARGET_STATE_NOT_MET, v1::LIKELIHOOD_POSSIBLE);
  Explain(&response, v1::SUBJECT_KIND_INDICATOR, std::string(kRoad) + "#%2523%234",
          v1::CAUSE_CLASS_FACILITY, "设备未到货");
  const Sheet sheet = BuildForm(response, FormKind::kMonitoring).sheets[1];
  const int row = RowOf(sheet, "指标%23#4");
  ASSERT_GT(row, 0);
  EXPECT_EQ(At(sheet, row, kReason), "设备未到货");
}

TEST(BuildFormTest, LevelsShareCellsOnlyBelowTheSame) {
  const Sheet sheet = BuildForm(Review(), FormKind::kMonitoring).sheets[1];
  ASSERT_NE(FindCell(sheet, "产出指标"), nullptr);
  EXPECT_EQ(FindCell(sheet, "产出指标")->row_count, 3);
  EXPECT_EQ(FindCell(sheet, "质量指标")->row_count, 1);
  EXPECT_EQ(FindCell(sheet, "数量指标")->row_count, 2);
}

TEST(BuildFormTest, PointsOfTheEvaluation) {
  v1::GetReviewResponse response = Review();
  v1::ProjectScore* score = response.mutable_review()->mutable_scorecard()->add_projects();
  score->set_project_code(kRoad);
  score->set_full_score("100.00");
  score->set_score("61.50");
  score->set_grade("中");
  v1::ScoreItem* item = score->add_items();
  item->set_kind(v1::SCORE_ITEM_KIND_EXECUTION);
  item->set_full_score("10.00");
  item->set_score("2.97");
  item = score->add_items();
  item->set_kind(v1::SCORE_ITEM_KIND_INDICATOR);
  item->set_indicator_id("2");
  item->set_full_score("30.00");
  item->set_score("12.63");
  item->set_lost_reason_zh("完成 40 %。");
  Explain(&response, v1::SUBJECT_KIND_INDICATOR, std::string(kRoad) + "#2",
          v1::CAUSE_CLASS_PERSONNEL, "人员不足")
      ->set_measure("增派人员");
  const Sheet sheet = BuildForm(response, FormKind::kEvaluation).sheets[1];
  EXPECT_EQ(WrongIn(sheet), "");
  const int total = RowOf(sheet, "年度资金总额");
  EXPECT_EQ(At(sheet, total, 3), "100.91");
  EXPECT_EQ(At(sheet, total, 6), "10.00");
  EXPECT_EQ(At(sheet, total, 7), "29.73%");
  EXPECT_EQ(At(sheet, total, 8), "2.97");
  const int second = RowOf(sheet, "指标2");
  EXPECT_EQ(At(sheet, second, 6), "30.00");
  EXPECT_EQ(At(sheet, second, 7), "12.63");
  EXPECT_EQ(At(sheet, second, 8),
            "扣分说明：完成 40 %。\n偏差原因：人员保障：人员不足\n改进措施：增派人员");
  const int sum = RowOf(sheet, "总分");
  EXPECT_EQ(At(sheet, sum, 6), "100.00");
  EXPECT_EQ(At(sheet, sum, 7), "61.50");
  EXPECT_EQ(At(sheet, sum, 8), "等级：中");
}

TEST(BuildFormTest, HostileTextsStayTextsInEveryFormat) {
  v1::GetReviewResponse response = Review();
  Explain(&response, v1::SUBJECT_KIND_DEPARTMENT, "990002", v1::CAUSE_CLASS_OTHER,
          "=1+1\x01\xFF<b>");
  for (const FormKind kind : {FormKind::kMonitoring, FormKind::kEvaluation}) {
    const Form form = BuildForm(response, kind);
    const std::string html = WriteHtml(form);
    EXPECT_THAT(html, HasSubstr("&lt;script&gt;alert(&#39;1&#39;)&lt;/script&gt;"));
    EXPECT_THAT(html, HasSubstr("𠮷"));
    EXPECT_THAT(html, Not(HasSubstr("<script")));
    EXPECT_THAT(html, Not(HasSubstr("<img")));
    EXPECT_THAT(html, Not(HasSubstr("\x01")));
    const std::string csv = WriteCsv(form);
    for (const std::string formula : {"=HYPERLINK", "@SUM", "+1", "=1+1"}) {
      EXPECT_THAT(csv, HasSubstr("'" + formula));
      EXPECT_THAT(csv, Not(HasSubstr("," + formula)));
      EXPECT_THAT(csv, Not(HasSubstr(",\"" + formula)));
    }
    std::string bytes;
    std::string error;
    EXPECT_TRUE(WriteXlsx(form, &bytes, &error)) << error;
  }
}

TEST(BuildFormTest, ProjectsOfOneNameGetSheetsOfTheirOwn) {
  v1::GetReviewResponse response = Review();
  for (int i = 0; i < 3; ++i) {
    v1::ProjectPerformance* project =
        response.mutable_review()->mutable_performance()->add_projects();
    project->set_project_code("990-02-" + std::to_string(i));
    project->set_project_name("部门汇总");  // as the first sheet
  }
  const Form form = BuildForm(response, FormKind::kMonitoring);
  ASSERT_EQ(form.sheets.size(), 6U);
  EXPECT_EQ(form.sheets[3].name, "部门汇总(2)");
  EXPECT_EQ(form.sheets[5].name, "部门汇总(4)");
  std::string bytes;
  std::string error;
  EXPECT_TRUE(WriteXlsx(form, &bytes, &error)) << error;
}

TEST(BuildFormTest, BasicExpenditureHasNoFormOfItsOwn) {
  v1::GetReviewResponse response = Review();
  v1::ProjectExecution* line = response.mutable_review()->mutable_execution()->add_projects();
  line->set_project_code("990002-RY");
  line->set_kind(v1::PROJECT_KIND_PERSONNEL);
  Explain(&response, v1::SUBJECT_KIND_PROJECT, "990002-RY", v1::CAUSE_CLASS_OTHER, "补发工资");
  const Form form = BuildForm(response, FormKind::kMonitoring);
  EXPECT_EQ(form.sheets.size(), 3U);
  // What was said about it stands in the summary.
  EXPECT_NE(FindCell(form.sheets[0], "补发工资"), nullptr);
}

TEST(BuildFormTest, AnEmptyReviewIsABlankSummary) {
  for (const FormKind kind : {FormKind::kMonitoring, FormKind::kEvaluation}) {
    const Form form = BuildForm(v1::GetReviewResponse(), kind);
    ASSERT_EQ(form.sheets.size(), 1U);
    EXPECT_EQ(WrongIn(form.sheets[0]), "");
    EXPECT_EQ(At(form.sheets[0], RowOf(form.sheets[0], "项目支出合计"), 3), "0.00");
    EXPECT_THAT(WriteHtml(form), HasSubstr("</html>"));
    std::string bytes;
    std::string error;
    EXPECT_TRUE(WriteXlsx(form, &bytes, &error)) << error;
  }
}

}  // namespace
}  // namespace budgetwatch::forms
