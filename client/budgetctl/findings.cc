#include "budgetctl/findings.h"

#include <algorithm>

#include "budgetctl/csv.h"
#include "budgetctl/display_width.h"

namespace budgetwatch::ctl {
namespace {

int64_t CountOf(const Findings& findings, v1::Severity severity) {
  return std::count_if(findings.begin(), findings.end(), [severity](const v1::Finding& finding) {
    return finding.severity() == severity;
  });
}

}  // namespace

bool HasErrorFinding(const Findings& findings) {
  return std::any_of(findings.begin(), findings.end(), [](const v1::Finding& finding) {
    return finding.severity() == v1::SEVERITY_ERROR;
  });
}

void PrintFindings(std::ostream& out, const Speech& say, const Findings& findings) {
  for (const v1::Finding& finding : findings) {
    out << Word(say, finding.severity()) << "  " << finding.id();
    if (!finding.project_code().empty()) out << "  " << OneLine(finding.project_code());
    if (!finding.place().empty()) out << "  " << OneLine(finding.place());
    const std::string& message =
        say.chinese() || finding.message_en().empty() ? finding.message() : finding.message_en();
    out << "\n      " << OneLine(message) << '\n';
  }
  if (findings.empty()) {
    out << say("没有发现问题。", "No findings.") << '\n';
    return;
  }
  const std::string errors = std::to_string(CountOf(findings, v1::SEVERITY_ERROR));
  const std::string warnings = std::to_string(CountOf(findings, v1::SEVERITY_WARNING));
  out << say("错误 " + errors + " 项，警告 " + warnings + " 项，共 " +
                 std::to_string(findings.size()) + " 项。",
             errors + " errors, " + warnings + " warnings, " + std::to_string(findings.size()) +
                 " findings in all.")
      << '\n';
}

void WriteFindingsCsv(std::ostream& out, const Findings& findings) {
  WriteCsvRecord(out, {"severity", "id", "project_code", "place", "message", "message_en"});
  for (const v1::Finding& finding : findings) {
    WriteCsvRecord(out, {SeverityKey(finding.severity()), finding.id(), finding.project_code(),
                         finding.place(), finding.message(), finding.message_en()});
  }
}

std::string SeverityKey(v1::Severity severity) {
  return Word(Speech(Language::kEnglish), severity);
}

}  // namespace budgetwatch::ctl
