//===- Conventions.h - Who is meant to lock ---------------------*- C++ -*-===//
//
// What can be told, without an attribute, of who has to lock for an access: the
// function itself, or whoever calls it. Silence where a convention is in sight.
//
//===----------------------------------------------------------------------===//

#ifndef RUNNEL_CHECKS_WEB_CONVENTIONS_H
#define RUNNEL_CHECKS_WEB_CONVENTIONS_H

#include "checks/analysis/Facts.h"
#include "checks/analysis/Places.h"

#include <set>

namespace runnel::web {

/// Data that a lock makes safe and nothing else does.
bool isPlainData(const ir::Program &P, ir::Name Symbol);

class Conventions {
public:
  explicit Conventions(const analysis::Facts &F);

  /// Whether \p Fn may well be meant to be called with \p Lock locked, or when
  /// no other thread is about:
  ///  1. it starts or ends threads, or prepares the object (init, setup, open,
  ///     listen), or is there for tests;
  ///  2. its name says so, or its class's do: where `LockGet` locks, `Get` does
  ///     not;
  ///  3. it is called by an operator of the library (a comparison, a call);
  ///  4. some caller, or a caller's caller, has the lock, or may have it.
  bool leavesLocking(const ir::Function &Fn,
                     const analysis::LockClass &Lock) const;

private:
  bool someCallerHolds(const ir::Function &Fn,
                       const analysis::LockClass &Lock) const;

  const analysis::Facts &F;
  /// Classes with methods that say in front that they lock.
  std::set<ir::Name> LockInName;
};

} // namespace runnel::web

#endif
