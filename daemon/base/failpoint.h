#pragma once

// Named moments at which a test kills the process, as a power cut would:
//
//   BUDGETWATCH_FAILPOINTS=before_write=crash:3 budgetwatchd_failpoints ...
//
// dies of SIGKILL when it passes before_write for the third time; without a number,
// the first time. Exists in builds with the macro BUDGETWATCH_FAILPOINTS only; in
// all others the line costs nothing and the variable is not read.
//
// tests/crash/kill_rounds.py finds the names in the sources and passes each of them.
// Keep the macro out of headers: a file that holds it is compiled a second time, for
// budgetwatchd_failpoints (daemon/CMakeLists.txt names them).
#ifdef BUDGETWATCH_FAILPOINTS

namespace budgetwatch {

// Kills the process if it was started to die here. Thread-safe. A variable that is
// no NAME=crash[:COUNT] ends the process with a message.
void PassFailpoint(const char* name);

}  // namespace budgetwatch

#define BW_FAILPOINT(name) ::budgetwatch::PassFailpoint(name)
#else
#define BW_FAILPOINT(name) static_cast<void>(0)
#endif
