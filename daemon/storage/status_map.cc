#include "storage/status_map.h"

#include <rocksdb/status.h>

namespace budgetwatch {

Status ToStatus(const rocksdb::Status& status, const std::string& directory, const char* doing) {
  if (status.ok()) return {};
  if (status.IsCorruption() || status.IsNotFound()) {
    return DamagedStore(directory, std::string(doing) + ": " + status.ToString());
  }
  return Refusal(Reason::kStoreFailed, "",
                 "the store in " + directory + " failed while " + doing + ": " + status.ToString());
}

Error DamagedStore(const std::string& directory, const std::string& what) {
  return Refusal(Reason::kDataDamaged, "",
                 "the store in " + directory + " is damaged (" + what +
                     "); keep a copy of it and restore a backup");
}

}  // namespace budgetwatch
