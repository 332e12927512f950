#include "bench/outcome_tally.h"

#include <grpcpp/support/slice.h>

#include "budgetwatch/v1/payment_service.pb.h"

namespace budgetwatch::bench {
namespace {

constexpr uint8_t kOutcomesTag = (1 << 3) | 2;  // of a response's list
constexpr uint8_t kOutcomeTag = (1 << 3) | 0;   // within an outcome

// An outcome's list entry begins with a tag and a length of at most this.
constexpr size_t kShortLengthMax = 127;

}  // namespace

OutcomeTally::OutcomeTally(const PaymentFeed& feed)
    : feed_(feed), project_fen_(static_cast<size_t>(feed.options().project_count)) {}

void OutcomeTally::Wrong(int64_t index, const std::string& what) {
  if (wrong_count_ == 0) first_wrong_ = "item " + std::to_string(index) + ": " + what;
  ++wrong_count_;
}

// The common outcomes, a varint first, are read by hand: parsing a message for each
// would cost the generator more than making the event did.
void OutcomeTally::CountOutcome(int64_t index, const uint8_t* bytes, size_t size) {
  int value = 0;
  std::string reason;
  if (size >= 2 && bytes[0] == kOutcomeTag && bytes[1] < v1::PaymentOutcome::OUTCOME_REJECTED) {
    value = bytes[1];
  } else {
    v1::PaymentOutcome outcome;
    if (outcome.ParseFromArray(bytes, static_cast<int>(size))) value = outcome.outcome();
    reason = outcome.reason() + ' ' + outcome.message();
  }
  const bool repeat = feed_.IsRepeat(index);
  if (value == v1::PaymentOutcome::OUTCOME_DUPLICATE && repeat) {
    ++duplicate_count_;
  } else if (value == v1::PaymentOutcome::OUTCOME_RECORDED && !repeat) {
    ++recorded_count_;
  } else if (value == v1::PaymentOutcome::OUTCOME_SUSPENDED && !repeat) {
    ++suspended_count_;
    suspended_fen_ += feed_.At(index).amount_fen;
  } else {
    Wrong(index,
          (v1::PaymentOutcome::Outcome_IsValid(value) ? v1::PaymentOutcome::Outcome_Name(value)
                                                      : std::to_string(value)) +
              (repeat ? " for a repeat " : " for a new event ") + reason);
  }
}

void OutcomeTally::Answered(int64_t first, int64_t count, const grpc::ByteBuffer& response) {
  grpc::Slice slice;
  if (!response.TrySingleSlice(&slice).ok() && !response.DumpToSingleSlice(&slice).ok()) {
    Wrong(first, "an answer without bytes");
    return;
  }
  const uint8_t* at = slice.begin();
  const uint8_t* const end = slice.end();
  int64_t index = first;
  bool readable = true;
  while (at < end && readable && index < first + count) {
    readable =
        end - at >= 2 && at[0] == kOutcomesTag && at[1] <= kShortLengthMax && end - at - 2 >= at[1];
    if (readable) {
      CountOutcome(index++, at + 2, at[1]);
      at += 2 + at[1];
    }
  }
  if (!readable) {
    // A rejection with a long message, or something of another version.
    v1::RecordPaymentsResponse whole;
    if (whole.ParseFromArray(slice.begin(), static_cast<int>(slice.size()))) {
      for (auto i = static_cast<int>(index - first); i < whole.outcomes_size(); ++i) {
        const std::string bytes = whole.outcomes(i).SerializeAsString();
        CountOutcome(index++, reinterpret_cast<const uint8_t*>(bytes.data()), bytes.size());
      }
    }
    at = end;
  }
  if (index != first + count || at != end) {
    Wrong(first, "an answer with " + std::to_string(index - first) + " outcomes, or more, for " +
                     std::to_string(count) + " events");
  }
}

}  // namespace budgetwatch::bench
