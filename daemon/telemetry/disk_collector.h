#pragma once

#include <prometheus/collectable.h>
#include <prometheus/metric_family.h>

#include <string>
#include <vector>

namespace budgetwatch {

// Shows the room on the file systems of the daemon's directories to Prometheus, so that
// nothing else needs to run on the machine to tell of a disk that fills up. Immutable.
class DiskCollector : public prometheus::Collectable {
 public:
  // What is looked at is the file system of `path`, or of the nearest directory above it
  // that exists, for one that is made later.
  struct Directory {
    std::string label;  // value of the label `directory`, from a closed set
    std::string path;
  };

  explicit DiskCollector(std::vector<Directory> directories)
      : directories_(std::move(directories)) {}

  // Directories whose file system does not answer are left out.
  std::vector<prometheus::MetricFamily> Collect() const override;

 private:
  const std::vector<Directory> directories_;
};

}  // namespace budgetwatch
