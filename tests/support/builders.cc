#include "support/builders.h"

#include "base/check.h"

namespace budgetwatch {

Date Day(std::string_view text) {
  const auto date = Date::Parse(text);
  BW_CHECK(date.has_value());
  return *date;
}

Project MakeProject(std::string code, int64_t budget_fen, const std::vector<std::string>& percents,
                    int fiscal_year) {
  static constexpr int kMonths[] = {3, 6, 10, 12};
  BW_CHECK(percents.empty() || percents.size() == std::size(kMonths));
  Project project;
  project.project_name = "name of " + code;
  project.project_code = std::move(code);
  project.budget_fen = budget_fen;
  for (size_t i = 0; i < percents.size(); ++i) {
    Checkpoint checkpoint;
    checkpoint.date = Date::LastOfMonth(fiscal_year, kMonths[i]);
    if (!percents[i].empty()) {
      checkpoint.cumulative_ppm = ParsePercent(percents[i]);
      BW_CHECK(checkpoint.cumulative_ppm.has_value());
    }
    project.checkpoints.push_back(checkpoint);
  }
  return project;
}

Plan MakePlan(std::string department_code, std::vector<Project> projects, int fiscal_year) {
  Plan plan;
  plan.department_name = "name of " + department_code;
  plan.department_code = std::move(department_code);
  plan.fiscal_year = fiscal_year;
  plan.projects = std::move(projects);
  return plan;
}

PaymentEvent MakePayment(std::string id, std::string project_code, std::string_view date,
                         int64_t amount_fen) {
  PaymentEvent event;
  event.payment_id = std::move(id);
  event.project_code = std::move(project_code);
  event.pay_date = Day(date);
  event.amount_fen = amount_fen;
  return event;
}

PaymentEvent MakeRefund(std::string id, std::string project_code, std::string_view date,
                        int64_t amount_fen, std::string original) {
  PaymentEvent event = MakePayment(std::move(id), std::move(project_code), date, amount_fen);
  event.kind = PaymentKind::kRefund;
  event.original_payment_id = std::move(original);
  return event;
}

PaymentEvent MakeCorrection(std::string id, std::string project_code, std::string_view date,
                            int64_t amount_fen, std::string original) {
  PaymentEvent event = MakePayment(std::move(id), std::move(project_code), date, amount_fen);
  event.kind = PaymentKind::kCorrection;
  event.original_payment_id = std::move(original);
  return event;
}

PaymentEntry MakeEntry(PaymentEvent event) {
  PaymentEntry entry;
  entry.source = "bank";
  entry.booked_project_code = event.project_code;
  entry.event = std::move(event);
  return entry;
}

PlanEntry MakePlanEntry(Plan plan, std::string_view effective_date, int revision_number) {
  PlanEntry entry;
  entry.plan = std::move(plan);
  entry.effective_date = Day(effective_date);
  entry.revision_number = revision_number;
  return entry;
}

std::vector<JournalEntry> ManyPayments(int first, int count) {
  std::vector<JournalEntry> entries;
  for (int i = first; i < first + count; ++i) {
    const Date date = Day("2020-01-01").AddDays(i % 300);
    entries.emplace_back(MakeEntry(MakePayment(
        "id-" + std::to_string(i), "P" + std::to_string(i % 7), date.ToString(), 100 + i)));
  }
  return entries;
}

}  // namespace budgetwatch
