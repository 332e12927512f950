#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "service/backups.h"

namespace budgetwatch {

// What a backup says of itself, as text that a person can read too:
//
//   budgetwatch_backup 1
//   format_version 2
//   sequence 31
//   recorded_time 1593561600000000      microseconds since 1970, UTC
//   chain_hash 5f1d...                  64 hexadecimal digits
//   check 0123456789abcdef              XXH3-64 of the lines above, hexadecimal
std::string EncodeBackupPoint(const BackupPoint& point);

// Takes any bytes; nothing for what EncodeBackupPoint did not make.
std::optional<BackupPoint> DecodeBackupPoint(std::string_view text);

}  // namespace budgetwatch
