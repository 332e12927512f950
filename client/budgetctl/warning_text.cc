#include "budgetctl/warning_text.h"

#include "budgetctl/csv.h"
#include "budgetctl/display_width.h"
#include "domain/money.h"

namespace budgetwatch::ctl {
namespace {

std::string Message(const Speech& say, const v1::Warning& warning) {
  return OneLine(say(warning.message_zh(), warning.message_en()));
}

// What happened last, for a change; nothing in a warning without history.
v1::WarningEventKind LastEvent(const v1::Warning& warning) {
  return warning.history().empty() ? v1::WARNING_EVENT_KIND_UNSPECIFIED
                                   : warning.history().rbegin()->kind();
}

}  // namespace

void PrintWarning(std::ostream& out, const Speech& say, const v1::Warning& warning) {
  out << Word(say, warning.severity()) << "  " << RuleWord(say, warning.rule()) << "  "
      << OneLine(warning.subject().code() + " " + warning.subject_name()) << '\n';
  out << "    " << Message(say, warning) << '\n';
  out << "    " << Word(say, warning.state()) << say("，自 ", ", since ") << warning.opened_date();
  if (!warning.resolved_date().empty()) {
    out << say(" 至 ", " until ") << warning.resolved_date();
  }
  if (warning.reopen_count() > 0) {
    const std::string count = std::to_string(warning.reopen_count());
    out << say("，再次出现 " + count + " 次", ", reopened " + count + " times");
  }
  out << '\n' << "    " << OneLine(warning.warning_id()) << '\n';
  if (!warning.has_explanation()) return;
  const v1::Explanation& explanation = warning.explanation();
  out << "    " << say("说明：", "Explained: ") << Word(say, explanation.cause()) << "  "
      << OneLine(explanation.text()) << '\n';
  if (!explanation.measure().empty()) {
    out << "    " << say("措施：", "Measure: ") << OneLine(explanation.measure());
    if (!explanation.due_date().empty()) out << "  " << explanation.due_date();
    out << '\n';
  }
  if (!explanation.measure_done() && explanation.measure_result().empty()) return;
  out << "    "
      << (explanation.measure_done() ? say("整改已完成", "Carried out")
                                     : say("整改未完成", "Not carried out yet"));
  if (!explanation.measure_result().empty()) {
    out << say("：", ": ") << OneLine(explanation.measure_result());
  }
  out << '\n';
}

void PrintWarningChange(std::ostream& out, const Speech& say,
                        const v1::WatchWarningsResponse& change) {
  const v1::Warning& warning = change.warning();
  out << change.sequence() << "  " << Word(say, LastEvent(warning)) << "  "
      << Word(say, warning.severity()) << "  " << OneLine(warning.warning_id()) << "  "
      << Message(say, warning) << '\n';
}

void WriteWarningsCsvHeader(std::ostream& out) {
  WriteCsvRecord(
      out,
      {"warning_id",      "rule",           "severity",        "subject_code", "subject_name",
       "department_code", "fiscal_year",    "checkpoint_date", "state",        "opened_date",
       "resolved_date",   "reopen_count",   "gap_yuan",        "message_zh",   "message_en",
       "cause",           "explanation",    "measure",         "due_date",     "explained_by",
       "measure_done",    "measure_result", "sequence",        "event",        "attainment_ratio",
       "indicator_count", "target_text",    "observed_text"});
}

void WriteWarningCsv(std::ostream& out, const v1::Warning& warning, const std::string& sequence,
                     const std::string& event) {
  const Speech english(Language::kEnglish);
  const v1::Explanation& explanation = warning.explanation();
  const v1::WarningFigures& figures = warning.figures();
  WriteCsvRecord(out,
                 {warning.warning_id(),
                  warning.rule(),
                  Word(english, warning.severity()),
                  warning.subject().code(),
                  warning.subject_name(),
                  warning.department_code(),
                  std::to_string(warning.fiscal_year()),
                  warning.checkpoint_date(),
                  Word(english, warning.state()),
                  warning.opened_date(),
                  warning.resolved_date(),
                  std::to_string(warning.reopen_count()),
                  figures.has_gap_fen() ? FormatYuan(figures.gap_fen()) : "",
                  warning.message_zh(),
                  warning.message_en(),
                  warning.has_explanation() ? Word(english, explanation.cause()) : "",
                  explanation.text(),
                  explanation.measure(),
                  explanation.due_date(),
                  explanation.explained_by(),
                  warning.has_explanation() ? CsvBool(explanation.measure_done()) : "",
                  explanation.measure_result(),
                  sequence,
                  event,
                  figures.has_attainment_ratio() ? CsvRatio(figures.attainment_ratio()) : "",
                  figures.has_indicator_count() ? std::to_string(figures.indicator_count()) : "",
                  figures.target_text(),
                  figures.observed_text()});
}

}  // namespace budgetwatch::ctl
