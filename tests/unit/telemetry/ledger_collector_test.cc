// Goal: what a scrape shows is what the ledger says at one moment: exact values,
// the documented labels, nothing where there is no value.
// Method: plans, payments and warnings committed to a ledger in memory; its families
// are read as Prometheus would, and compared with the execution report.

#include "telemetry/ledger_collector.h"

#include <gtest/gtest.h>

#include <atomic>
#include <chrono>
#include <map>
#include <optional>
#include <string>
#include <thread>

#include "storage/memory_store.h"
#include "support/builders.h"
#include "support/test_ledger.h"

namespace budgetwatch {
namespace {

using Labels = std::map<std::string, std::string>;
using Samples = std::map<Labels, double>;

// Due by 1 July: 50 %. The blank cell at the end of October adds nothing.
std::vector<std::string> Schedule() { return {"10", "50", "", "100"}; }

Plan DepartmentPlan(const std::string& code, const std::string& parent,
                    std::vector<Project> projects) {
  Plan plan = MakePlan(code, std::move(projects));
  plan.parent_department_code = parent;
  return plan;
}

class LedgerCollectorTest : public testing::Test {
 protected:
  static constexpr char kToday[] = "2020-07-01";

  void Commit(JournalEntry entry) {
    const auto done =
        ledger_.committer().Run([&entry](const LedgerState&) -> Result<std::vector<JournalEntry>> {
          return std::vector<JournalEntry>{std::move(entry)};
        });
    ASSERT_TRUE(done.ok()) << done.error().message;
  }

