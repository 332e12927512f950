#include "service/observations.h"

#include <map>
#include <set>

#include "domain/performance_report.h"
#include "service/payments.h"

namespace budgetwatch {
namespace {

using Kind = ObservationOutcome::Kind;

ObservationOutcome Rejected(ObservationRefusal refusal) {
  return {Kind::kRejected, 0, std::move(refusal)};
}

// The indicator that the year's last plan has; null when there is none.
const Indicator* IndicatorOf(const PlanRevisionPtr& carrier, const std::string& project_code,
                             const std::string& indicator_id) {
  if (carrier == nullptr) return nullptr;
  return FindIndicator(carrier->plan().projects[carrier->project_index.at(project_code)],
                       indicator_id);
}

PlanRevisionPtr CarrierOf(const LedgerState& state, int fiscal_year,
                          const std::string& project_code) {
  return state.plans().Carrier(fiscal_year, project_code, Date::LastOfYear(fiscal_year), kKnownNow);
}

// Decides a batch in order; each event sees those before it.
class Decision {
 public:
  Decision(const LedgerState& state, const std::string& source, Date today)
      : state_(state), source_(source), today_(today), rules_(state.ProfileAt(kKnownNow).score) {}

  ObservationOutcome Decide(ObservationEvent event) {
    if (auto refusal = CheckObservation(event, today_, rules_)) return Rejected(*refusal);
    if (const auto known = FindKnown(event.observation_id)) {
      if (*known->event == event) return {Kind::kDuplicate, known->sequence, std::nullopt};
      return Rejected({Reason::kObservationIdConflict, "observation_id",
                       "observation_id \"" + event.observation_id + "\" of source \"" + source_ +
                           "\" was recorded with other content (sequence " +
                           std::to_string(known->sequence) +
                           "); send changes as a correction with an id of its own"});
    }
    const int fiscal_year = event.observed_date.year();
    if (state_.IsClosed(fiscal_year)) {
      return Rejected({Reason::kFiscalYearClosed, "observed_date",
                       "fiscal year " + std::to_string(fiscal_year) + " is closed"});
    }
    if (auto refusal = CheckCorrected(event)) return Rejected(*refusal);
    const PlanRevisionPtr carrier = CarrierOf(state_, fiscal_year, event.project_code);
    const Indicator* indicator = IndicatorOf(carrier, event.project_code, event.indicator_id);
    if (indicator != nullptr) {
      if (auto refusal = CheckAgainstTarget(event, *indicator)) return Rejected(*refusal);
    }
    if (!event.corrects_observation_id.empty()) corrected_.insert(event.corrects_observation_id);
    entries_.push_back({source_, std::move(event)});
    here_.emplace(entries_.back().event.observation_id, entries_.size() - 1);
    return {indicator == nullptr ? Kind::kSuspended : Kind::kRecorded, SequenceOf(entries_.size()),
            std::nullopt};
  }

  std::vector<JournalEntry> TakeEntries() {
    std::vector<JournalEntry> entries;
    entries.reserve(entries_.size());
    for (ObservationEntry& entry : entries_) entries.emplace_back(std::move(entry));
    return entries;
  }

 private:
  struct Known {
    const ObservationEvent* event;
    Sequence sequence;
    bool corrected;
  };

  Sequence SequenceOf(size_t number) const {
    return state_.sequence() + static_cast<Sequence>(number);
  }

  std::optional<Known> FindKnown(const std::string& observation_id) const {
    if (const auto here = here_.find(observation_id); here != here_.end()) {
      return Known{&entries_[here->second].event, SequenceOf(here->second + 1),
                   corrected_.contains(observation_id)};
    }
    const RecordedObservation* recorded = state_.observations().Find(source_, observation_id);
    if (recorded == nullptr) return std::nullopt;
    return Known{&recorded->entry->event, recorded->sequence,
                 recorded->corrected_by != 0 || corrected_.contains(observation_id)};
  }

