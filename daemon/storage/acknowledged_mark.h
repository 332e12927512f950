#pragma once

#include <memory>
#include <string>

#include "base/mutex.h"
#include "domain/reason.h"
#include "domain/sequence.h"

namespace rocksdb {
class Env;
class RandomRWFile;
}  // namespace rocksdb

namespace budgetwatch {

// What the mark says; all 0 when there is none.
struct MarkContent {
  Sequence sequence = 0;         // the journal was durable up to here
  uint64_t manifest_number = 0;  // of the manifest in use,
  uint64_t manifest_bytes = 0;   // and what of it was durable
};

// A small file beside the database that says how far the journal and the manifest were
// durable. RocksDB cannot tell the end of a log that a power loss tore, where nothing
// was acknowledged, from an end that was cut or overwritten later, and it passes over a
// manifest that is cut short; with the mark, a start can tell.
//
// The mark never runs ahead of the database. It may fall behind by what a power loss
// takes: it is written after every commit, but synced at most once a second, so that
// it costs a commit a microsecond. A clean stop and a killed process leave it exact.
//
// The file holds two slots of 40 bytes: sequence, number of the write, manifest's number,
// its bytes, XXH3 of all (8 each, little-endian). One of them is durable, and the other one
// is written until it is, so that a crash can tear one only.
// Thread-safe.
class AcknowledgedMark {
 public:
  static constexpr const char* kFileName = "ACKNOWLEDGED";

  // `env` outlives the mark. Errors: STORE_FAILED; DATA_DAMAGED when neither slot can be
  // read, which no crash brings about: a start could not tell any more what is missing.
  static Result<std::unique_ptr<AcknowledgedMark>> Open(const std::string& directory,
                                                        rocksdb::Env* env);
  ~AcknowledgedMark();

  MarkContent content() const;

  // The journal is durable up to here. A failure leaves the mark behind, no more.
  void Advance(Sequence sequence);

  // This much of the manifest in use is durable.
  void NoteManifest(uint64_t number, uint64_t bytes);

 private:
  explicit AcknowledgedMark(std::unique_ptr<rocksdb::RandomRWFile> file);
  // False when what it finds is no mark.
  bool Read(const std::string& bytes);
  void Write() BW_REQUIRES(mutex_);

  const std::unique_ptr<rocksdb::RandomRWFile> file_;
  mutable Mutex mutex_;
  MarkContent content_ BW_GUARDED_BY(mutex_);
  uint64_t write_count_ BW_GUARDED_BY(mutex_) = 0;
  size_t slot_ BW_GUARDED_BY(mutex_) = 0;  // to be written
  int64_t synced_nanos_ BW_GUARDED_BY(mutex_) = 0;
};

}  // namespace budgetwatch
