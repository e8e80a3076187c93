//===- Disagreements.h - Functions at odds about a lock ---------*- C++ -*-===//
//
// What web-inconsistent-guard asks beyond the majority: when few uses say
// enough, and how functions can be at odds about a lock although each has one.
//
//===----------------------------------------------------------------------===//

#ifndef RUNNEL_CHECKS_WEB_DISAGREEMENTS_H
#define RUNNEL_CHECKS_WEB_DISAGREEMENTS_H

#include "checks/analysis/Facts.h"
#include "checks/analysis/GuardedBy.h"
#include "checks/web/Conventions.h"

#include <vector>

namespace runnel::web {

/// The lock beside the data under which at least as many functions use it, a
/// writer among them, as use it bare; the one an attribute names; or, if
/// nobody writes it under a lock, the one under which it is waited for.
const analysis::LockClass *guardOfFew(const analysis::Facts &F,
                                      const analysis::Guarding &G);

/// Some function waits, with \p Lock, for what \p G says.
bool isWaitedFor(const analysis::Facts &F, const analysis::Guarding &G,
                 const analysis::LockClass &Lock);

/// In the same straight line of code \p A comes after a use under \p Lock, and
/// other functions write the data under it.
bool followsUnlocking(const analysis::Facts &F, const analysis::Guarding &G,
                      const analysis::DataAccess &A,
                      const analysis::LockClass &Lock);

/// The function of \p A writes the data under \p Lock on one way through it,
/// as its callers or locals say, and reads it bare on another.
bool isOnOtherWay(const analysis::Guarding &G, const analysis::DataAccess &A,
                  const analysis::LockClass &Lock);

struct Disagreement {
  enum Kind : uint8_t {
    OtherLock,     ///< under Other, while others use it under Lock
    UnderShared,   ///< written with Lock held for reading
    BareHelper,    ///< Callee, which others call with Lock, called without
    NotAsRequired, ///< Callee's attribute requires Lock
  };
  Kind What;
  const ir::Function *In = nullptr;
  analysis::Point At;
  analysis::LockClass Lock, Other;
  const ir::Function *Callee = nullptr;
  std::vector<ir::Name> Data; ///< fields and globals, sorted
  bool Write = false;
  ir::Range Elsewhere; ///< where it is done rightly
};

/// In a fixed order; one for a function and a lock, or a helper.
std::vector<Disagreement> disagreements(const analysis::Facts &F,
                                        const Conventions &Callers);

} // namespace runnel::web

#endif
