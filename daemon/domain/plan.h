#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "domain/date.h"
#include "domain/target.h"

namespace budgetwatch {

// Kind of a budget line. Values are on disk and on the wire: never reuse one.
enum class ProjectKind {
  kProject = 1,      // 项目支出
  kPersonnel = 2,    // 人员经费
  kPublic = 3,       // 公用经费
  kThreePublic = 4,  // 三公经费
};

// Source of budgeted money. Values are on disk and on the wire: never reuse one.
enum class FundingSource {
  kGeneral = 1,         // 一般公共预算
  kGovernmentFund = 2,  // 政府性基金
  kOther = 3,           // 其他资金
};

struct Funding {
  FundingSource source = FundingSource::kGeneral;
  int64_t amount_fen = 0;

  friend bool operator==(const Funding&, const Funding&) = default;
};

// Shares of a budget are whole millionths (a ten-thousandth of a percent).
inline constexpr int32_t kFullSharePpm = 1'000'000;

struct Checkpoint {
  Date date;
  std::optional<int32_t> cumulative_ppm;  // absent: the cell was blank

  friend bool operator==(const Checkpoint&, const Checkpoint&) = default;
};

struct Indicator {
  std::string indicator_id;
  std::string level1;
  std::string level2;
  std::string level3;
  std::string description;
  std::string target_text;
  Target target;
  std::string basis;
  std::string weight;  // decimal or empty

  friend bool operator==(const Indicator&, const Indicator&) = default;
};

struct Project {
  std::string project_code;
  std::string project_name;
  ProjectKind kind = ProjectKind::kProject;
  int64_t budget_fen = 0;
  std::vector<Funding> fundings;        // empty: all general public budget
  std::vector<Checkpoint> checkpoints;  // rising dates; empty: follows time progress
  std::vector<Indicator> indicators;

  friend bool operator==(const Project&, const Project&) = default;
};

// A total that the plan's source states. At most one selector is set; with none
// it covers all lines.
struct StatedTotal {
  std::optional<ProjectKind> kind;
  std::optional<FundingSource> source;
  int64_t amount_fen = 0;

  friend bool operator==(const StatedTotal&, const StatedTotal&) = default;
};

// A department's approved plan for one fiscal year. A value; what makes it
// applicable is decided by CheckPlan.
struct Plan {
  std::string department_code;
  std::string department_name;
  std::string parent_department_code;
  int fiscal_year = 0;
  std::vector<Project> projects;
  std::vector<StatedTotal> stated_totals;

  friend bool operator==(const Plan&, const Plan&) = default;
};

// Numbers indicators without an id from 1 in their order, and reads every target
// that has no reading of its own.
void FillIndicators(Plan* plan);

// Reads a share in percent, "50" or "33.3333", from 0 to 100 with at most four
// fractional digits; nothing otherwise.
std::optional<int32_t> ParsePercent(std::string_view text);

// "50.00"; more digits only where they are needed.
std::string FormatPercent(int32_t ppm);

// Sum of the lines' budgets, all of which CheckPlan has found in range.
int64_t TotalBudgetFen(const Plan& plan);

}  // namespace budgetwatch
