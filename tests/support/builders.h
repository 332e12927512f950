#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "domain/journal.h"

// Short ways to write down what a test is about; everything left out has a plain
// default. Texts that cannot be read stop the test program.

namespace budgetwatch {

// "2020-06-30".
Date Day(std::string_view text);

// A project whose checkpoints are the ends of March, June, October and December of
// `fiscal_year`, with the cumulative percent of each; "" is a blank cell. Without
// any, the project has no schedule.
Project MakeProject(std::string code, int64_t budget_fen,
                    const std::vector<std::string>& percents = {}, int fiscal_year = 2020);

Plan MakePlan(std::string department_code, std::vector<Project> projects, int fiscal_year = 2020);

PaymentEvent MakePayment(std::string id, std::string project_code, std::string_view date,
                         int64_t amount_fen);

// A refund; `original` may be empty, and with it `project_code`.
PaymentEvent MakeRefund(std::string id, std::string project_code, std::string_view date,
                        int64_t amount_fen, std::string original = "");

PaymentEvent MakeCorrection(std::string id, std::string project_code, std::string_view date,
                            int64_t amount_fen, std::string original);

// The event as an entry of source "bank", booked where it says.
PaymentEntry MakeEntry(PaymentEvent event);

// Payments with distinct ids, one for each day and project in turn.
std::vector<JournalEntry> ManyPayments(int first, int count);

PlanEntry MakePlanEntry(Plan plan, std::string_view effective_date, int revision_number = 1);

}  // namespace budgetwatch
