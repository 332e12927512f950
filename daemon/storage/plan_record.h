#pragma once

#include "budgetwatch/storage/v1/journal.pb.h"
#include "domain/plan.h"
#include "domain/profile.h"

namespace budgetwatch {

// Plans and profiles as they are stored. Decoders return false for what no encoder
// made.

void EncodePlan(const Plan& plan, storage::v1::StoredPlan* stored);
bool DecodePlan(const storage::v1::StoredPlan& stored, Plan* plan);

void EncodeProfile(const Profile& profile, storage::v1::ProfileEntry* stored);
bool DecodeProfile(const storage::v1::ProfileEntry& stored, Profile* profile);

}  // namespace budgetwatch
