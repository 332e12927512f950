#pragma once

#include <optional>
#include <string>
#include <vector>

#include "base/result.h"
#include "domain/date.h"
#include "domain/profile.h"
#include "service/committer.h"

namespace budgetwatch {

// How the daemon runs. deploy/budgetwatchd.yaml documents every key.
struct Options {
  std::string data_dir = "/var/lib/budgetwatch";
  std::string listen = "127.0.0.1:7470";
  std::string metrics_listen = "127.0.0.1:7471";
  std::string profile_file;  // empty: the built-in profile
  std::string time_zone = "Asia/Shanghai";
  std::optional<Date> today;  // fixes the business date
  std::string log_level = "info";
  int stop_timeout_seconds = 20;
  Committer::Options committer;
};

// Reads a configuration file into `options`; keys that it leaves out keep their
// value. Errors: INVALID_FIELD, naming file, line, key and cure.
Status ReadConfigFile(const std::string& path, Options* options);

// Reads a profile. Errors: as above.
Result<Profile> ReadProfileFile(const std::string& path);

// Checks what one value cannot show. Errors: INVALID_FIELD.
Status CheckOptions(const Options& options);

}  // namespace budgetwatch
