#pragma once

namespace budgetwatch::ctl {

// What the program tells its caller; part of the contract.
enum class ExitCode {
  kDone = 0,
  kFailed = 1,    // server, network, file
  kUsage = 2,     // the command line could not be understood; nothing was tried
  kRejected = 3,  // done, but some input was rejected or the check found errors
};

}  // namespace budgetwatch::ctl
