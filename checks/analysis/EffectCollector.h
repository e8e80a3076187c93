//===- EffectCollector.h - What one event does ------------------*- C++ -*-===//
//
// Private to the analyses: turns an event, and the summaries of the functions
// it calls, into effects and touches in the function's own terms.
//
//===----------------------------------------------------------------------===//

#ifndef RUNNEL_CHECKS_ANALYSIS_EFFECTCOLLECTOR_H
#define RUNNEL_CHECKS_ANALYSIS_EFFECTCOLLECTOR_H

#include "checks/analysis/Summaries.h"

namespace runnel::analysis {

class EffectCollector {
public:
  EffectCollector(const Summaries &S, const ir::Function &F)
      : S(S), F(F), H(S.held(F)) {}

  /// Everything \p E does, in no particular order and without limit.
  void effects(Point At, const ir::Event &E, const LockState &Before,
               std::vector<Effect> &Out) const;
  /// False if the event may touch anything.
  bool touches(Point At, const ir::Event &E, std::vector<Touch> &Out) const;

private:
  void own(Point At, const ir::Event &E, const LockState &Before,
           std::vector<Effect> &Out) const;
  void callees(Point At, const ir::Event &E, std::vector<Effect> &Out) const;
  void touch(ir::PlaceId P, Point At, bool Write,
             std::vector<Touch> &Out) const;

  const Summaries &S;
  const ir::Function &F;
  const HeldLocks &H;
};

/// What attributes and vocabulary say of a function without a body.
Summary declaredSummary(const ir::Function &F);

} // namespace runnel::analysis

#endif
