#pragma once

#include <map>
#include <optional>
#include <set>
#include <string>
#include <unordered_map>
#include <utility>
#include <vector>

#include "service/payments.h"
#include "support/seeded_random.h"

namespace budgetwatch {

// What an audit counted; all of it is 0 but for the first two when the store keeps
// its word and its files are whole.
struct AuditTally {
  int64_t acknowledged = 0;         // events that were answered and must be there
  int64_t kept_unacknowledged = 0;  // events whose group was never answered and is there
  int64_t lost = 0;
  int64_t doubled = 0;
  int64_t altered = 0;      // there, but with other content or at another sequence
  int64_t partial = 0;      // groups of which a part is there
  int64_t differences = 0;  // outcomes and totals that do not fit
  int64_t told = 0;         // errors of reads, and findings of the verification
  std::vector<std::string> messages;

  // Something was served that is not so.
  bool wrong() const { return lost + doubled + altered + partial + differences > 0; }
  bool clean() const { return !wrong() && told == 0; }
  void Complain(int64_t* count, const std::string& message);
  void Add(const AuditTally& other);
};

// A client that sends payments, refunds, corrections and repetitions, and keeps its
// own record of what it was answered; after a crash it audits the ledger against it.
// It knows by itself what has to become of each event, so that no decision of the
// ledger is taken on trust. Thread-compatible.
class PaymentLoad {
 public:
  enum class Expected { kNew, kDuplicate, kConflict };
  struct Sent {
    std::string source;
    PaymentEvent event;
    std::string date;
    Expected expected = Expected::kNew;
  };
  using Batch = std::vector<Sent>;  // of one source

  explicit PaymentLoad(uint64_t seed) : random_(seed) {}

  // Every event gets a text of this many bytes. REQUIRES: <= kMaxMemoBytes.
  void SetMemoBytes(size_t bytes) { memo_bytes_ = bytes; }

  // Events of one source that no other unanswered batch depends on.
  Batch Make(size_t count);
  // The same batch once more, as a client sends it that got no answer.
  Batch Again(const Batch& batch);
  static std::vector<RawPaymentEvent> RawOf(const Batch& batch);

  // The batches of a commit group, or of what may be one, were answered, or not.
  void Answered(const Batch& batch, const std::vector<PaymentOutcome>& outcomes, AuditTally* tally);
  void Unanswered(std::vector<Batch> group);
  // The same for a plan; 0 when it was not answered.
  void PlanAnswered(Sequence sequence);

  // After a restart: everything answered is there exactly once with its content, and
  // of the rest nothing or whole groups behind it. What is found is known from then on.
  void Audit(const Ledger& ledger, const Payments& payments, AuditTally* tally);

  size_t known_count() const { return known_.size(); }

 private:
  using Cell = std::pair<std::string, std::string>;  // project, date
  struct Known {
    PaymentEvent event;
    std::string date;
    Sequence sequence = 0;
    int64_t remaining_fen = 0;
  };
  struct Found {
    std::map<Sequence, PaymentKey> tail;  // not answered
    std::set<Sequence> controls;
    size_t seen_count = 0;
  };

  PaymentEvent MakeEvent(const std::string& source);
  const Known* PickKnown(const std::string& source);
  void Learn(const Sent& sent, Sequence sequence);
  void Forget(const std::vector<Batch>& group);
  void Book(const Known& known);
  Found ReadJournal(const Store& store, AuditTally* tally);
  // Takes the group off the front of the tail; false when nothing of it is there.
  bool MatchGroup(const Store& store, const std::vector<Batch>& group,
                  std::map<Sequence, PaymentKey>* tail, AuditTally* tally);
  void JudgeTail(const Store& store, Found found, AuditTally* tally);
  void CompareTotals(const Ledger& ledger, AuditTally* tally) const;
  void FindSome(const Payments& payments, AuditTally* tally);
  static void Verify(const Ledger& ledger, AuditTally* tally);

  SeededRandom random_;
  int64_t next_id_ = 1;
  std::optional<size_t> memo_bytes_;
  std::unordered_map<PaymentKey, Known, PaymentKeyHash> known_;
  std::vector<PaymentKey> payments_;  // known plain ones
  std::map<Cell, int64_t> totals_fen_;
  std::set<Sequence> plans_;
  Sequence last_answered_ = 0;
  std::vector<std::vector<Batch>> unanswered_;  // since the last answer
  bool plan_unanswered_ = false;
};

}  // namespace budgetwatch
