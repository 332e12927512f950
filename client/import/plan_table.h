#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "domain/money.h"
#include "domain/plan.h"
#include "import/document_table.h"
#include "import/finding_list.h"

namespace budgetwatch {

// The unit that a table states in its head.
std::optional<MoneyUnit> UnitOfTable(const PlanTable& table);

// The department that a table states in its head.
std::optional<DepartmentName> DepartmentOfTable(const PlanTable& table);

// "table 3 (示例经费), row …, line 20"; `row` empty or such as
// "row 资金支出计划, cell 6月底".
std::string PlaceInTable(const PlanTable& table, std::string_view row, int line);

// Reads the project of a table. On a problem that leaves its money, its schedule
// or an indicator uncertain adds findings of severity error and returns nothing.
// A fiscal year of 0 stands for one that is not known: dates are then of year 0.
std::optional<Project> ReadPlanTable(const PlanTable& table, MoneyUnit unit, int fiscal_year,
                                     FindingList* findings);

// Month and day in a schedule's header such as 6月底, 9月30日 or 2020年6月底.
// Nothing when the text names no day of that year.
std::optional<Date> ParseScheduleDate(std::string_view label, int fiscal_year);

}  // namespace budgetwatch
