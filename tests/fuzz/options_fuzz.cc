// Input: a configuration file, or a profile when it begins with "p". What is accepted
// holds the bounds that the daemon relies on.

#include <sys/mman.h>
#include <unistd.h>

#include <string>

#include "app/options.h"
#include "app/profile_file.h"
#include "app/settings_source.h"
#include "domain/plan.h"
#include "domain/score_rules.h"
#include "domain/score_weights.h"
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

void CheckDays(const std::vector<MonitoringDay>& days) {
  for (const MonitoringDay& day : days) {
    BW_CHECK(Date::FromCivil(2020, day.month, day.day).has_value());
  }
}

// Whatever the rules are, a line's items can earn 100 points together.
void CheckScoring(const ScoreRules& rules) {
  BW_CHECK(CheckScoreRules(rules).empty());
  Project project;
  for (size_t i = 0; i <= rules.sections.size(); i += 2) {
    Indicator& indicator = project.indicators.emplace_back();
    if (i < rules.sections.size()) indicator.level2 = rules.sections[i].words.back();
    if (i % 4 == 0) indicator.weight = "12.5";
  }
  const ScoreWeights weights = WeightsOf(project, rules);
  Rational sum = weights.execution;
  for (const IndicatorWeight& weight : weights.indicators) {
    BW_CHECK(sgn(weight.weight) >= 0);
    sum += weight.weight;
  }
  BW_CHECK(sum == 100);
}

void CheckProfile(const Profile& profile) {
  for (const int32_t share : {profile.tolerance_ppm, profile.severe_ppm, profile.backloaded_ppm,
                              profile.rush_ppm, profile.shortfall_ppm, profile.divergence_ppm}) {
    CheckShare(share);
  }
  BW_CHECK(profile.severe_ppm >= profile.tolerance_ppm);
  BW_CHECK(!profile.monitoring_days.empty());
  CheckDays(profile.monitoring_days);
  CheckDays(profile.review_days);
  CheckDays({profile.backloaded_after});
  for (const Floor& floor : profile.floors) {
    CheckDays({{floor.month, floor.day}});
    CheckShare(floor.share_ppm);
  }
  BW_CHECK(!profile.name.empty());
  BW_CHECK(!profile.wording.monitoring_title.empty());
  BW_CHECK(!profile.wording.evaluation_title.empty());
  BW_CHECK(!profile.wording.impossible.empty());
  CheckScoring(profile.score);
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
