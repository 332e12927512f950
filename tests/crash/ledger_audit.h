#pragma once

#include <cstdint>
#include <string>
#include <unordered_map>
#include <vector>

#include "crash/batch_record.h"
#include "crash/lane_model.h"

namespace budgetwatch::crash {

// What an audit found; a ledger that kept the crash law has zeros from `lost` on.
struct AuditResult {
  int64_t acknowledged = 0;  // events that the client has an answer for
  int64_t held = 0;          // events in the ledger
  int64_t unacknowledged_batches = 0;
  int64_t unacknowledged_held = 0;  // of these, whole in the ledger
  int64_t lost = 0;                 // acknowledged events that are not there
  int64_t doubled = 0;              // events listed more than once
  int64_t partial = 0;              // batches that are there in part, or whose predecessor is not
  int64_t foreign = 0;              // listed events that nobody sent
  int64_t altered = 0;              // events with other content than sent, or out of order
  std::vector<std::string> faults;  // the first of them in words
  RoundTotals totals;               // of what is held
  // Some of each, for lookups one by one.
  std::vector<v1::Payment> held_sample;
  std::vector<v1::GetPaymentRequest> absent_sample;

  bool clean() const { return lost + doubled + partial + foreign + altered == 0; }
};

// The rows in which the ledger must list an event, without what it chooses itself
// (sequence and time): where it is booked and, of a correction, what it is taken from.
std::vector<v1::Payment> RowsOf(const HeldEvent& held, int round, int lane);

// Compares what the ledger lists of a round's projects with the client's record:
// every acknowledged batch is there exactly once and as sent; of the others of each
// lane a first part is there, batch by batch whole, and the rest is absent.
// Thread-compatible.
class LedgerAudit {
 public:
  explicit LedgerAudit(const RoundRecord& record);

  // A row of ListPayments, of any project of the round.
  void AddRow(v1::Payment row);

  AuditResult Finish();

 private:
  // The listed rows of one event.
  struct Rows {
    std::vector<v1::Payment> booked;
    std::vector<v1::Payment> taken;
    bool expected = false;
  };
  using RowsById = std::unordered_map<std::string, Rows>;

  void AuditLane(int lane);
  int HeldBatches(int lane, const LaneModel& sent);
  void CompareEvent(const HeldEvent& held, int lane, int64_t* last_sequence);
  void CompareRow(v1::Payment expected, const std::vector<v1::Payment>& rows, int batch, int lane);
  void AddForeign(int lane);
  void Fault(int64_t* counter, const std::string& text);

  const RoundRecord record_;
  std::unordered_map<std::string, int> lane_by_source_;
  std::array<RowsById, kLaneCount> rows_;
  AuditResult result_;
};

}  // namespace budgetwatch::crash
