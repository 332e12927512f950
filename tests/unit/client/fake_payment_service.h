#pragma once

#include <atomic>
#include <map>
#include <memory>
#include <mutex>
#include <string>
#include <vector>

#include "budgetwatch/v1/admin_service.grpc.pb.h"
#include "budgetwatch/v1/payment_service.grpc.pb.h"
#include "fake_server.h"

namespace budgetwatch {

// A ledger in memory behind a real port, that can break its streams. Thread-safe.
class FakePaymentService final : public v1::PaymentService::Service,
                                 public v1::AdminService::Service {
 public:
  // What a server registers.
  std::vector<grpc::Service*> services() {
    return {static_cast<v1::PaymentService::Service*>(this),
            static_cast<v1::AdminService::Service*>(this)};
  }

  // The next streams record this many batches, lose the answer of the last of them,
  // and break; an entry per stream, -1: whole.
  void BreakStreamsAfter(std::vector<int> batch_counts) {
    const std::lock_guard<std::mutex> lock(mutex_);
    breaks_ = std::move(batch_counts);
  }
  void set_break_status(grpc::Status status) { break_status_ = std::move(status); }

  // Answers no batch before it has read this many of them, or their end.
  void set_hold_answers(int batch_count) { hold_answers_ = batch_count; }

  std::vector<std::string> recorded_ids() const {
    const std::lock_guard<std::mutex> lock(mutex_);
    return recorded_ids_;
  }
  int stream_count() const { return stream_count_; }
  int unanswered_max() const { return unanswered_max_; }

  grpc::Status StreamPayments(
      grpc::ServerContext*,
      grpc::ServerReaderWriter<v1::StreamPaymentsResponse, v1::StreamPaymentsRequest>* stream)
      override {
    ++stream_count_;
    const int break_after = NextBreak();
    std::vector<v1::StreamPaymentsResponse> held;
    v1::StreamPaymentsRequest request;
    for (int batch = 1; stream->Read(&request); ++batch) {
      held.push_back(Record(request));
      if (batch == break_after) return break_status_;
      unanswered_max_ = std::max<int>(unanswered_max_, static_cast<int>(held.size()));
      if (static_cast<int>(held.size()) < hold_answers_) continue;
      for (const auto& response : held) stream->Write(response);
      held.clear();
    }
    for (const auto& response : held) stream->Write(response);
    return grpc::Status::OK;
  }

  grpc::Status GetServerInfo(grpc::ServerContext*, const v1::GetServerInfoRequest*,
                             v1::GetServerInfoResponse* response) override {
    response->set_version("fake");
    return grpc::Status::OK;
  }

 private:
  int NextBreak() {
    const std::lock_guard<std::mutex> lock(mutex_);
    if (breaks_.empty()) return -1;
    const int next = breaks_.front();
    breaks_.erase(breaks_.begin());
    return next;
  }

  v1::StreamPaymentsResponse Record(const v1::StreamPaymentsRequest& request) {
    const std::lock_guard<std::mutex> lock(mutex_);
    v1::StreamPaymentsResponse response;
    for (const v1::PaymentEvent& event : request.payments()) {
      v1::PaymentOutcome* outcome = response.add_outcomes();
      if (event.amount_fen() == 0) {
        outcome->set_outcome(v1::PaymentOutcome::OUTCOME_REJECTED);
        outcome->set_reason("ZERO_AMOUNT");
        outcome->set_field("amount_fen");
        outcome->set_message("the amount is 0");
        continue;
      }
      const auto [entry, added] =
          sequences_.emplace(request.source() + "/" + event.payment_id(), sequences_.size() + 1);
      if (added) recorded_ids_.push_back(event.payment_id());
      outcome->set_outcome(added ? v1::PaymentOutcome::OUTCOME_RECORDED
                                 : v1::PaymentOutcome::OUTCOME_DUPLICATE);
      outcome->set_sequence(static_cast<int64_t>(entry->second));
    }
    return response;
  }

  mutable std::mutex mutex_;
  std::map<std::string, size_t> sequences_;
  std::vector<std::string> recorded_ids_;
  std::vector<int> breaks_;
  grpc::Status break_status_{grpc::StatusCode::UNAVAILABLE, "broken on purpose"};
  int hold_answers_ = 1;
  std::atomic<int> stream_count_{0};
  std::atomic<int> unanswered_max_{0};
};

}  // namespace budgetwatch
