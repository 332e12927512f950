#include "telemetry/ledger_collector.h"

#include <algorithm>
#include <optional>
#include <string>
#include <string_view>
#include <utility>

#include "telemetry/department_roll_up.h"
#include "telemetry/ledger_snapshot.h"

namespace budgetwatch {
namespace {

using prometheus::ClientMetric;
using prometheus::MetricFamily;
using Labels = std::vector<ClientMetric::Label>;

constexpr double kFenPerYuan = 100.0;
constexpr double kSecondsPerDay = 86'400.0;

double Yuan(int64_t amount_fen) { return static_cast<double>(amount_fen) / kFenPerYuan; }

std::string KindName(ProjectKind kind) {
  switch (kind) {
    case ProjectKind::kProject: return "project";
    case ProjectKind::kPersonnel: return "personnel";
    case ProjectKind::kPublic: return "public";
    case ProjectKind::kThreePublic: return "three_public";
  }
  return "";
}

std::string SeverityName(Severity severity) {
  switch (severity) {
    case Severity::kInfo: return "info";
    case Severity::kWarning: return "warning";
    case Severity::kError: return "error";
    case Severity::kCritical: return "critical";
  }
  return "";
}

MetricFamily GaugeFamily(std::string_view name, std::string help) {
  MetricFamily family;
  family.name = "budgetwatch_";
  family.name += name;
  family.help = std::move(help);
  family.type = prometheus::MetricType::Gauge;
  return family;
}

void AddSample(Labels labels, double value, MetricFamily* family) {
  ClientMetric& metric = family->metric.emplace_back();
  metric.label = std::move(labels);
  metric.gauge.value = value;
}

void AddSample(const Labels& labels, std::optional<double> value, MetricFamily* family) {
  if (value) AddSample(labels, *value, family);
}

MetricFamily SingleGauge(std::string_view name, std::string help, double value) {
  MetricFamily family = GaugeFamily(name, std::move(help));
  AddSample({}, value, &family);
  return family;
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
    AddSample(labels, Yuan(figures.budget_fen), &budget_);
    AddSample(labels, Yuan(figures.disbursed_fen), &disbursed_);
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

size_t CountProjects(const LedgerSnapshot& snapshot) {
  size_t count = 0;
  for (const YearSnapshot& year : snapshot.years) {
    for (const PlanSnapshot& plan : year.plans) count += plan.disbursed_fen.size();
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
        time_progress_(GaugeFamily("time_progress_ratio",
                                   "Share of the fiscal year that has gone by the end of the "
                                   "business date, counted in months.")) {
    const size_t project_count = CountProjects(snapshot);
    project_info_.metric.reserve(project_count);
    projects_.Reserve(project_count);
    for (const YearSnapshot& year : snapshot.years) {
      if (!year.plans.empty()) AddYear(year);
    }
  }

  void MoveTo(std::vector<MetricFamily>* families) {
    families->push_back(std::move(project_info_));
    projects_.MoveTo(families);
    families->push_back(std::move(department_info_));
    departments_.MoveTo(families);
    families->push_back(std::move(time_progress_));
  }

 private:
  void AddYear(const YearSnapshot& year) {
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
        department.own += AddProject(plan, plan.projects[i], snapshot.disbursed_fen[i], year.as_of);
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
    AddSample({{"fiscal_year", year_text}},
              ToDouble(TimeProgressInYear(year.fiscal_year, year.as_of)), &time_progress_);
  }

  // Returns the line's figures. They are those of the execution report.
  ExecutionFigures AddProject(const Plan& plan, const Project& project, int64_t disbursed_fen,
                              Date as_of) {
    const std::string year_text = std::to_string(plan.fiscal_year);
    const Share planned = PlannedShare(project, plan.fiscal_year, as_of);
    const ExecutionFigures figures = {project.budget_fen, disbursed_fen,
                                      RoundDue(DueOf(project.budget_fen, planned))};
    AddSample({{"department_code", plan.department_code},
               {"project_code", project.project_code},
               {"fiscal_year", year_text},
               {"project_name", project.project_name},
               {"kind", KindName(project.kind)}},
              1, &project_info_);
    Ratios ratios;
    ratios.execution = figures.ExecutionRatio();
    ratios.planned = ToDouble(planned);
    if (ratios.execution) ratios.deviation = *ratios.execution - *ratios.planned;
    projects_.Add({{"department_code", plan.department_code},
                   {"project_code", project.project_code},
                   {"fiscal_year", year_text}},
                  figures, ratios);
    return figures;
  }

  MetricFamily project_info_;
  BudgetFamilies projects_{"project", "the project"};
  MetricFamily department_info_;
  BudgetFamilies departments_{"department", "the department with all departments below it"};
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
    AddSample(labels, Yuan(year.suspense.amount_fen), &amount);
    AddSample(labels, static_cast<double>(year.suspense.payment_count), &payments);
  }
  families->push_back(std::move(amount));
  families->push_back(std::move(payments));
}

MetricFamily WarningFamily(std::vector<WarningSnapshot> warnings) {
  MetricFamily family = GaugeFamily(
      "warning_active",
      "Number of open warnings of the rule about the project, or about the department, or the "
      "year's suspense where the codes are empty; absent when there is none.");
  family.metric.reserve(warnings.size());
  std::sort(warnings.begin(), warnings.end());
  for (auto first = warnings.begin(); first != warnings.end();) {
    const auto last = std::upper_bound(first, warnings.end(), *first);
    AddSample({{"rule", std::string(RuleName(first->rule))},
               {"severity", SeverityName(first->severity)},
               {"department_code", first->department_code},
               {"project_code", first->project_code},
               {"fiscal_year", std::to_string(first->fiscal_year)}},
              static_cast<double>(last - first), &family);
    first = last;
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
  families.push_back(WarningFamily(std::move(snapshot.open_warnings)));
  families.push_back(SingleGauge("ledger_sequence",
                                 "Sequence of the journal's last entry, from 1 without gaps.",
                                 static_cast<double>(snapshot.sequence)));
  families.push_back(SingleGauge(
      "business_date_timestamp_seconds",
      "Business date that the figures are as of, as the Unix time of its midnight in UTC.",
      static_cast<double>(business_date.day_number()) * kSecondsPerDay));
  families.push_back(SingleGauge("store_bytes", "Bytes that the store takes, 0 when unknown.",
                                 static_cast<double>(ledger_.store().SizeBytes())));
  families.push_back(SingleGauge("store_writable",
                                 "Whether the store can be written: 1, or 0 while it cannot.",
                                 committer_.store_error() ? 0 : 1));
  families.push_back(SingleGauge("queue_depth", "Events that wait to be committed.",
                                 static_cast<double>(committer_.queue_depth())));
  return families;
}

}  // namespace budgetwatch
