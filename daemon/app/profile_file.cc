#include "app/profile_file.h"

#include <algorithm>
#include <optional>

#include "app/settings_file.h"
#include "base/text.h"
#include "base/yaml_map.h"
#include "domain/date.h"
#include "domain/plan.h"
#include "domain/score_rules.h"

namespace budgetwatch {
namespace {

constexpr size_t kMaxWordingBytes = 200;
constexpr int32_t kPpmPerCenti = 100;  // of a percentage as of points

void ReadPercent(const YamlMap& map, std::string_view key, int32_t* ppm) {
  const auto text = map.Text(key);
  if (!text) return;
  if (const auto share = ParsePercent(*text)) {
    *ppm = *share;
  } else {
    map.Fail(key, "bad_percent", "must be a percentage from 0 to 100, such as 5 or 7.5",
             "应为 0 至 100 的百分数，如 5 或 7.5");
  }
}

// Points from 0 to 100 with at most two fractional digits.
void ReadPoints(const YamlMap& map, std::string_view key, int* centi) {
  const auto text = map.Text(key);
  if (!text) return;
  const auto ppm = ParsePercent(*text);
  if (ppm && *ppm % kPpmPerCenti == 0) {
    *centi = *ppm / kPpmPerCenti;
  } else {
    map.Fail(key, "bad_points",
             "must be points from 0 to 100 with at most two decimals, such as 30 or 12.5",
             "应为 0 至 100 分，至多两位小数，如 30 或 12.5");
  }
}

void ReadWholePercent(const YamlMap& map, std::string_view key, int* percent) {
  if (const auto value = map.Integer(key, 0, 100)) *percent = static_cast<int>(*value);
}

// A text of one line that a form or a report shows.
void ReadWords(const YamlMap& map, std::string_view key, std::string* text) {
  const auto value = map.Text(key);
  if (!value) return;
  if (value->empty() || value->size() > kMaxWordingBytes || HasControlCharacter(*value)) {
    const std::string most = std::to_string(kMaxWordingBytes);
    map.Fail(key, "bad_text",
             "must be a text of 1 to " + most +
                 " bytes on one line; leave the key out for the "
                 "built-in one",
             "应为 1 至 " + most + " 字节的单行文字；不写此键则用内置文字");
    return;
  }
  *text = *value;
}

// "06-30".
std::optional<MonitoringDay> DayOf(const std::string& text) {
  // A leap year, so that 02-29 can be named.
  const auto date = Date::Parse("2020-" + text);
  if (!date) return std::nullopt;
  return MonitoringDay{date->month(), date->day()};
}

void FailDay(const YamlMap& map, std::string_view key) {
  map.Fail(key, "bad_date", "must be a day of the year such as 06-30", "应为日期，如 06-30");
}

void ReadDay(const YamlMap& map, std::string_view key, MonitoringDay* day) {
  const auto text = map.Text(key);
  if (!text) return;
  const auto read = DayOf(*text);
  if (read) *day = *read;
  if (!read) FailDay(map, key);
}

void ReadDays(const YamlMap& map, std::string_view key, std::vector<MonitoringDay>* days) {
  if (!map.Has(key)) return;
  days->clear();
  for (const std::string& text : map.Texts(key)) {
    const auto day = DayOf(text);
    if (day && std::find(days->begin(), days->end(), *day) != days->end()) {
      map.Fail(key, "duplicate_day", "lists " + text + " twice; remove one",
               text + " 出现两次，请删除一个");
    } else if (day) {
      days->push_back(*day);
    } else {
      FailDay(map, key);
    }
  }
}

void ReadFloors(const YamlMap& map, std::vector<YamlError>* errors, std::vector<Floor>* floors) {
  for (const YamlItem& item : map.Items("floors")) {
    const YamlMap entry(*item.value, item.path, {"date", "percent"}, errors);
    if (!entry.RequiredText("date") || !entry.RequiredText("percent")) continue;
    MonitoringDay day;
    Floor floor;
    ReadDay(entry, "date", &day);
    ReadPercent(entry, "percent", &floor.share_ppm);
    floor.month = day.month;
    floor.day = day.day;
    floors->push_back(floor);
  }
}

void ReadThresholds(const YamlMap& map, const std::vector<YamlError>& errors, Profile* profile) {
  ReadPercent(map, "tolerance_percent", &profile->tolerance_ppm);
  ReadPercent(map, "severe_percent", &profile->severe_ppm);
  ReadPercent(map, "backloaded_percent", &profile->backloaded_ppm);
  ReadDay(map, "backloaded_after", &profile->backloaded_after);
  ReadPercent(map, "rush_percent", &profile->rush_ppm);
  ReadPercent(map, "shortfall_percent", &profile->shortfall_ppm);
  ReadPercent(map, "divergence_percent", &profile->divergence_ppm);
  ReadDays(map, "monitoring_days", &profile->monitoring_days);
  if (errors.empty() && profile->monitoring_days.empty()) {
    map.Fail("monitoring_days", "bad_date", "must list at least one day such as 06-30",
             "至少列出一个日期，如 06-30");
  }
  if (errors.empty() && profile->severe_ppm < profile->tolerance_ppm) {
    map.Fail("severe_percent", "bad_percent", "must not be below tolerance_percent",
             "不应小于 tolerance_percent");
  }
  // Without a day there is no review but those by hand.
  ReadDays(map, "review_days", &profile->review_days);
}

// The mapping of the profile's score, with the keys of what it lists.
class ScoreReader {
 public:
  ScoreReader(const YamlMap& map, std::vector<YamlError>* errors) : map_(map), errors_(errors) {}

