#include "service/checkpointer.h"

#include "base/failpoint.h"
#include "base/thread_name.h"

namespace budgetwatch {

std::vector<TotalRow> TotalsChangedSince(Sequence checkpoint, const Totals& totals) {
  std::vector<TotalRow> changed;
  for (const auto& [year, projects] : totals.years()) {
    for (const auto& [project_code, project] : projects) {
      for (const ProjectTotals::Day& day : project.days()) {
        if (day.changed_at > checkpoint) changed.push_back({project_code, day.date, day.total});
      }
    }
  }
  return changed;
}

void Checkpointer::Start() {
  BW_CHECK(!thread_.joinable());
  thread_ = std::thread([this] {
    NameThread("checkpointer");
    Loop();
  });
}

void Checkpointer::Stop() {
  {
    const MutexLock lock(mutex_);
    stopping_ = true;
  }
  changed_.notify_all();
  if (thread_.joinable()) thread_.join();
}

void Checkpointer::Write(StateCheckpoint checkpoint, std::vector<TotalRow> changed) {
  BW_CHECK(idle());
  busy_ = true;
  Work work{std::move(checkpoint), std::move(changed)};
  if (!thread_.joinable()) {
    Do(work);
    return;
  }
  const MutexLock lock(mutex_);
  work_ = std::move(work);
  changed_.notify_all();
}

void Checkpointer::Do(const Work& work) {
  BW_FAILPOINT("before_checkpoint");
  if (store_.WriteCheckpoint(work.checkpoint, work.changed).ok()) {
    BW_FAILPOINT("after_checkpoint");
    last_ = work.checkpoint.sequence;
  } else {
    ++failures_;
  }
  busy_ = false;
}

void Checkpointer::Loop() {
  while (true) {
    std::optional<Work> work;
    {
      MutexLock lock(mutex_);
      while (!work_ && !stopping_) lock.Wait(changed_);
      if (!work_) return;
      work.swap(work_);
    }
    Do(*work);
  }
}

}  // namespace budgetwatch
