#include "budgetctl/file_output.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <cstdio>
#include <system_error>

namespace budgetwatch::ctl {
namespace {

std::string LastError() { return std::generic_category().message(errno); }

std::string Write(int descriptor, std::string_view bytes) {
  while (!bytes.empty()) {
    const ssize_t written = write(descriptor, bytes.data(), bytes.size());
    if (written < 0 && errno == EINTR) continue;
    if (written < 0) return LastError();
    bytes.remove_prefix(static_cast<size_t>(written));
  }
  return "";
}

// The permissions of the file that is replaced, or those of a new file.
mode_t Permissions(const std::string& path) {
  struct stat existing = {};
  if (stat(path.c_str(), &existing) == 0) return existing.st_mode & 07777;
  const mode_t mask = umask(0);
  umask(mask);
  return 0666 & ~mask;
}

}  // namespace

std::string ReplaceFile(const std::string& path, std::string_view bytes) {
  // A device or a pipe, such as /dev/stdout, is written and not replaced.
  struct stat existing = {};
  if (stat(path.c_str(), &existing) == 0 && !S_ISREG(existing.st_mode)) {
    const int device = open(path.c_str(), O_WRONLY | O_CLOEXEC);
    if (device < 0) return LastError();
    std::string error = Write(device, bytes);
    if (close(device) != 0 && error.empty()) error = LastError();
    return error;
  }
  std::string temporary = path + ".XXXXXX";
  const int descriptor = mkstemp(temporary.data());
  if (descriptor < 0) return LastError();
  std::string error = Write(descriptor, bytes);
  if (error.empty() && fsync(descriptor) != 0) error = LastError();
  if (error.empty() && fchmod(descriptor, Permissions(path)) != 0) error = LastError();
  if (close(descriptor) != 0 && error.empty()) error = LastError();
  if (error.empty() && std::rename(temporary.c_str(), path.c_str()) != 0) error = LastError();
  if (!error.empty()) unlink(temporary.c_str());
  return error;
}

}  // namespace budgetwatch::ctl
