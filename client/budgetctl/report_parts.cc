#include "budgetctl/report_parts.h"

#include "budgetctl/display_width.h"
#include "budgetctl/figures.h"
#include "budgetwatch/v1/performance.pb.h"

namespace budgetwatch::ctl {
namespace {

// The head line is cut like a table's; the sentence with the figures is not.
void PrintFinding(std::ostream& out, const Speech& say, const std::string& subject,
                  const v1::ExecutionFinding& finding, std::optional<int> width) {
  const std::string head = "- " + Word(say, finding.severity()) + "  " +
                           RuleWord(say, finding.rule()) + "  " + OneLine(subject);
  out << (width ? Shorten(head, *width) : head) << "\n    "
      << OneLine(say(finding.message_zh(), finding.message_en())) << '\n';
}

}  // namespace

template <typename Report>
void PrintReportHeading(std::ostream& out, const Speech& say, const std::string& title,
                        const Report& report) {
  const std::string revision = std::to_string(report.plan_revision_number());
  out << title << "  " << OneLine(report.department_code() + " " + report.department_name())
      << '\n';
  out << say("年度 ", "Year ") << report.fiscal_year() << say("，截至 ", ", as of ")
      << report.as_of_date() << say("，序时进度 ", ", time progress ")
      << FormatShare(report.time_progress_ratio()) << '\n';
  out << (report.plan_revision_number() == 0
              ? say("本级没有计划", "No plan of its own")
              : say("计划第 " + revision + " 版", "Plan revision " + revision))
      << say("，账本序号 ", ", known at sequence ") << report.known_at_sequence() << '\n';
}

template <typename Report>
void PrintReportFindings(std::ostream& out, const Speech& say, const Report& report,
                         std::optional<int> width) {
  bool headed = false;
  const auto print = [&](const std::string& subject, const auto& findings) {
    for (const v1::ExecutionFinding& finding : findings) {
      if (!headed) out << '\n' << say("发现的问题：", "Findings:") << '\n';
      headed = true;
      PrintFinding(out, say, subject, finding, width);
    }
  };
  print(report.department_code() + " " + report.department_name(), report.findings());
  for (const auto& project : report.projects()) {
    print(project.project_code() + " " + project.project_name(), project.findings());
  }
}

template void PrintReportHeading(std::ostream&, const Speech&, const std::string&,
                                 const v1::ExecutionReport&);
template void PrintReportHeading(std::ostream&, const Speech&, const std::string&,
                                 const v1::PerformanceReport&);
template void PrintReportFindings(std::ostream&, const Speech&, const v1::ExecutionReport&,
                                  std::optional<int>);
template void PrintReportFindings(std::ostream&, const Speech&, const v1::PerformanceReport&,
                                  std::optional<int>);

std::string CsvRules(const google::protobuf::RepeatedPtrField<v1::ExecutionFinding>& findings) {
  std::string rules;
  for (const v1::ExecutionFinding& finding : findings) {
    rules += (rules.empty() ? "" : ";") + finding.rule();
  }
  return rules;
}

}  // namespace budgetwatch::ctl
