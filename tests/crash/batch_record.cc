#include "crash/batch_record.h"

#include <fcntl.h>
#include <unistd.h>

#include <cstdio>
#include <cstdlib>
#include <fstream>
#include <sstream>

namespace budgetwatch::crash {
namespace {

int Open(const std::string& path, int flags) {
  const int descriptor = open(path.c_str(), O_WRONLY | O_APPEND | O_CLOEXEC | flags, 0600);
  if (descriptor < 0) {
    std::perror(path.c_str());
    std::exit(2);
  }
  return descriptor;
}

}  // namespace

std::optional<RoundRecord> ReadRecord(const std::string& path, std::string* fault) {
  std::ifstream file(path);
  RoundRecord record;
  std::string word;
  LoadSeed& load = record.load;
  if (!(file >> word >> load.seed >> load.round >> load.remembered_events) || word != "round") {
    *fault = path + " does not start with `round SEED NUMBER REMEMBERED`";
    return std::nullopt;
  }
  int lane = 0;
  int batch = 0;
  while (file >> word >> lane >> batch) {
    bool follows = lane >= 0 && lane < kLaneCount;
    if (follows) {
      LaneRecord& of_lane = record.lanes[static_cast<size_t>(lane)];
      int& next = word == "sent" ? of_lane.sent : of_lane.acknowledged;
      follows = batch == next;
      ++next;
      follows = follows && of_lane.acknowledged <= of_lane.sent;
    }
    if (!follows) {
      std::ostringstream text;
      text << path << ": `" << word << ' ' << lane << ' ' << batch << "` does not follow";
      *fault = text.str();
      return std::nullopt;
    }
  }
  return record;
}

RecordWriter::RecordWriter(const std::string& path, const LoadSeed& load)
    : descriptor_(Open(path, O_CREAT | O_EXCL)) {
  Append("round " + std::to_string(load.seed) + ' ' + std::to_string(load.round) + ' ' +
         std::to_string(load.remembered_events) + '\n');
}

RecordWriter::RecordWriter(const std::string& path) : descriptor_(Open(path, 0)) {}

RecordWriter::~RecordWriter() { close(descriptor_); }

void RecordWriter::Line(const char* word, int lane, int batch) const {
  char text[64];
  const int size = std::snprintf(text, sizeof(text), "%s %d %d\n", word, lane, batch);
  Append(std::string(text, static_cast<size_t>(size)));
}

void RecordWriter::Append(const std::string& line) const {
  if (write(descriptor_, line.data(), line.size()) != static_cast<ssize_t>(line.size())) {
    std::perror("writing the client's record");
    std::exit(2);
  }
}

}  // namespace budgetwatch::crash
