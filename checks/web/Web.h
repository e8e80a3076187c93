//===- Web.h - The lock graph as a graph of classes -------------*- C++ -*-===//
//
// What makes locks a web is not how many there are but how many orders between
// them a reader must know: the pairs of which one may be wanted while the other
// is held, directly or through others. Leaf locks, under which nothing else is
// locked (loggers, metrics, allocators), add no order anybody must think of and
// are left out; so are edges that are not believed (Story.h).
//
// Owners are classes, or globals that are locks themselves.
//
//===----------------------------------------------------------------------===//

#ifndef RUNNEL_CHECKS_WEB_WEB_H
#define RUNNEL_CHECKS_WEB_WEB_H

#include "checks/analysis/Facts.h"
#include "checks/analysis/LockGraph.h"

#include <vector>

namespace runnel::web {

struct Owner {
  ir::Name Symbol; ///< of the record or global
  std::string Id;
  ir::Range Where;
  std::vector<analysis::LockClass> Locks;
};

struct Link {
  uint32_t From = 0, To = 0; ///< into Web::Owners
  const analysis::LockWitness *How = nullptr;
  std::string First, Second; ///< names of the locks
  /// The method of To's class by which From's code gets to the lock; null if it
  /// locks it with its own hands.
  const ir::Function *Through = nullptr;
};

struct Web {
  std::vector<Owner> Owners; ///< sorted by Id, then symbol
  std::vector<Link> Links;   ///< all witnesses that are believed, sorted

  /// The ordered pairs; without \p Without, if that is an owner.
  unsigned score(uint32_t Without = ~0u) const;
  /// How many locks may be held at once along one chain.
  unsigned depth() const;
  bool hasCycle() const;

  /// From how many classes, and orders between their locks, it is trouble: for
  /// the check by default, and for `runnel graph`.
  static constexpr unsigned MinClasses = 3, MinScore = 6;
  bool isTrouble(unsigned Classes = MinClasses,
                 unsigned Score = MinScore) const {
    return Owners.size() >= Classes && score() >= Score;
  }
};

/// The connected webs of the program, without their leaves.
std::vector<Web> findWebs(const analysis::Facts &F);

} // namespace runnel::web

#endif
