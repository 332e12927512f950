#include "domain/plan_check.h"

#include <algorithm>
#include <set>

#include "base/text.h"
#include "domain/money.h"
#include "domain/schedule.h"
#include "domain/target_check.h"

namespace budgetwatch {
namespace {

constexpr size_t kMaxCodeBytes = 64;
constexpr size_t kMaxNameBytes = 256;
constexpr size_t kMaxTextBytes = 8192;
constexpr size_t kMaxProjects = 100'000;
constexpr size_t kMaxCheckpoints = 366;
constexpr size_t kMaxIndicators = 1'000;

bool IsCleanText(const std::string& text, size_t limit_bytes) {
  return text.size() <= limit_bytes && IsValidUtf8(text);
}

bool IsCleanCode(const std::string& code) {
  return !code.empty() && IsCleanText(code, kMaxCodeBytes) && !HasControlCharacter(code);
}

std::string PercentText(int64_t part_fen, int64_t whole_fen) {
  return FormatPercent(static_cast<int32_t>(MulDivRoundHalfUp(part_fen, 10'000, whole_fen)) * 100) +
         "%";
}

// What a target about money amounts to in fen; nothing when it is about anything
// else, or about a price for a person, a day or the like.
std::optional<int64_t> MoneyTargetFen(const Target& target) {
  if (target.kind != TargetKind::kQuantitative || target.comparator == Comparator::kRange) {
    return std::nullopt;
  }
  int64_t scale = 0;
  if (target.unit == "元") scale = 1;
  if (target.unit == "万元") scale = 10'000;
  if (target.unit == "亿元") scale = 100'000'000;
  if (scale == 0) return std::nullopt;
  const auto amount = ParseMoney(target.value, MoneyUnit::kTenThousandYuan);
  if (!amount.ok()) return std::nullopt;
  // Read at four more decimals than fen, then scaled, so that 0.3亿元 is exact.
  const Int128 fen = static_cast<Int128>(amount.value()) * scale / 10'000;
  if (fen > kMaxAmountFen) return std::nullopt;
  return static_cast<int64_t>(fen);
}

// Whether the indicator speaks of one unit's price or a standard, which says
// nothing about the whole budget.
bool IsUnitPrice(const Indicator& indicator) {
  const std::string text = indicator.level3 + indicator.description;
  for (const char* word : {"标准", "单价", "人均", "每人", "每户", "户均", "均价"}) {
    if (text.find(word) != std::string::npos) return true;
  }
  return false;
}

class PlanChecker {
 public:
  PlanChecker(const Plan& plan, const Profile& profile) : plan_(plan), profile_(profile) {}

  std::vector<Finding> Run() {
    const bool year_ok = CheckHead();
    if (plan_.projects.size() > kMaxProjects) {
      Add("too_many_projects", Severity::kError, "projects", "项目超过 100,000 个。请拆分。",
          "more than 100,000 lines; split the plan.");
      return std::move(findings_);
    }
    for (size_t i = 0; i < plan_.projects.size(); ++i) {
      project_ = &plan_.projects[i];
      place_ = "projects[" + std::to_string(i) + "]";
      CheckProject(year_ok);
    }
    project_ = nullptr;
    if (!HasError(findings_)) CheckWhole();
    return std::move(findings_);
  }

 private:
  void Add(std::string id, Severity severity, std::string place, std::string zh, std::string en) {
    findings_.push_back({std::move(id), severity, project_ ? project_->project_code : "",
                         std::move(place), std::move(zh), std::move(en)});
  }
  void Error(std::string id, std::string place, std::string zh, std::string en) {
    Add(std::move(id), Severity::kError, std::move(place), std::move(zh), std::move(en));
  }

  bool CheckHead() {
    if (!IsCleanCode(plan_.department_code)) {
      Error("missing_department_code", "department_code",
            "部门编码为空或过长。请填写预算单位编码。",
            "the department code is empty, too long or no clean text; give its code.");
    }
    if (plan_.parent_department_code.size() > kMaxCodeBytes ||
        !IsCleanText(plan_.parent_department_code, kMaxCodeBytes)) {
      Error("bad_text", "parent_department_code", "上级部门编码不合规。请核对。",
            "the parent's code is too long or not UTF-8; check it.");
    }
    if (!plan_.department_code.empty() && plan_.parent_department_code == plan_.department_code) {
      Error("department_above_itself", "parent_department_code", "部门不能是自己的上级。请删除。",
            "a department cannot be above itself; leave it out.");
    }
    if (!IsCleanText(plan_.department_name, kMaxNameBytes)) {
      Error("bad_text", "department_name", "部门名称过长或不是 UTF-8。请缩短。",
            "the name is too long or not UTF-8; shorten it.");
    }
    if (plan_.fiscal_year < kFirstYear || plan_.fiscal_year > kLastYear) {
      Error("bad_fiscal_year", "fiscal_year", "预算年度应在 1950 至 2199 之间。请核对。",
            "the fiscal year must be from 1950 to 2199; check it.");
      return false;
    }
    return true;
  }

  void CheckProject(bool year_ok) {
    const Project& project = *project_;
    if (project.project_code.empty()) {
      Error("missing_project_code", place_ + ".project_code", "缺少项目编码。请补充。",
            "the project has no code; payments name it, so give one.");
    } else if (!IsCleanCode(project.project_code)) {
      Error("bad_text", place_ + ".project_code", "项目编码过长或含控制字符。请核对。",
            "the code is longer than 64 bytes or no clean text; check it.");
    } else if (!codes_.insert(project.project_code).second) {
      Error("duplicate_project_code", place_ + ".project_code", "项目编码重复。请核对。",
            "the code stands twice in the plan; give each line its own.");
    }
    if (!IsCleanText(project.project_name, kMaxNameBytes)) {
      Error("bad_text", place_ + ".project_name", "项目名称过长或不是 UTF-8。请缩短。",
            "the name is too long or not UTF-8; shorten it.");
    }
    CheckBudget();
    CheckSchedule(year_ok);
    CheckIndicators();
  }

  void CheckBudget() {
    const Project& project = *project_;
    if (project.budget_fen < 0 || project.budget_fen > kMaxAmountFen) {
      Error("bad_amount", place_ + ".budget_fen", "预算数应在 0 至 10 万亿元之间。请核对单位。",
            "the budget must be from 0 to 10^13 yuan; check its unit.");
      return;
    }
    Int128 sum_fen = 0;
    std::set<FundingSource> sources;
    for (const Funding& funding : project.fundings) {
      if (funding.amount_fen < 0 || funding.amount_fen > kMaxAmountFen) {
        Error("bad_amount", place_ + ".fundings", "资金来源金额不合规。请核对。",
              "the amount of a source is out of range; check it.");
        return;
      }
      if (!sources.insert(funding.source).second) {
        Error("duplicate_source", place_ + ".fundings", "同一资金来源列了两次。请合并。",
              "a source stands twice; add the two up.");
      }
      sum_fen += funding.amount_fen;
    }
    if (!project.fundings.empty() && sum_fen != project.budget_fen) {
      const std::string sum = FormatYuan(static_cast<int64_t>(sum_fen), true);
      const std::string budget = FormatYuan(project.budget_fen, true);
      Error("sources_mismatch", place_ + ".fundings",
            "资金来源合计 " + sum + " 元，与预算数 " + budget + " 元不符。请核对。",
            "the sources add up to " + sum + " yuan, the budget is " + budget +
                " yuan; correct one of them.");
    }
  }

  void CheckSchedule(bool year_ok) {
    const Project& project = *project_;
    const std::string place = place_ + ".checkpoints";
    if (project.checkpoints.empty()) {
      if (project.kind == ProjectKind::kProject) {
        Add("missing_schedule", Severity::kWarning, place,
            "项目没有资金支出计划，将按序时进度衡量。请补充。",
            "the project has no schedule and will be measured by time progress; give one.");
      }
      return;
    }
    if (project.checkpoints.size() > kMaxCheckpoints) {
      Error("too_many_checkpoints", place, "计划节点过多。请减少。",
            "there are more than 366 checkpoints; leave some out.");
      return;
    }
    int32_t share_ppm = 0;
    for (size_t i = 0; i < project.checkpoints.size(); ++i) {
      const Checkpoint& checkpoint = project.checkpoints[i];
      const std::string cell = place + "[" + std::to_string(i) + "]";
      if (year_ok && checkpoint.date.year() != plan_.fiscal_year) {
        Error("checkpoint_outside_year", cell, "计划节点不在预算年度内。请核对日期。",
              "the date lies outside the fiscal year; correct it.");
      }
      if (i > 0 && checkpoint.date <= project.checkpoints[i - 1].date) {
        Error("checkpoints_out_of_order", cell, "计划节点日期应依次递增。请调整顺序。",
              "the dates must rise; put them in order, each once.");
      }
      if (!checkpoint.cumulative_ppm) continue;
      if (*checkpoint.cumulative_ppm < share_ppm) {
        Error("falling_share", cell,
              "累计支出计划由 " + FormatPercent(share_ppm) + "% 降为 " +
                  FormatPercent(*checkpoint.cumulative_ppm) + "%。累计比例不能下降，请核对。",
              "the cumulative share falls from " + FormatPercent(share_ppm) + "% to " +
                  FormatPercent(*checkpoint.cumulative_ppm) + "%; shares are cumulative.");
      }
      share_ppm = *checkpoint.cumulative_ppm;
    }
    if (share_ppm != kFullSharePpm) {
      Error("last_share_not_100", place,
            "最后一个节点累计 " + FormatPercent(share_ppm) + "%，应为 100%。请核对。",
            "the last share is " + FormatPercent(share_ppm) + "% and must be 100%; correct it.");
    }
  }

  void CheckIndicators() {
    const Project& project = *project_;
    if (project.indicators.size() > kMaxIndicators) {
      Error("too_many_indicators", place_ + ".indicators", "绩效指标超过 1,000 个。请减少。",
            "there are more than 1,000 indicators; leave some out.");
      return;
    }
    std::set<std::string> ids;
    for (size_t i = 0; i < project.indicators.size(); ++i) {
      const Indicator& indicator = project.indicators[i];
      const std::string place = place_ + ".indicators[" + std::to_string(i) + "]";
      for (const std::string* text :
           {&indicator.indicator_id, &indicator.level1, &indicator.level2, &indicator.level3,
            &indicator.description, &indicator.target_text, &indicator.basis, &indicator.weight,
            &indicator.target.value, &indicator.target.upper_value, &indicator.target.unit}) {
        if (IsCleanText(*text, kMaxTextBytes)) continue;
        Error("bad_text", place, "指标文字过长或不是 UTF-8。请缩短。",
              "a text is longer than 8,192 bytes or not UTF-8; shorten it.");
        break;
      }
      if (!ids.insert(indicator.indicator_id).second) {
        Error("duplicate_indicator_id", place + ".indicator_id", "指标编号重复。请核对。",
              "the id stands twice in the project; give each indicator its own.");
      }
      CheckTarget(indicator, place);
    }
  }

  void CheckTarget(const Indicator& indicator, const std::string& place) {
    const Target& target = indicator.target;
    if (const auto fault = FindTargetFault(target)) {
      Error("bad_target", place + ".target." + fault->field,
            std::string("写明的指标读法有误：") + fault->zh + "。",
            std::string("the reading that the plan gives is wrong: ") + fault->en + ".");
      return;
    }
    if (!target.notes.empty()) {
      std::string notes;
      for (const std::string& note : target.notes) notes += (notes.empty() ? "" : ", ") + note;
      const std::string text = Abbreviate(indicator.target_text, 120);
      Add("ambiguous_target", Severity::kWarning, place + ".target_text",
          "指标值“" + text + "”不能确定读法（" + notes +
              "）。请核对，或在计划中用 reading 写明读法。",
          "the target \"" + text + "\" is not sure to be read right (" + notes +
              "); check it, or give its reading in the plan.");
    }
    const std::optional<int64_t> amount_fen = MoneyTargetFen(target);
    const int64_t budget_fen = project_->budget_fen;
    if (!amount_fen || budget_fen <= 0 || IsUnitPrice(indicator)) return;
    const bool too_large = *amount_fen > budget_fen;
    const bool too_small = static_cast<Int128>(*amount_fen) * 5 <= budget_fen;
    if (!too_large && !too_small) return;
    const std::string amount = FormatYuan(*amount_fen, true);
    const std::string budget = FormatYuan(budget_fen, true);
    Add("money_target_out_of_proportion", Severity::kWarning, place + ".target_text",
        "指标值 " + amount + " 元与预算数 " + budget + " 元不成比例。请核对小数点和单位。",
        "the target of " + amount + " yuan is out of proportion to the budget of " + budget +
            " yuan; check the decimal point and the unit.");
  }

  void CheckWhole() {
    Int128 total_fen = 0;
    for (const Project& project : plan_.projects) total_fen += project.budget_fen;
    if (total_fen > kMaxAmountFen) {
      Error("bad_amount", "projects", "预算合计超出范围。请核对单位。",
            "the budgets add up to more than 10^13 yuan; check their unit.");
      return;
    }
    for (size_t i = 0; i < plan_.stated_totals.size(); ++i) CheckStatedTotal(i);
    CheckMidYear();
    CheckBackloading();
  }

  void CheckStatedTotal(size_t index) {
    const StatedTotal& stated = plan_.stated_totals[index];
    int64_t sum_fen = 0;
    for (const Project& project : plan_.projects) {
      if (stated.kind && project.kind != *stated.kind) continue;
      if (!stated.source) {
        sum_fen += project.budget_fen;
        continue;
      }
      if (project.fundings.empty() && *stated.source == FundingSource::kGeneral) {
        sum_fen += project.budget_fen;
      }
      for (const Funding& funding : project.fundings) {
        if (funding.source == *stated.source) sum_fen += funding.amount_fen;
      }
    }
    if (sum_fen == stated.amount_fen) return;
    const std::string sum = FormatYuan(sum_fen, true);
    const std::string said = FormatYuan(stated.amount_fen, true);
    Add("total_mismatch", Severity::kWarning, "stated_totals[" + std::to_string(index) + "]",
        "各项目合计 " + sum + " 元，与所列合计 " + said + " 元不符。请核对是否有遗漏。",
        "the lines add up to " + sum + " yuan, the stated total is " + said +
            " yuan; look for a missing or wrong line.");
  }

  int64_t PlannedBy(Date day) const {
    int64_t planned_fen = 0;
    for (const Project& project : plan_.projects) {
      planned_fen +=
          RoundDue(DueOf(project.budget_fen, PlannedShare(project, plan_.fiscal_year, day)));
    }
    return planned_fen;
  }

  void CheckMidYear() {
    const int64_t budget_fen = TotalBudgetFen(plan_);
    if (budget_fen == 0) return;
    const Date mid_year = DayInYear(6, 30, plan_.fiscal_year);
    const int64_t planned_fen = PlannedBy(mid_year);
    const std::string share = PercentText(planned_fen, budget_fen);
    if (FallsShort(planned_fen, budget_fen, DueOf(budget_fen, TimeProgress(mid_year)),
                   profile_.tolerance_ppm)) {
      Add("plan_below_time_progress", Severity::kWarning, "projects",
          "到 6 月底计划支出 " + share + "，低于序时进度 50.00%。请核对支出计划是否过迟。",
          "the plan spends " + share +
              " by the end of June, below time progress of 50.00%; check whether it is too late.");
    }
    for (const Floor& floor : profile_.floors) {
      const Date day = DayInYear(floor.month, floor.day, plan_.fiscal_year);
      const int64_t by_day_fen = PlannedBy(day);
      if (!FallsShort(by_day_fen, budget_fen, DueOf(budget_fen, ShareFromPpm(floor.share_ppm)),
                      0)) {
        continue;
      }
      const std::string planned = PercentText(by_day_fen, budget_fen);
      const std::string asked = FormatPercent(floor.share_ppm) + "%";
      Add("plan_below_floor", Severity::kWarning, "projects",
          "到 " + day.ToString() + " 计划支出 " + planned + "，低于支出进度要求 " + asked +
              "。请调整支出计划。",
          "the plan spends " + planned + " by " + day.ToString() + ", below the floor of " + asked +
              "; adjust the schedule.");
    }
  }

  void CheckBackloading() {
    const Date day = DayInYear(profile_.backloaded_after.month, profile_.backloaded_after.day,
                               plan_.fiscal_year);
    const auto check = [&](int64_t budget_fen, int64_t planned_fen, const std::string& place) {
      const int64_t late_fen = budget_fen - planned_fen;
      const Due limit = DueOf(budget_fen, ShareFromPpm(profile_.backloaded_ppm));
      if (budget_fen == 0 || !Exceeds(late_fen, budget_fen, limit, 0)) return;
      const std::string share = PercentText(late_fen, budget_fen);
      Add("plan_backloaded", Severity::kWarning, place,
          share + " 的预算安排在 " + day.ToString() + " 之后支出。请核对，避免年底突击花钱。",
          share + " of the budget is planned after " + day.ToString() +
              "; check it against a year-end rush.");
    };
    for (size_t i = 0; i < plan_.projects.size(); ++i) {
      project_ = &plan_.projects[i];
      const Due due = DueOf(project_->budget_fen, PlannedShare(*project_, plan_.fiscal_year, day));
      check(project_->budget_fen, RoundDue(due), "projects[" + std::to_string(i) + "].checkpoints");
    }
    project_ = nullptr;
    check(TotalBudgetFen(plan_), PlannedBy(day), "projects");
  }

  const Plan& plan_;
  const Profile& profile_;
  const Project* project_ = nullptr;  // the one being checked
  std::string place_;
  std::set<std::string> codes_;
  std::vector<Finding> findings_;
};

}  // namespace

std::vector<Finding> CheckPlan(const Plan& plan, const Profile& profile) {
  return PlanChecker(plan, profile).Run();
}

bool HasError(const std::vector<Finding>& findings) {
  return std::any_of(findings.begin(), findings.end(),
                     [](const Finding& finding) { return finding.severity == Severity::kError; });
}

}  // namespace budgetwatch
