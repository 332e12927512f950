#include "budgetctl/observation_import.h"

#include <utility>

#include "budgetctl/import_output.h"
#include "budgetctl/import_tally.h"
#include "import/observation_csv.h"

namespace budgetwatch::ctl {
namespace {

// A batch is sent early beyond this size: gRPC refuses messages above 4 MiB.
constexpr size_t kBatchBytesMax = 1024 * 1024;
constexpr size_t kBatchRowsMax = 1'000;

constexpr ImportWords kWords = {
    "条", "observations", "待核：该年度的计划中还没有这些指标；下达带有指标的计划后自动归入。",
    "Suspended: no plan of the year has these indicators yet; they count by themselves "
    "once one does."};

std::vector<NamedText> TextsOf(const ObservationRow& row) {
  return {{"observation_id", &row.observation_id},
          {"project_code", &row.project_code},
          {"indicator_id", &row.indicator_id},
          {"observed_date", &row.observed_date},
          {"unit", &row.unit},
          {"evidence", &row.evidence},
          {"note", &row.note},
          {"observed_by", &row.observed_by},
          {"corrects_observation_id", &row.corrects_observation_id}};
}

v1::AchievementDegree DegreeOf(AchievementDegree degree) {
  switch (degree) {
    case AchievementDegree::kAchieved: return v1::ACHIEVEMENT_DEGREE_ACHIEVED;
    case AchievementDegree::kPartly: return v1::ACHIEVEMENT_DEGREE_PARTLY;
    case AchievementDegree::kNotAchieved: return v1::ACHIEVEMENT_DEGREE_NOT_ACHIEVED;
  }
  return v1::ACHIEVEMENT_DEGREE_UNSPECIFIED;
}

// Puts a value into its event.
struct ValueSetter {
  v1::ObservationEvent* event;

  void operator()(const NumberValue& value) const { event->set_number(value.decimal); }
  void operator()(const YesNoValue& value) const { event->set_yes(value.yes); }
  void operator()(const AchievementValue& value) const {
    event->set_achievement(DegreeOf(value.degree));
    event->set_achieved_percent(value.percent);
  }
  void operator()(const SurveyValue& value) const {
    event->mutable_survey()->set_satisfied_count(value.satisfied_count);
    event->mutable_survey()->set_asked_count(value.asked_count);
  }
  void operator()(const CompletionValue& value) const {
    event->set_completed_date(value.date.ToString());
  }
};

v1::ObservationEvent ToEvent(ObservationRow row) {
  v1::ObservationEvent event;
  event.set_observation_id(std::move(row.observation_id));
  event.set_project_code(std::move(row.project_code));
  event.set_indicator_id(std::move(row.indicator_id));
  event.set_observed_date(std::move(row.observed_date));
  std::visit(ValueSetter{&event}, row.value);
  event.set_unit(std::move(row.unit));
  event.set_evidence(std::move(row.evidence));
  event.set_note(std::move(row.note));
  event.set_observed_by(std::move(row.observed_by));
  event.set_corrects_observation_id(std::move(row.corrects_observation_id));
  return event;
}

// Sends observations in batches, one call at a time: there are few of them beside
// payments. Thread-compatible.
class BatchSender {
 public:
  BatchSender(client::Connection* connection, std::string source, ObservationTally* tally)
      : connection_(connection), source_(std::move(source)), tally_(tally) {}

  client::CallStatus Add(v1::ObservationEvent event, int64_t row_number) {
    const size_t event_bytes = event.ByteSizeLong();
    const bool full = rows_.size() == kBatchRowsMax || batch_bytes_ + event_bytes > kBatchBytesMax;
    if (full) {
      if (client::CallStatus status = Flush(); !status.ok()) return status;
    }
    batch_bytes_ += event_bytes;
    *batch_.add_observations() = std::move(event);
    rows_.push_back(row_number);
    return client::CallStatus();
  }

  // Sends what is left.
  client::CallStatus Flush() {
    if (rows_.empty()) return client::CallStatus();
    batch_.set_source(source_);
    v1::RecordObservationsResponse response;
    client::CallStatus status = connection_->RecordObservations(batch_, &response);
    if (!status.ok()) return status;
    if (response.outcomes_size() != batch_.observations_size()) {
      return client::FailedCall(client::CallCode::kInternal,
                                "the server answered " + std::to_string(response.outcomes_size()) +
                                    " outcomes for " + std::to_string(batch_.observations_size()) +
                                    " observations; client and server do not fit");
    }
    for (int i = 0; i < response.outcomes_size(); ++i) {
      tally_->AddOutcome(rows_[static_cast<size_t>(i)], response.outcomes(i));
    }
    batch_.Clear();
    rows_.clear();
    batch_bytes_ = 0;
    return client::CallStatus();
  }

 private:
  client::Connection* const connection_;
  const std::string source_;
  ObservationTally* const tally_;
  v1::RecordObservationsRequest batch_;
  std::vector<int64_t> rows_;
  size_t batch_bytes_ = 0;
};

// Sends the rows of the file; says why when it stops before its end.
std::optional<ImportEnding> SendObservations(const Context& context, const Interrupt& interrupt,
                                             ObservationCsvReader* reader, BatchSender* sender,
                                             ObservationTally* tally) {
  ProgressBar progress(context.terminal.err, context.terminal.err_width);
  const std::optional<ImportEnding> ending = SendRows<ObservationRow>(
      context, interrupt, reader, tally, &progress, TextsOf, [&](ObservationRow row) {
        const int64_t row_number = row.row_number;
        return sender->Add(ToEvent(std::move(row)), row_number);
      });
  // What an interruption or a damaged file leaves behind is not sent.
  if (ending) return ending;
  const client::CallStatus status = sender->Flush();
  return status.ok() ? ending : FailedImport(context, interrupt, status);
}

}  // namespace

ExitCode ImportObservations(const Context& context, const std::string& path,
                            const std::string& source) {
  Result<std::unique_ptr<ObservationCsvReader>> reader = ObservationCsvReader::Open(path);
  if (!reader.ok()) return context.Fail(reader.error());

  const Interrupt interrupt;
  client::Connection connection(context.ConnectionSettings());
  ObservationTally tally;
  BatchSender sender(&connection, source, &tally);
  const std::optional<ImportEnding> ending =
      SendObservations(context, interrupt, reader.value().get(), &sender, &tally);
  return ConcludeImport(context, tally.summary(), ending, kWords, "");
}

}  // namespace budgetwatch::ctl
