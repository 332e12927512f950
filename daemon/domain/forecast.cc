#include "domain/forecast.h"

#include <algorithm>
#include <limits>

#include "domain/money.h"
#include "domain/schedule.h"

namespace budgetwatch {
namespace {

constexpr int64_t kOne = kFullSharePpm;
// Older years say little about how a line is spent now.
constexpr size_t kMaxYears = 5;
// A year that paid back so much of what it had paid by a day says no more than this.
constexpr int64_t kMaxCompletionPpm = 3 * kOne / 2;
constexpr int64_t kWidthPpm = kOne / 8;
constexpr int64_t kWidthAlonePpm = kOne / 4;

int64_t Narrow(Int128 value) {
  return static_cast<int64_t>(std::clamp<Int128>(value, std::numeric_limits<int64_t>::min() + 1,
                                                 std::numeric_limits<int64_t>::max()));
}

// part / whole in millionths, held within [0, limit_ppm]. REQUIRES: whole > 0.
int64_t ShareOf(int64_t part, int64_t whole, int64_t limit_ppm) {
  if (part <= 0) return 0;
  if (static_cast<Int128>(part) * kOne >= static_cast<Int128>(whole) * limit_ppm) {
    return limit_ppm;
  }
  return MulDivRoundHalfUp(part, kOne, whole);
}

int64_t Part(int64_t amount_fen, int64_t share_ppm) {
  return MulDivRoundHalfUp(amount_fen, share_ppm, kOne);
}

// amount / share, bounded. REQUIRES: share_ppm > 0.
int64_t Over(int64_t amount_fen, int64_t share_ppm) {
  return Narrow(static_cast<Int128>(amount_fen) * kOne / share_ppm);
}

// REQUIRES: not empty.
int64_t Median(std::vector<int64_t> values) {
  std::sort(values.begin(), values.end());
  const size_t middle = values.size() / 2;
  if (values.size() % 2 == 1) return values[middle];
  return (values[middle - 1] + values[middle] + 1) / 2;
}

// The median of earlier years, with `prior` counting as `prior_halves` half years.
int64_t Blend(const std::vector<int64_t>& years, int64_t prior, int64_t prior_halves) {
  if (years.empty()) return prior;
  const int64_t year_halves = 2 * static_cast<int64_t>(years.size());
  return MulDivRoundHalfUp(year_halves * Median(years) + prior_halves * prior, 1,
                           year_halves + prior_halves);
}

// √(share), both in millionths, rounded down.
int64_t SquareRoot(int64_t share_ppm) {
  const int64_t square = share_ppm * kOne;
  int64_t root = 0;
  for (int64_t bit = int64_t{1} << 20; bit > 0; bit >>= 1) {
    if ((root + bit) * (root + bit) <= square) root += bit;
  }
  return root;
}

int64_t TimePpm(int fiscal_year, Date date) {
  const Share progress = TimeProgressInYear(fiscal_year, date);
  return MulDivRoundHalfUp(kOne, progress.numerator, progress.denominator);
}

int64_t Ppm(const Share& share) {
  return MulDivRoundHalfUp(kOne, share.numerator, share.denominator);
}

// What the plan has by a date, its checkpoints joined by straight lines.
int64_t PlanPpm(const Project& project, int fiscal_year, Date date, const Profile& profile) {
  if (project.checkpoints.empty()) return TimePpm(fiscal_year, date);
  const SchedulePosition position = PositionAt(project, fiscal_year, date, profile);
  const int64_t from_ppm = Ppm(position.planned);
  const Date from = position.last_checkpoint.value_or(Date::FirstOfYear(fiscal_year).AddDays(-1));
  const int64_t days = position.next_checkpoint.day_number() - from.day_number();
  if (days <= 0) return from_ppm;
  return from_ppm + MulDivRoundHalfUp(Ppm(position.next) - from_ppm,
                                      date.day_number() - from.day_number(), days);
}

// What earlier years show, each share in millionths.
struct History {
  std::vector<int64_t> completions;  // a/y
  std::vector<int64_t> rates;        // y/b, at most 1
  std::vector<int64_t> late_parts;   // late/(y − a)
  int year_count = 0;                // that show anything
};

History Look(const std::vector<EarlierYear>& earlier) {
  History history;
  const size_t skipped = earlier.size() > kMaxYears ? earlier.size() - kMaxYears : 0;
  for (size_t i = skipped; i < earlier.size(); ++i) {
    const EarlierYear& year = earlier[i];
    const int64_t paid_fen = year.disbursed_year_fen;
    if (paid_fen > 0) {
      history.completions.push_back(ShareOf(year.disbursed_fen, paid_fen, kMaxCompletionPpm));
      if (paid_fen > year.disbursed_fen) {
        const int64_t rest_fen = Narrow(static_cast<Int128>(paid_fen) - year.disbursed_fen);
        history.late_parts.push_back(ShareOf(year.late_disbursed_fen, rest_fen, kOne));
      }
    }
    if (year.budget_fen > 0) history.rates.push_back(ShareOf(paid_fen, year.budget_fen, kOne));
    if (paid_fen > 0 || year.budget_fen > 0) ++history.year_count;
  }
  return history;
}

// One line while its year runs; the letters of forecast.h.
class Forecaster {
 public:
  Forecaster(const Project& project, int fiscal_year, Date as_of, int64_t disbursed_fen,
             const History& history, const Profile& profile)
      : history_(history),
        budget_fen_(project.budget_fen),
        disbursed_fen_(disbursed_fen),
        time_ppm_(TimePpm(fiscal_year, as_of)),
        plan_ppm_(PlanPpm(project, fiscal_year, as_of, profile)),
        completion_ppm_(Blend(history.completions, plan_ppm_, 2)),
        rate_ppm_(Blend(history.rates, kOne, 1)) {
    if (history.completions.empty()) return;
    const int64_t usual_ppm = Median(history.completions);
    if (usual_ppm <= kOne) return;
    usual_return_ppm_ = usual_ppm;
    largest_return_ppm_ = *std::max_element(history.completions.begin(), history.completions.end());
  }

