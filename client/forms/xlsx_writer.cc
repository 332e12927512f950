#include "forms/xlsx_writer.h"

#include <unistd.h>
#include <xlsxwriter.h>

#include <array>
#include <cerrno>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <system_error>

#include "forms/amount.h"
#include "forms/form_text.h"
#include "forms/row_layout.h"

namespace budgetwatch::forms {
namespace {

constexpr char kBodyFont[] = "宋体";
constexpr char kTitleFont[] = "黑体";
constexpr uint8_t kPaperA4 = 9;
constexpr size_t kCellUnitsMax = 32'767;  // what a cell of Excel holds
constexpr size_t kPageTextUnitsMax = 60;  // of 255 that a header holds with its codes

// A folder that is gone with its content at the end.
class TemporaryFolder {
 public:
  TemporaryFolder() {
    std::error_code error;
    const std::filesystem::path parent = std::filesystem::temp_directory_path(error);
    std::string pattern = (error ? std::filesystem::path("/tmp") : parent) / "budgetctl-XXXXXX";
    if (mkdtemp(pattern.data()) != nullptr) path_ = pattern;
  }
  ~TemporaryFolder() {
    std::error_code ignored;
    if (!path_.empty()) std::filesystem::remove_all(path_, ignored);
  }
  TemporaryFolder(const TemporaryFolder&) = delete;
  TemporaryFolder& operator=(const TemporaryFolder&) = delete;

  const std::string& path() const { return path_; }  // empty when it could not be made

 private:
  std::string path_;
};

// Formats of a workbook, made when first asked for.
class Formats {
 public:
  explicit Formats(lxw_workbook* workbook) : workbook_(workbook) {}

  lxw_format* Of(const Cell& cell) {
    const auto* number = std::get_if<Number>(&cell.value);
    const size_t kind = number == nullptr ? 0 : 1 + static_cast<size_t>(number->kind);
    lxw_format*& format = formats_[static_cast<size_t>(cell.role)][kind];
    if (format == nullptr) format = Make(cell.role, number);
    return format;
  }

 private:
  static constexpr size_t kRoleCount = static_cast<size_t>(Role::kNumber) + 1;
  static constexpr size_t kKindCount = static_cast<size_t>(NumberKind::kCount) + 2;

  static uint8_t Alignment(Role role) {
    switch (role) {
      case Role::kTitle:
      case Role::kCaption:
      case Role::kLabel:
      case Role::kCentre: return LXW_ALIGN_CENTER;
      case Role::kRight:
      case Role::kNumber: return LXW_ALIGN_RIGHT;
      case Role::kLeft:
      case Role::kText: break;
    }
    return LXW_ALIGN_LEFT;
  }

  static bool HasFrame(Role role) {
    return role == Role::kLabel || role == Role::kText || role == Role::kCentre ||
           role == Role::kNumber;
  }

  lxw_format* Make(Role role, const Number* number) {
    lxw_format* format = workbook_add_format(workbook_);
    format_set_font_name(format, role == Role::kTitle ? kTitleFont : kBodyFont);
    format_set_font_size(format, FontPt(role));
    format_set_align(format, Alignment(role));
    format_set_align(format, LXW_ALIGN_VERTICAL_CENTER);
    format_set_text_wrap(format);
    if (HasFrame(role)) format_set_border(format, LXW_BORDER_THIN);
    if (role == Role::kLabel) format_set_bg_color(format, 0xF2F2F2);
    if (number == nullptr) {
      format_set_num_format(format, "@");  // stays a text also when it is edited
    } else if (number->kind == NumberKind::kCount) {
      format_set_num_format(format, "0");
    } else {
      format_set_num_format(format, number->kind == NumberKind::kPercent ? "0.00%" : "0.00");
    }
    return format;
  }

