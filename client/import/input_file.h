#pragma once

#include <cstdint>
#include <fstream>
#include <string>
#include <string_view>

#include "base/result.h"

namespace budgetwatch {

// A file that is open for reading.
struct InputFile {
  std::ifstream stream;
  int64_t bytes_total = 0;  // 0: unknown, as for a pipe
};

// Opens the file at `path`. Errors: FILE_NOT_FOUND, FILE_UNREADABLE (a directory,
// say) and FILE_EMPTY.
Result<InputFile> OpenInputFile(const std::string& path);

// Errors of files. They stay on the client, so their reasons are none of those in
// error_reason.proto.
Error FileError(ErrorCode code, std::string reason, std::string message);

// What the first bytes of a file say it is ("a Word or Excel file (.docx, .xlsx)"),
// empty when they may be text.
std::string_view BinaryFormat(std::string_view first_bytes);

}  // namespace budgetwatch
