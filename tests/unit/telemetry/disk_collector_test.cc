// Goal: the room that is shown is that of the file system of each directory.
// Method: directories that exist and that do not, compared with what the system says.

#include "telemetry/disk_collector.h"

#include <gtest/gtest.h>

#include <filesystem>
#include <map>

namespace budgetwatch {
namespace {

namespace fs = std::filesystem;

// Values by the label `directory`.
using Values = std::map<std::string, double>;

std::map<std::string, Values> Collect(std::vector<DiskCollector::Directory> directories) {
  std::map<std::string, Values> families;
  for (const auto& family : DiskCollector(std::move(directories)).Collect()) {
    Values& values = families[family.name];
    for (const auto& metric : family.metric) {
      EXPECT_EQ(metric.label.size(), 1u);
      EXPECT_EQ(metric.label.front().name, "directory");
      values[metric.label.front().value] = metric.gauge.value;
    }
  }
  return families;
}

TEST(DiskCollectorTest, ShowsSizeAndRoomOfTheFileSystem) {
  const std::string place = fs::temp_directory_path().string();
  const auto families = Collect({{"data", place}});
  const fs::space_info space = fs::space(place);
  EXPECT_EQ(families.at("budgetwatch_disk_size_bytes"),
            (Values{{"data", static_cast<double>(space.capacity)}}));
  const double free = families.at("budgetwatch_disk_free_bytes").at("data");
  EXPECT_GT(free, 0);
  EXPECT_LE(free, static_cast<double>(space.capacity));
}

TEST(DiskCollectorTest, DirectoryThatIsMadeLaterShowsWhereItWillLie) {
  const std::string place = fs::temp_directory_path().string();
  const auto families = Collect({{"data", place}, {"backup", place + "/not/there/yet"}});
  const Values& sizes = families.at("budgetwatch_disk_size_bytes");
  ASSERT_EQ(sizes.size(), 2u);
  EXPECT_EQ(sizes.at("data"), sizes.at("backup"));
}

}  // namespace
}  // namespace budgetwatch
