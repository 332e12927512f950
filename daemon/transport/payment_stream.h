#pragma once

#include <grpcpp/support/byte_buffer.h>
#include <grpcpp/support/server_callback.h>

#include <deque>
#include <memory>
#include <optional>

#include "base/mutex.h"
#include "service/payments.h"
#include "transport/call.h"

namespace budgetwatch {

// One StreamPayments call: reads a batch, hands it to the committer, and writes its
// outcomes in order. Owns itself until the call is over.
//
// 1. At most max_batches_per_stream batches, and not many more bytes than the largest
//    message, are between their reading and the end of writing their answer; then
//    reading waits, so that a client that does not read its answers stalls only itself.
// 2. Every batch that was handed to the committer is answered before the stream ends,
//    unless the client goes away or does not read.
class PaymentStream final : public grpc::ServerBidiReactor<grpc::ByteBuffer, grpc::ByteBuffer>,
                            public OpenCall {
 public:
  static PaymentStream* Start(Payments& payments, Calls& calls,
                              grpc::CallbackServerContext* context);

  // Reads no more, and ends with SHUTTING_DOWN behind the last answer.
  void Drain() override;

  void OnReadDone(bool ok) override;
  void OnWriteDone(bool ok) override;
  void OnCancel() override;
  void OnDone() override;

 private:
  // What to do once the lock is released: gRPC may call back at once.
  struct Next {
    bool read = false;
    const grpc::ByteBuffer* write = nullptr;
    bool write_more = false;  // another write follows at once
    std::optional<grpc::Status> finish;
  };

  // The outcomes of a batch, and what they hold.
  struct Answer {
    grpc::ByteBuffer bytes;
    Hold hold;
  };

  PaymentStream(Payments& payments, Calls& calls, grpc::CallbackServerContext* context);

  void Begin();
  void HandIn();
  Status Submit(int64_t number, int64_t received_nanos, const std::shared_ptr<Hold>& hold);
  // Keeps the answer, to be sent with the others of its group.
  void OnOutcomes(int64_t batch, Result<std::vector<PaymentOutcome>> outcomes, Hold hold);
  void OnGroupAnswered();
  void Fail(int64_t batch, grpc::Status status) BW_REQUIRES(mutex_);
  Next Decide() BW_REQUIRES(mutex_);
  void Do(Next next);

  Payments& payments_;
  Calls& calls_;
  const CallCensus::Entry entry_;
  const Call call_;
  grpc::ByteBuffer incoming_;            // of the read under way
  std::shared_ptr<PaymentStream> self_;  // until OnDone
  Hold hold_;                            // of the stream itself

  Mutex mutex_;
  std::deque<Answer> outgoing_ BW_GUARDED_BY(mutex_);          // front is being written
  std::optional<grpc::Status> failure_ BW_GUARDED_BY(mutex_);  // of failed_batch_
  int64_t failed_batch_ BW_GUARDED_BY(mutex_) = INT64_MAX;     // the first of them
  int64_t batches_read_ BW_GUARDED_BY(mutex_) = 0;
  int committing_ BW_GUARDED_BY(mutex_) = 0;
  size_t committing_bytes_ BW_GUARDED_BY(mutex_) = 0;
  size_t outgoing_bytes_ BW_GUARDED_BY(mutex_) = 0;
  // From the start of a read until its batch is handed in, so that batches are handed
  // in in their order.
  bool reading_ BW_GUARDED_BY(mutex_) = false;
  bool writing_ BW_GUARDED_BY(mutex_) = false;
  // The first write takes the head of the response with it, which gRPC has to send before
  // that write is done: another one cannot be waited for.
  bool has_written_ BW_GUARDED_BY(mutex_) = false;
  bool reads_over_ BW_GUARDED_BY(mutex_) = false;
  bool broken_ BW_GUARDED_BY(mutex_) = false;  // cancelled, or a write failed
  bool finished_ BW_GUARDED_BY(mutex_) = false;
  // Threads between deciding on a read or write and having started it. The call is
  // not finished before they are through, since it may be deleted then.
  int starting_ BW_GUARDED_BY(mutex_) = 0;
};

}  // namespace budgetwatch
