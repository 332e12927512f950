#pragma once

#include <grpcpp/support/byte_buffer.h>

#include <cstdint>
#include <string>
#include <vector>

#include "bench/payment_feed.h"

namespace budgetwatch::bench {

// Compares the outcomes of a feed's batches with what they must be: RECORDED or
// SUSPENDED for a new event, DUPLICATE for a repeat. Sums up what was sent.
// Thread-compatible; the feed outlives it.
class OutcomeTally {
 public:
  explicit OutcomeTally(const PaymentFeed& feed);

  // Counts an event as it is sent.
  void Sent(const FeedItem& item) {
    if (item.repeat) return;
    sent_fen_ += item.amount_fen;
    project_fen_[static_cast<size_t>(item.project)] += item.amount_fen;
  }

  // Takes the bytes of the answer to the batch of items [first, first + count).
  void Answered(int64_t first, int64_t count, const grpc::ByteBuffer& response);

  int64_t recorded_count() const { return recorded_count_; }
  int64_t suspended_count() const { return suspended_count_; }
  int64_t duplicate_count() const { return duplicate_count_; }
  // Events with another outcome than they must have, or none.
  int64_t wrong_count() const { return wrong_count_; }
  // The first of these in a sentence; empty without one.
  const std::string& first_wrong() const { return first_wrong_; }

  // Net sum of the new events sent, of those of one project, and of those answered
  // with SUSPENDED.
  int64_t sent_fen() const { return sent_fen_; }
  int64_t project_fen(int project) const { return project_fen_[static_cast<size_t>(project)]; }
  int64_t suspended_fen() const { return suspended_fen_; }

 private:
  void CountOutcome(int64_t index, const uint8_t* bytes, size_t size);
  void Wrong(int64_t index, const std::string& what);

  const PaymentFeed& feed_;
  std::vector<int64_t> project_fen_;
  int64_t sent_fen_ = 0;
  int64_t suspended_fen_ = 0;
  int64_t recorded_count_ = 0;
  int64_t suspended_count_ = 0;
  int64_t duplicate_count_ = 0;
  int64_t wrong_count_ = 0;
  std::string first_wrong_;
};

}  // namespace budgetwatch::bench
