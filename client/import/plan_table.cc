#include "import/plan_table.h"

#include <algorithm>
#include <charconv>
#include <utility>
#include <vector>

#include "import/document_text.h"
#include "import/indicator_table.h"

namespace budgetwatch {
namespace {

using Cells = std::vector<DocumentCell>;

// Removes `affix` from the front of `text`; whether it was there.
bool TakePrefix(std::string_view affix, std::string_view* text) {
  if (!text->starts_with(affix)) return false;
  text->remove_prefix(affix.size());
  return true;
}

bool TakeSuffix(std::string_view affix, std::string_view* text) {
  if (!text->ends_with(affix)) return false;
  text->remove_suffix(affix.size());
  return true;
}

// Takes the number of one to `digits_max` digits in front of `text`.
std::optional<int> TakeNumber(size_t digits_max, std::string_view* text) {
  size_t length = 0;
  while (length < text->size() && (*text)[length] >= '0' && (*text)[length] <= '9') ++length;
  if (length == 0 || length > digits_max) return std::nullopt;
  int number = 0;
  std::from_chars(text->data(), text->data() + length, number);
  text->remove_prefix(length);
  return number;
}

// Whether a cell says "nothing here".
bool IsBlank(std::string_view label) {
  static constexpr std::string_view kFillers[] = {"", "-", "--", "—", "——", "–", "/", "\\"};
  return std::find(std::begin(kFillers), std::end(kFillers), label) != std::end(kFillers);
}

// The funding source that a label of the budget's row names.
std::optional<FundingSource> SourceOfLabel(std::string_view label) {
  TakeSuffix(":", &label);
  TakePrefix("其中:", &label);
  if (label == "财政资金" || label == "财政拨款" || label == "一般公共预算" ||
      label == "一般公共预算拨款") {
    return FundingSource::kGeneral;
  }
  if (label == "政府性基金" || label == "政府性基金预算" || label == "政府性基金预算拨款" ||
      label == "基金预算拨款") {
    return FundingSource::kGovernmentFund;
  }
  if (label == "其他资金" || label == "其他渠道资金" || label == "自筹资金") {
    return FundingSource::kOther;
  }
  return std::nullopt;
}

bool IsBudgetLabel(std::string_view label) {
  TakeSuffix(":", &label);
  return label == "预算数" || label == "预算金额" || label == "预算总额";
}

const DocumentCell* FindPart(const Cells& cells, TablePart part) {
  const auto it = std::find_if(cells.begin(), cells.end(),
                               [part](const DocumentCell& cell) { return cell.part == part; });
  return it == cells.end() ? nullptr : &*it;
}

// The cell behind a label, nothing when the next cell is a label itself.
const DocumentCell* ValueBehind(const Cells& cells, const DocumentCell* label) {
  if (label == nullptr || label == &cells.back()) return nullptr;
  const DocumentCell* value = label + 1;
  return value->part ? nullptr : value;
}

class PlanTableReader {
 public:
  PlanTableReader(const PlanTable& table, MoneyUnit unit, int fiscal_year, FindingList* findings)
      : table_(table), unit_(unit), fiscal_year_(fiscal_year), findings_(findings) {}

  std::optional<Project> Run() {
    project_.project_code = table_.code;
    if (project_.project_code.empty()) {
      const DocumentCell* label = FindPart(table_.cells, TablePart::kCode);
      Fail("missing_project_code", "row 项目编码", label ? label->line : table_.cells[0].line,
           "表中没有项目编码；请在“项目编码”之后的单元格中补上",
           "the table has no project code; give it in the cell behind 项目编码");
    }
    ReadName();
    ReadBudget();
    ReadSchedule();
    IndicatorTableReader indicators(table_, project_.project_code, findings_);
    if (!indicators.Read(&project_.indicators)) failed_ = true;
    if (failed_) return std::nullopt;
    return std::move(project_);
  }

