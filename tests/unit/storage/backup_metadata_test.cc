// Goal: what a backup says of itself comes back as it was written, or not at all.
// Method: the bytes of an example, and every single change to them.

#include "storage/backup_metadata.h"

#include <gtest/gtest.h>

namespace budgetwatch {
namespace {

const BackupPoint kPoint{2, 31, 1'593'561'600'000'000, std::string(62, '0') + "af"};

TEST(BackupMetadata, IsText) {
  const std::string text = EncodeBackupPoint(kPoint);
  EXPECT_EQ(text.substr(0, text.find("check ")),
            "budgetwatch_backup 1\nformat_version 2\nsequence 31\n"
            "recorded_time 1593561600000000\nchain_hash " +
                kPoint.chain_hash + "\n");
  EXPECT_EQ(DecodeBackupPoint(text), kPoint);
}

TEST(BackupMetadata, AnEmptyLedgerHasAPointToo) {
  const BackupPoint point{2, 0, 0, std::string(64, '0')};
  EXPECT_EQ(DecodeBackupPoint(EncodeBackupPoint(point)), point);
}

TEST(BackupMetadata, NoChangePassesUnseen) {
  const std::string text = EncodeBackupPoint(kPoint);
  for (size_t i = 0; i < text.size(); ++i) {
    std::string changed = text;
    changed[i] = static_cast<char>(changed[i] ^ 1);
    EXPECT_EQ(DecodeBackupPoint(changed), std::nullopt) << i;
    EXPECT_EQ(DecodeBackupPoint(text.substr(0, i)), std::nullopt) << i;
  }
  for (const std::string& other : {std::string(), text + "\n", text + text,
                                   std::string("budgetwatch_backup 2\n"), "\n" + text}) {
    EXPECT_EQ(DecodeBackupPoint(other), std::nullopt) << other;
  }
}

TEST(BackupMetadata, RefusesWhatItCannotMean) {
  BackupPoint negative = kPoint;
  negative.sequence = -1;
  EXPECT_EQ(DecodeBackupPoint(EncodeBackupPoint(negative)), std::nullopt);
  BackupPoint short_hash = kPoint;
  short_hash.chain_hash = "af";
  EXPECT_EQ(DecodeBackupPoint(EncodeBackupPoint(short_hash)), std::nullopt);
}

}  // namespace
}  // namespace budgetwatch
