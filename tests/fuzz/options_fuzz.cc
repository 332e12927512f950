// Input: a configuration file, or a profile when it begins with "p". What is accepted
// holds the bounds that the daemon relies on.

#include <sys/mman.h>
#include <unistd.h>

#include <string>

#include "app/options.h"
#include "domain/plan.h"
#include "fuzz/fuzz_input.h"

namespace budgetwatch {
namespace {

// A file in memory with these bytes.
class MemoryFile {
 public:
  explicit MemoryFile(std::string_view bytes) : descriptor_(memfd_create("input", 0)) {
    BW_CHECK(descriptor_ >= 0);
    while (!bytes.empty()) {
      const ssize_t written = write(descriptor_, bytes.data(), bytes.size());
      BW_CHECK(written > 0);
      bytes.remove_prefix(static_cast<size_t>(written));
    }
  }
  ~MemoryFile() { close(descriptor_); }
  MemoryFile(const MemoryFile&) = delete;
  MemoryFile& operator=(const MemoryFile&) = delete;

  std::string path() const { return "/proc/self/fd/" + std::to_string(descriptor_); }

 private:
  const int descriptor_;
};

void CheckShare(int32_t ppm) { BW_CHECK(ppm >= 0 && ppm <= kFullSharePpm); }

void CheckProfile(const Profile& profile) {
  CheckShare(profile.tolerance_ppm);
  CheckShare(profile.severe_ppm);
  CheckShare(profile.backloaded_ppm);
  for (const MonitoringDay& day : profile.monitoring_days) {
    BW_CHECK(Date::FromCivil(2020, day.month, day.day).has_value());
  }
  for (const Floor& floor : profile.floors) {
    BW_CHECK(Date::FromCivil(2020, floor.month, floor.day).has_value());
    CheckShare(floor.share_ppm);
  }
}

}  // namespace
}  // namespace budgetwatch

int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  budgetwatch::FuzzInput input(data, size);
  const bool is_profile = input.Byte() == 'p';
  const budgetwatch::MemoryFile file(input.Rest());
  if (is_profile) {
    const auto profile = budgetwatch::ReadProfileFile(file.path());
    if (profile.ok()) budgetwatch::CheckProfile(profile.value());
    return 0;
  }
  budgetwatch::Options options;
  if (!budgetwatch::ReadConfigFile(file.path(), &options).ok()) return 0;
  if (!budgetwatch::CheckOptions(options).ok()) return 0;
  BW_CHECK(options.committer.max_queued_events > 0);
  BW_CHECK(options.committer.max_group_events > 0);
  BW_CHECK(options.committer.checkpoint_interval > 0);
  BW_CHECK(options.stop_timeout_seconds >= 0);
  return 0;
}
