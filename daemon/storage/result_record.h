#pragma once

#include "budgetwatch/storage/v1/journal.pb.h"
#include "domain/journal.h"

namespace budgetwatch {

// Between what the ledger knows of results and their stored messages. A Decode is false
// for what no Encode made.

void EncodeObservation(const ObservationEntry& entry, storage::v1::ObservationEntry* stored);
bool DecodeObservation(const storage::v1::ObservationEntry& stored, ObservationEntry* entry);

void EncodeReview(const ReviewEntry& entry, storage::v1::ReviewEntry* stored);
bool DecodeReview(const storage::v1::ReviewEntry& stored, ReviewEntry* entry);

}  // namespace budgetwatch
