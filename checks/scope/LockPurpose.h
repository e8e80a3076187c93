//===- LockPurpose.h - Locks that are there for a resource ------*- C++ -*-===//
//
// A lock whose job it is to let one thread at a time use a file, a socket or a
// device has to be held while that is used. Such a lock is recognised by all of
// its critical sections in the program: each uses the resource, or nothing but
// the resource's own I/O happens under it.
//
//===----------------------------------------------------------------------===//

#ifndef RUNNEL_CHECKS_SCOPE_LOCKPURPOSE_H
#define RUNNEL_CHECKS_SCOPE_LOCKPURPOSE_H

#include "checks/UnderLock.h"
#include "checks/analysis/Facts.h"
#include "checks/analysis/Scope.h"

#include <map>

namespace runnel::scope {

class LockPurpose {
public:
  explicit LockPurpose(const analysis::Facts &F);

  /// The lock of \p U serialises the use of what \p U blocks on.
  bool serialises(const UnderLock &U) const;

private:
  struct Section {
    const ir::Function *In;
    const analysis::CriticalSection *What;
  };
  const analysis::Facts &Facts;
  std::map<analysis::LockClass, std::vector<Section>> Sections;
};

} // namespace runnel::scope

#endif
