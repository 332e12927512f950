// Must not compile with -Wthread-safety -Werror: it reads what a mutex guards without
// holding it. The build of the fuzz targets tries it, so that a check that finds
// nothing is known to look.

#include "base/mutex.h"

namespace {

class Counter {
 public:
  int Get() const { return count_; }

 private:
  mutable budgetwatch::Mutex mutex_;
  int count_ BW_GUARDED_BY(mutex_) = 0;
};

}  // namespace

int main() { return Counter().Get(); }
