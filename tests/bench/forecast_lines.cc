// Forecasts lines read from standard input, one each, for forecast.py. A line is numbers
// and dates with blanks between them:
//   budget fiscal_year as_of disbursed late_disbursed
//   number of checkpoints, then each as date and millionths
//   number of earlier years, then each as year, budget, disbursed, late, in all
// and is answered with: point low high late likelihood (0 to 3), or "-" without a forecast.
// Exit code 2 when a line cannot be read.

#include <iostream>
#include <sstream>
#include <string>

#include "domain/forecast.h"

namespace budgetwatch::bench {
namespace {

struct Line {
  Project project;
  int fiscal_year = 0;
  Date as_of;
  Total disbursed;
  int64_t late_disbursed_fen = 0;
  std::vector<EarlierYear> earlier;
};

bool ReadDate(std::istream& in, Date* date) {
  std::string text;
  in >> text;
  const auto parsed = Date::Parse(text);
  if (!parsed) return false;
  *date = *parsed;
  return true;
}

bool Read(const std::string& text, Line* line) {
  std::istringstream in(text);
  in >> line->project.budget_fen >> line->fiscal_year;
  if (!ReadDate(in, &line->as_of)) return false;
  in >> line->disbursed.amount_fen >> line->late_disbursed_fen;
  size_t count = 0;
  in >> count;
  for (; in && count > 0; --count) {
    Checkpoint checkpoint;
    if (!ReadDate(in, &checkpoint.date)) return false;
    in >> checkpoint.cumulative_ppm.emplace();
    line->project.checkpoints.push_back(checkpoint);
  }
  in >> count;
  for (; in && count > 0; --count) {
    EarlierYear year;
    in >> year.fiscal_year >> year.budget_fen >> year.disbursed_fen >> year.late_disbursed_fen >>
        year.disbursed_year_fen;
    line->earlier.push_back(year);
  }
  std::string rest;
  return in && !(in >> rest);
}

void Answer(const Line& line) {
  const Forecast forecast = ForecastOf(line.project, line.fiscal_year, line.as_of, line.disbursed,
                                       line.late_disbursed_fen, line.earlier, Profile());
  if (!forecast.disbursed_fen) {
    std::cout << "-\n";
    return;
  }
  std::cout << *forecast.disbursed_fen << ' ' << forecast.low_fen << ' ' << forecast.high_fen << ' '
            << forecast.late_fen << ' ' << static_cast<int>(forecast.likelihood) << '\n';
}

int Run() {
  std::string text;
  for (int number = 1; std::getline(std::cin, text); ++number) {
    Line line;
    if (!Read(text, &line)) {
      std::cerr << "forecast_lines: line " << number << " of the input cannot be read\n";
      return 2;
    }
    Answer(line);
  }
  return 0;
}

}  // namespace
}  // namespace budgetwatch::bench

int main() { return budgetwatch::bench::Run(); }
