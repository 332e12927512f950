#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "domain/plan.h"

namespace budgetwatch {

// A share of the budget that the finance office demands by a date of the year,
// whatever the plan says (支出进度要求).
struct Floor {
  int month = 0;  // 1 to 12
  int day = 0;    // 1 to 31, an existing day in every year
  int32_t share_ppm = 0;

  friend bool operator==(const Floor&, const Floor&) = default;
};

// A day of the year on which every line is measured against time progress; also
// the checkpoints of lines that have no schedule.
struct MonitoringDay {
  int month = 0;
  int day = 0;

  friend bool operator==(const MonitoringDay&, const MonitoringDay&) = default;
};

// A day of the year up to which the daemon reviews every department by itself.
using ReviewDay = MonitoringDay;

// A part of a score: the indicators whose first or second level begins with one of the
// words share its weight.
struct ScoreSection {
  std::string name;                // 产出指标
  std::vector<std::string> words;  // 产出
  int weight_centi = 0;            // hundredths of a point

  friend bool operator==(const ScoreSection&, const ScoreSection&) = default;
};

// A grade begins at a score.
struct Grade {
  std::string name;    // 优
  int from_centi = 0;  // hundredths of a point, included

  friend bool operator==(const Grade&, const Grade&) = default;
};

// How results are scored, see CheckScoreRules (score_rules.h). The default is 财预〔2020〕10号:
// execution 10, output 50, benefit 30, satisfaction 10; degrees of 100-80, 80-60 and 60-0 percent.
struct ScoreRules {
  int execution_weight_centi = 1'000;
  // Tried in this order; the weights and that of the execution sum to 100 points. The words
  // are the first and second levels of 财预〔2013〕53号 and its successors; satisfaction is
  // tried before the benefit, under which some forms have it.
  std::vector<ScoreSection> sections = {
      {"产出指标", {"产出", "数量", "质量", "时效", "成本"}, 5'000},
      {"满意度指标", {"满意度", "服务对象", "受益对象"}, 1'000},
      {"效益指标", {"效益", "效果", "经济", "社会", "生态", "可持续"}, 3'000}};
  // Lower ends of 达成 and 部分达成, in percent.
  int achieved_from_percent = 80;
  int partly_from_percent = 60;
  // From the best down; the last begins at 0.
  std::vector<Grade> grades = {{"优", 9'000}, {"良", 8'000}, {"中", 6'000}, {"差", 0}};

  friend bool operator==(const ScoreRules&, const ScoreRules&) = default;
};

// Words of the official forms that differ between offices.
struct FormWording {
  std::string monitoring_title = "项目支出绩效目标执行监控表";
  std::string evaluation_title = "项目支出绩效自评表";
  std::string impossible = "完全不可能";

  friend bool operator==(const FormWording&, const FormWording&) = default;
};

// What differs between provinces and offices. The ledger records each profile it
// is run with, so that an old report keeps the thresholds of its time.
struct Profile {
  std::string name = "mof-2020";
  // Percentage points, as shares: how far a line may fall short of its plan, or
  // exceed the next checkpoint, before it counts.
  int32_t tolerance_ppm = 50'000;
  int32_t severe_ppm = 200'000;
  // A plan is backloaded when more than this share is due only after the day.
  int32_t backloaded_ppm = 500'000;
  MonitoringDay backloaded_after = {10, 31};
  // A rush is expected when more than this share of the budget will be paid after that
  // day, beyond what the plan has there.
  int32_t rush_ppm = 200'000;
  // A shortfall is expected when less than one minus this share will be paid.
  int32_t shortfall_ppm = 100'000;
  // How far money and results may lie apart, in points of their shares.
  int32_t divergence_ppm = 200'000;
  std::vector<MonitoringDay> monitoring_days = {{3, 31}, {6, 30}, {9, 30}, {12, 31}};
  std::vector<ReviewDay> review_days = {{6, 30}, {7, 31}};
  // None by default: floors are set by each finance office.
  std::vector<Floor> floors;
  ScoreRules score;
  FormWording wording;

  friend bool operator==(const Profile&, const Profile&) = default;
};

}  // namespace budgetwatch
