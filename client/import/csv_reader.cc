#include "import/csv_reader.h"

#include <algorithm>
#include <utility>

#include "base/text.h"
#include "domain/reason.h"
#include "import/input_file.h"

namespace budgetwatch {
namespace {

constexpr size_t kBlockBytes = size_t{256} << 10;

// What went wrong inside a record. Of several faults the first is kept.
enum class CellFault { kNone, kTooLong, kStrayQuote, kOpenQuote };

// One record in raw form.
struct RawRecord {
  std::vector<std::string> cells;  // at most one more than `cells_kept`
  size_t cell_count = 0;
  bool quoted = false;  // any cell was: tells an empty cell from a blank line
  CellFault fault = CellFault::kNone;
  size_t fault_cell = 0;
  int64_t first_line = 0;
  int64_t last_line = 0;
};

// Splits bytes into records. A cell that is too long is not kept but still read to
// its end: what stands inside quotes is never taken for rows.
class RecordSplitter {
 public:
  RecordSplitter(std::unique_ptr<std::istream> stream, int64_t bytes_total)
      : stream_(std::move(stream)), bytes_total_(bytes_total), block_(kBlockBytes, '\0') {}

  // Reads the next record, keeping up to `cells_kept` cells; false at the end.
  bool Read(size_t cells_kept, RawRecord* record) {
    *record = RawRecord();
    record->first_line = line_;
    cells_kept_ = cells_kept;
    int c = Get();
    if (c == kEnd) return false;
    StartCell(record);
    while (c != kEnd && !IsLineEnd(c)) {
      if (c == ',') {
        StartCell(record);
      } else if (c == '"' && !cell_has_bytes_) {
        record->quoted = true;
        ReadQuoted(record);
      } else {
        if (c == '"' || cell_was_quoted_) SetFault(CellFault::kStrayQuote, record);
        Append(static_cast<char>(c), record);
      }
      c = Get();
    }
    record->last_line = line_;
    if (c != kEnd) EndLine(c);
    return true;
  }

  bool failed() const { return stream_->bad(); }
  int64_t bytes_consumed() const { return bytes_before_block_ + static_cast<int64_t>(offset_); }
  int64_t bytes_total() const { return bytes_total_; }

  // The bytes at hand, without taking them.
  std::string_view Peek() {
    if (offset_ == length_) Fill();
    return std::string_view(block_).substr(offset_, length_ - offset_);
  }

  void Skip(size_t count) { offset_ += count; }

 private:
  static constexpr int kEnd = -1;

  static bool IsLineEnd(int c) { return c == '\n' || c == '\r'; }

  void Fill() {
    bytes_before_block_ += static_cast<int64_t>(length_);
    stream_->read(block_.data(), static_cast<std::streamsize>(block_.size()));
    length_ = static_cast<size_t>(stream_->gcount());
    offset_ = 0;
  }

  int Get() {
    if (offset_ == length_) {
      Fill();
      if (length_ == 0) return kEnd;
    }
    return static_cast<unsigned char>(block_[offset_++]);
  }

  // Takes the rest of a line end that began with `c`.
  void EndLine(int c) {
    if (c == '\r' && Peek().starts_with('\n')) Skip(1);
    ++line_;
  }

  void StartCell(RawRecord* record) {
    if (record->cell_count < cells_kept_) record->cells.emplace_back();
    ++record->cell_count;
    cell_has_bytes_ = false;
    cell_was_quoted_ = false;
  }

  void SetFault(CellFault fault, RawRecord* record) const {
    if (record->fault != CellFault::kNone) return;
    record->fault = fault;
    record->fault_cell = record->cell_count - 1;
  }

  void Append(char c, RawRecord* record) {
    cell_has_bytes_ = true;
    if (record->cell_count > cells_kept_) return;
    std::string& cell = record->cells.back();
    if (cell.size() < CsvReader::kMaxCellBytes) {
      cell.push_back(c);
    } else {
      SetFault(CellFault::kTooLong, record);
    }
  }

