#include "service/verify.h"

#include <map>
#include <unordered_map>

#include "domain/money.h"

namespace budgetwatch {
namespace {

constexpr size_t kMaxDifferences = 100;
constexpr size_t kBookingPage = 4096;

// Order-free summary of the bookings of one project in one year.
struct BookingDigest {
  int64_t count = 0;
  uint64_t mix = 0;

  void Add(Sequence sequence, Date date, bool taken_from) {
    ++count;
    const auto value = static_cast<uint64_t>(sequence) * 2 + (taken_from ? 1 : 0);
    // Multiplication by an odd constant spreads the bits, so that swapped dates
    // and sequences do not cancel out in the sum.
    mix += (value * 0x9e3779b97f4a7c15u) ^
           (static_cast<uint64_t>(date.day_number()) * 0xc2b2ae3d27d4eb4fu);
  }

  friend bool operator==(const BookingDigest&, const BookingDigest&) = default;
};

// What the running ledger serves, copied at one moment.
struct Served {
  Sequence sequence = 0;
  Totals totals;
  int64_t gross_fen = 0;
  std::map<int, int64_t> payment_counts;
  UnmatchedRefunds unmatched_refunds;
};

class Verifier {
 public:
  explicit Verifier(const Ledger& ledger) : ledger_(ledger), store_(ledger.store()) {}

  Result<Verification> Run() {
    const Served served = ledger_.View([](const LedgerState& state) {
      return Served{state.sequence(), state.totals(), state.gross_fen(), state.payment_counts(),
                    state.unmatched_refunds()};
    });
    result_.verified_sequence = served.sequence;
    const auto checkpoint = store_.LastCheckpoint(served.sequence);
    if (!checkpoint.ok()) return checkpoint.error();
    const Sequence checkpoint_sequence = checkpoint.value() ? checkpoint.value()->sequence : 0;
    const Status status =
        store_.ScanJournal(1, served.sequence, [&](const JournalItem& item) -> Status {
          const Status fits = fold_.Check(item.sequence, item.entry);
          if (!fits.ok()) {
            Differ(fits.error().message);
            return fits;
          }
          fold_.Apply(item.sequence, item.recorded_time, item.entry);
          if (const auto* payment = std::get_if<PaymentEntry>(&item.entry)) {
            const Status checked = CheckPayment(item.sequence, *payment);
            if (!checked.ok()) return checked;
          }
          if (item.sequence == checkpoint_sequence) return CheckCheckpoint(*checkpoint.value());
          return {};
        });
    // A journal that contradicts itself is a finding; one that cannot be read is not.
    if (!status.ok() && result_.differences.empty()) return status.error();
    if (!status.ok()) return std::move(result_);
    CompareServed(served);
    if (const Status taken = CheckTaken(); !taken.ok()) return taken.error();
    if (const Status bookings = CheckBookings(); !bookings.ok()) return bookings.error();
    return std::move(result_);
  }

 private:
  void Differ(std::string what) {
    if (result_.differences.size() < kMaxDifferences) {
      result_.differences.push_back(std::move(what));
    }
  }

  Status CheckPayment(Sequence sequence, const PaymentEntry& entry) {
    ++result_.payment_count;
    for (const Booking& booking : BookingsOf(entry)) {
      const bool taken_from =
          booking.date == entry.from_date && booking.project_code == entry.from_project_code &&
          booking.amount_fen < 0 && entry.event.kind == PaymentKind::kCorrection;
      result_.amount_fen += booking.amount_fen;
      bookings_[booking.date.year()][std::string(booking.project_code)].Add(sequence, booking.date,
                                                                            taken_from);
    }
    if (entry.original_sequence != 0) taken_[entry.original_sequence] += entry.event.amount_fen;
    for (const Sequence refund : entry.matched_refund_sequences) {
      const auto item = store_.ReadEntry(refund);
      if (!item.ok()) return item.error();
      const auto* matched = std::get_if<PaymentEntry>(&item.value().entry);
      if (matched != nullptr) taken_[sequence] += matched->event.amount_fen;
    }
    const auto found = store_.FindPayment({entry.source, entry.event.payment_id});
    if (!found.ok()) return found.error();
    if (found.value() != sequence) {
      Differ("journal sequence " + std::to_string(sequence) + ": the index of ids has " +
             (found.value() ? std::to_string(*found.value()) : "nothing") + " for payment \"" +
             entry.event.payment_id + "\"");
    }
    return {};
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

  Status CheckTaken() {
    for (const auto& [sequence, amount_fen] : taken_) {
      const auto stored = store_.TakenFen(sequence);
      if (!stored.ok()) return stored.error();
      // Commits behind the verified sequence may have taken more.
      const bool quiet = ledger_.View([this](const LedgerState& state) {
        return state.sequence() == result_.verified_sequence;
      });
      if (quiet ? stored.value() != amount_fen : stored.value() < amount_fen) {
        Differ("journal sequence " + std::to_string(sequence) + ": " + FormatYuan(stored.value()) +
               " yuan are marked as taken, the journal says " + FormatYuan(amount_fen));
      }
    }
    return {};
  }

  Status CheckBookings() {
    for (const auto& [year, projects] : bookings_) {
      for (const auto& [code, digest] : projects) {
        BookingDigest stored;
        const BookingRange range{year, code, Date::FirstOfYear(year), Date::LastOfYear(year)};
        std::optional<BookingKey> after;
        while (true) {
          const auto page = store_.ListBookings(range, after, kBookingPage);
          if (!page.ok()) return page.error();
          for (const BookingKey& key : page.value()) {
            if (key.sequence > result_.verified_sequence) continue;
            stored.Add(key.sequence, key.date, key.taken_from);
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
    return {};
  }

  const Ledger& ledger_;
  const Store& store_;
  LedgerState fold_;
  Verification result_;
  std::map<Sequence, int64_t> taken_;
  std::map<int, std::unordered_map<std::string, BookingDigest>> bookings_;
};

}  // namespace

Result<Verification> VerifyLedger(const Ledger& ledger) { return Verifier(ledger).Run(); }

}  // namespace budgetwatch
