#include "service/verify.h"

#include <algorithm>
#include <map>
#include <unordered_map>

#include "domain/money.h"
#include "service/taken.h"

namespace budgetwatch {
namespace {

constexpr size_t kMaxDifferences = 100;
constexpr size_t kBookingPage = 4096;
constexpr size_t kIdPage = 4096;
// Entries from one look whether the result is still wanted to the next.
constexpr Sequence kStep = 4096;

std::string At(Sequence sequence) { return "journal sequence " + std::to_string(sequence); }

// What the digest of the bookings of one project and year takes for one of them.
uint64_t WhatIsBooked(Date date, bool taken_from) {
  return static_cast<uint64_t>(date.day_number()) * 2 + (taken_from ? 1 : 0);
}

// What the running ledger serves, copied at one moment.
struct Served {
  Sequence sequence = 0;
  Result<std::string> chain_hash = std::string();
  Totals totals;
  int64_t gross_fen = 0;
  std::map<int, int64_t> payment_counts;
  UnmatchedRefunds unmatched_refunds;
};

class Verifier {
 public:
  Verifier(const Ledger& ledger, const std::optional<NotedPoint>& noted,
           std::function<bool()> abandoned)
      : ledger_(ledger), store_(ledger.store()), noted_(noted), abandoned_(std::move(abandoned)) {}

  Result<Verification> Run() {
    const Served served = ledger_.View([this](const LedgerState& state) {
      return Served{state.sequence(),       store_.ChainHashAt(state.sequence()),
                    state.totals(),         state.gross_fen(),
                    state.payment_counts(), state.unmatched_refunds()};
    });
    result_.verified_sequence = served.sequence;
    if (const Status chain = CheckChain(served); !chain.ok()) return chain.error();
    const Status status = FoldJournal();
    if (ended_) return status.error();
    // A journal that contradicts itself is a finding; one that cannot be read is not.
    if (!status.ok() && result_.differences.empty()) return status.error();
    if (!status.ok()) return std::move(result_);
    CompareServed(served);
    for (const auto check : {&Verifier::CheckIds, &Verifier::CheckControl, &Verifier::CheckTaken,
                             &Verifier::CheckBookings}) {
      Status checked = GoOn();
      if (checked.ok()) checked = (this->*check)();
      if (!checked.ok()) return checked.error();
    }
    return std::move(result_);
  }

 private:
  // An error once nobody waits for the result any more; asked between steps.
  Status GoOn() {
    if (!ended_ && abandoned_) ended_ = abandoned_();
    if (!ended_) return {};
    return Refusal(Reason::kCallEnded, "", "the call ended before the ledger was verified");
  }

  void Differ(std::string what) {
    if (result_.differences.size() < kMaxDifferences) {
      result_.differences.push_back(std::move(what));
    }
  }

  Status CheckChain(const Served& served) {
    auto chain = store_.CheckChain(served.sequence);
    if (!chain.ok()) return chain.error();
    result_.chain_hash = chain.value().chain_hash;
    if (!chain.value().difference.empty()) {
      Differ(std::move(chain.value().difference));
    } else if (!served.chain_hash.ok()) {
      Differ(served.chain_hash.error().message);
    } else if (served.chain_hash.value() != result_.chain_hash) {
      Differ(At(served.sequence) + ": the journal is sealed with another hash than was written");
    }
    if (!noted_) return {};
    const std::string noted = At(noted_->sequence) + " was noted with hash " + noted_->chain_hash;
    if (noted_->sequence > served.sequence) {
      Differ(noted + ", but the journal ends at " + std::to_string(served.sequence));
      return {};
    }
    const auto found = store_.ChainHashAt(noted_->sequence);
    if (!found.ok()) return found.error();
    if (found.value() != noted_->chain_hash) {
      Differ(noted + ", the journal has " +
             (found.value().empty() ? "no end of a commit there" : found.value()));
    }
    return {};
  }

  Status FoldJournal() {
    const auto checkpoint = store_.LastCheckpoint(result_.verified_sequence);
    if (!checkpoint.ok()) return checkpoint.error();
    const Sequence checkpoint_sequence = checkpoint.value() ? checkpoint.value()->sequence : 0;
    return store_.ScanJournal(1, result_.verified_sequence, [&](const JournalItem& item) -> Status {
      if (item.sequence % kStep == 0) {
        if (Status status = GoOn(); !status.ok()) return status;
      }
      Status fits = fold_.Check(item.sequence, item.entry);
      if (!fits.ok()) {
        Differ(fits.error().message);
        return fits;
      }
      fold_.Apply(item.sequence, item.recorded_time, item.entry);
      if (const auto* payment = std::get_if<PaymentEntry>(&item.entry)) {
        Status checked = CheckPayment(item.sequence, *payment);
        if (!checked.ok()) return checked;
      } else {
        control_.push_back(item.sequence);
      }
      if (item.sequence == checkpoint_sequence) return CheckCheckpoint(*checkpoint.value());
      return {};
    });
  }

