#include "import/document_table.h"

#include <algorithm>
#include <utility>

#include "import/document_text.h"

namespace budgetwatch {
namespace {

// Longest line of prose that is searched for facts.
constexpr size_t kProseBytesMax = size_t{64} << 10;

// Cells that are kept of a row and of a document: far more than any has.
constexpr size_t kRowCellsMax = 10'000;
constexpr size_t kDocumentCellsMax = 1'000'000;

// Rows without a label that may stand between a heading and a table's first label.
constexpr size_t kRowsBeforeLabelMax = 3;

bool IsDigit(char c) { return c >= '0' && c <= '9'; }

// The heading's text without the mark of a word processor in front of it.
std::string_view WithoutBookmark(std::string_view line) {
  line = TrimWhite(line);
  if (!line.starts_with("[bookmark")) return line;
  const size_t end = line.find(']');
  return end == std::string_view::npos ? line : TrimWhite(line.substr(end + 1));
}

// The project in a heading such as "3、示例经费绩效目标表", nothing when the line
// heads no such table.
std::optional<std::string> ProjectOfHeading(std::string_view line) {
  const std::string compact = CompactForm(WithoutBookmark(line));
  std::string_view heading = compact;
  const size_t goal = heading.rfind("绩效目标");
  if (goal == std::string_view::npos) return std::nullopt;
  const std::string_view tail = heading.substr(goal + std::string_view("绩效目标").size());
  if (tail != "表" && tail != "申报表" && tail != "管理表" && tail != "情况表") return std::nullopt;
  heading = heading.substr(0, goal);
  size_t digits = 0;
  while (digits < heading.size() && IsDigit(heading[digits])) ++digits;
  for (const std::string_view mark : {"、", ".", ")"}) {
    if (digits > 0 && heading.substr(digits).starts_with(mark)) {
      heading.remove_prefix(digits + mark.size());
      break;
    }
  }
  return std::string(heading);
}

// Whether the line is what a page break leaves, such as "- 12 -" or "第3页".
bool IsPageNumber(std::string_view line) {
  std::string rest = CompactForm(line);
  for (const std::string_view word : {"第", "页", "共", "—", "–"}) {
    for (size_t at = rest.find(word); at != std::string::npos; at = rest.find(word)) {
      rest.erase(at, word.size());
    }
  }
  return !rest.empty() && rest.size() <= 12 && std::all_of(rest.begin(), rest.end(), [](char c) {
    return IsDigit(c) || c == '-' || c == '/';
  });
}

std::optional<TablePart> PartOfLabel(std::string_view label) {
  if (label.ends_with(':')) label.remove_suffix(1);
  if (label == "项目编码" || label == "项目代码" || label == "专项资金编码") {
    return TablePart::kCode;
  }
  if (label == "项目名称" || label == "专项资金名称") return TablePart::kName;
  if (label.starts_with("预算规模")) return TablePart::kBudget;
  if (label.starts_with("资金支出计划")) return TablePart::kSchedule;
  if (label == "绩效目标") return TablePart::kGoal;
  if (label == "一级指标") return TablePart::kIndicators;
  if (UnitOfLabel(label)) return TablePart::kHead;
  return std::nullopt;
}

// A row of cells, or a line of prose.
struct Block {
  std::vector<DocumentCell> cells;  // empty: prose
  std::string prose;
  int line = 0;
  int last_line = 0;
};

// Collects lines into blocks and hands each complete one to `sink`.
template <typename Sink>
class BlockReader {
 public:
  explicit BlockReader(Sink* sink) : sink_(sink) {}

  void AddLine(std::string_view line) {
    ++line_;
    if (line.ends_with('\r')) line.remove_suffix(1);
    const size_t first = line.find_first_not_of(" \u3000");
    const bool is_cell = first != std::string_view::npos && line[first] == '\t';
    if (is_cell) {
      AddCell(TrimWhite(line));
    } else if (TrimWhite(line).empty()) {
      Finish();
    } else if (row_.cells.empty() || IsHeadingLine(line)) {
      Finish();
      Block prose;
      prose.prose = std::string(line);
      prose.line = prose.last_line = line_;
      sink_->Add(std::move(prose));
    } else {
      row_.cells.back().text.append("\n").append(line);
      row_.last_line = line_;
    }
  }

  // Hands over the row that is still open.
  void Finish() {
    if (row_.cells.empty()) return;
    for (DocumentCell& cell : row_.cells) {
      cell.text = std::string(TrimWhite(cell.text));
      cell.label = CompactForm(cell.text);
      cell.part = PartOfLabel(cell.label);
    }
    sink_->Add(std::exchange(row_, Block{}));
    ++row_number_;
  }

 private:
  // Where the blank line behind a table is lost, its last cell would swallow the
  // next heading.
  static bool IsHeadingLine(std::string_view line) {
    return TrimWhite(line).starts_with("[bookmark") || ProjectOfHeading(line).has_value();
  }

