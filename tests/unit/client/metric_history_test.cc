// Goal: past days are written as the daemon would have shown them, in the format that
// promtool reads; what has no value is left out.
// Method: reports made by hand, compared with the text.

#include "budgetctl/metric_history.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace budgetwatch::ctl {
namespace {

using testing::HasSubstr;
using testing::Not;

v1::ExecutionReport Report(const std::string& date, int64_t disbursed_fen) {
  v1::ExecutionReport report;
  report.set_department_code("12");
  report.set_department_name("局");
  report.set_fiscal_year(2020);
  report.set_as_of_date(date);
  report.set_time_progress_ratio(0.5);
  v1::ProjectExecution* project = report.add_projects();
  project->set_project_code("p");
  project->set_project_name("a \"b\" \\ c\nd");
  project->set_kind(v1::PROJECT_KIND_THREE_PUBLIC);
  project->set_budget_fen(30'000);
  project->set_disbursed_fen(disbursed_fen);
  project->set_execution_ratio(0.1);
  project->set_planned_ratio(0.25);
  project->set_status(v1::EXECUTION_STATUS_SEVERELY_BEHIND);
  report.mutable_totals()->set_budget_fen(30'000);
  return report;
}

TEST(MetricHistoryTest, SamplesOfASeriesStandTogetherWithRisingTimes) {
  MetricHistory history(MetricHistory::Labels{{"job", "budgetwatch"}});
  history.Add(Report("2020-06-29", 5));
  history.Add(Report("2020-06-30", 123'456));
  const std::string text = history.ToOpenMetrics();
  EXPECT_THAT(text, HasSubstr("# TYPE budgetwatch_project_disbursed_yuan gauge\n"
                              "budgetwatch_project_disbursed_yuan{department_code=\"12\","
                              "fiscal_year=\"2020\",project_code=\"p\",job=\"budgetwatch\"} "
                              "0.05 1593446399\n"
                              "budgetwatch_project_disbursed_yuan{department_code=\"12\","
                              "fiscal_year=\"2020\",project_code=\"p\",job=\"budgetwatch\"} "
                              "1234.56 1593532799\n"));
  EXPECT_TRUE(text.ends_with("# EOF\n"));
  EXPECT_EQ(history.sample_count(), 2 * history.series_count());
}

TEST(MetricHistoryTest, LabelsAreEscapedAndValuesSpelledAsTheDaemonDoes) {
  MetricHistory history(MetricHistory::Labels{});
  history.Add(Report("2020-06-30", 0));
  const std::string text = history.ToOpenMetrics();
  EXPECT_THAT(text, HasSubstr("project_name=\"a \\\"b\\\" \\\\ c\\nd\",kind=\"three_public\"} 1 "));
  EXPECT_THAT(text, HasSubstr("status=\"severely_behind\"} 1 "));
}

TEST(MetricHistoryTest, RatiosThatAreAbsentAreLeftOut) {
  MetricHistory history(MetricHistory::Labels{});
  history.Add(Report("2020-06-30", 0));
  const std::string text = history.ToOpenMetrics();
  EXPECT_THAT(text, HasSubstr("budgetwatch_project_execution_ratio{"));
  EXPECT_THAT(text, Not(HasSubstr("budgetwatch_project_deviation_ratio")));
  EXPECT_THAT(text, Not(HasSubstr("budgetwatch_department_execution_ratio")));
}

TEST(MetricHistoryTest, ADayEndsInChina) {
  // 2020-06-30T23:59:59+08:00.
  EXPECT_EQ(MetricHistory::TimeOf(Date::Parse("2020-06-30").value()), 1'593'532'799);
}

TEST(MetricHistoryTest, LabelsToAddAreWellFormedAndNew) {
  for (const char* label : {"job", "instance", "_x9"}) {
    EXPECT_TRUE(MetricHistory::CanAdd(label)) << label;
  }
  for (const char* label : {"", "9x", "a-b", "__name__", "名", "project_code", "status"}) {
    EXPECT_FALSE(MetricHistory::CanAdd(label)) << label;
  }
}

}  // namespace
}  // namespace budgetwatch::ctl
