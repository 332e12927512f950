#include "import/indicator_table.h"

#include <algorithm>
#include <utility>

#include "import/document_text.h"
#include "import/plan_table.h"

namespace budgetwatch {
namespace {

// The field that a column's name stands for, null for an unknown column.
std::string Indicator::*FieldOfColumn(std::string_view label) {
  if (label == "一级指标") return &Indicator::level1;
  if (label == "二级指标") return &Indicator::level2;
  if (label == "三级指标") return &Indicator::level3;
  if (label == "绩效指标描述" || label == "指标描述" || label == "指标说明") {
    return &Indicator::description;
  }
  if (label == "指标值" || label == "绩效指标值" || label == "年度指标值" || label == "目标值") {
    return &Indicator::target_text;
  }
  if (label == "指标值确定依据" || label == "指标确定依据" || label == "确定依据") {
    return &Indicator::basis;
  }
  if (label == "权重" || label == "指标权重" || label == "分值") return &Indicator::weight;
  return nullptr;
}

// Rows this short are notes below a table, not broken indicators.
constexpr size_t kNoteCellsMax = 2;

// Unknown columns that a header may end in; more are rows without a blank line
// between them.
constexpr size_t kUnknownLastColumnsMax = 3;

}  // namespace

IndicatorTableReader::IndicatorTableReader(const PlanTable& table, std::string project_code,
                                           FindingList* findings)
    : table_(table), project_code_(std::move(project_code)), findings_(findings) {}

void IndicatorTableReader::Add(std::string id, Severity severity, int line, std::string zh,
                               std::string en) {
  failed_ = failed_ || severity == Severity::kError;
  findings_->Add({std::move(id), severity, project_code_,
                  PlaceInTable(table_, "row of indicators", line), std::move(zh), std::move(en)});
}

bool IndicatorTableReader::Read(std::vector<Indicator>* indicators) {
  const DocumentCell* end = table_.cells.data() + table_.cells.size();
  const DocumentCell* first = std::find_if(table_.cells.data(), end, [](const DocumentCell& cell) {
    return cell.part == TablePart::kIndicators;
  });
  if (first == end) {
    Add("missing_indicators", Severity::kWarning, table_.last_line,
        "表中没有绩效指标；请核对“一级指标”一行是否遗漏",
        "the table has no indicators; look whether its row 一级指标 is missing");
    return true;
  }
  if (!ReadHeader(first, end)) return false;
  Row row;
  for (const DocumentCell* cell = first_data_; cell < end; ++cell) {
    if (!row.empty() && row.back()->row != cell->row) AddRow(std::exchange(row, {}));
    row.push_back(cell);
  }
  if (!row.empty()) AddRow(row);
  FlushPending();
  if (failed_) return false;
  *indicators = std::move(indicators_);
  return true;
}

bool IndicatorTableReader::ReadHeader(const DocumentCell* first, const DocumentCell* end) {
  const DocumentCell* behind_known = first;
  const DocumentCell* cell = first;
  for (; cell < end; ++cell) {
    const bool known = FieldOfColumn(cell->label) != nullptr;
    // A blank line may break the header, but no row of indicators holds only names.
    if (cell->row != first->row && !known) break;
    columns_.push_back(FieldOfColumn(cell->label));
    if (known) behind_known = cell + 1;
  }
  if (static_cast<size_t>(cell - behind_known) > kUnknownLastColumnsMax) cell = behind_known;
  columns_.resize(static_cast<size_t>(cell - first));
  first_data_ = cell;
  const auto has = [this](std::string Indicator::*field) {
    return std::count(columns_.begin(), columns_.end(), field) == 1;
  };
  if (has(&Indicator::level3) && has(&Indicator::target_text)) return true;
  Add("bad_indicator_header", Severity::kError, first->line,
      "绩效指标表头应含“三级指标”和“指标值”各一列；请核对表头",
      "the header needs the columns 三级指标 and 指标值 once each; correct the header");
  return false;
}

void IndicatorTableReader::AddRow(const Row& row) {
  const size_t width = columns_.size();
  // The header is repeated on a new page.
  if (row.front()->part == TablePart::kIndicators && row.size() == width) return;
  if (pending_.size() + row.size() > width) FlushPending();
  if (pending_.empty() && row.size() >= width) {
    // Rows without a blank line between them, and empty cells behind the last column.
    size_t used = row.size() % width == 0 ? row.size() : width;
    const bool rest_is_blank =
        std::all_of(row.begin() + static_cast<std::ptrdiff_t>(used), row.end(),
                    [](const DocumentCell* cell) { return cell->label.empty(); });
    if (!rest_is_blank) {
      pending_ = row;
      FlushPending();
      return;
    }
    for (size_t i = 0; i < used; i += width) AddIndicator(row.data() + i);
    return;
  }
  pending_.insert(pending_.end(), row.begin(), row.end());
  if (pending_.size() == width) {
    Add("row_joined", Severity::kWarning, pending_.front()->line,
        "该行被空行分开，已合并读取；请核对该指标",
        "the row is broken by blank lines and was joined; check the indicator");
    AddIndicator(pending_.data());
    pending_.clear();
  }
}

// Reports the cells that make up no row.
void IndicatorTableReader::FlushPending() {
  if (pending_.empty()) return;
  const bool all_blank = std::all_of(pending_.begin(), pending_.end(),
                                     [](const auto* cell) { return cell->text.empty(); });
  const std::string count = std::to_string(pending_.size());
  const std::string width = std::to_string(columns_.size());
  const int line = pending_.front()->line;
  const size_t size = pending_.size();
  pending_.clear();
  if (all_blank) return;
  if (size <= kNoteCellsMax) {
    Add("row_ignored", Severity::kWarning, line,
        "该行只有 " + count + " 个单元格，表头有 " + width + " 列，已忽略；请核对是否为指标",
        "the row has " + count + " cells, the header " + width +
            "; it was left out, look whether it is an indicator");
    return;
  }
  Add("bad_indicator_row", Severity::kError, line,
      "该行有 " + count + " 个单元格，表头有 " + width + " 列；请补齐或合并单元格",
      "the row has " + count + " cells, the header " + width + "; add or join cells");
}

void IndicatorTableReader::AddIndicator(const DocumentCell* const* cells) {
  Indicator indicator;
  bool all_blank = true;
  for (size_t i = 0; i < columns_.size(); ++i) {
    if (columns_[i] == nullptr) continue;
    indicator.*columns_[i] = JoinLines(cells[i]->text);
    all_blank = all_blank && cells[i]->text.empty();
  }
  if (all_blank) return;
  if (indicator.level1.empty()) {
    indicator.level1 = level1_;
    if (indicator.level2.empty()) indicator.level2 = level2_;
  }
  level1_ = indicator.level1;
  level2_ = indicator.level2;
  // A form's unfilled row has its levels printed and nothing else.
  if (indicator.level3.empty() && indicator.description.empty() && indicator.target_text.empty()) {
    return;
  }
  // A broken row above may have held it, and is reported.
  if (indicator.level1.empty() && !failed_) {
    Add("missing_level", Severity::kWarning, cells[0]->line,
        "指标没有一级指标，且上方也没有；请补上",
        "the indicator has no 一级指标, nor is there one above; give it");
  }
  indicators_.push_back(std::move(indicator));
}

}  // namespace budgetwatch
