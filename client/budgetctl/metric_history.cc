#include "budgetctl/metric_history.h"

#include <algorithm>
#include <charconv>
#include <iterator>
#include <string_view>

namespace budgetwatch::ctl {
namespace {

constexpr double kFenPerYuan = 100.0;
constexpr int64_t kSecondsPerDay = 86'400;
constexpr int64_t kChinaOffsetSeconds = 8 * 3'600;

// Labels that the daemon uses for the metrics below, and the name itself.
constexpr std::string_view kOwnLabels[] = {"department_code", "department_name", "project_code",
                                           "project_name",    "fiscal_year",     "kind",
                                           "status"};

double Yuan(int64_t amount_fen) { return static_cast<double>(amount_fen) / kFenPerYuan; }

std::optional<double> Present(bool has, double value) {
  return has ? std::optional<double>(value) : std::nullopt;
}

// "severely_behind" for EXECUTION_STATUS_SEVERELY_BEHIND: metrics spell values as the API
// does, in small letters and without the prefix.
std::string ValueName(std::string_view name, std::string_view prefix) {
  if (name.starts_with(prefix)) name.remove_prefix(prefix.size());
  std::string value(name);
  std::transform(value.begin(), value.end(), value.begin(),
                 [](char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c + 32) : c; });
  return value;
}

// {name="value",…} as the format wants it. An empty label is an absent one to Prometheus.
std::string LabelText(const MetricHistory::Labels& labels) {
  std::string text;
  for (const auto& [name, value] : labels) {
    if (value.empty()) continue;
    text += (text.empty() ? "{" : ",") + name + "=\"";
    for (const char c : value) {
      if (c == '\n') {
        text += "\\n";
        continue;
      }
      if (c == '"' || c == '\\') text += '\\';
      text += c;
    }
    text += '"';
  }
  return text.empty() ? text : text + '}';
}

// As short as it can be and still be the same number.
void AppendNumber(double value, std::string* text) {
  char buffer[32];
  text->append(buffer, std::to_chars(std::begin(buffer), std::end(buffer), value).ptr);
}

}  // namespace

bool MetricHistory::CanAdd(const std::string& label) {
  const auto is_word = [](char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '_';
  };
  return !label.empty() && !(label[0] >= '0' && label[0] <= '9') && !label.starts_with("__") &&
         std::all_of(label.begin(), label.end(), is_word) &&
         std::find(std::begin(kOwnLabels), std::end(kOwnLabels), label) == std::end(kOwnLabels);
}

int64_t MetricHistory::TimeOf(Date date) {
  return (int64_t{date.day_number()} + 1) * kSecondsPerDay - 1 - kChinaOffsetSeconds;
}

void MetricHistory::AddSample(const std::string& family, Labels labels, double value) {
  labels.insert(labels.end(), labels_.begin(), labels_.end());
  families_[family][LabelText(labels)].push_back({time_, value});
}

void MetricHistory::AddSample(const std::string& family, const Labels& labels,
                              std::optional<double> value) {
  if (value) AddSample(family, labels, *value);
}

void MetricHistory::AddProject(const Labels& department, const v1::ProjectExecution& project) {
  Labels labels = department;
  labels.emplace_back("project_code", project.project_code());
  AddSample("project_budget_yuan", labels, Yuan(project.budget_fen()));
  AddSample("project_disbursed_yuan", labels, Yuan(project.disbursed_fen()));
  AddSample("project_execution_ratio", labels,
            Present(project.has_execution_ratio(), project.execution_ratio()));
  AddSample("project_planned_ratio", labels, project.planned_ratio());
  AddSample("project_deviation_ratio", labels,
            Present(project.has_deviation_ratio(), project.deviation_ratio()));
  Labels status = labels;
  status.emplace_back("status",
                      ValueName(v1::ExecutionStatus_Name(project.status()), "EXECUTION_STATUS_"));
  AddSample("project_status", status, 1);
  labels.emplace_back("project_name", project.project_name());
  labels.emplace_back("kind", ValueName(v1::ProjectKind_Name(project.kind()), "PROJECT_KIND_"));
  AddSample("project_info", labels, 1);
}

void MetricHistory::AddTotals(const Labels& department, const v1::ExecutionFigures& totals) {
  AddSample("department_budget_yuan", department, Yuan(totals.budget_fen()));
  AddSample("department_disbursed_yuan", department, Yuan(totals.disbursed_fen()));
  AddSample("department_execution_ratio", department,
            Present(totals.has_execution_ratio(), totals.execution_ratio()));
  AddSample("department_planned_ratio", department,
            Present(totals.has_planned_ratio(), totals.planned_ratio()));
  AddSample("department_deviation_ratio", department,
            Present(totals.has_deviation_ratio(), totals.deviation_ratio()));
}

void MetricHistory::Add(const v1::ExecutionReport& report) {
  const auto date = Date::Parse(report.as_of_date());
  if (!date) return;  // the server always sends one
  time_ = TimeOf(*date);
  const std::string year = std::to_string(report.fiscal_year());
  const Labels department = {{"department_code", report.department_code()}, {"fiscal_year", year}};
  for (const v1::ProjectExecution& project : report.projects()) AddProject(department, project);
  AddTotals(department, report.totals());
  Labels named = department;
  named.emplace_back("department_name", report.department_name());
  AddSample("department_info", named, 1);
  AddSample("time_progress_ratio", {{"fiscal_year", year}}, report.time_progress_ratio());
}

std::string MetricHistory::ToOpenMetrics() const {
  std::string text;
  for (const auto& [family, series] : families_) {
    const std::string name = "budgetwatch_" + family;
    text += "# TYPE " + name + " gauge\n";
    for (const auto& [labels, samples] : series) {
      for (const Sample& sample : samples) {
        text += name;
        text += labels;
        text += ' ';
        AppendNumber(sample.value, &text);
        text += ' ' + std::to_string(sample.time) + '\n';
      }
    }
  }
  return text + "# EOF\n";
}

int64_t MetricHistory::series_count() const {
  int64_t count = 0;
  for (const auto& [family, series] : families_) count += static_cast<int64_t>(series.size());
  return count;
}

int64_t MetricHistory::sample_count() const {
  int64_t count = 0;
  for (const auto& [family, series] : families_) {
    for (const auto& [labels, samples] : series) count += static_cast<int64_t>(samples.size());
  }
  return count;
}

}  // namespace budgetwatch::ctl
