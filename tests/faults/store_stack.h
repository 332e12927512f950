#pragma once

#include <memory>
#include <string>
#include <thread>

#include "faults/payment_load.h"
#include "service/plans.h"
#include "storage/rocksdb_store.h"
#include "support/builders.h"
#include "support/fake_time.h"

namespace budgetwatch {

// The ledger over the real store on any Env, from the store to the services that
// take payments and plans, without the network. Without StartCommitter, commits are
// made by the calling thread, one group for each Send.
class StoreStack {
 public:
  // Few, so that index runs are made, merged and dropped all the time.
  static constexpr size_t kSealCount = 300;

  static Result<std::unique_ptr<StoreStack>> Open(const std::string& directory, rocksdb::Env* env,
                                                  const FakeClock& clock);
  ~StoreStack() { Close(); }
  StoreStack(const StoreStack&) = delete;
  StoreStack& operator=(const StoreStack&) = delete;

  void StartCommitter();

  // Sends the batches together and tells the load what became of them; the error of
  // the last one, if any.
  std::optional<Error> Send(std::vector<PaymentLoad::Batch> batches, PaymentLoad* load,
                            AuditTally* tally);

  // Applies a plan with these budgets.
  std::optional<Error> ApplyPlan(int64_t budget_fen, PaymentLoad* load);

  RocksDbStore& store() { return *store_; }
  Ledger& ledger() { return *ledger_; }
  Payments& payments() { return *payments_; }
  Committer& committer() { return *committer_; }

 private:
  StoreStack() = default;
  void Close();

  bool started_ = false;
  std::unique_ptr<RocksDbStore> store_;
  std::unique_ptr<Ledger> ledger_;
  std::unique_ptr<Committer> committer_;
  std::unique_ptr<Payments> payments_;
  std::unique_ptr<Plans> plans_;
};

}  // namespace budgetwatch
