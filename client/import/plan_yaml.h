#pragma once

#include <string>
#include <string_view>

#include "import/plan_reading.h"

namespace budgetwatch {

// The YAML form of a plan. Amounts are exact decimals in `unit` (元 or 万元,
// default 元), shares are percent; only the keys without a mark are required:
//
//   budgetwatch_plan: 1              # version of this format
//   department_code: "990001"
//   department_name: "示例局"        # optional
//   parent_department_code: "990"    # optional
//   fiscal_year: 2020
//   unit: 万元                       # optional
//   projects:
//     - code: "990-0001"
//       name: "示例项目"             # optional
//       kind: project                # optional; project 项目, personnel 人员经费,
//                                    # public 公用经费, three_public 三公经费
//       budget: 12.50
//       fundings:                    # optional; empty: all general
//         general: 10.00             # or 一般公共预算
//         government_fund: 0.00      # or 政府性基金
//         other: 2.50                # or 其他资金
//       checkpoints:                 # optional; empty: follows time progress
//         03-31: null                # MM-DD or YYYY-MM-DD: percent or blank
//         12-31: 100.00
//       indicators:                  # optional
//         - id: "1"                  # optional, and so are all other keys
//           level1: "产出指标"
//           level2: "数量指标"
//           level3: "示例数量"
//           description: ""
//           target: "≥90%"
//           basis: ""
//           weight: 10
//           reading:                 # overrides how the target is read
//             kind: quantitative     # quantitative, boolean, qualitative, date
//             comparator: ge         # ge, gt, le, lt, eq, range
//             value: 90
//             upper_value: 95        # range only
//             unit: "%"
//             comparator_written: true   # default
//             notes: []              # default; stable words such as unit_missing
//   stated_totals:                   # optional, and at most one of kind and source
//     - kind: project
//       amount: 12.50

// Reads a YAML plan. Never fails: what is wrong is a finding with its line and
// key. Indicators have no reading unless the file gives one; FillIndicators adds
// the rest.
PlanReading ReadPlanYaml(std::string_view text);

// Writes `plan` such that ReadPlanYaml and FillIndicators give it back, in 元 and
// with a reading only where it is not the one FillIndicators makes. The same plan
// gives the same bytes.
std::string WritePlanYaml(const Plan& plan);

}  // namespace budgetwatch