  lxw_workbook* const workbook_;
  std::array<std::array<lxw_format*, kKindCount>, kRoleCount> formats_ = {};
};

// Excel reads "_x0041_" in a file as "A"; an escaped low line keeps it as it is.
std::string EscapeCodes(const std::string& text) {
  const auto is_code = [&text](size_t i) {
    return text.size() - i >= 7 && text[i + 1] == 'x' && text[i + 6] == '_' &&
           text.substr(i + 2, 4).find_first_not_of("0123456789abcdefABCDEF") == std::string::npos;
  };
  std::string escaped;
  for (size_t i = 0; i < text.size(); ++i) {
    if (text[i] == '_' && is_code(i)) escaped += "_x005F";
    escaped += text[i];
  }
  return escaped;
}

double Shown(const Number& number) {
  const double value = static_cast<double>(number.value);
  switch (number.kind) {
    case NumberKind::kDecimal: return value / 100;
    case NumberKind::kPercent: return value / 10'000;
    case NumberKind::kCount: break;
  }
  return value;
}

// A text in a header or footer, where "&" starts a code.
std::string PageText(const std::string& text) {
  std::string escaped;
  for (const char c : FirstUnits(text, kPageTextUnitsMax)) {
    if (c == '\n') {
      escaped += ' ';
      continue;
    }
    if (c == '&') escaped += '&';
    escaped += c;
  }
  return escaped;
}

lxw_error WriteValue(lxw_worksheet* worksheet, lxw_row_t row, lxw_col_t column, const Value& value,
                     lxw_format* format) {
  if (const auto* number = std::get_if<Number>(&value)) {
    return worksheet_write_number(worksheet, row, column, Shown(*number), format);
  }
  const std::string& text = std::get<std::string>(value);
  if (text.empty()) return worksheet_write_blank(worksheet, row, column, format);
  return worksheet_write_string(worksheet, row, column,
                                FirstUnits(EscapeCodes(text), kCellUnitsMax).c_str(), format);
}

lxw_error WriteCell(const Cell& cell, const RowLayout& layout, lxw_worksheet* worksheet,
                    Formats* formats) {
  const auto first_row = static_cast<lxw_row_t>(layout.FirstOf(cell));
  const auto last_row = static_cast<lxw_row_t>(layout.EndOf(cell) - 1);
  const auto first_column = static_cast<lxw_col_t>(cell.column);
  const auto last_column = static_cast<lxw_col_t>(cell.column + cell.column_count - 1);
  lxw_format* format = formats->Of(cell);
  if (first_row != last_row || first_column != last_column) {
    const lxw_error error = worksheet_merge_range(worksheet, first_row, first_column, last_row,
                                                  last_column, "", format);
    if (error != LXW_NO_ERROR) return error;
  }
  return WriteValue(worksheet, first_row, first_column, cell.value, format);
}

void SetUpPage(const Form& form, const Sheet& sheet, const RowLayout& layout,
               lxw_worksheet* worksheet) {
  worksheet_set_landscape(worksheet);
  worksheet_set_paper(worksheet, kPaperA4);
  worksheet_fit_to_pages(worksheet, 1, 0);
  worksheet_set_margins(worksheet, 0.4, 0.4, 0.6, 0.6);
  worksheet_center_horizontally(worksheet);
  worksheet_gridlines(worksheet, LXW_HIDE_ALL_GRIDLINES);
  const auto row_at = [&layout](int row) {
    return static_cast<lxw_row_t>(layout.first[static_cast<size_t>(row)]);
  };
  if (sheet.repeated_row_end > sheet.repeated_row_first) {
    worksheet_repeat_rows(worksheet, row_at(sheet.repeated_row_first),
                          row_at(sheet.repeated_row_end) - 1);
  }
  worksheet_print_area(worksheet, 0, 0, row_at(sheet.row_count) - 1,
                       static_cast<lxw_col_t>(sheet.column_widths.size() - 1));
  // The blank ends the size, so that no digit of the text joins it.
  const std::string header = "&L&9 " + PageText(form.page_header);
  const std::string footer = "&C&9 第 &P 页，共 &N 页&R&9 " + PageText(form.page_footer);
  worksheet_set_header(worksheet, header.c_str());
  worksheet_set_footer(worksheet, footer.c_str());
}

lxw_error WriteSheet(const Form& form, const Sheet& sheet, lxw_workbook* workbook,
                     Formats* formats) {
  lxw_worksheet* worksheet = workbook_add_worksheet(workbook, sheet.name.c_str());
  if (worksheet == nullptr) return LXW_ERROR_INVALID_SHEETNAME_CHARACTER;
  for (size_t i = 0; i < sheet.column_widths.size(); ++i) {
    const auto column = static_cast<lxw_col_t>(i);
    worksheet_set_column(worksheet, column, column, sheet.column_widths[i], nullptr);
  }
  const RowLayout layout = LayOutRows(sheet);
  for (size_t i = 0; i < layout.height_pt.size(); ++i) {
    worksheet_set_row(worksheet, static_cast<lxw_row_t>(i), layout.height_pt[i], nullptr);
  }
  for (const Cell& cell : sheet.cells) {
    const lxw_error error = WriteCell(cell, layout, worksheet, formats);
    if (error != LXW_NO_ERROR) return error;
  }
  SetUpPage(form, sheet, layout, worksheet);
  return LXW_NO_ERROR;
}

void SetProperties(const Form& form, lxw_workbook* workbook) {
  std::string title = form.title;
  std::string author = form.page_header;
  lxw_doc_properties properties = {};
  properties.title = title.data();
  properties.company = author.data();
  properties.created = form.created_second;
  workbook_set_properties(workbook, &properties);
}

// REQUIRES: `folder` exists.
lxw_error WriteWorkbook(const Form& form, const std::string& path, std::string folder) {
  lxw_workbook_options options = {};
  options.tmpdir = folder.data();
  lxw_workbook* workbook = workbook_new_opt(path.c_str(), &options);
  if (workbook == nullptr) return LXW_ERROR_MEMORY_MALLOC_FAILED;
  SetProperties(form, workbook);
  Formats formats(workbook);
  lxw_error error = LXW_NO_ERROR;
  for (const Sheet& sheet : form.sheets) {
    error = WriteSheet(form, sheet, workbook, &formats);
    if (error != LXW_NO_ERROR) break;
  }
  const lxw_error closed = workbook_close(workbook);  // also frees it
  return error != LXW_NO_ERROR ? error : closed;
}

}  // namespace

bool WriteXlsx(const Form& form, std::string* bytes, std::string* error) {
  const TemporaryFolder folder;
  if (folder.path().empty()) {
    *error = "no temporary folder: " + std::generic_category().message(errno);
    return false;
  }
  const std::string path = folder.path() + "/form.xlsx";
  const lxw_error failed = WriteWorkbook(form, path, folder.path());
  if (failed != LXW_NO_ERROR) {
    *error = std::string("libxlsxwriter: ") + lxw_strerror(failed);
    return false;
  }
  std::ifstream file(path, std::ios::binary);
  bytes->assign(std::istreambuf_iterator<char>(file), std::istreambuf_iterator<char>());
  if (file.bad() || bytes->empty()) {
    *error = "cannot read the temporary file " + path;
    return false;
  }
  return true;
}

}  // namespace budgetwatch::forms
