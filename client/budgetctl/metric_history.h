#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "budgetwatch/v1/execution.pb.h"
#include "domain/date.h"

namespace budgetwatch::ctl {

// What the daemon's metrics would have shown on past days, made from its reports, as
// OpenMetrics with a time for each sample. Names, labels and values are the daemon's own.
// Thread-compatible.
//
// Left out is what a report does not tell: suspense (a metric counts it for the whole
// year), warnings, floors, months, the next checkpoint, and the daemon's own state.
class MetricHistory {
 public:
  using Labels = std::vector<std::pair<std::string, std::string>>;

  // `labels` are added to every sample, such as those by which Prometheus names a target.
  explicit MetricHistory(Labels labels) : labels_(std::move(labels)) {}

  // Adds what the report says as of the end of its day. REQUIRES: later than the day before.
  void Add(const v1::ExecutionReport& report);

  // Families one after the other, in each the series, in each rising times.
  std::string ToOpenMetrics() const;

  int64_t series_count() const;
  int64_t sample_count() const;

  // Whether a label of this name can be added: well-formed and none of the daemon's own.
  static bool CanAdd(const std::string& label);

  // When a sample of a day stands, in Unix seconds: in its last second in China.
  static int64_t TimeOf(Date date);

 private:
  struct Sample {
    int64_t time = 0;
    double value = 0;
  };
  using Series = std::map<std::string, std::vector<Sample>>;  // by labels as text

  void AddSample(const std::string& family, Labels labels, double value);
  void AddSample(const std::string& family, const Labels& labels, std::optional<double> value);
  void AddProject(const Labels& department, const v1::ProjectExecution& project);
  void AddTotals(const Labels& department, const v1::ExecutionFigures& totals);

  const Labels labels_;
  int64_t time_ = 0;
  std::map<std::string, Series> families_;
};

}  // namespace budgetwatch::ctl
