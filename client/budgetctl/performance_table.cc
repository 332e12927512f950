#include "budgetctl/performance_table.h"

#include <string>

#include "budgetctl/csv.h"
#include "budgetctl/display_width.h"
#include "budgetctl/figures.h"
#include "budgetctl/report_parts.h"
#include "budgetctl/table.h"
#include "domain/money.h"

namespace budgetwatch::ctl {
namespace {

std::optional<double> Attainment(const v1::IndicatorPerformance& indicator) {
  if (!indicator.has_attainment_ratio()) return std::nullopt;
  return indicator.attainment_ratio();
}

// A result that the sample of its survey is too small for.
bool IsUnsure(const v1::IndicatorPerformance& indicator) {
  return indicator.has_survey() && !indicator.survey().certain();
}

// Counts, and behind `between` what was attained and paid.
std::string CountsText(const Speech& say, const v1::PerformanceFigures& figures,
                       const std::string& between) {
  const auto count = [](int64_t number) { return std::to_string(number); };
  std::optional<double> attained;
  if (figures.has_attainment_ratio()) attained = figures.attainment_ratio();
  std::optional<double> paid;
  if (figures.has_execution_ratio()) paid = figures.execution_ratio();
  const int64_t unobserved = figures.unobserved_count();
  return say("指标 " + count(figures.indicator_count()) + "：达标 " + count(figures.met_count()) +
                 "，未达标 " + count(figures.not_met_count()) + "，未知 " +
                 count(figures.unknown_count()) +
                 (unobserved > 0 ? "（未监测 " + count(unobserved) + "）" : "") + between +
                 "实现 " + FormatShare(attained) + "，执行 " + FormatShare(paid),
             count(figures.indicator_count()) + " indicators: " + count(figures.met_count()) +
                 " met, " + count(figures.not_met_count()) + " not met, " +
                 count(figures.unknown_count()) + " unknown" +
                 (unobserved > 0 ? " (" + count(unobserved) + " unobserved)" : "") + between +
                 "attained " + FormatShare(attained) + ", paid " + FormatShare(paid));
}

std::string CountsText(const Speech& say, const v1::PerformanceFigures& figures) {
  return CountsText(say, figures, say("；", "; "));
}

void AddIndicator(const Speech& say, const v1::IndicatorPerformance& indicator, Table* table) {
  const bool observed = indicator.has_latest();
  table->AddRow({indicator.indicator_id(), indicator.level3(), indicator.target_text(),
                 observed ? indicator.observed_text() : say("未监测", "none"),
                 observed ? std::to_string(indicator.age_days()) : "",
                 FormatShare(Attainment(indicator)),
                 Word(say, indicator.state()) + (IsUnsure(indicator) ? "*" : ""),
                 TrendArrow(indicator.trend()), Word(say, indicator.likelihood())});
}

Table IndicatorTable(const Speech& say, const v1::PerformanceReport& report) {
  Table table({{say("编号", "No."), Align::kLeft, 4},
               {say("指标", "Indicator"), Align::kLeft, 12},
               {say("指标值", "Target"), Align::kLeft, 8},
               {say("完成值", "Observed"), Align::kLeft, 8},
               {say("天前", "Days"), Align::kRight, 0},
               {say("实现", "Attained"), Align::kRight, 0},
               {say("状态", "State"), Align::kLeft, 0},
               {say("趋势", "Trend"), Align::kLeft, 0},
               {say("可能性", "Outlook"), Align::kLeft, 0}});
  for (const v1::ProjectPerformance& project : report.projects()) {
    if (project.indicators().empty()) continue;
    if (!table.empty()) table.AddRule();
    table.AddLine(project.project_code() + "  " + project.project_name());
    for (const v1::IndicatorPerformance& indicator : project.indicators()) {
      AddIndicator(say, indicator, &table);
    }
    table.AddLine("  " + CountsText(say, project.figures()));
  }
  if (!table.empty()) table.AddRule();
  return table;
}

// Behind the table, which would cut a figure off on a narrow terminal.
void PrintTotals(std::ostream& out, const Speech& say, const v1::PerformanceReport& report,
                 std::optional<int> width) {
  const auto print = [&](const std::string& head, const v1::PerformanceFigures& figures) {
    std::string text = "  " + CountsText(say, figures);
    if (width && DisplayWidth(text) > *width) text = "  " + CountsText(say, figures, "\n  ");
    out << head << '\n' << text << '\n';
  };
  for (const v1::DepartmentPerformance& department : report.departments()) {
    print(say("下级 ", "Below: ") +
              OneLine(department.department_code() + "  " + department.department_name()),
          department.figures());
  }
  print(say("合计", "Total"), report.totals());
}

// What is not met, or cannot be compared, with the reason. The head line is cut like a
// table's; the reason is not.
void PrintMisses(std::ostream& out, const Speech& say, const v1::PerformanceReport& report,
                 std::optional<int> width) {
  bool headed = false;
  for (const v1::ProjectPerformance& project : report.projects()) {
    for (const v1::IndicatorPerformance& indicator : project.indicators()) {
      if (!indicator.has_latest() || indicator.state() == v1::TARGET_STATE_MET) continue;
      if (!headed)
        out << '\n' << say("未达标和未知的原因：", "Not met or unknown, and why:") << '\n';
      headed = true;
      const std::string head =
          OneLine("- " + Word(say, indicator.state()) + "  " + project.project_code() + "#" +
                  indicator.indicator_id() + "  " + indicator.level3());
      out << (width ? Shorten(head, *width) : head) << "\n    "
          << OneLine(say(indicator.reason_zh(), indicator.reason_en())) << '\n';
    }
  }
}

bool HasUnsure(const v1::PerformanceReport& report) {
  for (const v1::ProjectPerformance& project : report.projects()) {
    for (const v1::IndicatorPerformance& indicator : project.indicators()) {
      if (IsUnsure(indicator)) return true;
    }
  }
  return false;
}

void PrintForecasts(std::ostream& out, const Speech& say, const v1::PerformanceReport& report,
                    std::optional<int> width) {
  Table table({{say("项目编码", "Project"), Align::kLeft, 0},
               {say("项目名称", "Name"), Align::kLeft, 8},
               {say("预计", "Expected"), Align::kRight, 0},
               {say("最低", "Low"), Align::kRight, 0},
               {say("最高", "High"), Align::kRight, 0},
               {say("其中年底", "Late"), Align::kRight, 0},
               {say("可能性", "Outlook"), Align::kLeft, 0},
               {say("依据", "Basis"), Align::kLeft, 6}});
  for (const v1::ProjectPerformance& project : report.projects()) {
    if (!project.has_forecast()) continue;
    const v1::SpendingForecast& forecast = project.forecast();
    const auto money = [](bool present, int64_t fen) {
      return present ? FormatTenThousandYuan(fen) : "-";
    };
    table.AddRow({project.project_code(), project.project_name(),
                  money(forecast.has_disbursed_fen(), forecast.disbursed_fen()),
                  money(forecast.has_low_disbursed_fen(), forecast.low_disbursed_fen()),
                  money(forecast.has_high_disbursed_fen(), forecast.high_disbursed_fen()),
                  money(forecast.has_late_disbursed_fen(), forecast.late_disbursed_fen()),
                  Word(say, forecast.likelihood()), say(forecast.basis_zh(), forecast.basis_en())});
  }
  if (table.empty()) return;
  out << '\n'
      << say("全年预计执行数（万元）：", "Expected by the end of the year (ten thousand yuan):")
      << '\n'
      << table.Render(width);
}

// Cells of what was observed: date, age, source, id, raw survey counts, evidence, note, by.
std::vector<std::string> ObservedCells(const v1::IndicatorPerformance& indicator) {
  if (!indicator.has_latest()) return std::vector<std::string>(10);
  const v1::Observation& latest = indicator.latest();
  const v1::ObservationEvent& event = latest.event();
  const bool survey = event.has_survey();
  return {event.observed_date(),
          std::to_string(indicator.age_days()),
          indicator.observed_text(),
          latest.source(),
          event.observation_id(),
          survey ? std::to_string(event.survey().satisfied_count()) : "",
          survey ? std::to_string(event.survey().asked_count()) : "",
          event.evidence(),
          event.note(),
          event.observed_by()};
}

std::vector<std::string> SurveyCells(const v1::IndicatorPerformance& indicator) {
  if (!indicator.has_survey()) return std::vector<std::string>(4);
  const v1::SurveyShare& survey = indicator.survey();
  return {CsvRatio(survey.share_ratio()), CsvRatio(survey.low_ratio()),
          CsvRatio(survey.high_ratio()), CsvBool(survey.certain())};
}

std::vector<std::string> TargetCells(const v1::IndicatorPerformance& indicator) {
  const v1::Target& target = indicator.target();
  return {indicator.target_text(),
          v1::TargetKind_Name(target.kind()),
          target.has_comparator() ? v1::Comparator_Name(target.comparator()) : "",
          target.value(),
          target.upper_value(),
          target.unit(),
          CsvBool(indicator.comparator_assumed())};
}

}  // namespace

void PrintPerformance(std::ostream& out, const Speech& say, const v1::PerformanceReport& report,
                      std::optional<int> width) {
  PrintReportHeading(out, say, say("绩效目标实现程度", "Performance"), report);
  out << '\n' << IndicatorTable(say, report).Render(width);
  PrintTotals(out, say, report, width);
  if (HasUnsure(report)) {
    out << say("* 调查样本太小，不能确定是否达标。",
               "* The sample of the survey is too small to be sure.")
        << '\n';
  }
  if (report.suspended_count() > 0) {
    const std::string count = std::to_string(report.suspended_count());
    out << say("待核（未对应任何指标）：" + count + " 条完成值",
               "In suspense (of no indicator in a plan): " + count + " observations")
        << '\n';
  }
  PrintMisses(out, say, report, width);
  PrintForecasts(out, say, report, width);
  PrintReportFindings(out, say, report, width);
}

void PrintPerformanceCounts(std::ostream& out, const Speech& say,
                            const v1::PerformanceReport& report, std::optional<int> width) {
  Table table({{say("项目编码", "Project"), Align::kLeft, 0},
               {say("项目名称", "Name"), Align::kLeft, 8},
               {say("指标", "Targets"), Align::kRight, 0},
               {say("达标", "Met"), Align::kRight, 0},
               {say("未达标", "Not met"), Align::kRight, 0},
               {say("未知", "Unknown"), Align::kRight, 0},
               {say("实现", "Attained"), Align::kRight, 0},
               {say("执行率", "Paid"), Align::kRight, 0}});
  const auto add = [&table](const std::string& code, const std::string& name,
                            const v1::PerformanceFigures& figures) {
    table.AddRow({code, name, std::to_string(figures.indicator_count()),
                  std::to_string(figures.met_count()), std::to_string(figures.not_met_count()),
                  std::to_string(figures.unknown_count()),
                  figures.has_attainment_ratio() ? FormatShare(figures.attainment_ratio()) : "-",
                  figures.has_execution_ratio() ? FormatShare(figures.execution_ratio()) : "-"});
  };
  for (const v1::ProjectPerformance& project : report.projects()) {
    if (project.indicators().empty()) continue;
    add(project.project_code(), project.project_name(), project.figures());
  }
  for (const v1::DepartmentPerformance& department : report.departments()) {
    add(department.department_code(), department.department_name(), department.figures());
  }
  if (!table.empty()) table.AddRule();
  add(say("合计", "Total"), "", report.totals());
  out << table.Render(width);
}

void WritePerformanceCsv(std::ostream& out, const v1::PerformanceReport& report) {
  WriteCsvRecord(out, {"department_code",
                       "fiscal_year",
                       "as_of_date",
                       "known_at_sequence",
                       "project_code",
                       "project_name",
                       "indicator_id",
                       "level1",
                       "level2",
                       "level3",
                       "description",
                       "target_text",
                       "target_kind",
                       "comparator",
                       "target_value",
                       "target_upper_value",
                       "target_unit",
                       "comparator_assumed",
                       "observed_date",
                       "age_days",
                       "observed_text",
                       "source",
                       "observation_id",
                       "satisfied",
                       "asked",
                       "evidence",
                       "note",
                       "observed_by",
                       "attainment_ratio",
                       "attainment_fraction",
                       "state",
                       "attainable",
                       "trend",
                       "likelihood",
                       "survey_share_ratio",
                       "survey_low_ratio",
                       "survey_high_ratio",
                       "survey_certain",
                       "reason_zh",
                       "reason_en"});
  for (const v1::ProjectPerformance& project : report.projects()) {
    for (const v1::IndicatorPerformance& indicator : project.indicators()) {
      std::vector<std::string> cells = {
          report.department_code(), std::to_string(report.fiscal_year()),
          report.as_of_date(),      std::to_string(report.known_at_sequence()),
          project.project_code(),   project.project_name(),
          indicator.indicator_id(), indicator.level1(),
          indicator.level2(),       indicator.level3(),
          indicator.description()};
      const auto append = [&cells](const std::vector<std::string>& more) {
        cells.insert(cells.end(), more.begin(), more.end());
      };
      append(TargetCells(indicator));
      append(ObservedCells(indicator));
      append({indicator.has_attainment_ratio() ? CsvRatio(indicator.attainment_ratio()) : "",
              indicator.attainment_fraction(), v1::TargetState_Name(indicator.state()),
              CsvBool(indicator.attainable()), v1::Trend_Name(indicator.trend()),
              v1::Likelihood_Name(indicator.likelihood())});
      append(SurveyCells(indicator));
      append({indicator.reason_zh(), indicator.reason_en()});
      WriteCsvRecord(out, cells);
    }
  }
}

}  // namespace budgetwatch::ctl
