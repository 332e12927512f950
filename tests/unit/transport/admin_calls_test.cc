// Goal: what AdminService answers, and with which reasons it refuses.
// Method: calls over a real port, on a backup store that waits where the test wants.

#include <gtest/gtest.h>

#include <thread>

#include "budgetwatch/v1/admin_service.grpc.pb.h"
#include "test_server.h"

namespace budgetwatch {
namespace {

class AdminCallsTest : public testing::Test {
 protected:
  grpc::Status Back(v1::CreateBackupResponse* response) {
    BoundedCall context;
    return stub_->CreateBackup(&context, {}, response);
  }

  std::string VerifyReason(int64_t sequence, const std::string& hash) {
    BoundedCall context;
    v1::VerifyLedgerRequest request;
    request.set_expected_sequence(sequence);
    request.set_expected_chain_hash(hash);
    v1::VerifyLedgerResponse response;
    const grpc::Status status = stub_->VerifyLedger(&context, request, &response);
    return status.ok() ? "" : DetailsOf(status).reason + " " + DetailsOf(status).field;
  }

  TestServer server_;
  const std::unique_ptr<v1::AdminService::Stub> stub_ =
      v1::AdminService::NewStub(server_.Connect());
};

TEST_F(AdminCallsTest, ABackupIsDescribed) {
  v1::CreateBackupResponse response;
  ASSERT_TRUE(Back(&response).ok());
  EXPECT_EQ(response.backup_id(), 1);
  EXPECT_EQ(response.ledger_sequence(), 7);
  EXPECT_EQ(response.chain_hash(), std::string(64, 'a'));
  EXPECT_EQ(response.size_bytes(), 4096);
  EXPECT_EQ(response.held_count(), 2);
  EXPECT_GE(response.elapsed_duration().seconds(), 0);
  EXPECT_TRUE(response.has_elapsed_duration());
}

TEST_F(AdminCallsTest, ASecondBackupAtTheSameMomentIsRefused) {
  server_.backup_store().SetClosed(true);
  std::thread first([this] {
    v1::CreateBackupResponse response;
    EXPECT_TRUE(Back(&response).ok());
  });
  ASSERT_TRUE(Eventually([this] { return server_.backup_store().begun() == 1; }));
  v1::CreateBackupResponse response;
  const grpc::Status second = Back(&response);
  EXPECT_EQ(second.error_code(), grpc::StatusCode::FAILED_PRECONDITION);
  EXPECT_EQ(DetailsOf(second).reason, "BACKUP_RUNNING");
  // Others are served meanwhile.
  EXPECT_TRUE(Records(server_.Connect(), "p1"));
  server_.backup_store().SetClosed(false);
  first.join();
}

TEST_F(AdminCallsTest, AStopEndsABackup) {
  server_.backup_store().SetClosed(true);
  std::thread first([this] {
    v1::CreateBackupResponse response;
    EXPECT_EQ(DetailsOf(Back(&response)).reason, "SHUTTING_DOWN");
  });
  ASSERT_TRUE(Eventually([this] { return server_.backup_store().begun() == 1; }));
  server_.Stop();
  first.join();
}

TEST_F(AdminCallsTest, OneVerificationAtATimeAndNoneThatNobodyWaitsFor) {
  ASSERT_TRUE(Records(server_.Connect(), "p1"));
  const int before = server_.store().scans();
  server_.store().SetScansClosed(true);
  BoundedCall left;
  std::thread first([&] {
    v1::VerifyLedgerResponse response;
    EXPECT_EQ(stub_->VerifyLedger(&left, {}, &response).error_code(), grpc::StatusCode::CANCELLED);
  });
  ASSERT_TRUE(Eventually([&] { return server_.store().scans() == before + 1; }));
  EXPECT_EQ(VerifyReason(0, ""), "QUEUE_FULL ");
  left.TryCancel();
  first.join();
  EXPECT_EQ(VerifyReason(0, ""), "QUEUE_FULL ");  // it still reads
  server_.store().SetScansClosed(false);
  EXPECT_TRUE(Eventually([this] { return VerifyReason(0, "").empty(); }));
}

TEST_F(AdminCallsTest, WhatWasNotedIsBothOrNeither) {
  EXPECT_EQ(VerifyReason(0, ""), "");
  EXPECT_EQ(VerifyReason(0, std::string(64, 'a')), "INVALID_FIELD expected_sequence");
  EXPECT_EQ(VerifyReason(-1, ""), "INVALID_FIELD expected_sequence");
  EXPECT_EQ(VerifyReason(1, ""), "INVALID_FIELD expected_chain_hash");
  EXPECT_EQ(VerifyReason(1, std::string(63, 'a')), "INVALID_FIELD expected_chain_hash");
  EXPECT_EQ(VerifyReason(1, std::string(64, 'A')), "INVALID_FIELD expected_chain_hash");
  EXPECT_EQ(VerifyReason(1, std::string(64, 'a')), "");
}

}  // namespace
}  // namespace budgetwatch
