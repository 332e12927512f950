// The no-store ceiling: gRPC, decoding, checking and answering as the daemon does them, and
// nothing kept. As a server it answers every event with RECORDED; as a client it sends the
// feed without repeats, checks the answers and prints figures as JSON.
// usage: no_store --serve 127.0.0.1:0 | --server HOST:PORT [--mode unary|stream]
//                 [--connections N] [the flags of load_program.h]

#include <grpcpp/server_builder.h>

#include <cstdio>
#include <deque>
#include <memory>
#include <mutex>
#include <string>
#include <vector>

#include "bench/feed_request.h"
#include "bench/load_driver.h"
#include "bench/outcome_tally.h"
#include "budgetwatch/v1/payment_service.grpc.pb.h"
#include "load_program.h"
#include "service/payments.h"
#include "transport/payment_codec.h"
#include "transport/server.h"

namespace budgetwatch::bench {
namespace {

// False when the request is malformed.
bool AnswerTo(const grpc::ByteBuffer& request, grpc::ByteBuffer* response) {
  DecodedBatch batch;
  if (!DecodeBatch(request, kMaxBatchEvents, &batch).ok()) return false;
  std::vector<PaymentOutcome> outcomes;
  outcomes.reserve(batch.events.size());
  int64_t sequence = 0;
  for (const auto& event : batch.events) {
    auto normal = NormalizePayment(event);
    if (auto* refusal = std::get_if<PaymentRefusal>(&normal)) {
      outcomes.push_back(PaymentOutcome::Rejected(std::move(*refusal)));
    } else {
      outcomes.push_back({PaymentOutcome::Kind::kRecorded, ++sequence, nullptr});
    }
  }
  *response = EncodeOutcomes(outcomes);
  return true;
}

// Reads on while answers wait to be written, as the daemon does.
class Stream final : public grpc::ServerBidiReactor<grpc::ByteBuffer, grpc::ByteBuffer> {
 public:
  Stream() { StartRead(&request_); }

  void OnReadDone(bool ok) override {
    grpc::ByteBuffer response;
    const bool answered = ok && AnswerTo(request_, &response);
    const std::lock_guard<std::mutex> lock(mutex_);
    if (answered) {
      responses_.push_back(std::move(response));
      if (!writing_) Write();
      StartRead(&request_);
      return;
    }
    if (ok) status_ = grpc::Status(grpc::StatusCode::INVALID_ARGUMENT, "malformed");
    reads_over_ = true;
    if (!writing_) Finish(status_);
  }

  void OnWriteDone(bool ok) override {
    const std::lock_guard<std::mutex> lock(mutex_);
    writing_ = false;
    responses_.pop_front();
    if (!ok) responses_.clear();
    if (!responses_.empty()) {
      Write();
    } else if (reads_over_) {
      Finish(status_);
    }
  }

  void OnDone() override { delete this; }

 private:
  // With more to come at once, gRPC may send it all together.
  void Write() {
    writing_ = true;
    grpc::WriteOptions options;
    if (responses_.size() > 1) options.set_buffer_hint();
    StartWrite(&responses_.front(), options);
  }

  grpc::ByteBuffer request_;  // of the read under way
  std::mutex mutex_;
  std::deque<grpc::ByteBuffer> responses_;  // the front is being written
  grpc::Status status_;
  bool writing_ = false;
  bool reads_over_ = false;
};

class NoStoreService final
    : public v1::PaymentService::WithRawCallbackMethod_RecordPayments<
          v1::PaymentService::WithRawCallbackMethod_StreamPayments<v1::PaymentService::Service>> {
 public:
  grpc::ServerUnaryReactor* RecordPayments(grpc::CallbackServerContext* context,
                                           const grpc::ByteBuffer* request,
                                           grpc::ByteBuffer* response) override {
    grpc::ServerUnaryReactor* reactor = context->DefaultReactor();
    reactor->Finish(AnswerTo(*request, response)
                        ? grpc::Status::OK
                        : grpc::Status(grpc::StatusCode::INVALID_ARGUMENT, "malformed"));
    return reactor;
  }
  grpc::ServerBidiReactor<grpc::ByteBuffer, grpc::ByteBuffer>* StreamPayments(
      grpc::CallbackServerContext*) override {
    return new Stream;  // deletes itself in OnDone
  }
};

// Until standard input ends.
int Serve(const std::string& address) {
  NoStoreService service;
  const auto server = GrpcServer::Start(address, {&service});
  Require(server.ok(), "cannot listen on " + address);
  std::printf("ready grpc=%s metrics=-\n", server.value()->address().c_str());
  std::fflush(stdout);
  while (std::getchar() != EOF) {
  }
  return 0;
}

int Load(const LoadFlags& flags) {
  const PaymentFeed feed(flags.feed);
  OutcomeTally tally(feed);
  const LoadPort port{[&](int64_t batch) {
                        return EncodeRequest(feed, flags.source, batch * flags.batch_size,
                                             flags.CountOf(batch), &tally);
                      },
                      [&](int64_t batch, const grpc::ByteBuffer& response) {
                        tally.Answered(batch * flags.batch_size, flags.CountOf(batch), response);
                      }};
  LoadOptions options;
  options.server = flags.Own("server");
  options.stream = flags.Own("mode") == "stream";
  options.connections = std::stoi(flags.Own("connections"));
  options.in_flight = static_cast<int>(flags.in_flight);
  options.batch_count = flags.BatchCount();
  const LoadResult load = DriveLoad(options, port);
  Require(load.status.ok(), load.status.message);
  Require(tally.wrong_count() == 0 && tally.recorded_count() == flags.payment_count,
          "wrong answers: " + tally.first_wrong());
  PrintFigures(flags, load.seconds, load.latency);
  return 0;
}

int Main(int argc, char** argv) {
  LoadFlags flags = ParseLoadFlags(
      argc, argv, {{"serve", ""}, {"server", ""}, {"mode", "unary"}, {"connections", "1"}});
  if (!flags.Own("serve").empty()) return Serve(flags.Own("serve"));
  Require(!flags.Own("server").empty(), "--serve or --server is missing");
  flags.feed.repeat_permille = 0;  // nothing is kept, so nothing is known again
  return Load(flags);
}

}  // namespace
}  // namespace budgetwatch::bench

int main(int argc, char** argv) { return budgetwatch::bench::Main(argc, argv); }
