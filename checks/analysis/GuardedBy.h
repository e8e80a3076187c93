//===- GuardedBy.h - Which lock guards which data ---------------*- C++ -*-===//
//
// For each field and global: where it is accessed, and which locks are held
// there. Constructors and destructors of the object itself do not count, nor
// objects no other thread can know yet, nor code that runs before the first
// thread. Accesses in helpers that are only called with the lock held count as
// guarded. From the counts follows the lock that guards the field, if one does.
//
//===----------------------------------------------------------------------===//

#ifndef RUNNEL_CHECKS_ANALYSIS_GUARDEDBY_H
#define RUNNEL_CHECKS_ANALYSIS_GUARDEDBY_H

#include "checks/analysis/Summaries.h"

#include <map>

namespace runnel::analysis {

class BeforeThreads;

struct DataAccess {
  const ir::Function *In = nullptr;
  Point At;
  bool Write = false;
  /// The locks surely held: siblings of the very object, and globals. Sorted.
  llvm::SmallVector<LockClass, 1> Under;
  llvm::SmallVector<LockClass, 1> Shared; ///< of these, held for reading only
  bool Maybe = false; ///< some lock may be held, or the object is not certain
  /// The member of it that is meant: `tsStart` of `stats.tsStart`.
  ir::Name Part;

  bool under(const LockClass &C) const;
};

struct Guarding {
  ir::Name Symbol;                  ///< of the field or global
  std::vector<DataAccess> Accesses; ///< in order of function and point
  unsigned Reads = 0, Writes = 0;

  struct Count {
    LockClass Lock;
    unsigned Reads = 0, Writes = 0; ///< accesses under it
  };
  std::vector<Count> Locks; ///< most first

  /// The lock an attribute names, or else the one under which at least
  /// \p Percent of the accesses, and a write, happen. Null if there is none.
  const LockClass *guard(unsigned Percent = 100) const;
  LockClass Declared; ///< by an attribute
};

class GuardedBy {
public:
  GuardedBy(const Summaries &S, const BeforeThreads &B);

  /// By symbol of the field or global; only what is accessed at all.
  const std::map<ir::Name, Guarding> &all() const { return Data; }
  const Guarding *of(ir::Name Symbol) const;
  /// The data that \p Lock guards most of the time, sorted.
  llvm::ArrayRef<ir::Name> dataOf(const LockClass &Lock) const;

private:
  std::map<ir::Name, Guarding> Data;
  std::map<LockClass, std::vector<ir::Name>> ByLock;
};

} // namespace runnel::analysis

#endif