  std::optional<ObservationRefusal> CheckCorrected(const ObservationEvent& event) const {
    const std::string& id = event.corrects_observation_id;
    if (id.empty()) return std::nullopt;
    const auto refuse = [&id](const std::string& what) {
      return ObservationRefusal{Reason::kCorrectedNotFound, "corrects_observation_id",
                                "\"" + id + "\" " + what};
    };
    const auto known = FindKnown(id);
    if (!known) return refuse("of this source is not recorded; send it first");
    if (known->corrected) {
      return refuse("was corrected already; correct the observation that corrects it");
    }
    const ObservationEvent& corrected = *known->event;
    if (corrected.project_code != event.project_code ||
        corrected.indicator_id != event.indicator_id ||
        corrected.observed_date.year() != event.observed_date.year()) {
      return refuse("is about indicator " + corrected.indicator_id + " of project " +
                    corrected.project_code + " in " +
                    std::to_string(corrected.observed_date.year()) +
                    "; a correction stays with the indicator and the year");
    }
    return std::nullopt;
  }

  const LedgerState& state_;
  const std::string& source_;
  const Date today_;
  const ScoreRules& rules_;
  std::vector<ObservationEntry> entries_;
  std::map<std::string, size_t> here_;  // places in entries_, by id
  std::set<std::string> corrected_;     // by entries_
};

}  // namespace

Result<std::vector<ObservationOutcome>> Observations::Record(const std::string& source,
                                                             std::vector<Item> items) {
  if (Status status = CheckSource(source); !status.ok()) return status.error();
  if (items.size() > kMaxBatchEvents) {
    return Refusal(Reason::kBatchTooLarge, "observations",
                   std::to_string(items.size()) + " observations are too many; send at most " +
                       std::to_string(kMaxBatchEvents) + " at once");
  }
  std::vector<ObservationOutcome> outcomes;
  const Date today = calendar_.Today();
  const auto done =
      committer_.Run([&](const LedgerState& state) -> Result<std::vector<JournalEntry>> {
        Decision decision(state, source, today);
        outcomes.clear();
        outcomes.reserve(items.size());
        for (Item& item : items) {
          if (auto* refusal = std::get_if<ObservationRefusal>(&item)) {
            outcomes.push_back(Rejected(std::move(*refusal)));
          } else {
            outcomes.push_back(decision.Decide(std::move(std::get<ObservationEvent>(item))));
          }
        }
        return decision.TakeEntries();
      });
  if (!done.ok()) return done.error();
  return outcomes;
}

Result<Observations::Page> Observations::List(const Filter& filter, Sequence known_at,
                                              const std::optional<ObservationBook::Place>& after,
                                              size_t limit) const {
  if (!filter.indicator_id.empty() && filter.project_code.empty()) {
    return Refusal(Reason::kInvalidField, "indicator_id",
                   "indicator_id needs project_code: ids are unique within a project");
  }
  const Date from = filter.from.value_or(Date::FirstOfYear(filter.fiscal_year));
  const Date to = filter.to.value_or(Date::LastOfYear(filter.fiscal_year));
  return ledger_.View([&](const LedgerState& state) -> Result<Page> {
    Page page;
    const auto& places = state.observations().places();
    auto position = after ? places.upper_bound(*after)
                          : places.lower_bound({filter.fiscal_year, filter.project_code,
                                                filter.indicator_id, Date(), 0});
    for (; position != places.end(); ++position) {
      const auto& [place, observation] = *position;
      if (place.fiscal_year != filter.fiscal_year) break;
      if (!filter.project_code.empty() && place.project_code != filter.project_code) break;
      if (!filter.indicator_id.empty() && place.indicator_id != filter.indicator_id) break;
      if (place.date < from || place.date > to || place.sequence > known_at) continue;
      const bool suspended = IndicatorOf(CarrierOf(state, place.fiscal_year, place.project_code),
                                         place.project_code, place.indicator_id) == nullptr;
      if (filter.suspended_only && !suspended) continue;
      if (page.observations.size() == limit) {
        const RecordedObservation& last = page.observations.back().observation;
        const ObservationEvent& event = last.entry->event;
        page.next = ObservationBook::Place{event.observed_date.year(), event.project_code,
                                           event.indicator_id, event.observed_date, last.sequence};
        break;
      }
      Listed& listed = page.observations.emplace_back();
      listed.observation = *observation;
      if (listed.observation.corrected_by > known_at) listed.observation.corrected_by = 0;
      listed.suspended = suspended;
    }
    return page;
  });
}

}  // namespace budgetwatch
