#pragma once

#include <array>
#include <cstdint>
#include <initializer_list>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "budgetwatch/v1/monitor_service.pb.h"

namespace budgetwatch::forms {

// What a review says about one project in its several reports, brought together.
// Pointers are null where a report does not name the project, and live as long as the
// response.
struct ProjectView {
  std::string code;
  std::string name;
  const v1::ReviewProject* money = nullptr;
  const v1::ProjectExecution* execution = nullptr;
  const v1::ProjectPerformance* performance = nullptr;
  const v1::ProjectScore* score = nullptr;
  std::vector<const v1::Warning*> warnings;  // about the project itself
  std::map<std::string, std::vector<const v1::Warning*>, std::less<>> indicator_warnings;
};

// A review as the forms need it.
struct ReviewView {
  const v1::GetReviewResponse* response = nullptr;
  // Lines with a form of their own: those of 项目支出, and any other with indicators.
  std::vector<ProjectView> projects;
  // Warnings about the department, or a line without a form.
  std::vector<const v1::Warning*> other_warnings;

  const v1::Review& review() const { return response->review(); }
};

// `response` must outlive the result.
ReviewView ViewOf(const v1::GetReviewResponse& response);

// Money of a project, or of some of its sources, in fen; absent where the review does
// not say.
struct Money {
  std::optional<int64_t> initial;    // 年初预算数
  std::optional<int64_t> budget;     // 全年预算数
  std::optional<int64_t> disbursed;  // 执行数
  std::optional<int64_t> expected;   // 全年预计执行数

  void Add(const Money& other);
};

Money TotalMoney(const ProjectView& project);
Money MoneyOfSources(const ProjectView& project, std::initializer_list<v1::FundingSource> sources);

// What people have said about a deviation, from the explanations of its warnings.
struct Deviation {
  static constexpr size_t kCauseCount = 5;
  std::array<bool, kCauseCount> causes = {};  // in the order of CauseClass
  std::string reasons;                        // a line each
  std::string measures;                       // the same, with dates and results

  bool explained() const { return !reasons.empty() || !measures.empty() || has_cause(); }
  bool has_cause() const;
};

Deviation DeviationOf(const std::vector<const v1::Warning*>& warnings);

// Whether the form asks for a cause: the target is neither met nor sure to be.
bool IsDoubtful(const v1::IndicatorPerformance& indicator);

// Deviation of an indicator: by its own warnings, or where nobody has explained those
// and it is in doubt, by those of its project.
Deviation DeviationOf(const ProjectView& project, const v1::IndicatorPerformance& indicator);

// Name of a class of causes as the forms print it.
std::string_view CauseName(v1::CauseClass cause);

}  // namespace budgetwatch::forms
