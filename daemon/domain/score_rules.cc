#include "domain/score_rules.h"

#include <algorithm>

#include "base/text.h"
#include "domain/rational.h"

namespace budgetwatch {
namespace {

std::string Points(int64_t centi) {
  Rational points(centi, 100);
  points.canonicalize();
  return FormatShort(points, 2);
}

bool IsName(const std::string& text) {
  return !text.empty() && text.size() <= kMaxScoreNameBytes && IsValidUtf8(text) &&
         !HasControlCharacter(text);
}

// Collects what is wrong.
class Checker {
 public:
  explicit Checker(const ScoreRules& rules) : rules_(rules) {}

  std::vector<ScoreRuleProblem> Check() {
    CheckExecution();
    CheckSections();
    CheckTiers();
    CheckGrades();
    return std::move(problems_);
  }

 private:
  void Add(std::string list, int index, std::string key, std::string en, std::string zh) {
    problems_.push_back({std::move(list), index, std::move(key), std::move(en), std::move(zh)});
  }

  void CheckExecution() {
    if (rules_.execution_weight_centi >= 0 && rules_.execution_weight_centi < kFullScoreCenti) {
      return;
    }
    Add("", -1, "execution_weight", "must be at least 0 and below 100 points",
        "应不小于 0 分且小于 100 分");
  }

  void CheckName(const std::string& list, int index, const std::string& name) {
    if (IsName(name)) return;
    const std::string bytes = std::to_string(kMaxScoreNameBytes);
    Add(list, index, "name", "must be a text of 1 to " + bytes + " bytes on one line",
        "应为 1 至 " + bytes + " 字节的单行文字");
  }

  bool CheckCount(const std::string& list, size_t count) {
    if (count >= 1 && count <= kMaxScoreItems) return true;
    const std::string most = std::to_string(kMaxScoreItems);
    Add(list, -1, "", "must list 1 to " + most + " items", "应列出 1 至 " + most + " 项");
    return false;
  }

  void CheckSections() {
    if (!CheckCount("sections", rules_.sections.size())) return;
    int64_t sum_centi = rules_.execution_weight_centi;
    for (size_t i = 0; i < rules_.sections.size(); ++i) {
      const ScoreSection& section = rules_.sections[i];
      CheckName("sections", static_cast<int>(i), section.name);
      CheckWords(i);
      sum_centi += section.weight_centi;
      if (section.weight_centi <= 0 || section.weight_centi > kFullScoreCenti) {
        Add("sections", static_cast<int>(i), "weight", "must be above 0 and at most 100 points",
            "应大于 0 分且不超过 100 分");
      }
      for (size_t before = 0; before < i; ++before) {
        if (rules_.sections[before].name != section.name) continue;
        Add("sections", static_cast<int>(i), "name",
            "stands twice; give each section a name of its own", "重复；各部分名称不应相同");
      }
    }
    if (sum_centi == kFullScoreCenti) return;
    Add("sections", -1, "",
        "the weights of the sections and execution_weight sum to " + Points(sum_centi) +
            ", not to 100; change one of them",
        "各部分权重与 execution_weight 合计 " + Points(sum_centi) + " 分，应为 100 分，请调整");
  }

  void CheckWords(size_t index) {
    const std::vector<std::string>& words = rules_.sections[index].words;
    const auto fail = [this, index](const std::string& en, const std::string& zh) {
      Add("sections", static_cast<int>(index), "words", en, zh);
    };
    const std::string most = std::to_string(kMaxScoreItems);
    if (words.empty() || words.size() > kMaxScoreItems) {
      fail("must list 1 to " + most + " words", "应列出 1 至 " + most + " 个词");
    }
    if (!std::all_of(words.begin(), words.end(), IsName)) {
      const std::string bytes = std::to_string(kMaxScoreNameBytes);
      fail("must be texts of 1 to " + bytes + " bytes; an empty word would take every indicator",
           "每个词应为 1 至 " + bytes + " 字节；空词会匹配所有指标");
      return;
    }
    for (const std::string& word : words) {
      for (size_t before = 0; before < index; ++before) {
        for (const std::string& earlier : rules_.sections[before].words) {
          if (earlier.empty() || !word.starts_with(earlier)) continue;
          fail("\"" + word + "\" is never reached, section " + rules_.sections[before].name +
                   " takes \"" + earlier + "\" before; remove it or move this section up",
               "“" + word + "”不会被匹配，前面的“" + rules_.sections[before].name + "”已匹配“" +
                   earlier + "”；请删除或将本部分前移");
        }
      }
    }
  }

  void CheckTiers() {
    if (rules_.achieved_from_percent < 1 || rules_.achieved_from_percent > 100) {
      Add("tiers", -1, "achieved_from", "must be a whole percentage from 1 to 100",
          "应为 1 至 100 的整数百分数");
    }
    if (rules_.partly_from_percent < 1 || rules_.partly_from_percent > 100) {
      Add("tiers", -1, "partly_from", "must be a whole percentage from 1 to 100",
          "应为 1 至 100 的整数百分数");
    } else if (rules_.partly_from_percent >= rules_.achieved_from_percent) {
      Add("tiers", -1, "partly_from",
          "must be below achieved_from, or the tiers of 达成 and 部分达成 overlap",
          "应小于 achieved_from，否则“达成”与“部分达成”两档重叠");
    }
  }

  void CheckGrades() {
    if (!CheckCount("grades", rules_.grades.size())) return;
    for (size_t i = 0; i < rules_.grades.size(); ++i) {
      const Grade& grade = rules_.grades[i];
      const int index = static_cast<int>(i);
      CheckName("grades", index, grade.name);
      if (grade.from_centi < 0 || grade.from_centi > kFullScoreCenti) {
        Add("grades", index, "from", "must be from 0 to 100 points", "应为 0 至 100 分");
      } else if (i > 0 && grade.from_centi >= rules_.grades[i - 1].from_centi) {
        Add("grades", index, "from",
            "must be below that of the grade before; list grades from the best down",
            "应低于上一等级；请从高到低列出");
      }
      for (size_t before = 0; before < i; ++before) {
        if (rules_.grades[before].name != grade.name) continue;
        Add("grades", index, "name", "stands twice; give each grade a name of its own",
            "重复；各等级名称不应相同");
      }
    }
    if (rules_.grades.back().from_centi == 0) return;
    Add("grades", static_cast<int>(rules_.grades.size()) - 1, "from",
        "of the last grade must be 0, so that every score has a grade",
        "最后一个等级应从 0 分起，使每个得分都有等级");
  }

  const ScoreRules& rules_;
  std::vector<ScoreRuleProblem> problems_;
};

}  // namespace

std::vector<ScoreRuleProblem> CheckScoreRules(const ScoreRules& rules) {
  return Checker(rules).Check();
}

}  // namespace budgetwatch
