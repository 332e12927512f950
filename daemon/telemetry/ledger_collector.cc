#include "telemetry/ledger_collector.h"

#include <optional>
#include <string>
#include <string_view>
#include <utility>

#include "telemetry/department_roll_up.h"
#include "telemetry/family.h"
#include "telemetry/ledger_snapshot.h"
#include "telemetry/result_families.h"
#include "telemetry/warning_families.h"

namespace budgetwatch {
namespace {

using prometheus::MetricFamily;
using Labels = MetricLabels;

std::string KindName(ProjectKind kind) {
  switch (kind) {
    case ProjectKind::kProject: return "project";
    case ProjectKind::kPersonnel: return "personnel";
    case ProjectKind::kPublic: return "public";
    case ProjectKind::kThreePublic: return "three_public";
  }
  return "";
}

std::string StatusName(ExecutionStatus status) {
  switch (status) {
    case ExecutionStatus::kOverspent: return "overspent";
    case ExecutionStatus::kSeverelyBehind: return "severely_behind";
    case ExecutionStatus::kBehind: return "behind";
    case ExecutionStatus::kAhead: return "ahead";
    case ExecutionStatus::kCompleted: return "completed";
    case ExecutionStatus::kNotDue: return "not_due";
    case ExecutionStatus::kOnTrack: return "on_track";
  }
  return "";
}

// "01" to "12".
std::string MonthName(size_t index) {
  return std::string(index < 9 ? "0" : "1") + static_cast<char>('0' + (index + 1) % 10);
}

struct Ratios {
  std::optional<double> execution;
  std::optional<double> planned;
  std::optional<double> deviation;
};

// The gauges that projects and departments have in common.
class BudgetFamilies {
 public:
  // `subject` is part of the names, `whose` of the help texts.
  BudgetFamilies(const std::string& subject, const std::string& whose)
      : budget_(GaugeFamily(subject + "_budget_yuan",
                            "Approved budget of " + whose + " that is in force, in yuan.")),
        disbursed_(GaugeFamily(
            subject + "_disbursed_yuan",
            "Net sum paid by " + whose + " up to the business date, refunds deducted, in yuan.")),
        execution_(GaugeFamily(subject + "_execution_ratio",
                               "Share of the budget of " + whose +
                                   " that is disbursed, 1 for all of it; absent when the budget "
                                   "is 0.")),
        planned_(GaugeFamily(subject + "_planned_ratio",
                             "Share of the budget of " + whose +
                                 " that is due by the plan's last checkpoint, or by time progress "
                                 "where a line has no schedule.")),
        deviation_(GaugeFamily(subject + "_deviation_ratio",
                               "Execution ratio minus planned ratio of " + whose +
                                   ", below 0 when behind the plan; absent when the budget is "
                                   "0.")) {}

  void Reserve(size_t count) {
    for (MetricFamily* family : {&budget_, &disbursed_, &execution_, &planned_, &deviation_}) {
      family->metric.reserve(count);
    }
  }

  void Add(const Labels& labels, const ExecutionFigures& figures, const Ratios& ratios) {
    AddSample(labels, MetricYuan(figures.budget_fen), &budget_);
    AddSample(labels, MetricYuan(figures.disbursed_fen), &disbursed_);
    AddSample(labels, ratios.execution, &execution_);
    AddSample(labels, ratios.planned, &planned_);
    AddSample(labels, ratios.deviation, &deviation_);
  }

  void MoveTo(std::vector<MetricFamily>* families) {
    for (MetricFamily* family : {&budget_, &disbursed_, &execution_, &planned_, &deviation_}) {
      families->push_back(std::move(*family));
    }
  }

