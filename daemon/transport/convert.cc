#include "transport/convert.h"

#include "base/text.h"

namespace budgetwatch {
namespace {

void ToMessage(const ExecutionFigures& figures, v1::ExecutionFigures* message) {
  message->set_budget_fen(figures.budget_fen);
  message->set_disbursed_fen(figures.disbursed_fen);
  message->set_planned_fen(figures.planned_fen);
  if (const auto ratio = figures.ExecutionRatio()) message->set_execution_ratio(*ratio);
  if (const auto ratio = figures.PlannedRatio()) message->set_planned_ratio(*ratio);
  if (const auto ratio = figures.DeviationRatio()) message->set_deviation_ratio(*ratio);
}

void ToMessage(const ProjectReport& report, v1::ProjectExecution* message) {
  const ExecutionFigures& figures = report.execution.figures;
  message->set_project_code(report.project->project_code);
  message->set_project_name(report.project->project_name);
  message->set_kind(static_cast<v1::ProjectKind>(report.project->kind));
  message->set_budget_fen(figures.budget_fen);
  message->set_disbursed_fen(figures.disbursed_fen);
  message->set_planned_fen(figures.planned_fen);
  message->set_planned_ratio(ToDouble(report.execution.position.planned));
  if (const auto ratio = figures.ExecutionRatio()) {
    message->set_execution_ratio(*ratio);
    message->set_deviation_ratio(*ratio - message->planned_ratio());
  }
  message->set_status(static_cast<v1::ExecutionStatus>(report.execution.status));
  message->set_payment_count(report.execution.payment_count);
  for (const RuleFinding& finding : report.findings) ToMessage(finding, message->add_findings());
}

v1::WarningFigures ToMessage(const Figures& figures) {
  v1::WarningFigures message;
  if (figures.budget_fen) message.set_budget_fen(*figures.budget_fen);
  if (figures.disbursed_fen) message.set_disbursed_fen(*figures.disbursed_fen);
  if (figures.budget_fen.value_or(0) != 0 && figures.disbursed_fen) {
    message.set_execution_ratio(static_cast<double>(*figures.disbursed_fen) /
                                static_cast<double>(*figures.budget_fen));
  }
  if (figures.expected) message.set_expected_ratio(ToDouble(*figures.expected));
  if (figures.gap_fen) message.set_gap_fen(*figures.gap_fen);
  if (figures.payment_count) message.set_payment_count(*figures.payment_count);
  if (figures.attained_ppm) {
    message.set_attainment_ratio(static_cast<double>(*figures.attained_ppm) / kFullSharePpm);
  }
  if (figures.indicator_count) message.set_indicator_count(*figures.indicator_count);
  message.set_target_text(figures.target_text);
  message.set_observed_text(figures.observed_text);
  return message;
}

v1::Explanation ToMessage(const Explanation& explanation) {
  v1::Explanation message;
  message.set_cause(static_cast<v1::CauseClass>(explanation.cause));
  message.set_text(explanation.text);
  message.set_measure(explanation.measure);
  if (explanation.due_date) message.set_due_date(explanation.due_date->ToString());
  message.set_explained_by(explanation.explained_by);
  message.set_measure_done(explanation.measure_done);
  message.set_measure_result(explanation.measure_result);
  return message;
}

void ToMessage(const WarningEvent& event, v1::WarningEvent* message) {
  message->set_kind(static_cast<v1::WarningEventKind>(event.change));
  message->set_sequence(event.sequence);
  message->set_date(event.date.ToString());
  message->set_recorded_time(FormatWallTime(event.recorded_time));
  if (event.change == WarningChange::kOpened || event.change == WarningChange::kReopened) {
    *message->mutable_figures() = ToMessage(event.figures);
  }
  if (event.explanation) *message->mutable_explanation() = ToMessage(*event.explanation);
}

}  // namespace

void ToMessage(const RuleFinding& finding, v1::ExecutionFinding* message) {
  message->set_rule(std::string(RuleName(finding.rule)));
  message->set_severity(static_cast<v1::Severity>(finding.severity));
  message->set_message_zh(DescribeZh(finding));
  message->set_message_en(DescribeEn(finding));
}

Result<std::optional<Date>> OptionalDate(const std::string& text, const char* field) {
  if (text.empty()) return std::optional<Date>();
  const auto date = Date::Parse(text);
  if (!date) {
    return Refusal(Reason::kInvalidDate, field,
                   std::string(field) + " \"" + Abbreviate(text, 20) +
                       "\" is not an existing day written like 2020-06-30");
  }
  return date;
}

Result<int> FiscalYear(int fiscal_year) {
  if (fiscal_year < kFirstYear || fiscal_year > kLastYear) {
    return Refusal(Reason::kInvalidField, "fiscal_year", "fiscal_year must be from 1950 to 2199");
  }
  return fiscal_year;
}

Result<KnownAt> FromMessage(const v1::KnownAt& message) {
  KnownAt known_at;
  switch (message.moment_case()) {
    case v1::KnownAt::kSequence: known_at.sequence = message.sequence(); break;
    case v1::KnownAt::kTime: {
      // The range of a Timestamp, which keeps the product inside 64 bits.
      constexpr int64_t kFirstSecond = -62'135'596'800;
      constexpr int64_t kLastSecond = 253'402'300'799;
      const int64_t seconds = message.time().seconds();
      const int32_t nanos = message.time().nanos();
      if (seconds < kFirstSecond || seconds > kLastSecond || nanos < 0 || nanos > 999'999'999) {
        return Refusal(Reason::kInvalidField, "known_at", "known_at.time is no valid time");
      }
      known_at.time = seconds * 1'000'000 + nanos / 1000;
      break;
    }
    case v1::KnownAt::MOMENT_NOT_SET: break;
  }
  return known_at;
}

Result<Explanation> FromMessage(const v1::Explanation& message) {
  Explanation explanation;
  if (!v1::CauseClass_IsValid(message.cause()) || message.cause() == v1::CAUSE_CLASS_UNSPECIFIED) {
    return Refusal(Reason::kInvalidField, "explanation.cause",
                   "explanation.cause must name a class of cause");
  }
  explanation.cause = static_cast<CauseClass>(message.cause());
  explanation.text = message.text();
  explanation.measure = message.measure();
  explanation.explained_by = message.explained_by();
  explanation.measure_done = message.measure_done();
  explanation.measure_result = message.measure_result();
  const auto due_date = OptionalDate(message.due_date(), "explanation.due_date");
  if (!due_date.ok()) return due_date.error();
  explanation.due_date = due_date.value();
  return explanation;
}

v1::PlanRevision ToMessage(const PlanRevision& revision) {
  v1::PlanRevision message;
  message.set_revision_number(revision.entry.revision_number);
  message.set_sequence(revision.sequence);
  message.set_effective_date(revision.entry.effective_date.ToString());
  message.set_reason(revision.entry.reason);
  message.set_document_number(revision.entry.document_number);
  message.set_recorded_time(FormatWallTime(revision.recorded_time));
  message.set_budget_fen(revision.budget_fen);
  message.set_project_count(static_cast<int32_t>(revision.plan().projects.size()));
  return message;
}

v1::ExecutionReport ToMessage(const ExecutionReport& report) {
  v1::ExecutionReport message;
  message.set_department_code(report.department_code);
  message.set_department_name(report.department_name);
  message.set_fiscal_year(report.fiscal_year);
  message.set_as_of_date(report.as_of.ToString());
  message.set_known_at_sequence(report.known_at);
  if (report.revision != nullptr) {
    message.set_plan_revision_number(report.revision->entry.revision_number);
  }
  message.set_time_progress_ratio(ToDouble(report.time_progress));
  for (const ProjectReport& project : report.projects) {
    ToMessage(project, message.add_projects());
  }
  ToMessage(report.totals, message.mutable_totals());
  for (const SubtotalReport& subtotal : report.subtotals) {
    v1::ExecutionSubtotal* item = message.add_subtotals();
    if (subtotal.kind) item->set_kind(static_cast<v1::ProjectKind>(*subtotal.kind));
    if (subtotal.source) item->set_source(static_cast<v1::FundingSource>(*subtotal.source));
    ToMessage(subtotal.figures, item->mutable_figures());
  }
  for (const DepartmentReport& department : report.departments) {
    v1::DepartmentExecution* item = message.add_departments();
    item->set_department_code(department.department_code);
    item->set_department_name(department.department_name);
    ToMessage(department.figures, item->mutable_figures());
  }
  *message.mutable_suspense() = ToMessage(report.suspense);
  for (const RuleFinding& finding : report.findings) ToMessage(finding, message.add_findings());
  return message;
}

v1::Suspense ToMessage(const Total& total) {
  v1::Suspense message;
  message.set_payment_count(total.payment_count);
  message.set_amount_fen(total.amount_fen);
  return message;
}

v1::Warning ToMessage(const Warning& warning) {
  v1::Warning message;
  message.set_warning_id(warning.id.ToString());
  message.set_rule(std::string(RuleName(warning.id.rule)));
  message.set_severity(static_cast<v1::Severity>(warning.severity));
  message.mutable_subject()->set_kind(static_cast<v1::SubjectKind>(warning.id.subject_kind));
  message.mutable_subject()->set_code(warning.id.subject_code);
  message.set_subject_name(warning.subject_name);
  message.set_department_code(warning.department_code);
  message.set_fiscal_year(warning.id.fiscal_year);
  if (warning.id.checkpoint) message.set_checkpoint_date(warning.id.checkpoint->ToString());
  message.set_state(warning.open ? v1::WARNING_STATE_OPEN : v1::WARNING_STATE_RESOLVED);
  message.set_opened_date(warning.opened_date.ToString());
  if (warning.resolved_date) message.set_resolved_date(warning.resolved_date->ToString());
  message.set_reopen_count(warning.reopen_count);
  if (warning.current_figures) {
    *message.mutable_current_figures() = ToMessage(*warning.current_figures);
  }
  const RuleFinding finding{warning.id.rule, warning.severity, warning.id.checkpoint,
                            warning.current_figures.value_or(warning.figures)};
  message.set_message_zh(DescribeZh(finding));
  message.set_message_en(DescribeEn(finding));
  *message.mutable_figures() = ToMessage(warning.figures);
  if (warning.explanation) *message.mutable_explanation() = ToMessage(*warning.explanation);
  for (const WarningEvent& event : warning.history) ToMessage(event, message.add_history());
  return message;
}

v1::Payment ToMessage(const RecordedPayment& payment) {
  const PaymentEvent& event = payment.entry.event;
  v1::Payment message;
  message.set_source(payment.entry.source.str());
  v1::PaymentEvent* item = message.mutable_event();
  item->set_payment_id(event.payment_id.str());
  item->set_kind(static_cast<v1::PaymentKind>(event.kind));
  item->set_project_code(payment.entry.booked_project_code.str());
  item->set_pay_date(event.pay_date.ToString());
  item->set_amount_fen(event.amount_fen);
  item->set_payee(event.payee.str());
  item->set_memo(event.memo.str());
  item->set_original_payment_id(event.original_payment_id.str());
  message.set_sequence(payment.sequence);
  message.set_recorded_time(FormatWallTime(payment.recorded_time));
  message.set_effect_fen(payment.effect_fen);
  message.set_remaining_fen(payment.remaining_fen);
  message.set_suspended(payment.suspended);
  message.set_unmatched(payment.unmatched);
  message.set_booked_project_code(payment.booked_project_code);
  message.set_booked_date(payment.booked_date.ToString());
  return message;
}

}  // namespace budgetwatch
