#pragma once

#include <array>
#include <optional>
#include <string>

#include "crash/lane_model.h"

namespace budgetwatch::crash {

// What the client did with the batches of one lane. Batches are numbered from 0; those
// below `acknowledged` were answered, those below `sent` were handed to the network.
struct LaneRecord {
  int sent = 0;
  int acknowledged = 0;
};

// The client's side of a round, as read from its file.
struct RoundRecord {
  LoadSeed load;
  std::array<LaneRecord, kLaneCount> lanes;
};

// Reads a record; nothing when the file cannot be read or its lines do not follow each
// other, with the reason in `fault`.
std::optional<RoundRecord> ReadRecord(const std::string& path, std::string* fault);

// The append-only file that a client writes beside its calls: a line
// `sent LANE BATCH` before a batch leaves, and `acked LANE BATCH` after its answer.
// Each line is one write. Thread-safe.
class RecordWriter {
 public:
  // Creates the file with its first line; without a load, appends to it. Ends the
  // program when that fails: a client without a record proves nothing.
  RecordWriter(const std::string& path, const LoadSeed& load);
  explicit RecordWriter(const std::string& path);
  ~RecordWriter();
  RecordWriter(const RecordWriter&) = delete;
  RecordWriter& operator=(const RecordWriter&) = delete;

  void Sent(int lane, int batch) const { Line("sent", lane, batch); }
  void Acknowledged(int lane, int batch) const { Line("acked", lane, batch); }

 private:
  void Line(const char* word, int lane, int batch) const;
  void Append(const std::string& line) const;

  const int descriptor_;
};

}  // namespace budgetwatch::crash