 private:
  MetricFamily budget_;
  MetricFamily disbursed_;
  MetricFamily execution_;
  MetricFamily planned_;
  MetricFamily deviation_;
};

struct ProjectCount {
  size_t projects = 0;
  size_t paid_months = 0;  // of all projects
};

ProjectCount CountProjects(const LedgerSnapshot& snapshot) {
  ProjectCount count;
  for (const YearSnapshot& year : snapshot.years) {
    for (const PlanSnapshot& plan : year.plans) {
      count.projects += plan.paid.size();
      for (const PaidSnapshot& paid : plan.paid) {
        for (const int64_t month_fen : paid.month_fen) count.paid_months += month_fen != 0 ? 1 : 0;
      }
    }
  }
  return count;
}

// Everything that a plan in force gives: projects, departments, time progress.
class PlanFamilies {
 public:
  explicit PlanFamilies(const LedgerSnapshot& snapshot)
      : project_info_(GaugeFamily("project_info",
                                  "Name and kind of a project of a plan in force, always 1; kind "
                                  "is project, personnel, public or three_public.")),
        department_info_(GaugeFamily("department_info",
                                     "Name of a department with a plan in force, or above one "
                                     "that has, always 1.")),
        project_status_(GaugeFamily("project_status",
                                    "Where the project stands against its own plan, always 1; "
                                    "status is overspent, severely_behind, behind, ahead, "
                                    "completed, not_due or on_track.")),
        project_next_(GaugeFamily("project_next_planned_ratio",
                                  "Share of the budget of the project that is due by the plan's "
                                  "next checkpoint, 1 behind the last.")),
        project_month_(GaugeFamily("project_month_disbursed_yuan",
                                   "Net sum paid by the project in a month of the fiscal year, "
                                   "01 to 12, up to the business date, in yuan; absent when 0.")),
        floor_(GaugeFamily("floor_ratio",
                           "Share of the budget that the finance office demands of everybody by "
                           "the last floor date up to the business date; absent without one.")),
        time_progress_(GaugeFamily("time_progress_ratio",
                                   "Share of the fiscal year that has gone by the end of the "
                                   "business date, counted in months.")) {
    const ProjectCount count = CountProjects(snapshot);
    project_info_.metric.reserve(count.projects);
    project_status_.metric.reserve(count.projects);
    project_next_.metric.reserve(count.projects);
    project_month_.metric.reserve(count.paid_months);
    projects_.Reserve(count.projects);
    for (const YearSnapshot& year : snapshot.years) {
      if (!year.plans.empty()) AddYear(year, snapshot.profile);
    }
  }

  void MoveTo(std::vector<MetricFamily>* families) {
    families->push_back(std::move(project_info_));
    projects_.MoveTo(families);
    families->push_back(std::move(project_status_));
    families->push_back(std::move(project_next_));
    families->push_back(std::move(project_month_));
    families->push_back(std::move(department_info_));
    departments_.MoveTo(families);
    families->push_back(std::move(floor_));
    families->push_back(std::move(time_progress_));
  }

 private:
  void AddYear(const YearSnapshot& year, const Profile& profile) {
    const std::string year_text = std::to_string(year.fiscal_year);
    std::vector<DepartmentLines> departments;
    departments.reserve(year.plans.size());
    for (const PlanSnapshot& snapshot : year.plans) {
      const Plan& plan = snapshot.revision->plan();
      DepartmentLines& department = departments.emplace_back();
      department.department_code = plan.department_code;
      department.department_name = plan.department_name;
      department.parent_department_code = plan.parent_department_code;
      for (size_t i = 0; i < plan.projects.size(); ++i) {
        department.own += AddProject(plan, plan.projects[i], snapshot.paid[i], year.as_of, profile);
      }
    }
    for (const DepartmentTotal& total : RollUpDepartments(departments)) {
      AddSample({{"department_code", total.department_code},
                 {"department_name", total.department_name},
                 {"fiscal_year", year_text}},
                1, &department_info_);
      departments_.Add({{"department_code", total.department_code}, {"fiscal_year", year_text}},
                       total.figures,
                       {total.figures.ExecutionRatio(), total.figures.PlannedRatio(),
                        total.figures.DeviationRatio()});
    }
    const Measure measure = MeasureForReport(year.fiscal_year, year.as_of);
    if (const auto floor = LastFloor(profile, measure)) {
      AddSample({{"fiscal_year", year_text}}, ToDouble(floor->second), &floor_);
    }
    AddSample({{"fiscal_year", year_text}},
              ToDouble(TimeProgressInYear(year.fiscal_year, year.as_of)), &time_progress_);
  }

