#include "budgetctl/text.h"

namespace budgetwatch::ctl {
namespace {

struct RuleWords {
  std::string_view rule;
  std::string_view chinese;
  std::string_view english;
};

constexpr RuleWords kRules[] = {
    {"behind_plan", "落后于计划", "behind plan"},
    {"severely_behind_plan", "严重落后于计划", "severely behind plan"},
    {"behind_time_progress", "落后于序时进度", "behind time progress"},
    {"below_floor", "低于支出进度要求", "below the required progress"},
    {"no_spending", "尚未支出", "no spending"},
    {"overspent", "超预算支出", "overspent"},
    {"ahead_of_plan", "超前于计划", "ahead of plan"},
    {"year_end_rush", "年底突击支出", "year-end rush"},
    {"forecast_shortfall", "预计支出不足", "shortfall forecast"},
    {"suspense_pending", "待核支付", "payments in suspense"},
    {"target_missed", "目标未达成", "target missed"},
    {"target_unobserved", "目标未监测", "target unobserved"},
    {"money_outpaces_results", "资金快于成效", "money outpaces results"},
    {"results_outpace_money", "成效快于资金", "results outpace money"},
    {"plan_backloaded", "支出计划集中在年底", "plan backloaded"},
    {"refund_unmatched", "退款未对应原支付", "refund unmatched"},
};

}  // namespace

std::string Word(const Speech& say, v1::ExecutionStatus status) {
  switch (status) {
    case v1::EXECUTION_STATUS_OVERSPENT: return say("超支", "overspent");
    case v1::EXECUTION_STATUS_SEVERELY_BEHIND: return say("严重滞后", "severely behind");
    case v1::EXECUTION_STATUS_BEHIND: return say("滞后", "behind");
    case v1::EXECUTION_STATUS_AHEAD: return say("超前", "ahead");
    case v1::EXECUTION_STATUS_COMPLETED: return say("完成", "completed");
    case v1::EXECUTION_STATUS_NOT_DUE: return say("未到期", "not due");
    case v1::EXECUTION_STATUS_ON_TRACK: return say("正常", "on track");
    default: return "-";  // of a newer server
  }
}

std::string Word(const Speech& say, v1::Severity severity) {
  switch (severity) {
    case v1::SEVERITY_INFO: return say("提示", "info");
    case v1::SEVERITY_WARNING: return say("警告", "warning");
    case v1::SEVERITY_ERROR: return say("错误", "error");
    case v1::SEVERITY_CRITICAL: return say("严重", "critical");
    default: return "-";
  }
}

std::string Word(const Speech& say, v1::ProjectKind kind) {
  switch (kind) {
    case v1::PROJECT_KIND_PROJECT: return say("项目支出", "projects");
    case v1::PROJECT_KIND_PERSONNEL: return say("人员经费", "personnel");
    case v1::PROJECT_KIND_PUBLIC: return say("公用经费", "running costs");
    case v1::PROJECT_KIND_THREE_PUBLIC: return say("三公经费", "three public");
    default: return "-";
  }
}

std::string Word(const Speech& say, v1::FundingSource source) {
  switch (source) {
    case v1::FUNDING_SOURCE_GENERAL: return say("一般公共预算", "general budget");
    case v1::FUNDING_SOURCE_GOVERNMENT_FUND: return say("政府性基金", "government fund");
    case v1::FUNDING_SOURCE_OTHER: return say("其他资金", "other money");
    default: return "-";
  }
}

std::string Word(const Speech& say, v1::PaymentKind kind) {
  switch (kind) {
    case v1::PAYMENT_KIND_PAYMENT: return say("支付", "payment");
    case v1::PAYMENT_KIND_REFUND: return say("退款", "refund");
    case v1::PAYMENT_KIND_CORRECTION: return say("更正", "correction");
    default: return "-";
  }
}

std::string Word(const Speech& say, v1::TargetKind kind) {
  switch (kind) {
    case v1::TARGET_KIND_QUANTITATIVE: return say("定量", "quantitative");
    case v1::TARGET_KIND_BOOLEAN: return say("是否", "yes or no");
    case v1::TARGET_KIND_QUALITATIVE: return say("定性", "qualitative");
    case v1::TARGET_KIND_DATE: return say("日期", "date");
    default: return "-";
  }
}

std::string Word(const Speech& say, v1::WarningState state) {
  switch (state) {
    case v1::WARNING_STATE_OPEN: return say("未解除", "open");
    case v1::WARNING_STATE_RESOLVED: return say("已解除", "resolved");
    default: return "-";
  }
}

std::string Word(const Speech& say, v1::WarningEventKind kind) {
  switch (kind) {
    case v1::WARNING_EVENT_KIND_OPENED: return say("新增", "opened");
    case v1::WARNING_EVENT_KIND_RESOLVED: return say("解除", "resolved");
    case v1::WARNING_EVENT_KIND_REOPENED: return say("再次出现", "reopened");
    case v1::WARNING_EVENT_KIND_EXPLAINED: return say("已说明", "explained");
    case v1::WARNING_EVENT_KIND_SUPERSEDED: return say("由后一检查点接替", "superseded");
    default: return "-";
  }
}

std::string Word(const Speech& say, v1::CauseClass cause) {
  switch (cause) {
    case v1::CAUSE_CLASS_FUNDING: return say("经费保障", "funding");
    case v1::CAUSE_CLASS_INSTITUTION: return say("制度保障", "institution");
    case v1::CAUSE_CLASS_PERSONNEL: return say("人员保障", "personnel");
    case v1::CAUSE_CLASS_FACILITY: return say("硬件条件保障", "facility");
    case v1::CAUSE_CLASS_OTHER: return say("其他", "other");
    default: return "-";
  }
}

std::string Word(const Speech& say, v1::TargetState state) {
  switch (state) {
    case v1::TARGET_STATE_MET: return say("达标", "met");
    case v1::TARGET_STATE_NOT_MET: return say("未达标", "not met");
    case v1::TARGET_STATE_UNKNOWN: return say("未知", "unknown");
    default: return "-";
  }
}

std::string Word(const Speech& say, v1::Likelihood likelihood) {
  switch (likelihood) {
    case v1::LIKELIHOOD_CERTAIN: return say("确定能", "certain");
    case v1::LIKELIHOOD_POSSIBLE: return say("有可能", "possible");
    case v1::LIKELIHOOD_IMPOSSIBLE: return say("完全不可能", "impossible");
    default: return "-";
  }
}

std::string Word(const Speech& say, v1::AchievementDegree degree) {
  switch (degree) {
    case v1::ACHIEVEMENT_DEGREE_ACHIEVED: return say("达成", "achieved");
    case v1::ACHIEVEMENT_DEGREE_PARTLY: return say("部分达成", "partly achieved");
    case v1::ACHIEVEMENT_DEGREE_NOT_ACHIEVED: return say("未达成", "not achieved");
    default: return "-";
  }
}

std::string Word(const Speech& say, v1::ReviewTrigger trigger) {
  switch (trigger) {
    case v1::REVIEW_TRIGGER_SCHEDULE: return say("到期自动", "scheduled");
    case v1::REVIEW_TRIGGER_BY_HAND: return say("人工", "by hand");
    default: return "-";
  }
}

std::string TrendArrow(v1::Trend trend) {
  switch (trend) {
    case v1::TREND_IMPROVING: return "↑";
    case v1::TREND_WORSENING: return "↓";
    case v1::TREND_STEADY: return "→";
    default: return "";
  }
}

std::string RuleWord(const Speech& say, const std::string& rule) {
  for (const RuleWords& words : kRules) {
    if (words.rule == rule) return say(words.chinese, words.english);
  }
  return rule;
}

std::optional<v1::CauseClass> ParseCause(std::string_view text) {
  const Speech chinese(Language::kChinese);
  const Speech english(Language::kEnglish);
  for (int number = v1::CAUSE_CLASS_FUNDING; number <= v1::CAUSE_CLASS_OTHER; ++number) {
    const auto cause = static_cast<v1::CauseClass>(number);
    if (text == Word(chinese, cause) || text == Word(english, cause)) return cause;
  }
  return std::nullopt;
}

std::string ComparatorSign(v1::Comparator comparator) {
  switch (comparator) {
    case v1::COMPARATOR_GE: return "≥";
    case v1::COMPARATOR_GT: return ">";
    case v1::COMPARATOR_LE: return "≤";
    case v1::COMPARATOR_LT: return "<";
    case v1::COMPARATOR_EQ: return "=";
    case v1::COMPARATOR_RANGE: return "~";
    default: return "";
  }
}

}  // namespace budgetwatch::ctl