 private:
  void Add(std::string id, Severity severity, std::string_view row, int line, std::string zh,
           std::string en) {
    findings_->Add({std::move(id), severity, project_.project_code, PlaceInTable(table_, row, line),
                    std::move(zh), std::move(en)});
  }

  void Fail(std::string id, std::string_view row, int line, std::string zh, std::string en) {
    failed_ = true;
    Add(std::move(id), Severity::kError, row, line, std::move(zh), std::move(en));
  }

  void ReadName() {
    project_.project_name = table_.name;
    if (!table_.name.empty()) return;
    const DocumentCell* label = FindPart(table_.cells, TablePart::kName);
    project_.project_name = table_.heading;
    Add("missing_project_name", Severity::kWarning, "row 项目名称",
        label ? label->line : table_.cells[0].line,
        "表中没有项目名称，已采用表标题；请补上项目名称",
        "the table has no project name, the heading is used; give the name");
  }

  // The amount in a cell; reports one that cannot be read.
  std::optional<int64_t> ReadAmount(const DocumentCell& cell, std::string_view row) {
    std::string_view text = cell.label;
    MoneyUnit unit = unit_;
    if (TakeSuffix("万元", &text)) {
      unit = MoneyUnit::kTenThousandYuan;
    } else if (TakeSuffix("元", &text)) {
      unit = MoneyUnit::kYuan;
    }
    const Result<int64_t> amount = ParseMoney(text, unit);
    if (amount.ok()) return amount.value();
    Fail("bad_amount", row, cell.line,
         "金额“" + Excerpt(cell.text) + "”无法读取；请写成普通小数（如 18.67），精确到分",
         ReplaceInvalidUtf8(amount.error().message));
    return std::nullopt;
  }

  void ReadBudget() {
    const Cells& cells = table_.cells;
    const DocumentCell* budget = nullptr;
    bool has_source = false;
    std::vector<Funding> fundings;
    for (const DocumentCell& cell : cells) {
      if (cell.part >= TablePart::kSchedule) break;
      if (IsBudgetLabel(cell.label) && budget == nullptr) budget = &cell;
      const auto source = SourceOfLabel(cell.label);
      const DocumentCell* value = source ? BudgetValue(&cell) : nullptr;
      if (value == nullptr) continue;
      has_source = true;
      const auto amount_fen = ReadAmount(*value, "row 预算规模及资金用途, cell " + cell.label);
      if (amount_fen) fundings.push_back({*source, *amount_fen});
    }
    const DocumentCell* value = budget == nullptr ? nullptr : BudgetValue(budget);
    if (value == nullptr) {
      const DocumentCell* row = FindPart(cells, TablePart::kBudget);
      Fail("bad_amount", "row 预算规模及资金用途, cell 预算数",
           budget ? budget->line
           : row  ? row->line
                  : cells[0].line,
           "表中没有预算数；请在“预算数”之后的单元格中补上金额",
           "the table has no budget; give the amount in the cell behind 预算数");
      return;
    }
    if (const auto amount_fen = ReadAmount(*value, "row 预算规模及资金用途, cell 预算数")) {
      project_.budget_fen = *amount_fen;
    }
    KeepFundings(fundings, has_source, value->line);
  }

  static bool IsBudgetRowLabel(std::string_view label) {
    return IsBudgetLabel(label) || SourceOfLabel(label).has_value();
  }

  // The filled cell behind a label of the budget's row.
  const DocumentCell* BudgetValue(const DocumentCell* label) const {
    const DocumentCell* value = ValueBehind(table_.cells, label);
    if (value == nullptr || IsBlank(value->label) || IsBudgetRowLabel(value->label)) return nullptr;
    return value;
  }