  // Returns the line's figures. They are those of the execution report.
  ExecutionFigures AddProject(const Plan& plan, const Project& project, const PaidSnapshot& paid,
                              Date as_of, const Profile& profile) {
    const LineExecution line = ExecutionOf(project, plan.fiscal_year, as_of, paid.total, profile);
    const Labels labels = {{"department_code", plan.department_code},
                           {"project_code", project.project_code},
                           {"fiscal_year", std::to_string(plan.fiscal_year)}};
    const auto add = [&labels](Labels more, double value, MetricFamily* family) {
      more.insert(more.begin(), labels.begin(), labels.end());
      AddSample(std::move(more), value, family);
    };
    add({{"project_name", project.project_name}, {"kind", KindName(project.kind)}}, 1,
        &project_info_);
    Ratios ratios;
    ratios.execution = line.figures.ExecutionRatio();
    ratios.planned = ToDouble(line.position.planned);
    if (ratios.execution) ratios.deviation = *ratios.execution - *ratios.planned;
    projects_.Add(labels, line.figures, ratios);
    add({{"status", StatusName(line.status)}}, 1, &project_status_);
    add({}, ToDouble(line.position.next), &project_next_);
    for (size_t i = 0; i < paid.month_fen.size(); ++i) {
      if (paid.month_fen[i] == 0) continue;
      add({{"month", MonthName(i)}}, MetricYuan(paid.month_fen[i]), &project_month_);
    }
    return line.figures;
  }

  MetricFamily project_info_;
  BudgetFamilies projects_{"project", "the project"};
  MetricFamily department_info_;
  BudgetFamilies departments_{"department", "the department with all departments below it"};
  MetricFamily project_status_;
  MetricFamily project_next_;
  MetricFamily project_month_;
  MetricFamily floor_;
  MetricFamily time_progress_;
};

void AddSuspense(const LedgerSnapshot& snapshot, std::vector<MetricFamily>* families) {
  MetricFamily amount = GaugeFamily(
      "suspense_yuan",
      "Net sum of the payments of the whole fiscal year that no plan carries, in yuan.");
  MetricFamily payments = GaugeFamily(
      "suspense_payments", "Number of payments of the whole fiscal year that no plan carries.");
  for (const YearSnapshot& year : snapshot.years) {
    const Labels labels = {{"fiscal_year", std::to_string(year.fiscal_year)}};
    AddSample(labels, MetricYuan(year.suspense.amount_fen), &amount);
    AddSample(labels, static_cast<double>(year.suspense.payment_count), &payments);
  }
  families->push_back(std::move(amount));
  families->push_back(std::move(payments));
}

// What is done beside the commits, and that nobody waits for.
MetricFamily UpkeepFailures(int64_t checkpoints, int64_t indexes) {
  MetricFamily family =
      GaugeFamily("upkeep_failures_total",
                  "Checkpoints of the totals, and runs of the indexes, that could not be written.");
  family.type = prometheus::MetricType::Counter;
  for (const auto& [work, count] : {std::pair("checkpoint", checkpoints), {"index", indexes}}) {
    prometheus::ClientMetric& metric = family.metric.emplace_back();
    metric.label = {{"work", work}};
    metric.counter.value = static_cast<double>(count);
  }
  return family;
}

}  // namespace

std::vector<MetricFamily> LedgerCollector::Collect() const {
  const Date business_date = calendar_.Today();
  LedgerSnapshot snapshot = ledger_.View(
      [business_date](const LedgerState& state) { return TakeSnapshot(state, business_date); });

  std::vector<MetricFamily> families;
  PlanFamilies(snapshot).MoveTo(&families);
  AddSuspense(snapshot, &families);
  AddResultFamilies(snapshot, &families);
  AddWarningFamilies(std::move(snapshot.open_warnings), &families);
  families.push_back(SingleGauge("ledger_sequence",
                                 "Sequence of the journal's last entry, from 1 without gaps.",
                                 static_cast<double>(snapshot.sequence)));
  families.push_back(SingleGauge(
      "business_date_timestamp_seconds",
      "Business date that the figures are as of, as the Unix time of its midnight in UTC.",
      MetricTime(business_date)));
  families.push_back(SingleGauge("store_bytes", "Bytes that the store takes, 0 when unknown.",
                                 static_cast<double>(ledger_.store().SizeBytes())));
  families.push_back(SingleGauge("store_writable",
                                 "Whether the store can be written: 1, or 0 while it cannot.",
                                 committer_.store_error() ? 0 : 1));
  families.push_back(
      UpkeepFailures(committer_.checkpoint_failure_count(), ledger_.store().IndexFailureCount()));
  families.push_back(SingleGauge("queue_depth", "Events that wait to be committed.",
                                 static_cast<double>(committer_.queue_depth())));
  families.push_back(SingleGauge("queue_limit",
                                 "Limit of budgetwatch_queue_depth; events past it are refused.",
                                 static_cast<double>(committer_.queue_limit())));
  return families;
}

}  // namespace budgetwatch
