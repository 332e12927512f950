#include "support/services.h"

namespace budgetwatch {

Result<std::unique_ptr<Services>> Services::Open(Store& store, const Clock& clock,
                                                 const BusinessCalendar& calendar,
                                                 const Committer::Options& options) {
  std::unique_ptr<Services> services(new Services());
  auto ledger = Ledger::Open(store);
  if (!ledger.ok()) return ledger.error();
  services->ledger_ = std::move(ledger).value();
  Ledger& opened = *services->ledger_;
  auto committer = Committer::Create(opened, clock, options);
  if (!committer.ok()) return committer.error();
  services->committer_ = std::move(committer).value();
  Committer& writer = *services->committer_;
  services->plans_ = std::make_unique<Plans>(opened, writer);
  services->payments_ = std::make_unique<Payments>(opened, writer);
  services->observations_ = std::make_unique<Observations>(opened, writer, calendar);
  services->reports_ = std::make_unique<Reports>(opened, writer, calendar);
  services->warnings_ = std::make_unique<Warnings>(opened, writer, calendar);
  services->administration_ = std::make_unique<Administration>(opened, writer, calendar);
  return services;
}

Services::~Services() {
  if (committer_ != nullptr) committer_->Stop();
}

}  // namespace budgetwatch