  int64_t completion_ppm() const { return completion_ppm_; }
  int64_t rate_ppm() const { return rate_ppm_; }

  int64_t kept_ppm() const {
    if (disbursed_fen_ < 0) return kOne;
    return std::max(kOne / 2, std::min({completion_ppm_, time_ppm_, kOne}));
  }

  int64_t Point() const {
    return Bounded(Estimate(completion_ppm_, rate_ppm_, kept_ppm()), usual_return_ppm_);
  }

  // What is reached when the whole budget is spent but for the gap that stays.
  int64_t Reach() const {
    const int64_t estimate_fen = Estimate(completion_ppm_, kOne, kept_ppm());
    return Bounded(Narrow(static_cast<Int128>(estimate_fen) + WidthFen()), usual_return_ppm_);
  }

  void Range(int64_t point_fen, Forecast* forecast) const {
    const int64_t kept = kept_ppm();
    std::vector<int64_t> estimates = {Estimate(completion_ppm_, rate_ppm_, kOne),
                                      Estimate(plan_ppm_, rate_ppm_, kept)};
    if (disbursed_fen_ >= 0) estimates.push_back(Estimate(completion_ppm_, rate_ppm_, 0));
    for (const int64_t completion_ppm : history_.completions) {
      estimates.push_back(Estimate(completion_ppm, rate_ppm_, kept));
    }
    for (const int64_t rate_ppm : history_.rates) {
      estimates.push_back(Estimate(completion_ppm_, rate_ppm, kept));
    }
    const auto [least, most] = std::minmax_element(estimates.begin(), estimates.end());
    const int64_t width_fen = WidthFen();
    const int64_t low_fen = Narrow(static_cast<Int128>(*least) - width_fen);
    const int64_t high_fen = Narrow(static_cast<Int128>(*most) + width_fen);
    forecast->low_fen = std::min(point_fen, Bounded(low_fen, largest_return_ppm_));
    forecast->high_fen = std::max(point_fen, Bounded(high_fen, usual_return_ppm_));
    if (disbursed_fen_ > budget_fen_) {
      const int64_t ahead_fen = Part(std::max(disbursed_fen_, Part(budget_fen_, rate_ppm_)),
                                     std::max<int64_t>(0, kOne - completion_ppm_));
      forecast->high_fen =
          std::max(forecast->high_fen, Narrow(static_cast<Int128>(disbursed_fen_) + ahead_fen));
    }
  }