  // Sources without money say nothing, unless all are: then the sum of 0 is kept,
  // so that the check sees that it is not the budget.
  void KeepFundings(const std::vector<Funding>& fundings, bool has_source, int line) {
    for (const Funding& funding : fundings) {
      if (funding.amount_fen != 0) project_.fundings.push_back(funding);
    }
    if (!project_.fundings.empty()) return;
    if (has_source) {
      project_.fundings.push_back({FundingSource::kGeneral, 0});
    } else {
      Add("missing_sources", Severity::kWarning, "row 预算规模及资金用途", line,
          "表中没有资金来源，全部视为一般公共预算；请核对“财政资金”和“其他资金”",
          "the table states no source of money, all is taken as general public budget; check "
          "财政资金 and 其他资金");
    }
  }

  // Reads the header of dates and the row of shares below it. The shares' row has
  // a cell below the label, and then one for each date.
  void ReadSchedule() {
    const Cells& cells = table_.cells;
    const DocumentCell* label = FindPart(cells, TablePart::kSchedule);
    if (label == nullptr) {
      Fail("missing_schedule", "row 资金支出计划", table_.cells[0].line,
           "表中没有“资金支出计划”一行；请补上各时点的累计支出比例",
           "the table has no row 资金支出计划; give the cumulative shares by date");
      return;
    }
    const DocumentCell* end = label + 1;
    while (end <= &cells.back() && !end->part) ++end;
    const DocumentCell* cell = label + 1;
    std::vector<const DocumentCell*> headers;
    while (cell < end && (cell->row == label->row || headers.empty() || IsDateLike(*cell)) &&
           !cell->label.empty()) {
      headers.push_back(cell++);
    }
    // Columns without a date, where the shares have a row of their own.
    const bool has_next_row = end > cell && (end - 1)->row != label->row;
    while (has_next_row && cell->row == label->row && cell->label.empty()) ++cell;
    const std::vector<const DocumentCell*> shares = SharesIn(cell, end, headers.size());
    if (shares.empty()) {
      Fail("bad_schedule", "row 资金支出计划", cell < end ? cell->line : label->line,
           "资金支出计划有 " + std::to_string(headers.size()) +
               " 个时点，下一行的单元格数与之不符；应为首列空白加每个时点一格",
           "the schedule has " + std::to_string(headers.size()) +
               " dates, and the row below another number of cells; give an empty first cell and "
               "one for each date");
      return;
    }
    for (size_t i = 0; i < headers.size(); ++i) ReadCheckpoint(*headers[i], *shares[i]);
    std::sort(project_.checkpoints.begin(), project_.checkpoints.end(),
              [](const Checkpoint& a, const Checkpoint& b) { return a.date < b.date; });
  }

  bool IsDateLike(const DocumentCell& cell) const {
    return ParseScheduleDate(cell.label, fiscal_year_).has_value();
  }

  // The shares among the cells [begin, end), one for each date; none when it is
  // not sure which they are.
  std::vector<const DocumentCell*> SharesIn(const DocumentCell* begin, const DocumentCell* end,
                                            size_t date_count) {
    if (date_count == 0 || begin == end) return {};
    const bool has_blank_head = begin->label.empty();
    const auto cell_count = static_cast<size_t>(end - begin);
    const size_t wanted = date_count + (has_blank_head ? 1 : 0);
    if (cell_count < wanted) return {};
    const DocumentCell* last = begin + wanted - 1;
    // Cells behind the last date belong to columns and rows without a meaning here.
    const bool cuts_row = cell_count > wanted && last[1].row == last->row && !last[1].label.empty();
    if (cuts_row) return {};
    if (begin->row != last->row) {
      if (cell_count != wanted) return {};
      Add("row_joined", Severity::kWarning, "row 资金支出计划", begin->line,
          "该行被空行分开，已合并读取；请核对各时点比例",
          "the row is broken by blank lines and was joined; check its shares");
    }
    std::vector<const DocumentCell*> shares;
    for (const DocumentCell* cell = begin + (has_blank_head ? 1 : 0); cell <= last; ++cell) {
      shares.push_back(cell);
    }
    return shares;
  }

