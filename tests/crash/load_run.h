#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "crash/batch_record.h"

namespace budgetwatch::crash {

struct LoadOptions {
  std::string server;
  std::string record_path;
  LoadSeed load;
  // Lanes stop when so many events were sent or so much time has passed, if the server
  // has not ended before; 0 for no such bound.
  int64_t sent_events_max = 0;
  int64_t seconds_max = 0;
  int64_t events_per_second = 0;  // at most; 0 for as fast as it goes
  // The process gets the signal `delay_micros` after so many events were
  // acknowledged, or after the load. Without a process nothing is sent.
  int pid = 0;
  int signal = 0;
  int64_t after_events = 0;
  int64_t delay_micros = 0;
};

struct LoadResult {
  int64_t sent_events = 0;
  int64_t acknowledged_events = 0;
  int64_t sent_batches = 0;
  int64_t acknowledged_batches = 0;
  bool server_ended = false;        // at least one lane lost the server
  int complete_lanes = 0;           // with an answer to everything they sent
  RoundTotals totals;               // of these
  std::vector<std::string> faults;  // wrong answers, and ends that no crash explains
};

// Sends batches of all lanes at once, over several connections, until the server ends
// or enough was sent; records each in the file and compares each answer with what the
// server must say.
LoadResult RunLoad(const LoadOptions& options);

struct ResendResult {
  int64_t resent_batches = 0;
  int64_t found_batches = 0;  // of these, there already
  // Of the round with everything that was sent.
  RoundTotals totals;
  std::vector<std::string> faults;
};

// Sends every batch without an answer again, and the last one that has an answer; each
// must be there wholly or not at all. Records the answers, so that the round is then
// complete.
ResendResult ResendUnanswered(const std::string& server, const std::string& record_path,
                              const RoundRecord& record);

}  // namespace budgetwatch::crash