  // Reads behind an opening quote to its closing one.
  void ReadQuoted(RawRecord* record) {
    cell_has_bytes_ = true;
    cell_was_quoted_ = true;
    for (int c = Get(); c != kEnd; c = Get()) {
      if (c == '"') {
        if (!Peek().starts_with('"')) return;
        Skip(1);
      } else if (c == '\n') {
        ++line_;
      }
      Append(static_cast<char>(c), record);
    }
    SetFault(CellFault::kOpenQuote, record);
  }

  const std::unique_ptr<std::istream> stream_;
  const int64_t bytes_total_;
  std::string block_;
  size_t offset_ = 0;  // of the next byte in the block
  size_t length_ = 0;  // of the block
  int64_t bytes_before_block_ = 0;
  int64_t line_ = 1;
  size_t cells_kept_ = 0;
  bool cell_has_bytes_ = false;
  bool cell_was_quoted_ = false;
};

}  // namespace

class CsvReader::Impl {
 public:
  Impl(std::unique_ptr<std::istream> stream, int64_t bytes_total, CsvColumns known)
      : known_(std::move(known)), splitter_(std::move(stream), bytes_total) {}

  Status ReadHeader() {
    if (const std::string_view format = BinaryFormat(splitter_.Peek()); !format.empty()) {
      return FileError(ErrorCode::kInvalidArgument, "FILE_FORMAT_UNKNOWN",
                       "this is " + std::string(format) + "; save it as CSV in UTF-8");
    }
    if (splitter_.Peek().starts_with("\xef\xbb\xbf")) splitter_.Skip(3);
    RawRecord header;
    if (!splitter_.Read(kHeaderCellsMax, &header)) {
      if (splitter_.failed()) return ReadFailed();
      return FileError(ErrorCode::kInvalidArgument, "FILE_EMPTY",
                       "the file is empty; its first line names the columns: " + ColumnList());
    }
    if (header.fault != CellFault::kNone || header.cell_count > kHeaderCellsMax) {
      return BadHeader("", "the header is not readable; its columns are: " + ColumnList());
    }
    for (const std::string& name : header.cells) {
      if (Status status = AddColumn(name); !status.ok()) return status;
    }
    for (size_t column = 0; column < known_.required_count; ++column) {
      if (std::find(columns_.begin(), columns_.end(), column) != columns_.end()) continue;
      return BadHeader(known_.names[column], "the header has no column " +
                                                 std::string(known_.names[column]) +
                                                 "; add it, the columns are: " + ColumnList());
    }
    return Status();
  }

  Result<std::optional<CsvRecord>> Next() {
    RawRecord record;
    while (splitter_.Read(columns_.size(), &record)) {
      ++row_number_;
      const bool is_blank = record.cell_count == 1 && record.cells[0].empty() && !record.quoted;
      if (is_blank) continue;
      // A failing disk ends a record early: it must not be taken for a short one.
      if (splitter_.failed()) break;
      std::optional<CsvRecord> decoded;
      decoded.emplace(Decode(std::move(record)));
      return decoded;
    }
    if (splitter_.failed()) return ReadFailed();
    return std::optional<CsvRecord>();
  }

  const RecordSplitter& splitter() const { return splitter_; }

 private:
  static constexpr size_t kHeaderCellsMax = 64;

  std::string ColumnList() const {
    std::string list;
    for (const std::string_view name : known_.names) {
      list += (list.empty() ? "" : ", ") + std::string(name);
    }
    return list;
  }

  static Error ReadFailed() {
    return FileError(ErrorCode::kUnavailable, "FILE_UNREADABLE",
                     "reading failed; check the disk and import again, nothing counts twice");
  }

  static Error BadHeader(std::string_view column, std::string message) {
    return Refusal(Reason::kInvalidField, column, std::move(message));
  }

  Status AddColumn(std::string_view name) {
    while (name.starts_with(' ')) name.remove_prefix(1);
    while (name.ends_with(' ')) name.remove_suffix(1);
    const auto it = std::find(known_.names.begin(), known_.names.end(), name);
    if (!IsValidUtf8(name)) {
      return BadHeader("header", "the first line is not UTF-8; convert the file to UTF-8");
    }
    const std::string shown = Abbreviate(name, 200);
    if (it == known_.names.end()) {
      return BadHeader(shown, "unknown column \"" + shown +
                                  "\"; remove or rename it, and part columns by commas. The "
                                  "columns are: " +
                                  ColumnList());
    }
    const auto column = static_cast<size_t>(it - known_.names.begin());
    if (std::find(columns_.begin(), columns_.end(), column) != columns_.end()) {
      return BadHeader(shown, "the column " + shown + " stands twice; remove one");
    }
    columns_.push_back(column);
    return Status();
  }