  // Applies the departments of the tests: "1" with nothing of its own above "12",
  // which has one line and "121" below it.
  void ApplyTree() {
    Commit(
        MakePlanEntry(DepartmentPlan("12", "1", {MakeProject("office", 1'200'000)}), "2020-01-01"));
    Project staff = MakeProject("staff", 300'000, Schedule());
    staff.kind = ProjectKind::kPersonnel;
    Commit(MakePlanEntry(DepartmentPlan("121", "12", {staff, MakeProject("empty", 0, Schedule())}),
                         "2020-01-01"));
  }

  void Pay(const std::string& project_code, const std::string& date, int64_t amount_fen) {
    const std::string id = "p" + std::to_string(++payment_count_);
    ledger_.Record({amount_fen < 0 ? MakeRefund(id, project_code, date, -amount_fen)
                                   : MakePayment(id, project_code, date, amount_fen)});
  }

  // Scrapes once; the samples by name and labels, without the prefix of the names.
  std::map<std::string, Samples> Scrape(const LedgerCollector& collector) const {
    std::map<std::string, Samples> scrape;
    for (const auto& family : collector.Collect()) {
      EXPECT_EQ(family.name.rfind("budgetwatch_", 0), 0u) << family.name;
      Samples& samples = scrape[family.name.substr(sizeof("budgetwatch_") - 1)];
      for (const auto& metric : family.metric) {
        Labels labels;
        for (const auto& label : metric.label) labels[label.name] = label.value;
        EXPECT_EQ(labels.size(), metric.label.size()) << family.name;
        const bool counter = family.type == prometheus::MetricType::Counter;
        const double value = counter ? metric.counter.value : metric.gauge.value;
        EXPECT_TRUE(samples.emplace(labels, value).second)
            << family.name << " twice with the same labels";
      }
    }
    return scrape;
  }
  std::map<std::string, Samples> Scrape() const { return Scrape(collector_); }

  static Labels OfProject(const std::string& department, const std::string& project) {
    return {{"department_code", department}, {"project_code", project}, {"fiscal_year", "2020"}};
  }
  static Labels OfDepartment(const std::string& code) {
    return {{"department_code", code}, {"fiscal_year", "2020"}};
  }

  MemoryStore store_;
  TestLedger ledger_{store_};
  LedgerCollector collector_{ledger_.ledger(), ledger_.committer(), ledger_.calendar()};
  int payment_count_ = 0;
};

TEST_F(LedgerCollectorTest, EmptyLedgerShowsItselfOnly) {
  const auto scrape = Scrape();
  EXPECT_EQ(scrape.at("ledger_sequence"), (Samples{{{}, 0}}));
  EXPECT_EQ(scrape.at("queue_depth"), (Samples{{{}, 0}}));
  EXPECT_EQ(scrape.at("store_writable"), (Samples{{{}, 1}}));
  EXPECT_EQ(scrape.at("store_bytes"), (Samples{{{}, 0}}));
  // 2020-07-01T00:00:00Z.
  EXPECT_EQ(scrape.at("business_date_timestamp_seconds"), (Samples{{{}, 1'593'561'600}}));
  for (const char* name : {"project_info", "department_info", "time_progress_ratio",
                           "suspense_yuan", "suspense_payments", "warning_active"}) {
    EXPECT_EQ(scrape.at(name), Samples()) << name;
  }
}

TEST_F(LedgerCollectorTest, ProjectsShowTheirMoneyInYuanAndTheirShares) {
  ApplyTree();
  Pay("staff", "2020-03-01", 123'456);
  Pay("staff", "2020-07-01", -3'456);
  Pay("staff", "2020-07-02", 500);  // after the business date
  const auto scrape = Scrape();
  const Labels staff = OfProject("121", "staff");
  EXPECT_EQ(scrape.at("project_budget_yuan").at(staff), 3'000.00);
  EXPECT_EQ(scrape.at("project_disbursed_yuan").at(staff), 1'200.00);
  EXPECT_EQ(scrape.at("project_execution_ratio").at(staff), 0.4);
  EXPECT_EQ(scrape.at("project_planned_ratio").at(staff), 0.5);
  EXPECT_DOUBLE_EQ(scrape.at("project_deviation_ratio").at(staff), -0.1);
  // A line without a schedule is due by time progress: (7 − 1 + 1/31)/12.
  EXPECT_DOUBLE_EQ(scrape.at("project_planned_ratio").at(OfProject("12", "office")), 187.0 / 372);
  EXPECT_DOUBLE_EQ(scrape.at("time_progress_ratio").at({{"fiscal_year", "2020"}}), 187.0 / 372);
}

TEST_F(LedgerCollectorTest, InfoMetricsCarryNamesAndKinds) {
  ApplyTree();
  const auto scrape = Scrape();
  Labels staff = OfProject("121", "staff");
  staff["project_name"] = "name of staff";
  staff["kind"] = "personnel";
  EXPECT_EQ(scrape.at("project_info").at(staff), 1);
  EXPECT_EQ(scrape.at("project_info").size(), 3u);
  Labels department = OfDepartment("121");
  department["department_name"] = "name of 121";
  EXPECT_EQ(scrape.at("department_info").at(department), 1);
  // Only has others below it: no plan names it.
  Labels top = OfDepartment("1");
  top["department_name"] = "";
  EXPECT_EQ(scrape.at("department_info").at(top), 1);
  EXPECT_EQ(scrape.at("department_info").size(), 3u);
}

TEST_F(LedgerCollectorTest, RatioOfABudgetOfZeroIsAbsent) {
  ApplyTree();
  Pay("empty", "2020-02-01", 100);
  const auto scrape = Scrape();
  const Labels empty = OfProject("121", "empty");
  EXPECT_EQ(scrape.at("project_budget_yuan").at(empty), 0);
  EXPECT_EQ(scrape.at("project_disbursed_yuan").at(empty), 1);
  EXPECT_EQ(scrape.at("project_planned_ratio").at(empty), 0.5);
  EXPECT_FALSE(scrape.at("project_execution_ratio").contains(empty));
  EXPECT_FALSE(scrape.at("project_deviation_ratio").contains(empty));
}

TEST_F(LedgerCollectorTest, DepartmentsShowWhatTheirReportsSay) {
  ApplyTree();
  Commit(MakePlanEntry(DepartmentPlan("122", "12", {MakeProject("road", 999'999, Schedule())}),
                       "2020-01-01"));
  Pay("office", "2020-05-05", 700'001);
  Pay("staff", "2020-05-06", 90'000);
  Pay("road", "2020-06-30", 333'333);
  const auto scrape = Scrape();
  ledger_.ledger().View([&](const LedgerState& state) {
    const ReportBasis basis = {&state.plans(), state.totals().FindYear(2020),
                               &state.ProfileAt(kKnownNow), kKnownNow};
    for (const std::string code : {"1", "12", "121", "122"}) {
      const auto report = MakeExecutionReport(code, 2020, Day(kToday), basis);
      ASSERT_TRUE(report.ok());
      const ExecutionFigures& totals = report.value().totals;
      const Labels labels = OfDepartment(code);
      EXPECT_EQ(scrape.at("department_budget_yuan").at(labels) * 100, totals.budget_fen) << code;
      EXPECT_DOUBLE_EQ(scrape.at("department_disbursed_yuan").at(labels) * 100,
                       static_cast<double>(totals.disbursed_fen));
      EXPECT_EQ(scrape.at("department_execution_ratio").at(labels), totals.ExecutionRatio());
      EXPECT_EQ(scrape.at("department_planned_ratio").at(labels), totals.PlannedRatio());
      EXPECT_EQ(scrape.at("department_deviation_ratio").at(labels), totals.DeviationRatio());
    }
  });
  EXPECT_EQ(scrape.at("department_budget_yuan").at(OfDepartment("1")), 24'999.99);
  EXPECT_EQ(scrape.at("department_budget_yuan").size(), 4u);
}

TEST_F(LedgerCollectorTest, SuspenseShowsWhateverItsDate) {
  ApplyTree();
  Pay("unknown", "2020-02-02", 1'050);
  Pay("unknown", "2020-12-31", 2'000);
  Pay("unknown", "2019-12-31", 7);  // a year without any plan
  const auto scrape = Scrape();
  EXPECT_EQ(scrape.at("suspense_yuan"),
            (Samples{{{{"fiscal_year", "2019"}}, 0.07}, {{{"fiscal_year", "2020"}}, 30.50}}));
  EXPECT_EQ(scrape.at("suspense_payments"),
            (Samples{{{{"fiscal_year", "2019"}}, 1}, {{{"fiscal_year", "2020"}}, 2}}));
  EXPECT_EQ(scrape.at("time_progress_ratio").size(), 1u);
}

TEST_F(LedgerCollectorTest, PlanIsShownFromItsEffectiveDateOn) {
  Commit(MakePlanEntry(MakePlan("12", {MakeProject("office", 100)}), "2020-07-01"));
  Commit(MakePlanEntry(MakePlan("13", {MakeProject("later", 100)}), "2020-07-02"));
  const auto scrape = Scrape();
  EXPECT_EQ(scrape.at("project_budget_yuan"), (Samples{{OfProject("12", "office"), 1}}));
  EXPECT_EQ(scrape.at("department_budget_yuan"), (Samples{{OfDepartment("12"), 1}}));
}

TEST_F(LedgerCollectorTest, ClosedYearsLeaveAfterTheNextYear) {
  for (const int year : {2017, 2018, 2019}) {
    Commit(MakePlanEntry(MakePlan("12", {MakeProject("office", 100, Schedule(), year)}, year),
                         std::to_string(year) + "-01-01"));
  }
  Commit(ClosingEntry{2018});
  Commit(ClosingEntry{2019});
  const auto scrape = Scrape();
  // 2017 was never closed: what is wrong in it can still be put right.
  const Samples expected = {{{{"fiscal_year", "2017"}}, 1}, {{{"fiscal_year", "2019"}}, 1}};
  EXPECT_EQ(scrape.at("time_progress_ratio"), expected);
  EXPECT_EQ(scrape.at("project_planned_ratio").size(), 2u);
  EXPECT_EQ(scrape.at("suspense_yuan").size(), 2u);

  ledger_.calendar().Set(Day("2021-01-01"));
  const auto later = Scrape();
  EXPECT_EQ(later.at("time_progress_ratio"), (Samples{{{{"fiscal_year", "2017"}}, 1}}));
}

TEST_F(LedgerCollectorTest, ReviewsShowTheLastDayThatIsDueAndTheLastThatWasMade) {
  Commit(MakePlanEntry(MakePlan("12", {MakeProject("office", 100)}), "2020-01-01"));
  Commit(MakePlanEntry(MakePlan("13", {MakeProject("later", 100)}), "2020-07-15"));
  constexpr char kDue[] = "review_due_timestamp_seconds";
  constexpr double kJune30 = 1'593'475'200;
  constexpr double kJuly31 = 1'596'153'600;
  ledger_.calendar().Set(Day("2020-06-30"));
  EXPECT_EQ(Scrape().at(kDue), Samples()) << "the day is not over";
  ledger_.calendar().Set(Day("2020-07-31"));
  EXPECT_EQ(Scrape().at(kDue), (Samples{{OfDepartment("12"), kJune30}}));
  ReviewEntry review;
  for (const char* day : {"2020-07-30", "2020-06-30"}) {
    review.id = {2020, "12", Day(day), 1};
    Commit(review);
  }
  ledger_.calendar().Set(Day("2020-08-01"));
  const auto scrape = Scrape();
  EXPECT_EQ(scrape.at(kDue),
            (Samples{{OfDepartment("12"), kJuly31}, {OfDepartment("13"), kJuly31}}));
  EXPECT_EQ(scrape.at("review_last_timestamp_seconds"),
            (Samples{{OfDepartment("12"), kJuly31 - 86'400}}));
  ledger_.calendar().Set(Day("2021-08-02"));  // nobody would review it any more
  EXPECT_EQ(Scrape().at(kDue), Samples());
  ledger_.calendar().Set(Day("2021-01-01"));
  EXPECT_EQ(Scrape().at(kDue).size(), 2u);
  Commit(ClosingEntry{2020});
  EXPECT_EQ(Scrape().at(kDue), Samples());
}

WarningEntry Opening(Rule rule, SubjectKind kind, const std::string& subject,
                     const std::string& department, std::optional<Date> checkpoint) {
  WarningEntry entry;
  entry.id = {rule, kind, subject, 2020, checkpoint};
  entry.department_code = department;
  entry.date = Day("2020-07-01");
  entry.severity = rule == Rule::kOverspent ? Severity::kCritical : Severity::kWarning;
  return entry;
}

TEST_F(LedgerCollectorTest, OpenWarningsAreCountedByRuleAndSubject) {
  ApplyTree();
  Commit(Opening(Rule::kOverspent, SubjectKind::kProject, "staff", "121", std::nullopt));
  Commit(Opening(Rule::kBehindPlan, SubjectKind::kProject, "staff", "121", Day("2020-03-31")));
  Commit(Opening(Rule::kBehindPlan, SubjectKind::kProject, "staff", "121", Day("2020-06-30")));
  Commit(Opening(Rule::kBehindPlan, SubjectKind::kDepartment, "12", "12", Day("2020-06-30")));
  Commit(Opening(Rule::kSuspensePending, SubjectKind::kSuspense, "", "", std::nullopt));
  WarningEntry resolved =
      Opening(Rule::kNoSpending, SubjectKind::kProject, "staff", "121", std::nullopt);
  Commit(resolved);
  resolved.change = WarningChange::kResolved;
  Commit(resolved);
  const auto labels = [](const char* rule, const char* severity, const char* department,
                         const char* project) {
    return Labels{{"rule", rule},
                  {"severity", severity},
                  {"department_code", department},
                  {"project_code", project},
                  {"fiscal_year", "2020"}};
  };
  EXPECT_EQ(Scrape().at("warning_active"),
            (Samples{{labels("overspent", "critical", "121", "staff"), 1},
                     {labels("behind_plan", "warning", "121", "staff"), 2},
                     {labels("behind_plan", "warning", "12", ""), 1},
                     {labels("suspense_pending", "warning", "", ""), 1}}));
}

WarningEntry WithGap(WarningEntry entry, const std::string& date, int64_t gap_fen) {
  entry.date = Day(date);
  entry.figures.gap_fen = gap_fen;
  return entry;
}

TEST_F(LedgerCollectorTest, WarningsShowTheirMoneyAndSinceWhenNobodyExplainsThem) {
  ApplyTree();
  const auto behind = [](const char* checkpoint) {
    return Opening(Rule::kBehindPlan, SubjectKind::kProject, "staff", "121", Day(checkpoint));
  };
  const WarningEntry first = WithGap(behind("2020-03-31"), "2020-04-01", 12'345);
  const WarningEntry second = WithGap(behind("2020-06-30"), "2020-07-01", 5);
  Commit(first);
  Commit(second);
  Commit(Opening(Rule::kNoSpending, SubjectKind::kProject, "staff", "121", std::nullopt));
  const Labels labels = {{"rule", "behind_plan"},
                         {"severity", "warning"},
                         {"department_code", "121"},
                         {"project_code", "staff"},
                         {"fiscal_year", "2020"}};
  const char kSince[] = "warning_unexplained_since_timestamp_seconds";
  auto scrape = Scrape();
  EXPECT_EQ(scrape.at("warning_unexplained").at(labels), 2);
  EXPECT_EQ(scrape.at(kSince).at(labels), 1'585'699'200);  // 2020-04-01T00:00:00Z
  EXPECT_DOUBLE_EQ(scrape.at("warning_gap_yuan").at(labels), 123.50);
  EXPECT_EQ(scrape.at("warning_gap_yuan").size(), 1u) << "no_spending was opened without an amount";

  WarningEntry explained = first;
  explained.change = WarningChange::kExplained;
  explained.explanation = Explanation{CauseClass::kFunding, "late funds", "", std::nullopt, ""};
  Commit(explained);
  scrape = Scrape();
  EXPECT_EQ(scrape.at("warning_active").at(labels), 2);
  EXPECT_EQ(scrape.at("warning_unexplained").at(labels), 1);
  EXPECT_EQ(scrape.at(kSince).at(labels), 1'593'561'600);  // 2020-07-01T00:00:00Z

  // Opened again, it counts from that day on.
  WarningEntry change = second;
  change.change = WarningChange::kResolved;
  Commit(change);
  EXPECT_EQ(Scrape().at("warning_unexplained").at(labels), 0);
  EXPECT_FALSE(Scrape().at(kSince).contains(labels));
  change = WithGap(second, "2020-07-03", 7);
  change.change = WarningChange::kReopened;
  Commit(change);
  scrape = Scrape();
  EXPECT_EQ(scrape.at(kSince).at(labels), 1'593'734'400);  // 2020-07-03T00:00:00Z
  EXPECT_DOUBLE_EQ(scrape.at("warning_gap_yuan").at(labels), 123.52);
}

TEST_F(LedgerCollectorTest, ProjectsShowTheirStatusAndTheNextCheckpoint) {
  Commit(MakePlanEntry(
      MakePlan("12", {MakeProject("over", 100, Schedule()), MakeProject("severe", 100, Schedule()),
                      MakeProject("behind", 100, Schedule()), MakeProject("ahead", 100, Schedule()),
                      MakeProject("done", 100, Schedule()),
                      MakeProject("later", 100, {"", "", "", "100"}),
                      MakeProject("fine", 100, Schedule())}),
      "2020-01-01"));
  Pay("over", "2020-02-01", 101);
  Pay("severe", "2020-02-01", 29);
  Pay("behind", "2020-02-01", 44);
  Pay("ahead", "2020-02-01", 56);
  Pay("done", "2020-02-01", 100);
  Pay("fine", "2020-02-01", 45);
  const auto scrape = Scrape();
  const std::map<std::string, std::string> expected = {
      {"over", "overspent"}, {"severe", "severely_behind"},
      {"behind", "behind"},  {"ahead", "ahead"},
      {"done", "ahead"},     {"later", "not_due"},
      {"fine", "on_track"}};
  EXPECT_EQ(scrape.at("project_status").size(), expected.size());
  for (const auto& [project, status] : expected) {
    Labels labels = OfProject("12", project);
    labels["status"] = status;
    EXPECT_EQ(scrape.at("project_status").count(labels), 1u) << project << " is not " << status;
  }
  // The blank cell of October adds nothing to June's half.
  EXPECT_EQ(scrape.at("project_next_planned_ratio").at(OfProject("12", "fine")), 0.5);
  EXPECT_EQ(scrape.at("project_next_planned_ratio").at(OfProject("12", "later")), 0);
}

TEST_F(LedgerCollectorTest, MonthsShowWhatWasPaidInThemUpToTheBusinessDate) {
  ApplyTree();
  Pay("staff", "2020-01-31", 100);
  Pay("staff", "2020-02-01", 200);
  Pay("staff", "2020-02-29", 50);
  Pay("staff", "2020-05-01", 300);
  Pay("staff", "2020-05-31", -300);
  Pay("staff", "2020-07-01", 1);
  Pay("staff", "2020-07-02", 7'000);  // after the business date
  const auto of_month = [](const char* month) {
    Labels labels = OfProject("121", "staff");
    labels["month"] = month;
    return labels;
  };
  auto scrape = Scrape();
  EXPECT_EQ(scrape.at("project_month_disbursed_yuan"),
            (Samples{{of_month("01"), 1}, {of_month("02"), 2.5}, {of_month("07"), 0.01}}));
  Pay("staff", "2020-12-31", 900);
  Pay("staff", "2020-10-01", 800);
  ledger_.calendar().Set(Day("2021-01-01"));
  scrape = Scrape();
  EXPECT_EQ(scrape.at("project_month_disbursed_yuan").at(of_month("07")), 70.01);
  EXPECT_EQ(scrape.at("project_month_disbursed_yuan").at(of_month("10")), 8);
  EXPECT_EQ(scrape.at("project_month_disbursed_yuan").at(of_month("12")), 9);
}

TEST_F(LedgerCollectorTest, FloorIsTheLastOneOfTheProfile) {
  ApplyTree();
  EXPECT_EQ(Scrape().at("floor_ratio"), Samples());
  Profile profile;
  profile.floors = {{6, 30, 500'000}, {9, 30, 750'000}};
  ASSERT_TRUE(ledger_.administration().AdoptProfile(profile).ok());
  EXPECT_EQ(Scrape().at("floor_ratio"), (Samples{{{{"fiscal_year", "2020"}}, 0.5}}));
  ledger_.calendar().Set(Day("2020-06-29"));
  EXPECT_EQ(Scrape().at("floor_ratio"), Samples());
  ledger_.calendar().Set(Day("2020-09-30"));
  EXPECT_EQ(Scrape().at("floor_ratio"), (Samples{{{{"fiscal_year", "2020"}}, 0.75}}));
}

TEST_F(LedgerCollectorTest, StoreThatRefusesWritesIsShown) {
  const auto write = [this] {
    return ledger_.committer().Run([](const LedgerState&) -> Result<std::vector<JournalEntry>> {
      return std::vector<JournalEntry>{ClosingEntry{2000}};
    });
  };
  store_.SetFailing(true);
  EXPECT_FALSE(write().ok());
  EXPECT_EQ(Scrape().at("store_writable"), (Samples{{{}, 0}}));
  EXPECT_EQ(Scrape().at("ledger_sequence"), (Samples{{{}, 0}}));
  store_.SetFailing(false);
  EXPECT_TRUE(write().ok());
  EXPECT_EQ(Scrape().at("store_writable"), (Samples{{{}, 1}}));
  EXPECT_EQ(Scrape().at("ledger_sequence"), (Samples{{{}, 1}}));
}

TEST_F(LedgerCollectorTest, UpkeepThatFailsIsCounted) {
  class Store : public MemoryStore {
   public:
    Status WriteCheckpoint(const StateCheckpoint&, const std::vector<TotalRow>&) override {
      return Refusal(Reason::kStoreFailed, "", "no room");
    }
    int64_t IndexFailureCount() const override { return 3; }
  };
  Store store;
  TestLedger ledger(store, Committer::Options{.checkpoint_interval = 8});
  const auto values = [&] {
    return Scrape(LedgerCollector(ledger.ledger(), ledger.committer(), ledger.calendar()))
        .at("upkeep_failures_total");
  };
  EXPECT_EQ(values(), (Samples{{{{"work", "checkpoint"}}, 0}, {{{"work", "index"}}, 3}}));
  for (int i = 0; i < 8; ++i) {
    ledger.Record({MakePayment("p" + std::to_string(i), "A", "2020-05-01", 100)});
  }
  // Checkpoints are written on a thread of their own.
  const SteadyTime deadline = SteadyNow() + std::chrono::seconds(30);
  while (values().begin()->second == 0 && SteadyNow() < deadline) std::this_thread::yield();
  EXPECT_EQ(values(), (Samples{{{{"work", "checkpoint"}}, 1}, {{{"work", "index"}}, 3}}));
}

TEST_F(LedgerCollectorTest, EventsThatWaitAreTheQueueDepth) {
  const auto idle =
      Committer::Create(ledger_.ledger(), ledger_.clock(), {}).value();  // no thread takes them
  idle->SubmitPayments({"test", {PaymentRefusal(), PaymentRefusal()}}, [](const auto&) {});
  const auto scrape = Scrape(LedgerCollector(ledger_.ledger(), *idle, ledger_.calendar()));
  EXPECT_EQ(scrape.at("queue_depth"), (Samples{{{}, 2}}));
  EXPECT_EQ(scrape.at("queue_limit"), (Samples{{{}, 200'000}}));
}

// Every payment is 1 yuan, to two lines in turn and one that no plan carries: the
// journal's length tells what all figures of the scrape must add up to.
TEST_F(LedgerCollectorTest, FiguresOfOneScrapeAddUpWhilePaymentsArrive) {
  constexpr int kScrapes = 200;
  ApplyTree();
  const double plan_entries = Scrape().at("ledger_sequence").at({});
  std::atomic<bool> stop = false;
  std::thread payer([this, &stop] {
    const char* const codes[] = {"office", "staff", "unknown"};
    for (int i = 0; !stop; ++i) {
      Pay(codes[i % 3], "2020-05-05", 100);
    }
  });
  for (int i = 0; i < kScrapes; ++i) {
    const auto scrape = Scrape();
    double projects_yuan = 0;
    for (const auto& [labels, yuan] : scrape.at("project_disbursed_yuan")) projects_yuan += yuan;
    const auto suspense = scrape.find("suspense_yuan")->second.find({{"fiscal_year", "2020"}});
    EXPECT_EQ(scrape.at("department_disbursed_yuan").at(OfDepartment("1")), projects_yuan);
    EXPECT_EQ(projects_yuan + suspense->second, scrape.at("ledger_sequence").at({}) - plan_entries);
  }
  stop = true;
  payer.join();
}

}  // namespace
}  // namespace budgetwatch