 private:
  // F before it is bounded.
  int64_t Estimate(int64_t completion_ppm, int64_t rate_ppm, int64_t kept) const {
    const int64_t usual_fen = Part(budget_fen_, rate_ppm);
    const int64_t due_fen = Part(usual_fen, completion_ppm);
    const int64_t gap_fen = Narrow(static_cast<Int128>(disbursed_fen_) - due_fen);
    return Narrow(static_cast<Int128>(usual_fen) + Part(gap_fen, kept));
  }

  int64_t WidthFen() const {
    const int64_t ahead_ppm = kOne - std::min({completion_ppm_, time_ppm_, kOne});
    return Part(Part(budget_fen_, SquareRoot(ahead_ppm)),
                history_.year_count > 0 ? kWidthPpm : kWidthAlonePpm);
  }

  int64_t Bounded(int64_t amount_fen, int64_t return_ppm) const {
    const int64_t floor_fen =
        disbursed_fen_ > 0 ? Over(disbursed_fen_, return_ppm) : disbursed_fen_;
    return std::max(floor_fen, std::min(amount_fen, budget_fen_));
  }

  const History& history_;
  const int64_t budget_fen_;
  const int64_t disbursed_fen_;
  const int64_t time_ppm_;
  const int64_t plan_ppm_;
  const int64_t completion_ppm_;
  const int64_t rate_ppm_;
  // a/y where refunds are usual.
  int64_t usual_return_ppm_ = kOne;
  int64_t largest_return_ppm_ = kOne;
};

// Part of what is still to be paid that will be paid after the late day.
int64_t LatePpm(const Project& project, int fiscal_year, Date as_of, Date late_day,
                const History& history, const Profile& profile) {
  int64_t ahead_ppm = kOne - PlanPpm(project, fiscal_year, as_of, profile);
  int64_t late_ppm = kOne - PlanPpm(project, fiscal_year, late_day, profile);
  if (ahead_ppm == 0) {
    // All is overdue: it may come on any day.
    ahead_ppm = kOne - TimePpm(fiscal_year, as_of);
    late_ppm = kOne - TimePpm(fiscal_year, late_day);
  }
  return Blend(history.late_parts, ShareOf(late_ppm, ahead_ppm, kOne), 2);
}

Likelihood LikelihoodOf(int64_t low_fen, int64_t reach_fen, int64_t budget_fen,
                        const Profile& profile) {
  const Due all = DueOf(budget_fen, {1, 1});
  if (budget_fen == 0) return Likelihood::kCertain;
  if (!FallsShort(low_fen, budget_fen, all, profile.shortfall_ppm)) {
    return Likelihood::kCertain;
  }
  if (FallsShort(reach_fen, budget_fen, all, profile.shortfall_ppm)) {
    return Likelihood::kImpossible;
  }
  return Likelihood::kPossible;
}

Forecast Without(std::string basis_zh, std::string basis_en) {
  Forecast forecast;
  forecast.basis_zh = std::move(basis_zh);
  forecast.basis_en = std::move(basis_en);
  return forecast;
}

// Why there is too little to say in a running year; nothing when there is not.
std::optional<Forecast> TooLittle(const Project& project, int fiscal_year, Date as_of,
                                  int64_t disbursed_fen, const History& history) {
  if (history.year_count > 0 || disbursed_fen >= project.budget_fen) return std::nullopt;
  if (as_of < Date::LastOfMonth(fiscal_year, 1)) {
    return Without("年初不足一个月，且无往年数据，暂不预计。",
                   "Less than a month of the year has gone and there are no earlier years: too "
                   "early to say.");
  }
  if (disbursed_fen <= 0 && PlannedShare(project, fiscal_year, as_of).numerator == 0) {
    return Without("按支出计划尚无应支出款项，未发生支出，且无往年数据，暂不预计。",
                   "Nothing is due by the plan yet, nothing has been paid and there are no "
                   "earlier years: too little to say.");
  }
  return std::nullopt;
}

std::string PercentOf(int64_t ppm) {
  return FormatPercent(static_cast<int32_t>(MulDivRoundHalfUp(ppm, 1, 100) * 100)) + "%";
}

// How the forecast of a running year was made.
void DescribeBasis(const Project& project, int64_t disbursed_fen, const Forecaster& forecaster,
                   Forecast* forecast) {
  if (disbursed_fen > project.budget_fen) {
    forecast->basis_zh = "已超出预算，按已支出数预计；上限为今后仍照常支出的结果。";
    forecast->basis_en =
        "More than the budget has been paid: what is paid, and at most what comes when payment "
        "goes on as usual.";
    return;
  }
  if (disbursed_fen == project.budget_fen) {
    forecast->basis_zh = project.budget_fen == 0 ? "预算为 0，未发生支出。" : "预算已全部支出。";
    forecast->basis_en = project.budget_fen == 0 ? "The budget is 0 and nothing has been paid."
                                                 : "The whole budget has been paid.";
    return;
  }
  const bool scheduled = !project.checkpoints.empty();
  const std::string count = std::to_string(forecast->year_count);
  const std::string rate = PercentOf(forecaster.rate_ppm());
  const std::string due = PercentOf(forecaster.completion_ppm());
  const std::string kept = PercentOf(forecaster.kept_ppm());
  const bool alone = forecast->year_count == 0;
  forecast->basis_zh = "全年按预算的 " + rate + " 估计，对照" +
                       (scheduled ? "支出计划" : "序时进度") +
                       (alone ? "（无往年数据）" : "和前 " + count + " 年同期情况") +
                       "，目前应完成其中 " + due + "，实际支出与此的差额按 " + kept + " 计入年底。";
  forecast->basis_en = "The year is taken to come to " + rate + " of the budget, " + due +
                       " of it by now by " + (scheduled ? "the plan" : "time progress") +
                       (alone ? " (no earlier years)" : " and " + count + " earlier year(s)") +
                       "; " + kept + " of the gap to what is paid is carried to the year's end.";
}

}  // namespace

Forecast ForecastOf(const Project& project, int fiscal_year, Date as_of, const Total& disbursed,
                    int64_t late_disbursed_fen, const std::vector<EarlierYear>& earlier,
                    const Profile& profile) {
  const int64_t disbursed_fen = disbursed.amount_fen;
  if (as_of < Date::FirstOfYear(fiscal_year)) {
    return Without("年度尚未开始，暂不预计。", "The year has not begun.");
  }
  Forecast forecast;
  if (as_of >= Date::LastOfYear(fiscal_year)) {
    forecast.disbursed_fen = forecast.low_fen = forecast.high_fen = disbursed_fen;
    forecast.late_fen = late_disbursed_fen;
    forecast.likelihood = LikelihoodOf(disbursed_fen, disbursed_fen, project.budget_fen, profile);
    forecast.basis_zh = "年度已结束，为实际执行数。";
    forecast.basis_en = "The year is over: what was paid.";
    return forecast;
  }
  const History history = Look(earlier);
  if (auto none = TooLittle(project, fiscal_year, as_of, disbursed_fen, history)) return *none;

  const Forecaster forecaster(project, fiscal_year, as_of, disbursed_fen, history, profile);
  const int64_t point_fen = forecaster.Point();
  forecast.disbursed_fen = point_fen;
  forecaster.Range(point_fen, &forecast);
  forecast.year_count = history.year_count;

  const Date late_day =
      DayInYear(profile.backloaded_after.month, profile.backloaded_after.day, fiscal_year);
  const int64_t ahead_fen = Narrow(static_cast<Int128>(point_fen) - disbursed_fen);
  if (as_of >= late_day) {
    forecast.late_fen = Narrow(static_cast<Int128>(late_disbursed_fen) + ahead_fen);
  } else if (ahead_fen > 0) {
    forecast.late_fen =
        Part(ahead_fen, LatePpm(project, fiscal_year, as_of, late_day, history, profile));
  }
  forecast.likelihood =
      LikelihoodOf(forecast.low_fen, std::max(forecast.high_fen, forecaster.Reach()),
                   project.budget_fen, profile);
  DescribeBasis(project, disbursed_fen, forecaster, &forecast);
  return forecast;
}

}  // namespace budgetwatch
