#include "import/plan_yaml.h"

#include <algorithm>
#include <map>
#include <optional>
#include <utility>

#include "base/yaml_map.h"
#include "domain/money.h"
#include "domain/target_check.h"
#include "import/finding_list.h"
#include "import/plan_yaml_names.h"

namespace budgetwatch {
namespace {

// A plan of 100,000 lines without indicators fits. The parser takes about a hundred
// times the size of the text in memory, so more is not allowed.
constexpr YamlLimits kPlanLimits{size_t{16} << 20, 4'000'000, 16};

// What holds for all amounts and dates of a file. What the file gives wrongly is
// reported once and not at every use: then the unit is absent and the year 0.
struct FileContext {
  std::optional<MoneyUnit> unit;
  int fiscal_year = 0;
};

bool IsDecimal(std::string_view text) {
  const size_t point = text.find('.');
  const auto digits = [](std::string_view part) {
    return !part.empty() &&
           std::all_of(part.begin(), part.end(), [](char c) { return c >= '0' && c <= '9'; });
  };
  if (!digits(text.substr(0, point))) return false;
  return point == std::string_view::npos || digits(text.substr(point + 1));
}

// The decimal without needless zeros ("-0.50" → "-0.5"), nothing when it is none.
std::optional<std::string> CanonicalDecimal(std::string_view text) {
  const bool negative = !text.empty() && text.front() == '-';
  if (negative) text.remove_prefix(1);
  if (!IsDecimal(text)) return std::nullopt;
  while (text.size() > 1 && text[0] == '0' && text[1] != '.') text.remove_prefix(1);
  if (text.find('.') != std::string_view::npos) {
    while (text.back() == '0') text.remove_suffix(1);
    if (text.back() == '.') text.remove_suffix(1);
  }
  std::string canonical(negative && text != "0" ? "-" : "");
  canonical += text;
  return canonical;
}

// The value that the text under `key` names, nothing when absent or unknown.
template <typename T, size_t N>
std::optional<T> ReadName(const YamlMap& map, std::string_view key, std::string id,
                          const Name<T> (&names)[N]) {
  const std::optional<std::string> text = map.Text(key);
  if (!text) return std::nullopt;
  if (const std::optional<T> value = ValueOfName(names, *text)) return value;
  std::string known;
  for (const Name<T>& name : names) known += (known.empty() ? "" : ", ") + std::string(name.text);
  map.Fail(key, std::move(id),
           QuoteForMessage(*text) + " is not known here; write one of: " + known,
           QuoteForMessage(*text) + " 无法识别，请写以下之一：" + known);
  return std::nullopt;
}

std::optional<int64_t> ReadAmount(const YamlMap& map, std::string_view key, MoneyUnit unit) {
  const std::optional<std::string> text = map.Text(key);
  if (!text) return std::nullopt;
  const Result<int64_t> amount = ParseMoney(*text, unit);
  if (amount.ok()) return amount.value();
  map.Fail(key, "bad_amount", amount.error().message,
           "金额 " + QuoteForMessage(*text) +
               " 无法读取：请写成普通小数（如 1234.50），精确到分，且不超过十万亿元");
  return std::nullopt;
}

std::vector<Funding> ReadFundings(const YamlMap& project, MoneyUnit unit) {
  std::vector<Funding> fundings;
  const auto map = project.Map("fundings", NamesOf(kFundingNames));
  if (!map) return fundings;
  for (const YamlEntry* entry : map->entries()) {
    const FundingSource source = *ValueOfName(kFundingNames, entry->key);
    const bool doubled =
        std::any_of(fundings.begin(), fundings.end(),
                    [source](const Funding& funding) { return funding.source == source; });
    if (doubled) {
      map->Fail(entry->key, "duplicate_key", "the source stands twice under two names; remove one",
                "同一资金来源以两种名称出现，请删除一个");
      continue;
    }
    if (const auto amount_fen = ReadAmount(*map, entry->key, unit)) {
      fundings.push_back({source, *amount_fen});
    }
  }
  return fundings;
}

// The day that a checkpoint's key names, nothing when there is no such day.
// Without a fiscal year MM-DD becomes a day of the year 0, which is written as
// MM-DD again, so that the plan is whole once the year is given.
std::optional<Date> ReadCheckpointDate(const YamlMap& map, const std::string& key,
                                       const FileContext& context) {
  if (HasDateForm(key)) {
    const std::string year = std::to_string(context.fiscal_year);
    const std::string prefix = std::string(4 - year.size(), '0') + year + "-";
    if (const auto date = Date::Parse(key.size() == 10 ? key : prefix + key)) return date;
  }
  map.Fail(key, "bad_date",
           QuoteForMessage(key) +
               " is no day of the calendar; write it as MM-DD, "
               "such as 06-30, or YYYY-MM-DD",
           QuoteForMessage(key) + " 不是有效日期，请写成 MM-DD（如 06-30）或 YYYY-MM-DD");
  return std::nullopt;
}

std::vector<Checkpoint> ReadCheckpoints(const YamlMap& project, const FileContext& context) {
  const auto map = project.Map("checkpoints", {});
  if (!map) return {};
  std::map<Date, Checkpoint> checkpoints;
  for (const YamlEntry* entry : map->entries()) {
    const auto date = ReadCheckpointDate(*map, entry->key, context);
    if (!date) continue;
    Checkpoint checkpoint{*date, std::nullopt};
    if (std::optional<std::string> text = map->Text(entry->key)) {
      if (text->ends_with('%')) text->pop_back();
      checkpoint.cumulative_ppm = ParsePercent(*text);
      if (!checkpoint.cumulative_ppm && !text->empty()) {
        map->Fail(entry->key, "bad_percent",
                  QuoteForMessage(*text) +
                      " is no share from 0 to 100 with at most four digits behind the point",
                  QuoteForMessage(*text) + " 不是 0 到 100 之间、至多四位小数的百分比");
      }
    }
    if (!checkpoints.emplace(*date, checkpoint).second) {
      map->Fail(entry->key, "duplicate_key", "the day stands twice; remove one",
                "同一日期出现两次，请删除一个");
    }
  }
  std::vector<Checkpoint> in_order;
  for (const auto& [date, checkpoint] : checkpoints) in_order.push_back(checkpoint);
  return in_order;
}

// The canonical form of a decimal; what is none stays as it was written.
std::string CanonicalOrSame(std::string text) {
  return CanonicalDecimal(text).value_or(std::move(text));
}

Target ReadReading(const YamlMap& map) {
  Target target;
  map.RequiredText("kind");
  const auto kind = ReadName(map, "kind", "bad_reading", kTargetKindNames);
  target.comparator = ReadName(map, "comparator", "bad_reading", kComparatorNames);
  target.value = map.Text("value").value_or("");
  target.upper_value = map.Text("upper_value").value_or("");
  target.unit = map.Text("unit").value_or("");
  target.comparator_written = map.Boolean("comparator_written").value_or(true);
  target.notes = map.Texts("notes");
  // What is none of the known words is reported already.
  if (!kind || (map.Has("comparator") && !target.comparator)) return Target();
  target.kind = *kind;
  if (target.kind == TargetKind::kQuantitative) {
    target.value = CanonicalOrSame(std::move(target.value));
    target.upper_value = CanonicalOrSame(std::move(target.upper_value));
  }
  if (const auto fault = FindTargetFault(target)) {
    map.Fail(fault->field, "bad_reading", fault->en, fault->zh);
    return Target();
  }
  // A reading as qualitative would otherwise equal no reading at all, and the
  // automatic one would replace it.
  if (target == Target()) target.comparator_written = true;
  return target;
}

Indicator ReadIndicator(const YamlItem& item, std::vector<YamlError>* errors) {
  const YamlMap map(
      *item.value, item.path,
      {"id", "level1", "level2", "level3", "description", "target", "basis", "weight", "reading"},
      errors);
  Indicator indicator;
  indicator.indicator_id = map.Text("id").value_or("");
  indicator.level1 = map.Text("level1").value_or("");
  indicator.level2 = map.Text("level2").value_or("");
  indicator.level3 = map.Text("level3").value_or("");
  indicator.description = map.Text("description").value_or("");
  indicator.target_text = map.Text("target").value_or("");
  indicator.basis = map.Text("basis").value_or("");
  indicator.weight = map.Text("weight").value_or("");
  if (!indicator.weight.empty() && !IsDecimal(indicator.weight)) {
    map.Fail("weight", "bad_weight",
             QuoteForMessage(indicator.weight) + " is no weight; write a decimal such as 12.5",
             QuoteForMessage(indicator.weight) + " 不是有效权重，请写小数，如 12.5");
  }
  const auto reading = map.Map("reading", {"kind", "comparator", "value", "upper_value", "unit",
                                           "comparator_written", "notes"});
  if (reading) indicator.target = ReadReading(*reading);
  return indicator;
}

Project ReadProject(const YamlItem& item, const FileContext& context,
                    std::vector<YamlError>* errors) {
  const YamlMap map(*item.value, item.path,
                    {"code", "name", "kind", "budget", "fundings", "checkpoints", "indicators"},
                    errors);
  // Amounts are still checked for their form when the unit is not known.
  const MoneyUnit unit = context.unit.value_or(MoneyUnit::kTenThousandYuan);
  Project project;
  project.project_code = map.Text("code").value_or("");
  if (project.project_code.empty()) {
    map.Fail("code", "missing_project_code",
             "the project has no code; add the key code with the code that payments name",
             "项目没有编码；请补上 code，即支付数据所用的项目编码");
  }
  project.project_name = map.Text("name").value_or("");
  project.kind = ReadName(map, "kind", "bad_kind", kProjectKindNames).value_or(project.kind);
  map.RequiredText("budget");
  project.budget_fen = ReadAmount(map, "budget", unit).value_or(0);
  project.fundings = ReadFundings(map, unit);
  project.checkpoints = ReadCheckpoints(map, context);
  for (const YamlItem& indicator : map.Items("indicators")) {
    project.indicators.push_back(ReadIndicator(indicator, errors));
  }
  return project;
}

std::optional<StatedTotal> ReadStatedTotal(const YamlItem& item, const FileContext& context,
                                           std::vector<YamlError>* errors) {
  const YamlMap map(*item.value, item.path, {"kind", "source", "amount"}, errors);
  StatedTotal total;
  total.kind = ReadName(map, "kind", "bad_kind", kProjectKindNames);
  total.source = ReadName(map, "source", "bad_source", kFundingNames);
  if (total.kind && total.source) {
    map.Fail("source", "bad_source", "a total has a kind or a source, not both; remove one",
             "合计只能指定 kind 或 source 之一，请删除一个");
  }
  map.RequiredText("amount");
  const auto amount_fen =
      ReadAmount(map, "amount", context.unit.value_or(MoneyUnit::kTenThousandYuan));
  if (!amount_fen) return std::nullopt;
  total.amount_fen = *amount_fen;
  return total;
}

FileContext ReadHead(const YamlMap& map, Plan* plan) {
  const auto version = map.RequiredText("budgetwatch_plan");
  if (version && *version != "1") {
    map.Fail(
        "budgetwatch_plan", "unsupported_version",
        "format version " + QuoteForMessage(*version) + " is not supported; this program reads 1",
        "不支持的格式版本 " + QuoteForMessage(*version) + "，本程序只读取版本 1");
  }
  plan->department_code = map.RequiredText("department_code").value_or("");
  plan->department_name = map.Text("department_name").value_or("");
  plan->parent_department_code = map.Text("parent_department_code").value_or("");
  FileContext context;
  if (map.RequiredText("fiscal_year")) {
    if (const auto year = map.Integer("fiscal_year", kFirstYear, kLastYear)) {
      context.fiscal_year = static_cast<int>(*year);
      plan->fiscal_year = context.fiscal_year;
    }
  }
  context.unit = MoneyUnit::kYuan;
  if (map.Has("unit")) context.unit = ReadName(map, "unit", "bad_unit", kUnitNames);
  return context;
}

Finding ToFinding(const YamlError& error, const std::string& project_code) {
  return {error.id,         Severity::kError, project_code,
          YamlPlace(error), error.message_zh, error.message_en};
}

// Moves errors into findings about one project, or about the plan as a whole.
bool Report(std::vector<YamlError>* errors, const std::string& project_code,
            FindingList* findings) {
  for (const YamlError& error : *errors) findings->Add(ToFinding(error, project_code));
  const bool any = !errors->empty();
  errors->clear();
  return any;
}

void ReadPlan(const YamlValue& root, Plan* plan, FindingList* findings) {
  std::vector<YamlError> errors;
  const YamlMap map(root, "",
                    {"budgetwatch_plan", "department_code", "department_name",
                     "parent_department_code", "fiscal_year", "unit", "projects", "stated_totals"},
                    &errors);
  const FileContext context = ReadHead(map, plan);
  const std::vector<YamlItem> projects = map.Items("projects");
  Report(&errors, "", findings);
  for (const YamlItem& item : projects) {
    Project project = ReadProject(item, context, &errors);
    if (!Report(&errors, project.project_code, findings)) {
      plan->projects.push_back(std::move(project));
    }
  }
  for (const YamlItem& item : map.Items("stated_totals")) {
    const auto total = ReadStatedTotal(item, context, &errors);
    if (!Report(&errors, "", findings) && total) plan->stated_totals.push_back(*total);
  }
  // Without its unit no amount of the file is read rightly.
  if (context.unit) return;
  plan->projects.clear();
  plan->stated_totals.clear();
}

}  // namespace

PlanReading ReadPlanYaml(std::string_view text) {
  PlanReading reading;
  FindingList findings;
  std::vector<YamlError> errors;
  if (const auto root = ParseYaml(text, kPlanLimits, &errors)) {
    ReadPlan(*root, &reading.plan, &findings);
  }
  Report(&errors, "", &findings);
  reading.findings = findings.Take();
  return reading;
}

}  // namespace budgetwatch
