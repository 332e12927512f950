#include "storage/run_writer.h"

#include <rocksdb/db.h>
#include <rocksdb/env.h>

#include "base/check.h"
#include "base/failpoint.h"
#include "storage/run_format.h"
#include "storage/status_map.h"
#include "storage/store_health.h"

namespace budgetwatch {

RunWriter::RunWriter(const SortedRuns::Place& place, uint64_t number, uint64_t capacity)
    : place_(place),
      number_(number),
      path_(place.directory + "/run-" + std::to_string(number) + "-" + place.family->GetName() +
            kUnfinishedRunSuffix),
      options_(place.db->GetOptions(place.family)) {
  // Keeps what it writes in the page cache: it is read soon.
  file_.emplace(rocksdb::EnvOptions(), options_, place.family, false);
  if (BloomFilter::BytesFor(static_cast<size_t>(capacity)) <= place.filter_bytes) {
    filter_.emplace(static_cast<size_t>(capacity));
  }
  block_.reserve(kWordsPerBlock);
}

// Until the next start removed them, files of attempts that failed would fill the disk.
RunWriter::~RunWriter() {
  if (!file_) return;
  file_.reset();
  place_.db->GetEnv()->DeleteFile(path_).PermitUncheckedError();
}

Status RunWriter::Open() { return Check(file_->Open(path_)); }

Status RunWriter::Add(const IndexWord& word) {
  if (filter_) filter_->Add(word.high);
  block_.push_back(word);
  ++word_count_;
  return block_.size() == kWordsPerBlock ? FlushBlock() : Status();
}

Status RunWriter::Finish(Sequence first, Sequence last) {
  if (!block_.empty()) {
    if (Status status = FlushBlock(); !status.ok()) return status;
  }
  if (filter_) {
    if (Status status = WriteFilter(); !status.ok()) return status;
    filter_.reset();  // whoever loads the run soon makes another one
  }
  const TrailerHead head{first, last, word_count_};
  std::string trailer(reinterpret_cast<const char*>(&head), sizeof head);
  trailer.append(BytesOf(first_words_.data(), first_words_.size()).ToStringView());
  if (Status status = Put(kTrailerPart, trailer); !status.ok()) return status;
  if (Status status = Check(file_->Finish()); !status.ok()) return status;
  rocksdb::IngestExternalFileOptions ingest;
  ingest.move_files = true;
  ingest.snapshot_consistency = false;
  BW_FAILPOINT("before_index_run");
  Status status = place_.health->Change(
      [&] { return place_.db->IngestExternalFile(place_.family, {path_}, ingest); },
      "taking an index run");
  if (status.ok()) file_.reset();
  BW_FAILPOINT("after_index_run");
  // Else its health says what to do.
  return place_.health->CheckWritable().ok() ? Advised(std::move(status)) : status;
}

Status RunWriter::Check(const rocksdb::Status& status) const {
  return Advised(ToStatus(status, place_.directory, "writing an index run"));
}

// It is tried again: see IndexMaintenance.
Status RunWriter::Advised(Status status) const {
  if (status.ok() || status.error().reason != ReasonName(Reason::kStoreFailed)) return status;
  return Refusal(Reason::kStoreFailed, "",
                 status.error().message +
                     "; make room or check the disk: it is tried again, and recording goes on by "
                     "itself");
}

Status RunWriter::Put(uint32_t part, const rocksdb::Slice& value) {
  return Check(file_->Put(PartKey(number_, part).slice(), value));
}

Status RunWriter::FlushBlock() {
  first_words_.push_back(block_.front());
  const auto part = static_cast<uint32_t>(first_words_.size() - 1);
  BW_CHECK(part < kFirstFilterPart);
  const Status status = Put(part, BytesOf(block_.data(), block_.size()));
  block_.clear();
  return status;
}

Status RunWriter::WriteFilter() {
  const std::string_view bytes = filter_->bytes();
  uint32_t part = kFirstFilterPart;
  for (size_t begin = 0; begin < bytes.size(); begin += kFilterPartBytes, ++part) {
    const std::string_view piece = bytes.substr(begin, kFilterPartBytes);
    Status status = Put(part, {piece.data(), piece.size()});
    if (!status.ok()) return status;
  }
  return {};
}

}  // namespace budgetwatch
