#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <variant>
#include <vector>

#include "budgetctl/context.h"
#include "budgetctl/interrupt.h"
#include "budgetctl/progress.h"
#include "import/csv_reader.h"
#include "lib/call_status.h"

namespace budgetwatch::ctl {

// No text of a valid event comes near this size. Longer ones are refused here, because
// a request of several such rows would pass gRPC's limit and fail whole.
inline constexpr size_t kTextBytesMax = 16 * 1024;

// A text of a row and the column that it stands in.
using NamedText = std::pair<const char*, const std::string*>;

// The column whose text is too long to be sent, or nothing.
const char* OversizedColumn(const std::vector<NamedText>& texts);

// Why an import ended before the end of its file.
struct ImportEnding {
  std::string message;
  bool all_answered = true;  // whether everything that was sent has its answer
};

// The ending after a failed call, or after an interruption that made it fail.
ImportEnding FailedImport(const Context& context, const Interrupt& interrupt,
                          const client::CallStatus& status);

// Reads rows and gives each to `send` until the end of the file; says why when it
// stops before. Counts in `tally` the rows that cannot be sent: `texts` lists the texts
// of a row.
template <typename Row, typename Reader, typename Tally, typename Texts, typename Send>
std::optional<ImportEnding> SendRows(const Context& context, const Interrupt& interrupt,
                                     Reader* reader, Tally* tally, ProgressBar* progress,
                                     Texts texts, Send send) {
  while (true) {
    if (interrupt.requested()) return ImportEnding{context.say("已中断", "interrupted")};
    auto next = reader->Next();
    if (!next.ok()) {
      const Error& error = next.error();
      return ImportEnding{ReasonText(context.say, error.reason, error.message)};
    }
    if (!next.value()) return std::nullopt;
    if (auto* rejection = std::get_if<RowRejection>(&*next.value())) {
      tally->AddRejection(rejection->row_number, std::move(rejection->reason),
                          std::move(rejection->field), std::move(rejection->message));
      continue;
    }
    Row& row = std::get<Row>(*next.value());
    if (const char* column = OversizedColumn(texts(row))) {
      tally->AddRejection(row.row_number, "FIELD_TOO_LONG", column,
                          "the text is too long; shorten it");
      continue;
    }
    const client::CallStatus status = send(std::move(row));
    if (!status.ok()) return FailedImport(context, interrupt, status);
    progress->Update(reader->bytes_consumed(), reader->bytes_total(),
                     context.say("已确认 ", "acknowledged ") + std::to_string(tally->row_count()));
  }
}

// How the outputs speak of the events of an import.
struct ImportWords {
  std::string_view counter_zh;    // "笔"
  std::string_view plural_en;     // "payments"
  std::string_view suspended_zh;  // what suspense means for them
  std::string_view suspended_en;
};

// Prints a summary as the output format says, for a person with `remark` behind the
// counts, and returns the exit code. Summary is one of the two ...ImportSummary.
template <typename Summary>
ExitCode ConcludeImport(const Context& context, const Summary& summary,
                        const std::optional<ImportEnding>& ending, const ImportWords& words,
                        const std::string& remark);

}  // namespace budgetwatch::ctl