  void ReadCheckpoint(const DocumentCell& header, const DocumentCell& share) {
    const std::string row = "row 资金支出计划, cell " + Excerpt(header.text);
    const auto date = ParseScheduleDate(header.label, fiscal_year_);
    const bool doubled =
        date && std::any_of(project_.checkpoints.begin(), project_.checkpoints.end(),
                            [&](const Checkpoint& other) { return other.date == *date; });
    if (!date || doubled) {
      Fail("bad_date", row, header.line,
           std::string("“") + Excerpt(header.text) +
               "”不是本预算年度内的时点，或与其他时点重复；请写成 6月底 或 6月30日",
           std::string("\"") + Excerpt(header.text) +
               "\" is no day of the fiscal year or stands twice; write it like "
               "6月底 or 6月30日");
      return;
    }
    Checkpoint checkpoint{*date, std::nullopt};
    if (!IsBlank(share.label)) {
      std::string_view text = share.label;
      TakeSuffix("%", &text);
      checkpoint.cumulative_ppm = ParsePercent(text);
      if (!checkpoint.cumulative_ppm) {
        Fail("bad_percent", row, share.line,
             std::string("“") + Excerpt(share.text) +
                 "”不是 0 到 100 之间的百分比；请写成 50.00 或留空",
             std::string("\"") + Excerpt(share.text) +
                 "\" is no share from 0 to 100; write it like 50.00 or leave it blank");
      }
    }
    project_.checkpoints.push_back(checkpoint);
  }

  const PlanTable& table_;
  const MoneyUnit unit_;
  const int fiscal_year_;
  FindingList* const findings_;
  Project project_;
  bool failed_ = false;
};

}  // namespace

std::optional<MoneyUnit> UnitOfTable(const PlanTable& table) {
  for (const DocumentCell& cell : table.cells) {
    if (cell.part > TablePart::kHead) break;
    if (const auto unit = UnitOfLabel(cell.label)) return unit;
  }
  return std::nullopt;
}

std::optional<DepartmentName> DepartmentOfTable(const PlanTable& table) {
  for (const DocumentCell& cell : table.cells) {
    if (cell.part > TablePart::kHead) break;
    if (const auto department = DepartmentOfLabel(cell.label)) return department;
  }
  return std::nullopt;
}

std::string PlaceInTable(const PlanTable& table, std::string_view row, int line) {
  const std::string& title = table.name.empty() ? table.heading : table.name;
  std::string place = "table " + std::to_string(table.number);
  if (!title.empty() && title.size() <= 256) place += " (" + title + ")";
  if (!row.empty()) place.append(", ").append(row);
  return place + ", line " + std::to_string(line);
}

std::optional<Date> ParseScheduleDate(std::string_view label, int fiscal_year) {
  for (const std::string_view prefix : {"截至", "截止", "至", "到"}) {
    if (TakePrefix(prefix, &label)) break;
  }
  for (const std::string_view suffix : {"为止", "止", "前"}) {
    if (TakeSuffix(suffix, &label)) break;
  }
  int year = fiscal_year;
  std::string_view rest = label;
  if (const auto number = TakeNumber(4, &rest); number && TakePrefix("年", &rest)) {
    TakePrefix("度", &rest);
    if (fiscal_year != 0 && *number != fiscal_year) return std::nullopt;
    year = *number;
  } else {
    rest = label;
  }
  const auto month = TakeNumber(2, &rest);
  if (!month || *month < 1 || *month > 12 || !TakePrefix("月", &rest)) return std::nullopt;
  if (rest.empty() || rest == "底" || rest == "末" || rest == "份" || rest == "份底" ||
      rest == "份末") {
    return Date::LastOfMonth(year, *month);
  }
  const auto day = TakeNumber(2, &rest);
  if (!day || (rest != "日" && rest != "号")) return std::nullopt;
  return Date::FromCivil(year, *month, *day);
}

std::optional<Project> ReadPlanTable(const PlanTable& table, MoneyUnit unit, int fiscal_year,
                                     FindingList* findings) {
  return PlanTableReader(table, unit, fiscal_year, findings).Run();
}

}  // namespace budgetwatch
