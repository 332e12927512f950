// Goal: a beat comes through exactly when the committer moves.
// Method: a committer without its threads, moved by hand.

#include "app/heartbeat.h"

#include <gtest/gtest.h>

#include "service/committer.h"
#include "storage/memory_store.h"
#include "support/builders.h"
#include "support/fake_time.h"

namespace budgetwatch {
namespace {

class HeartbeatTest : public testing::Test {
 protected:
  void Submit(const std::string& id) {
    PaymentBatch batch;
    batch.source = "bank";
    batch.events.emplace_back(MakePayment(id, "A", "2020-05-05", 1));
    committer_->SubmitPayments(std::move(batch), [this](const auto& outcomes) {
      if (!outcomes.ok()) ++refused_;
    });
  }

  MemoryStore store_;
  FakeClock clock_{1000};
  std::unique_ptr<Ledger> ledger_ = Ledger::Open(store_).value();
  std::unique_ptr<Committer> committer_ =
      Committer::Create(*ledger_, clock_, {.max_queued_events = 2}).value();
  Heartbeat heartbeat_{*committer_};
  int refused_ = 0;
};

TEST_F(HeartbeatTest, ABeatIsOneThatCameThrough) {
  EXPECT_FALSE(heartbeat_.Beat());  // nothing was sent before it
  EXPECT_FALSE(heartbeat_.Beat());  // it waits
  EXPECT_FALSE(heartbeat_.Beat());
  EXPECT_EQ(committer_->queue_depth(), 1u);  // alone, however often one asks
  ASSERT_TRUE(committer_->RunOnce());
  EXPECT_TRUE(heartbeat_.Beat());
  EXPECT_FALSE(heartbeat_.Beat());
}

TEST_F(HeartbeatTest, AFullQueueDelaysItAndDoesNotStopIt) {
  Submit("a");
  Submit("b");
  Submit("c");
  EXPECT_EQ(refused_, 1);
  EXPECT_FALSE(heartbeat_.Beat());
  ASSERT_TRUE(committer_->RunOnce());
  EXPECT_FALSE(heartbeat_.Beat());  // behind the payments
  ASSERT_TRUE(committer_->RunOnce());
  EXPECT_TRUE(heartbeat_.Beat());
  EXPECT_EQ(committer_->queue_depth(), 1u);
}

TEST_F(HeartbeatTest, WritesNothingAndOutlivesTheAsker) {
  {
    Heartbeat short_lived(*committer_);
    EXPECT_FALSE(short_lived.Beat());
  }
  while (committer_->RunOnce()) {
  }
  EXPECT_EQ(store_.LastSequence(), 0);
}

TEST_F(HeartbeatTest, AStoppedCommitterHasNone) {
  EXPECT_FALSE(heartbeat_.Beat());
  committer_->Stop();
  EXPECT_TRUE(heartbeat_.Beat());  // was accepted before
  EXPECT_FALSE(heartbeat_.Beat());
  EXPECT_FALSE(committer_->RunOnce());
}

}  // namespace
}  // namespace budgetwatch