  Status CheckPayment(Sequence sequence, const PaymentEntry& entry) {
    ++result_.payment_count;
    for (const Booking& booking : BookingsOf(entry)) {
      const bool taken_from =
          booking.date == entry.from_date && booking.project_code == entry.from_project_code &&
          booking.amount_fen < 0 && entry.event.kind == PaymentKind::kCorrection;
      result_.amount_fen += booking.amount_fen;
      bookings_[booking.date.year()][std::string(booking.project_code)].Add(
          WhatIsBooked(booking.date, taken_from), sequence);
    }
    ids_.Add(store_.HashOf(entry.key()), sequence);
    return VisitTaken(store_, sequence, entry, [this](Sequence payment, int64_t amount_fen) {
      taken_.Add(payment, amount_fen);
    });
  }

  // The index holds the ids of the journal, and each once. Only when their digests differ is
  // each of them looked up, which takes long.
  Status CheckIds() {
    const auto held = store_.SummarizeIndexes(result_.verified_sequence);
    if (!held.ok()) return held.error();
    indexed_booking_count_ = held.value().booking_count;
    const bool same = held.value().payments == ids_;
    if (same && !held.value().same_hash) return {};
    const size_t differences = result_.differences.size();
    if (Status status = LookUpIds(); !status.ok()) return status;
    CheckCount("ids", held.value().payments.count, ids_.count);
    if (!same && result_.differences.size() == differences && differences < kMaxDifferences) {
      Differ("the index of ids has other entries than the journal");
    }
    return {};
  }

  Status LookUpIds() {
    std::vector<std::pair<PaymentKey, Sequence>> ids;  // many at a time are quicker
    const auto look_up = [&]() -> Status {
      std::vector<HashedKey> keys;
      keys.reserve(ids.size());
      for (const auto& [key, sequence] : ids) keys.push_back({key, store_.HashOf(key)});
      const auto found = store_.FindPayments(keys, {});
      if (!found.ok()) return found.error();
      for (size_t i = 0; i < ids.size(); ++i) {
        const Sequence held = found.value()[i];
        if (held == ids[i].second) continue;
        Differ(At(ids[i].second) + ": the index of ids has " +
               (held != 0 ? std::to_string(held) : "nothing") + " for payment \"" +
               ids[i].first.payment_id + "\"");
      }
      ids.clear();
      return GoOn();
    };
    Status status =
        store_.ScanJournal(1, result_.verified_sequence, [&](const JournalItem& item) -> Status {
          const auto* payment = std::get_if<PaymentEntry>(&item.entry);
          if (payment == nullptr) return {};
          ids.push_back({payment->key().Copy(), item.sequence});
          return ids.size() < kIdPage ? Status() : look_up();
        });
    return status.ok() ? look_up() : status;
  }

  Status CheckCheckpoint(const StateCheckpoint& checkpoint) {
    if (checkpoint.gross_fen != fold_.gross_fen() ||
        checkpoint.payment_counts != fold_.payment_counts() ||
        checkpoint.unmatched_refunds != fold_.unmatched_refunds()) {
      Differ("checkpoint " + std::to_string(checkpoint.sequence) +
             ": its counts differ from the journal");
    }
    Totals stored;
    const Status status =
        store_.ScanTotals(checkpoint.sequence, std::nullopt, [&stored](const TotalRow& row) {
          stored.Set(row.project_code, row.date, row.total);
          return Status();
        });
    if (!status.ok()) return status;
    CompareTotals(stored, "checkpoint " + std::to_string(checkpoint.sequence));
    return {};
  }

  void CompareTotals(const Totals& other, const std::string& where) {
    if (other == fold_.totals()) return;
    for (const auto& [year, projects] : fold_.totals().years()) {
      for (const auto& [code, totals] : projects) {
        const ProjectTotals* found = other.FindProject(year, code);
        if (found != nullptr && *found == totals) continue;
        const Date end = Date::LastOfYear(year);
        const int64_t has_fen = found == nullptr ? 0 : found->SumUpTo(end).amount_fen;
        Differ(where + ": project " + code + " in " + std::to_string(year) + " has " +
               FormatYuan(has_fen) + " yuan, the journal " +
               FormatYuan(totals.SumUpTo(end).amount_fen) + ", or other days");
      }
    }
    for (const auto& [year, projects] : other.years()) {
      for (const auto& [code, totals] : projects) {
        if (fold_.totals().FindProject(year, code) != nullptr) continue;
        Differ(where + ": project " + code + " in " + std::to_string(year) +
               " has totals without payments");
      }
    }
  }

  void CompareServed(const Served& served) {
    CompareTotals(served.totals, "served totals");
    if (served.gross_fen != fold_.gross_fen() || served.payment_counts != fold_.payment_counts() ||
        served.unmatched_refunds != fold_.unmatched_refunds()) {
      Differ("the served counts differ from the journal");
    }
  }

