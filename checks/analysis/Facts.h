//===- Facts.h - Everything passes may ask about a program ------*- C++ -*-===//
//
// The analyses of one program, each computed on first use and kept. A pass
// takes a Facts and asks; it computes nothing that another pass computes too.
//
//   for (const ir::Function *Fn : F.callGraph().functions())
//     F.held(*Fn).walk([&](Point At, const ir::Event &E, const LockState &S) {
//       ...
//     });
//
// Thread safety: none; one thread at a time.
//
//===----------------------------------------------------------------------===//

#ifndef RUNNEL_CHECKS_ANALYSIS_FACTS_H
#define RUNNEL_CHECKS_ANALYSIS_FACTS_H

#include "checks/ir/Program.h"

#include <memory>

namespace runnel::analysis {

class CallGraph;
class Summaries;
class HeldLocks;
class LockGraph;
class BeforeThreads;
class GuardedBy;
class Conditions;
class Goroutines;
struct CriticalSection;
namespace protocol {
struct Budget;
struct Exploration;
} // namespace protocol

class Facts {
public:
  explicit Facts(const ir::Program &P);
  ~Facts();
  Facts(const Facts &) = delete;

  const ir::Program &program() const { return P; }
  const CallGraph &callGraph() const;
  const Summaries &summaries() const;
  const HeldLocks &held(const ir::Function &F) const;
  const BeforeThreads &beforeThreads() const;
  const LockGraph &lockGraph() const;
  const GuardedBy &guardedBy() const;
  const Conditions &conditions() const;
  /// Explored once for each budget that is asked for in a row.
  const protocol::Exploration &protocols(const protocol::Budget &B) const;
  const Goroutines &goroutines() const;
  /// The sections that \p F opens itself.
  const std::vector<CriticalSection> &sections(const ir::Function &F) const;

private:
  struct Kept;
  const ir::Program &P;
  std::unique_ptr<Kept> K;
};

} // namespace runnel::analysis

#endif
