#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "budgetwatch/v1/execution.pb.h"
#include "budgetwatch/v1/observation.pb.h"
#include "budgetwatch/v1/payment.pb.h"
#include "budgetwatch/v1/performance.pb.h"
#include "budgetwatch/v1/plan.pb.h"
#include "budgetwatch/v1/review.pb.h"
#include "budgetwatch/v1/warning.pb.h"

namespace budgetwatch::ctl {

enum class Language { kChinese, kEnglish };

// Chooses between the two wordings of a text. Sentences stand where they are
// printed, both languages side by side, so that a change to one is seen beside
// the other; words for values of the API are below.
class Speech {
 public:
  explicit Speech(Language language) : language_(language) {}

  bool chinese() const { return language_ == Language::kChinese; }

  std::string operator()(std::string_view chinese, std::string_view english) const {
    return std::string(language_ == Language::kChinese ? chinese : english);
  }

 private:
  Language language_;
};

std::string Word(const Speech& say, v1::ExecutionStatus status);
std::string Word(const Speech& say, v1::Severity severity);
std::string Word(const Speech& say, v1::ProjectKind kind);
std::string Word(const Speech& say, v1::FundingSource source);
std::string Word(const Speech& say, v1::PaymentKind kind);
std::string Word(const Speech& say, v1::TargetKind kind);
std::string Word(const Speech& say, v1::WarningState state);
std::string Word(const Speech& say, v1::WarningEventKind kind);
std::string Word(const Speech& say, v1::CauseClass cause);
std::string Word(const Speech& say, v1::TargetState state);
std::string Word(const Speech& say, v1::Likelihood likelihood);
std::string Word(const Speech& say, v1::AchievementDegree degree);
std::string Word(const Speech& say, v1::ReviewTrigger trigger);

// Arrow of a trend: up towards the target, down away from it; empty when not known.
std::string TrendArrow(v1::Trend trend);

// Name of a rule for a person; the rule itself when it is not known here.
std::string RuleWord(const Speech& say, const std::string& rule);

// The cause that `text` names: "funding", "经费保障" and so on.
std::optional<v1::CauseClass> ParseCause(std::string_view text);

// The comparator as a sign, such as "≥".
std::string ComparatorSign(v1::Comparator comparator);

// What a reason of ErrorReason, or of a file that cannot be read, means, and its
// cure. In English, or for a reason not known here, `message` as it came.
std::string ReasonText(const Speech& say, std::string_view reason, const std::string& message);

}  // namespace budgetwatch::ctl
