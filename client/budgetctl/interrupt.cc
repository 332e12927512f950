#include "budgetctl/interrupt.h"

#include <fcntl.h>
#include <signal.h>
#include <unistd.h>

#include <cerrno>

#include "base/check.h"

namespace budgetwatch::ctl {
namespace {

// The pipe from the handler to the waiting thread: a handler may write, but not
// lock, and a stop request takes a lock.
int g_pipe[2] = {-1, -1};
struct sigaction g_old_interrupt;
struct sigaction g_old_terminate;

constexpr char kSignal = 's';
constexpr char kEnd = 'e';

void OnSignal(int) {
  const int saved = errno;
  (void)!write(g_pipe[1], &kSignal, 1);
  errno = saved;
}

}  // namespace

Interrupt::Interrupt() {
  BW_CHECK(g_pipe[0] < 0);
  BW_CHECK(pipe2(g_pipe, O_CLOEXEC) == 0);
  waiter_ = std::thread([this] {
    char byte = 0;
    while (true) {
      const ssize_t count = read(g_pipe[0], &byte, 1);
      if (count < 0 && errno == EINTR) continue;
      if (count != 1 || byte == kEnd) return;
      stop_.request_stop();
    }
  });
  struct sigaction action = {};
  action.sa_handler = OnSignal;
  // Reset: the second signal finds the default action.
  action.sa_flags = SA_RESTART | static_cast<int>(SA_RESETHAND);
  sigaction(SIGINT, &action, &g_old_interrupt);
  sigaction(SIGTERM, &action, &g_old_terminate);
}

Interrupt::~Interrupt() {
  sigaction(SIGINT, &g_old_interrupt, nullptr);
  sigaction(SIGTERM, &g_old_terminate, nullptr);
  (void)!write(g_pipe[1], &kEnd, 1);
  waiter_.join();
  close(g_pipe[0]);
  close(g_pipe[1]);
  g_pipe[0] = g_pipe[1] = -1;
}

}  // namespace budgetwatch::ctl