  RowRejection Reject(Reason reason, std::string_view field, std::string message) const {
    return {row_number_, std::string(ReasonName(reason)), std::string(field), std::move(message)};
  }

  RowRejection RejectFault(const RawRecord& record) const {
    const std::string_view field =
        record.fault_cell < columns_.size() ? known_.names[columns_[record.fault_cell]] : "";
    const std::string lines = "lines " + std::to_string(record.first_line) + " to " +
                              std::to_string(record.last_line) + " of the file";
    switch (record.fault) {
      case CellFault::kTooLong:
        return Reject(Reason::kFieldTooLong, field,
                      "the cell is longer than 1 MiB; look for a quote that is not closed, " +
                          lines + " were taken as this one record");
      case CellFault::kOpenQuote:
        return Reject(Reason::kInvalidField, field,
                      "a quote is opened and never closed; close it, " + lines +
                          " were taken as this one record");
      case CellFault::kStrayQuote:
      case CellFault::kNone: break;
    }
    return Reject(Reason::kInvalidField, field,
                  "a quote stands inside the cell; put the whole cell in quotes and double the "
                  "quotes inside it");
  }

  CsvRecord Decode(RawRecord raw) const {
    if (raw.fault != CellFault::kNone) return RejectFault(raw);
    if (raw.cell_count != columns_.size()) {
      return Reject(Reason::kInvalidField, "",
                    "the record has " + std::to_string(raw.cell_count) + " cells and the header " +
                        std::to_string(columns_.size()) +
                        "; put cells that hold a comma in quotes");
    }
    CsvRow row{row_number_, std::vector<std::string>(known_.names.size())};
    for (size_t i = 0; i < columns_.size(); ++i) {
      if (!IsValidUtf8(raw.cells[i])) {
        return Reject(Reason::kInvalidUtf8, known_.names[columns_[i]],
                      "the cell is not UTF-8; save the file in UTF-8");
      }
      row.cells[columns_[i]] = std::move(raw.cells[i]);
    }
    return row;
  }

  const CsvColumns known_;
  RecordSplitter splitter_;
  std::vector<size_t> columns_;  // of the file in its order, as places in known_.names
  int64_t row_number_ = 1;       // the header
};

CsvReader::CsvReader(std::unique_ptr<Impl> impl) : impl_(std::move(impl)) {}

CsvReader::~CsvReader() = default;

Result<std::unique_ptr<CsvReader>> CsvReader::Open(const std::string& path, CsvColumns columns) {
  Result<InputFile> file = OpenInputFile(path);
  if (!file.ok()) return file.error();
  const int64_t bytes_total = file.value().bytes_total;
  auto reader = FromStream(std::make_unique<std::ifstream>(std::move(file.value().stream)),
                           bytes_total, std::move(columns));
  if (reader.ok()) return reader;
  Error error = reader.error();
  error.message = path + ": " + error.message;
  return error;
}

Result<std::unique_ptr<CsvReader>> CsvReader::FromStream(std::unique_ptr<std::istream> stream,
                                                         int64_t bytes_total, CsvColumns columns) {
  auto impl = std::make_unique<Impl>(std::move(stream), bytes_total, std::move(columns));
  if (Status status = impl->ReadHeader(); !status.ok()) return status.error();
  return std::unique_ptr<CsvReader>(new CsvReader(std::move(impl)));
}

Result<std::optional<CsvRecord>> CsvReader::Next() { return impl_->Next(); }

int64_t CsvReader::bytes_consumed() const { return impl_->splitter().bytes_consumed(); }

int64_t CsvReader::bytes_total() const { return impl_->splitter().bytes_total(); }

}  // namespace budgetwatch