  void AddCell(std::string_view text) {
    if (row_.cells.size() == kRowCellsMax) {
      sink_->Truncate();
      return;
    }
    if (row_.cells.empty()) row_.line = line_;
    DocumentCell cell;
    cell.text = std::string(text);
    cell.line = line_;
    cell.row = row_number_;
    row_.cells.push_back(std::move(cell));
    row_.last_line = line_;
  }

  Sink* const sink_;
  Block row_;
  int line_ = 0;
  int row_number_ = 0;
};

// Decides which rows belong to which table.
class TableCollector {
 public:
  explicit TableCollector(DocumentParts* parts) : parts_(parts) {}

  void Add(Block block) {
    if (block.cells.empty()) {
      AddProse(std::move(block));
    } else {
      AddRow(std::move(block));
    }
  }

  void Finish() { CloseTable(); }

  // Notes that a part of the document was too much to keep.
  void Truncate() { parts_->truncated = true; }

 private:
  void AddProse(Block block) {
    if (IsPageNumber(block.prose)) return;
    if (const auto heading = ProjectOfHeading(block.prose)) {
      CloseTable();
      heading_ = *heading;
      has_heading_ = true;
    } else if (open_ && LastRowIsIncomplete()) {
      // A blank line inside a cell of an indicator.
      open_->cells.back().text.append("\n").append(block.prose);
      open_->last_line = block.last_line;
      return;
    }
    after_prose_ = true;
    rows_before_label_.clear();
    std::string compact = CompactForm(WithoutBookmark(block.prose), kProseBytesMax);
    // Only what speaks of the budget is of use to a reader.
    if (compact.find("预算") == std::string::npos &&
        compact.find("项目支出") == std::string::npos) {
      return;
    }
    parts_->prose.push_back({std::move(compact), block.line});
  }

  void AddRow(Block block) {
    const std::optional<TablePart> part = PartOfRow(block);
    if (open_) {
      // Prose inside a table is a goal written with blank lines; only a later part
      // shows that the table goes on behind it.
      const bool ends = part ? BeginsNextTable(*part) || (after_prose_ && *part <= last_part_)
                             : after_prose_ && !ContinuesIndicators(block);
      if (ends) CloseTable();
    }
    after_prose_ = false;
    if (!open_ && !part) {
      if (rows_before_label_.size() == kRowsBeforeLabelMax) {
        rows_before_label_.erase(rows_before_label_.begin());
      }
      rows_before_label_.push_back(std::move(block));
      return;
    }
    if (!open_) OpenTable();
    Append(std::move(block));
    if (!part) return;
    last_part_ = std::max(last_part_, *part);
  }

  // Whether a row behind prose is an indicator all the same: the prose was then part
  // of a cell with a blank line in it.
  bool ContinuesIndicators(const Block& block) const {
    const std::string& first = block.cells[0].label;
    return last_part_ == TablePart::kIndicators && block.cells.size() == column_count_ &&
           (first.empty() || first.ends_with("指标"));
  }

  // Whether the part cannot belong to the open table: it is there already, or it
  // comes too late. A header of indicators is repeated on a new page, and goals may
  // stand in several rows.
  bool BeginsNextTable(TablePart part) const {
    switch (part) {
      case TablePart::kHead: return last_part_ > TablePart::kHead;
      case TablePart::kCode:
      case TablePart::kName: return Saw(part) || last_part_ >= TablePart::kBudget;
      case TablePart::kBudget:
      case TablePart::kSchedule: return Saw(part) || last_part_ == TablePart::kIndicators;
      case TablePart::kGoal: return last_part_ == TablePart::kIndicators;
      case TablePart::kIndicators: return false;
    }
    return false;
  }

  // The first part that the row begins. Rows of indicators have none: their cells
  // may say anything.
  std::optional<TablePart> PartOfRow(const Block& block) const {
    const bool in_indicators = open_ && last_part_ == TablePart::kIndicators && !after_prose_;
    if (in_indicators && block.cells.size() == column_count_ && !block.cells[0].part) {
      return std::nullopt;
    }
    for (const DocumentCell& cell : block.cells) {
      if (cell.part) return cell.part;
    }
    // A head without its unit.
    const bool is_department = block.cells.size() == 2 && block.cells[1].label.empty() &&
                               DepartmentOfLabel(block.cells[0].label).has_value();
    if (in_indicators && is_department) return TablePart::kHead;
    return std::nullopt;
  }

  bool LastRowIsIncomplete() const {
    if (last_part_ != TablePart::kIndicators || open_->cells.empty()) return false;
    const int row = open_->cells.back().row;
    size_t count = 0;
    for (auto it = open_->cells.rbegin(); it != open_->cells.rend() && it->row == row; ++it) {
      ++count;
    }
    return count < column_count_ && count > 1;
  }

