//===- Story.h - How one lock comes to be wanted under another --*- C++ -*-===//
//
// What the checks of this family share: which witnesses of the lock graph they
// believe, and the notes that lead a reader from the first lock to the second.
//
// A witness is believed unless one of these holds, for then the analysis cannot
// be sure that both locks are contended at once:
//  1. a call on the way is guarded by a flag the caller passes, or by one that
//     says whether the lock is held already;
//  2. one of the objects is still being made, or is a local nobody shares;
//  3. a layer calls the next one of its own interface, and which class that is
//     cannot be told: layers are stacked in one order.
//
//===----------------------------------------------------------------------===//

#ifndef RUNNEL_CHECKS_WEB_STORY_H
#define RUNNEL_CHECKS_WEB_STORY_H

#include "checks/Finding.h"
#include "checks/analysis/Facts.h"
#include "checks/analysis/LockGraph.h"

namespace runnel::web {

/// `Store::put`, `a lambda in Store::put`.
std::string functionName(const ir::Program &P, const ir::Function &F);

/// A lock as a programmer of \p In would write it.
std::string lockName(const ir::Program &P, const ir::Function &In,
                     const ir::Place &Lock);

bool isBelieved(const analysis::Facts &F, const analysis::LockWitness &W);
/// The first witness of the edge that is believed, rather one that does not
/// rest on which overrider runs; or null.
const analysis::LockWitness *believed(const analysis::Facts &F,
                                      const analysis::LockEdge &E);

/// Appends: where the first is locked, each call, where the second is locked.
void tell(const analysis::Facts &F, const analysis::LockWitness &W,
          llvm::StringRef First, llvm::StringRef Second,
          std::vector<Note> &Notes);

/// Whether locking it twice surely hangs or is undefined. False for what allows
/// it, and where that cannot be told.
bool isSurelyNotRecursive(const ir::Program &P, const ir::TypeRef &Lock);

/// `'a'`, `'a' and 'b'`, `'a', 'b' and 'c'`.
std::string enumerate(llvm::ArrayRef<std::string> Names);

} // namespace runnel::web

#endif
