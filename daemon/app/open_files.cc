#include "app/open_files.h"

#include <sys/resource.h>

#include <cerrno>
#include <cstring>
#include <string>

#include "domain/reason.h"

namespace budgetwatch {

Status AllowOpenFiles(int max_connections) {
  const rlim_t needed = static_cast<rlim_t>(max_connections) + kFilesBesideConnections;
  rlimit limit = {};
  if (getrlimit(RLIMIT_NOFILE, &limit) == 0 && limit.rlim_cur >= needed) return {};
  const std::string text = "max_connections of " + std::to_string(max_connections) + " needs " +
                           std::to_string(needed) + " open files";
  if (limit.rlim_max < needed) {
    return Refusal(Reason::kInvalidField, "max_connections",
                   text + ", but the limit of this process is " + std::to_string(limit.rlim_max) +
                       "; lower it, or raise the limit (LimitNOFILE of systemd, ulimit -Hn)");
  }
  limit.rlim_cur = needed;
  if (setrlimit(RLIMIT_NOFILE, &limit) == 0) return {};
  return Refusal(Reason::kInvalidField, "max_connections", text + ": " + std::strerror(errno));
}

}  // namespace budgetwatch