  void OpenTable() {
    open_.emplace();
    last_part_ = TablePart::kHead;
    parts_seen_ = 0;
    column_count_ = 0;
    for (Block& row : rows_before_label_) Append(std::move(row));
    rows_before_label_.clear();
  }

  void Append(Block row) {
    cell_count_ += row.cells.size();
    if (cell_count_ > kDocumentCellsMax) {
      Truncate();
      return;
    }
    for (DocumentCell& cell : row.cells) {
      if (cell.part) parts_seen_ |= 1u << static_cast<unsigned>(*cell.part);
      if (cell.part == TablePart::kIndicators) column_count_ = row.cells.size();
      open_->cells.push_back(std::move(cell));
    }
    open_->last_line = row.last_line;
  }

  // Text of the cell behind a label, empty when that is a label itself.
  std::string_view ValueText(TablePart part) const {
    const std::vector<DocumentCell>& cells = open_->cells;
    const auto label = std::find_if(cells.begin(), cells.end(),
                                    [part](const DocumentCell& cell) { return cell.part == part; });
    if (label == cells.end() || label + 1 == cells.end() || label[1].part) return "";
    return label[1].text;
  }

  bool Saw(TablePart part) const { return (parts_seen_ >> static_cast<unsigned>(part) & 1u) != 0; }

  // Keeps the open table if it is one of a project. Lists of projects and of
  // purchases share some labels with it, but have neither heading, schedule nor
  // indicators.
  void CloseTable() {
    if (!open_) return;
    if (open_->cells.empty()) parts_seen_ = 0;
    const bool names_project = Saw(TablePart::kCode) || Saw(TablePart::kName) ||
                               Saw(TablePart::kBudget) || Saw(TablePart::kSchedule);
    const bool has_goals = has_heading_ || Saw(TablePart::kBudget) || Saw(TablePart::kSchedule) ||
                           Saw(TablePart::kIndicators);
    if (names_project && has_goals) {
      open_->number = static_cast<int>(parts_->tables.size()) + 1;
      open_->heading = heading_;
      open_->name = JoinLines(ValueText(TablePart::kName));
      open_->code = CompactForm(ValueText(TablePart::kCode));
      parts_->tables.push_back(*std::move(open_));
    } else if (Saw(TablePart::kIndicators)) {
      parts_->indicator_only_lines.push_back(open_->cells.front().line);
    }
    open_.reset();
    heading_.clear();
    has_heading_ = false;
  }

  DocumentParts* const parts_;
  size_t cell_count_ = 0;  // kept so far
  std::optional<PlanTable> open_;
  TablePart last_part_ = TablePart::kHead;  // of the open table, the latest one seen
  unsigned parts_seen_ = 0;                 // of the open table, a bit for each part
  size_t column_count_ = 0;                 // cells in its header of indicators
  bool after_prose_ = false;
  bool has_heading_ = false;
  std::string heading_;
  std::vector<Block> rows_before_label_;
};

}  // namespace

DocumentParts SplitDocument(std::string_view text) {
  if (text.starts_with("\ufeff")) text.remove_prefix(3);
  DocumentParts parts;
  TableCollector collector(&parts);
  BlockReader<TableCollector> reader(&collector);
  while (!text.empty()) {
    const size_t end = std::min(text.find('\n'), text.size());
    reader.AddLine(text.substr(0, end));
    text.remove_prefix(std::min(end + 1, text.size()));
  }
  reader.Finish();
  collector.Finish();
  return parts;
}

std::optional<MoneyUnit> UnitOfLabel(std::string_view label) {
  const size_t colon = label.find("单位:");
  if (colon == std::string_view::npos) return std::nullopt;
  std::string_view unit = label.substr(colon + std::string_view("单位:").size());
  if (unit.starts_with("人民币")) unit.remove_prefix(std::string_view("人民币").size());
  if (unit.starts_with("万元")) return MoneyUnit::kTenThousandYuan;
  if (unit.starts_with("元")) return MoneyUnit::kYuan;
  return std::nullopt;
}

std::optional<DepartmentName> DepartmentOfLabel(std::string_view label) {
  // A title such as 预算单位: may stand in front.
  if (const size_t colon = label.find(':'); colon != std::string_view::npos) {
    label.remove_prefix(colon + 1);
  }
  size_t length = 0;
  while (length < label.size() && IsDigit(label[length])) ++length;
  constexpr size_t kCodeDigitsMin = 3;
  if (length < kCodeDigitsMin || length > 20) return std::nullopt;
  std::string_view name = label.substr(length);
  while (name.starts_with('-') || name.starts_with('_')) name.remove_prefix(1);
  // "2020年…" is a year, and a sum or a number is no department.
  const bool is_name = !name.empty() && static_cast<unsigned char>(name[0]) >= 0x80 &&
                       !name.starts_with("年") && !name.starts_with("万元") &&
                       !name.starts_with("元");
  if (!is_name) return std::nullopt;
  return DepartmentName{std::string(label.substr(0, length)), std::string(name)};
}

}  // namespace budgetwatch
