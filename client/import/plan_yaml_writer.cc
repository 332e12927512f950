#include <cstdio>

#include "domain/money.h"
#include "import/document_text.h"
#include "import/plan_yaml.h"
#include "import/plan_yaml_names.h"

namespace budgetwatch {
namespace {

// `text` as a double-quoted scalar. Always quoted: whether a plain text would be
// taken for a number, a date, a boolean or syntax then never matters.
std::string Quoted(std::string_view text) {
  std::string quoted = "\"";
  for (const char c : ReplaceInvalidUtf8(text)) {
    const auto byte = static_cast<unsigned char>(c);
    if (c == '"' || c == '\\') {
      quoted += '\\';
      quoted += c;
    } else if (c == '\n') {
      quoted += "\\n";
    } else if (c == '\t') {
      quoted += "\\t";
    } else if (byte < 0x20 || byte == 0x7f) {
      char escape[8];
      std::snprintf(escape, sizeof escape, "\\x%02x", byte);
      quoted += escape;
    } else {
      quoted += c;
    }
  }
  // What YAML takes for line breaks or a byte order mark would not survive as
  // itself.
  const std::pair<std::string_view, std::string_view> kEscapes[] = {
      {"\u0085", "\\u0085"}, {"\u2028", "\\u2028"}, {"\u2029", "\\u2029"}, {"\ufeff", "\\ufeff"}};
  for (const auto& [character, escape] : kEscapes) {
    for (size_t at = quoted.find(character); at != std::string::npos;
         at = quoted.find(character, at)) {
      quoted.replace(at, character.size(), escape);
    }
  }
  return quoted + "\"";
}

// "key: "text"" on a line of its own after `indent`.
void AppendText(std::string_view indent, std::string_view key, std::string_view text,
                std::string* out) {
  out->append(indent).append(key).append(": ").append(Quoted(text)).append("\n");
}

void AppendOptionalText(std::string_view indent, std::string_view key, std::string_view text,
                        std::string* out) {
  if (!text.empty()) AppendText(indent, key, text, out);
}

void AppendRaw(std::string_view indent, std::string_view key, std::string_view value,
               std::string* out) {
  out->append(indent).append(key).append(": ").append(value).append("\n");
}

void AppendReading(const Target& target, std::string* out) {
  constexpr std::string_view kIndent = "            ";
  out->append("          reading:\n");
  AppendRaw(kIndent, "kind", NameOfValue(kTargetKindNames, target.kind), out);
  if (target.comparator) {
    AppendRaw(kIndent, "comparator", NameOfValue(kComparatorNames, *target.comparator), out);
  }
  AppendOptionalText(kIndent, "value", target.value, out);
  AppendOptionalText(kIndent, "upper_value", target.upper_value, out);
  AppendOptionalText(kIndent, "unit", target.unit, out);
  if (!target.comparator_written) AppendRaw(kIndent, "comparator_written", "false", out);
  if (target.notes.empty()) return;
  std::string notes = "[";
  for (const std::string& note : target.notes) {
    if (notes.size() > 1) notes += ", ";
    notes += Quoted(note);
  }
  AppendRaw(kIndent, "notes", notes + "]", out);
}

// `automatic` is the reading that the indicator would get without an own one.
void AppendIndicator(const Indicator& indicator, const Target& automatic, std::string* out) {
  constexpr std::string_view kIndent = "          ";
  std::string fields;
  AppendOptionalText(kIndent, "id", indicator.indicator_id, &fields);
  AppendOptionalText(kIndent, "level1", indicator.level1, &fields);
  AppendOptionalText(kIndent, "level2", indicator.level2, &fields);
  AppendOptionalText(kIndent, "level3", indicator.level3, &fields);
  AppendOptionalText(kIndent, "description", indicator.description, &fields);
  AppendText(kIndent, "target", indicator.target_text, &fields);
  AppendOptionalText(kIndent, "basis", indicator.basis, &fields);
  AppendOptionalText(kIndent, "weight", indicator.weight, &fields);
  const bool has_own_reading = indicator.target != Target{} && indicator.target != automatic;
  if (has_own_reading) AppendReading(indicator.target, &fields);
  // The first field stands behind the dash.
  fields[kIndent.size() - 2] = '-';
  out->append(fields);
}

void AppendProject(const Project& project, const Project& automatic, int fiscal_year,
                   std::string* out) {
  constexpr std::string_view kIndent = "    ";
  AppendText("  - ", "code", project.project_code, out);
  AppendOptionalText(kIndent, "name", project.project_name, out);
  AppendRaw(kIndent, "kind", NameOfValue(kProjectKindNames, project.kind), out);
  AppendRaw(kIndent, "budget", FormatYuan(project.budget_fen), out);
  if (!project.fundings.empty()) out->append("    fundings:\n");
  for (const Funding& funding : project.fundings) {
    AppendRaw("      ", NameOfValue(kFundingNames, funding.source), FormatYuan(funding.amount_fen),
              out);
  }
  if (!project.checkpoints.empty()) out->append("    checkpoints:\n");
  for (const Checkpoint& checkpoint : project.checkpoints) {
    const std::string date = checkpoint.date.ToString();
    const bool in_year = checkpoint.date.year() == fiscal_year;
    AppendRaw("      ", in_year ? date.substr(5) : date,
              checkpoint.cumulative_ppm ? FormatPercent(*checkpoint.cumulative_ppm) : "null", out);
  }
  if (!project.indicators.empty()) out->append("    indicators:\n");
  for (size_t i = 0; i < project.indicators.size(); ++i) {
    AppendIndicator(project.indicators[i], automatic.indicators[i].target, out);
  }
}

void AppendStatedTotal(const StatedTotal& total, std::string* out) {
  out->append("  - ");
  if (total.kind) AppendRaw("", "kind", NameOfValue(kProjectKindNames, *total.kind), out);
  if (total.source) AppendRaw("", "source", NameOfValue(kFundingNames, *total.source), out);
  const bool first = !total.kind && !total.source;
  AppendRaw(first ? "" : "    ", "amount", FormatYuan(total.amount_fen), out);
}

// The plan with the readings that FillIndicators makes by itself.
Plan WithAutomaticReadings(const Plan& plan) {
  Plan automatic = plan;
  for (Project& project : automatic.projects) {
    for (Indicator& indicator : project.indicators) indicator.target = Target{};
  }
  FillIndicators(&automatic);
  return automatic;
}

}  // namespace

std::string WritePlanYaml(const Plan& plan) {
  const Plan automatic = WithAutomaticReadings(plan);
  std::string out = "budgetwatch_plan: 1\n";
  AppendText("", "department_code", plan.department_code, &out);
  AppendOptionalText("", "department_name", plan.department_name, &out);
  AppendOptionalText("", "parent_department_code", plan.parent_department_code, &out);
  AppendRaw("", "fiscal_year", std::to_string(plan.fiscal_year), &out);
  AppendRaw("", "unit", NameOfValue(kUnitNames, MoneyUnit::kYuan), &out);
  out += plan.projects.empty() ? "projects: []\n" : "projects:\n";
  for (size_t i = 0; i < plan.projects.size(); ++i) {
    AppendProject(plan.projects[i], automatic.projects[i], plan.fiscal_year, &out);
  }
  if (!plan.stated_totals.empty()) out += "stated_totals:\n";
  for (const StatedTotal& total : plan.stated_totals) AppendStatedTotal(total, &out);
  return out;
}

}  // namespace budgetwatch
