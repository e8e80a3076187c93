//===- Facts.cpp - The analyses of one program, on demand -----------------===//

#include "checks/analysis/Facts.h"

#include "checks/analysis/BeforeThreads.h"
#include "checks/analysis/Conditions.h"
#include "checks/analysis/Goroutines.h"
#include "checks/analysis/GuardedBy.h"
#include "checks/analysis/LockGraph.h"
#include "checks/analysis/ProtocolExplore.h"
#include "checks/analysis/Scope.h"
#include "checks/analysis/Summaries.h"

#include <optional>

namespace runnel::analysis {

struct Facts::Kept {
  std::optional<CallGraph> Calls;
  std::optional<Summaries> Sums;
  std::optional<BeforeThreads> Before;
  std::optional<LockGraph> Locks;
  std::optional<GuardedBy> Guards;
  std::optional<Conditions> Conds;
  std::optional<std::pair<protocol::Budget, protocol::Exploration>> Protocols;
  std::optional<Goroutines> Gos;
  llvm::DenseMap<const ir::Function *,
                 std::unique_ptr<std::vector<CriticalSection>>>
      Sections;
};

Facts::Facts(const ir::Program &P) : P(P), K(std::make_unique<Kept>()) {}
Facts::~Facts() = default;

const CallGraph &Facts::callGraph() const {
  if (!K->Calls)
    K->Calls.emplace(P);
  return *K->Calls;
}

const Summaries &Facts::summaries() const {
  if (!K->Sums)
    K->Sums.emplace(P, callGraph());
  return *K->Sums;
}

const HeldLocks &Facts::held(const ir::Function &F) const {
  return summaries().held(F);
}

const BeforeThreads &Facts::beforeThreads() const {
  if (!K->Before)
    K->Before.emplace(summaries());
  return *K->Before;
}

const LockGraph &Facts::lockGraph() const {
  if (!K->Locks)
    K->Locks.emplace(summaries(), beforeThreads());
  return *K->Locks;
}

const GuardedBy &Facts::guardedBy() const {
  if (!K->Guards)
    K->Guards.emplace(summaries(), beforeThreads());
  return *K->Guards;
}

const protocol::Exploration &Facts::protocols(const protocol::Budget &B) const {
  if (!K->Protocols || !(K->Protocols->first == B))
    K->Protocols.emplace(B, protocol::explore(P, B));
  return K->Protocols->second;
}

const Conditions &Facts::conditions() const {
  if (!K->Conds)
    K->Conds.emplace(P);
  return *K->Conds;
}

const Goroutines &Facts::goroutines() const {
  if (!K->Gos)
    K->Gos.emplace(callGraph(), P);
  return *K->Gos;
}

const std::vector<CriticalSection> &
Facts::sections(const ir::Function &F) const {
  auto &Slot = K->Sections[&F];
  if (!Slot)
    Slot = std::make_unique<std::vector<CriticalSection>>(
        criticalSections(summaries(), F));
  return *Slot;
}

} // namespace runnel::analysis
