#pragma once

namespace budgetwatch {

// Prints the broken condition and aborts.
[[noreturn]] void CheckFailed(const char* condition, const char* file, int line);

}  // namespace budgetwatch

// Stops the process when an invariant of the program is broken; stays on in
// release builds. Input from outside never reaches it unchecked.
#define BW_CHECK(condition)                                       \
  do {                                                            \
    if (!(condition)) [[unlikely]] {                              \
      ::budgetwatch::CheckFailed(#condition, __FILE__, __LINE__); \
    }                                                             \
  } while (false)
