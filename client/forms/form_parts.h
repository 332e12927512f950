#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "forms/review_view.h"
#include "forms/sheet_builder.h"

namespace budgetwatch::forms {

// Parts that both forms have.

// Title, year, date and unit of money: three rows.
void PutHeading(const std::string& title, const v1::Review& review, SheetBuilder* sheet);

// Where the labels and the contents of the rows about the project stand. The first
// label begins at column 0; each part ends where the next begins.
struct IdentityColumns {
  int name = 0;
  int second_label = 0;
  int second = 0;
};

// Name and code of the project, department and unit: two rows.
void PutIdentity(const IdentityColumns& columns, const v1::Review& review,
                 const ProjectView& project, SheetBuilder* sheet);

// Levels of the indicators in three columns from `column`, one row for each from
// `first_row`; equal neighbours below the same level share a cell.
void PutLevels(const ProjectView& project, int first_row, int column, SheetBuilder* sheet);

// The goal of the year out of what the indicators are described as; empty where they
// are not.
std::string GoalOf(const ProjectView& project);

// "共 6 项绩效指标，…": how many targets are met; empty without any.
std::string AttainmentOf(const ProjectView& project);

// Numbered remarks below the table, then the line for names and dates.
void PutEnd(const std::vector<std::string>& remarks, SheetBuilder* sheet);

// Remarks about money that both forms make: payments without a project.
std::vector<std::string> SuspenseRemarks(const v1::Review& review);

// Explained warnings about the department as a whole, below its summary: a label
// over four columns that end where the next one begins, and a row for each.
struct DepartmentWarningColumns {
  int cause = 0;
  int reason = 0;
  int measure = 0;
};
void PutDepartmentWarnings(const DepartmentWarningColumns& columns, const ReviewView& view,
                           SheetBuilder* sheet);

// Name and code of the department, such as "示例局（122002）".
std::string DepartmentOf(const v1::Review& review);

// Label of a column of the period, such as "1-6月" + "执行数".
std::string InPeriod(const v1::Review& review, std::string_view what);

inline constexpr std::string_view kTick = "√";

}  // namespace budgetwatch::forms
