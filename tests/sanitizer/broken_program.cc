// A program that is wrong in the way that its argument names. A sanitizer's build runs
// it: a sanitizer that finds nothing here is not at work.

#include <climits>
#include <cstdio>
#include <cstring>
#include <memory>
#include <thread>

namespace {

int ReadBehindTheEnd(int size) {
  const auto numbers = std::make_unique<int[]>(static_cast<size_t>(size));
  return numbers[static_cast<size_t>(size)];
}

int OverflowAnInteger(int one) { return INT_MAX + one; }

int RaceForANumber() {
  int number = 0;
  std::thread other([&number] { ++number; });
  ++number;
  other.join();
  return number;
}

}  // namespace

int main(int argc, char** argv) {
  if (argc != 2) return 2;
  int number = 0;
  if (std::strcmp(argv[1], "memory") == 0) number = ReadBehindTheEnd(argc);
  if (std::strcmp(argv[1], "overflow") == 0) number = OverflowAnInteger(argc);
  if (std::strcmp(argv[1], "race") == 0) number = RaceForANumber();
  std::printf("%d: nothing was noticed\n", number);
  return 0;
}
