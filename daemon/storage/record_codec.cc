#include "storage/record_codec.h"

#include "base/wire.h"
#include "budgetwatch/storage/v1/journal.pb.h"
#include "storage/payment_record.h"
#include "storage/plan_record.h"
#include "storage/result_record.h"

namespace budgetwatch {
namespace {

bool InRange(int value, int first, int last) { return value >= first && value <= last; }

void Encode(const PlanEntry& entry, storage::v1::PlanEntry* stored) {
  stored->set_effective_day(entry.effective_date.day_number());
  stored->set_reason(entry.reason);
  stored->set_document_number(entry.document_number);
  stored->set_revision_number(entry.revision_number);
  EncodePlan(entry.plan, stored->mutable_plan());
}

bool Decode(storage::v1::PlanEntry&& stored, PlanEntry* entry) {
  entry->effective_date = Date::FromDayNumber(stored.effective_day());
  entry->reason = stored.reason();
  entry->document_number = stored.document_number();
  entry->revision_number = stored.revision_number();
  return DecodePlan(stored.plan(), &entry->plan);
}

void Encode(const Figures& figures, storage::v1::StoredFigures* stored) {
  if (figures.budget_fen) stored->set_budget_fen(*figures.budget_fen);
  if (figures.disbursed_fen) stored->set_disbursed_fen(*figures.disbursed_fen);
  if (figures.expected) {
    stored->set_expected_numerator(figures.expected->numerator);
    stored->set_expected_denominator(figures.expected->denominator);
  }
  if (figures.gap_fen) stored->set_gap_fen(*figures.gap_fen);
  if (figures.payment_count) stored->set_payment_count(*figures.payment_count);
  if (figures.attained_ppm) stored->set_attained_ppm(*figures.attained_ppm);
  if (figures.indicator_count) stored->set_indicator_count(*figures.indicator_count);
  stored->set_target_text(figures.target_text);
  stored->set_observed_text(figures.observed_text);
}

bool Decode(const storage::v1::StoredFigures& stored, Figures* figures) {
  if (stored.has_budget_fen()) figures->budget_fen = stored.budget_fen();
  if (stored.has_disbursed_fen()) figures->disbursed_fen = stored.disbursed_fen();
  if (stored.has_expected_denominator()) {
    if (stored.expected_denominator() <= 0) return false;
    figures->expected = Share{stored.expected_numerator(), stored.expected_denominator()};
  }
  if (stored.has_gap_fen()) figures->gap_fen = stored.gap_fen();
  if (stored.has_payment_count()) figures->payment_count = stored.payment_count();
  if (stored.has_attained_ppm()) figures->attained_ppm = stored.attained_ppm();
  if (stored.has_indicator_count()) figures->indicator_count = stored.indicator_count();
  figures->target_text = stored.target_text();
  figures->observed_text = stored.observed_text();
  return true;
}

void Encode(const WarningEntry& entry, storage::v1::WarningEntry* stored) {
  stored->set_rule(static_cast<int>(entry.id.rule));
  stored->set_subject_kind(static_cast<int>(entry.id.subject_kind));
  stored->set_subject_code(entry.id.subject_code);
  stored->set_fiscal_year(entry.id.fiscal_year);
  if (entry.id.checkpoint) stored->set_checkpoint_day(entry.id.checkpoint->day_number());
  stored->set_change(static_cast<int>(entry.change));
  stored->set_day(entry.date.day_number());
  stored->set_department_code(entry.department_code);
  stored->set_subject_name(entry.subject_name);
  stored->set_severity(static_cast<int>(entry.severity));
  Encode(entry.figures, stored->mutable_figures());
  if (!entry.explanation) return;
  auto* explanation = stored->mutable_explanation();
  explanation->set_cause(static_cast<int>(entry.explanation->cause));
  explanation->set_text(entry.explanation->text);
  explanation->set_measure(entry.explanation->measure);
  if (entry.explanation->due_date) {
    explanation->set_due_day(entry.explanation->due_date->day_number());
  }
  explanation->set_explained_by(entry.explanation->explained_by);
  explanation->set_measure_done(entry.explanation->measure_done);
  explanation->set_measure_result(entry.explanation->measure_result);
}

bool Decode(storage::v1::WarningEntry&& stored, WarningEntry* entry) {
  if (RuleName(static_cast<Rule>(stored.rule())).empty() ||
      !InRange(stored.subject_kind(), 1, static_cast<int>(SubjectKind::kIndicator)) ||
      !InRange(stored.change(), 1, static_cast<int>(WarningChange::kSuperseded)) ||
      !InRange(stored.severity(), 1, static_cast<int>(Severity::kCritical))) {
    return false;
  }
  entry->id.rule = static_cast<Rule>(stored.rule());
  entry->id.subject_kind = static_cast<SubjectKind>(stored.subject_kind());
  entry->id.subject_code = stored.subject_code();
  entry->id.fiscal_year = stored.fiscal_year();
  if (stored.has_checkpoint_day()) {
    entry->id.checkpoint = Date::FromDayNumber(stored.checkpoint_day());
  }
  entry->change = static_cast<WarningChange>(stored.change());
  entry->date = Date::FromDayNumber(stored.day());
  entry->department_code = stored.department_code();
  entry->subject_name = stored.subject_name();
  entry->severity = static_cast<Severity>(stored.severity());
  if (!Decode(stored.figures(), &entry->figures)) return false;
  if (!stored.has_explanation()) return true;
  const auto& explanation = stored.explanation();
  if (!InRange(explanation.cause(), 1, static_cast<int>(CauseClass::kOther))) return false;
  entry->explanation.emplace();
  entry->explanation->cause = static_cast<CauseClass>(explanation.cause());
  entry->explanation->text = explanation.text();
  entry->explanation->measure = explanation.measure();
  if (explanation.has_due_day()) {
    entry->explanation->due_date = Date::FromDayNumber(explanation.due_day());
  }
  entry->explanation->explained_by = explanation.explained_by();
  entry->explanation->measure_done = explanation.measure_done();
  entry->explanation->measure_result = explanation.measure_result();
  return true;
}

template <typename Entry, typename Stored>
bool DecodeInto(Stored* stored, JournalEntry* entry) {
  return Decode(std::move(*stored), &*entry->emplace<Boxed<Entry>>());
}

// An entry that is no payment.
bool DecodeControlEntry(std::string_view bytes, JournalEntry* entry) {
  using Stored = storage::v1::JournalEntry;
  Stored stored;
  if (!stored.ParseFromArray(bytes.data(), static_cast<int>(bytes.size()))) return false;
  switch (stored.entry_case()) {
    case Stored::kPlan: return DecodeInto<PlanEntry>(stored.mutable_plan(), entry);
    case Stored::kWarning: return DecodeInto<WarningEntry>(stored.mutable_warning(), entry);
    case Stored::kClosing:
      entry->emplace<Boxed<ClosingEntry>>()->fiscal_year = stored.closing().fiscal_year();
      return true;
    case Stored::kProfile:
      return DecodeProfile(stored.profile(), &entry->emplace<Boxed<ProfileEntry>>()->profile);
    case Stored::kObservation:
      return DecodeObservation(stored.observation(), &*entry->emplace<Boxed<ObservationEntry>>());
    case Stored::kReview:
      return DecodeReview(stored.review(), &*entry->emplace<Boxed<ReviewEntry>>());
    case Stored::kPayment:
    case Stored::ENTRY_NOT_SET: return false;
  }
  return false;
}

std::string EncodeControlEntry(const JournalEntry& entry) {
  storage::v1::JournalEntry stored;
  if (const auto* plan = ControlOf<PlanEntry>(entry)) {
    Encode(*plan, stored.mutable_plan());
  } else if (const auto* warning = ControlOf<WarningEntry>(entry)) {
    Encode(*warning, stored.mutable_warning());
  } else if (const auto* closing = ControlOf<ClosingEntry>(entry)) {
    stored.mutable_closing()->set_fiscal_year(closing->fiscal_year);
  } else if (const auto* profile = ControlOf<ProfileEntry>(entry)) {
    EncodeProfile(profile->profile, stored.mutable_profile());
  } else if (const auto* observation = ControlOf<ObservationEntry>(entry)) {
    EncodeObservation(*observation, stored.mutable_observation());
  } else if (const auto* review = ControlOf<ReviewEntry>(entry)) {
    EncodeReview(*review, stored.mutable_review());
  }
  return stored.SerializeAsString();
}

// Fields of storage.v1.JournalRecord, and the first one of JournalEntry.
constexpr int kFirstSequence = 1;
constexpr int kRecordedMicros = 2;
constexpr int kEntries = 3;
constexpr int kChainHash = 4;
constexpr int kPayment = 1;

void AppendTag(int field, bool bytes, std::string* out) {
  out->push_back(static_cast<char>(field << 3 | (bytes ? 2 : 0)));
}

void AppendBytes(int field, std::string_view bytes, std::string* out) {
  AppendTag(field, true, out);
  AppendVarint(bytes.size(), out);
  out->append(bytes);
}

}  // namespace

std::string EncodeJournalRecord(const Commit& commit, size_t begin, size_t end) {
  std::string record;
  std::string payment;
  record.reserve((end - begin) * 160);
  AppendTag(kFirstSequence, false, &record);
  AppendVarint(static_cast<uint64_t>(commit.first_sequence) + begin, &record);
  AppendTag(kRecordedMicros, false, &record);
  AppendVarint(static_cast<uint64_t>(commit.recorded_time), &record);
  for (size_t i = begin; i < end; ++i) {
    if (const auto* entry = std::get_if<PaymentEntry>(&commit.entries[i])) {
      payment.clear();
      AppendPaymentRecord(*entry, &payment);
      AppendTag(kEntries, true, &record);
      AppendVarint(1 + VarintSize(payment.size()) + payment.size(), &record);
      AppendBytes(kPayment, payment, &record);
    } else {
      AppendBytes(kEntries, EncodeControlEntry(commit.entries[i]), &record);
    }
  }
  return record;
}

std::optional<JournalRecord> JournalRecord::Parse(std::string bytes) {
  JournalRecord record;
  record.bytes_ = std::make_unique<const std::string>(std::move(bytes));
  WireReader reader(*record.bytes_);
  while (reader.Next()) {
    const bool number = reader.field() == kFirstSequence || reader.field() == kRecordedMicros;
    if (number ? !reader.is_varint() : !reader.is_bytes()) return std::nullopt;
    switch (reader.field()) {
      case kFirstSequence: record.first_sequence_ = static_cast<Sequence>(reader.varint()); break;
      case kRecordedMicros: record.recorded_time_ = static_cast<WallMicros>(reader.varint()); break;
      case kEntries: record.entries_.push_back(reader.bytes()); break;
      case kChainHash: break;
      default: return std::nullopt;
    }
  }
  if (!reader.done() || record.first_sequence_ < 1 || record.entries_.empty()) return std::nullopt;
  return record;
}

std::optional<JournalItem> JournalRecord::Item(Sequence sequence) const {
  JournalItem item{sequence, recorded_time_, {}};
  const std::string_view bytes = entries_[static_cast<size_t>(sequence - first_sequence_)];
  WireReader reader(bytes);
  if (!reader.Next() || !reader.is_bytes()) return std::nullopt;
  const bool decoded =
      reader.field() == kPayment
          ? ParsePaymentRecord(reader.bytes(), &item.entry.emplace<PaymentEntry>()) && reader.done()
          : DecodeControlEntry(bytes, &item.entry);
  if (!decoded) return std::nullopt;
  return item;
}

std::string EncodeCheckpoint(const StateCheckpoint& checkpoint) {
  storage::v1::Checkpoint stored;
  stored.set_sequence(checkpoint.sequence);
  stored.set_gross_fen(checkpoint.gross_fen);
  for (const auto& [year, count] : checkpoint.payment_counts) {
    auto* year_count = stored.add_year_counts();
    year_count->set_fiscal_year(year);
    year_count->set_payment_count(count);
  }
  for (const auto& [original, refunds] : checkpoint.unmatched_refunds) {
    for (const UnmatchedRefund& refund : refunds) {
      auto* stored_refund = stored.add_unmatched_refunds();
      stored_refund->set_sequence(refund.sequence);
      stored_refund->set_source(original.source);
      stored_refund->set_original_payment_id(original.payment_id);
      stored_refund->set_project_code(refund.project_code);
      stored_refund->set_pay_day(refund.date.day_number());
      stored_refund->set_amount_fen(refund.amount_fen);
    }
  }
  return stored.SerializeAsString();
}

std::optional<StateCheckpoint> DecodeCheckpoint(std::string_view bytes) {
  storage::v1::Checkpoint stored;
  if (!stored.ParseFromArray(bytes.data(), static_cast<int>(bytes.size()))) return std::nullopt;
  if (stored.sequence() < 1) return std::nullopt;
  StateCheckpoint checkpoint;
  checkpoint.sequence = stored.sequence();
  checkpoint.gross_fen = stored.gross_fen();
  for (const auto& count : stored.year_counts()) {
    checkpoint.payment_counts[count.fiscal_year()] = count.payment_count();
  }
  for (const auto& refund : stored.unmatched_refunds()) {
    checkpoint.unmatched_refunds[{refund.source(), refund.original_payment_id()}].push_back(
        {refund.sequence(), refund.project_code(), Date::FromDayNumber(refund.pay_day()),
         refund.amount_fen()});
  }
  return checkpoint;
}

std::string EncodeDayTotals(const std::vector<ProjectTotals::Day>& days) {
  storage::v1::DayTotals stored;
  for (const ProjectTotals::Day& day : days) {
    stored.add_days(day.date.day_number());
    stored.add_amounts_fen(day.total.amount_fen);
    stored.add_payment_counts(day.total.payment_count);
  }
  return stored.SerializeAsString();
}

bool DecodeDayTotals(std::string_view bytes, const std::function<void(Date, const Total&)>& visit) {
  storage::v1::DayTotals stored;
  if (!stored.ParseFromArray(bytes.data(), static_cast<int>(bytes.size()))) return false;
  if (stored.amounts_fen_size() != stored.days_size() ||
      stored.payment_counts_size() != stored.days_size()) {
    return false;
  }
  for (int i = 0; i < stored.days_size(); ++i) {
    visit(Date::FromDayNumber(stored.days(i)), {stored.amounts_fen(i), stored.payment_counts(i)});
  }
  return true;
}

}  // namespace budgetwatch
