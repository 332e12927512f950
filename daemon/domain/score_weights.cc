#include "domain/score_weights.h"

#include <algorithm>
#include <optional>
#include <utility>

#include "base/check.h"

namespace budgetwatch {
namespace {

constexpr size_t kNamesMax = 5;  // indicators that a sentence lists

Rational FromCenti(int centi) {
  Rational points(centi, 100);
  points.canonicalize();
  return points;
}

std::string Points(const Rational& points) { return FormatShort(points, 2); }

std::string Count(size_t count) { return std::to_string(count); }

std::string Indicators(size_t count) {
  return Count(count) + (count == 1 ? " indicator" : " indicators");
}

// "由 3 个指标均分".
std::string SharedByZh(size_t count) {
  return count == 1 ? "由 1 个指标承担" : "由 " + Count(count) + " 个指标均分";
}

// A weight of the plan; nothing when it has none that counts.
std::optional<Rational> PlanWeight(const Indicator& indicator) {
  auto weight = ParseDecimal(indicator.weight);
  if (weight && sgn(*weight) < 0) weight.reset();
  return weight;
}

bool BeginsWithAny(const std::string& text, const std::vector<std::string>& words) {
  return std::any_of(words.begin(), words.end(),
                     [&text](const std::string& word) { return text.starts_with(word); });
}

std::optional<size_t> SectionOf(const Indicator& indicator, const ScoreRules& rules) {
  for (size_t i = 0; i < rules.sections.size(); ++i) {
    const std::vector<std::string>& words = rules.sections[i].words;
    if (BeginsWithAny(indicator.level1, words) || BeginsWithAny(indicator.level2, words)) return i;
  }
  return std::nullopt;
}

size_t HeaviestSection(const ScoreRules& rules) {
  const auto heaviest = std::max_element(
      rules.sections.begin(), rules.sections.end(),
      [](const ScoreSection& a, const ScoreSection& b) { return a.weight_centi < b.weight_centi; });
  return static_cast<size_t>(heaviest - rules.sections.begin());
}

// Finds the weights of one line and tells how.
class Weigher {
 public:
  Weigher(const Project& project, const ScoreRules& rules) : project_(project), rules_(rules) {}

  ScoreWeights Weigh() {
    if (project_.indicators.empty()) {
      weights_.execution = 100;
      Say("计划未设绩效指标，仅按预算执行率评分，满分 100 分，不反映绩效目标完成情况。",
          "The plan has no indicators: the execution of the budget alone is scored, with all 100 "
          "points, and says nothing about results.");
      return std::move(weights_);
    }
    weights_.execution = FromCenti(rules_.execution_weight_centi);
    for (const Indicator& indicator : project_.indicators) Place(indicator);
    Say(kExecutionSection + (" " + Points(weights_.execution)) + " 分",
        "Execution of the budget " + Points(weights_.execution) + " points");
    if (!TakePlanWeights()) SpreadSections();
    Say("。", ".");
    TellStrays();
    return std::move(weights_);
  }

 private:
  void Say(const std::string& zh, const std::string& en) {
    weights_.text_zh += zh;
    weights_.text_en += en;
  }

  void Place(const Indicator& indicator) {
    IndicatorWeight& placed = weights_.indicators.emplace_back();
    const auto section = SectionOf(indicator, rules_);
    placed.section = section ? *section : HeaviestSection(rules_);
    if (!section) strays_.push_back(indicator.indicator_id);
    if (!indicator.weight.empty() && !PlanWeight(indicator)) {
      unreadable_.push_back(indicator.indicator_id);
    }
  }

  // Whether the plan's weights alone make up what the execution leaves.
  bool TakePlanWeights() {
    Rational sum;
    for (const Indicator& indicator : project_.indicators) {
      const auto weight = PlanWeight(indicator);
      if (!weight) return false;
      sum += *weight;
    }
    if (sum != 100 - weights_.execution) return false;
    for (size_t i = 0; i < weights_.indicators.size(); ++i) TakePlanWeight(i);
    Say("；各指标分值均取自计划，合计 " + Points(sum) + " 分",
        "; all indicators have the plan's weights, together " + Points(sum) + " points");
    return true;
  }

  void TakePlanWeight(size_t index) {
    weights_.indicators[index].weight = *PlanWeight(project_.indicators[index]);
    weights_.indicators[index].from_plan = true;
  }

  void SpreadSections() {
    std::vector<std::vector<size_t>> members(rules_.sections.size());
    for (size_t i = 0; i < weights_.indicators.size(); ++i) {
      members[weights_.indicators[i].section].push_back(i);
    }
    Rational occupied;  // weight of the sections that have indicators
    std::vector<std::string> empty_names;
    for (size_t i = 0; i < members.size(); ++i) {
      const ScoreSection& section = rules_.sections[i];
      if (!members[i].empty()) {
        occupied += FromCenti(section.weight_centi);
      } else {
        empty_names.push_back(section.name);
      }
    }
    BW_CHECK(sgn(occupied) > 0);
    const Rational left = 100 - weights_.execution;
    for (size_t i = 0; i < members.size(); ++i) {
      if (members[i].empty()) continue;
      SpreadSection(rules_.sections[i].name,
                    FromCenti(rules_.sections[i].weight_centi) * left / occupied, members[i]);
    }
    if (empty_names.empty()) return;
    Say("。计划没有" + Join(empty_names, "、", "等") + "，其 " + Points(left - occupied) +
            " 分按比例并入其他部分",
        ". The plan has no indicators of " + Join(empty_names, ", ", " and others") + ": their " +
            Points(left - occupied) + " points go to the other sections in proportion");
  }

