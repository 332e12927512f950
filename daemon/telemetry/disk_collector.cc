#include "telemetry/disk_collector.h"

#include <filesystem>
#include <optional>
#include <system_error>
#include <utility>

#include "telemetry/family.h"

namespace budgetwatch {
namespace {

std::optional<std::filesystem::space_info> SpaceAt(const std::string& path) {
  std::error_code error;
  std::filesystem::path place = std::filesystem::absolute(path, error);
  if (error) return std::nullopt;
  while (!std::filesystem::exists(place, error) && place.has_relative_path()) {
    place = place.parent_path();
  }
  const std::filesystem::space_info space = std::filesystem::space(place, error);
  if (error) return std::nullopt;
  return space;
}

}  // namespace

std::vector<prometheus::MetricFamily> DiskCollector::Collect() const {
  prometheus::MetricFamily free = GaugeFamily(
      "disk_free_bytes",
      "Bytes that the daemon may still write on the file system of its data or backup directory.");
  prometheus::MetricFamily size = GaugeFamily(
      "disk_size_bytes", "Bytes of the file system of the daemon's data or backup directory.");
  for (const Directory& directory : directories_) {
    const auto space = SpaceAt(directory.path);
    if (!space) continue;
    const MetricLabels labels = {{"directory", directory.label}};
    AddSample(labels, static_cast<double>(space->available), &free);
    AddSample(labels, static_cast<double>(space->capacity), &size);
  }
  return {std::move(free), std::move(size)};
}

}  // namespace budgetwatch