  Status CheckControl() {
    std::vector<Sequence> held;
    Status status =
        store_.ScanControlEntries(1, result_.verified_sequence, [&held](const JournalItem& item) {
          held.push_back(item.sequence);
          return Status();
        });
    if (!status.ok()) return status;
    const auto [in_journal, in_index] =
        std::mismatch(control_.begin(), control_.end(), held.begin(), held.end());
    if (in_journal != control_.end() || in_index != held.end()) {
      const bool lacks =
          in_index == held.end() || (in_journal != control_.end() && *in_journal < *in_index);
      Differ(lacks ? At(*in_journal) + " is missing in the index of what is no payment"
                   : At(*in_index) + " is a payment, but is in the index of what is none");
    }
    return {};
  }

  void DifferTaken(Sequence sequence, int64_t stored_fen, int64_t amount_fen) {
    Differ(At(sequence) + ": " + FormatYuan(stored_fen) +
           " yuan are marked as taken, the journal says " + FormatYuan(amount_fen));
  }

  Status CheckTaken() {
    TakenSums::Reader expected = taken_.Read();
    const auto missing_before = [&](Sequence sequence) {
      for (; expected.item() != nullptr && expected.item()->payment < sequence; expected.Next()) {
        const auto [payment, amount_fen] = *expected.item();
        if (amount_fen != 0) DifferTaken(payment, 0, amount_fen);
      }
    };
    const auto quiet =
        store_.ScanTaken(result_.verified_sequence, [&](Sequence sequence, int64_t stored_fen) {
          missing_before(sequence);
          int64_t amount_fen = 0;
          if (expected.item() != nullptr && expected.item()->payment == sequence) {
            amount_fen = expected.item()->amount_fen;
            expected.Next();
          }
          if (stored_fen != amount_fen) DifferTaken(sequence, stored_fen, amount_fen);
        });
    if (!quiet.ok()) return quiet.error();
    if (quiet.value()) {
      missing_before(kKnownNow);
      return {};
    }
    for (TakenSums::Reader again = taken_.Read(); again.item() != nullptr; again.Next()) {
      const auto [payment, amount_fen] = *again.item();
      const auto stored = store_.TakenFen(payment);
      if (!stored.ok()) return stored.error();
      // Commits behind the verified sequence may have taken more.
      if (stored.value() < amount_fen) DifferTaken(payment, stored.value(), amount_fen);
    }
    return {};
  }

  Status CheckBookings() {
    for (const auto& [year, projects] : bookings_) {
      for (const auto& [code, digest] : projects) {
        booking_count_ += digest.count;
        SetDigest stored;
        const BookingRange range{year, code, Date::FirstOfYear(year), Date::LastOfYear(year)};
        std::optional<BookingKey> after;
        while (true) {
          if (Status status = GoOn(); !status.ok()) return status;
          const auto page = store_.ListBookings(range, after, kBookingPage);
          if (!page.ok()) return page.error();
          for (const BookingKey& key : page.value()) {
            if (key.sequence > result_.verified_sequence) continue;
            stored.Add(WhatIsBooked(key.date, key.taken_from), key.sequence);
          }
          if (page.value().size() < kBookingPage) break;
          after = page.value().back();
        }
        if (stored == digest) continue;
        Differ("the index of bookings has " + std::to_string(stored.count) + " of project " + code +
               " in " + std::to_string(year) + ", the journal " + std::to_string(digest.count) +
               ", or others");
      }
    }
    CheckCount("bookings", indexed_booking_count_, booking_count_);
    return {};
  }

  // All that the journal has was found in an index: as many entries are no others.
  void CheckCount(const std::string& index, int64_t found, int64_t expected) {
    if (found == expected) return;
    Differ("the index of " + index + " has " + std::to_string(found) + " entries, the journal " +
           std::to_string(expected));
  }

  const Ledger& ledger_;
  const Store& store_;
  const std::optional<NotedPoint> noted_;
  const std::function<bool()> abandoned_;
  bool ended_ = false;
  LedgerState fold_;
  Verification result_;
  SetDigest ids_;
  std::vector<Sequence> control_;
  int64_t booking_count_ = 0;
  int64_t indexed_booking_count_ = 0;
  TakenSums taken_;
  std::map<int, std::unordered_map<std::string, SetDigest>> bookings_;
};

}  // namespace

Status CheckNotedPoint(const NotedPoint& noted) {
  if (noted.sequence < 1) {
    return Refusal(Reason::kInvalidField, "expected_sequence",
                   "expected_sequence must be 1 or more, with the chain_hash that was noted");
  }
  constexpr size_t kHashDigits = 64;
  const std::string& hash = noted.chain_hash;
  if (hash.size() != kHashDigits ||
      hash.find_first_not_of("0123456789abcdef") != std::string::npos) {
    return Refusal(Reason::kInvalidField, "expected_chain_hash",
                   "expected_chain_hash must be 64 hexadecimal digits in lower case");
  }
  return {};
}

Result<Verification> VerifyLedger(const Ledger& ledger, const std::optional<NotedPoint>& noted,
                                  std::function<bool()> abandoned) {
  return Verifier(ledger, noted, std::move(abandoned)).Run();
}

}  // namespace budgetwatch