  void Read(ScoreRules* rules) {
    ReadPoints(map_, "execution_weight", &rules->execution_weight_centi);
    ReadSections(rules);
    if (const auto tiers = map_.Map("tiers", TierKeys())) {
      ReadWholePercent(*tiers, "achieved_from", &rules->achieved_from_percent);
      ReadWholePercent(*tiers, "partly_from", &rules->partly_from_percent);
    }
    ReadGrades(rules);
    if (!errors_->empty()) return;
    for (const ScoreRuleProblem& problem : CheckScoreRules(*rules)) Fail(problem);
  }

 private:
  using Keys = std::vector<std::string_view>;

  static Keys TierKeys() { return {"achieved_from", "partly_from"}; }
  static Keys SectionKeys() { return {"name", "words", "weight"}; }
  static Keys GradeKeys() { return {"name", "from"}; }

  void ReadSections(ScoreRules* rules) {
    if (!map_.Has("sections")) return;
    rules->sections.clear();
    for (const YamlItem& item : map_.Items("sections")) {
      const YamlMap entry(*item.value, item.path, SectionKeys(), errors_);
      ScoreSection& section = rules->sections.emplace_back();
      section.name = entry.RequiredText("name").value_or("");
      section.words = entry.Texts("words");
      if (entry.RequiredText("weight")) ReadPoints(entry, "weight", &section.weight_centi);
    }
  }

  void ReadGrades(ScoreRules* rules) {
    if (!map_.Has("grades")) return;
    rules->grades.clear();
    for (const YamlItem& item : map_.Items("grades")) {
      const YamlMap entry(*item.value, item.path, GradeKeys(), errors_);
      Grade& grade = rules->grades.emplace_back();
      grade.name = entry.RequiredText("name").value_or("");
      if (entry.RequiredText("from")) ReadPoints(entry, "from", &grade.from_centi);
    }
  }

  // Puts the problem where the file has the value, or where the key would be.
  void Fail(const ScoreRuleProblem& problem) {
    const auto at = [&problem](const YamlMap& map, const std::string& key) {
      map.Fail(key, "bad_score_rule", problem.message_en, problem.message_zh);
    };
    const std::vector<YamlItem> items =
        problem.index >= 0 ? map_.Items(problem.list) : std::vector<YamlItem>();
    if (problem.index >= 0 && static_cast<size_t>(problem.index) < items.size()) {
      const YamlItem& item = items[static_cast<size_t>(problem.index)];
      const Keys keys = problem.list == "sections" ? SectionKeys() : GradeKeys();
      at(YamlMap(*item.value, item.path, keys, errors_), problem.key);
    } else if (problem.list == "tiers" && map_.Has("tiers")) {
      at(*map_.Map("tiers", TierKeys()), problem.key);
    } else {
      at(map_, problem.list.empty() ? problem.key : problem.list);
    }
  }

  const YamlMap& map_;
  std::vector<YamlError>* const errors_;
};

void ReadProfile(const YamlMap& map, std::vector<YamlError>* errors, Profile* profile) {
  ReadWords(map, "name", &profile->name);
  ReadThresholds(map, *errors, profile);
  ReadFloors(map, errors, &profile->floors);
  if (const auto score = map.Map("score", {"execution_weight", "sections", "tiers", "grades"})) {
    ScoreReader(*score, errors).Read(&profile->score);
  }
  if (const auto wording =
          map.Map("wording", {"monitoring_title", "evaluation_title", "impossible"})) {
    ReadWords(*wording, "monitoring_title", &profile->wording.monitoring_title);
    ReadWords(*wording, "evaluation_title", &profile->wording.evaluation_title);
    ReadWords(*wording, "impossible", &profile->wording.impossible);
  }
}

}  // namespace

Result<Profile> ReadProfileFile(const std::string& path) {
  Profile profile;
  if (path.empty()) return profile;
  const Status status = ReadSettingsFile(
      path,
      {"name", "tolerance_percent", "severe_percent", "backloaded_percent", "backloaded_after",
       "rush_percent", "shortfall_percent", "divergence_percent", "monitoring_days", "review_days",
       "floors", "score", "wording"},
      [&profile](const YamlMap& map, std::vector<YamlError>* errors) {
        ReadProfile(map, errors, &profile);
      });
  if (!status.ok()) return status.error();
  return profile;
}

}  // namespace budgetwatch
