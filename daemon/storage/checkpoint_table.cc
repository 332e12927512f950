#include "storage/checkpoint_table.h"

#include <rocksdb/db.h>
#include <rocksdb/write_batch.h>

#include <map>

#include "base/failpoint.h"
#include "storage/key_codec.h"
#include "storage/record_codec.h"
#include "storage/status_map.h"
#include "storage/store_health.h"

namespace budgetwatch {
namespace {

std::string_view View(const rocksdb::Slice& slice) { return {slice.data(), slice.size()}; }

}  // namespace

Status CheckpointTable::Failed(const rocksdb::Status& status, const char* doing) const {
  return ToStatus(status, place_.directory, doing);
}

Error CheckpointTable::Damaged(const std::string& what) const {
  return DamagedStore(place_.directory, what);
}

Status CheckpointTable::Write(const StateCheckpoint& checkpoint,
                              const std::vector<TotalRow>& changed) {
  // Several batches, so that commits can go between them, and the checkpoint last:
  // without it, totals of its sequence are not looked at. None is synced: the log
  // keeps its order, so that a checkpoint never survives without what it sums.
  constexpr size_t kProjectsPerBatch = 256;
  rocksdb::WriteOptions lazy;
  lazy.sync = false;
  rocksdb::WriteBatch batch;
  const auto write = [&] {
    return place_.health->Change([&] { return place_.db->Write(lazy, &batch); },
                                 "writing a checkpoint");
  };
  rocksdb::Status status;
  for (size_t begin = 0; begin < changed.size() && status.ok();) {
    const TotalRow& first = changed[begin];
    const int fiscal_year = first.date.year();
    std::vector<ProjectTotals::Day> days;
    for (; begin < changed.size() && changed[begin].project_code == first.project_code &&
           changed[begin].date.year() == fiscal_year;
         ++begin) {
      days.push_back({changed[begin].date, changed[begin].total});
    }
    status = batch.Put(place_.totals,
                       EncodeTotalKey({fiscal_year, first.project_code, checkpoint.sequence}),
                       EncodeDayTotals(days));
    if (status.ok() && batch.Count() >= kProjectsPerBatch) {
      if (Status written = write(); !written.ok()) return written;
      batch.Clear();
    }
  }
  BW_FAILPOINT("during_checkpoint");
  if (status.ok()) {
    status = batch.Put(place_.checkpoints, SequenceKey(checkpoint.sequence),
                       EncodeCheckpoint(checkpoint));
  }
  return status.ok() ? write() : Failed(status, "encoding a checkpoint");
}

Result<std::optional<StateCheckpoint>> CheckpointTable::Last(Sequence sequence) const {
  const std::unique_ptr<rocksdb::Iterator> iterator(
      place_.db->NewIterator(rocksdb::ReadOptions(), place_.checkpoints));
  iterator->SeekForPrev(SequenceKey(sequence));
  if (!iterator->Valid()) {
    const Status status = Failed(iterator->status(), "reading the last checkpoint");
    if (!status.ok()) return status.error();
    return std::optional<StateCheckpoint>();
  }
  auto checkpoint = DecodeCheckpoint(View(iterator->value()));
  if (!checkpoint) return Damaged("the last checkpoint cannot be read");
  return checkpoint;
}

Status CheckpointTable::ScanTotals(Sequence checkpoint, std::optional<int> fiscal_year,
                                   const Store::TotalVisitor& visitor) const {
  const std::unique_ptr<rocksdb::Iterator> iterator(
      place_.db->NewIterator(rocksdb::ReadOptions(), place_.totals));
  // The versions of a project follow each other, and a later one replaces the days
  // that it names.
  TotalKey current;
  std::map<Date, Total> days;
  const auto visit = [&]() -> Status {
    for (const auto& [date, total] : days) {
      Status status = visitor({current.project_code, date, total});
      if (!status.ok()) return status;
    }
    days.clear();
    return {};
  };
  for (iterator->Seek(fiscal_year ? YearPrefix(*fiscal_year) : std::string()); iterator->Valid();
       iterator->Next()) {
    auto key = DecodeTotalKey(View(iterator->key()));
    if (!key) return Damaged("a key of the totals cannot be read");
    if (fiscal_year && key->fiscal_year != *fiscal_year) break;
    if (key->fiscal_year != current.fiscal_year || key->project_code != current.project_code) {
      if (Status status = visit(); !status.ok()) return status;
      current = *key;
    }
    if (key->checkpoint > checkpoint) continue;
    const bool decoded = DecodeDayTotals(
        View(iterator->value()), [&days](Date date, const Total& total) { days[date] = total; });
    if (!decoded) return Damaged("the totals of project " + key->project_code + " cannot be read");
  }
  if (!iterator->status().ok()) return Failed(iterator->status(), "reading the totals");
  return visit();
}

}  // namespace budgetwatch
