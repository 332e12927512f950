#pragma once

#include <optional>
#include <string>
#include <variant>
#include <vector>

#include "service/business_calendar.h"
#include "service/committer.h"

namespace budgetwatch {

// What became of an observation.
struct ObservationOutcome {
  enum class Kind { kRecorded = 1, kDuplicate = 2, kSuspended = 3, kRejected = 4 };

  Kind kind = Kind::kRejected;
  Sequence sequence = 0;                      // 0 when rejected
  std::optional<ObservationRefusal> refusal;  // when rejected
};

// Records and lists observations of indicators. Thread-safe.
class Observations {
 public:
  // An event, or why it could not be read.
  using Item = std::variant<ObservationEvent, ObservationRefusal>;

  struct Filter {
    int fiscal_year = 0;
    std::string project_code;  // empty: any
    std::string indicator_id;  // empty: any; only with project_code
    std::optional<Date> from;
    std::optional<Date> to;
    bool suspended_only = false;
  };
  struct Listed {
    RecordedObservation observation;
    bool suspended = false;
  };
  struct Page {
    std::vector<Listed> observations;
    std::optional<ObservationBook::Place> next;  // last place of this page when there are more
  };

  Observations(const Ledger& ledger, Committer& committer, const BusinessCalendar& calendar)
      : ledger_(ledger), committer_(committer), calendar_(calendar) {}

  // One outcome for each item, in their order; what is not rejected is durable. Errors:
  // INVALID_SOURCE, BATCH_TOO_LARGE, and the committer's.
  Result<std::vector<ObservationOutcome>> Record(const std::string& source,
                                                 std::vector<Item> items);

  // Those known at `known_at`, after `after`. Errors: INVALID_FIELD. REQUIRES: limit > 0.
  Result<Page> List(const Filter& filter, Sequence known_at,
                    const std::optional<ObservationBook::Place>& after, size_t limit) const;

 private:
  const Ledger& ledger_;
  Committer& committer_;
  const BusinessCalendar& calendar_;
};

}  // namespace budgetwatch
