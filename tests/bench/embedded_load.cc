// The embedded ceiling: the daemon's own store and committer, fed from one thread of the
// same process, without gRPC. Prints figures as JSON; afterwards opens the store again and
// compares what it holds with what was sent.
// usage: embedded_load --data-dir DIR [the flags of load_program.h]

#include <atomic>
#include <chrono>
#include <condition_variable>
#include <memory>
#include <mutex>
#include <string>
#include <vector>

#include "base/clock.h"
#include "load_program.h"
#include "service/committer.h"
#include "service/ledger.h"
#include "storage/rocksdb_store.h"

namespace budgetwatch::bench {
namespace {

using std::chrono::steady_clock;

template <typename T>
T Take(Result<T> result) {
  Require(result.ok(), result.ok() ? "" : result.error().message);
  return std::move(result).value();
}

// A ledger as the daemon opens it.
class OpenLedger {
 public:
  explicit OpenLedger(const std::string& directory)
      : store_(Take(RocksDbStore::Open(directory))),
        ledger_(Take(Ledger::Open(*store_))),
        committer_(Take(Committer::Create(*ledger_, clock_, Committer::Options()))) {
    committer_->Start();
  }
  ~OpenLedger() { committer_->Stop(); }

  Committer& committer() { return *committer_; }

  Expected Held() const {
    return ledger_->View([](const LedgerState& state) {
      Expected held;
      for (const auto& [year, count] : state.payment_counts()) held.new_count += count;
      held.new_fen = state.gross_fen();
      return held;
    });
  }

 private:
  SystemClock clock_;
  std::unique_ptr<RocksDbStore> store_;
  std::unique_ptr<Ledger> ledger_;
  std::unique_ptr<Committer> committer_;
};

// Batches under way and what became of them.
class Window {
 public:
  explicit Window(const PaymentFeed& feed, int64_t size) : feed_(feed), size_(size) {}

  // Waits until another batch may be sent.
  void Enter() {
    std::unique_lock<std::mutex> lock(mutex_);
    changed_.wait(lock, [this] { return under_way_ < size_; });
    ++under_way_;
  }

  void WaitUntilEmpty() {
    std::unique_lock<std::mutex> lock(mutex_);
    changed_.wait(lock, [this] { return under_way_ == 0; });
  }

  void Leave(int64_t first, int64_t count, steady_clock::time_point sent,
             const Result<std::vector<PaymentOutcome>>& outcomes) {
    Require(outcomes.ok(), outcomes.ok() ? "" : outcomes.error().message);
    Require(outcomes.value().size() == static_cast<size_t>(count), "an answer of another size");
    for (int64_t i = 0; i < count; ++i) {
      const auto kind = outcomes.value()[static_cast<size_t>(i)].kind;
      const bool repeat = feed_.IsRepeat(first + i);
      Require(repeat ? kind == PaymentOutcome::Kind::kDuplicate
                     : kind == PaymentOutcome::Kind::kRecorded ||
                           kind == PaymentOutcome::Kind::kSuspended,
              "item " + std::to_string(first + i) + " has not the outcome expected");
    }
    const std::lock_guard<std::mutex> lock(mutex_);
    latency_.Add(steady_clock::now() - sent);
    --under_way_;
    changed_.notify_one();
  }

  // REQUIRES: nothing is under way.
  const LatencyHistogram& latency() const { return latency_; }

 private:
  const PaymentFeed& feed_;
  const int64_t size_;
  std::mutex mutex_;
  std::condition_variable changed_;
  int64_t under_way_ = 0;
  LatencyHistogram latency_;
};

// What the transport does with the bytes of a batch, but for decoding them.
PaymentBatch MakeBatch(const LoadFlags& flags, const PaymentFeed& feed, int64_t first,
                       int64_t count) {
  const auto texts =
      std::make_shared<std::vector<uint8_t>>(static_cast<size_t>(count) * PaymentFeed::kEventBytes);
  PaymentBatch batch;
  batch.source = flags.source;
  batch.texts = texts;
  batch.events.reserve(static_cast<size_t>(count));
  for (int64_t i = 0; i < count; ++i) {
    const FeedItem item = feed.At(first + i);
    uint8_t* event = texts->data() + static_cast<size_t>(i) * PaymentFeed::kEventBytes;
    feed.Encode(item, event);
    RawPaymentEvent raw;
    raw.payment_id = TextOf(event, PaymentFeed::kId);
    raw.kind = static_cast<int>(PaymentKind::kPayment);
    raw.project_code = TextOf(event, PaymentFeed::kProject);
    raw.pay_date = TextOf(event, PaymentFeed::kDate);
    raw.amount_fen = item.amount_fen;
    raw.payee = TextOf(event, PaymentFeed::kPayee);
    raw.memo = TextOf(event, PaymentFeed::kMemo);
    batch.events.push_back(NormalizePayment(raw));
  }
  return batch;
}

int Main(int argc, char** argv) {
  const LoadFlags flags = ParseLoadFlags(argc, argv, {{"data-dir", ""}});
  Require(!flags.Own("data-dir").empty(), "--data-dir is missing");
  const PaymentFeed feed(flags.feed);
  Window window(feed, flags.in_flight);
  double seconds = 0;
  {
    OpenLedger ledger(flags.Own("data-dir"));
    const auto started = steady_clock::now();
    for (int64_t batch = 0; batch < flags.BatchCount(); ++batch) {
      window.Enter();
      const int64_t first = batch * flags.batch_size;
      const int64_t count = flags.CountOf(batch);
      const auto sent = steady_clock::now();
      ledger.committer().SubmitPayments(
          MakeBatch(flags, feed, first, count),
          [&window, first, count, sent](const Result<std::vector<PaymentOutcome>>& outcomes) {
            window.Leave(first, count, sent, outcomes);
          });
    }
    window.WaitUntilEmpty();
    seconds = std::chrono::duration<double>(steady_clock::now() - started).count();
  }
  const Expected expected = ExpectedOf(feed, flags.payment_count);
  const Expected held = OpenLedger(flags.Own("data-dir")).Held();
  Require(held.new_count == expected.new_count && held.new_fen == expected.new_fen,
          "the store opened again holds " + std::to_string(held.new_count) + " payments of " +
              std::to_string(held.new_fen) + " fen, expected " +
              std::to_string(expected.new_count) + " of " + std::to_string(expected.new_fen));
  PrintFigures(flags, seconds, window.latency());
  return 0;
}

}  // namespace
}  // namespace budgetwatch::bench

int main(int argc, char** argv) { return budgetwatch::bench::Main(argc, argv); }
