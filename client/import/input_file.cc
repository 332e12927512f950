#include "import/input_file.h"

#include <cerrno>
#include <filesystem>
#include <system_error>
#include <utility>

namespace budgetwatch {

Error FileError(ErrorCode code, std::string reason, std::string message) {
  return Error{code, std::move(reason), std::move(message), "file"};
}

Result<InputFile> OpenInputFile(const std::string& path) {
  std::error_code problem;
  const auto status = std::filesystem::status(path, problem);
  if (status.type() == std::filesystem::file_type::not_found) {
    return FileError(ErrorCode::kNotFound, "FILE_NOT_FOUND",
                     path + ": there is no such file; check the path");
  }
  if (std::filesystem::is_directory(status)) {
    return FileError(ErrorCode::kInvalidArgument, "FILE_UNREADABLE",
                     path + ": this is a directory; name a file in it");
  }
  InputFile file;
  if (std::filesystem::is_regular_file(status)) {
    const auto size = std::filesystem::file_size(path, problem);
    if (!problem && size == 0) {
      return FileError(ErrorCode::kInvalidArgument, "FILE_EMPTY",
                       path + ": the file is empty; name the file that holds the data");
    }
    if (!problem) file.bytes_total = static_cast<int64_t>(size);
  }
  errno = 0;
  file.stream.open(path, std::ios::binary);
  if (!file.stream.is_open()) {
    const std::string cause = std::error_code(errno, std::generic_category()).message();
    return FileError(ErrorCode::kUnavailable, "FILE_UNREADABLE",
                     path + ": the file cannot be opened (" + cause + "); check its permissions");
  }
  return file;
}

std::string_view BinaryFormat(std::string_view first_bytes) {
  if (first_bytes.starts_with("PK\x03\x04")) return "a Word or Excel file (.docx, .xlsx)";
  if (first_bytes.starts_with("\xd0\xcf\x11\xe0")) return "an old Word or Excel file (.doc, .xls)";
  if (first_bytes.starts_with("%PDF")) return "a PDF file";
  if (first_bytes.starts_with("{\\rtf")) return "an RTF file";
  if (first_bytes.starts_with("\x1f\x8b")) return "a compressed file";
  if (first_bytes.starts_with("\xff\xfe") || first_bytes.starts_with("\xfe\xff")) {
    return "a text in UTF-16";
  }
  return "";
}

}  // namespace budgetwatch