  // Spreads a section's weight over its members, of which there is at least one.
  void SpreadSection(const std::string& name, const Rational& weight,
                     const std::vector<size_t>& members) {
    std::vector<size_t> open;  // without a weight of the plan
    Rational given;
    for (const size_t index : members) {
      const auto own = PlanWeight(project_.indicators[index]);
      if (own) given += *own;
      if (!own) open.push_back(index);
    }
    Say("；" + name + " " + Points(weight) + " 分", "; " + name + " " + Points(weight) + " points");
    if (open.size() == members.size()) {
      SpreadEvenly(weight, members);
      Say(SharedByZh(members.size()), " spread evenly over " + Indicators(members.size()));
    } else if (open.empty() && sgn(given) == 0) {
      SpreadEvenly(weight, members);
      Say("，计划所定分值均为 0，" + SharedByZh(members.size()),
          ", whose plan weights are all 0, spread evenly over " + Indicators(members.size()));
    } else if (given > weight || (open.empty() && given != weight)) {
      Scale(weight, given, members, open);
    } else {
      TakeGiven(weight, given, members, open);
    }
  }

  void SpreadEvenly(const Rational& weight, const std::vector<size_t>& members) {
    for (const size_t index : members) {
      weights_.indicators[index].weight = weight / static_cast<unsigned long>(members.size());
    }
  }

  void Scale(const Rational& weight, const Rational& given, const std::vector<size_t>& members,
             const std::vector<size_t>& open) {
    for (const size_t index : members) {
      const auto own = PlanWeight(project_.indicators[index]);
      if (own) weights_.indicators[index].weight = *own * weight / given;
    }
    Say("，计划所定分值合计 " + Points(given) + " 分，按比例折算",
        ", to which the plan's weights of together " + Points(given) + " are scaled");
    TellNothingLeft(open);
  }

  void TakeGiven(const Rational& weight, const Rational& given, const std::vector<size_t>& members,
                 const std::vector<size_t>& open) {
    for (const size_t index : members) {
      if (PlanWeight(project_.indicators[index])) TakePlanWeight(index);
    }
    const Rational rest = weight - given;
    if (open.empty()) {
      Say("按计划所定分值", " as the plan weighs them");
      return;
    }
    Say("，其中 " + Points(given) + " 分按计划所定分值",
        ", " + Points(given) + " of them as the plan weighs them");
    if (sgn(rest) == 0) {
      TellNothingLeft(open);
      return;
    }
    SpreadEvenly(rest, open);
    Say("，其余 " + Points(rest) + " 分" + SharedByZh(open.size()),
        " and " + Points(rest) + " spread evenly over " + Indicators(open.size()) +
            " without a weight");
  }

  void TellNothingLeft(const std::vector<size_t>& open) {
    if (open.empty()) return;
    Say("，" + Count(open.size()) + " 个未定分值的指标不占分",
        ", which leaves nothing to " + Indicators(open.size()) + " without a weight");
  }

  void TellStrays() {
    if (!strays_.empty()) {
      const std::string& name = rules_.sections[HeaviestSection(rules_)].name;
      Say("指标 " + Join(strays_, "、", "等") + " 的一级、二级指标名称不属于任何部分，归入" + name +
              "。",
          " The levels of the indicators " + Join(strays_, ", ", " and others") +
              " belong to no section; they are counted in " + name + ".");
    }
    if (!unreadable_.empty()) {
      Say("指标 " + Join(unreadable_, "、", "等") + " 的分值不是非负小数，按未定分值处理。",
          " The weights of the indicators " + Join(unreadable_, ", ", " and others") +
              " are no decimals from 0 on and do not count.");
    }
  }

  static std::string Join(const std::vector<std::string>& names, const char* separator,
                          const char* more) {
    std::string joined;
    for (size_t i = 0; i < std::min(names.size(), kNamesMax); ++i) {
      joined += (i == 0 ? "" : separator) + names[i];
    }
    return names.size() > kNamesMax ? joined + more : joined;
  }

  const Project& project_;
  const ScoreRules& rules_;
  ScoreWeights weights_;
  std::vector<std::string> strays_;      // ids of indicators of no section
  std::vector<std::string> unreadable_;  // of those whose weight is none
};

}  // namespace

ScoreWeights WeightsOf(const Project& project, const ScoreRules& rules) {
  BW_CHECK(!rules.sections.empty());
  return Weigher(project, rules).Weigh();
}

}  // namespace budgetwatch
